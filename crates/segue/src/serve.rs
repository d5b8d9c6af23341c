//! `segue serve`: the API as a server with a worker beside it, until it is asked to end.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use activecampaign::HostPolicy;
use clap::{Args, ValueEnum};
use segue_runs::Installation;
use segue_runs::connections::ConnectionRules;
use segue_server::{
    App, Cost, DataFolders, PublicUrl, Sandbox, Setting, one_time_link, system_clock, system_random,
};
use segue_store::ReferenceRules;
use tokio::net::TcpListener;

use crate::exit::{Code, Failure};
use crate::master_key::MasterKeySource;
use crate::sandbox;
use crate::show;
use crate::signals::Signals;
use crate::worker::{self, WorkOptions, Working};
use crate::workspace::Workspace;

/// No upload takes so long: what is left of one is nobody's, even where other servers share the folder.
const UPLOAD_IS_OVER: Duration = Duration::from_secs(60 * 60);

/// How the server's log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line, for machines
    Json,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "SEGUE_LISTEN",
        hide_env_values = true,
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: SocketAddr,
    /// Address under which people reach it, with its scheme: https unless it is this machine [default: where it listens]
    #[arg(long, value_name = "URL", env = "SEGUE_URL", hide_env_values = true, value_parser = PublicUrl::parse)]
    pub(crate) url: Option<PublicUrl>,
    /// Address of a proxy whose X-Forwarded-For is believed; may be repeated
    #[arg(
        long = "trusted-proxy",
        value_name = "ADDRESS",
        env = "SEGUE_TRUSTED_PROXY",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// How the log on standard error is written; `SEGUE_LOG` says how much of it
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        env = "SEGUE_LOG_FORM",
        hide_env_values = true,
        default_value_t
    )]
    pub(crate) log: LogForm,
    /// Folder of data files: tables that are added over the API are read from there only; may be repeated. Without any, they
    /// are what is uploaded, which the state directory keeps
    #[arg(
        long = "data-folder",
        value_name = "DIR",
        env = "SEGUE_DATA_FOLDER",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) data_folders: Vec<PathBuf>,
    /// The largest file that is taken over the API, in MB
    #[arg(long, value_name = "MB", env = "SEGUE_MAX_UPLOAD", hide_env_values = true, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_upload: u32,
    /// Print the options that are in force and where each was said, then end
    #[arg(long)]
    pub(crate) show_config: bool,
    #[command(flatten)]
    pub(crate) connections: ConnectionOptions,
    #[command(flatten)]
    pub(crate) sandbox: BuiltInSandbox,
    #[command(flatten)]
    pub(crate) key: MasterKeySource,
    #[command(flatten)]
    pub(crate) work: WorkOptions,
    #[command(flatten)]
    pub(crate) workspace: Workspace,
}

/// What the operator decides about connections.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct ConnectionOptions {
    /// Your privacy statement, which stands with the text that administrators agree to
    #[arg(
        long,
        value_name = "URL",
        env = "SEGUE_PRIVACY_POLICY",
        hide_env_values = true,
        global = true,
        value_parser = web_address
    )]
    privacy_policy: Option<String>,
    /// Folder of files with API keys, which connections may refer to by their paths
    #[arg(long, value_name = "DIR", env = "SEGUE_SECRETS_FOLDER", hide_env_values = true, global = true)]
    secrets_folder: Option<PathBuf>,
    /// Allow connections over plain http and to private addresses, for the sandbox
    #[arg(long, env = "SEGUE_ALLOW_INSECURE_HOST", hide_env_values = true, global = true)]
    allow_insecure_host: bool,
}

/// The sandbox inside the server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct BuiltInSandbox {
    /// Port on this machine of the built-in sandbox, which begins when it is first wanted; 0 for none
    #[arg(
        long,
        value_name = "PORT",
        env = "SEGUE_SANDBOX_PORT",
        hide_env_values = true,
        default_value_t = 8082
    )]
    sandbox_port: u16,
}

impl ConnectionOptions {
    pub(crate) fn rules(&self) -> ConnectionRules {
        ConnectionRules {
            hosts: if self.allow_insecure_host { HostPolicy::AllowInsecure } else { HostPolicy::PublicHttps },
            references: ReferenceRules { folder: self.secrets_folder.clone() },
            policy: self.privacy_policy.clone(),
            sandbox: None,
        }
    }
}

fn web_address(text: &str) -> Result<String, String> {
    let is_one =
        ["https://", "http://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    if is_one && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Ok(text.to_owned());
    }
    Err("write a web address, as in https://example.com/privacy".to_owned())
}

pub(crate) async fn run(serve: Serve) -> Result<Code, Failure> {
    let open = serve.workspace.open().await?;
    let data_folders = data_folders(&serve.data_folders, open.directory.path())?;
    let removed = data_folders.remove_leftovers(SystemTime::now() - UPLOAD_IS_OVER);
    if removed > 0 {
        tracing::info!(removed, "files of uploads that were cut off are removed");
    }
    let store = open.store.clone();
    let rules = ConnectionRules {
        sandbox: serve.sandbox_address().map(|address| format!("http://{address}")),
        ..serve.connections.rules()
    };
    let ended = match worker::installation(open, &serve.key, rules, serve.work.limits()).await {
        Ok(installation) => listen(&serve, installation, data_folders).await,
        Err(failure) => Err(failure),
    };
    store.close().await;
    ended
}

