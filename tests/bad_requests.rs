//! Whatever is wrong with an HTTP request, the answer has the one shape of every refusal, and names the field.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use maru::contract::MAX_PAYLOAD_BYTES;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use support::{BESIDE_THE_API, Http, TestApp, mounted, text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PROTOCOL: &str = include_str!("../docs/protocol.md");
/// What is uploaded and given out is no JSON; `tests/files` says what is wrong with it.
const FILES: &str = include_str!("../docs/files.md");
/// Where no token is needed.
const OPEN: [&str; 10] = [
    "/api/v1/server",
    "/api/v1/server/logo/none",
    "/api/v1/setup",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/auth/login/code",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/auth/reset",
    "/api/v1/invites/preview",
];

/// What is asked of one path: its methods, and the names of its query string.
#[derive(Default)]
struct Resource {
    methods: BTreeSet<String>,
    names: Vec<&'static str>,
}

/// Every resource that a document tells of, with ids that are none.
fn resources(document: &'static str) -> BTreeMap<String, Resource> {
    let mut all: BTreeMap<String, Resource> = BTreeMap::new();
    for code in document.split('`').skip(1).step_by(2) {
        let Some((method, rest)) = code.split_once(' ').filter(|(_, rest)| rest.starts_with("/api/v1/")) else {
            continue;
        };
        let rest = rest.split(' ').next().unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let resource = all.entry(anonymous(path)).or_default();
        resource.methods.insert(method.to_owned());
        resource.names.extend(query.split('&').filter_map(|pair| pair.strip_suffix('=')));
    }
    all
}

/// How the paths of what takes no body end, which is not looked at there.
const TAKES_NO_BODY: [&str; 7] =
    ["/join", "/leave", "/run", "/dismiss", "/none/deactivate", "/none/reactivate", "/none/reset"];

/// A path without what stands for ids.
fn anonymous(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "none" } else { part }).collect();
    parts.join("/")
}

/// The refusal of an answer, whose shape is checked.
async fn refusal(response: Response, asked: &str) -> (u16, Value) {
    let status = response.status().as_u16();
    let kind =
        response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let body = response.text().await.expect("a body");
    is_refusal(status, &kind, &body, asked)
}

fn is_refusal(status: u16, kind: &str, body: &str, asked: &str) -> (u16, Value) {
    assert!(status >= 400, "{asked} was answered with {status}: {body}");
    assert_eq!(kind, "application/json", "{asked}: {status} {body}");
    let answer: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{asked}: {error} in {body:?}"));
    let error = answer["error"].clone();
    assert_eq!(answer["success"], false, "{asked}: {answer}");
    let expected = match text(&error["code"]).as_str() {
        "unauthenticated" => vec![401],
        "forbidden" => vec![403],
        "not_found" => vec![404],
        "conflict" => vec![409],
        "too_large" => vec![413, 414, 431],
        "invalid" => vec![422, 405, 400],
        other => panic!("{asked}: {other}"),
    };
    assert!(expected.contains(&status), "{asked}: {status} {answer}");
    let message = text(&error["message"]);
    let foreign = ["eserialize", "extract", "rejection", "digit found", "literal", "Failed"];
    assert!(!message.is_empty() && !foreign.iter().any(|words| message.contains(words)), "{asked}: {message}");
    (status, error)
}

async fn ask(http: &Http, method: &str, path: &str, body: Option<Vec<u8>>) -> (u16, Value) {
    let asked = format!("{method} {path} {:?}", body.as_ref().map(Vec::len));
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = http.request(method, path);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    refusal(request.send().await.expect("an answer"), &asked).await
}

