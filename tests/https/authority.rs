//! Pebble, a real ACME authority that is made for tests, and the name server that it asks.

use super::support::{Process, without_settings};
use super::*;
use reqwest::Client;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const BOUND: Duration = Duration::from_secs(20);

/// Where an authority is reached, and where it looks for proofs. Nobody is there yet.
pub struct Authority {
    root: Root,
    folder: TempDir,
    port: u16,
    management: u16,
    /// Where the program serves HTTPS and HTTP.
    pub https: u16,
    pub http: u16,
    /// Where the authority looks for a proof by TLS.
    pub proves_tls_at: u16,
    /// Whether names lead anywhere.
    pub resolves: bool,
}

/// The authority at work; it ends with this, and forgets everything.
pub struct Running {
    pebble: Process,
    _names: Process,
    /// For who wants to speak with whom it has certified.
    pub trust: Trust,
}

impl Authority {
    pub fn new() -> Self {
        let (root, folder) = (Root::new(), tempfile::tempdir().unwrap());
        let (certificate, key) = root.issue(&["127.0.0.1"], 2090);
        for (name, content) in [("root.pem", &root.pem), ("certificate.pem", &certificate), ("key.pem", &key)] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let https = free_port();
        Self {
            root,
            folder,
            port: free_port(),
            management: free_port(),
            https,
            http: free_port(),
            proves_tls_at: https,
            resolves: true,
        }
    }

    /// A program that fetches its certificates here.
    pub fn builder(&self) -> Builder {
        TestApp::builder()
            .generous()
            .listen(format!("127.0.0.1:{}", self.https))
            .env("MARU_DOMAIN", NAME)
            .env("MARU_TLS_REDIRECT_LISTEN", format!("127.0.0.1:{}", self.http))
            .env("MARU_ACME_DIRECTORY", self.directory())
            .env("MARU_ACME_CONTACT", "team@chat.example")
            .env("MARU_ACME_CA_FILE", self.ca_file())
    }

    pub fn directory(&self) -> String {
        format!("{}/dir", self.origin())
    }

    pub fn origin(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Who asks it without the program.
    pub fn client(&self) -> Client {
        self.root.trust().applied(Client::builder().no_proxy().http1_only()).build().unwrap()
    }

    /// For who answers in its name.
    pub fn acceptor(&self) -> TlsAcceptor {
        let chain = CertificateDer::pem_file_iter(self.path("certificate.pem")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(self.path("key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()))
    }

    /// Where programs find by what they recognise it.
    pub fn ca_file(&self) -> String {
        self.path("root.pem")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub async fn start(&self) -> Running {
        self.start_for(self).await
    }

    /// Begins to look for proofs where the programs of another one are.
    pub async fn start_for(&self, other: &Self) -> Running {
        let (dns, management) = (free_port(), free_port());
        let mut names = command("pebble-challtestsrv");
        names.args(["-dns01", &format!("127.0.0.1:{dns}"), "-management", &format!("127.0.0.1:{management}")]);
        names.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]);
        names.args(["-defaultIPv4", if self.resolves { "127.0.0.1" } else { "" }]);
        let names = Process::start(&mut names);
        names.logged("Starting challenge servers", BOUND).await;

        let config = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.port),
            "managementListenAddress": format!("127.0.0.1:{}", self.management),
            "certificate": self.path("certificate.pem"),
            "privateKey": self.path("key.pem"),
            "httpPort": other.http,
            "tlsPort": other.proves_tls_at,
            "ocspResponderURL": "",
            "certificateValidityPeriod": 90 * 24 * 3600,
        } });
        std::fs::write(self.folder.path().join("pebble.json"), config.to_string()).unwrap();
        let mut pebble = command("pebble");
        pebble.args(["-config", &self.path("pebble.json"), "-dnsserver", &format!("127.0.0.1:{dns}")]);
        // No pauses and no chance: it neither turns away good requests, nor takes a proof of before for a new one.
        for (name, value) in [("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_WFE_NONCEREJECT", "0"), ("PEBBLE_AUTHZREUSE", "0")] {
            pebble.env(name, value);
        }
        let pebble = Process::start(&mut pebble);
        pebble.logged("ACME directory available at", BOUND).await;
        pebble.logged("Root CA certificate available at", BOUND).await;
        let trust = Trust::new(NAME, self.issuing_root().await);
        Running { pebble, _names: names, trust }
    }

    /// By what clients recognise the certificates that it issues; another one after each start.
    async fn issuing_root(&self) -> Vec<u8> {
        let client = self.root.trust().applied(Client::builder().no_proxy()).build().unwrap();
        let address = format!("https://127.0.0.1:{}/roots/0", self.management);
        let shown = async {
            let mut look = tokio::time::interval(Duration::from_millis(50));
            loop {
                look.tick().await;
                // It says that it listens a moment before it does.
                if let Ok(answer) = client.get(&address).send().await {
                    return answer.bytes().await.unwrap().to_vec();
                }
            }
        };
        tokio::time::timeout(BOUND, shown).await.expect("the authority's root certificate")
    }
}

impl Running {
    pub fn transcript(&self) -> String {
        self.pebble.transcript()
    }
}

fn command(program: &str) -> Command {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join(program).is_file());
    assert!(found, "{program} is not installed: run `apt-get install pebble` (scripts/test does it)");
    without_settings(program)
}
