//! One request over a connection of its own, made to the very address that was checked. There are no proxies, no cookies,
//! no pool, and no names that are resolved a second time.

use super::addresses::is_public;
use super::fetch::Fault;
use crate::config::Destination;
use crate::net;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

/// How names become addresses.
pub type Resolve = Box<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// How long one address may take to answer while there are others.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// The most addresses of a host that are tried.
const MOST_ADDRESSES: usize = 4;
/// The largest head of an answer, in bytes and in headers.
const MOST_HEAD_BYTES: usize = 64 * 1024;
const MOST_HEADERS: usize = 128;
/// Ports that are open to everybody's pages.
const PORTS: [u16; 2] = [80, 443];
/// Some sites answer nothing else. Which version runs here is not told to strangers.
const AGENT: &str = "Mozilla/5.0 (compatible; Maru; link preview)";

/// What the system knows: its hosts file, and its name servers.
pub fn system_resolver() -> Resolve {
    Box::new(|host, port| async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }.boxed())
}

/// The roots of the public web, which are built in, and those in a file (PEM).
///
/// # Errors
/// In words for the operator.
pub fn trusted_roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = net::public_roots();
    let Some(file) = file else { return Ok(roots) };
    let (_usable, _unusable) = roots.add_parsable_certificates(net::roots_in(file)?);
    Ok(roots)
}

/// The way out.
pub(super) struct Connections {
    allow: Vec<Destination>,
    resolve: Resolve,
    tls: TlsConnector,
}

/// An answer, and the connection that its body comes from; it ends with this.
pub(super) struct Exchange {
    pub response: Response<Incoming>,
    pub _connection: AbortOnDropHandle<()>,
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Connections {
    /// # Errors
    /// When the cryptography cannot be set up, which is a fault of the program.
    pub(super) fn new(allow: Vec<Destination>, roots: RootCertStore, resolve: Resolve) -> Result<Self, Fault> {
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { allow, resolve, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Asks for an address, without following where it leads.
    ///
    /// # Errors
    /// `Refused` for what may not be asked; what the network says.
    pub(super) async fn get(&self, url: &Url, accept: &'static str) -> Result<Exchange, Fault> {
        let addresses = self.addresses(url).await?;
        let stream = connect(&addresses).await?;
        let stream: Box<dyn Wire> = match (url.scheme(), url.host_str()) {
            ("https", Some(host)) => {
                let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                let name = ServerName::try_from(host).map_err(|_| Fault::Refused)?;
                Box::new(self.tls.connect(name, stream).await?)
            }
            _ => Box::new(stream),
        };
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MOST_HEAD_BYTES).max_headers(MOST_HEADERS);
        let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection of a lookup ended badly");
            }
        }));
        let response = sender.send_request(request(url, accept)?).await?;
        Ok(Exchange { response, _connection: connection })
    }

    /// The addresses of a host that may be spoken to. Each request resolves once, and speaks to what came of that.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Fault> {
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_plain = url.username().is_empty() && url.password().is_none();
        let (Some(host), Some(port), true) = (url.host(), url.port_or_known_default(), is_web && is_plain) else {
            return Err(Fault::Refused);
        };
        let mut addresses = match host {
            Host::Ipv4(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Ipv6(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Domain(name) => (self.resolve)(name.to_owned(), port).await?,
        };
        let host = url.host_str().unwrap_or_default();
        addresses.retain(|address| address.port() == port && self.admits(host, port, address.ip()));
        addresses.truncate(MOST_ADDRESSES);
        if addresses.is_empty() { Err(Fault::Refused) } else { Ok(addresses) }
    }

    fn admits(&self, host: &str, port: u16, address: IpAddr) -> bool {
        (PORTS.contains(&port) && is_public(address))
            || self.allow.iter().any(|destination| destination.admits(host, port, address))
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    let mut fault = Fault::Refused;
    for address in addresses {
        match timeout(CONNECT_WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => fault = error.into(),
            Err(_) => fault = Fault::Late,
        }
    }
    Err(fault)
}

fn request(url: &Url, accept: &'static str) -> Result<Request<Empty<Bytes>>, Fault> {
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = Request::get(path).header(HOST, host).header(USER_AGENT, AGENT).header(ACCEPT, accept);
    let request = request.header(ACCEPT_ENCODING, "gzip").header(CONNECTION, "close");
    request.body(Empty::new()).map_err(|_| Fault::Refused)
}
