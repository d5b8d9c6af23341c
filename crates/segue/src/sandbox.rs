//! The simulator as a server: `segue sandbox`, and the one inside `segue serve`.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use activecampaign_sim::{Config, KEY, Knobs, Limits, start};
use tokio::sync::OnceCell;

use crate::cli::Sandbox;
use crate::exit::{Code, Failure};
use crate::show;
use crate::signals::Signals;

/// The sandbox inside the server: it begins when it is first wanted, and ends with the server.
pub(crate) fn built_in(address: SocketAddr, speed: f64) -> segue_server::Sandbox {
    let running = Arc::new(OnceCell::new());
    let begin = move || -> Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>> {
        let running = Arc::clone(&running);
        Box::pin(async move {
            let config = Config { listen: address, speed, ..Config::default() };
            running.get_or_try_init(|| start(config)).await.map(drop)
        })
    };
    segue_server::Sandbox { key: KEY.to_owned(), begin: Arc::new(begin) }
}

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
