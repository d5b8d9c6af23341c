//! `segue push`: the main job.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use activecampaign::{Client, Host, HostPolicy, Limits, Options};
use chrono::Utc;
use secrecy::SecretString;
use segue_engine::TableEngine;
use segue_model::job::account_lane;
use segue_model::segment::Meaning;
use segue_model::{
    Brakes, DataMatching, Engine, FieldMatch, FieldType, Forgotten, Inspection, PlanRequest, Source,
};
use segue_runs::segments::ToExport;
use segue_runs::{
    Exporter, Finished, Pace, Prepared, Progress, RunError, Settings, Stop, StopHandle, check_account, limits,
};
use segue_server::system_clock;
use segue_store::{StateDirectory, Store};

use crate::bar::Bar;
use crate::cli::Push;
use crate::exit::{self, Code, Failure};
use crate::lane::Lane;
use crate::signals::Signals;
use crate::suggest;
use crate::workspace::Open;
use crate::{key, show};

/// Pushes with the key of the person who asks.
pub(crate) async fn push(push: Push) -> Result<Code, Failure> {
    // Everything that can be wrong without the key is said before it is asked for.
    let host = host(&push)?;
    let input = Input::of(&push).await?;
    let pushed = push_input(&push, &input, host).await;
    input.close().await;
    let pushed = pushed?;
    show::print(&if push.output.json { pushed.json.to_string() } else { pushed.text })?;
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
    stop_on_signals(stop.0.clone());
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
    let ended = match limits::remember(&client, &store, &lane, held.used_until_ms, clock()).await {
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
    let account = check_account(&client, push.account.list, &push.matching.fields).await?;
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
    );
    let request = request(push, input, account.fields);
    let bar = Bar::start(progress, client);
    let ended = if push.output.dry_run {
        rehearse(push, &exporter, request).await
    } else {
        run(push, &exporter, request, stop, &bar).await
    };
    bar.stop();
    ended
}

async fn rehearse(push: &Push, exporter: &Exporter, request: PlanRequest) -> Result<Pushed, Failure> {
    let prepared = exporter.rehearse(request).await?;
    let written = write_rejections(push, &prepared.files).await;
    exporter.discard(&prepared).await?;
    written?;
    let text = show::rehearsal(&prepared.plan);
    let json = show::rehearsal_json(&prepared.plan);
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
    bar: &Bar,
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
    if push.account.no_limits { Options { limits: Limits::none(), ..options } } else { options }
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
    let request = request(push, input, fields.collect());
    blocking(move || TableEngine.check(&request)).await
}

/// What is pushed.
pub(crate) struct Input {
    pub(crate) source: Source,
    key: Option<String>,
    email: String,
    /// A segment's members. Its state directory stays open, so that nobody refreshes it meanwhile.
    members: Option<ToExport>,
    open: Option<Open>,
    /// Options that would match more of the segment's columns.
    suggestion: Option<String>,
}

impl Input {
    /// The profiles of a file.
    pub(crate) fn file(path: String, push: &Push) -> Self {
        let (key, email) = (push.members.key.clone(), push.matching.email.clone().unwrap_or_default());
        Self { source: Source::anywhere(path), key, email, members: None, open: None, suggestion: None }
    }

    async fn of(push: &Push) -> Result<Self, Failure> {
        let Some(name) = &push.segment else {
            if !push.workspace.required.is_empty() {
                let words = "--require (or SEGUE_REQUIRE) asks for a condition, and a file declares none: push a segment";
                return Err(Failure::Input(words.to_owned()));
            }
            return Ok(Self::file(push.source.clone().unwrap_or_default(), push));
        };
        let open = push.workspace.open().await?;
        let members =
            match open.segments.members_to_export(std::slice::from_ref(name), &[], name, Utc::now()).await {
                Ok(members) => members,
                Err(error) => {
                    open.close().await;
                    return Err(error.into());
                }
            };
        let table = &members.table.table;
        let guessed = || table.meaning(Meaning::Email).map(|column| column.name.clone());
        let email = push.matching.email.clone().or_else(guessed).ok_or_else(|| {
            Failure::Input(format!(
                "no column of table \"{}\" is known to be an e-mail address: name it with --email",
                table.name
            ))
        })?;
        let suggestion = suggest::missing(table, &push.matching);
        let (source, key) = (members.table.source.clone(), table.key.clone());
        Ok(Self { source, key, email, members: Some(members), open: Some(open), suggestion })
    }

    async fn close(self) {
        drop(self.members);
        if let Some(open) = self.open {
            open.close().await;
        }
    }
}

fn request(push: &Push, input: &Input, fields: Vec<FieldMatch>) -> PlanRequest {
    let matching = &push.matching;
    PlanRequest {
        source: input.source.clone(),
        filter: push.members.condition.clone(),
        members: input.members.as_ref().map(|members| members.snapshot.clone()),
        key: input.key.clone(),
        matching: DataMatching {
            email: input.email.clone(),
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
        forgotten: Forgotten::default(),
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
    let mut signals = Signals::new();
    tokio::spawn(async move {
        signals.next().await;
        show::say(
            "\nFinishing what is on its way. Ctrl-C again stops at once; the next run goes on from there.",
        );
        stop.raise();
        signals.next().await;
        show::say("\nStopped. Run again to go on.");
        std::process::exit(i32::from(Code::Interrupted as u8));
    });
}
