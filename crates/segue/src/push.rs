//! `segue push`: the main job.

use std::path::PathBuf;
use std::sync::Arc;

use activecampaign::{Client, Host, HostPolicy, Limits, Options};
use etcetera::BaseStrategy;
use secrecy::SecretString;
use segue_engine::TableEngine;
use segue_model::{Brakes, DataMatching, Engine, FieldMatch, PlanRequest, Source};
use segue_runs::{
    Cause, Exporter, Finished, Pace, Prepared, Progress, RunError, Settings, Stop, StopHandle, check_account,
};
use segue_store::{StateDirectory, Store};

use crate::cli::Push;
use crate::exit::{self, Code, Failure};
use crate::{key, show};

/// Pushes with the key of the person who asks.
pub(crate) async fn push(push: Push) -> Result<Code, Failure> {
    // Everything that can be wrong without the key is said before it is asked for.
    let host = host(&push)?;
    let source = Source { path: push.source.clone() };
    let inspection = {
        let source = source.clone();
        blocking(move || TableEngine.inspect(&source)).await?
    };
    eprintln!("{}", show::inspection(&push.source, &inspection));
    let key = key::read(push.account.api_key_file.as_deref())?;
    let stop = StopHandle::new();
    stop_on_signals(stop.0.clone());
    let pushed = push_with(&push, host, key, stop).await?;
    if push.output.json {
        println!("{}", pushed.json);
    } else {
        println!("{}", pushed.text);
    }
    if let Some(cause) = &pushed.cause {
        eprintln!("{}", show::cause(cause));
    }
    Ok(pushed.code)
}

/// How a push ended.
pub(crate) struct Pushed {
    pub(crate) text: String,
    pub(crate) json: serde_json::Value,
    pub(crate) code: Code,
    cause: Option<Cause>,
}

/// Pushes, showing on standard error what goes on.
pub(crate) async fn push_with(
    push: &Push,
    host: Host,
    key: SecretString,
    stop: (StopHandle, Stop),
) -> Result<Pushed, Failure> {
    let client = Client::new(&host, key, options(push))?;
    let account = check_account(&client, push.account.list, &push.matching.fields).await?;
    eprintln!("{}", show::account(&host.name(), &account.list));
    let directory = StateDirectory::open(&state(push)?)?;
    let store = Store::open(&directory).await?;
    let settings = Settings {
        host: host.name(),
        list: account.list,
        name: push.export.clone(),
        automations: push.account.automations,
        brakes: Brakes {
            max_profiles: push.brakes.max_profiles,
            max_leaving_percent: push.brakes.max_leaving,
            allow_empty: push.brakes.allow_empty,
        },
        pace: Pace::default().sped_up(if push.account.no_limits { 3000.0 } else { push.account.speed }),
    };
    let progress = Progress::default();
    let exporter = Exporter::new(
        client.clone(),
        Arc::new(TableEngine),
        store.clone(),
        directory,
        settings,
        progress.clone(),
    );
    let request = request(push, account.fields);
    let bar = show::Bar::start(progress, client);
    let ended = if push.output.dry_run {
        rehearse(push, &exporter, request).await
    } else {
        run(push, &exporter, request, stop, &bar).await
    };
    bar.stop();
    store.close().await;
    ended
}

async fn rehearse(push: &Push, exporter: &Exporter, request: PlanRequest) -> Result<Pushed, Failure> {
    let prepared = exporter.rehearse(request).await?;
    let written = write_rejections(push, &prepared.files).await;
    exporter.discard(&prepared).await?;
    written?;
    let text = show::rehearsal(&prepared.plan);
    let json = show::rehearsal_json(&prepared.plan);
    let brakes = exporter.brakes().check(&prepared.plan.counts);
    let code = if brakes.is_err() { Code::Brake } else { Code::Done };
    if let Err(brake) = brakes {
        eprintln!("{}", Failure::Brake { brake });
    }
    Ok(Pushed { text, json, code, cause: None })
}

