//! What carries each connection, and the means to end it for sure.
//!
//! The Socket.IO layer ends a namespace, but not the transport below it, and it does not say which TCP connection an
//! upgraded socket came to use. So the requests that upgrade are watched on their way in; a websocket is then ended
//! through its TCP connection, and long-polling, which has none of its own, in its client's name.

use super::link::Backlog;
use crate::net::Peer;
use futures_util::future::BoxFuture;
use hyper::header::{CONTENT_LENGTH, FORWARDED, HeaderMap, HeaderName, SEC_WEBSOCKET_KEY};
use hyper::http::Extensions;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode, Uri};
use socketioxide::SocketIo;
use socketioxide::TransportType;
use socketioxide::extract::SocketRef;
use socketioxide::layer::SocketIoLayer;
use socketioxide::service::SocketIoService;
use socketioxide::socket::Sid;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use tower::{Layer, Service, ServiceExt};

const PATH: &str = "/socket.io";
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// A packet with which a client closes its long-polling connection.
const CLOSE: &str = "1";

/// The open connections that asked to carry a session on. Which of several prevailed the layer does not say.
type Upgraded = Vec<Peer>;

/// Closes the long-polling connection of a session.
type ClosePolling = Box<dyn Fn(Sid) + Send + Sync>;

/// The connections that moved from long-polling to a websocket, by the id of their session, and a way to those that
/// did not.
pub struct Carriers {
    upgraded: Mutex<HashMap<Sid, Upgraded>>,
    /// Set by the first request that names a session: whoever uses long-polling has made one.
    close_polling: OnceLock<ClosePolling>,
    layer: SocketIoLayer,
    /// The sockets, whose polls are watched.
    sockets: OnceLock<SocketIo>,
}

impl Carriers {
    pub fn new(layer: SocketIoLayer) -> Self {
        Self { upgraded: Mutex::default(), close_polling: OnceLock::new(), layer, sockets: OnceLock::new() }
    }

    /// Watches the polls of these sockets from here on.
    pub fn watch(&self, sockets: SocketIo) {
        self.sockets.get_or_init(|| sockets);
    }

    /// A poll of a socket fetched so many bytes.
    fn fetched(&self, id: Sid, bytes: usize) {
        let socket = self.sockets.get().and_then(|sockets| sockets.of("/")?.get_socket(id));
        if let Some(backlog) = socket.and_then(|socket| socket.extensions.get::<Backlog>()) {
            backlog.fetched(bytes);
        }
    }

    /// The layer for the HTTP router.
    pub fn layer(self: Arc<Self>) -> SocketLayer {
        SocketLayer(self)
    }

    /// Ends what carries a socket at once, whatever is still buffered.
    pub fn cut(&self, socket: &SocketRef) {
        let upgraded = self.lock().remove(&socket.id);
        upgraded.iter().flatten().for_each(Peer::cut);
        match (self.direct(socket), socket.transport_type(), self.close_polling.get()) {
            (Some(peer), ..) => peer.cut(),
            (None, TransportType::Polling, Some(close)) => close(socket.id),
            // Its connection was among those above, or is closed.
            (None, ..) => {}
        }
    }

    /// The connection to which frames can be written directly: that of a websocket which began as one. An upgraded one
    /// may have packets of its long-polling time left in the layer, which would be overtaken.
    pub fn direct(&self, socket: &SocketRef) -> Option<Peer> {
        socket.req_parts().extensions.get::<Peer>().filter(|peer| peer.is_websocket()).cloned()
    }

    /// The connection of a socket that has one of its own, as long-polling has not.
    pub fn connection(&self, socket: &SocketRef) -> Option<Peer> {
        let upgraded = || self.lock().get(&socket.id)?.iter().find(|peer| peer.is_open()).cloned();
        self.direct(socket).or_else(upgraded)
    }

