//! Which TCP connection belongs to whom, when one carries several sessions or is asked to; and what becomes of it when
//! its client takes nothing.

mod support;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt, future::join_all};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Options, Person, TestApp, text};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message},
};

const BOUND: Duration = Duration::from_secs(10);
const SOCKETS: &str = "/socket.io/?EIO=4";

/// A TCP connection to the program, which buffers little when it is told to.
async fn dial(app: &TestApp, receive_buffer: Option<u32>) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    if let Some(bytes) = receive_buffer {
        socket.set_recv_buffer_size(bytes).unwrap();
    }
    socket.connect(app.url().strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap()
}

async fn websocket(app: &TestApp, tcp: TcpStream, query: &str) -> WebSocketStream<TcpStream> {
    let url = app.url().replace("http://", "ws://") + SOCKETS + "&transport=websocket" + query;
    client_async(url, tcp).await.unwrap().0
}

async fn read(websocket: &mut WebSocketStream<TcpStream>) -> String {
    match timeout(BOUND, websocket.next()).await {
        Ok(Some(Ok(Message::Text(text)))) => text.to_string(),
        other => panic!("{other:?} came instead of a packet"),
    }
}

/// Reads up to the first packet that begins so, and answers with all of them.
async fn read_through(websocket: &mut WebSocketStream<TcpStream>, beginning: &str) -> Vec<String> {
    let mut packets = Vec::new();
    while packets.last().is_none_or(|packet: &String| !packet.starts_with(beginning)) {
        packets.push(read(websocket).await);
    }
    packets
}

fn connect(person: &Person) -> String {
    format!("40{}", json!({ "token": person.access_token }))
}

