//! `segue sandbox`: the simulator as a server.

use std::net::SocketAddr;

use activecampaign_sim::{Config, KEY, Knobs, Limits, start};

use crate::cli::Sandbox;
use crate::exit::{Code, Failure};
use crate::show;
use crate::signals::Signals;

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
    let mut signals = Signals::new();
    let host = format!("http://{}", simulator.address());
    show::print(&format!("host: {host}\nkey:  {KEY}"))?;
    let speed = if sandbox.speed > 1.0 { format!(" --speed {}", sandbox.speed) } else { String::new() };
    let limits = if sandbox.no_limits { " --no-limits" } else { "" };
    show::say(&format!(
        "\nA simulated account. E-mail lists: 1 to 3. Try:\n\n  \
         export SEGUE_API_KEY={KEY}\n  \
         segue push customers.csv --email Email --list 3 --host {host} --allow-insecure-host{speed}{limits}\n\n\
         See what it holds: {host}/sim/state and {host}/sim/contacts\n\
         Ctrl-C ends it, and then it forgets everything."
    ));
    signals.next().await;
    simulator.stop().await;
    Ok(Code::Done)
}
