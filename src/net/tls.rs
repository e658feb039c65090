//! The cryptography of TLS, for whoever calls other servers, and the authorities by whose word these are believed.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fmt::Display;
use std::path::Path;

/// Puts ring in use. Has to come before the first client is made; again, it changes nothing.
pub fn use_ring() {
    // It fails where a provider is in use already, which is this one.
    let _in_use = rustls::crypto::ring::default_provider().install_default();
}

/// The authorities of the public web, which are built in.
pub fn public_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let (_usable, _unusable) =
        roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    roots
}

/// The root certificates of a file (PEM), of which there is at least one.
///
/// # Errors
/// In words for the operator, with the file.
pub fn roots_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let words = |problem: &dyn Display| format!("{}: {problem}", file.display());
    let found = CertificateDer::pem_file_iter(file).map_err(|error| words(&error))?;
    let roots = found.collect::<Result<Vec<_>, _>>().map_err(|error| words(&error))?;
    if roots.is_empty() {
        return Err(words(&"there is no certificate in it"));
    }
    let mut usable = RootCertStore::empty();
    for root in &roots {
        usable.add(root.clone()).map_err(|error| words(&error))?;
    }
    Ok(roots)
}
