//! The state directory of this machine, asked as a server would be, in the name of one of its users. Whoever may read and
//! write it can do everything that is in it; the name is for the audit log, and for what an administrator answers for.

use activecampaign::Limits;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH};
use segue_model::{Role, person};
use segue_server::{App, Cost, DataFolders, Local, PublicUrl, Setting, system_clock, system_random};
use segue_store::{Person, PersonFilter, Store};

use super::answer::Answer;
use super::{Ask, Body, Place};
use crate::exit::Failure;
use crate::worker;
use crate::workspace::Workspace;

/// An installation of this machine.
pub(crate) struct Here {
    local: Local,
    store: Store,
    /// Whether nobody else can work on it meanwhile.
    pub(super) is_alone: bool,
}

impl Here {
    pub(super) async fn open(place: &Place, url: PublicUrl) -> Result<Self, Failure> {
        let open = Workspace::at(place.folder.clone()).open().await?;
        let store = open.store.clone();
        let asked = async {
            let person = asking(&store, place.login.as_deref()).await?;
            let rules = place.connections.rules();
            let installation = worker::installation(open, &place.key, rules, Limits::default()).await?;
            // No table is added and no file taken in this way: commands do that without the API.
            let (data_folders, largest_file) = (DataFolders::default(), 0);
            let setting = Setting {
                url,
                trusted_proxies: Vec::new(),
                cost: Cost::USUAL,
                data_folders,
                largest_file,
                sandbox: None,
            };
            let app = App::new(installation, setting, system_clock(), system_random());
            Ok(Local::new(app, person))
        };
        match asked.await {
            Ok(local) => Ok(Self { local, store, is_alone: !place.folder.is_shared() }),
            Err(failure) => {
                store.close().await;
                Err(failure)
            }
        }
    }

    pub(super) async fn send(&self, ask: Ask) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        if let Some(version) = &ask.version
            && let Ok(version) = HeaderValue::from_str(version)
        {
            headers.insert(IF_MATCH, version);
        }
        if let Some(body) = &ask.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(body.kind()));
        }
        let address = ask.address().to_owned();
        let body = ask.body.map(Body::bytes).unwrap_or_default();
        let reply = self.local.ask(ask.method, &address, headers, body).await;
        reply.map(Answer::Here).map_err(|error| Failure::Input(format!("this cannot be asked: {error}")))
    }

    pub(super) async fn close(self) {
        self.store.close().await;
    }
}

/// The user of this login, or the only administrator.
async fn asking(store: &Store, login: Option<&str>) -> Result<Person, Failure> {
    let Some(login) = login else {
        let filter = PersonFilter { role: Some(Role::Administrator), is_enabled: Some(true) };
        let mut administrators = store.people(filter, None, 2).await?;
        return match (administrators.pop(), administrators.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => Err(Failure::Input(
                "there is more than one administrator: say with --as LOGIN who asks, for the audit log".to_owned(),
            )),
            (None, _) => Err(Failure::Input(
                "nobody may sign in here yet: run segue serve and make the first administrator, or name a server with \
                 --server"
                    .to_owned(),
            )),
        };
    };
    let login = person::login(login).map_err(|wrong| Failure::Input(format!("--as: the login {wrong}")))?;
    let found = store.person_by_login(&login).await?.filter(|person| person.is_enabled);
    found.ok_or_else(|| {
        Failure::Input(
            "--as: nobody who may sign in has this login in this state directory: check both".to_owned(),
        )
    })
}
