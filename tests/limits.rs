//! How much one person, one address and one account may do, and what they are told when it is too much.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Builder, Options, Person, Socket, TestApp, text};

/// The slowest that a rate can be, and as much as may come at once.
const BURST: u64 = 10;

fn slow(what: &str) -> Builder {
    let setting = |of: &str| format!("MARU_LIMITS_{what}_{of}");
    TestApp::builder().env(&setting("PER_SECOND"), 1).env(&setting("BURST"), BURST)
}

/// Calls until it is too early for another; answers with the time to wait.
async fn exhaust(socket: &Socket, event: &str, payload: impl Fn() -> Value) -> Duration {
    loop {
        let ack = socket.call(event, payload()).await;
        if ack["error"]["code"] == "rate_limited" {
            return Duration::from_millis(ack["error"]["retryAfterMs"].as_u64().expect("a time"));
        }
    }
}

/// Calls until it is not too early any more; answers with the last acknowledgement.
async fn until_allowed(socket: &Socket, event: &str, payload: Value) -> Value {
    loop {
        let ack = socket.call(event, payload.clone()).await;
        if ack["error"]["code"] != "rate_limited" {
            return ack;
        }
    }
}

/// That something is refused once nothing is left. On a machine that is held up, one may have been refilled meanwhile:
/// what has a burst of its own would let every try through.
async fn is_refused_after(exhaust: impl AsyncFn() -> Duration, is_refused: impl AsyncFn() -> bool) -> bool {
    for _ in 0..BURST / 2 {
        exhaust().await;
        if is_refused().await {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn too_many_events_are_refused_with_the_time_to_wait() {
    let app = slow("EVENTS").spawn().await;
    let (person, other) = (app.person("mina").await, app.person("joon").await);
    let (mina, phone, joon) = (person.connect().await, person.connect().await, other.connect().await);
    let begun = Instant::now();
    let calls: Vec<_> = (0..30)
        .map(|at| if at % 2 == 0 { &mina } else { &phone })
        .map(|socket| socket.start_call("heartbeat", json!({})))
        .collect();
    let (mut allowed, mut waits) = (0, Vec::new());
    for call in calls {
        let ack = call.answer().await;
        match ack["error"]["code"].as_str() {
            None => allowed += 1,
            Some("rate_limited") => waits.push(ack["error"]["retryAfterMs"].as_u64().expect("a time")),
            Some(_) => panic!("{ack}"),
        }
    }
    let refilled = begun.elapsed().as_secs() + 1;
    assert!(
        (BURST..=BURST + refilled).contains(&allowed),
        "{allowed} of 30 events passed a burst of {BURST}, over both devices together"
    );
    assert!(waits.iter().all(|wait| (1..=1_000).contains(wait)), "{waits:?}");
    joon.call_ok("heartbeat", json!({})).await;
    let exhaust_mina = async || exhaust(&mina, "heartbeat", || json!({})).await;
    let http_is_refused = async || {
        let (status, answer) = person.http().get("/api/v1/me").await;
        status == 429 && answer["error"]["code"] == "rate_limited"
    };
    assert!(is_refused_after(exhaust_mina, http_is_refused).await, "HTTP counts with the rest");
    for _ in 0..2 * BURST {
        mina.emit("heartbeat", json!({}));
    }
    let failed = mina.hear("command:failed").await;
    assert!(failed["code"] == "rate_limited" && failed["retryAfterMs"].is_u64(), "{failed}");

    let begun = Instant::now();
    let told = exhaust(&mina, "heartbeat", || json!({})).await;
    assert_eq!(until_allowed(&mina, "heartbeat", json!({})).await["success"], true);
    assert!(begun.elapsed() >= told, "allowed after {:?} instead of {told:?}", begun.elapsed());
}

#[tokio::test]
async fn too_many_messages_are_refused_and_can_be_sent_again() {
    let app = slow("SENDS").spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Fast", &[]).await;
    let payload = |at: usize| json!({ "roomId": room, "content": at.to_string(), "clientMessageId": at.to_string() });
    let begun = Instant::now();
    let calls: Vec<_> = (0..20).map(|at| mina.start_call("message:send", payload(at))).collect();
    let mut refused = Vec::new();
    for (at, call) in calls.into_iter().enumerate() {
        let ack = call.answer().await;
        if ack["success"] != true {
            assert_eq!(ack["error"]["code"], "rate_limited");
            assert!((1..=1_000).contains(&ack["error"]["retryAfterMs"].as_u64().unwrap()), "{ack}");
            refused.push(at);
        }
    }
    let refilled = begun.elapsed().as_secs() + 1;
    let sent = 20 - refused.len() as u64;
    // Making the room counted, too.
    assert!((BURST - 1..=BURST + refilled).contains(&sent), "{refused:?} were refused after a burst of {BURST}");
    assert!(!refused.is_empty(), "20 messages took {:?}", begun.elapsed());
    let exhaust_mina = async || {
        let send = || json!({ "roomId": room, "content": "one more" });
        exhaust(&mina, "message:send", send).await
    };
    let edit_is_refused = async || {
        let edit = json!({ "messageId": format!("{room}-2"), "content": "edited" });
        mina.call("message:edit", edit).await["error"]["code"] == "rate_limited"
    };
    assert!(is_refused_after(&exhaust_mina, edit_is_refused).await, "an edit is a message, too");
    let invite_is_refused = async || {
        let invite = json!({ "roomId": room, "userIds": [] });
        mina.call("room:invite", invite).await["error"]["code"] == "rate_limited"
    };
    assert!(is_refused_after(&exhaust_mina, invite_is_refused).await, "adding people costs as much");
    for (command, payload) in [
        ("message:hide", json!({ "messageId": format!("{room}-2"), "hidden": true })),
        ("message:pin", json!({ "messageId": format!("{room}-2"), "on": true })),
        ("message:react", json!({ "messageId": format!("{room}-2"), "emoji": "👍", "on": true })),
        ("message:preview", json!({ "messageId": format!("{room}-2"), "url": "https://example.com/", "on": false })),
        ("room:role", json!({ "roomId": room, "userId": person.id, "role": "owner" })),
        ("room:update", json!({ "roomId": room, "slowModeSeconds": 5 })),
    ] {
        let is_refused = async || mina.call(command, payload.clone()).await["error"]["code"] == "rate_limited";
        assert!(is_refused_after(&exhaust_mina, is_refused).await, "{command} is noted or told as a message is");
    }
    mina.call_ok("messages:history", json!({ "roomId": room })).await;
    let http_is_refused = async || {
        let http = person.http();
        let path = format!("/api/v1/rooms/{room}/messages");
        let request = http.request(reqwest::Method::POST, &path).json(&json!({ "content": "x" }));
        let response = request.send().await.unwrap();
        if response.status() == 429 {
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=2).contains(&wait), "Retry-After: {wait}");
        }
        response.status() == 429
    };
    assert!(is_refused_after(&exhaust_mina, http_is_refused).await, "HTTP counts with the rest");

    let ack = until_allowed(&mina, "message:send", payload(refused[0])).await;
    assert!(ack["success"] == true && ack.get("duplicate").is_none(), "what was refused was not stored: {ack}");
}

#[tokio::test]
async fn what_retention_would_remove_is_counted_no_more_often_than_messages_are_searched() {
    let app = slow("SEARCHES").spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let path = format!("/api/v1/rooms/{}/retention?days=7", mina.create_room("private", "Kept", &[]).await);
    let exhaust_mina = async || exhaust(&mina, "messages:search", || json!({ "query": "a" })).await;
    let is_refused = async || person.http().get(&path).await.0 == 429;
    assert!(is_refused_after(&exhaust_mina, is_refused).await);
    mina.call_ok("room:mine", json!({})).await;
}

#[tokio::test]
async fn looking_for_a_name_is_counted_as_a_search() {
    let app = slow("SEARCHES").spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let exhaust_mina = async || exhaust(&mina, "messages:search", || json!({ "query": "a" })).await;
    let people = async || person.http().get("/api/v1/users?query=qqq").await.0 == 429;
    assert!(is_refused_after(&exhaust_mina, people).await);
    let rooms = async || mina.call("room:list", json!({ "query": "qqq" })).await["error"]["code"] == "rate_limited";
    assert!(is_refused_after(&exhaust_mina, rooms).await);
    exhaust_mina().await;
    assert_eq!(person.http().get("/api/v1/users?limit=5").await.0, 200, "a page of all is none");
    mina.call_ok("room:list", json!({})).await;
}

async fn connect_from(person: &Person, address: &str) -> Result<Socket, String> {
    let options = Options::websocket().header("x-forwarded-for", address);
    person.connect_with(options).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more() {
    let app = TestApp::builder().env("MARU_LIMITS_CONNECTIONS_PER_ADDRESS", 2).spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (first, second) = (mina.connect().await, joon.connect().await);
    for options in [Options::websocket(), Options::polling()] {
        let refused = mina.connect_with(options).await.err().expect("a refusal");
        assert!(refused.message().starts_with("rate_limited: "), "{refused}");
    }
    // Nobody believes whoever says to come from elsewhere.
    assert!(connect_from(&mina, "192.0.2.1").await.is_err());
    second.disconnect().await;
    while mina.connect_with(Options::websocket()).await.is_err() {}
    assert!(!first.is_closed());
}

/// How many of twelve websockets come about at the same time.
async fn websockets_at_once(app: &TestApp) -> usize {
    let mina = app.person("mina").await;
    let mut open = Vec::new();
    for _ in 0..12 {
        open.extend(mina.connect_with(Options::websocket()).await.ok());
    }
    open.iter().filter(|socket| !socket.is_closed()).count()
}

#[tokio::test]
async fn an_address_has_so_many_tcp_connections_for_as_long_as_they_live() {
    let limited = || TestApp::builder().env("MARU_LIMITS_TCP_CONNECTIONS_PER_ADDRESS", 6);
    let app = limited().spawn().await;
    let open = websockets_at_once(&app).await;
    // The requests before them have a connection each, too, which lives on for some time.
    assert!((1..=6).contains(&open), "{open}");
    app.logged("connections were closed at once").await;

    let proxied = limited().env("MARU_TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    assert_eq!(websockets_at_once(&proxied).await, 12, "a proxy speaks for many");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_address() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_CONNECTIONS_PER_ADDRESS", 1)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.0/8")
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let one = connect_from(&mina, "192.0.2.1").await.unwrap();
    let two = connect_from(&mina, "192.0.2.2, 127.0.0.5").await.unwrap();
    for again in ["192.0.2.1", "198.51.100.7, 192.0.2.2", "192.0.2.2"] {
        let refused = connect_from(&mina, again).await.err().unwrap_or_default();
        assert!(refused.contains("rate_limited"), "{again}: {refused}");
    }
    // A household has one IPv6 network of 64 bits, with as many addresses as it likes.
    let six = connect_from(&mina, "2001:db8:1:2::1").await.unwrap();
    assert!(connect_from(&mina, "2001:db8:1:2:ffff::9").await.is_err(), "the same network");
    let seven = connect_from(&mina, "2001:db8:1:3::1").await.unwrap();
    for socket in [one, two, six, seven] {
        assert!(!socket.is_closed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_connection_beyond_the_limit_is_told_and_closed_with_its_transport() {
    let app = TestApp::builder().env("MARU_CONNECTIONS_PER_USER", 2).spawn().await;
    let (person, other) = (app.person("mina").await, app.person("joon").await);
    let joon = other.connect().await;
    let device = maru::ids::ClientId::generate().to_string();
    let named = Options::websocket().auth("clientId", device.as_str());
    let first = person.connect_with(named.clone()).await.unwrap();
    let second = person.connect_with(Options::polling()).await.unwrap();
    let third = person.connect().await;
    let replaced = first.hear("connection:replaced").await;
    assert!(replaced["message"].is_string() && replaced["timestamp"].is_string(), "{replaced}");
    first.closed().await;
    let fourth = person.connect().await;
    assert!(second.hear("connection:replaced").await["message"].is_string(), "over long-polling as well");
    second.closed().await;
    let general = text(&joon.ready["rooms"][0]["id"]);
    for socket in [&third, &fourth, &joon] {
        let heard = socket.hear_the_rest(&joon, &general).await;
        assert!(heard.iter().all(|heard| heard.event != "connection:replaced"), "{heard:?}");
    }
    let upgraded = person.connect_with(Options::upgrade()).await.unwrap();
    third.closed().await;
    let third = person.connect().await;
    fourth.closed().await;
    let fourth = person.connect().await;
    upgraded.hear("connection:replaced").await;
    upgraded.closed().await;
    // Who was replaced was not cut off: there is nothing to restore.
    let back = person.connect_with(named).await.unwrap();
    third.closed().await;
    assert!(!fourth.is_closed());
    let heard = back.hear_the_rest(&joon, &general).await;
    assert!(heard.iter().all(|heard| heard.event != "session:restored"), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_connections_at_once_one_stays_where_one_is_allowed() {
    let app = TestApp::builder().env("MARU_CONNECTIONS_PER_USER", 1).spawn().await;
    let (admin, person) = (app.admin().await, app.person("mina").await);
    for _ in 0..5 {
        let tries: Vec<_> = (0..12)
            .map(|_| {
                let person = person.clone();
                tokio::spawn(async move { person.connect_with(Options::websocket()).await })
            })
            .collect();
        let mut sockets = Vec::new();
        for one in tries {
            // One that is replaced before it was ready has been refused.
            sockets.extend(one.await.unwrap());
        }
        let path = format!("/api/v1/users/{}/connections", person.id);
        loop {
            let (_, found) = admin.http().get(&path).await;
            if found["connections"].as_array().unwrap().len() == 1 {
                break;
            }
        }
        let mut open = 0;
        for socket in sockets {
            if socket.start_call("heartbeat", json!({})).answer_unless_closed().await.is_some() {
                open += 1;
            }
        }
        assert_eq!(open, 1);
    }
}