/// The data folders, none of which may lead to the keys and members in the state directory. Without any there is one in it for
/// what is uploaded, and nothing else.
fn data_folders(folders: &[PathBuf], state: &Path) -> Result<DataFolders, Failure> {
    if folders.is_empty() {
        let folder = state.join("uploads");
        return DataFolders::for_uploads(&folder).map_err(|error| {
            Failure::Input(format!("{} cannot be used: {error}: see who owns it", folder.display()))
        });
    }
    let opened = DataFolders::open(folders).map_err(|(folder, error)| {
        Failure::Input(format!("the data folder {} cannot be used: {error}: make it first", folder.display()))
    })?;
    if state.canonicalize().is_ok_and(|state| opened.touch(&state)) {
        return Err(Failure::Input(format!(
            "the state directory {} and a data folder are in each other: keep them apart, because keys are in one and what \
             people may read in the other",
            state.display()
        )));
    }
    Ok(opened)
}

async fn listen(
    serve: &Serve,
    installation: Installation,
    data_folders: DataFolders,
) -> Result<Code, Failure> {
    // From here on a wish to end is heard.
    let mut signals = Signals::new();
    let unusable = |error: std::io::Error| {
        Failure::Input(format!(
            "{} cannot be listened on: {error}: choose another with --listen",
            serve.listen
        ))
    };
    let listener = TcpListener::bind(serve.listen).await.map_err(unusable)?;
    let url = public_url(serve, listener.local_addr().map_err(unusable)?)?;
    let (clock, random) = (system_clock(), system_random());
    if let Some(link) = one_time_link(&installation.store, &url, clock(), &random).await? {
        show::say(
            "There is no administrator yet. This link makes the first one; it works once, within 24 hours:",
        );
        show::print(&link)?;
    }
    let sandbox =
        serve.sandbox_address().map(|address| sandbox::built_in(address, serve.work.sandbox_speed()));
    if let Some(sandbox) = &sandbox {
        begin_if_used(sandbox, &installation).await?;
    }
    let setting = Setting {
        url,
        trusted_proxies: serve.trusted_proxies.clone(),
        cost: Cost::USUAL,
        data_folders,
        largest_file: u64::from(serve.max_upload) << 20,
        sandbox,
    };
    show::say(&format!("Listening on {}. Ctrl-C ends it.", setting.url.as_str()));
    let is_alone = !serve.workspace.folder.is_shared();
    let working = Working::begin(installation.clone(), &serve.work, is_alone).await?;
    let app = App::new(installation, setting, clock, random);
    // The first wish ends the server gently, the second at once.
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let serving = async {
        let served = segue_server::serve(listener, app, async {
            let _ = end.await;
        });
        let served = served.await;
        working.end().await;
        served
    };
    let mut serving = std::pin::pin!(serving);
    let ended_well = tokio::select! {
        ended_well = &mut serving => ended_well,
        () = signals.next() => {
            show::say("Finishing what is under way. Ctrl-C once more ends it at once.");
            drop(ended);
            tokio::select! {
                ended_well = &mut serving => ended_well,
                () = signals.next() => return Ok(Code::Interrupted),
            }
        }
    };
    if !ended_well.map_err(|error| Failure::Other(format!("the server has failed: {error}")))? {
        show::say("Some requests did not end in time and were cut off.");
    }
    Ok(Code::Done)
}

impl Serve {
    /// Where the built-in sandbox is, if there is one: beside other servers and workers it would be out of their reach.
    fn sandbox_address(&self) -> Option<SocketAddr> {
        let port = self.sandbox.sandbox_port;
        let is_wanted = port != 0 && !self.workspace.folder.is_shared();
        is_wanted.then(|| SocketAddr::from(([127, 0, 0, 1], port)))
    }
}

/// What was connected to the sandbox before the server ended finds it again, though empty.
async fn begin_if_used(sandbox: &Sandbox, installation: &Installation) -> Result<(), Failure> {
    let rules = installation.connections.rules();
    let connections = installation.store.connections().await?;
    if connections.iter().any(|connection| rules.is_sandbox(&connection.host))
        && let Err(error) = (sandbox.begin)().await
    {
        show::say(&format!("The sandbox cannot begin: {error}. Choose another port with --sandbox-port."));
    }
    Ok(())
}

/// Where people reach the server. That an address of the network can be listened on does not say by which name, and
/// whether over TLS.
fn public_url(serve: &Serve, listening: SocketAddr) -> Result<PublicUrl, Failure> {
    if let Some(url) = &serve.url {
        return Ok(url.clone());
    }
    PublicUrl::parse(&format!("http://{listening}")).map_err(|_| {
        Failure::Input(format!(
            "{listening} can be reached from the network: say with --url under which address, as in \
             https://segue.example.com, with a proxy there that does TLS"
        ))
    })
}
