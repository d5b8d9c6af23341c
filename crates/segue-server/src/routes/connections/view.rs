//! Connections as they are shown: whole to administrators, by name to contributors, and never with their keys.

use segue_model::connection::{ConnectionKind, ExportUserGone, Fault, Sharing, Signature, Tested};
use segue_runs::connections::{Account, ListName, SeenConnection};
use segue_store::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::problem::Problem;
use crate::schema;
use crate::time::written;

/// A person at the time of what is recorded, and when that was.
#[derive(Serialize, ToSchema)]
pub(crate) struct Signed {
    pub(crate) id: String,
    /// The name or login at the time.
    pub(crate) name: String,
    pub(crate) at: String,
}

/// Who agreed that data leaves, and to what.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
pub(crate) struct ConsentView {
    /// The version of the text.
    pub(crate) text: u32,
    /// The operator's privacy statement that stood with it.
    pub(crate) policy: Option<String>,
    pub(crate) by: Signed,
}

/// In whose name exports run.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportUser)]
pub(crate) struct ExportUserView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) since: String,
    /// Why exports on this connection do not run: the person was `removed`, `disabled`, or is no administrator any more
    /// (`demoted`). Another administrator must become export user.
    pub(crate) gone: Option<&'static str>,
}

/// How the latest test ended.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub(crate) struct TestView {
    pub(crate) at: String,
    /// What was at fault; nothing if all is well.
    #[schema(schema_with = schema::fault)]
    pub(crate) fault: Option<Fault>,
    /// What is wrong and what to do.
    pub(crate) words: Option<String>,
}

/// A connection without its key, which is never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionView {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    pub(crate) kind: ConnectionKind,
    #[schema(example = "acme.api-us1.com")]
    pub(crate) host: String,
    /// Whether it leads to the built-in sandbox: nothing leaves the machine.
    pub(crate) sandbox: bool,
    /// Where the key is: `env:NAME` or `file:/path`; nothing if it is sealed here.
    pub(crate) api_key_from: Option<String>,
    /// Whether the key cannot be opened, because the master key that seals it is not here: nothing runs until the connection
    /// is given its key again.
    pub(crate) shut: bool,
    #[schema(schema_with = schema::sharing)]
    pub(crate) sharing: Sharing,
    pub(crate) consent: ConsentView,
    pub(crate) export_user: ExportUserView,
    pub(crate) test: TestView,
    /// Counts changes; the ETag is this.
    pub(crate) version: i64,
    pub(crate) created_at: String,
    pub(crate) changed_at: String,
}

/// What a contributor sees of a connection that is shared with them.
#[derive(Serialize, ToSchema)]
// So that the document tells it from a whole connection, which has these fields too.
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionName {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    pub(crate) kind: ConnectionKind,
}

/// A connection, as the caller may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AnyConnection {
    Whole(Box<ConnectionView>),
    Name(ConnectionName),
}

/// A list of the account.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountList)]
pub(crate) struct ListView {
    pub(crate) id: u64,
    pub(crate) name: String,
    /// Whether it takes e-mail. Others cannot be exported to.
    pub(crate) takes_email: bool,
}

/// A user of an ActiveCampaign account. It is kept nowhere.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountUser {
    /// What they sign in with; may be empty.
    pub(crate) username: String,
    /// First and last name; may be empty.
    pub(crate) name: String,
}

impl AccountUser {
    /// Name and user name, or what is known of them.
    pub(crate) fn told(&self) -> String {
        match (self.name.as_str(), self.username.as_str()) {
            ("", username) => username.to_owned(),
            (name, "") => name.to_owned(),
            (name, username) => format!("{name} ({username})"),
        }
    }
}

/// An account that answered to the key.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountView {
    pub(crate) host: String,
    /// The user there whose key it is.
    pub(crate) user: AccountUser,
    /// By name.
    pub(crate) lists: Vec<ListView>,
}

/// A new connection, and the account that it leads to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connected {
    pub(crate) connection: ConnectionView,
    pub(crate) account: AccountView,
}

/// A signature as it is shown.
pub(crate) fn signed(signature: &Signature) -> Signed {
    Signed { id: signature.id.clone(), name: signature.name.clone(), at: written(signature.at_ms) }
}

fn test_view(tested: &Tested) -> TestView {
    TestView {
        at: written(tested.at_ms),
        fault: tested.trouble.as_ref().map(|trouble| trouble.fault),
        words: tested.trouble.as_ref().map(|trouble| trouble.words.clone()),
    }
}

pub(crate) async fn view(app: &App, connection: &Connection) -> Result<ConnectionView, Problem> {
    let gone = app.connections.export_user_gone(connection).await?;
    let export_user = &connection.export_user;
    Ok(ConnectionView {
        id: connection.id.clone(),
        name: connection.name.clone(),
        kind: connection.kind,
        host: connection.host.clone(),
        sandbox: app.connections.rules().is_sandbox(&connection.host),
        api_key_from: connection.reference.as_ref().map(ToString::to_string),
        shut: app.connections.is_shut(connection),
        sharing: connection.sharing.clone(),
        consent: ConsentView {
            text: connection.consent.text,
            policy: connection.consent.policy.clone(),
            by: signed(&connection.consent.by),
        },
        export_user: ExportUserView {
            id: export_user.id.clone(),
            name: export_user.name.clone(),
            since: written(export_user.at_ms),
            gone: gone.map(ExportUserGone::word),
        },
        test: test_view(&connection.tested),
        version: connection.version,
        created_at: written(connection.created_ms),
        changed_at: written(connection.changed_ms),
    })
}

pub(crate) fn account_view(account: Account) -> AccountView {
    let user = AccountUser { username: account.user.username, name: account.user.name };
    AccountView { host: account.host, user, lists: account.lists.into_iter().map(list_view).collect() }
}

/// A list as it is shown.
pub(crate) fn list_view(list: ListName) -> ListView {
    ListView { id: list.id, name: list.name, takes_email: list.takes_email }
}

pub(crate) async fn any_view(app: &App, seen: SeenConnection) -> Result<AnyConnection, Problem> {
    Ok(match seen {
        SeenConnection::Whole(connection) => AnyConnection::Whole(Box::new(view(app, &connection).await?)),
        SeenConnection::Name { id, name, kind } => AnyConnection::Name(ConnectionName { id, name, kind }),
    })
}