#[test]
fn every_resource_is_documented() {
    let documented = [PROTOCOL, FILES].into_iter().flat_map(resources).map(|(path, _)| path);
    let mounted = mounted().into_iter().filter(|path| !BESIDE_THE_API.contains(&path.as_str()));
    let mounted: BTreeSet<String> = mounted.map(|path| anonymous(&path)).collect();
    assert_eq!(mounted, documented.collect::<BTreeSet<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_told_what_is_right() {
    let app = TestApp::builder().generous().spawn().await;
    let http = app.admin().await.http();
    let mut tried = 0;
    for (path, resource) in resources(PROTOCOL) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            if resource.methods.contains(method) {
                continue;
            }
            tried += 1;
            let request = http.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
            let response = request.send().await.unwrap();
            let allowed = response.headers().get("allow").map(|allowed| allowed.to_str().unwrap().to_owned());
            let (status, error) = refusal(response, &format!("{method} {path}")).await;
            assert_eq!((status, &error["code"]), (405, &json!("invalid")), "{method} {path}");
            let allowed: BTreeSet<String> = allowed.unwrap_or_default().split(',').map(str::to_owned).collect();
            assert!(resource.methods.is_subset(&allowed) && !allowed.contains(method), "{method} {path}: {allowed:?}");
        }
    }
    assert!(tried > 100, "only {tried}");
    for path in ["/healthz", "/readyz", "/", "/rooms/x"] {
        assert_eq!(ask(&http, "DELETE", path, None).await.0, 405, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_in_the_same_shape_everywhere() {
    let app = TestApp::builder().generous().spawn().await;
    let http = app.admin().await.http();
    let bodies: [&[u8]; 7] =
        [b"not json", b"", b"[]", b"{\"a\":", b"{} {}", b"\xff\xfe", &[b'x'; MAX_PAYLOAD_BYTES + 1]];
    let mut read = 0;
    for (path, resource) in resources(PROTOCOL) {
        for method in resource.methods.iter().filter(|method| ["POST", "PUT", "PATCH"].contains(&method.as_str())) {
            if path.ends_with("/auth/logout") || path.ends_with("/auth/refresh") {
                // Without a body they mean the cookie, and a logout would be one.
                continue;
            }
            let takes_none = TAKES_NO_BODY.iter().any(|end| path.ends_with(end));
            for body in bodies {
                // A long one that nobody reads ends the connection, which the next request would find out.
                if takes_none && body.len() > MAX_PAYLOAD_BYTES {
                    continue;
                }
                let (status, error) = ask(&http, method, &path, Some(body.to_vec())).await;
                let expected = match body.len() {
                    _ if takes_none => 404,
                    length if length > MAX_PAYLOAD_BYTES => 413,
                    _ => 422,
                };
                assert_eq!(
                    status,
                    expected,
                    "{method} {path} {:?}: {error}",
                    String::from_utf8_lossy(&body[..4.min(body.len())])
                );
                read += 1;
            }
        }
    }
    assert!(read > 150, "only {read}");
    let rooms = "/api/v1/rooms";
    for (method, path, body, field) in [
        ("POST", rooms, json!({ "kind": "secret", "name": "x" }), "kind"),
        ("POST", rooms, json!({ "kind": "public", "name": 5 }), "name"),
        ("POST", rooms, json!({ "kind": "private", "name": "x", "participants": [5] }), "participants[0]"),
        ("POST", "/api/v1/rooms/none/messages", json!({ "content": null }), "content"),
        ("POST", "/api/v1/rooms/none/members", json!({}), "userIds"),
        ("POST", "/api/v1/rooms/none/tasks", json!({ "title": ["x"] }), "title"),
        ("PATCH", "/api/v1/tasks/none", json!({ "status": "gone" }), "status"),
        ("POST", "/api/v1/reminders", json!({ "text": "x", "inSeconds": "5" }), "inSeconds"),
        ("PUT", "/api/v1/me/preferences", json!({ "receipts": 1, "lastSeen": true }), "receipts"),
        ("POST", "/api/v1/auth/login", json!({ "username": "x" }), "password"),
    ] {
        let (status, error) = ask(&http, method, path, Some(body.to_string().into_bytes())).await;
        assert_eq!((status, &error["field"]), (422, &json!(field)), "{method} {path} {body}: {error}");
    }
    let surrogate = br#"{"content":"\ud800"}"#.to_vec();
    let (_, error) = ask(&http, "POST", "/api/v1/rooms/none/messages", Some(surrogate)).await;
    assert_eq!(error["field"], "content", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_string_names_the_field_of_the_command() {
    let app = TestApp::builder().generous().spawn().await;
    let http = app.admin().await.http();
    let field = |name: &str| {
        match name {
            "q" => "query",
            "tz" => "timeZone",
            "room" => "roomId",
            "assignee" => "assigneeId",
            same => same,
        }
        .to_owned()
    };
    let mut tried = 0;
    for (path, resource) in resources(PROTOCOL) {
        for name in &resource.names {
            let typed: &[&str] = match *name {
                "limit" | "before" | "after" | "around" | "seq" => &["many", "1.5", "", "%ff"],
                "unreadOnly" => &["yes", "1", "%ff"],
                "status" | "sort" => &["odd", "%ff"],
                _ => &["%ff", "%ED%A0%80"],
            };
            for value in typed {
                let asked = format!("{path}?{name}={value}");
                let (status, error) = ask(&http, "GET", &asked, None).await;
                assert_eq!((status, &error["field"]), (422, &json!(field(name))), "{asked}: {error}");
                tried += 1;
            }
        }
    }
    assert!(tried > 60, "only {tried}");
    for query in ["", "?limit=5", "?q=a&q=b"] {
        let (_, error) = ask(&http, "GET", &format!("/api/v1/search{query}"), None).await;
        assert_eq!(error["field"], "query", "{query}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_who_is_not_known_are_told_in_the_same_shape() {
    let app = TestApp::builder().generous().spawn().await;
    let (http, nobody) = (app.admin().await.http(), app.http());
    for path in
        ["/api/v1", "/api/v1/", "/api/v1/none", "/api/v2/rooms", "/api/", "/api/v1/rooms/%ff", "/api/v1/rooms//x"]
    {
        assert_eq!(ask(&http, "GET", path, None).await.0, 404, "{path}");
    }
    for (path, resource) in resources(PROTOCOL) {
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        for method in &resource.methods {
            assert_eq!(ask(&nobody, method, &path, None).await.0, 401, "{method} {path}");
        }
    }
}

/// The status, the kind and the body of the answer to these bytes.
async fn raw(app: &TestApp, request: &[u8]) -> (u16, String, String) {
    let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    // It may be refused before it is read to its end.
    let _refused = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    assert_eq!(header("content-length: "), body.len().to_string());
    (head[9..12].parse().unwrap(), header("content-type: "), body.to_owned())
}

#[tokio::test]
async fn what_is_no_request_at_all_is_told_in_the_same_shape() {
    let app = TestApp::spawn().await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nlong: {}\r\n\r\n", "x".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    for (request, status) in [
        (long.as_str(), 431),
        (many.as_str(), 431),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        ("what is this\r\n\r\n", 400),
    ] {
        let (got, kind, body) = raw(&app, request.as_bytes()).await;
        let (got, _) = is_refusal(got, &kind, &body, request);
        assert_eq!(got, status, "{}: {body}", &request[..20]);
    }
}
