//! What every answer tells a browser, whatever it answers and whoever asks.

mod support;

use reqwest::{Method, Response};
use support::TestApp;

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn no_answer_is_guessed_at_framed_embedded_elsewhere_or_run() {
    let app = TestApp::builder().env("MARU_PUBLIC_URL", "http://127.0.0.1/below").spawn().await;
    let member = app.person("mina").await.http();
    let (nobody, foreign) = (app.http(), app.http().header("origin", "https://evil.example"));
    for (http, method, path, status) in [
        (&nobody, Method::GET, "/api/v1/server", 200),
        (&member, Method::GET, "/api/v1/me", 200),
        (&nobody, Method::GET, "/api/v1/me", 401),
        (&member, Method::GET, "/api/v1/none", 404),
        (&member, Method::PATCH, "/api/v1/server", 405),
        (&foreign, Method::POST, "/api/v1/rooms", 403),
        (&nobody, Method::GET, "/healthz", 200),
        (&nobody, Method::GET, "/readyz", 200),
        (&nobody, Method::GET, "/metrics", 404),
        (&nobody, Method::GET, "/socket.io/?EIO=4&transport=polling", 200),
        (&nobody, Method::GET, "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA", 400),
        (&nobody, Method::GET, "/", 200),
        (&nobody, Method::GET, "/assets/none.js", 404),
        (&nobody, Method::DELETE, "/", 405),
        (&nobody, Method::GET, "/below", 308),
    ] {
        let answer = http.request(method.clone(), path).send().await.unwrap();
        let asked = format!("{method} {path}: {:?}", answer.headers());
        assert_eq!(answer.status(), status, "{asked}");
        let policy = header(&answer, "content-security-policy");
        let is_client = policy.starts_with("default-src 'self'");
        assert!(is_client || policy.starts_with("default-src 'none'"), "{asked}");
        for directive in ["base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{directive}: {asked}");
        }
        assert_eq!(is_client, path == "/" || path.starts_with("/assets"), "{asked}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{asked}");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{asked}");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin", "{asked}");
        assert!(!answer.headers().contains_key("server"), "{asked}");
        if is_client {
            assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{asked}");
            assert!(header(&answer, "permissions-policy").contains("camera=()"), "{asked}");
        }
    }
}
