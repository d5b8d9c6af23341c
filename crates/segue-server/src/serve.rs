//! A listener becomes a server, until it is told to end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::observe::Remote;
use crate::router::router;

/// How long requests that are under way may take to end after the server was told to.
pub const DRAIN: Duration = Duration::from_secs(10);
/// How long a client may take to send the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// Connections at one time. More wait to be accepted.
const MOST_CONNECTIONS: usize = 1024;
/// Failures to accept a connection, one after another and a second apart, until the listener is given up.
const MOST_FAILURES: u32 = 60;

/// Serves until `end` is there, then takes no more connections and lets requests end that are under way, for [`DRAIN`] at
/// the most. Gives whether all of them ended.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve(listener: TcpListener, app: App, end: impl Future<Output = ()>) -> io::Result<bool> {
    let router = router(app.clone());
    let connections = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut end = std::pin::pin!(end);
    let mut failures = 0;
    loop {
        let accepting = async {
            let permit = Arc::clone(&permits).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, remote)| (stream, remote, permit))
        };
        let (stream, remote, permit) = tokio::select! {
            () = &mut end => break,
            accepted = accepting => match accepted {
                Ok(accepted) => accepted,
                Err(error) if concerns_one_connection(&error) => continue,
                Err(error) if failures == MOST_FAILURES => return Err(error),
                Err(error) => {
                    // Out of file handles, most likely: others will be closed.
                    failures += 1;
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            },
        };
        failures = 0;
        let served = connection(stream, Remote(remote), router.clone(), connections.watcher());
        tokio::spawn(async move {
            served.await;
            drop(permit);
        });
    }
    drop(listener);
    app.end();
    Ok(tokio::time::timeout(DRAIN, connections.shutdown()).await.is_ok())
}

async fn connection(stream: TcpStream, remote: Remote, router: Router, watcher: Watcher) {
    // Answers are small and whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(remote);
        router.call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away or talks nonsense is nobody's error; it may have sent anything, so nothing of it is logged.
    let _ = watcher.watch(served).await;
}

fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
