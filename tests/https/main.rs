//! HTTPS by the real program: with certificates of one's own, with ones fetched from a real authority, and behind real
//! proxies.

#[path = "../support/mod.rs"]
mod support;

mod authority;
mod below;
mod fetched;
mod gate;
mod own;
mod proxies;
mod serving;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use support::{Builder, Person, Socket, TestApp, Trust, free_port, number};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

const NAME: &str = "chat.example";

/// An authority of the test's own.
struct Root {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Root {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, "the test's own");
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// A certificate for names and addresses until the beginning of a year, and its key.
    fn issue(&self, names: &[&str], until: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        (parameters.not_before, parameters.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn trust(&self) -> Trust {
        Trust::new(NAME, self.pem.as_bytes())
    }
}

/// A certificate and its key as files.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new((certificate, key): &(String, String)) -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        files.replace(certificate, key);
        files
    }

    fn replace(&self, certificate: &str, key: &str) {
        std::fs::write(self.key(), key).unwrap();
        std::fs::write(self.certificate(), certificate).unwrap();
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// A program that is served with them.
    fn builder(&self) -> Builder {
        let builder = TestApp::builder().generous().env("MARU_TLS_REDIRECT_LISTEN", "127.0.0.1:0");
        let (certificate, key) = (self.certificate(), self.key());
        builder.env("MARU_TLS_CERTIFICATE", certificate.display()).env("MARU_TLS_KEY", key.display())
    }
}

fn port(app: &TestApp) -> u16 {
    app.url().rsplit(':').next().unwrap().parse().unwrap()
}

/// Shakes hands as a client that offers these protocols.
async fn shake_hands(trust: &Trust, port: u16, protocols: &[&[u8]]) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    trust.connector(protocols).connect(ServerName::try_from(trust.name.clone()).unwrap(), stream).await
}

/// The certificate that a new connection is served with.
async fn served(app: &TestApp, trust: &Trust) -> Vec<u8> {
    let stream = shake_hands(trust, port(app), &[b"http/1.1"]).await.expect("a trusted connection");
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// What the server says of its certificate.
async fn readiness(app: &TestApp) -> Value {
    let (status, answer) = app.http().get("/readyz").await;
    assert_eq!(status, 200, "{answer}");
    answer["certificate"].clone()
}

/// Sends so many messages without waiting and proves that the listeners hear each of them once, in order.
async fn burst(speaker: &Socket, room: &str, listeners: &[&Socket], count: usize) {
    let calls: Vec<_> = (0..count)
        .map(|at| speaker.start_call("message:send", json!({ "roomId": room, "content": format!("burst {at}") })))
        .collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    let last = format!("burst {}", count - 1);
    for listener in listeners {
        let heard = listener.hear_through("message:new", |new| new["message"]["content"] == last.as_str()).await;
        let messages: Vec<&Value> =
            heard.iter().filter(|heard| heard.event == "message:new").map(|heard| &heard.payload["message"]).collect();
        let spoken: Vec<_> = messages.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect();
        let expected: Vec<_> = (0..count).map(|at| format!("burst {at}")).collect();
        assert_eq!(spoken, expected, "in order, none lost, none twice");
        let first = number(&messages[0]["seq"]);
        assert!(messages.iter().zip(first..).all(|(message, seq)| number(&message["seq"]) == seq));
    }
}

/// Mina and Joon, and a room of theirs.
async fn two_in_a_room(app: &TestApp) -> (Person, Person, Socket, String) {
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let speaker = mina.connect().await;
    let room = speaker.create_room("private", "Inside", &[&joon]).await;
    (mina, joon, speaker, room)
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
