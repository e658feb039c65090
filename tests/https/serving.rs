//! What is served inside of TLS, and what is said beside it.

use super::support::Options;
use super::*;
use futures_util::future::join_all;
use reqwest::{Client, Method, Version};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

async fn spawn() -> (TestApp, Root, Files) {
    let root = Root::new();
    let files = Files::new(&root.issue(&[NAME], 2090));
    let app = files.builder().env("MARU_TLS_HSTS", "365d").trust(root.trust()).spawn().await;
    (app, root, files)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_into_a_room_arrives_in_order_by_websocket_and_by_long_polling() {
    let (app, _root, _files) = spawn().await;
    let (mina, joon, speaker, room) = two_in_a_room(&app).await;
    let over_websocket = joon.connect().await;
    // Its polls and posts share one connection of HTTP/2.
    let over_polling = joon.connect_with(Options::polling()).await.unwrap();
    let upgraded = mina.connect_with(Options::upgrade()).await.unwrap();
    burst(&speaker, &room, &[&over_websocket, &over_polling, &upgraded], 400).await;
    burst(&over_polling, &room, &[&over_websocket, &speaker], 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_messages_and_a_large_history_arrive_whole() {
    let (app, _root, _files) = spawn().await;
    let (_mina, joon, speaker, room) = two_in_a_room(&app).await;
    let listener = joon.connect().await;
    let content = "가".repeat(16_000);
    for _ in 0..60 {
        speaker.say(&room, &content).await;
    }
    listener.hear_as_many(60, "message:new", Duration::from_secs(10)).await;
    let history = listener.history(&room).await;
    assert_eq!(history.iter().filter(|message| message["content"] == content.as_str()).count(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_inside_of_tls_is_cut_and_holds_nobody_up() {
    let (app, _root, _files) = spawn().await;
    let (_mina, joon, speaker, room) = two_in_a_room(&app).await;
    let slow = joon.connect_with(Options::websocket().receive_buffer(4_096)).await.unwrap();
    slow.pause_reading();
    let content = "x".repeat(15_000);
    let mut is_cut = false;
    for _ in 0..40 {
        let sends: Vec<_> = (0..50)
            .map(|_| speaker.start_call("message:send", json!({ "roomId": room, "content": content })))
            .collect();
        for send in sends {
            assert_eq!(send.answer().await["success"], true, "a slow consumer holds up the others");
        }
        let presence = speaker.call_ok("presence:get", json!({ "userIds": [joon.id] })).await;
        is_cut = presence["presence"][&joon.id]["connections"] == 0;
        if is_cut {
            break;
        }
    }
    assert!(is_cut, "30 MB wait for a client that reads nothing");
    app.logged("slow consumer").await;
    slow.resume_reading();
    slow.closed().await;
}

#[tokio::test]
async fn requests_are_answered_by_http_2_or_http_1_and_browsers_are_told_to_stay() {
    let (app, root, _files) = spawn().await;
    let answer = app.http().request(Method::GET, "/healthz").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let older = root.trust().applied(Client::builder().no_proxy().http1_only()).build().unwrap();
    let answer = older.get(format!("{}/healthz", app.url())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_11));
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");

    let http = app.http();
    let all = join_all((0..300).map(|_| http.get("/healthz"))).await;
    assert!(all.iter().all(|(status, _)| *status == 200));
    let long = app.http().request(Method::GET, "/healthz").header("x-long", "x".repeat(60_000)).send().await;
    let refused = match long {
        Ok(answer) => answer.status() == 431,
        // The layer may also end the request without an answer.
        Err(error) => format!("{error:?}").contains("Reset(") || format!("{error:?}").contains("GoAway("),
    };
    assert!(refused, "a head of 60 kB is too long");
    let (status, _) = app.http().get("/healthz").await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_and_links_are_those_of_an_encrypted_site() {
    let (app, _root, _files) = spawn().await;
    let mina = app.person("mina").await;
    let login = json!({ "username": "mina", "password": support::PASSWORD, "tokenTransport": "cookie" });
    let answer = app.http().request(Method::POST, "/api/v1/auth/login").json(&login).send().await.unwrap();
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect();
    assert!(!cookies.is_empty() && cookies.iter().all(|cookie| cookie.ends_with("; Secure")), "{cookies:?}");
    let own = app.http().header("origin", app.url()).post("/api/v1/auth/login", &login).await;
    assert_eq!(own.0, 200, "a page of this very site: {own:?}");
    let foreign = app.http().header("origin", "https://elsewhere.example").post("/api/v1/auth/login", &login).await;
    assert_eq!(foreign.0, 403, "{foreign:?}");
    let unencrypted = app.url().replace("https://", "http://");
    let unencrypted = app.http().header("origin", &unencrypted).post("/api/v1/auth/login", &login).await;
    assert_eq!(unencrypted.0, 403, "anybody on the way can have written that page: {unencrypted:?}");
    let invite = app.admin().await.http().post_ok("/api/v1/invites", &json!({ "uses": 1 })).await;
    assert!(invite["url"].as_str().unwrap().starts_with(&format!("{}/invite#", app.url())), "{invite}");
    drop(mina);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_some_megabytes_go_up_and_come_down_by_http_2() {
    let (app, _root, _files) = spawn().await;
    let mina = app.person("mina").await;
    let content: Vec<u8> = (0..6_000_000_u32).map(|at| (at % 251) as u8).collect();
    let request = mina.http().request(Method::POST, "/api/v1/files").query(&[("name", "large.bin")]);
    let (status, answer) = mina.http().send(request.body(content.clone())).await;
    assert_eq!(status, 201, "{answer}");
    let path = format!("/api/v1/files/{}/large.bin", answer["file"]["id"].as_str().unwrap());
    let fetched = mina.http().request(Method::GET, &path).send().await.unwrap();
    assert_eq!((fetched.status().as_u16(), fetched.version()), (200, Version::HTTP_2));
    assert!(fetched.bytes().await.unwrap() == content);
}

/// Where HTTP is answered with a redirect.
async fn redirecting(app: &TestApp) -> String {
    app.logged("redirecting to HTTPS").await;
    let log = app.transcript();
    let line = log.lines().find(|line| line.contains("redirecting to HTTPS")).expect("it says so");
    line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn http_leads_to_https_under_our_own_names_alone() {
    let root = Root::new();
    let files = Files::new(&root.issue(&[NAME, "::1"], 2090));
    let app = files.builder().trust(root.trust()).spawn().await;
    let answer = app.http().request(Method::GET, "/healthz").send().await.unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"), "other ports are not ours alone: {answer:?}");
    let address = redirecting(&app).await;
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let ask = async |host: &str, path: &str| {
        let answer = client.get(format!("http://{address}{path}")).header("host", host).send().await.unwrap();
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (answer.status().as_u16(), to)
    };
    let port = port(&app);
    let names =
        [(NAME, NAME), ("Chat.Example", NAME), ("chat.example:80", NAME), ("[::1]", "[::1]"), ("[::1]:80", "[::1]")];
    for (host, name) in names {
        let expected = format!("https://{name}:{port}/rooms/a?b=c");
        assert_eq!(ask(host, "/rooms/a?b=c").await, (308, Some(expected)), "{host}");
    }
    for host in
        ["elsewhere.example", "chat.example.elsewhere.example", "", "127.0.0.1", "chat.example@elsewhere.example"]
    {
        assert_eq!(ask(host, "/").await, (404, None), "{host}");
    }
    assert_eq!(ask(NAME, "/.well-known/acme-challenge/unknown").await, (404, None));
    let posted = client.post(format!("http://{address}/api/v1/auth/login")).header("host", NAME).send().await.unwrap();
    assert_eq!(posted.status(), 308, "the method stays");
}

#[tokio::test]
async fn who_never_ends_the_handshake_is_disconnected_and_holds_nobody_up() {
    let (app, root, _files) = spawn().await;
    let mut idle = Vec::new();
    for begun in [&b""[..], &b"\x16\x03\x01\x02\x00\x01\x00"[..]] {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port(&app))).await.unwrap();
        stream.write_all(begun).await.unwrap();
        idle.push(stream);
    }
    served(&app, &root.trust()).await;
    let mut plain = TcpStream::connect((Ipv4Addr::LOCALHOST, port(&app))).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: chat.example\r\n\r\n").await.unwrap();
    timeout(Duration::from_secs(5), plain.read_to_end(&mut Vec::new())).await.expect("it hangs up").ok();
    for mut stream in idle {
        let read = timeout(Duration::from_secs(15), stream.read(&mut [0; 64])).await.expect("it is disconnected");
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}

#[tokio::test]
async fn who_agrees_on_http_2_and_asks_for_nothing_is_disconnected_and_who_asks_is_not() {
    let (app, root, _files) = spawn().await;
    // The preface alone, with empty settings; and with the beginning of a request that never ends.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let begun = [&preface[..], b"\0\0\x01\x01\0\0\0\0\x01\x82"].concat();
    let silent = [Vec::new(), preface, begun].map(async |said: Vec<u8>| {
        let mut stream = shake_hands(&root.trust(), port(&app), &[b"h2"]).await.unwrap();
        stream.write_all(&said).await.unwrap();
        timeout(Duration::from_secs(30), stream.read_to_end(&mut Vec::new())).await.is_ok()
    });
    let mina = app.person("mina").await;
    let polling = mina.connect_with(Options::polling()).await.unwrap();
    assert_eq!(join_all(silent).await, [true, true, true], "all of them are disconnected");
    assert!(!polling.is_closed(), "who waits for news by long-polling stays");
}

#[tokio::test]
async fn nobody_asks_for_a_proof_where_none_is_fetched() {
    let (app, root, _files) = spawn().await;
    let asked = shake_hands(&root.trust(), port(&app), &[b"acme-tls/1"]).await;
    assert!(asked.is_err(), "certificates of one's own need no proof");
}
