//! A web site on this machine that answers as it is told to, and remembers what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What a path is answered with.
#[derive(Clone)]
pub enum Reply {
    /// These bytes, head and all, and the end of the connection.
    Whole(Vec<u8>),
    /// These bytes, and then those behind them for as long as somebody takes them.
    Endless(Vec<u8>, Vec<u8>),
    /// The same, a part each tenth of a second.
    Drip(Vec<u8>, Vec<u8>),
    /// Nothing, and no end.
    Silence,
    /// The reply, once the site is told to go on.
    Held(Box<Reply>),
}

/// Ends with the test.
pub struct Site {
    pub address: SocketAddr,
    scheme: &'static str,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    replies: Mutex<HashMap<String, Reply>>,
    requests: Mutex<Vec<String>>,
    /// How many connections were made.
    connections: Mutex<usize>,
    asked: Notify,
    released: tokio::sync::watch::Sender<bool>,
}

impl Site {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    pub async fn start_at(address: &str) -> Self {
        Self::start_as(address, None).await
    }

    /// One that speaks HTTPS alone.
    pub async fn start_with_tls(tls: TlsAcceptor) -> Self {
        Self::start_as("127.0.0.1:0", Some(tls)).await
    }

    async fn start_as(address: &str, tls: Option<TlsAcceptor>) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listener = TcpListener::bind(address).await.expect("an address of this machine");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        let serving = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *serving.connections.lock().unwrap() += 1;
                let (state, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else { return serve(stream, state).await };
                    // Who does not believe it goes away.
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, state).await;
                    }
                });
            }
        });
        Self { address, scheme, state, task }
    }

    pub fn answer(&self, path: &str, reply: Reply) {
        self.state.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// Answers with a body of a type.
    pub fn put(&self, path: &str, kind: &str, body: impl Into<Vec<u8>>) {
        self.answer(path, whole(&format!("Content-Type: {kind}\r\n"), body));
    }

    pub fn put_page(&self, path: &str, title: &str, image: Option<&str>) {
        let image = image.map_or_else(String::new, |image| format!("<meta property='og:image' content='{image}'>"));
        self.put(
            path,
            "text/html; charset=utf-8",
            format!("<!doctype html><head><title>{title}</title><meta name=description content='About {title}'>{image}</head>"),
        );
    }

    pub fn redirect(&self, path: &str, to: &str) {
        self.answer(
            path,
            Reply::Whole(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into()),
        );
    }

    /// An address on this site.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The same by a name of this machine.
    pub fn url_by_name(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    /// Everything that it was asked.
    pub fn all_requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The heads of the requests for a path, in their order.
    pub fn requests(&self, path: &str) -> Vec<String> {
        let begin = format!("GET {path} ");
        self.state.requests.lock().unwrap().iter().filter(|head| head.starts_with(&begin)).cloned().collect()
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// Waits until a path was asked for so many times.
    pub async fn asked(&self, path: &str, times: usize) {
        let wait = async {
            loop {
                let asked = self.state.asked.notified();
                if self.requests(path).len() >= times {
                    return;
                }
                asked.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait)
            .await
            .unwrap_or_else(|_| panic!("{path} was not asked for"));
    }

    /// Lets what is held go on.
    pub fn release(&self) {
        self.state.released.send_replace(true);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole answer with its length.
pub fn whole(headers: &str, body: impl Into<Vec<u8>>) -> Reply {
    let body = body.into();
    let mut bytes = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    Reply::Whole(bytes)
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, state: Arc<State>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let reply = state.replies.lock().unwrap().get(&path).cloned();
    state.requests.lock().unwrap().push(head);
    state.asked.notify_waiters();
    let reply = reply.unwrap_or_else(|| Reply::Whole(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()));
    // Whoever was asking may go away at any time.
    let _gone = send(&mut stream, &state, reply).await;
}

async fn send(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), state: &State, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Whole(bytes) => stream.write_all(&bytes).await?,
        Reply::Endless(head, part) => {
            stream.write_all(&head).await?;
            loop {
                stream.write_all(&part).await?;
            }
        }
        Reply::Drip(head, part) => {
            stream.write_all(&head).await?;
            let mut tick = tokio::time::interval(Duration::from_millis(100));
            loop {
                tick.tick().await;
                stream.write_all(&part).await?;
            }
        }
        Reply::Silence => drop(stream.read_u8().await),
        Reply::Held(reply) => {
            let mut released = state.released.subscribe();
            drop(released.wait_for(|released| *released).await);
            return Box::pin(send(stream, state, *reply)).await;
        }
    }
    stream.shutdown().await
}
