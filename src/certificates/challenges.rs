//! What an authority asks for as a proof that a domain leads here, while it asks.

use crate::error::{Error, Result};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The answers that are expected at present.
#[derive(Debug, Default)]
pub struct Challenges(Mutex<Expected>);

#[derive(Debug, Default)]
struct Expected {
    /// For HTTP-01 by token.
    http: HashMap<String, String>,
    /// For TLS-ALPN-01 by domain.
    tls: HashMap<String, Arc<CertifiedKey>>,
}

impl Challenges {
    fn expected(&self) -> MutexGuard<'_, Expected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to what is asked at `/.well-known/acme-challenge/TOKEN` (RFC 8555, 8.3).
    pub fn by_http(&self, token: &str) -> Option<String> {
        self.expected().http.get(token).cloned()
    }

    /// The certificate for who offers `acme-tls/1` alone (RFC 8737).
    pub fn by_tls(&self, domain: &str) -> Option<Arc<CertifiedKey>> {
        self.expected().tls.get(&domain.to_ascii_lowercase()).cloned()
    }

    pub(super) fn expect_http(&self, token: &str, answer: &str) {
        self.expected().http.insert(token.to_owned(), answer.to_owned());
    }

    /// Expects the authority to ask by TLS for a certificate with the digest of its challenge.
    ///
    /// # Errors
    /// When no certificate can be made, which is a fault of the program.
    pub(super) fn expect_tls(&self, domain: &str, digest: &[u8]) -> Result<()> {
        let key = KeyPair::generate().map_err(Error::internal)?;
        let mut parameters = CertificateParams::new(vec![domain.to_owned()]).map_err(Error::internal)?;
        parameters.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let certificate = parameters.self_signed(&key).map_err(Error::internal)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let key = any_supported_type(&key).map_err(Error::internal)?;
        let proof = CertifiedKey::new(vec![certificate.der().clone()], key);
        self.expected().tls.insert(domain.to_owned(), Arc::new(proof));
        Ok(())
    }

    /// Nothing is expected any more.
    pub(super) fn clear(&self) {
        *self.expected() = Expected::default();
    }
}
