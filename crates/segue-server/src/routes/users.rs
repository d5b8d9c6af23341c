//! Users: who may sign in, and what each may do. For administrators (ROL-15).

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::person::{Language, display_name, login};
use segue_model::{Right, Role};
use segue_store::{Entry, Person, PersonFilter, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object, compared};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Checks, Id};
use crate::links;
use crate::paging::{Page, Paging};
use crate::problem::{Code, Problem};
use crate::schema;
use crate::time::written;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(new_link))
}

/// A person who may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    pub(crate) id: String,
    /// By which they sign in, in lower case.
    #[schema(example = "ana@example.com")]
    pub(crate) login: String,
    pub(crate) name: String,
    #[schema(schema_with = schema::role)]
    pub(crate) role: Role,
    #[schema(schema_with = schema::language)]
    pub(crate) language: Language,
    /// Whether they may sign in.
    pub(crate) enabled: bool,
    /// Whether they have set a password yet.
    pub(crate) has_password: bool,
    /// Counts changes; the ETag is this.
    pub(crate) version: i64,
    pub(crate) created_at: String,
    pub(crate) changed_at: String,
}

impl From<&Person> for User {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.clone(),
            login: person.login.clone(),
            name: person.name.clone(),
            role: person.role,
            language: person.language,
            enabled: person.is_enabled,
            has_password: person.password.is_some(),
            version: person.version,
            created_at: written(person.created_ms),
            changed_at: written(person.changed_ms),
        }
    }
}

/// A link that works once, to be handed to the person by a safe way.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneTimeLink {
    /// The address. It is shown only now.
    pub(crate) url: String,
    pub(crate) expires_at: String,
}

/// A new user, and the link with which they set their password.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    pub(crate) user: User,
    pub(crate) link: OneTimeLink,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserQuery {
    /// Only those of this role.
    #[param(schema_with = schema::role)]
    pub(crate) role: Option<Role>,
    /// Only those who may sign in, or who may not.
    pub(crate) enabled: Option<bool>,
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List users
///
/// By login.
#[utoipa::path(get, operation_id = "list_users", path = "/users", tag = "people", params(UserQuery), responses(
    (status = OK, description = "a page of users", body = Page<User>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<UserQuery>,
) -> Result<Json<Page<User>>, Problem> {
    caller.require(Right::ManagePeople)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let filter = PersonFilter { role: query.role, is_enabled: query.enabled };
    let people = app.store.people(filter, paging.cursor.as_deref(), limit + 1).await;
    let people = people.map_err(|error| match error {
        // The last of the page before was removed in the meantime.
        StoreError::Missing { .. } => Problem::new(Code::UnknownCursor),
        other => other.into(),
    })?;
    Ok(Json(Page::of(people, limit, |person| person.id.clone(), |person| User::from(&person))))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// An e-mail address or any other word without spaces; folded to lower case.
    pub(crate) login: String,
    pub(crate) name: String,
    #[schema(schema_with = schema::role)]
    pub(crate) role: Role,
    /// `en` unless told.
    #[schema(schema_with = schema::language)]
    pub(crate) language: Option<Language>,
}

/// Add a user
///
/// The answer holds a link with which the person sets a password. It works once, within 24 hours.
#[utoipa::path(post, operation_id = "add_user", path = "/users", tag = "people", request_body = NewUser, responses(
    (status = CREATED, description = "added", body = Invited),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewUser>,
) -> Result<Response, Problem> {
    let invited = add(&app, &caller, &new).await?;
    let place = format!("/api/v1/users/{}", invited.user.id);
    Ok(([(header::LOCATION, place)], Tagged::created(invited.user.version, invited)).into_response())
}

/// Adds a user, with a link to set a password.
pub(crate) async fn add(app: &App, caller: &Caller, new: &NewUser) -> Result<Invited, Problem> {
    caller.require(Right::ManagePeople)?;
    let mut checks = Checks::default();
    let login = checks.take("/login", login(&new.login));
    let name = checks.take("/name", display_name(&new.name));
    checks.done()?;
    let now_ms = app.now_ms();
    let person = Person {
        id: app.new_id(),
        login: login.unwrap_or_default(),
        name: name.unwrap_or_default(),
        role: new.role,
        language: new.language.unwrap_or_default(),
        is_enabled: true,
        password: None,
        version: 1,
        created_ms: now_ms,
        changed_ms: now_ms,
    };
    let entry = compared(caller.entry(app, "user.create", object(&person)), None, Some(&User::from(&person)));
    app.store.add_person(&person, &entry).await.map_err(login_is_taken)?;
    let link = make_link(app, caller, &person).await?;
    Ok(Invited { user: User::from(&person), link })
}

