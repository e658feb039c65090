//! What people without an account can use up: little, and not for long.

mod support;

use serde_json::{Value, json};
use std::time::Duration;
use support::{Options, TestApp};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Far less than a connection that says nothing may live otherwise.
const AT_ONCE: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_ask_for_nothing_make_room_for_those_that_do() {
    rlimit::increase_nofile_limit(8_192).expect("open files for the test itself");
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let address = app.url().trim_start_matches("http://").to_owned();
    let mut silent = Vec::new();
    for _ in 0..1_100 {
        silent.push(TcpStream::connect(&address).await.expect("a connection"));
    }
    let closed = async |stream: &mut TcpStream| matches!(stream.read(&mut [0; 16]).await, Ok(0) | Err(_));
    for first in &mut silent[..50] {
        assert!(timeout(AT_ONCE, closed(first)).await.expect("the oldest are closed soon"));
    }
    assert_eq!(mina.http().get("/api/v1/me").await.0, 200);
    mina.connect().await.call_ok("heartbeat", json!({})).await;
    app.logged("too many are silent").await;
    let last = silent.last_mut().expect("many");
    assert!(last.try_read(&mut [0; 16]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_not_opened_faster_than_they_are_closed() {
    const OPENING: &str = "/socket.io/?EIO=4&transport=polling";
    let app = TestApp::builder()
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .env("MARU_LIMITS_CONNECTIONS_PER_ADDRESS", 10)
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let from = |address: &str| app.http().header("x-forwarded-for", address);
    let flood = from("192.0.2.1");
    let (opened, refused) = loop_until_refused(&flood, OPENING).await;
    assert_eq!(refused["error"]["code"], "rate_limited", "{refused}");
    assert!(refused["error"]["retryAfterMs"].as_u64().is_some_and(|wait| (1..=1_000).contains(&wait)), "{refused}");
    assert!((256..400).contains(&opened), "{opened}");
    for made_up in ["&sid=", "&sid=none", "&sid=AAAA"] {
        // What names no session opens none.
        let (status, answer) = flood.get(&format!("{OPENING}{made_up}")).await;
        assert_ne!(status, 200, "{made_up}: {answer}");
    }
    assert_eq!(from("192.0.2.2").get(OPENING).await.0, 200, "nobody else is meant");
    let elsewhere = Options::upgrade().header("x-forwarded-for", "192.0.2.3");
    let socket = mina.connect_with(elsewhere).await.unwrap_or_else(|error| panic!("{error}"));
    socket.call_ok("heartbeat", json!({})).await;
}

/// How many were opened before one was refused, and with what.
async fn loop_until_refused(http: &support::Http, path: &str) -> (u32, Value) {
    let mut opened = 0;
    loop {
        match http.get(path).await {
            (200, _) => opened += 1,
            (429, answer) => return (opened, answer),
            (status, answer) => panic!("{status} {answer}"),
        }
        assert!(opened < 2_000, "nothing was refused");
    }
}