async fn run(
    push: &Push,
    exporter: &Exporter,
    request: PlanRequest,
    stop: (StopHandle, Stop),
    bar: &show::Bar,
) -> Result<Pushed, Failure> {
    let prepared: Prepared = exporter.prepare(request, stop.clone()).await?;
    bar.say(&show::planned(&prepared));
    let files = prepared.files.clone();
    let finished = match exporter.deliver(prepared, stop).await {
        Err(RunError::Brake(brake)) => {
            write_rejections(push, &files).await?;
            return Err(Failure::Brake { brake });
        }
        other => other?,
    };
    write_rejections(push, &finished.files).await?;
    let Finished { report, cause, .. } = finished;
    let code = exit::of_run(cause.as_ref(), report.invalid + report.refused > 0);
    let text = show::report(&report, push.output.rejections.is_some());
    Ok(Pushed { text, json: show::report_json(&report), code, cause })
}

async fn write_rejections(push: &Push, files: &segue_model::PlanFiles) -> Result<(), Failure> {
    let Some(out) = push.output.rejections.clone() else { return Ok(()) };
    let files = files.clone();
    blocking(move || TableEngine.rejections_csv(&files, &out)).await.map(|_| ())
}

fn host(push: &Push) -> Result<Host, Failure> {
    let policy =
        if push.account.allow_insecure_host { HostPolicy::AllowInsecure } else { HostPolicy::PublicHttps };
    let host = Host::parse(&push.account.host, policy);
    let host = host.map_err(|error| {
        let hint = match error {
            activecampaign::HostError::Insecure(_) | activecampaign::HostError::Private(_) => {
                "; for the sandbox, add --allow-insecure-host"
            }
            _ => "",
        };
        Failure::Input(format!("--host: {error}{hint}"))
    })?;
    if push.account.allow_insecure_host {
        eprintln!(
            "warning: --allow-insecure-host: the API key may travel in the open; use this with the sandbox only"
        );
    }
    Ok(host)
}

fn options(push: &Push) -> Options {
    let options =
        Options { user_agent: concat!("segue/", env!("CARGO_PKG_VERSION")).to_owned(), ..Options::default() };
    let options = options.sped_up(push.account.speed);
    if push.account.no_limits { Options { limits: Limits::none(), ..options } } else { options }
}

fn state(push: &Push) -> Result<PathBuf, Failure> {
    if let Some(given) = &push.state {
        return Ok(given.clone());
    }
    let strategy = etcetera::choose_base_strategy();
    let strategy = strategy
        .map_err(|_| Failure::Input("there is no home folder: name a folder with --state".to_owned()))?;
    Ok(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("segue"))
}

fn request(push: &Push, fields: Vec<FieldMatch>) -> PlanRequest {
    let matching = &push.matching;
    PlanRequest {
        source: Source { path: push.source.clone() },
        filter: push.members.condition.clone(),
        key: push.members.key.clone(),
        matching: DataMatching {
            email: matching.email.clone(),
            first_name: matching.first_name.clone(),
            last_name: matching.last_name.clone(),
            phone: matching.phone.clone(),
            account_name: matching.account_name.clone(),
            fields,
            tags: matching.tags.clone(),
            tag_columns: matching.tag_columns.clone(),
        },
        blanks: matching.blanks.into(),
        list: push.account.list,
        mode: push.members.mode.into(),
        retry_refused: push.members.retry_refused,
        ledger: None,
        folder: PathBuf::new(),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, segue_model::EngineError> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Failure::Run(RunError::Defect)),
    }
}

/// The first signal asks for an orderly end, the second one ends the program.
fn stop_on_signals(stop: StopHandle) {
    tokio::spawn(async move {
        signal().await;
        eprintln!(
            "\nFinishing what is on its way. Again to stop now: the next run goes on where this one was."
        );
        stop.raise();
        signal().await;
        eprintln!("\nStopped. Run again to go on.");
        std::process::exit(i32::from(Code::Interrupted as u8));
    });
}

async fn signal() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals, nobody can ask.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
