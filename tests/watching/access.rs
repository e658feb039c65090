//! Who may read `/metrics`: nobody, unless the configuration says so.

use super::support::{Options, TestApp};
use super::{TOKEN, scrape};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_setting_there_is_nothing_on_the_main_port_for_anybody() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for http in [app.http(), admin.http(), app.http().header("accept", "text/html"), app.http().bearer(TOKEN)] {
        let (status, body) = http.get("/metrics").await;
        assert_eq!((status, body.as_str()), (404, Some("not found\n")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_and_no_other_does() {
    let app = TestApp::builder().env("MARU_METRICS_TOKEN", TOKEN).spawn().await;
    let admin = app.admin().await;
    for http in [app.http(), admin.http(), app.http().bearer(&TOKEN[1..]), app.http().bearer(format!("{TOKEN}x"))] {
        assert_eq!(http.get("/metrics").await.0, 401);
    }
    scrape(&app.http().bearer(TOKEN)).await;
    assert!(!app.transcript().contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_opens_for_who_is_in_it_and_for_nobody_that_only_seems_so() {
    let near = TestApp::builder().env("MARU_METRICS_NETWORKS", "127.0.0.0/8").spawn().await;
    scrape(&near.http()).await;
    for name in ["x-forwarded-for", "x-real-ip", "forwarded", "x-forwarded-proto", "x-forwarded-host", "via"] {
        // Behind a proxy of which nothing is known, everybody seems to be near.
        let (status, _) = near.http().header(name, "127.0.0.1").get("/metrics").await;
        assert_eq!(status, 404, "{name}");
    }
    let far = TestApp::builder()
        .env("MARU_METRICS_NETWORKS", "192.0.2.0/24")
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    assert_eq!(far.http().get("/metrics").await.0, 404);
    assert_eq!(far.http().header("x-forwarded-for", "198.51.100.7").get("/metrics").await.0, 404);
    scrape(&far.http().header("x-forwarded-for", "192.0.2.9")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_opens_to_nobody_for_whom_it_does_not_say_that_it_asks() {
    let behind_a_proxy = || {
        let builder = TestApp::builder().env("MARU_METRICS_NETWORKS", "127.0.0.0/8,10.0.0.0/8");
        builder.env("MARU_TRUSTED_PROXIES", "127.0.0.1")
    };
    let app = behind_a_proxy().spawn().await;
    scrape(&app.http().header("x-forwarded-for", "10.1.2.3")).await;
    scrape(&app.http().header("x-forwarded-for", "10.1.2.3").header("x-real-ip", "10.1.2.3")).await;
    // One that says nothing; two that say something else; two that pass on what their client wrote.
    for http in [
        app.http(),
        app.http().header("forwarded", "for=10.1.2.3;proto=https"),
        app.http().header("x-forwarded-proto", "https"),
        app.http().header("x-forwarded-for", "10.1.2.3").header("x-real-ip", "198.51.100.7"),
        app.http().header("x-forwarded-for", "10.1.2.3").header("forwarded", "for=198.51.100.7"),
    ] {
        assert_eq!(http.get("/metrics").await.0, 404);
    }
    let app = behind_a_proxy().env("MARU_PROXY_HEADER", "forwarded").spawn().await;
    scrape(&app.http().header("forwarded", "for=10.1.2.3;proto=https")).await;
    assert_eq!(app.http().header("x-forwarded-for", "10.1.2.3").get("/metrics").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_its_own_serves_whoever_reaches_it() {
    let app = TestApp::builder().env("MARU_METRICS_LISTEN", "127.0.0.1:0").spawn().await;
    let _socket = app.person("mina").await.connect_with(Options::websocket()).await.expect("a connection");
    app.logged("metrics are served").await;
    let told = app.transcript();
    let (_, address) = told.split_once("metrics are served address=").expect("where");
    let address = address.split_whitespace().next().expect("an address");
    let answer = reqwest::get(format!("http://{address}/metrics")).await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let seen = super::parse(&answer.text().await.expect("text"));
    assert_eq!(seen.value("maru_connections{transport=\"websocket\"}"), 1.0);
    assert_eq!(app.http().get("/metrics").await.0, 404, "the main port has none");
}
