//! Requests below the path of `public_url`: some proxies leave it on, others take it off, and both are served alike.

use axum::body::Body;
use axum::http::header::LOCATION;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// Takes the path off a request that has it. Who asks for the path itself without a slash behind it is answered with
/// the address that has one, which alone is in the scope of the client's service worker.
pub fn take_off<B>(request: &mut Request<B>, path: &str) -> Option<Response> {
    if path.is_empty() {
        return None;
    }
    let rest = request.uri().path_and_query()?.as_str().strip_prefix(path)?;
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match rest.as_bytes().first() {
        None | Some(b'?') if is_read => return Some(redirect(path, rest)),
        Some(b'/') => *request.uri_mut() = with_path(request.uri(), rest)?,
        _ => {}
    }
    None
}

fn redirect(path: &str, query: &str) -> Response {
    match HeaderValue::try_from(format!("{path}/{query}")) {
        Ok(target) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, target)], Body::empty()).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// None when it is no address, which part of one always is.
fn with_path(uri: &Uri, rest: &str) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(method: Method, uri: &str) -> Result<String, String> {
        let mut request = Request::builder().method(method).uri(uri).body(()).unwrap();
        match take_off(&mut request, "/chat") {
            None => Ok(request.uri().to_string()),
            Some(answer) => Err(answer.headers()[LOCATION].to_str().unwrap().to_owned()),
        }
    }

    #[test]
    fn a_path_that_a_proxy_left_on_is_taken_off() {
        for (asked, expected) in [
            ("/chat/", "/"),
            ("/chat/rooms/1?q=%20", "/rooms/1?q=%20"),
            ("/chat/chat/x", "/chat/x"),
            ("/chat//x", "//x"),
            ("https://example.com/chat/a", "https://example.com/a"),
            ("/", "/"),
            ("/rooms/1", "/rooms/1"),
            ("/chatter/x", "/chatter/x"),
            ("/rooms/chat/", "/rooms/chat/"),
        ] {
            assert_eq!(served(Method::GET, asked).unwrap(), expected, "{asked}");
        }
    }

    #[test]
    fn who_leaves_the_last_slash_out_is_told_the_address_with_it() {
        assert_eq!(served(Method::GET, "/chat"), Err("/chat/".to_owned()));
        assert_eq!(served(Method::HEAD, "/chat?x=1"), Err("/chat/?x=1".to_owned()));
        assert_eq!(served(Method::POST, "/chat").unwrap(), "/chat");
        let mut request = Request::builder().uri("/chat").body(()).unwrap();
        assert!(take_off(&mut request, "").is_none(), "nothing is taken off where there is no path");
    }
}
