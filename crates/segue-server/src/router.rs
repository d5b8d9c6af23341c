//! Every route, the OpenAPI document, and what lies around all routes.

use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Ref;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::console;
use crate::input::MAX_BODY;
use crate::observe::observe;
use crate::problem::{Code, Problem, ProblemBody};
use crate::routes;

/// Where the API begins.
const BASE: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Segue",
        description = "Keeps ActiveCampaign lists exactly equal to segments of customer profiles. See docs/api.md.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(ProblemBody)),
    security(("session" = []), ("token" = [])),
)]
struct Document;

/// All endpoints of the API. A group of endpoints is added here and nowhere else.
fn api() -> OpenApiRouter<App> {
    let endpoints = OpenApiRouter::new()
        .merge(routes::setup::endpoints())
        .merge(routes::session::endpoints())
        .merge(routes::me::endpoints())
        .merge(routes::users::endpoints())
        .merge(routes::tokens::endpoints())
        .merge(routes::audit::endpoints())
        .merge(routes::connections::endpoints())
        .merge(routes::exports::endpoints())
        .merge(routes::runs::endpoints())
        .merge(routes::refreshes::endpoints())
        .merge(routes::profiles::endpoints())
        .merge(routes::segments::endpoints())
        .merge(routes::tables::endpoints())
        .merge(routes::files::endpoints());
    OpenApiRouter::with_openapi(Document::openapi()).nest(BASE, endpoints)
}

/// The OpenAPI document of all endpoints.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = api().into_openapi();
    if let Some(components) = &mut document.components {
        let cookie =
            "the session's cookie, `__Host-segue`, or `segue` where the server is reached without TLS";
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("__Host-segue", cookie))),
        );
        let token =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("a personal API token"));
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    }
    for item in document.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete, &mut item.head];
        operations.into_iter().flatten().for_each(may_fail);
    }
    document
}

/// Every operation may answer with a problem.
fn may_fail(operation: &mut Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new()
        .description("it failed: see docs/errors.md for every code")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
}

/// The server as one service.
pub(crate) fn router(app: App) -> Router {
    let (endpoints, _) = api().split_for_parts();
    let document = Json(openapi());
    let routes = endpoints
        .route(&format!("{BASE}/openapi.json"), get(async move || document))
        .route("/healthz", get(routes::health::alive))
        .route("/readyz", get(routes::health::ready))
        .route("/metrics", get(routes::health::metrics))
        .route("/docs/errors.md", get(errors_page))
        .merge(console::pages());
    surrounded(routes, app)
}

/// What lies around all routes, from the inside to the outside.
fn surrounded(routes: Router<App>, app: App) -> Router {
    routes
        .fallback(async || Problem::new(Code::NotFound))
        .method_not_allowed_fallback(async || Problem::new(Code::WrongMethod))
        .layer(CatchPanicLayer::custom(|_| Problem::new(Code::Defect).into_response()))
        .layer(middleware::from_fn_with_state(app.clone(), console::as_page))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

/// The page that the `type` of every problem leads to.
async fn errors_page() -> Response {
    let text = include_str!("../../../docs/errors.md");
    ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use segue_engine::TableEngine;
    use segue_model::Resources;
    use segue_runs::Installation;
    use segue_runs::connections::ConnectionRules;
    use segue_runs::segments::Segments;
    use segue_store::{MasterKeys, StateDirectory, Store};

    use super::*;
    use crate::{Cost, DataFolders, PublicUrl, Setting, system_clock, system_random};

    #[tokio::test]
    async fn a_defect_is_a_problem_that_says_nothing_but_the_id_of_the_request() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Arc::new(StateDirectory::open(folder.path()).unwrap());
        let store = Store::open(&directory).await.unwrap();
        let url = PublicUrl::parse("http://localhost").unwrap();
        let data_folders = DataFolders::default();
        let setting = Setting {
            url,
            trusted_proxies: Vec::new(),
            cost: Cost::LEAST,
            data_folders,
            largest_file: 0,
            sandbox: None,
        };
        let keys = MasterKeys::of_directory(&directory).unwrap();
        let (engine, resources) = (
            Arc::new(TableEngine),
            Resources { threads: 1, memory_bytes: 1 << 24, spill: directory.spill() },
        );
        let segments =
            Segments::new(engine.clone(), store.clone(), Arc::clone(&directory), resources, Vec::new());
        let rules = ConnectionRules::default();
        let installation = Installation::new(store, directory, keys, rules, Arc::new(segments), engine);
        let app = App::new(installation, setting, system_clock(), system_random());
        let routes = Router::new().route("/", get(async || -> () { panic!("ana@example.com") }));
        let service = TowerToHyperService::new(surrounded(routes, app));
        let answer = service.call(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert!(answer.headers().contains_key("x-request-id"));
        let text = to_bytes(answer.into_body(), MAX_BODY).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        assert!(text.contains("\"defect\"") && !text.contains("example.com"), "{text}");
    }
}
