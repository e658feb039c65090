//! The embedded web client: its files, and its page for every place inside it.

mod manifest;
mod moved;

use super::answer::{HttpError, no_such_resource, wrong_method};
use crate::app::App;
use crate::error::{Error, Result};
use flate2::read::GzDecoder;
use manifest::MANIFEST;
use moved::Moved;
use std::io::{self, Read};
use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{self, ACCEPT, ACCEPT_ENCODING, IF_NONE_MATCH},
    },
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::EmbeddedFile;

// `Files`, declared by build.rs.
include!(concat!(env!("OUT_DIR"), "/client.rs"));

const PAGE: &str = "index.html";

/// Vite writes a hash of the content into the name of everything here, so that it never changes.
const HASHED: &str = "assets/";

/// The door of programs: what is unknown there is told as they are told everything.
const API: &str = "api/";

/// The other door: what it does not know is not a place inside the client.
const SOCKETS: &str = "socket.io/";

/// Content codings with the ending of their files, the better one last.
const CODINGS: [(&str, &str); 2] = [("gzip", GZIPPED), ("br", ".br")];
/// A file with such a twin is not embedded itself: who takes no coding, which browsers do, gets the twin unpacked.
const GZIPPED: &str = ".gz";

const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        // connect-src is left to default-src: 'self' covers the socket's ws: and wss: (in Safari since 16).
        // Styles may be inline, because libraries position with style attributes; scripts may not.
        // HTML enters the page through what is named here: Svelte's and the emoji picker's own templates, and DOMPurify.
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; \
         trusted-types svelte-trusted-html dompurify emoji-picker maru-worker",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("origin-agent-cluster"), "?1"),
];

/// Serves the client with GET and HEAD below the configured path, which is often nothing; meant as the fallback of
/// everything else.
///
/// # Errors
/// `Internal` when the embedded page cannot be read.
pub fn router(app: &Arc<App>) -> Result<Router> {
    let path = app.config.path();
    let page = (!path.is_empty()).then(|| Moved::new(path)).transpose().map_err(Error::internal)?;
    let client = Client { page: page.map(Arc::new), app: app.clone() };
    let answer = get(answer).fallback(wrong_method).with_state(client);
    let router = Router::new().fallback_service(answer).layer(map_response(async |mut response: Response| {
        for (name, value) in &HEADERS {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }));
    Ok(router)
}

#[derive(Clone)]
struct Client {
    /// The page where its addresses are not as they are embedded.
    page: Option<Arc<Moved>>,
    app: Arc<App>,
}

async fn answer(State(Client { page, app }): State<Client>, uri: Uri, request: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with(API) {
        return no_such_resource().await.into_response();
    }
    if path == MANIFEST {
        match manifest::named(&app).await {
            Ok(Some(named)) => return named,
            Ok(None) => {}
            Err(error) => return HttpError(error).into_response(),
        }
    }
    if is_public_file(path) && path != PAGE {
        let cache = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
        return sent(path, embedded(path, &request), &request, cache, "Accept-Encoding");
    }
    if is_place(path, &request) {
        let file = page.map_or_else(|| embedded(PAGE, &request), |page| Some(page.best_coding(&request)));
        // The page names the current assets, so every use asks whether it is still the newest.
        return sent(PAGE, file, &request, "no-cache", "Accept, Accept-Encoding");
    }
    not_found()
}

/// The compressed twins are not files of their own.
fn is_public_file(path: &str) -> bool {
    let is_twin = CODINGS.iter().any(|(_, ending)| path.ends_with(ending));
    !is_twin && (Files::get(path).is_some() || Files::get(&format!("{path}{GZIPPED}")).is_some())
}

/// Whether a browser that goes to `path` is to get the page. Only navigations are: a script that asks for a file
/// which is gone must learn that, not receive HTML.
fn is_place(path: &str, request: &HeaderMap) -> bool {
    if path.is_empty() || path == PAGE {
        return true;
    }
    let elsewhere = path.starts_with(HASHED) || path.starts_with(SOCKETS);
    !elsewhere && list(request, &ACCEPT).any(|kind| kind.starts_with("text/html"))
}

/// Answers with a file in a coding, unless the caller has it.
fn sent(path: &str, file: Option<Sent>, request: &HeaderMap, cache: &'static str, vary: &'static str) -> Response {
    let Some(Sent { bytes, coding, unpacked, tag }) = file else { return not_found() };
    let mut response = if knows(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = if unpacked { gunzip(&bytes) } else { Ok(bytes) };
        let body = match body {
            Ok(body) => Body::from(body),
            Err(error) => return HttpError(Error::internal(error)).into_response(),
        };
        let mut response = Response::new(body);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    headers.extend(HeaderValue::try_from(tag).map(|tag| (header::ETAG, tag)));
    response
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-cache")], "not found\n").into_response()
}

/// What is sent of a file.
struct Sent {
    bytes: Bytes,
    /// The name of the coding that they are sent in.
    coding: Option<&'static str>,
    /// `bytes` are those of the gzipped twin, and are sent without their coding.
    unpacked: bool,
    /// A strong entity tag: another one for each content and each coding.
    tag: String,
}

impl Sent {
    fn new(file: EmbeddedFile, coding: Option<&'static str>, unpacked: bool) -> Self {
        let tag = entity_tag(&file.metadata.sha256_hash(), if unpacked { "-plain" } else { "" });
        Self { bytes: Bytes::from_owner(file.data), coding, unpacked, tag }
    }
}

/// An embedded file in the coding that the caller likes best.
fn embedded(path: &str, request: &HeaderMap) -> Option<Sent> {
    let twin = |ending: &str| Files::get(&format!("{path}{ending}"));
    let coded = CODINGS.iter().filter_map(|&(coding, ending)| {
        let quality = quality(request, coding);
        let file = twin(ending)?;
        (quality > 0.0).then_some((quality, Sent::new(file, Some(coding), false)))
    });
    if let Some((_, best)) = coded.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        return Some(best);
    }
    let plain = Files::get(path).map(|file| Sent::new(file, None, false));
    plain.or_else(|| Some(Sent::new(twin(GZIPPED)?, None, true)))
}

fn gunzip(bytes: &[u8]) -> io::Result<Bytes> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain)?;
    Ok(plain.into())
}

