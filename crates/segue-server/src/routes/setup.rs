//! One-time links: the first makes the first administrator, others set a person's password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use segue_model::Role;
use segue_model::person::{Language, check_password, display_name, login};
use segue_store::{Link, Person};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::users::User;
use crate::app::App;
use crate::caller::{Visitor, compared};
use crate::input::{Body, Checks};
use crate::problem::{Code, FieldError, Problem};
use crate::schema;
use crate::secret::presented;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(use_link))
}

/// What is sent with a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// What stands behind the `#` of the link.
    pub(crate) secret: String,
    /// The password from now on: 12 to 256 characters.
    pub(crate) password: String,
    /// Of the first administrator: by which to sign in.
    pub(crate) login: Option<String>,
    /// Of the first administrator: the name.
    pub(crate) name: Option<String>,
    /// Of the first administrator: the language, `en` unless told.
    #[schema(schema_with = schema::language)]
    pub(crate) language: Option<Language>,
}

/// Use a one-time link
///
/// The link that the server prints at its first start makes the first administrator; login and name are needed. A link
/// that an administrator has made for somebody sets that person's password and ends their sessions. A link works once.
#[utoipa::path(post, path = "/setup", tag = "people", request_body = Setup, security(()), responses(
    (status = CREATED, description = "the administrator was made", body = User),
    (status = NO_CONTENT, description = "the password was set"),
))]
pub(crate) async fn use_link(
    State(app): State<App>,
    visitor: Visitor,
    Body(setup): Body<Setup>,
) -> Result<Response, Problem> {
    let link = link(&app, &setup.secret).await?;
    match link.person {
        None => {
            let person = found(&app, &visitor, &link.hash, &setup).await?;
            Ok((StatusCode::CREATED, Json(User::from(&person))).into_response())
        }
        Some(id) => {
            set_password(&app, &visitor, &link.hash, &id, &setup).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

/// The link with this secret, if it still works.
pub(crate) async fn link(app: &App, secret: &str) -> Result<Link, Problem> {
    let hash = presented("", secret).ok_or_else(|| Problem::new(Code::SpentLink))?;
    app.store.link(&hash, app.now_ms()).await?.ok_or_else(|| Problem::new(Code::SpentLink))
}

pub(crate) async fn found(
    app: &App,
    visitor: &Visitor,
    hash: &str,
    setup: &Setup,
) -> Result<Person, Problem> {
    let mut checks = Checks::default();
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    let login = checks.take("/login", login(&given(&setup.login)));
    let name = checks.take("/name", display_name(&given(&setup.name)));
    let folded = login.clone().unwrap_or_default();
    let password = checks.take("/password", check_password(&setup.password, &folded));
    let (Some(login), Some(name), Some(())) = (login, name, password) else {
        return Err(checks.done().err().unwrap_or_else(|| Problem::new(Code::Defect)));
    };
    let now_ms = app.now_ms();
    let first = Person {
        id: app.new_id(),
        login,
        name,
        role: Role::Administrator,
        language: setup.language.unwrap_or_default(),
        is_enabled: true,
        password: Some(app.passwords.hash(&setup.password).await?),
        version: 1,
        created_ms: now_ms,
        changed_ms: now_ms,
    };
    let entry = compared(visitor.entry(app, &first, "user.create"), None, Some(&User::from(&first)));
    app.store.found(hash, &first, &entry).await?;
    Ok(first)
}

pub(crate) async fn set_password(
    app: &App,
    visitor: &Visitor,
    hash: &str,
    id: &str,
    setup: &Setup,
) -> Result<(), Problem> {
    let given = [
        ("/login", setup.login.is_some()),
        ("/name", setup.name.is_some()),
        ("/language", setup.language.is_some()),
    ];
    let errors: Vec<FieldError> = given
        .iter()
        .filter(|(_, is_given)| *is_given)
        .map(|(pointer, _)| FieldError::new(pointer, "is for the first administrator only"))
        .collect();
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let person = app.store.person(id).await?;
    check_password(&setup.password, &person.login).map_err(|detail| Problem::field("/password", detail))?;
    let password = app.passwords.hash(&setup.password).await?;
    let entry = visitor.entry(app, &person, "user.set_password");
    app.store.redeem(hash, id, &password, &entry).await?;
    Ok(())
}
