//! What stands between the program and an authority, and holds certificates up on their way.

use super::authority::Authority;
use super::*;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// It lasts as long as the test.
pub struct Gate {
    port: u16,
    state: Arc<State>,
}

struct State {
    client: reqwest::Client,
    authority: String,
    is_open: AtomicBool,
    orders: AtomicUsize,
}

impl Gate {
    pub async fn before(authority: &Authority) -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_open, orders) = (AtomicBool::new(false), AtomicUsize::new(0));
        let state = State { client: authority.client(), authority: authority.origin(), is_open, orders };
        let gate = Self { port, state: Arc::new(state) };
        let (acceptor, state) = (authority.acceptor(), gate.state.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(stream) = acceptor.accept(stream).await else { continue };
                let state = state.clone();
                let service = service_fn(move |request| pass(request, state.clone()));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        gate
    }

    pub fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.port)
    }

    /// Lets certificates through from now on.
    pub fn open(&self) {
        self.state.is_open.store(true, Ordering::SeqCst);
    }

    /// How many certificates were ordered.
    pub fn orders(&self) -> usize {
        self.state.orders.load(Ordering::SeqCst)
    }
}

async fn pass(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Full<Bytes>>, Infallible> {
    let broken = |text: &'static str| {
        Ok(Response::builder()
            .status(StatusCode::BAD_GATEWAY)
            .body(Full::new(Bytes::from_static(text.as_bytes())))
            .unwrap())
    };
    let path = request.uri().path_and_query().unwrap().to_string();
    if path == "/order-plz" {
        state.orders.fetch_add(1, Ordering::SeqCst);
    }
    if path.starts_with("/certZ/") && !state.is_open.load(Ordering::SeqCst) {
        return broken("out of order");
    }
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return broken("cut off") };
    // The host stays as it was asked for: the authority's own addresses lead here.
    let request = state.client.request(head.method, format!("{}{path}", state.authority)).headers(head.headers);
    let Ok(answer) = request.body(body.to_bytes()).send().await else { return broken("nobody there") };
    let mut passed = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| ![CONTENT_LENGTH, TRANSFER_ENCODING].contains(name))
    {
        passed = passed.header(name, value);
    }
    let Ok(body) = answer.bytes().await else { return broken("cut off") };
    Ok(passed.body(Full::new(body)).unwrap())
}
