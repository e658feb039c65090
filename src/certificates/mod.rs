//! The certificate that HTTPS is served with: read from files or fetched from an authority, and exchanged for a newer one
//! while connections live on.

mod authority;
mod challenges;
mod fault;
mod folder;
mod own;
mod pace;
mod pair;
mod renewal;
mod stored;
mod validity;

pub use stored::{Stored, stored};
pub use validity::Validity;

use crate::clock;
use crate::config::{Config, Domain};
use crate::contract::{CertificateState, CertificateStatus};
use crate::error::{Error, Result};
use challenges::Challenges;
use own::Own;
use pair::Pair;
use renewal::Renewal;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What an authority speaks that looks for a proof (RFC 8737).
pub const PROOF: &[u8] = b"acme-tls/1";
pub const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// What new connections are served with, and where it comes from.
pub struct Certificates {
    domains: Vec<Domain>,
    current: RwLock<Current>,
    challenges: Challenges,
    /// Why there is no newer one, in words for the operator.
    problem: Mutex<Option<String>>,
    source: Source,
}

struct Current {
    pair: Arc<Pair>,
    /// It was made here, so that somebody answers until the authority has issued one; no client trusts it.
    is_stopgap: bool,
}

enum Source {
    Files(Own),
    Authority(Box<Renewal>),
}

impl Certificates {
    /// Reads what there is. None when the server does not encrypt. Nothing is fetched yet.
    ///
    /// # Errors
    /// In words for the operator: files of their own that are missing, do not belong together or are out of date.
    pub fn open(config: &Config) -> Result<Option<Arc<Self>>> {
        let (source, current) = if let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.key) {
            let own = Own::new(certificate, key);
            let pair = own.open(clock::now())?;
            tell_foreign_names(config, &pair);
            (Source::Files(own), Current { pair: Arc::new(pair), is_stopgap: false })
        } else if config.domain.is_empty() {
            return Ok(None);
        } else {
            let renewal = Renewal::open(config)?;
            let current = match renewal.stored()? {
                Some(pair) => Current { pair: Arc::new(pair), is_stopgap: false },
                None => Current { pair: Arc::new(stopgap(&config.domain)?), is_stopgap: true },
            };
            (Source::Authority(Box::new(renewal)), current)
        };
        Ok(Some(Arc::new(Self {
            domains: config.domain.clone(),
            current: RwLock::new(current),
            challenges: Challenges::default(),
            problem: Mutex::default(),
            source,
        })))
    }

    /// How new connections are encrypted. Always the present certificate is used, without a new configuration.
    ///
    /// # Errors
    /// When the cryptography cannot be set up, which is a fault of the program.
    pub fn encryption(self: &Arc<Self>) -> Result<Arc<ServerConfig>> {
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(Error::internal)?.with_no_client_auth();
        let mut config = config.with_cert_resolver(self.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        if matches!(self.source, Source::Authority(_)) {
            config.alpn_protocols.push(PROOF.to_vec());
        }
        // Who comes back proves that they were here; nothing is kept of them meanwhile.
        config.ticketer = ring::Ticketer::new().map_err(Error::internal)?;
        config.send_tls13_tickets = 1;
        Ok(Arc::new(config))
    }

    /// Keeps the certificate good. Runs until the server stops.
    pub async fn keep_up(self: Arc<Self>) {
        match &self.source {
            Source::Files(own) => own.watch(&self).await,
            Source::Authority(renewal) => renewal.keep_up(&self).await,
        }
    }

    pub fn status(&self) -> CertificateStatus {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let (state, not_after) = match current.is_stopgap {
            true => (CertificateState::Missing, None),
            false => (current.pair.validity.state(clock::now()), Some(current.pair.validity.not_after)),
        };
        CertificateStatus {
            state,
            not_after,
            problem: self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Whether a host is one of ours: a domain, or a name in the certificate.
    pub fn names(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| domain.as_str().eq_ignore_ascii_case(host)) || self.pair().names(host)
    }

    /// The answer to an authority that looks for a proof by HTTP.
    pub fn proof(&self, token: &str) -> Option<String> {
        self.challenges.by_http(token)
    }

    fn pair(&self) -> Arc<Pair> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).pair.clone()
    }

    /// Takes another one for all connections to come.
    fn exchange(&self, pair: Pair) {
        let until = pair.validity.not_after;
        let current = Current { pair: Arc::new(pair), is_stopgap: false };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
        self.note(None);
        tracing::info!(%until, "a new certificate is in use");
    }

    fn note(&self, problem: Option<String>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").field("domains", &self.domains).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut offered| offered.next() == Some(PROOF) && offered.next().is_none()) {
            return self.challenges.by_tls(hello.server_name()?);
        }
        Some(self.pair().key.clone())
    }
}

/// Whoever comes by one of these names will be warned by their browser; the operator is, too.
fn tell_foreign_names(config: &Config, pair: &Pair) {
    for host in stored::names(config).iter().filter(|host| !pair.names(host)) {
        tracing::warn!(host, "the certificate of tls.certificate does not name this host, by which people come");
    }
}

/// A certificate of our own making, which encrypts and proves nothing.
fn stopgap(domains: &[Domain]) -> Result<Pair> {
    let names: Vec<String> = domains.iter().map(Domain::to_string).collect();
    let made = rcgen::generate_simple_self_signed(names).map_err(Error::internal)?;
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    Pair::new(vec![made.cert.der().clone()], &key).map_err(Error::internal)
}
