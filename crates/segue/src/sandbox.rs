//! `segue sandbox`: the simulator as a server.

use std::net::SocketAddr;

use activecampaign_sim::{Config, KEY, Knobs, Limits, start};

use crate::cli::Sandbox;
use crate::exit::{Code, Failure};

pub(crate) async fn run(sandbox: Sandbox) -> Result<Code, Failure> {
    let mut knobs = Knobs::default();
    for knob in &sandbox.knobs {
        knobs.set(knob).map_err(|error| Failure::Input(format!("--set: {error}")))?;
    }
    let config = Config {
        listen: SocketAddr::from(([127, 0, 0, 1], sandbox.port)),
        seed: sandbox.seed,
        speed: sandbox.speed,
        limits: (!sandbox.no_limits).then(Limits::default),
        queue_delay: sandbox.queue_delay,
        import_rate: sandbox.import_rate,
        contact_limit: sandbox.contact_limit,
        knobs,
        faults: sandbox.faults.clone(),
        ..Config::default()
    };
    let port = sandbox.port;
    let failed =
        |error| Failure::Input(format!("port {port} cannot be used: {error}: choose another with --port"));
    let simulator = start(config).await.map_err(failed)?;
    let host = format!("http://{}", simulator.address());
    println!("host: {host}\nkey:  {KEY}");
    let speed = if sandbox.speed > 1.0 { format!(" --speed {}", sandbox.speed) } else { String::new() };
    let limits = if sandbox.no_limits { " --no-limits" } else { "" };
    eprintln!(
        "\nA simulated account with lists 1 to 4. Try:\n\n  \
         SEGUE_API_KEY={KEY} segue push customers.csv --host {host} --allow-insecure-host{speed}{limits} --list 3 --email Email\n\n\
         What it holds: {host}/sim/state, {host}/sim/contacts. It forgets everything when it ends (Ctrl-C)."
    );
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    simulator.stop().await;
    Ok(Code::Done)
}
