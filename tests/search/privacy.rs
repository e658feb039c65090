//! Nobody finds what they may not read, at whatever moment.

use super::support::{Socket, TestApp};
use super::{contents, crowd, database, found, indexed, say_all};
use serde_json::{Value, json};

const NONE: [&str; 0] = [];

#[tokio::test(flavor = "multi_thread")]
async fn outsiders_find_nothing_whether_they_never_were_in_or_left_or_were_removed() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await.connect().await;
    let (mina, left, kicked) = (app.person("mina").await, app.person("left").await, app.person("kicked").await);
    let stranger = app.person("stranger").await.connect().await;
    let mina = mina.connect().await;
    let (left_socket, kicked_socket) = (left.connect().await, kicked.connect().await);
    let room = mina.create_room("public", "Quiet", &[&left, &kicked]).await;
    for looked_up in [&stranger, &left_socket] {
        crowd(&app, looked_up).await;
    }
    say_all(&app, &mina, &room, &["a secret word"]).await;
    for member in [&mina, &left_socket, &kicked_socket] {
        assert_eq!(found(member, "secret").await, ["a secret word"]);
    }
    left_socket.call_ok("room:leave", json!({ "roomId": room })).await;
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": kicked.id })).await;
    for (why, outsider) in
        [("an administrator", &admin), ("a stranger", &stranger), ("left", &left_socket), ("kicked", &kicked_socket)]
    {
        for query in ["secret", "\"secret word\"", "from:mina", "secret before:2100-01-01", "-nothing from:mina"] {
            let answer = outsider.call_ok("messages:search", json!({ "query": query })).await;
            assert_eq!((&answer["hits"], &answer["total"]), (&json!([]), &json!(0)), "{why}, {query}: {answer}");
            let ranked = json!({ "query": query, "sort": "relevance" });
            assert_eq!(outsider.call_ok("messages:search", ranked).await["hits"], json!([]), "{why}, {query}");
        }
        let here = json!({ "query": "secret", "roomId": room });
        let nowhere = json!({ "query": "secret", "roomId": "01ARZ3NDEKTSV4RRFFQ69G5FAV" });
        let refused = outsider.call_refused("messages:search", here).await;
        assert_eq!(refused["code"], "not_found", "{why}");
        assert_eq!(refused, outsider.call_refused("messages:search", nowhere).await, "{why}");
        let bad = json!({ "query": "has:wings", "roomId": room, "timeZone": "Mars/Base" });
        assert_eq!(outsider.call_refused("messages:search", bad).await["code"], "not_found", "{why}");
    }
    left_socket.call_ok("room:join", json!({ "roomId": room })).await;
    assert_eq!(found(&left_socket, "secret").await, ["a secret word"], "members see the whole history");
}

#[tokio::test]
async fn who_is_removed_between_two_pages_gets_no_second() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (mina, socket) = (mina.connect().await, joon.connect().await);
    let room = mina.create_room("private", "Pages", &[&joon]).await;
    say_all(&app, &mina, &room, &["plum 1", "plum 2", "plum 3"]).await;
    let first = socket.call_ok("messages:search", json!({ "query": "plum", "limit": 1 })).await;
    assert_eq!(contents(&first), ["plum 3"]);
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": joon.id })).await;
    let next = json!({ "query": "plum", "limit": 1, "cursor": first["cursor"] });
    let second = socket.call_ok("messages:search", next).await;
    assert_eq!((&second["hits"], second.get("cursor")), (&json!([]), None));
}

#[tokio::test]
async fn a_cursor_is_its_readers_alone_and_tells_nothing_of_rooms() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (mina, socket) = (mina.connect().await, joon.connect().await);
    let room = mina.create_room("private", "Pages", &[&joon]).await;
    let own = socket.create_room("private", "Own", &[]).await;
    say_all(&app, &mina, &room, &["plum 1", "plum 2", "plum 3"]).await;
    say_all(&app, &socket, &own, &["plum own"]).await;
    let first = socket.call_ok("messages:search", json!({ "query": "plum", "limit": 2 })).await;
    assert_eq!(contents(&first), ["plum own", "plum 3"]);
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": joon.id })).await;
    let refusal = async |socket: &Socket, cursor: &str| {
        let error = socket.call_refused("messages:search", json!({ "query": "plum", "cursor": cursor })).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("cursor")), "{cursor}");
        error
    };
    // Whether a message is there or not is told by none, whatever is made up.
    let unknown = refusal(&socket, "x").await;
    for seq in [1, 3, 4, 5, 1_000] {
        for made_up in [format!("s.{room}-{seq}"), format!("s.{seq:016x}"), format!("0 s.{seq:016x}")] {
            assert_eq!(refusal(&socket, &made_up).await, unknown, "{made_up}");
        }
    }
    let hers = mina.call_ok("messages:search", json!({ "query": "plum", "limit": 1 })).await;
    assert_eq!(refusal(&socket, hers["cursor"].as_str().expect("a cursor")).await, unknown, "that of somebody else");
    let here = json!({ "query": "plum", "roomId": room, "cursor": "x" });
    assert_eq!(socket.call_refused("messages:search", here).await["code"], "not_found", "the room comes first");
}

