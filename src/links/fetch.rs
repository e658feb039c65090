//! Looks a link up: the page, and the picture that it names, within bounds of time, size and number.

use super::body::{self, MOST_BYTES, Wanted};
use super::charset::decode;
use super::connection::{Connections, Exchange, Resolve};
use super::head::{Head, read_head};
use crate::config::Destination;
use crate::images::Format;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, LOCATION};
use hyper::{Response, StatusCode};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::rustls::{self, RootCertStore};
use url::Url;

/// Links that are looked up at the same time.
const AT_ONCE: usize = 16;
/// How often a link may lead on to another.
const MOST_REDIRECTS: usize = 5;
/// So much of a page is read for its head, in bytes, unpacked.
const MOST_HEAD: usize = 512 * 1024;
const PAGES_AND_PICTURES: &str =
    "text/html,application/xhtml+xml;q=0.9,image/webp,image/png,image/jpeg,image/gif;q=0.8";
const PICTURES: &str = "image/webp,image/png,image/jpeg,image/gif";

/// Why there is nothing to be told of a link; for the log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("it leads where nothing is looked up")]
    Refused,
    #[error("it leads on too often")]
    Redirects,
    #[error("it is too large")]
    TooLarge,
    #[error("it took too long")]
    Late,
    #[error("it answered {0}")]
    Status(StatusCode),
    #[error("it is neither a page nor a picture")]
    Type,
    #[error("it cannot be unpacked")]
    Packed,
    #[error("it says nothing of itself")]
    Empty,
    /// What the library says of it may name the host.
    #[error("no safe connection came about")]
    Tls,
    #[error("{0}")]
    Network(std::io::Error),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("the cryptography cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        match error.get_ref() {
            Some(source) if source.is::<rustls::Error>() => Self::Tls,
            _ => Self::Network(error),
        }
    }
}

/// What is told of a link.
#[derive(Debug)]
pub struct Summary {
    pub title: Option<String>,
    pub description: Option<String>,
    pub site_name: Option<String>,
    pub picture: Option<Picture>,
}

/// A picture as it came: it says that it is one, and nothing more is known of it.
#[derive(Debug)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub format: Format,
}

/// Looks links up.
pub struct Fetcher {
    connections: Connections,
    turns: Semaphore,
    patience: Duration,
}

enum Found {
    Page { html: String, at: Url },
    Picture(Picture),
}

impl Fetcher {
    /// One that speaks to public addresses and those that are allowed beside, which `resolve` knows, and believes
    /// certificates of these roots; `patience` is how long a link may take, its picture included.
    ///
    /// # Errors
    /// When the cryptography cannot be set up.
    pub fn new(
        allow: Vec<Destination>,
        roots: RootCertStore,
        resolve: Resolve,
        patience: Duration,
    ) -> Result<Self, Fault> {
        let connections = Connections::new(allow, roots, resolve)?;
        Ok(Self { connections, turns: Semaphore::new(AT_ONCE), patience })
    }

    /// What is behind a link, in bounded time from its turn on. A picture that fails is left out.
    pub async fn look_up(&self, url: &Url) -> Result<Summary, Fault> {
        let _turn = self.turns.acquire().await.map_err(|_| Fault::Late)?;
        let deadline = Instant::now() + self.patience;
        let found = timeout_at(deadline, self.follow(url, PAGES_AND_PICTURES)).await.map_err(|_| Fault::Late)??;
        let (html, at) = match found {
            Found::Page { html, at } => (html, at),
            Found::Picture(picture) => {
                return Ok(Summary { title: None, description: None, site_name: None, picture: Some(picture) });
            }
        };
        let Head { title, description, site_name, image, .. } = read_head(&html, Some(&at));
        let picture = match image {
            Some(image) => match timeout_at(deadline, self.follow(&image, PICTURES)).await {
                Ok(Ok(Found::Picture(picture))) => Some(picture),
                Ok(Ok(Found::Page { .. })) | Err(_) => None,
                Ok(Err(fault)) => {
                    tracing::debug!(%fault, "the picture of a page was left out");
                    None
                }
            },
            None => None,
        };
        if title.is_none() && picture.is_none() {
            return Err(Fault::Empty);
        }
        Ok(Summary { title, description, site_name, picture })
    }

    async fn follow(&self, url: &Url, accept: &'static str) -> Result<Found, Fault> {
        let mut at = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let exchange = self.connections.get(&at, accept).await?;
            match next(&exchange.response, &at)? {
                // Where it leads is checked as the first was.
                Some(next) => at = next,
                None => return read(exchange, at).await,
            }
        }
        Err(Fault::Redirects)
    }
}

/// Where an answer leads on to, if it does.
fn next<B>(response: &Response<B>, at: &Url) -> Result<Option<Url>, Fault> {
    match response.status() {
        StatusCode::OK => Ok(None),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => {
            let location = header(response, LOCATION).ok_or(Fault::Redirects)?;
            at.join(location).map(Some).map_err(|_| Fault::Redirects)
        }
        status => Err(Fault::Status(status)),
    }
}

fn header<B>(response: &Response<B>, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// Reads an answer by what it says that it is, and believes that only as far as its bytes bear it out.
async fn read(exchange: Exchange, at: Url) -> Result<Found, Fault> {
    let Exchange { response, _connection } = exchange;
    let is_packed = match header(&response, CONTENT_ENCODING).map(str::trim) {
        None | Some("" | "identity") => false,
        Some(coding) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => true,
        Some(_) => return Err(Fault::Packed),
    };
    let said = header(&response, CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let (kind, parameters) = said.split_once(';').unwrap_or((&said, ""));
    match kind.trim() {
        "text/html" | "application/xhtml+xml" => {
            let wanted = Wanted { most: MOST_HEAD, cut: true, until: Some(b"</head"), is_packed };
            let bytes = body::read(response.into_body(), wanted).await?;
            if !may_be_text(&bytes) {
                return Err(Fault::Type);
            }
            let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
            let html = decode(&bytes, charset.map(|charset| charset.trim_matches(['"', '\''])));
            Ok(Found::Page { html, at })
        }
        kind if kind.starts_with("image/") => {
            let wanted = Wanted { most: MOST_BYTES, cut: false, until: None, is_packed };
            let bytes = body::read(response.into_body(), wanted).await?;
            let format = infer::get(&bytes).and_then(|found| Format::of_media_type(found.mime_type()));
            Ok(Found::Picture(Picture { format: format.ok_or(Fault::Type)?, bytes }))
        }
        _ => Err(Fault::Type),
    }
}

/// Whether what says that it is a page is not something else.
fn may_be_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && infer::get(bytes).is_none_or(|found| found.mime_type().starts_with("text/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError;
    use rustls::pki_types::ServerName;
    use std::io;

    #[test]
    fn what_is_said_of_a_certificate_does_not_name_the_host() {
        let name = ServerName::try_from("secret.example").expect("a name");
        let error = rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
            expected: name,
            presented: vec!["other.example".to_owned()],
        });
        let error = io::Error::new(io::ErrorKind::InvalidData, error);
        assert!(error.to_string().contains("secret.example"), "{error}");
        let fault = Fault::from(error);
        assert!(matches!(fault, Fault::Tls) && !fault.to_string().contains("example"), "{fault}");
        assert!(matches!(Fault::from(io::Error::from(io::ErrorKind::ConnectionReset)), Fault::Network(_)));
    }
}
