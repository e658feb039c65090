//! Pages over HTTPS: looked up when their certificate is of somebody who is believed, for that name, and of today.

use super::*;
use crate::support::run_maru;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto, pki_types::PrivatePkcs8KeyDer};

/// An authority of the test's own.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, "the test's own");
        let pem = parameters.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// A site with a certificate for these names, which is good until the end of a year.
    async fn site(&self, names: &[&str], until: i32) -> Site {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).expect("names");
        parameters.not_before = date_time_ymd(2001, 1, 1);
        parameters.not_after = date_time_ymd(until, 12, 31);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key).expect("a key that fits");
        let site = Site::start_with_tls(TlsAcceptor::from(Arc::new(config))).await;
        site.put_page("/", "A page", None);
        site
    }

    fn write(&self, folder: &TempDir) -> PathBuf {
        let path = folder.path().join("authority.pem");
        std::fs::write(&path, &self.pem).expect("written");
        path
    }
}

/// Somebody who posts links.
async fn poster(app: &TestApp) -> Socket {
    app.person("mina").await.connect().await
}

/// What there is to see of links that are posted together with one that always has a preview.
async fn seen(mina: &Socket, plain: &Site, links: &[String]) -> Vec<String> {
    let general = text(&mina.ready["rooms"][0]["id"]);
    plain.put_page("/plain", "plain", None);
    let id = text(&mina.say(&general, &format!("{} {}", links.join(" "), plain.url("/plain"))).await["messageId"]);
    titles(&mina.hear_update(&id).await)
}

fn allowing(sites: &[&Site]) -> String {
    let both = |site: &&Site| [site.address.to_string(), format!("localhost:{}", site.address.port())];
    sites.iter().flat_map(both).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn a_page_is_told_if_its_certificate_is_of_an_authority_that_the_operator_named() {
    let (ours, folder) = (Authority::new(), tempfile::tempdir().expect("a folder"));
    let (site, plain) = (ours.site(&["127.0.0.1", "localhost"], 2999).await, Site::start().await);
    let builder = || TestApp::builder().generous().env("MARU_LINK_PREVIEW_ALLOW", allowing(&[&site, &plain]));
    let links = [site.url("/"), site.url_by_name("/")];
    let app = builder().spawn().await;
    assert_eq!(seen(&poster(&app).await, &plain, &links).await, ["plain"], "nobody vouches for it");
    assert!(site.connections() > 0 && site.all_requests().is_empty(), "it was asked nothing");
    let app = builder().env("MARU_LINK_PREVIEW_CA_FILE", ours.write(&folder).display()).spawn().await;
    assert_eq!(seen(&poster(&app).await, &plain, &links).await, ["A page", "A page", "plain"]);
}

#[tokio::test]
async fn what_is_of_another_authority_for_another_name_or_of_another_time_is_refused() {
    let (ours, theirs, folder) = (Authority::new(), Authority::new(), tempfile::tempdir().expect("a folder"));
    let plain = Site::start().await;
    let untrusted = theirs.site(&["127.0.0.1", "localhost"], 2999).await;
    let named_otherwise = ours.site(&["wiki.example", "127.0.0.2"], 2999).await;
    let past = ours.site(&["127.0.0.1", "localhost"], 2002).await;
    let trusted = ours.site(&["127.0.0.1", "localhost"], 2999).await;
    let refused = [&untrusted, &named_otherwise, &past];
    let allow = allowing(&[&untrusted, &named_otherwise, &past, &trusted, &plain]);
    let builder = TestApp::builder().generous().env("MARU_LINK_PREVIEW_ALLOW", allow);
    let app = builder.env("MARU_LINK_PREVIEW_CA_FILE", ours.write(&folder).display()).spawn().await;
    let mina = poster(&app).await;
    for site in refused {
        assert_eq!(seen(&mina, &plain, &[site.url("/"), site.url_by_name("/")]).await, ["plain"]);
        // Neither does one that is believed lead there.
        let away = format!("/away?{}", site.address.port());
        trusted.redirect(&away, &site.url("/"));
        assert_eq!(seen(&mina, &plain, &[trusted.url(&away)]).await, ["plain"]);
        assert_eq!(trusted.requests(&away).len(), 1);
        assert!(site.connections() > 0 && site.all_requests().is_empty(), "it was asked: {:?}", site.all_requests());
    }
    assert_eq!(seen(&mina, &plain, &[trusted.url("/")]).await, ["A page", "plain"]);
    assert!(!app.transcript().contains("wiki.example"));
}

#[tokio::test]
async fn a_file_that_names_no_authority_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("authority.pem"));
    for (written, told) in [(None, "No such file"), (Some("no certificate"), "there is no certificate in it")] {
        if let Some(written) = written {
            std::fs::write(&file, written).expect("written");
        }
        let env = [("MARU_LINK_PREVIEW_CA_FILE", file.to_str().expect("a path"))];
        let data = data.to_str().expect("a path");
        let ended = run_maru(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data], &env, "").await;
        assert!(!ended.status.success(), "{ended:?}");
        assert!(ended.stderr.contains("link_preview_ca_file") && ended.stderr.contains(told), "{ended:?}");
    }
}
