//! A run as it goes on, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use segue_model::Right;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::view;
use crate::app::App;
use crate::caller::Caller;
use crate::input::Id;
use crate::problem::Problem;

/// Between two looks at the store. Workers in other processes write there, too.
const BETWEEN: Duration = Duration::from_millis(500);
/// How long one stream lasts: browsers begin another by themselves, and are asked who they are.
const LONGEST: u32 = 10 * 60 * 2;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// A server-sent event.
#[derive(ToSchema)]
#[schema(as = RunEvent)]
#[expect(dead_code, reason = "it only says how events look, which are written otherwise")]
struct EventView {
    /// `run`.
    event: String,
    /// The run as it then is, as `GET /runs/{id}` shows it, in JSON.
    data: String,
}

/// Watch a run
///
/// Server-sent events named `run`, each with the run as it then is, whenever something about it changes; the last one when it
/// has ended.
#[utoipa::path(get, operation_id = "watch_run", path = "/runs/{id}/events", tag = "runs", params(("id" = String, Path)), responses(
    (status = OK, description = "the events", body = EventView, content_type = "text/event-stream"),
))]
pub(crate) async fn events(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    caller.require(Right::SeeExports)?;
    // What is not there is a problem, not an empty stream.
    app.store.job(&id).await?;
    let watched = stream::unfold(Watch { app, id, shown: String::new(), looks: 0 }, next);
    Ok(Sse::new(watched).keep_alive(KeepAlive::default()).into_response())
}

pub(crate) struct Watch {
    pub(crate) app: App,
    pub(crate) id: String,
    pub(crate) shown: String,
    pub(crate) looks: u32,
}

/// Waits until there is something new; ends with the run, with the server, or when it has lasted long enough.
pub(crate) async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    loop {
        if watch.looks >= LONGEST {
            return None;
        }
        if watch.looks > 0 {
            tokio::select! {
                () = tokio::time::sleep(BETWEEN) => {}
                () = watch.app.ended() => return None,
            }
        }
        watch.looks += 1;
        // A store that is away for a moment ends no stream.
        let Ok(job) = watch.app.store.job(&watch.id).await else { continue };
        let has_ended = job.status.has_ended();
        let Ok(text) = serde_json::to_string(&view(job)) else { return None };
        if text != watch.shown {
            watch.shown.clone_from(&text);
            if has_ended {
                watch.looks = LONGEST;
            }
            return Some((Ok(Event::default().event("run").data(text)), watch));
        }
    }
}
