//! The public address: behind a proxy that is trusted or not, and with a certificate that is good or has ended.

use super::support::TestApp;
use super::{Report, examined};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A reverse proxy: it adds what it is told to the head of each connection's first request, and may speak TLS.
struct Proxy {
    address: SocketAddr,
    target: Arc<Mutex<Option<SocketAddr>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    async fn start(added: &'static str, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let target: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let to = target.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (to, tls) = (*to.lock().expect("no panic"), tls.clone());
                tokio::spawn(async move {
                    let to = to.expect("where the server is");
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                pass(stream, to, added).await;
                            }
                        }
                        None => pass(stream, to, added).await,
                    }
                });
            }
        });
        Self { address, target, task }
    }

    fn lead_to(&self, app: &TestApp) {
        let address = app.url().trim_start_matches("http://").parse().expect("an address");
        *self.target.lock().expect("no panic") = Some(address);
    }
}

async fn pass(mut client: impl AsyncRead + AsyncWrite + Unpin, to: SocketAddr, added: &str) {
    let mut server = TcpStream::connect(to).await.expect("the server");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    head.truncate(head.len() - 2);
    head.extend_from_slice(added.as_bytes());
    head.extend_from_slice(b"\r\n");
    if server.write_all(&head).await.is_ok() {
        // Either end may go at any moment.
        let _ended = copy_bidirectional(&mut client, &mut server).await;
    }
}

/// A certificate for localhost, made by nobody in particular.
fn certificate(until: (i32, u8, u8)) -> TlsAcceptor {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate with its key");
    TlsAcceptor::from(Arc::new(config))
}

async fn behind(proxy: &Proxy, scheme: &str, host: &str, trusted: &str) -> (TestApp, Report) {
    let public = format!("{scheme}://{host}:{}", proxy.address.port());
    let mut builder = TestApp::builder().env("MARU_PUBLIC_URL", public);
    if !trusted.is_empty() {
        builder = builder.env("MARU_TRUSTED_PROXIES", trusted);
    }
    let app = builder.spawn().await;
    proxy.lead_to(&app);
    let report = examined(&app).await;
    (app, report)
}

const FORWARDED: &str = "X-Forwarded-For: 198.51.100.7\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_trusted_is_told_and_one_that_is_is_well() {
    let proxy = Proxy::start(FORWARDED, None).await;
    let (_app, report) = behind(&proxy, "http", "127.0.0.1", "").await;
    report.assert(
        "public address",
        "warning",
        "everybody seems to be at 127.0.0.1",
        "trusted_proxies = [\"127.0.0.1\"]",
    );
    assert!(report.succeeded, "a warning is no failure");
    let (_app, report) = behind(&proxy, "http", "127.0.0.1", "127.0.0.1").await;
    let address = report.check("public address");
    assert_eq!(address["outcome"], "ok", "{address}");
    assert!(address["seen"].as_str().expect("text").contains("seen as 198.51.100.7"), "{address}");
    assert_eq!(report.check("websocket")["outcome"], "ok", "{}", report.json);
    assert_eq!(report.check("name")["outcome"], "ok", "{}", report.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_that_does_not_say_for_whom_it_asks_is_told() {
    for added in ["", "X-Forwarded-Proto: http\r\n"] {
        let proxy = Proxy::start(added, None).await;
        let (_app, report) = behind(&proxy, "http", "127.0.0.1", "127.0.0.1").await;
        report.assert("public address", "warning", "does not say for whom", "X-Forwarded-For");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_address_that_leads_to_another_server_is_a_failure() {
    let proxy = Proxy::start(FORWARDED, None).await;
    let (_app, _) = behind(&proxy, "http", "127.0.0.1", "").await;
    let another = TestApp::spawn().await;
    let mut app = TestApp::spawn().await;
    app.configure("MARU_PUBLIC_URL", format!("http://{}", proxy.address));
    proxy.lead_to(&another);
    app.restart().await;
    examined(&app).await.assert("public address", "failure", "leads to another server", "public_url");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_has_ended_is_a_failure_and_one_of_unknown_authority_a_warning() {
    let proxy = Proxy::start(FORWARDED, Some(certificate((2021, 1, 1)))).await;
    let (_app, report) = behind(&proxy, "https", "localhost", "127.0.0.1").await;
    report.assert("certificate", "failure", "it ended", "renew it");
    let proxy = Proxy::start(FORWARDED, Some(certificate((2090, 1, 1)))).await;
    let (_app, report) = behind(&proxy, "https", "localhost", "127.0.0.1").await;
    report.assert("certificate", "warning", "browsers do not know", "authority");
    assert_eq!(report.check("public address")["outcome"], "ok", "{}", report.json);
    assert_eq!(report.check("websocket")["outcome"], "ok", "{}", report.json);
}
