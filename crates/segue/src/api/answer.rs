//! What was answered, from wherever.

use reqwest::StatusCode;
use reqwest::header::{ETAG, HeaderMap};
use segue_server::Reply;
use serde_json::Value;

use super::refusal;
use super::server::broken;
use crate::exit::Failure;

/// An answer.
pub(super) enum Answer {
    Server(reqwest::Response),
    Here(Reply),
}

/// What answers is no Segue, or one of another time.
pub(super) fn not_ours() -> Failure {
    Failure::Other(
        "the answer is not one that this version of segue understands: see that the address is Segue's, and that both \
         are of one version"
            .to_owned(),
    )
}

impl Answer {
    fn status(&self) -> StatusCode {
        match self {
            Self::Server(response) => response.status(),
            Self::Here(reply) => reply.status,
        }
    }

    fn headers(&self) -> &HeaderMap {
        match self {
            Self::Server(response) => response.headers(),
            Self::Here(reply) => &reply.headers,
        }
    }

    /// The tag of the version that is shown.
    pub(super) fn tag(&self) -> Option<String> {
        self.headers().get(ETAG)?.to_str().ok().map(str::to_owned)
    }

    /// The next part of the body; none at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::Server(response) => {
                response.chunk().await.map(|chunk| chunk.map(Into::into)).map_err(|error| broken(&error))
            }
            Self::Here(reply) => reply
                .chunk()
                .await
                .map(|chunk| chunk.map(Into::into))
                .map_err(|error| Failure::Other(format!("what was asked for cannot be read: {error}"))),
        }
    }

    async fn whole(mut self) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            body.extend(chunk);
        }
        Ok(body)
    }

    pub(super) async fn json(self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.whole().await?).map_err(|_| not_ours())
    }

    /// The answer, if it is none that turns the request down.
    pub(super) async fn accepted(self) -> Result<Self, Failure> {
        let status = self.status();
        if status.is_success() {
            return Ok(self);
        }
        Err(refusal::failure(status, &self.whole().await?))
    }
}
