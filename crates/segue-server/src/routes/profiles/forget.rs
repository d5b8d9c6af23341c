//! Forgetting a person, and the receipts of that. Receipts name nobody.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use segue_model::{HashKey, Listing, Right};
use segue_runs::profiles::{Found, Receipt, Wish};
use segue_store::Erasure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object};
use crate::input::{Asked, Body, Id};
use crate::paging::{Page, Paging};
use crate::problem::{Code, Problem};
use crate::time::written;

/// Addresses that may be named besides those that are known.
const ADDRESSES: usize = 20;

pub(super) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find))
        .routes(routes!(forget))
        .routes(routes!(receipts))
        .routes(routes!(receipt))
}

/// Who is to be forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Who {
    /// The table of profiles.
    pub(crate) table: String,
    /// Her key. She need not be in the table any more.
    pub(crate) key: String,
    /// Addresses that she had besides those that the table knows; 20 at the most.
    #[serde(default)]
    pub(crate) addresses: Vec<String>,
}

/// What forgetting somebody would do.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundProfile)]
pub(crate) struct FoundView {
    /// Whether the table has her.
    pub(crate) is_profile: bool,
    /// Her addresses that would never be sent again.
    pub(crate) addresses: u64,
    /// Segments whose members hold her.
    pub(crate) segments: Vec<String>,
    /// Ledgers that hold her.
    pub(crate) ledgers: Vec<OnListView>,
    /// Rows and examples of runs that are hers, of those who were delivered and of those who were rejected.
    pub(crate) rejections: u64,
    /// Segments whose definitions name an address of hers. Nobody but their owners can change these.
    pub(crate) definitions: Vec<String>,
    /// The receipt, if she was forgotten already.
    pub(crate) receipt: Option<String>,
}

/// A ledger that holds her.
#[derive(Serialize, ToSchema)]
#[schema(as = OnList)]
pub(crate) struct OnListView {
    /// The export's name.
    pub(crate) export: String,
    pub(crate) host: String,
    /// ActiveCampaign's id of the list.
    pub(crate) list: u64,
    /// Whether she is on the list by this export's doing.
    pub(crate) is_listed: bool,
    /// Whether Segue can unsubscribe her from it: an export of a connection put her there.
    pub(crate) can_unsubscribe: bool,
}

impl From<Found> for FoundView {
    fn from(found: Found) -> Self {
        let ledgers = found.ledgers.into_iter().map(|on_list| {
            let is_listed = on_list.listing == Listing::Listed;
            OnListView {
                is_listed,
                can_unsubscribe: is_listed && on_list.connection.is_some(),
                export: on_list.export,
                host: on_list.host,
                list: on_list.list,
            }
        });
        Self {
            is_profile: found.is_profile,
            addresses: found.addresses.len() as u64,
            segments: found.segments,
            ledgers: ledgers.collect(),
            rejections: found.rejections,
            definitions: found.definitions,
            receipt: found.erasure.filter(|erasure| erasure.receipt.is_some()).map(|erasure| erasure.id),
        }
    }
}

/// Tell what forgetting a person would do
///
/// Nothing is changed.
#[utoipa::path(post, operation_id = "look_at_forgetting", path = "/profiles/forget/look", tag = "profiles", request_body = Who, responses(
    (status = OK, description = "what is kept of her, and where", body = FoundView),
))]
pub(crate) async fn find(
    State(app): State<App>,
    caller: Caller,
    Body(who): Body<Who>,
) -> Result<Json<FoundView>, Problem> {
    caller.require(Right::ForgetProfiles)?;
    check(&who.addresses)?;
    Ok(Json(app.profiles.find(&who.table, &who.key, &who.addresses).await?.into()))
}

fn check(addresses: &[String]) -> Result<(), Problem> {
    if addresses.len() > ADDRESSES {
        return Err(Problem::field("/addresses", format!("must be {ADDRESSES} at the most")));
    }
    let wrong = addresses
        .iter()
        .position(|address| segue_model::email::check(&segue_model::email::fold(address)).is_err());
    match wrong {
        Some(index) => Err(Problem::field(&format!("/addresses/{index}"), "is no e-mail address")),
        None => Ok(()),
    }
}

/// A wish to forget a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forget {
    /// The table of profiles.
    pub(crate) table: String,
    /// Her key. She need not be in the table any more, if her addresses are named or known from earlier runs.
    pub(crate) key: String,
    /// Addresses that she had besides those that the table knows; 20 at the most.
    #[serde(default)]
    pub(crate) addresses: Vec<String>,
    /// Whether she is unsubscribed from the lists that exports put her on, before anything else; true unless told.
    #[serde(default = "yes")]
    pub(crate) unsubscribe: bool,
    /// Her key once more, since this cannot be undone.
    pub(crate) confirm: String,
}

const fn yes() -> bool {
    true
}

