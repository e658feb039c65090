//! A certificate with its key, looked through before it is used.

use super::validity::Validity;
use rustls::InconsistentKeys;
use rustls::client::verify_server_name;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use std::sync::Arc;

/// A certificate, the chain that leads to its authority, and its key.
#[derive(Debug)]
pub struct Pair {
    pub key: Arc<CertifiedKey>,
    pub validity: Validity,
}

/// Why a pair cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("there is no certificate in it (PEM, -----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    #[error("there is no unencrypted private key in it (PEM, -----BEGIN PRIVATE KEY-----)")]
    NoKey,
    #[error("the key does not belong to the certificate")]
    Mismatch,
    #[error("the certificate cannot be read")]
    Unreadable,
    #[error("a key of this kind cannot be used; RSA, ECDSA (P-256, P-384) and Ed25519 can")]
    Kind,
}

impl Pair {
    /// Reads PEM; both may stand in one text.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn read(certificate: &[u8], key: &[u8]) -> Result<Self, Unusable> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(Unusable::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Unusable::NoKey)?;
        Self::new(chain, &key)
    }

    /// # Errors
    /// As `read`.
    pub fn new(chain: Vec<CertificateDer<'static>>, key: &PrivateKeyDer<'static>) -> Result<Self, Unusable> {
        let leaf = chain.first().ok_or(Unusable::NoCertificate)?;
        let validity = Validity::of(leaf).ok_or(Unusable::Unreadable)?;
        let key = CertifiedKey::new(chain, any_supported_type(key).map_err(|_| Unusable::Kind)?);
        match key.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(rustls::Error::InconsistentKeys(_)) => return Err(Unusable::Mismatch),
            Err(_) => return Err(Unusable::Unreadable),
        }
        Ok(Self { key: Arc::new(key), validity })
    }

    /// Whether it holds for a host.
    pub fn names(&self, host: &str) -> bool {
        let (Some(leaf), Ok(host)) = (self.key.cert.first(), ServerName::try_from(host)) else { return false };
        ParsedCertificate::try_from(leaf).is_ok_and(|leaf| verify_server_name(&leaf, &host).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn made(names: &[&str], until: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        (parameters.not_before, parameters.not_after) = (date_time_ymd(2026, 1, 2), date_time_ymd(until, 1, 2));
        (parameters.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    #[test]
    fn a_pair_tells_its_names_and_its_time() {
        // From 2050 on times are written in another form.
        for (until, millis) in [(2027, 1_798_848_000_000), (2051, 2_556_230_400_000)] {
            let (certificate, key) = made(&["chat.example", "*.team.example"], until);
            let pair = Pair::read(certificate.as_bytes(), key.as_bytes()).unwrap();
            assert_eq!(pair.validity.not_before.to_string(), "2026-01-02T00:00:00.000Z");
            assert_eq!(pair.validity.not_after.as_millis(), millis, "{until}");
            for (host, named) in
                [("chat.example", true), ("a.team.example", true), ("team.example", false), ("192.0.2.1", false)]
            {
                assert_eq!(pair.names(host), named, "{host}");
            }
            let together = key + &certificate;
            assert!(Pair::read(together.as_bytes(), together.as_bytes()).is_ok(), "both in one file");
        }
    }

    #[test]
    fn what_does_not_go_together_is_refused_by_its_reason() {
        let ((certificate, key), (_, other)) = (made(&["chat.example"], 2027), made(&["chat.example"], 2027));
        let refused = |certificate: &str, key: &str| Pair::read(certificate.as_bytes(), key.as_bytes()).unwrap_err();
        assert_eq!(refused(&certificate, &other), Unusable::Mismatch);
        assert_eq!(refused(&key, &key), Unusable::NoCertificate);
        assert_eq!(refused(&certificate, &certificate), Unusable::NoKey);
        assert_eq!(refused("", ""), Unusable::NoCertificate);
        assert_eq!(refused(&certificate.replace("MII", "AAA"), &key), Unusable::Unreadable);
    }
}
