//! A browser that acts for another web site is refused; programs, which send neither header, are not.

mod support;

use reqwest::{Method, Response};
use serde_json::json;
use support::{ConnectError, Options, Person, TestApp};

const TRUSTED: &str = "https://app.example.com";

fn foreign(app: &TestApp) -> Vec<(&'static str, String)> {
    let port = app.url().rsplit_once(':').expect("a port").1.to_owned();
    vec![
        ("origin", "https://evil.example".to_owned()),
        ("origin", "null".to_owned()),
        ("origin", format!("http://127.0.0.1.evil.example:{port}")),
        ("origin", "http://127.0.0.1".to_owned()),
        ("origin", format!("{TRUSTED}.evil.example")),
        ("origin", TRUSTED.replace("https", "http")),
        ("origin", String::new()),
        ("sec-fetch-site", "cross-site".to_owned()),
        ("sec-fetch-site", "same-site".to_owned()),
    ]
}

fn ours(app: &TestApp) -> Vec<(&'static str, String)> {
    vec![
        ("origin", app.url()),
        ("origin", TRUSTED.to_owned()),
        ("sec-fetch-site", "same-origin".to_owned()),
        ("sec-fetch-site", "none".to_owned()),
    ]
}

async fn spawn() -> (TestApp, Person) {
    let app = TestApp::builder().env("MARU_TRUSTED_ORIGINS", TRUSTED).spawn().await;
    let person = app.person("mina").await;
    (app, person)
}

#[tokio::test]
async fn a_socket_is_refused_to_other_web_sites_over_every_transport() {
    let (app, person) = spawn().await;
    for (header, value) in foreign(&app) {
        for options in [Options::websocket(), Options::polling()] {
            let refused = person.connect_with(options.header(header, value.as_str())).await.err().expect("a refusal");
            let ConnectError::Http { status, body } = &refused else { panic!("{header}: {value:?} led to {refused}") };
            assert!(*status == 403 && body.contains("forbidden"), "{header}: {value:?} led to {refused}");
        }
    }
    for (header, value) in ours(&app) {
        for options in [Options::websocket(), Options::polling(), Options::upgrade()] {
            let socket = person.connect_with(options.header(header, value.as_str())).await;
            assert!(socket.is_ok(), "{header}: {value:?}: {}", socket.err().unwrap());
        }
    }
}

#[tokio::test]
async fn a_path_without_its_last_slash_is_no_way_around() {
    let (app, _) = spawn().await;
    for path in ["/socket.io?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=polling"] {
        let answer =
            reqwest::Client::new().get(format!("{}{path}", app.url())).header("origin", "https://evil.example");
        assert_eq!(answer.send().await.unwrap().status(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_request_that_changes_something_is_refused_to_other_web_sites() {
    let (app, person) = spawn().await;
    let room = json!({ "kind": "private", "name": "By a form" });
    for (header, value) in foreign(&app) {
        let http = person.http().header(header, value.as_str());
        let (status, answer) = http.post("/api/v1/rooms", &room).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")), "{header}: {value:?}");
        for (method, path) in [
            (Method::POST, "/api/v1/auth/logout"),
            (Method::DELETE, "/api/v1/auth/sessions/x"),
            (Method::PATCH, "/api/v1/rooms/x"),
            (Method::POST, "/api/v1/auth/refresh"),
        ] {
            let (status, _) = http.send(http.request(method.clone(), path)).await;
            assert_eq!(status, 403, "{method} {path} with {header}: {value:?}");
        }
    }
    let (_, mine) = person.http().get("/api/v1/rooms").await;
    assert_eq!(mine["rooms"].as_array().unwrap().len(), 1, "nothing was made");
    for (header, value) in ours(&app) {
        person.http().header(header, value.as_str()).post_ok("/api/v1/rooms", &room).await;
    }
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn only_the_configured_origins_may_read_answers_from_a_browser() {
    let (_app, person) = spawn().await;
    let http = person.http();
    let ask = async |method: Method, path: &str, origin: &str| {
        let request = http.request(method.clone(), path).header("origin", origin);
        let request = match method {
            Method::OPTIONS => request
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type,idempotency-key"),
            _ => request,
        };
        request.send().await.unwrap()
    };
    for path in ["/api/v1/rooms", "/socket.io/?EIO=4&transport=polling"] {
        let preflight = ask(Method::OPTIONS, path, TRUSTED).await;
        assert!(preflight.status().is_success(), "{path}: {}", preflight.status());
        assert_eq!(header(&preflight, "access-control-allow-origin"), TRUSTED, "{path}");
        let allowed = header(&preflight, "access-control-allow-headers").to_lowercase();
        for name in ["authorization", "content-type", "idempotency-key"] {
            assert!(allowed.contains(name), "{path} allows {allowed}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert!(header(&preflight, "access-control-allow-methods").contains(method), "{path}");
        }
        let answer = ask(Method::GET, path, TRUSTED).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "access-control-allow-origin")),
            (200, TRUSTED.to_owned())
        );
        assert!(header(&answer, "vary").to_lowercase().contains("origin"), "{path}");

        for origin in ["https://evil.example", "null"] {
            for method in [Method::OPTIONS, Method::GET] {
                let answer = ask(method.clone(), path, origin).await;
                assert_eq!(header(&answer, "access-control-allow-origin"), "", "{method} {path} from {origin}");
            }
        }
    }
}