/// Forget a person
///
/// She is taken out of everything that Segue keeps, and left out of every segment and every export from now on. It cannot be
/// undone. Asked again, it answers with the same receipt. Her rows in the source files are not Segue's to change.
#[utoipa::path(post, operation_id = "forget_profile", path = "/profiles/forget", tag = "profiles", request_body = Forget, responses(
    (status = CREATED, description = "she is forgotten", body = ReceiptView),
    (status = OK, description = "she was forgotten before", body = ReceiptView),
))]
pub(crate) async fn forget(
    State(app): State<App>,
    caller: Caller,
    Body(wish): Body<Forget>,
) -> Result<(StatusCode, Json<ReceiptView>), Problem> {
    caller.require(Right::ForgetProfiles)?;
    if wish.key.is_empty() {
        return Err(Problem::field("/key", "must not be empty"));
    }
    if wish.confirm != wish.key {
        return Err(Problem::field("/confirm", "must be the key of the person, once more"));
    }
    check(&wish.addresses)?;
    let mut bytes = [0; 16];
    (app.random())(&mut bytes);
    let id = app.new_id();
    // What is done and to whom stands there when it is done.
    let by = caller.entry(&app, "profile.forget", Object { kind: "profile", id: &id, name: &wish.table });
    let wish = Wish {
        table: wish.table,
        key: wish.key,
        addresses: wish.addresses,
        unsubscribe: wish.unsubscribe,
        id,
        hash_key: HashKey::new(bytes),
        by,
        person_name: caller.person.name.clone(),
    };
    // Whoever asked may be gone before it ends; what has begun is brought to its end.
    let profiles = app.profiles.clone();
    let done = tokio::spawn(async move { profiles.forget(&wish).await }).await;
    let forgetting = done.map_err(|_| Problem::new(Code::Defect))??;
    let status = if forgetting.was_done { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(ReceiptView::of(&forgetting.erasure)?)))
}

/// What was erased where, when, and by whom. It names nobody who was forgotten.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub(crate) struct ReceiptView {
    pub(crate) id: String,
    pub(crate) at: String,
    /// Who did it, by name at the time.
    pub(crate) by: String,
    /// The table whose profile it was.
    pub(crate) table: String,
    /// Addresses that are never sent again.
    pub(crate) addresses: u64,
    /// Segments whose members held the person.
    pub(crate) segments: Vec<String>,
    /// Ledgers that held the person.
    pub(crate) ledgers: Vec<ErasedFromView>,
    /// Rows and examples of runs that were the person's, delivered or rejected.
    pub(crate) rejections: u64,
    /// Segments whose definitions name an address of the person, and must be changed by hand.
    pub(crate) definitions: Vec<String>,
}

/// A ledger that held a forgotten person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErasedFrom)]
pub(crate) struct ErasedFromView {
    /// The export's name.
    pub(crate) export: String,
    pub(crate) host: String,
    /// ActiveCampaign's id of the list.
    pub(crate) list: u64,
    /// What became of the person on the list: `unsubscribed`; `gone`, was not on it any more; `not_ours`, was on it before Segue
    /// ever sent the person; `left_alone`, nothing was done there.
    pub(crate) outcome: &'static str,
}

impl ReceiptView {
    /// The beginning of its number, where many are listed.
    pub(crate) fn short(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    fn of(erasure: &Erasure) -> Result<Self, Problem> {
        let receipt: Receipt = serde_json::from_str(erasure.receipt.as_deref().unwrap_or_default())
            .map_err(|_| Problem::new(Code::Defect))?;
        let ledgers = receipt.ledgers.into_iter().map(|from| ErasedFromView {
            outcome: from.outcome.word(),
            export: from.export,
            host: from.host,
            list: from.list,
        });
        Ok(Self {
            id: erasure.id.clone(),
            at: written(erasure.at_ms),
            by: erasure.person_name.clone(),
            table: erasure.table.clone(),
            addresses: receipt.addresses,
            segments: receipt.segments,
            ledgers: ledgers.collect(),
            rejections: receipt.rejections,
            definitions: receipt.definitions,
        })
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptsQuery {
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// A page of receipts.
pub(crate) type Receipts = Page<ReceiptView>;

/// List receipts
///
/// Of people who were forgotten, the newest first.
#[utoipa::path(get, operation_id = "list_receipts", path = "/receipts", tag = "profiles", params(ReceiptsQuery), responses(
    (status = OK, description = "a page of receipts", body = Page<ReceiptView>),
))]
pub(crate) async fn receipts(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<ReceiptsQuery>,
) -> Result<Json<Receipts>, Problem> {
    caller.require(Right::ForgetProfiles)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let erasures = app.store.erasures(paging.cursor.as_deref(), limit + 1).await?;
    let page = Page::of(erasures, limit, |erasure| erasure.id.clone(), |erasure| ReceiptView::of(&erasure));
    let items = page.items.into_iter().collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next: page.next }))
}

/// Show a receipt
#[utoipa::path(get, operation_id = "show_receipt", path = "/receipts/{id}", tag = "profiles", params(("id" = String, Path)), responses(
    (status = OK, description = "the receipt", body = ReceiptView),
))]
pub(crate) async fn receipt(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ReceiptView>, Problem> {
    caller.require(Right::ForgetProfiles)?;
    Ok(Json(ReceiptView::of(&app.store.erasure(&id).await?)?))
}
