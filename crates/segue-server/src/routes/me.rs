//! What people change about themselves.

use axum::extract::State;
use axum::http::StatusCode;
use segue_model::person::{Language, check_password, display_name};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::users::{User, after};
use crate::app::App;
use crate::caller::{Caller, compared};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Body, Checks};
use crate::problem::Problem;
use crate::schema;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(change_me)).routes(routes!(change_password))
}

/// What is to be different. What is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MyChanges {
    pub(crate) name: Option<String>,
    #[schema(schema_with = schema::language)]
    pub(crate) language: Option<Language>,
}

/// Change my name or language
#[utoipa::path(patch, path = "/me", tag = "sign-in", request_body = MyChanges,
    params(("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = User)),
)]
pub(crate) async fn change_me(
    State(app): State<App>,
    caller: Caller,
    version: IfMatch,
    Body(changes): Body<MyChanges>,
) -> Result<Tagged<User>, Problem> {
    version.check(caller.person.version)?;
    let mut checks = Checks::default();
    let name = checks.take_given("/name", changes.name.as_deref().map(display_name));
    checks.done()?;
    let mut changed = caller.person.clone();
    changed.name = name.unwrap_or(changed.name);
    changed.language = changes.language.unwrap_or(changed.language);
    let entry = caller.entry_of_self(&app, "user.change");
    let after = after(&changed, &entry);
    let entry = compared(entry, Some(&User::from(&caller.person)), Some(&after));
    changed.version = app.store.change_person(&changed, &entry).await?;
    changed.changed_ms = entry.at_ms;
    Ok(Tagged::ok(changed.version, User::from(&changed)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The one until now.
    pub(crate) current: String,
    /// The one from now on: 12 to 256 characters.
    pub(crate) new: String,
}

/// Change my password
///
/// All other sessions of the person end. Takes a session, not a token.
#[utoipa::path(put, path = "/me/password", tag = "sign-in", request_body = NewPassword, responses(
    (status = NO_CONTENT, description = "changed"),
))]
pub(crate) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    Body(passwords): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let session = caller.require_session()?;
    check_password(&passwords.new, &caller.person.login).map_err(|detail| Problem::field("/new", detail))?;
    caller.prove(&app, &passwords.current, "/current").await?;
    let hash = app.passwords.hash(&passwords.new).await?;
    let entry = caller.entry_of_self(&app, "user.set_password");
    app.store.set_password(&caller.person.id, &hash, Some(&session.id), &entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
