//! The refresh token in a browser: a cookie that scripts cannot read.

use super::support::{Http, PASSWORD, TestApp};
use reqwest::{Method, header};
use serde_json::{Value, json};

const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";

/// The status, the cookie that was set, and the body.
async fn post(http: &Http, path: &str, body: &Value) -> (u16, Option<String>, Value) {
    let response = http.request(Method::POST, path).json(body).send().await.expect("an answer");
    let cookie = response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().expect("text").to_owned());
    (response.status().as_u16(), cookie, response.json().await.expect("JSON"))
}

fn login() -> Value {
    json!({ "username": "admin", "password": PASSWORD })
}

fn value(cookie: &str) -> &str {
    cookie.split(';').next().expect("a value")
}

#[tokio::test]
async fn a_browser_gets_the_refresh_token_as_a_cookie_and_nowhere_else() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let (status, cookie, body) = post(&app.http(), LOGIN, &login()).await;
    let cookie = cookie.expect("a cookie");
    assert_eq!(status, 200);
    let (token, attributes) = cookie.split_once("; ").expect("attributes");
    assert_eq!(attributes, "Path=/api/v1/auth; Max-Age=5184000; HttpOnly; SameSite=Strict");
    let token = token.strip_prefix("maru_refresh=").expect("our name");
    assert!(token.len() > 40 && !body.to_string().contains(token), "{body}");
    assert_eq!(body["refreshToken"], Value::Null);

    let browser = app.http().header("cookie", format!("theme=dark; maru_refresh={token}; lang=ko"));
    let (status, next, body) = post(&browser, REFRESH, &json!({})).await;
    assert_eq!((status, &body["user"]["username"]), (200, &json!("admin")));
    assert!(next.is_some_and(|next| next.contains("HttpOnly") && !next.contains(token)), "it rotates");
    assert_eq!(body["refreshToken"], Value::Null);
}

#[tokio::test]
async fn a_program_that_asks_for_it_gets_it_in_the_body_and_no_cookie() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut payload = login();
    payload["tokenTransport"] = "body".into();
    let (_, cookie, body) = post(&app.http(), LOGIN, &payload).await;
    assert!(cookie.is_none() && body["refreshToken"].is_string(), "{cookie:?} {body}");
    let (_, cookie, body) = post(&app.http(), REFRESH, &json!({ "refreshToken": admin.refresh_token })).await;
    assert!(cookie.is_none() && body["refreshToken"].is_string(), "{cookie:?} {body}");
}

#[tokio::test]
async fn logging_out_takes_the_cookie_away_and_needs_no_access_token() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let (_, cookie, body) = post(&app.http(), LOGIN, &login()).await;
    let cookie = cookie.expect("a cookie");
    let browser = app.http().header("cookie", value(&cookie));
    let request = browser.request(Method::POST, LOGOUT);
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200, "an empty body is fine");
    let cleared = response.headers()[header::SET_COOKIE].to_str().expect("text").to_owned();
    assert_eq!(cleared, "maru_refresh=; Path=/api/v1/auth; Max-Age=0; HttpOnly; SameSite=Strict");
    let access = body["accessToken"].as_str().expect("a token");
    assert_eq!(app.http().bearer(access).get("/api/v1/me").await.0, 401);

    let (status, cleared, _) = post(&browser, REFRESH, &json!({})).await;
    assert_eq!(status, 401);
    assert!(cleared.is_some_and(|cleared| cleared.contains("Max-Age=0")), "it need not be offered again");
    assert_eq!(post(&browser, LOGOUT, &json!({})).await.0, 200, "logging out twice is no error");
}

#[tokio::test]
async fn the_cookie_is_for_https_alone_where_the_server_is_reached_so() {
    let app = TestApp::builder().env("MARU_TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    app.admin().await;
    let is_secure = async |http: Http| post(&http, LOGIN, &login()).await.1.is_some_and(|it| it.ends_with("; Secure"));
    assert!(!is_secure(app.http()).await);
    assert!(!is_secure(app.http().header("x-forwarded-proto", "http")).await);
    assert!(is_secure(app.http().header("x-forwarded-proto", "https")).await);

    let app = TestApp::builder().env("MARU_PUBLIC_URL", "https://chat.example.com").spawn().await;
    let admin = app.admin().await;
    assert!(is_secure(app.http()).await);
    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await;
    assert!(invite["url"].as_str().is_some_and(|url| url.starts_with("https://chat.example.com/invite#")), "{invite}");

    let app = TestApp::spawn().await;
    app.admin().await;
    assert!(!is_secure(app.http().header("x-forwarded-proto", "https")).await, "a stranger's header proves nothing");
}
