//! The cryptography of TLS, for whoever calls other servers.

/// Puts ring in use. Has to come before the first client is made; again, it changes nothing.
pub fn use_ring() {
    // It fails where a provider is in use already, which is this one.
    let _in_use = rustls::crypto::ring::default_provider().install_default();
}