#[tokio::test]
async fn pages_go_on_when_the_last_hit_is_gone() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Pages", &[]).await;
    say_all(&app, &mina, &room, &["plum 1", "plum 2", "plum 3"]).await;
    let first = mina.call_ok("messages:search", json!({ "query": "plum", "limit": 1 })).await;
    assert_eq!(contents(&first), ["plum 3"]);
    // As when its room was deleted and swept.
    let gone = sqlx::query("DELETE FROM messages WHERE content = 'plum 3'").execute(&mut database(&app).await).await;
    assert_eq!(gone.expect("it is removed").rows_affected(), 1);
    let next = json!({ "query": "plum", "limit": 1, "cursor": first["cursor"] });
    assert_eq!(contents(&mina.call_ok("messages:search", next).await), ["plum 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_in_many_rooms_finds_what_is_said_in_all_of_them_and_nothing_else() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (mina_socket, joon_socket) = (mina.connect().await, joon.connect().await);
    let mut rooms = Vec::new();
    for number in 0..70 {
        let name = format!("room {number}");
        let people: &[_] = if number % 2 == 0 { &[&joon] } else { &[] };
        rooms.push(mina_socket.create_room("private", &name, people).await);
    }
    for (number, room) in rooms.iter().enumerate() {
        mina_socket.say(room, &format!("cherry {number}")).await;
    }
    indexed(&app).await;
    let all = found(&mina_socket, "cherry").await;
    assert_eq!(all, (0..70).rev().map(|number| format!("cherry {number}")).collect::<Vec<_>>());
    let even = found(&joon_socket, "cherry").await;
    assert_eq!(even, (0..70).rev().step_by(2).map(|n| format!("cherry {}", n - 1)).collect::<Vec<_>>());
    let nobody = app.person("nobody").await.connect().await;
    let general = nobody.ready["rooms"][0]["id"].clone();
    nobody.call_ok("room:leave", json!({ "roomId": general })).await;
    assert_eq!(found(&nobody, "cherry").await, NONE);
    assert_eq!(found(&nobody, "-cherry before:2100-01-01").await, NONE);
}

#[tokio::test]
async fn a_deleted_room_is_found_no_more_and_its_messages_leave_the_index() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let (room, other) =
        (mina.create_room("private", "Doomed", &[]).await, mina.create_room("private", "Kept", &[]).await);
    say_all(&app, &mina, &room, &["grape one", "grape two"]).await;
    mina.call_ok("room:delete", json!({ "roomId": room })).await;
    assert_eq!(found(&mina, "grape").await, NONE);
    let refused = mina.call_refused("messages:search", json!({ "query": "grape", "roomId": room })).await;
    assert_eq!(refused["code"], "not_found");
    // Keys are not used again: what is written later is found, whatever was removed before.
    say_all(&app, &mina, &other, &["grape three"]).await;
    assert_eq!(found(&mina, "grape").await, ["grape three"]);
    assert_eq!(found(&mina, "grape").await.len(), 1);
}

#[tokio::test]
async fn searches_have_a_rate_of_their_own() {
    let app =
        TestApp::builder().env("MARU_LIMITS_SEARCHES_PER_SECOND", 1).env("MARU_LIMITS_SEARCHES_BURST", 3).spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    for _ in 0..3 {
        socket.call_ok("messages:search", json!({ "query": "a" })).await;
    }
    let refused = socket.call_refused("messages:search", json!({ "query": "a" })).await;
    assert_eq!(refused["code"], "rate_limited", "{refused}");
    assert!(refused["retryAfterMs"].as_u64().is_some_and(|wait| wait <= 1_000), "{refused}");
    let (status, answer): (u16, Value) = mina.http().get("/api/v1/search?q=a").await;
    assert_eq!((status, &answer["error"]["code"]), (429, &json!("rate_limited")));
    socket.call_ok("room:mine", json!({})).await;
}
