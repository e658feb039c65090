//! The head of a request, as it is handed on.

use crate::net::Peer;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, FORWARDED, HOST, HeaderName, ORIGIN, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use axum::http::{HeaderMap, HeaderValue, Request, Version};
use hyper::body::Incoming;

/// What the Socket.IO layer needs.
const KEPT: [HeaderName; 14] = [
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
    FORWARDED,
];

/// Adds the peer. The Socket.IO layer keeps a request as long as its socket lives, and headers share the buffer that
/// they were read into: what it needs is copied, the rest is let go.
pub(super) fn prepare(request: Request<Incoming>, peer: Peer) -> Request<Body> {
    let mut request = request.map(Body::new);
    if request.version() == Version::HTTP_2 {
        as_in_http_1(&mut request);
    }
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

/// HTTP/2 names the host elsewhere, and has no websockets: a request that asks for one is none.
fn as_in_http_1(request: &mut Request<Body>) {
    request.headers_mut().remove(SEC_WEBSOCKET_KEY);
    let host = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().insert(HOST, host);
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;

    #[test]
    fn what_is_kept_of_a_request_keeps_nothing_of_the_buffer_that_it_was_read_into() {
        let buffer = Bytes::from(vec![b'x'; 16 * 1024]);
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