async fn enter(app: &TestApp, tcp: TcpStream, person: &Person) -> WebSocketStream<TcpStream> {
    let mut websocket = websocket(app, tcp, "").await;
    websocket.send(Message::text(connect(person))).await.unwrap();
    read_through(&mut websocket, r#"42["ready""#).await;
    websocket
}

/// The ids of a person's connections, as another service sees them.
async fn socket_ids(app: &TestApp, person: &Person) -> Vec<String> {
    let admin = app.admin().await.http();
    let (_, answer) = admin.get(&format!("/api/v1/users/{}/connections", person.id)).await;
    answer["connections"].as_array().unwrap().iter().map(|connection| text(&connection["socketId"])).collect()
}

/// Opens a long-polling session over this connection as a proxy does that keeps it for its next client.
async fn open_polling(tcp: &mut TcpStream) -> String {
    let request = format!("GET {SOCKETS}&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n");
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with('}') {
        let mut part = [0; 1024];
        let read = tcp.read(&mut part).await.unwrap();
        answer.push_str(std::str::from_utf8(&part[..read]).unwrap());
    }
    let (_, handshake) = answer.split_once("\r\n\r\n0").unwrap();
    text(&serde_json::from_str::<Value>(handshake).unwrap()["sid"])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_by_long_polling_never_reaches_who_got_the_same_connection_of_a_proxy() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let mut shared = dial(&app, None).await;
    let sid = open_polling(&mut shared).await;
    let mut joons = enter(&app, shared, &joon).await;

    let address = format!("{SOCKETS}&transport=polling&sid={sid}");
    let http = app.http();
    let (status, _) = http.send(http.request(Method::POST, &address).body(connect(&mina))).await;
    assert_eq!(status, 200);
    let mut told = String::new();
    while !told.contains(r#"42["ready""#) {
        let poll = http.send(http.request(Method::GET, &address));
        let (status, body) = timeout(BOUND, poll).await.expect("a poll is answered");
        assert_eq!(status, 200, "{body}");
        told.push_str(body.as_str().unwrap_or_default());
    }
    joons.send(Message::text(r#"421["heartbeat",{}]"#)).await.unwrap();
    for packet in read_through(&mut joons, "431").await {
        assert!(!packet.contains(&mina.id), "joon was told {packet}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_ends_with_its_session_whatever_other_upgrades_named_it() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    for options in [Options::websocket(), Options::upgrade()] {
        let session = mina.log_in().await;
        let socket = session.connect_with(options).await.unwrap();
        // What is answered came behind the packet that ends an upgrade.
        socket.call_ok("heartbeat", json!({})).await;
        let sid = socket_ids(&app, &mina).await.remove(0);
        for _ in 0..3 {
            let mut other = websocket(&app, dial(&app, None).await, &format!("&sid={sid}")).await;
            let ended = timeout(BOUND, other.next()).await.expect("a second websocket is of no use");
            assert!(!matches!(ended, Some(Ok(Message::Text(_)))), "{ended:?}");
        }
        assert_eq!(socket.call_ok("heartbeat", json!({})).await["success"], true);
        mina.http().delete(&format!("/api/v1/auth/sessions/{}", session.session_id)).await;
        socket.hear("session:ended").await;
        socket.closed().await;
    }
}

/// The program's end of a TCP connection, as the system names it among the open files.
fn file_of(app: &TestApp, tcp: &TcpStream) -> String {
    let port = |address: std::net::SocketAddr| format!(":{:04X}", address.port());
    let (ours, theirs) = (port(tcp.peer_addr().unwrap()), port(tcp.local_addr().unwrap()));
    let table = std::fs::read_to_string(format!("/proc/{}/net/tcp", app.process_id())).unwrap();
    let rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = rows
        .into_iter()
        .find(|row| row[1].ends_with(&ours) && row[2].ends_with(&theirs))
        .expect("the connection is there");
    format!("socket:[{}]", row[9])
}

fn holds(app: &TestApp, file: &str) -> bool {
    let files = std::fs::read_dir(format!("/proc/{}/fd", app.process_id())).unwrap();
    files.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok()).any(|open| open.as_os_str() == file)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_cut_while_it_was_not_read_holds_no_file() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let observer = mina.connect().await;
    let room = observer.create_room("private", "Long answers", &[]).await;
    for _ in 0..50 {
        observer.say(&room, &"x".repeat(10_000)).await;
    }
    let mut greedy = enter(&app, dial(&app, Some(4_096)).await, &mina).await;
    let file = file_of(&app, greedy.get_ref());
    assert!(holds(&app, &file));
    let ask = json!(["messages:history", { "roomId": room, "limit": 200 }]);
    // More than may wait, so that the connection is not read; and no answer is taken.
    for number in 0..2_000 {
        let sent = timeout(Duration::from_secs(1), greedy.send(Message::text(format!("42{number}{ask}")))).await;
        if !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    let presence = async {
        loop {
            let answer = observer.call_ok("presence:get", json!({ "userIds": [mina.id] })).await;
            if answer["presence"][&mina.id]["connections"] == 1 {
                break;
            }
        }
    };
    timeout(BOUND * 2, presence).await.expect("who takes no answer is cut");
    let gone = async {
        while holds(&app, &file) {
            observer.call_ok("heartbeat", json!({})).await;
        }
    };
    timeout(BOUND, gone).await.expect("its file is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_in_the_middle_of_much_work_connects_anew_on_the_same_websocket_in_order() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let speaker = joon.connect().await;
    let room = speaker.create_room("private", "Busy", &[&mina]).await;
    let mut websocket = enter(&app, dial(&app, None).await, &mina).await;
    for round in 0..30 {
        speaker.start_call("message:send", json!({ "roomId": room, "content": "hello" }));
        for number in 0..300 {
            let packet = format!(r#"42{number}["heartbeat",{{}}]"#);
            websocket.feed(Message::text(packet)).await.unwrap();
        }
        websocket.feed(Message::text("41")).await.unwrap();
        websocket.flush().await.unwrap();
        speaker.start_call("message:send", json!({ "roomId": room, "content": "hello again" }));
        // As long as the departure is being noted, the answer is silence.
        let connected = async {
            loop {
                websocket.send(Message::text(connect(&mina))).await.unwrap();
                if timeout(Duration::from_millis(200), read_through(&mut websocket, "40")).await.is_ok() {
                    return;
                }
            }
        };
        timeout(BOUND, connected).await.expect("the websocket is read");
        websocket.send(Message::text(r#"42999["heartbeat",{}]"#)).await.unwrap();
        let first = read_through(&mut websocket, r#"42["ready""#).await;
        assert_eq!(first.len(), 1, "told before `ready` in round {round}: {first:?}");
        read_through(&mut websocket, "43999").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_whose_answers_are_not_taken_end_their_connection() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let mut websocket = enter(&app, dial(&app, Some(4_096)).await, &mina).await;
    let ping = Message::Ping(vec![0; 125].into());
    for _ in 0..400_000 {
        match timeout(BOUND, websocket.feed(ping.clone())).await {
            Ok(Ok(())) => {}
            Ok(Err(Error::Io(_))) => return,
            other => panic!("{other:?}"),
        }
    }
    panic!("the program keeps the answers to 400,000 pings");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_as_soon_as_the_client_is_connected_is_answered() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    for _ in 0..50 {
        let mut websocket = websocket(&app, dial(&app, None).await, "").await;
        websocket.send(Message::text(connect(&mina))).await.unwrap();
        read_through(&mut websocket, "40").await;
        websocket.send(Message::text(r#"421["heartbeat",{}]"#)).await.unwrap();
        read_through(&mut websocket, "431").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connects_again_on_the_same_websocket_hears_everything_once() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let mut again = enter(&app, dial(&app, None).await, &mina).await;
    again.send(Message::text("41")).await.unwrap();
    again.send(Message::text(connect(&mina))).await.unwrap();
    let told = read_through(&mut again, r#"42["ready""#).await;
    let connected = told.iter().position(|packet| packet.starts_with("40"));
    assert!(connected.is_some_and(|at| at < told.len() - 1), "{told:?}");
    again.send(Message::text(r#"427["heartbeat",{"sentAt":1}]"#)).await.unwrap();
    let told = read_through(&mut again, r#"42["heartbeat:ack""#).await;
    assert_eq!(told.iter().filter(|packet| packet.starts_with("437")).count(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_any_length_is_given_back_shortened() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let mut websocket = enter(&app, dial(&app, None).await, &mina).await;
    websocket.send(Message::text(format!("42{}", json!(["회".repeat(100_000), {}])))).await.unwrap();
    let told = read_through(&mut websocket, r#"42["command:failed""#).await;
    let failed = told.last().unwrap();
    assert!(failed.contains("회회") && failed.len() < 1_000, "{} bytes came back", failed.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_no_more_connections_than_it_may_when_all_come_at_once() {
    let app = TestApp::builder().generous().env("MARU_LIMITS_CONNECTIONS_PER_ADDRESS", 4).spawn().await;
    let mina = app.person("mina").await;
    for round in 0..3 {
        let all = join_all((0..40).map(|_| mina.connect_with(Options::websocket()))).await;
        let connected: Vec<_> = all.into_iter().filter_map(Result::ok).collect();
        assert_eq!(connected.len(), 4, "in round {round}");
        join_all(connected.into_iter().map(|socket| socket.cut())).await;
        // The places are free again when the connections are gone.
        let directory = format!("/api/v1/users/{}/connections", mina.id);
        let admin = app.admin().await.http();
        while admin.get(&directory).await.1["online"] == true {}
    }
}
