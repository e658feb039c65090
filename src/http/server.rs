//! Accepting connections: one loop, so that every connection has its switch, its limits and its end.

use super::admission::{Admission, Admitted};
use super::answer::{HttpError, panicked};
use super::beginners::Place;
use super::below;
use super::encryption::Encryption;
use super::fence;
use super::files;
use super::head::prepare;
use super::refusals::Explained;
use super::request::Counted;
use super::streams::Streams;
use crate::certificates::HTTP_2;
use crate::error::Error;
use crate::net::{Peer, Transport, Wire};
use axum::Router;
use axum::http::header::{CONNECTION, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderValue, Request, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
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
/// Requests that one connection may make at the same time, with HTTP/2.
const REQUESTS_AT_ONCE: u32 = 128;
/// What waits for the reader of one such answer, in bytes.
const ANSWER_AHEAD: usize = 64 * 1024;
/// A connection of HTTP/2 that nothing is asked over for this long is closed; browsers open another when they need one.
const IDLE: Duration = Duration::from_secs(120);
/// A connection of HTTP/2 is asked so often whether there is still somebody, and has so long to answer.
const ASK_EVERY: Duration = Duration::from_secs(30);
const REPLY_WITHIN: Duration = Duration::from_secs(20);
/// A pause after an accept that failed for want of files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// A bound port.
pub struct Listening {
    listener: TcpListener,
    pub address: SocketAddr,
    encryption: Option<Arc<Encryption>>,
    /// What may be ahead of every path; often nothing.
    path: Arc<str>,
}

/// Binds an address. Port 0 takes a free one.
///
/// # Errors
/// The system's reason.
pub async fn listen(address: SocketAddr) -> io::Result<Listening> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok(Listening { listener, address, encryption: None, path: Arc::default() })
}

/// Takes over a port that somebody else opened, and keeps open.
///
/// # Errors
/// The system's reason.
pub fn take_over(listener: std::net::TcpListener) -> io::Result<Listening> {
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    Ok(Listening { listener, address, encryption: None, path: Arc::default() })
}

impl Listening {
    /// The same with HTTPS; `hsts` is how long browsers are told to come by it alone.
    pub fn encrypted(self, config: Arc<ServerConfig>, hsts: Option<Duration>) -> Self {
        Self { encryption: Some(Arc::new(Encryption::new(config, hsts))), ..self }
    }