    fn upgraded(&self, id: Sid, peer: Peer) {
        let mut upgraded = self.lock();
        if upgraded.len() == upgraded.capacity() {
            // Those that ended by themselves go now and then, before the map would grow.
            upgraded.retain(|_, peers| peers.iter().any(Peer::is_open));
        }
        let peers = upgraded.entry(id).or_default();
        peers.retain(Peer::is_open);
        peers.push(peer);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sid, Upgraded>> {
        self.upgraded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the Socket.IO server in front of an HTTP router.
#[derive(Clone)]
pub struct SocketLayer(Arc<Carriers>);

impl<S: Clone> Layer<S> for SocketLayer {
    type Service = Watched<SocketIoService<S>>;

    fn layer(&self, behind: S) -> Self::Service {
        Watched { inner: self.0.layer.layer(behind), carriers: self.0.clone() }
    }
}

/// Learns on which TCP connection a socket goes on after its upgrade.
#[derive(Clone)]
pub struct Watched<S> {
    inner: S,
    carriers: Arc<Carriers>,
}

impl<S, B, R> Service<Request<B>> for Watched<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    B: From<&'static str> + Send + 'static,
    R: Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if request.headers().contains_key(SEC_WEBSOCKET_KEY) {
            slim(&mut request);
        }
        let named = session(request.uri());
        if named.is_some() {
            // A router makes a service of its own for each of its routes: this one is the one that has the sessions.
            self.carriers.close_polling.get_or_init(|| {
                let inner = self.inner.clone();
                Box::new(move |id| close_polling(inner.clone(), id))
            });
        }
        let polled = named.filter(|_| request.method() == Method::GET);
        let peer = request.extensions().get::<Peer>().cloned();
        let (answer, carriers) = (self.inner.call(request), self.carriers.clone());
        Box::pin(async move {
            let response = answer.await?;
            if let (Some(peer), StatusCode::SWITCHING_PROTOCOLS) = (peer, response.status()) {
                match named {
                    Some(id) => {
                        peer.expect_upgrade();
                        carriers.upgraded(id, peer);
                    }
                    None => peer.expect_websocket(),
                }
            }
            if let (Some(id), StatusCode::OK, Some(length)) = (polled, response.status(), length(response.headers())) {
                carriers.fetched(id, length);
            }
            Ok(response)
        })
    }
}

/// The layer keeps the request of a websocket as long as it lives, of which it needs the key and the upgrade alone, and
/// the handshake where the client is.
fn slim<B>(request: &mut Request<B>) {
    let mut headers = HeaderMap::with_capacity(2);
    for name in [SEC_WEBSOCKET_KEY, X_FORWARDED_FOR, FORWARDED] {
        for value in request.headers().get_all(&name) {
            headers.append(&name, value.clone());
        }
    }
    *request.headers_mut() = headers;
    let mut extensions = Extensions::new();
    let before = request.extensions_mut();
    before.remove::<OnUpgrade>().map(|upgrade| extensions.insert(upgrade));
    before.remove::<Peer>().map(|peer| extensions.insert(peer));
    *before = extensions;
}

fn close_polling<S, B>(service: S, id: Sid)
where
    S: Service<Request<B>> + Send + 'static,
    S::Future: Send,
    B: From<&'static str> + Send + 'static,
{
    let request = Request::post(format!("{PATH}?EIO=4&transport=polling&sid={id}")).body(B::from(CLOSE));
    match request {
        Ok(request) => {
            // Its session may be over already, which is what was asked for.
            tokio::spawn(async move { drop(service.oneshot(request).await) });
        }
        Err(error) => tracing::error!(%error, "a long-polling connection could not be closed"),
    }
}

/// The length of a body, in bytes, as its head tells it.
fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a request asks the Socket.IO server for a new session.
pub fn opens_session(uri: &Uri) -> bool {
    uri.path().starts_with(PATH) && session(uri).is_none()
}

/// The session that a request to the Socket.IO server names.
fn session(uri: &Uri) -> Option<Sid> {
    uri.path().starts_with(PATH).then_some(())?;
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("sid="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_websocket_keeps_of_its_request_what_its_life_needs() {
        let mut request = Request::new(());
        for name in ["sec-websocket-key", "x-forwarded-for", "user-agent", "cookie", "origin"] {
            request.headers_mut().insert(name, name.parse().unwrap());
        }
        request.headers_mut().append(FORWARDED, "192.0.2.1".parse().unwrap());
        request.extensions_mut().insert("something of the router's");
        slim(&mut request);
        let kept: Vec<&str> = request.headers().values().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(kept, ["sec-websocket-key", "x-forwarded-for", "192.0.2.1"]);
        assert_eq!(request.extensions().get::<&str>(), None);
    }
}
