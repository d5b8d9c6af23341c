//! `segue push`: the main job.

use std::fs::OpenOptions;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use activecampaign::{Client, Host, HostPolicy, Limits, Options};
use secrecy::SecretString;
use segue_engine::TableEngine;
use segue_model::job::account_lane;
use segue_model::{Brakes, Engine, FieldMatch, FieldType, Inspection, PlanRequest};
use segue_runs::{
    CheckedAccount, Exporter, Finished, Pace, Phase, Prepared, Progress, RunError, Settings, Stop,
    StopHandle, check_account, limits,
};
use segue_server::system_clock;
use segue_store::{StateDirectory, Store};

use crate::bar::Bar;
use crate::cli::Push;
use crate::examples::Titles;
use crate::exit::{self, Code, Failure};
use crate::input::Input;
use crate::lane::Lane;
use crate::signals;
use crate::{key, show};

// How often somebody looks whether there is something to say.
const LOOK: Duration = Duration::from_millis(200);

/// Pushes with the key of the person who asks.
pub(crate) async fn push(push: Push) -> Result<Code, Failure> {
    // Everything that can be wrong without the key is said before it is asked for.
    let host = host(&push)?;
    let input = Input::of(&push).await?;
    let pushed = push_input(&push, &input, host).await;
    input.close().await;
    let pushed = pushed?;
    let data = if push.output.json { pushed.json.to_string() } else { pushed.text };
    if !data.is_empty() {
        show::print(&data)?;
    }
    pushed.words.iter().for_each(|words| show::say(words));
    Ok(pushed.code)
}

async fn push_input(push: &Push, input: &Input, host: Host) -> Result<Pushed, Failure> {
    let inspection = check_columns(push, input).await?;
    show::say(&show::inspection(&input.source.path, &inspection));
    if let Some(words) = input.suggestion.as_deref() {
        show::say(&format!("  not matched yet, and can be: {words}"));
    }
    if let Some(out) = &push.output.rejections {
        check_writable(out)?;
    }
    let key = key::read(push.account.api_key_file.as_deref())?;
    let stop = StopHandle::new();
    signals::stop_on(stop.0.clone());
    push_with(push, input, host, key, stop).await
}

/// How a push ended.
pub(crate) struct Pushed {
    pub(crate) text: String,
    pub(crate) json: serde_json::Value,
    pub(crate) code: Code,
    /// What there is to say behind the report.
    words: Vec<String>,
}

/// Pushes, showing on standard error what goes on.
pub(crate) async fn push_with(
    push: &Push,
    input: &Input,
    host: Host,
    key: SecretString,
    stop: (StopHandle, Stop),
) -> Result<Pushed, Failure> {
    let client = Client::new(&host, key, options(push))?;
    let folder = &push.workspace.folder;
    let is_open = input.open.is_some();
    let (directory, store) = match &input.open {
        Some(open) => (Arc::clone(&open.directory), open.store.clone()),
        None => folder.open().await?,
    };
    let ended = push_alone(push, input, &host, client, (directory, store.clone()), stop).await;
    if !is_open {
        store.close().await;
    }
    ended
}

/// Pushes with the account to itself from the first request on.
async fn push_alone(
    push: &Push,
    input: &Input,
    host: &Host,
    client: Client,
    (directory, store): (Arc<StateDirectory>, Store),
    stop: (StopHandle, Stop),
) -> Result<Pushed, Failure> {
    let (lane, clock) = (account_lane(&host.name()), system_clock());
    if !push.workspace.folder.is_shared() {
        // Whoever held it uses this folder no more.
        store.free_all_lanes(clock()).await?;
    }
    let held = Lane::take(&store, &lane, stop.0.clone()).await?;
    // What others have sent within the last minute counts, and so will what is sent now.
    let client = limits::noting(&client, &store, &lane, &clock);
    let remembered = async {
        limits::forget_old(&store, &lane, clock()).await?;
        limits::remember(&client, &store, &lane, held.used_until_ms, clock()).await
    };
    let ended = match remembered.await {
        Ok(wait) => {
            if wait >= Duration::from_secs(1) {
                show::say(&format!(
                    "This account has taken as many imports within the last minute as it may: the next one waits for {} \
                     seconds.",
                    wait.as_secs()
                ));
            }
            push_to(push, input, host, client, directory, &store, stop).await
        }
        Err(error) => Err(error.into()),
    };
    held.leave().await;
    ended
}

/// Pushes to an account that is ours.
async fn push_to(
    push: &Push,
    input: &Input,
    host: &Host,
    client: Client,
    directory: Arc<StateDirectory>,
    store: &Store,
    stop: (StopHandle, Stop),
) -> Result<Pushed, Failure> {
    let account = check(push, &client, stop.1.clone()).await?;
    show::say(&show::account(&host.name(), &account.list));
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
        keeps_rejections: false,
    };
    let progress = Progress::default();
    let exporter = Exporter::new(
        client.clone(),
        Arc::new(TableEngine),
        store.clone(),
        directory,
        settings,
        progress.clone(),
        system_clock(),
    );
    let titles = account.fields.iter().map(|field| (field.field, field.title.clone())).collect();
    let request = input.request(push, account.fields);
    let bar = Bar::start(progress.clone(), client);
    let ended = if push.output.dry_run {
        rehearse(push, &exporter, request, stop.1, &titles).await
    } else {
        run(push, &exporter, request, stop, (&bar, &progress)).await
    };
    bar.stop();
    ended
}

