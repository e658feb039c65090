//! The program serves its own web client: compressed, cached for as long as it may be, and fenced in.

mod support;

use flate2::read::GzDecoder;
use reqwest::{Method, Response, header::HeaderMap};
use std::io::Read;
use support::TestApp;

const NAVIGATION: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn fetch(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = app.http().request(method, path);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    fetch(app, Method::GET, path, headers).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// The path of the script that the page loads.
async fn script(app: &TestApp) -> String {
    let page = get(app, "/", &[]).await.text().await.unwrap();
    let (_, rest) = page.split_once("src=\"/assets/").unwrap_or_else(|| panic!("no script in {page}"));
    format!("/assets/{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn the_page_answers_for_every_place_in_the_client() {
    let app = TestApp::spawn().await;
    let home = get(&app, "/", &[]).await;
    assert_eq!(home.status(), 200);
    assert_eq!(text(home.headers(), "content-type"), "text/html; charset=utf-8");
    assert_eq!(text(home.headers(), "cache-control"), "no-cache");
    let home = home.text().await.unwrap();
    assert!(home.contains("<title>Maru</title>"), "{home}");
    for path in ["/rooms/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/setup", "/a.name/with.dots", "/index.html"] {
        let place = get(&app, path, &[("accept", NAVIGATION)]).await;
        assert_eq!(place.status(), 200, "{path}");
        assert_eq!(place.text().await.unwrap(), home, "{path}");
    }
}

#[tokio::test]
async fn what_is_missing_is_never_answered_with_the_page() {
    let app = TestApp::spawn().await;
    let script = script(&app).await;
    for (path, accept) in [
        ("/assets/gone-00000000.js", NAVIGATION),
        ("/assets/..%2f..%2f..%2fCargo.toml", "*/*"),
        ("/assets/..%2findex.html", NAVIGATION),
        ("/gone.js", "*/*"),
        ("/api/v1/no-such-thing", NAVIGATION),
        (&format!("{script}.br"), "*/*"),
        (&format!("{script}.gz"), NAVIGATION),
        ("/.stamp", "*/*"),
    ] {
        let missing = get(&app, path, &[("accept", accept)]).await;
        assert_eq!(missing.status(), 404, "{path}");
        assert!(!missing.text().await.unwrap().contains("<html"), "{path}");
    }
}

#[tokio::test]
async fn the_client_is_only_read() {
    let app = TestApp::spawn().await;
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let refused = fetch(&app, method, "/", &[]).await;
        assert_eq!(refused.status(), 405);
        assert_eq!(text(refused.headers(), "allow"), "GET,HEAD");
    }
    let whole = get(&app, "/", &[]).await;
    let head = fetch(&app, Method::HEAD, "/", &[]).await;
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-length"], whole.headers()["content-length"]);
    assert_eq!(head.text().await.unwrap(), "");
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_sent_in_the_best_coding() {
    let app = TestApp::spawn().await;
    let script = script(&app).await;
    let mut tags = Vec::new();
    let mut bodies = Vec::new();
    for (accepted, coding) in [("br, gzip", "br"), ("gzip;q=1.0, br;q=0.5", "gzip"), ("br;q=0, identity", "")] {
        let asset = get(&app, &script, &[("accept-encoding", accepted)]).await;
        assert_eq!(asset.status(), 200);
        let headers = asset.headers();
        assert_eq!(text(headers, "content-encoding"), coding, "{accepted}");
        assert_eq!(text(headers, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(text(headers, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(text(headers, "vary"), "Accept-Encoding");
        tags.push(text(headers, "etag").to_owned());
        bodies.push(asset.bytes().await.unwrap());
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(&*bodies[1]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, bodies[2], "who takes no coding gets the script itself");
    let sizes: Vec<usize> = bodies.iter().map(|body| body.len()).collect();
    assert!(sizes[0] < sizes[1] && sizes[1] < sizes[2], "br, gzip, plain: {sizes:?}");
    tags.dedup();
    assert_eq!(tags.len(), 3, "each coding has a tag of its own: {tags:?}");
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let app = TestApp::spawn().await;
    let page = get(&app, "/", &[]).await;
    let tag = text(page.headers(), "etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 20, "a strong tag: {tag}");
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let same = get(&app, "/", &[("if-none-match", &known)]).await;
        assert_eq!(same.status(), 304, "{known}");
        for name in ["etag", "cache-control", "vary"] {
            assert_eq!(same.headers().get(name), page.headers().get(name), "{name}");
        }
        assert_eq!(same.text().await.unwrap(), "");
    }
    let other_coding = [("if-none-match", tag.as_str()), ("accept-encoding", "br")];
    for headers in [&[("if-none-match", "\"other\"")][..], &other_coding] {
        assert_eq!(get(&app, "/", headers).await.status(), 200, "{headers:?}");
    }
}

#[tokio::test]
async fn the_page_may_load_and_run_nothing_from_elsewhere() {
    let app = TestApp::spawn().await;
    for path in ["/", "/assets/gone.js", &script(&app).await] {
        let answer = get(&app, path, &[]).await;
        let headers = answer.headers();
        let policy = text(headers, "content-security-policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for directive in [
            "default-src 'self'",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types svelte-trusted-html dompurify emoji-picker maru-worker",
        ] {
            assert!(directives.contains(&directive), "{path}: {directive} is not in {policy}");
        }
        assert!(!policy.contains("script-src") && !policy.contains("unsafe-eval"), "{policy}");
        assert_eq!(text(headers, "referrer-policy"), "no-referrer");
        assert_eq!(text(headers, "x-content-type-options"), "nosniff");
        assert_eq!(text(headers, "cross-origin-opener-policy"), "same-origin");
        let devices = text(headers, "permissions-policy");
        assert!(devices.contains("camera=()") && devices.contains("microphone=(self)"), "{devices}");
    }
    let page = get(&app, "/", &[]).await.text().await.unwrap();
    assert!(!page.contains("<script>") && !page.contains("://"), "an inline script or a foreign address in {page}");
}

/// Where a page that is reached below `/chat` finds what it names.
fn named(page: &str) -> Vec<String> {
    let values = page.split("=\"/").skip(1).map(|rest| rest.split('"').next().unwrap());
    values.map(|path| format!("/{path}")).collect()
}

#[tokio::test]
async fn below_a_path_the_page_names_its_files_there() {
    let app = TestApp::builder().env("MARU_PUBLIC_URL", "https://example.com/chat").spawn().await;
    let page = get(&app, "/chat/", &[]).await;
    let tag = text(page.headers(), "etag").to_owned();
    assert_eq!((page.status().as_u16(), text(page.headers(), "cache-control")), (200, "no-cache"));
    let page = page.text().await.unwrap();
    let named = named(&page);
    assert!(named.iter().any(|path| path.starts_with("/chat/assets/") && path.ends_with(".js")), "{named:?}");
    for path in &named {
        assert!(path.starts_with("/chat/"), "{path}");
        let file = get(&app, path, &[("accept-encoding", "br")]).await;
        assert_eq!(file.status(), 200, "{path}");
        assert_eq!(get(&app, &path["/chat".len()..], &[]).await.status(), 200, "{path} where a proxy took /chat off");
    }
    for path in ["/", "/chat/rooms/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/rooms/01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        let place = get(&app, path, &[("accept", NAVIGATION)]).await;
        assert_eq!(place.text().await.unwrap(), page, "{path}");
    }
    let known = get(&app, "/chat/", &[("if-none-match", &tag)]).await;
    assert_eq!(known.status(), 304);
    let gzipped = get(&app, "/chat/", &[("accept-encoding", "gzip, br"), ("if-none-match", &tag)]).await;
    assert_eq!((gzipped.status().as_u16(), text(gzipped.headers(), "content-encoding")), (200, "gzip"));
    let mut unpacked = String::new();
    GzDecoder::new(&*gzipped.bytes().await.unwrap()).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, page);
}

#[tokio::test]
async fn below_a_path_a_missing_slash_is_added_and_what_lies_beside_is_not_found() {
    let app = TestApp::builder().env("MARU_PUBLIC_URL", "https://example.com/chat").spawn().await;
    let moved = get(&app, "/chat?theme=dark", &[]).await;
    assert_eq!((moved.status().as_u16(), text(moved.headers(), "location")), (308, "/chat/?theme=dark"));
    for path in ["/chatter", "/chat/gone.js", "/chat/assets/gone.js", "/chat/api/v1/none", "/chat/chat/favicon.svg"] {
        assert_eq!(get(&app, path, &[]).await.status(), 404, "{path}");
    }
    let manifest: serde_json::Value = get(&app, "/chat/manifest.webmanifest", &[]).await.json().await.unwrap();
    assert_eq!((&manifest["start_url"], &manifest["scope"]), (&".".into(), &".".into()));
}