/// Show a user
#[utoipa::path(get, operation_id = "show_user", path = "/users/{id}", tag = "people", params(("id" = String, Path)), responses(
    (status = OK, description = "the user", body = User),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<User>, Problem> {
    caller.require(Right::ManagePeople)?;
    let person = app.store.person(&id).await?;
    Ok(Tagged::ok(person.version, User::from(&person)))
}

/// What is to be different. What is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChanges {
    pub(crate) login: Option<String>,
    pub(crate) name: Option<String>,
    #[schema(schema_with = schema::role)]
    pub(crate) role: Option<Role>,
    #[schema(schema_with = schema::language)]
    pub(crate) language: Option<Language>,
    /// Somebody disabled is signed out at once, and their tokens stop working.
    pub(crate) enabled: Option<bool>,
}

/// Change a user
///
/// A new role holds from the next request on. The last administrator who can sign in stays one.
#[utoipa::path(patch, operation_id = "change_user", path = "/users/{id}", tag = "people", request_body = UserChanges,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = User)),
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
    Body(changes): Body<UserChanges>,
) -> Result<Tagged<User>, Problem> {
    caller.require(Right::ManagePeople)?;
    let before = app.store.person(&id).await?;
    version.check(before.version)?;
    let mut checks = Checks::default();
    let login = checks.take_given("/login", changes.login.as_deref().map(login));
    let name = checks.take_given("/name", changes.name.as_deref().map(display_name));
    checks.done()?;
    let mut changed = before.clone();
    changed.login = login.unwrap_or(changed.login);
    changed.name = name.unwrap_or(changed.name);
    changed.role = changes.role.unwrap_or(changed.role);
    changed.language = changes.language.unwrap_or(changed.language);
    changed.is_enabled = changes.enabled.unwrap_or(changed.is_enabled);
    let entry = caller.entry(&app, "user.change", object(&changed));
    let after = after(&changed, &entry);
    let entry = compared(entry, Some(&User::from(&before)), Some(&after));
    changed.version = app.store.change_person(&changed, &entry).await.map_err(login_is_taken)?;
    changed.changed_ms = entry.at_ms;
    Ok(Tagged::ok(changed.version, User::from(&changed)))
}

/// Remove a user
///
/// With sessions, tokens and links. What they did stays in the audit log.
#[utoipa::path(delete, operation_id = "remove_user", path = "/users/{id}", tag = "people",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = NO_CONTENT, description = "removed")),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.require(Right::ManagePeople)?;
    let person = app.store.person(&id).await?;
    version.check(person.version)?;
    let entry =
        compared(caller.entry(&app, "user.remove", object(&person)), Some(&User::from(&person)), None);
    app.store.remove_person(&id, person.version, &entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a link with which a user sets a new password
///
/// It works once, within 24 hours, and the ones before it for the same user work no more. The password stays as it is
/// until the link is used.
#[utoipa::path(post, operation_id = "make_password_link", path = "/users/{id}/link", tag = "people", params(("id" = String, Path)), responses(
    (status = CREATED, description = "made", body = OneTimeLink),
))]
pub(crate) async fn new_link(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<(StatusCode, Json<OneTimeLink>), Problem> {
    caller.require(Right::ManagePeople)?;
    let person = app.store.person(&id).await?;
    Ok((StatusCode::CREATED, Json(make_link(&app, &caller, &person).await?)))
}

pub(crate) async fn make_link(app: &App, caller: &Caller, person: &Person) -> Result<OneTimeLink, Problem> {
    let made = links::make(&app.setting.url, Some(&person.id), app.now_ms(), app.random());
    app.store.make_link(&made.link, &caller.entry(app, "user.link", object(person))).await?;
    Ok(OneTimeLink { url: made.url, expires_at: written(made.link.expires_ms) })
}

/// What a person is once a change is made that is about to be.
pub(crate) fn after(changed: &Person, entry: &Entry) -> User {
    User::from(&Person { version: changed.version + 1, changed_ms: entry.at_ms, ..changed.clone() })
}

fn object(person: &Person) -> Object<'_> {
    Object { kind: "user", id: &person.id, name: &person.login }
}

fn login_is_taken(error: StoreError) -> Problem {
    match error {
        StoreError::Exists { .. } => {
            Problem::with(Code::Taken, "there is a user of this login already: choose another")
        }
        other => other.into(),
    }
}
