//! The certificate that a server shows: looked at whether it is good or not, and judged afterwards.

use crate::certificates::Validity;
use crate::net;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A server's certificate, and those that vouch for it.
type Chain = Vec<CertificateDer<'static>>;

/// Takes every certificate, and keeps it to be judged. For looking alone: nothing secret is said over such a connection.
#[derive(Debug)]
pub(super) struct Onlooker {
    provider: Arc<CryptoProvider>,
    seen: Mutex<Chain>,
}

/// What there is to say against a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Expired,
    NotYet,
    OtherName,
    /// Nobody whom this program knows vouches for it.
    UnknownAuthority,
    Other(String),
}

/// How it stands with a certificate.
#[derive(Debug)]
pub(super) struct Judged {
    pub flaw: Option<Flaw>,
    /// None when it does not say.
    pub validity: Option<Validity>,
}

impl Onlooker {
    pub fn new() -> Self {
        Self { provider: Arc::new(rustls::crypto::ring::default_provider()), seen: Mutex::default() }
    }

    /// The settings of connections that it looks at.
    pub fn settings(self: &Arc<Self>) -> Result<ClientConfig, rustls::Error> {
        let builder =
            ClientConfig::builder_with_provider(self.provider.clone()).with_safe_default_protocol_versions()?;
        Ok(builder.dangerous().with_custom_certificate_verifier(self.clone()).with_no_client_auth())
    }

    /// Judges what it saw last for a host at a moment, in seconds since 1970; none when it saw nothing.
    pub fn judge(&self, host: &str, now: u64) -> Option<Judged> {
        let chain = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (end, intermediates) = chain.split_first()?;
        let name = ServerName::try_from(host.to_owned()).ok()?;
        let roots = net::public_roots();
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone()).build().ok()?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
        let flaw = verifier.verify_server_cert(end, intermediates, &name, &[], now).err().map(flaw);
        Some(Judged { flaw, validity: Validity::of(end) })
    }
}

fn flaw(error: rustls::Error) -> Flaw {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            Flaw::Expired
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => Flaw::NotYet,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Flaw::OtherName,
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => Flaw::UnknownAuthority,
        other => Flaw::Other(other.to_string()),
    }
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = [end_entity].into_iter().chain(intermediates).map(|one| one.clone().into_owned()).collect();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