/// How much the caller wants a content coding: 0 (not at all) to 1.
fn quality(request: &HeaderMap, coding: &str) -> f32 {
    let named = |name: &str| {
        list(request, &ACCEPT_ENCODING).find_map(|item| {
            let (token, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            if !token.trim().eq_ignore_ascii_case(name) {
                return None;
            }
            Some(weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0))
        })
    };
    named(coding).or_else(|| named("*")).unwrap_or(0.0)
}

fn entity_tag(sha256: &[u8; 32], ending: &str) -> String {
    let hash: String = sha256[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hash}{ending}\"")
}

fn knows(request: &HeaderMap, tag: &str) -> bool {
    list(request, &IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// The items of a header whose value is a list, whether it is sent in one line or in several.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim)
}

/// Browsers are told not to guess, so a kind of file that is not listed here is only good for downloads.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "mp3" => "audio/mpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(line: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(line))])
    }

    #[test]
    fn every_embedded_file_has_a_content_type() {
        let names = Files::iter();
        let names = names.map(|name| name.trim_end_matches(GZIPPED).trim_end_matches(".br").to_owned());
        let unknown: Vec<_> = names.filter(|name| content_type(name) == "application/octet-stream").collect();
        assert!(unknown.is_empty(), "add these endings to content_type: {unknown:?}");
    }

    #[test]
    fn a_coding_is_used_only_where_it_is_wanted() {
        for (line, brotli, gzip) in [
            ("gzip, deflate, br, zstd", 1.0, 1.0),
            ("GZIP;q=0.5,  br ; q=0.8", 0.8, 0.5),
            ("gzip;q=0, *", 1.0, 0.0),
            ("*;q=0", 0.0, 0.0),
            ("br;q=much", 0.0, 0.0),
            ("brotli, x-gzip", 0.0, 0.0),
            ("", 0.0, 0.0),
        ] {
            assert_eq!((quality(&accepting(line), "br"), quality(&accepting(line), "gzip")), (brotli, gzip), "{line}");
        }
    }
}
