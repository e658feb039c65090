//! Accepting connections: one loop, so that every connection has its switch, its limits and its end.

use super::answer::{HttpError, panicked};
use super::files;
use super::refusals::Explained;
use crate::error::Error;
use crate::net::{Peer, Wire};
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, ORIGIN, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use axum::http::{HeaderMap, HeaderValue, Request};
use axum::response::IntoResponse;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Who has not sent a request's head by then is disconnected.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// The largest head of a request, and what each connection buffers at the most.
pub const HEAD_BYTES: usize = 16 * 1024;
/// A request whose answer has not begun by then is given up. Long-polling waits up to 25 s for something to tell.
/// Uploads have no such bound: who sends nothing is given up by the feature.
const ANSWER_WITHIN: Duration = Duration::from_secs(45);
/// How long requests may go on after the server stopped accepting.
const FINISH_WITHIN: Duration = Duration::from_secs(3);
/// A pause after an accept that failed for want of files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// A bound port.
pub struct Listening {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Binds an address. Port 0 takes a free one.
///
/// # Errors
/// The system's reason.
pub async fn listen(address: SocketAddr) -> io::Result<Listening> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok(Listening { listener, address })
}

impl Listening {
    /// Serves until `stop`; then accepts nothing more and lets running requests finish.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => {
                    connections.spawn(attend(stream, address, router.clone(), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        connections.close();
        if tokio::time::timeout(FINISH_WITHIN, connections.wait()).await.is_err() {
            tracing::info!("some requests were cut off by the end of the server");
        }
    }
}

async fn attend(stream: TcpStream, address: SocketAddr, router: Router, stop: CancellationToken) {
    let (wire, peer) = Wire::new(stream, address);
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        let request = prepare(request, peer.of_next_request());
        async move {
            let takes_its_time = files::is_upload(request.method(), request.uri().path());
            let answer = AssertUnwindSafe(router.oneshot(request)).catch_unwind();
            let answer = async {
                if takes_its_time { Ok(answer.await) } else { tokio::time::timeout(ANSWER_WITHIN, answer).await }
            };
            match answer.await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_panic)) => Ok(panicked()),
                Err(_) => Ok(HttpError(Error::Unavailable("the answer took too long".to_owned())).into_response()),
            }
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WITHIN)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Explained::new(wire)), service)
            .with_upgrades()
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended");
    }
}

/// Adds the peer. The Socket.IO layer keeps a request as long as its socket lives, and headers share the buffer that
/// they were read into: what it needs is copied, the rest is let go.
fn prepare(request: Request<Incoming>, peer: Peer) -> Request<Body> {
    let mut request = request.map(Body::new);
    if request.uri().path().starts_with("/socket.io") {
        let kept = copied(request.headers());
        *request.headers_mut() = kept;
        if let Ok(uri) = request.uri().to_string().parse() {
            *request.uri_mut() = uri;
        }
    }
    request.extensions_mut().insert(peer);
    request
}

/// Copies of the headers that the Socket.IO layer needs, in memory of their own.
fn copied(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::with_capacity(KEPT.len());
    for name in KEPT {
        let values = headers.get_all(&name).into_iter();
        for copy in values.filter_map(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
            kept.append(&name, copy);
        }
    }
    kept
}

const KEPT: [HeaderName; 13] = [
    HOST,
    ORIGIN,
    UPGRADE,
    CONNECTION,
    SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION,
    CONTENT_TYPE,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    ACCEPT_ENCODING,
    USER_AGENT,
    HeaderName::from_static("sec-fetch-site"),
    HeaderName::from_static("x-forwarded-for"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;

    #[test]
    fn what_is_kept_of_a_request_keeps_nothing_of_the_buffer_that_it_was_read_into() {
        let buffer = Bytes::from(vec![b'x'; HEAD_BYTES]);
        let mut headers = HeaderMap::new();
        for name in [USER_AGENT, HOST, HeaderName::from_static("x-other")] {
            headers.append(name, HeaderValue::from_maybe_shared(buffer.slice(..100)).unwrap());
        }
        let kept = copied(&headers);
        assert_eq!(kept.len(), 2, "{kept:?}");
        drop(headers);
        assert!(buffer.is_unique(), "the buffer is still held");
        assert_eq!(kept[USER_AGENT], "x".repeat(100));
    }
}
