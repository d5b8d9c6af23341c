//! What the form of an export offers: lists and fields of the account, columns of a table and what they could fill.

use axum::Json;
use axum::extract::State;
use segue_model::Right;
use segue_model::segment::{Kind, TableColumn};
use segue_runs::exports::{AccountField, Suggestion};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{FieldView, Takes, field, takes};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Id};
use crate::problem::Problem;
use crate::routes::connections::{ListView, list_view};
use crate::schema;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(lists)).routes(routes!(fields)).routes(routes!(suggest))
}

/// A custom field of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountField)]
pub(crate) struct AccountFieldView {
    pub(crate) id: u64,
    pub(crate) title: String,
    /// Its personalisation tag.
    pub(crate) tag: String,
    pub(crate) takes: Takes,
}

fn account_field(field: AccountField) -> AccountFieldView {
    AccountFieldView { id: field.id, title: field.title, tag: field.tag, takes: takes(field.takes) }
}

/// List the lists of a connection's account
///
/// By name, for those who may use the connection.
#[utoipa::path(get, operation_id = "list_account_lists", path = "/connections/{id}/lists", tag = "exports", params(("id" = String, Path)), responses(
    (status = OK, description = "all of them", body = Vec<ListView>),
))]
pub(crate) async fn lists(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<ListView>>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let lists = app.exports.lists(&id, &caller.asker()).await?;
    Ok(Json(lists.into_iter().map(list_view).collect()))
}

/// List the custom fields of a connection's account
///
/// By title, for those who may use the connection.
#[utoipa::path(get, operation_id = "list_account_fields", path = "/connections/{id}/fields", tag = "exports", params(("id" = String, Path)), responses(
    (status = OK, description = "all of them", body = Vec<AccountFieldView>),
))]
pub(crate) async fn fields(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<AccountFieldView>>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let fields = app.exports.fields(&id, &caller.asker()).await?;
    Ok(Json(fields.into_iter().map(account_field).collect()))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestionQuery {
    /// The profile table.
    pub(crate) table: String,
    /// The id of a connection that the caller may use: its account's custom fields are looked at, too.
    pub(crate) connection: Option<String>,
}

/// A column of a profile table.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportColumn {
    pub(crate) name: String,
    #[schema(schema_with = schema::column_kind)]
    pub(crate) kind: &'static str,
    /// What it is to people, if that is known.
    #[schema(schema_with = schema::meaning)]
    pub(crate) meaning: Option<&'static str>,
}

fn column(column: &TableColumn) -> ExportColumn {
    ExportColumn {
        name: column.name.clone(),
        kind: Kind::word(column.kind),
        meaning: column.meaning.map(|meaning| meaning.word()),
    }
}

/// What the columns of a table could fill. Nothing of it is saved unless it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = MatchingSuggestion)]
pub(crate) struct SuggestionView {
    /// Columns that can hold the address, the likeliest first. With none, the table cannot be exported.
    pub(crate) emails: Vec<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) phone: Option<String>,
    /// Custom fields that are called like a column.
    pub(crate) fields: Vec<FieldView>,
    /// Every column of the table.
    pub(crate) columns: Vec<ExportColumn>,
    /// What the table declares, and so what can be required of every member.
    pub(crate) conditions: Vec<String>,
}

fn suggestion(found: Suggestion) -> SuggestionView {
    SuggestionView {
        emails: found.emails,
        first_name: found.first_name,
        last_name: found.last_name,
        phone: found.phone,
        fields: found.fields.into_iter().map(field).collect(),
        columns: found.table.columns.iter().map(column).collect(),
        conditions: found.table.conditions.into_keys().collect(),
    }
}

/// Suggest a matching
///
/// Says which columns of a table probably hold address, names, phone and what custom fields are called.
#[utoipa::path(get, operation_id = "suggest_matching", path = "/exports/matching", tag = "exports", params(SuggestionQuery), responses(
    (status = OK, description = "a suggestion", body = SuggestionView),
))]
pub(crate) async fn suggest(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<SuggestionQuery>,
) -> Result<Json<SuggestionView>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let found = app.exports.suggest(&query.table, query.connection.as_deref(), &caller.asker()).await?;
    Ok(Json(suggestion(found)))
}