/// Checks the account, and says so if its limit lets it wait.
async fn check(push: &Push, client: &Client, mut stop: Stop) -> Result<CheckedAccount, RunError> {
    let mut checked = pin!(check_account(client, push.account.list, &push.matching.fields));
    let mut has_said = false;
    loop {
        tokio::select! {
            checked = &mut checked => return checked,
            () = stop.raised() => return Err(RunError::Interrupted),
            () = tokio::time::sleep(LOOK), if !has_said => {
                if client.usage().rate_limited > 0 {
                    show::say("The account's rate limit is used up, maybe by another integration: waiting for it.");
                    has_said = true;
                }
            }
        }
    }
}

async fn rehearse(
    push: &Push,
    exporter: &Exporter,
    request: PlanRequest,
    stop: Stop,
    titles: &Titles,
) -> Result<Pushed, Failure> {
    let prepared = exporter.rehearse(request, stop).await?;
    let written = write_rejections(push, &prepared.files).await;
    exporter.discard(&prepared).await?;
    written?;
    let text = show::rehearsal(&prepared, titles);
    let json = show::rehearsal_json(&prepared);
    let (code, words) = match exporter.brakes().check(&prepared.plan.counts) {
        Ok(()) => (Code::Done, Vec::new()),
        Err(brake) => (Code::Brake, vec![format!("error: {}", Failure::Brake { brake })]),
    };
    Ok(Pushed { text, json, code, words })
}

async fn run(
    push: &Push,
    exporter: &Exporter,
    request: PlanRequest,
    stop: (StopHandle, Stop),
    (bar, progress): (&Bar, &Progress),
) -> Result<Pushed, Failure> {
    let prepared = prepare(exporter, request, stop.clone(), (bar, progress)).await?;
    bar.say(&show::planned(&prepared));
    let finished = match exporter.deliver(prepared.clone(), stop).await {
        Err(RunError::Brake(brake)) => {
            let written = write_rejections(push, &prepared.files).await;
            exporter.discard(&prepared).await?;
            written?;
            let mut json = show::report_json(&exporter.unsent(&prepared.plan));
            json["outcome"] = "stopped_by_brake".into();
            let words = vec![format!("error: {}", Failure::Brake { brake })];
            return Ok(Pushed { text: String::new(), json, code: Code::Brake, words });
        }
        other => other?,
    };
    let Finished { report, cause, files } = finished;
    let mut code = exit::of_run(cause.as_ref(), report.invalid + report.refused > 0);
    let mut words: Vec<String> = cause.iter().map(show::cause).collect();
    // What was delivered is reported even if this fails.
    if let Err(failure) = write_rejections(push, &files).await {
        code = if cause.is_none() { failure.code() } else { code };
        words.push(format!("error: {failure}"));
    }
    let text = show::report(&report, push.output.rejections.is_some());
    Ok(Pushed { text, json: show::report_json(&report), code, words })
}

/// Makes the run ready, and says so if that takes to finish another one.
async fn prepare(
    exporter: &Exporter,
    request: PlanRequest,
    stop: (StopHandle, Stop),
    (bar, progress): (&Bar, &Progress),
) -> Result<Prepared, RunError> {
    let recovers = || progress.steps().iter().any(|(phase, _)| *phase == Phase::Recovering);
    let say = || bar.say("An earlier run with another plan is not finished: settling what it has sent.");
    let mut prepared = pin!(exporter.prepare(request, stop));
    let mut has_said = false;
    loop {
        tokio::select! {
            prepared = &mut prepared => {
                if recovers() && !has_said {
                    say();
                }
                return prepared;
            }
            () = tokio::time::sleep(LOOK), if !has_said => {
                has_said = recovers();
                if has_said {
                    say();
                }
            }
        }
    }
}

/// Says before anything is sent that a file could not be written after it.
fn check_writable(out: &Path) -> Result<(), Failure> {
    let is_new = !out.exists();
    if !is_new && !out.is_file() && !out.is_dir() {
        // Who reads a pipe would take the end of this for the end of all.
        return Ok(());
    }
    let opened = OpenOptions::new().append(true).create(true).open(out);
    opened.map_err(|error| {
        Failure::Input(format!("--rejections: {} cannot be written: {error}", out.display()))
    })?;
    if is_new {
        // Until there is something to write, there is no file.
        let _ = std::fs::remove_file(out);
    }
    Ok(())
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
    if push.account.allow_insecure_host && !is_this_machine(&host.name()) {
        show::say(
            "warning: --allow-insecure-host: the API key may travel in the open; use this with the sandbox only",
        );
    }
    Ok(host)
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

fn options(push: &Push) -> Options {
    let options =
        Options { user_agent: concat!("segue/", env!("CARGO_PKG_VERSION")).to_owned(), ..Options::default() };
    let options = options.sped_up(push.account.speed);
    // The rest is for people who wait at a screen; they may have been there, or come, within the same second.
    let limits = if push.account.no_limits { Limits::none() } else { options.limits.without_reserve() };
    Options { limits, ..options }
}

/// Looks at what is pushed, and says which columns are missing before a key is asked for. What fields take is known only
/// later.
async fn check_columns(push: &Push, input: &Input) -> Result<Inspection, Failure> {
    let fields = push.matching.fields.iter().map(|choice| FieldMatch {
        field: 0,
        title: choice.field.clone(),
        column: choice.column.clone(),
        kind: FieldType::Many(Vec::new()),
    });
    let request = input.request(push, fields.collect());
    blocking(move || TableEngine.check(&request)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, segue_model::EngineError> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Failure::Run(RunError::Defect)),
    }
}
