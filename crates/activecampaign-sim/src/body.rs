//! The body of an answer: at once, or its second half late.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

#[derive(Debug)]
pub(crate) struct Paced {
    now: Bytes,
    later: Option<(Pin<Box<Sleep>>, Bytes)>,
}

impl Paced {
    pub(crate) fn at_once(body: Bytes) -> Self {
        Self { now: body, later: None }
    }

    /// The first half at once, the rest after that long.
    pub(crate) fn slow(mut body: Bytes, wait: Duration) -> Self {
        let later = body.split_off(body.len() / 2);
        Self { now: body, later: Some((Box::pin(tokio::time::sleep(wait)), later)) }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.now.is_empty()
            && let Some((wait, rest)) = &mut self.later
        {
            ready!(wait.as_mut().poll(context));
            (self.now, self.later) = (std::mem::take(rest), None);
        }
        let now = std::mem::take(&mut self.now);
        Poll::Ready((!now.is_empty()).then(|| Ok(Frame::data(now))))
    }

    fn is_end_stream(&self) -> bool {
        self.now.is_empty() && self.later.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let later = self.later.as_ref().map_or(0, |(_, rest)| rest.len());
        SizeHint::with_exact((self.now.len() + later) as u64)
    }
}
