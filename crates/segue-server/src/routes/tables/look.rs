//! Tables looked at: their rows, their values, what is wrong with them. That is personal data (ROL-9).

use axum::Json;
use axum::extract::State;
use segue_model::{Described, Right};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{CheckedTable, TableDescription, ValuesView, description, drifted, looked_at, values};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Id};
use crate::problem::Problem;

pub(super) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(describe)).routes(routes!(check)).routes(routes!(column_values))
}

fn may_look(caller: &Caller) -> Result<(), Problem> {
    caller.require(Right::SeeTables)?;
    caller.require(Right::SeeProfiles)
}

/// A table as it is found; how many rows it has is remembered.
async fn described(app: &App, name: &str) -> Result<Described, Problem> {
    let (_, found) = app.segments.describe(name, None).await?;
    app.store.note_rows(name, found.rows, app.now_ms()).await?;
    Ok(found)
}

/// Describe a table
///
/// Rows, empty and different values, the most frequent ones, a sample. Every value is read. This is personal data.
#[utoipa::path(get, operation_id = "describe_table", path = "/tables/{id}/description", tag = "tables",
    params(("id" = String, Path, description = "the table's name")),
    responses((status = OK, description = "the table as it was found", body = TableDescription)),
)]
pub(crate) async fn describe(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Json<TableDescription>, Problem> {
    may_look(&caller)?;
    Ok(Json(description(described(&app, &name).await?)))
}

/// Look for what is wrong with a table
///
/// Lost columns and what they break; rows that cannot be used; keys that are not unique. Every value is read. This is personal
/// data.
#[utoipa::path(get, operation_id = "check_table", path = "/tables/{id}/check", tag = "tables",
    params(("id" = String, Path, description = "the table's name")),
    responses((status = OK, description = "what was found", body = CheckedTable)),
)]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Json<CheckedTable>, Problem> {
    may_look(&caller)?;
    Ok(Json(match app.segments.drift(&name).await? {
        Some(drift) => drifted(drift),
        None => looked_at(described(&app, &name).await?),
    }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ValuesQuery {
    /// The column.
    pub(crate) column: String,
}

/// Suggest values of a column
///
/// The most frequent ones. Every value of the column is read. This may be personal data.
#[utoipa::path(get, operation_id = "suggest_values", path = "/tables/{id}/values", tag = "tables",
    params(("id" = String, Path, description = "the table's name"), ValuesQuery),
    responses((status = OK, description = "the values", body = ValuesView)),
)]
pub(crate) async fn column_values(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Asked(query): Asked<ValuesQuery>,
) -> Result<Json<ValuesView>, Problem> {
    may_look(&caller)?;
    Ok(Json(values(app.segments.values(&name, &query.column).await?)))
}
