//! The API without a network: for a command that has the installation itself, and so asks as one of its people without
//! signing in.
//!
//! Requests go through the same router as those of the network: the same rights, checks, words and audit log.

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures::StreamExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use segue_store::{Person, Session};

use crate::app::App;
use crate::caller::SESSION_MS;
use crate::router::router;

/// The person in whose name a command asks. Only this process can put it into a request: what comes over the network has
/// headers and a body, and no such extension.
#[derive(Debug, Clone)]
pub(crate) struct AtHand(pub(crate) Person);

impl AtHand {
    /// A session that lasts as long as the command, and that is stored nowhere.
    pub(crate) fn session(&self, now_ms: i64) -> Session {
        Session {
            id: String::new(),
            person: self.0.id.clone(),
            created_ms: now_ms,
            seen_ms: now_ms,
            expires_ms: now_ms + SESSION_MS,
        }
    }
}

/// The API as this person meets it.
pub struct Local {
    routes: TowerToHyperService<Router>,
    person: AtHand,
}

/// What the API has answered.
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: BodyDataStream,
}

impl Local {
    /// The API of this installation, asked by this person.
    #[must_use]
    pub fn new(app: App, person: Person) -> Self {
        Self { routes: TowerToHyperService::new(router(app)), person: AtHand(person) }
    }

    /// Asks. `address` is a path, perhaps with a query; the headers say what kind of body it is.
    ///
    /// # Errors
    /// If there can be no such request.
    pub async fn ask(
        &self,
        method: Method,
        address: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Reply, axum::http::Error> {
        let mut request = Request::builder().method(method).uri(address).body(Body::from(body))?;
        *request.headers_mut() = headers;
        request.extensions_mut().insert(self.person.clone());
        let (parts, body) = match self.routes.call(request).await {
            Ok(answer) => answer.into_parts(),
            Err(never) => match never {},
        };
        Ok(Reply { status: parts.status, headers: parts.headers, body: body.into_data_stream() })
    }
}

impl Reply {
    /// The next part of the body; none at its end.
    ///
    /// # Errors
    /// If what is answered cannot be read to its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, axum::Error> {
        self.body.next().await.transpose()
    }
}
