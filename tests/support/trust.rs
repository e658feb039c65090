//! Whom a client of HTTPS believes, and where it finds a server that is no more than a name.

use std::{net::Ipv4Addr, sync::Arc};

use reqwest::{Certificate, ClientBuilder};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, pem::PemObject},
    },
};

/// Root certificates in PEM. The name that is meant leads to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub name: String,
    pub roots: Arc<Vec<u8>>,
}

impl Trust {
    pub fn new(name: &str, roots: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), roots: Arc::new(roots.into()) }
    }

    /// A client that speaks HTTP/2 where the server does.
    pub fn applied(&self, mut client: ClientBuilder) -> ClientBuilder {
        for root in Certificate::from_pem_bundle(&self.roots).expect("root certificates") {
            client = client.add_root_certificate(root);
        }
        client.resolve(&self.name, (Ipv4Addr::LOCALHOST, 0).into())
    }

    /// For everything that is no request of HTTP, with these protocols to choose from.
    pub fn connector(&self, protocols: &[&[u8]]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(&self.roots) {
            roots.add(root.expect("a root certificate")).expect("a root certificate");
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("protocol versions");
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        TlsConnector::from(Arc::new(config))
    }
}
