//! `segue demo`: the whole job on made-up customers and a simulated account.

use std::path::Path;

use activecampaign::{Host, HostPolicy};
use activecampaign_sim::{Config, KEY, start};
use clap::Parser;
use indicatif::HumanCount;
use secrecy::SecretString;
use segue_runs::StopHandle;
use serde_json::Value;

use crate::cli::{Cli, Command, Demo, Push};
use crate::customers::{self, Customer};
use crate::exit::{Code, Failure};
use crate::input::Input;
use crate::push::{Pushed, push_with};
use crate::show;
use crate::workspace::Workspace;

const SPEED: f64 = 60.0;
const ARRIVED_SHOWN: usize = 5;

pub(crate) async fn run(demo: &Demo) -> Result<Code, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| other("a folder for the demo cannot be made", &error))?;
    let config = Config { speed: SPEED, import_rate: 1000.0, seed: demo.seed, ..Config::default() };
    let simulator = start(config).await.map_err(|error| other("the sandbox cannot be started", &error))?;
    let host = format!("http://{}", simulator.address());
    let file = folder.path().join("customers.csv");
    let mut customers = customers::make(demo.customers, demo.seed);

    step(&format!(
        "1. {} made-up customers in customers.csv, and a simulated account whose clock runs {SPEED} times as fast",
        HumanCount(demo.customers.into())
    ))?;
    show::print(&written(&host))?;
    write(&file, &customers)?;
    show::print(&push(&file, &host, folder.path()).await?.text)?;

    customers::change(&mut customers);
    step("2. One in a hundred has bought something. The same command again sends only these:")?;
    write(&file, &customers)?;
    show::print(&push(&file, &host, folder.path()).await?.text)?;

    step("3. Nothing has changed. The same command again sends nothing:")?;
    show::print(&push(&file, &host, folder.path()).await?.text)?;

    step("4. What arrived on the list, read from the simulated account:")?;
    show::print(&arrived(&host).await?)?;
    simulator.stop().await;
    Ok(Code::Done)
}

fn step(text: &str) -> Result<(), Failure> {
    show::print(&format!("\n{text}\n"))
}

fn other(what: &str, error: &std::io::Error) -> Failure {
    Failure::Other(format!("{what}: {error}"))
}

fn write(file: &Path, customers: &[Customer]) -> Result<(), Failure> {
    let rows: String = customers.iter().map(customers::row).collect();
    std::fs::write(file, format!("{}{rows}", customers::HEADER))
        .map_err(|error| other("the customers cannot be written", &error))
}

// Line by line as they are shown.
const OPTIONS: [&[&str]; 3] = [
    &["--list", "3", "--key", "Number", "--email", "Email", "--phone", "Phone"],
    &["--first-name", "FirstName", "--last-name", "LastName"],
    &["--field", "Lifetime value=LifetimeValue", "--field", "Tier=Tier", "--tag", "Segue demo"],
];

/// The command as a person would write it.
fn written(host: &str) -> String {
    let mut text = format!("   segue push customers.csv --host {host} --allow-insecure-host --speed {SPEED}");
    for line in OPTIONS {
        text.push_str(" \\\n    ");
        for option in line {
            text.push(' ');
            text.push_str(&if option.contains(' ') { format!("\"{option}\"") } else { (*option).to_owned() });
        }
    }
    text.push('\n');
    text
}

async fn push(file: &Path, host: &str, folder: &Path) -> Result<Pushed, Failure> {
    let (file, speed) = (file.display().to_string(), SPEED.to_string());
    // Nobody can run it again, so nobody is told to.
    let rejections = folder.join("rejections.csv").display().to_string();
    let given = ["segue", "push", &file, "--host", host, "--allow-insecure-host", "--speed", &speed];
    let given = given.into_iter().chain(["--rejections", &rejections]);
    let parsed = Cli::try_parse_from(given.chain(OPTIONS.into_iter().flatten().copied()))
        .map_err(|error| Failure::Other(error.to_string()))?;
    let Command::Push(push) = parsed.command else {
        return Err(Failure::Other("the demo is broken".to_owned()));
    };
    // Whatever else is known on this machine of databases and conditions is not the demo's.
    let push = Push { workspace: Workspace::of(&folder.join("state")), ..*push };
    let host =
        Host::parse(host, HostPolicy::AllowInsecure).map_err(|error| Failure::Other(error.to_string()))?;
    push_with(
        &push,
        &Input::file(push.source.clone().unwrap_or_default(), &push),
        host,
        SecretString::from(KEY),
        StopHandle::new(),
    )
    .await
}

/// A few contacts as the account holds them, and how many there are.
async fn arrived(host: &str) -> Result<String, Failure> {
    let get = |path: &str| reqwest::get(format!("{host}{path}"));
    let failed = |error: reqwest::Error| {
        Failure::Other(format!("the sandbox does not answer: {}", error.without_url()))
    };
    let state: Value = get("/sim/state").await.map_err(failed)?.json().await.map_err(failed)?;
    let contacts = get("/sim/contacts").await.map_err(failed)?.text().await.map_err(failed)?;
    let mut table =
        show::table(&["e-mail", "first name", "last name", "phone", "lifetime value", "tier", "tags"]);
    for line in contacts.lines().take(ARRIVED_SHOWN) {
        let contact: Value = serde_json::from_str(line).unwrap_or_default();
        let paths = ["/email", "/firstName", "/lastName", "/phone", "/fields/1", "/fields/4", "/tags/0"];
        table.add_row(paths.map(|path| contact.pointer(path).and_then(Value::as_str).unwrap_or_default()));
    }
    let count = |what: &str| HumanCount(state["lists"]["3"][what].as_u64().unwrap_or_default());
    Ok(format!(
        "{}\n  …\n\n  {} active, {} unsubscribed, {} bounced",
        show::lines(&table),
        count("active"),
        count("unsubscribed"),
        count("bounced")
    ))
}
