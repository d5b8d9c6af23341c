//! `segue demo`: the whole job on made-up customers and a simulated account.

use std::path::Path;

use activecampaign::{Host, HostPolicy};
use activecampaign_sim::{Config, KEY, start};
use clap::Parser;
use secrecy::SecretString;
use segue_runs::StopHandle;
use serde_json::Value;

use crate::cli::{Cli, Command, Demo, Push};
use crate::customers::{self, Customer};
use crate::exit::{Code, Failure};
use crate::push::{Pushed, push_with};

const SPEED: f64 = 60.0;

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
        demo.customers
    ));
    write(&file, &customers)?;
    let pushed = push(&file, &host, folder.path()).await?;
    println!("{}", pushed.text);

    let changed = customers::change(&mut customers, demo.seed);
    step(&format!("2. {changed} customers have bought something. The same command again sends only them:"));
    write(&file, &customers)?;
    let pushed = push(&file, &host, folder.path()).await?;
    println!("{}", pushed.text);

    step("3. Nothing has changed. The same command again sends nothing:");
    let again = push(&file, &host, folder.path()).await?;
    println!("{}", again.text);

    step("4. What arrived on the list, read from the simulated account:");
    println!("{}", arrived(&host).await?);
    simulator.stop().await;
    Ok(Code::Done)
}

fn step(text: &str) {
    println!("\n{text}\n");
}

fn other(what: &str, error: &std::io::Error) -> Failure {
    Failure::Other(format!("{what}: {error}"))
}

fn write(file: &Path, customers: &[Customer]) -> Result<(), Failure> {
    let rows: String = customers.iter().map(customers::row).collect();
    std::fs::write(file, format!("{}{rows}", customers::HEADER))
        .map_err(|error| other("the customers cannot be written", &error))
}

async fn push(file: &Path, host: &str, folder: &Path) -> Result<Pushed, Failure> {
    let options = [
        "--list",
        "3",
        "--email",
        "Email",
        "--first-name",
        "FirstName",
        "--last-name",
        "LastName",
        "--phone",
        "Phone",
        "--field",
        "Lifetime value=LifetimeValue",
        "--field",
        "Tier=Tier",
        "--tag",
        "Segue demo",
        "--key",
        "Number",
    ];
    println!("   segue push customers.csv --host {host} {}\n", quoted(&options));
    let (file, state, speed) =
        (file.display().to_string(), folder.join("state").display().to_string(), SPEED.to_string());
    let given = [
        "segue",
        "push",
        &file,
        "--host",
        host,
        "--allow-insecure-host",
        "--speed",
        &speed,
        "--state",
        &state,
    ];
    let parsed = Cli::try_parse_from(given.into_iter().chain(options))
        .map_err(|error| Failure::Other(error.to_string()))?;
    let Command::Push(push) = parsed.command else {
        return Err(Failure::Other("the demo is broken".to_owned()));
    };
    let push: Push = *push;
    let host =
        Host::parse(host, HostPolicy::AllowInsecure).map_err(|error| Failure::Other(error.to_string()))?;
    push_with(&push, host, SecretString::from(KEY), StopHandle::new()).await
}

fn quoted(options: &[&str]) -> String {
    let quote =
        |option: &&str| if option.contains(' ') { format!("\"{option}\"") } else { (*option).to_owned() };
    options.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// A few contacts as the account holds them, and how many there are.
async fn arrived(host: &str) -> Result<String, Failure> {
    let get = |path: &str| reqwest::get(format!("{host}{path}"));
    let failed = |error: reqwest::Error| {
        Failure::Other(format!("the sandbox does not answer: {}", error.without_url()))
    };
    let state: Value = get("/sim/state").await.map_err(failed)?.json().await.map_err(failed)?;
    let contacts = get("/sim/contacts").await.map_err(failed)?.text().await.map_err(failed)?;
    let shown = contacts.lines().take(5).map(|line| format!("   {line}\n"));
    Ok(format!("{}   …\n\n   {}", shown.collect::<String>(), state["lists"]))
}