    /// The same, where a path may be ahead of every request's own.
    pub fn below(self, path: &str) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Serves until `stop`, then lets running requests finish. Accepts nothing more from `leave` on, or `stop` if that
    /// is earlier: whoever comes to a port that stays open then waits there for the next process.
    pub async fn serve(
        self,
        router: Router,
        admission: Arc<Admission>,
        leave: CancellationToken,
        stop: CancellationToken,
    ) {
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = leave.cancelled() => break,
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => {
                    let Some((admitted, place)) = admission.admit(address.ip()) else { continue };
                    let accepted = Accepted { stream, address, admitted, place, encryption: self.encryption.clone() };
                    connections.spawn(attend(accepted, router.clone(), self.path.clone(), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        stop.cancelled().await;
        connections.close();
        if tokio::time::timeout(FINISH_WITHIN, connections.wait()).await.is_err() {
            tracing::info!("some requests were cut off by the end of the server");
        }
    }
}

/// A connection that nothing was read from yet.
struct Accepted {
    stream: TcpStream,
    address: SocketAddr,
    admitted: Admitted,
    place: Place,
    encryption: Option<Arc<Encryption>>,
}

async fn attend(accepted: Accepted, router: Router, path: Arc<str>, stop: CancellationToken) {
    let Accepted { stream, address, admitted, place, encryption } = accepted;
    let displaced = place.taken();
    let served = async {
        let hsts = encryption.as_ref().and_then(|encryption| encryption.hsts.clone());
        let transport = match encryption {
            None => Transport::from(stream),
            Some(encryption) => tokio::select! {
                begun = encryption.begin(stream) => match begun {
                    Some(transport) => transport,
                    None => return,
                },
                () = stop.cancelled() => return,
            },
        };
        let is_http_2 = transport.speaks(HTTP_2);
        let (wire, peer) = Wire::new(transport, address, admitted);
        let site = Site { router, path, hsts, place: Arc::new(Mutex::new(Some(place))) };
        let ended = match is_http_2 {
            true => serve_http_2(wire, peer, site, &stop).await,
            false => serve_http_1(wire, peer, site, &stop).await,
        };
        if let Err(error) = ended {
            tracing::trace!(%error, "a connection ended");
        }
    };
    tokio::select! {
        () = served => {}
        () = displaced => {}
    }
}

/// What is served over a connection.
#[derive(Clone)]
struct Site {
    router: Router,
    /// What may be ahead of every request's own path.
    path: Arc<str>,
    /// What is said of coming back by HTTPS.
    hsts: Option<HeaderValue>,
    /// The place among those who have not asked for anything yet, until a request has come.
    place: Arc<Mutex<Option<Place>>>,
}

/// Serves a connection to its end, which is due after the running requests once the server stops.
async fn serve_http_1(wire: Wire, peer: Peer, site: Site, stop: &CancellationToken) -> hyper::Result<()> {
    let service = service_fn(move |request| respond(request, peer.of_next_request(), site.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Explained::new(wire)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

/// The same for HTTP/2, whose connections have an end also when they look alive and nothing is asked over them.
async fn serve_http_2(wire: Wire, peer: Peer, site: Site, stop: &CancellationToken) -> hyper::Result<()> {
    let service = service_fn(move |request| respond(request, peer.of_next_request(), site.clone()));
    let streams = Streams::new();
    let mut builder = http2::Builder::new(streams.clone());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(REQUESTS_AT_ONCE)
        .max_header_list_size(HEAD_BYTES as u32)
        .max_send_buf_size(ANSWER_AHEAD)
        .keep_alive_interval(ASK_EVERY)
        .keep_alive_timeout(REPLY_WITHIN);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(wire), service));
    // Before its preface has come, the layer would wait for it for ever.
    let begun = tokio::select! {
        ended = connection.as_mut() => return ended,
        begun = tokio::time::timeout(HEAD_WITHIN, streams.begun()) => begun.is_ok(),
        () = stop.cancelled() => true,
    };
    if !begun {
        return Ok(());
    }
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = streams.idle(IDLE) => {}
        () = stop.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        ended = connection.as_mut() => ended,
        // Whoever does not take the farewell; what is left of the last answers has gone by then on any line.
        () = streams.idle(IDLE) => Ok(()),
    }
}

async fn respond(mut request: Request<Incoming>, peer: Peer, site: Site) -> Result<Response, Infallible> {
    drop(site.place.lock().unwrap_or_else(PoisonError::into_inner).take());
    let elsewhere = below::take_off(&mut request, &site.path);
    let takes_its_time = files::is_upload(request.method(), request.uri().path());
    let counted = Counted::begin(request.uri().path(), takes_its_time);
    let is_http_1 = request.version() <= Version::HTTP_11;
    let answer = async move {
        match elsewhere {
            Some(answer) => Ok(answer),
            None => site.router.oneshot(prepare(request, peer)).await,
        }
    };
    let answer = AssertUnwindSafe(answer).catch_unwind();
    let answer =
        async { if takes_its_time { Ok(answer.await) } else { tokio::time::timeout(ANSWER_WITHIN, answer).await } };
    let mut answer = match answer.await {
        Ok(Ok(answer)) => answer?,
        Ok(Err(_panic)) => panicked(),
        Err(_) => HttpError(Error::Unavailable("the answer took too long".to_owned())).into_response(),
    };
    if let Some(counted) = counted {
        counted.answered(answer.status());
    }
    // A websocket is no page.
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        fence::put_up(answer.headers_mut());
    }
    // The rest of the body was not read: nothing can follow it, which the other side is to know before it asks again.
    if answer.status() == StatusCode::PAYLOAD_TOO_LARGE && is_http_1 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(hsts) = site.hsts {
        answer.headers_mut().insert(STRICT_TRANSPORT_SECURITY, hsts);
    }
    Ok(answer)
}
