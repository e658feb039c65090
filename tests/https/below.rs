//! nginx and Caddy in front of a program that shares a host with others, below a path.

use super::proxies::{Scene, caddy, conversation, documented, nginx, upload};
use super::support::placed;
use super::*;
use reqwest::{Client, Response};

const HEADING: &str = "Below a path";
const PATH: &str = "/chat";

async fn get(client: &Client, url: String) -> Response {
    client.get(url).send().await.expect("an answer")
}

/// The page, and all that it names.
async fn page(scene: &Scene, client: &Client) {
    let page = get(client, scene.url.clone()).await;
    assert_eq!((page.status().as_u16(), page.url().as_str()), (200, format!("{}/", scene.url).as_str()));
    let page = page.text().await.unwrap();
    let named: Vec<&str> = page.split("=\"/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    for path in named {
        assert!(path.starts_with("chat/"), "{path} is not below the path");
        assert_eq!(get(client, format!("{}/{path}", scene.origin)).await.status(), 200, "{path}");
    }
    let place = client.get(format!("{}/rooms/abc", scene.url)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(place.text().await.unwrap(), page);
}

/// A browser's log-in: its cookies come back below the path alone.
async fn cookies(scene: &Scene, client: &Client) {
    let joon = scene.app.person("cookie").await;
    let login = json!({ "username": joon.username, "password": support::PASSWORD });
    let answer = client.post(format!("{}/api/v1/auth/login", scene.url)).json(&login).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookies: Vec<String> =
        answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
    let of =
        |name: &str| cookies.iter().find(|cookie| cookie.starts_with(name)).unwrap_or_else(|| panic!("{cookies:?}"));
    assert!(of("maru_files=").contains("; Path=/chat/api/v1/files; "), "{cookies:?}");
    let refresh = of("maru_refresh=");
    assert!(refresh.contains("; Path=/chat/api/v1/auth; ") && refresh.contains("; Secure"), "{cookies:?}");
    let cookie = refresh.split(';').next().unwrap();
    let refreshed = client.post(format!("{}/api/v1/auth/refresh", scene.url)).header("cookie", cookie);
    let refreshed = refreshed.header("origin", &scene.origin).send().await.unwrap();
    assert_eq!(refreshed.status(), 200, "{}", refreshed.text().await.unwrap());
}

/// Links that are made over HTTP and on the command line.
async fn links(scene: &Scene, client: &Client) {
    let admin = scene.app.admin().await;
    let invite = client.post(format!("{}/api/v1/invites", scene.url)).bearer_auth(&admin.access_token);
    let invite: Value = invite.json(&json!({})).send().await.unwrap().json().await.unwrap();
    let link = invite["url"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/invite#", scene.url)), "{link}");
    assert_eq!(get(client, link.to_owned()).await.status(), 404, "a program is not shown the page");
    let shown = client.get(link).header("accept", "text/html").send().await.unwrap();
    assert_eq!(shown.status(), 200);
    let made = scene.app.run_cli(&["invite", "create"], "").await;
    assert!(made.stdout.contains(&format!("{}/invite#", scene.url)), "{}", made.stdout);
}

/// An upload in parts is told where it is, below the path.
async fn parts(scene: &Scene, client: &Client) {
    let mina = scene.app.person("parts").await;
    let begun = client.post(format!("{}/api/v1/files", scene.url)).bearer_auth(&mina.access_token);
    let begun = begun.header("tus-resumable", "1.0.0").header("upload-length", "5");
    let begun = begun.header("upload-metadata", "filename YS50eHQ=").send().await.unwrap();
    assert_eq!(begun.status(), 201);
    let place = begun.headers()["location"].to_str().unwrap().to_owned();
    assert!(place.starts_with("/chat/api/v1/files/"), "{place}");
    let part = client.patch(format!("{}{place}", scene.origin)).bearer_auth(&mina.access_token).body("hello");
    let part = part.header("tus-resumable", "1.0.0").header("upload-offset", "0");
    let part = part.header("content-type", "application/offset+octet-stream").send().await.unwrap();
    assert_eq!(part.status(), 204);
}

async fn everything(scene: &Scene) {
    let client = scene.client("127.0.0.2");
    page(scene, &client).await;
    cookies(scene, &client).await;
    links(scene, &client).await;
    parts(scene, &client).await;
    conversation(scene).await;
    upload(scene).await;
    for probe in ["healthz", "readyz"] {
        assert_eq!(get(&client, format!("{}/{probe}", scene.url)).await.status(), 200, "{probe}");
    }
}

fn nginx_example() -> String {
    let places = [("location / {", "location /chat/ {".to_owned())];
    placed(documented("Behind a proxy", "nginx"), &places)
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_that_nginx_leaves_on_everything_is_found() {
    everything(&nginx(nginx_example(), PATH).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_that_nginx_takes_off_everything_is_found() {
    let places = [("proxy_pass http://127.0.0.1:8080;", "proxy_pass http://127.0.0.1:8080/;".to_owned())];
    everything(&nginx(placed(nginx_example(), &places), PATH).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_that_caddy_leaves_on_everything_is_found() {
    everything(&caddy(documented(HEADING, "caddy"), "example.com", PATH).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_that_caddy_takes_off_everything_is_found() {
    let taken_off = "handle_path /chat/* {\n        reverse_proxy 127.0.0.1:8080\n    }".to_owned();
    let example = placed(documented(HEADING, "caddy"), &[("reverse_proxy /chat/* 127.0.0.1:8080", taken_off)]);
    everything(&caddy(example, "example.com", PATH).await).await;
}
