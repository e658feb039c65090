//! Operators: who said it, where, when, and what it has.

use super::support::{TestApp, text};
use super::{database, found, indexed, refused, say_all, search};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

const NONE: [&str; 0] = [];

/// As some systems write Hangul.
fn joining(text: &str) -> String {
    text.nfd().collect()
}

#[tokio::test]
async fn from_finds_people_by_username_display_name_and_initials() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, other) = (app.person("mina").await, app.person("김준호").await, app.person("김준서").await);
    let sockets = (mina.connect().await, joon.connect().await, other.connect().await);
    let room = sockets.0.create_room("private", "All", &[&joon, &other]).await;
    sockets.0.say(&room, "hello mine").await;
    sockets.1.say(&room, "hello joon").await;
    say_all(&app, &sockets.2, &room, &["hello other"]).await;
    for (query, expected) in [
        ("hello from:mina", vec!["hello mine"]),
        ("from:@MINA hello", vec!["hello mine"]),
        ("from:me", vec!["hello mine"]),
        ("from:김준호", vec!["hello joon"]),
        ("from:ㄱㅈㅎ", vec!["hello joon"]),
        ("from:@\"김준호\"", vec!["hello joon"]),
        (joining("from:김준호").as_str(), vec!["hello joon"]),
        ("보낸사람:김준서", vec!["hello other"]),
        ("from:mina from:김준호", vec!["hello joon", "hello mine"]),
        ("hello -from:me", vec!["hello other", "hello joon"]),
        ("-from:me -from:김준호", vec!["hello other"]),
    ] {
        assert_eq!(found(&sockets.0, query).await, expected, "{query}");
    }
    assert!(refused(&sockets.0, "hello from:nobody").await.contains("`from:nobody`"));
    assert!(refused(&sockets.0, "from:김준").await.contains("several people"));
}

#[tokio::test]
async fn in_finds_ones_own_rooms_alone() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, eve) = (app.person("mina").await, app.person("joon").await, app.person("eve").await);
    let (mina, eve) = (mina.connect().await, eve.connect().await);
    let plans = mina.create_room("private", "회의 계획", &[&joon]).await;
    let lunch = mina.create_room("public", "Lunch", &[]).await;
    let direct = json!({ "kind": "direct", "participants": [joon.id] });
    let direct = text(&mina.call_ok("room:create", direct).await["room"]["id"]);
    eve.create_room("private", "Secret", &[]).await;
    mina.say(&plans, "about plans").await;
    let meetings = mina.create_room("private", "회의", &[]).await;
    mina.say(&meetings, "about meetings").await;
    mina.say(&lunch, "about lunch").await;
    say_all(&app, &mina, &direct, &["about us"]).await;
    for (query, expected) in [
        ("about in:lunch", vec!["about lunch"]),
        ("in:#Lunch", vec!["about lunch"]),
        ("in:\"회의 계획\"", vec!["about plans"]),
        ("방:ㅎㅇㄱㅎ", vec!["about plans"]),
        ("in:#\"회의 계획\"", vec!["about plans"]),
        (joining("in:회의").as_str(), vec!["about meetings"]),
        ("about in:@joon", vec!["about us"]),
        ("in:lunch in:\"회의 계획\"", vec!["about lunch", "about plans"]),
        ("about -in:lunch", vec!["about us", "about meetings", "about plans"]),
    ] {
        assert_eq!(found(&mina, query).await, expected, "{query}");
    }
    let here = json!({ "query": "about in:lunch", "roomId": plans });
    assert_eq!(mina.call_ok("messages:search", here).await["hits"], json!([]), "both have to fit");
    let unknown = refused(&mina, "in:nowhere").await;
    assert_eq!(
        refused(&mina, "in:Secret").await,
        unknown.replace("nowhere", "Secret"),
        "it is not told that there is one"
    );
    assert!(refused(&mina, "in:@eve").await.contains("no direct room"));
    for own in ["in:@me", "방:@나", "in:@mina"] {
        assert!(refused(&mina, own).await.contains("no direct room"), "{own}: there is no room of her own yet");
    }
    let notes = text(&mina.call_ok("room:create", json!({ "kind": "direct", "participants": [] })).await["room"]["id"]);
    say_all(&app, &mina, &notes, &["about myself"]).await;
    for own in ["in:@me", "방:@나", "in:@mina", "about in:@ME"] {
        assert_eq!(found(&mina, own).await, ["about myself"], "{own}");
    }
    // Somebody who is called so is meant before.
    let me = app.person("me").await;
    let with_me = json!({ "kind": "direct", "participants": [me.id] });
    let with_me = text(&mina.call_ok("room:create", with_me).await["room"]["id"]);
    say_all(&app, &mina, &with_me, &["about me"]).await;
    assert_eq!(found(&mina, "in:@me").await, ["about me"]);
    assert!(refused(&eve, "in:lunch").await.contains("you are in no room"));
}

#[tokio::test]
async fn days_are_those_of_the_callers_time_zone() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Days", &[]).await;
    let days = [
        ("first", "2026-01-30T10:00:00Z"),
        ("second", "2026-01-30T16:00:00Z"),
        ("third", "2026-01-31T14:59:59Z"),
        ("fourth", "2026-01-31T15:00:00Z"),
    ];
    for (content, _) in days {
        mina.say(&room, &format!("day {content}")).await;
    }
    indexed(&app).await;
    let mut database = database(&app).await;
    for (content, at) in days {
        let query = "UPDATE messages SET created_at = unixepoch(?) * 1000 WHERE content = 'day ' || ?";
        sqlx::query(query).bind(at).bind(content).execute(&mut database).await.expect("another time");
    }
    drop(database);
    // A new index notes the times as they are.
    app.run_cli(&["search", "reindex"], "").await;
    indexed(&app).await;
    for (query, zone, expected) in [
        ("day on:2026-01-31", "Asia/Seoul", vec!["day third", "day second"]),
        ("day on:2026-01-31", "UTC", vec!["day fourth", "day third"]),
        ("day before:2026-01-31", "Asia/Seoul", vec!["day first"]),
        ("day after:2026-01-31", "Asia/Seoul", vec!["day fourth"]),
        ("on:2026-01-30", "UTC", vec!["day second", "day first"]),
        ("on:2026-01-29", "UTC", vec![]),
        ("before:2026-01-31 after:2026-01-29 from:me", "UTC", vec!["day second", "day first"]),
    ] {
        let answer = mina.call_ok("messages:search", json!({ "query": query, "timeZone": zone })).await;
        assert_eq!(super::contents(&answer), expected, "{query} in {zone}");
    }
    let error = mina.call_refused("messages:search", json!({ "query": "day", "timeZone": "Mars/Base" })).await;
    assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("timeZone")));
}

#[tokio::test]
async fn days_are_right_when_the_clock_stood_wrong_for_a_while() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Clocks", &[]).await;
    // A board without a battery wakes up in 1970.
    let days = ["2026-01-10", "1970-01-01", "2026-02-01", "1970-01-02", "2026-03-01", "2031-01-01", "2026-03-02"];
    for day in days {
        mina.say(&room, &format!("tick {day}")).await;
    }
    indexed(&app).await;
    let query = "UPDATE messages SET created_at = unixepoch(substr(content, 6)) * 1000 WHERE content LIKE 'tick %'";
    sqlx::query(query).execute(&mut database(&app).await).await.expect("other times");
    app.run_cli(&["search", "reindex"], "").await;
    indexed(&app).await;
    for (query, expected) in [
        ("tick since:2026-01-01", vec![6, 5, 4, 2, 0]),
        ("tick before:2026-02-15", vec![3, 2, 1, 0]),
        ("tick on:2026-02", vec![2]),
        ("on:2026-02 from:me", vec![2]),
        ("tick on:1970-01", vec![3, 1]),
        ("tick after:2030", vec![5]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|at: usize| format!("tick {}", days[at])).collect();
        assert_eq!(found(&mina, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn what_a_message_has_and_is_can_be_asked_for() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Things", &[]).await;
    let root = mina.say(&room, "note root").await;
    let pinned = mina.say(&room, "note pinned").await;
    let said = ["note https://example.com/x", "note https://example.com/cat.png", "note `code`", "note plain"];
    say_all(&app, &mina, &room, &said).await;
    let reply = json!({ "roomId": room, "content": "note reply", "threadRoot": root["messageId"] });
    let reply = mina.call_ok("message:send", reply).await;
    mina.call_ok("message:pin", json!({ "messageId": pinned["messageId"], "on": true })).await;
    indexed(&app).await;
    for (query, expected) in [
        ("has:link", vec![said[1], said[0]]),
        ("note has:image", vec![said[1]]),
        ("has:link -has:image", vec![said[0]]),
        ("has:code", vec![said[2]]),
        ("has:file", vec![]),
        ("is:pinned", vec!["note pinned"]),
        ("is:thread", vec!["note reply", "note root"]),
        ("plain -has:link", vec![said[3]]),
        ("has:링크", vec![said[1], said[0]]),
    ] {
        assert_eq!(found(&mina, query).await, expected, "{query}");
    }
    assert_eq!(found(&mina, "-has:link -has:code -is:thread -is:pinned").await, ["note plain"]);
    mina.call_ok("message:pin", json!({ "messageId": pinned["messageId"], "on": false })).await;
    indexed(&app).await;
    assert_eq!(found(&mina, "is:pinned").await, NONE);
    mina.call_ok("message:delete", json!({ "messageId": reply["messageId"] })).await;
    indexed(&app).await;
    assert_eq!(found(&mina, "is:thread").await, NONE, "a root without replies is none");
    assert_eq!(found(&mina, "root -is:thread").await, ["note root"]);
    for (query, part) in [("has:wings", "`has:wings`"), ("note is:odd", "`is:odd`"), ("before:never", "`before:never`")]
    {
        assert!(refused(&mina, query).await.contains(part), "{query}");
    }
}

#[tokio::test]
async fn people_and_public_rooms_are_found_by_parts_and_initials() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    app.person("김준호").await;
    let socket = mina.connect().await;
    socket.create_room("public", "회의록 모음", &[]).await;
    socket.create_room("public", "Lunch club", &[]).await;
    for (query, expected) in
        [("ㅎㅇㄹ", "회의록 모음"), ("의록", "회의록 모음"), ("club", "Lunch club"), ("UNCH", "Lunch club")]
    {
        let rooms = socket.call_ok("room:list", json!({ "query": query })).await;
        let names: Vec<&Value> = rooms["rooms"].as_array().expect("rooms").iter().map(|room| &room["name"]).collect();
        assert_eq!(names, [expected], "{query}");
    }
    for (query, expected) in [("ㄱㅈㅎ", "김준호"), ("준호", "김준호"), ("MINA", "mina"), ("ina", "mina")] {
        let query_string: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let (_, users) = mina.http().get(&format!("/api/v1/users?query={query_string}")).await;
        let names: Vec<&Value> =
            users["users"].as_array().expect("users").iter().map(|user| &user["username"]).collect();
        assert_eq!(names, [expected], "{query}");
    }
}

#[tokio::test]
async fn system_lines_are_not_found() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Renamed", &[]).await;
    mina.call_ok("room:update", json!({ "roomId": room, "name": "Zebra" })).await;
    indexed(&app).await;
    assert_eq!(found(&mina, "zebra").await, NONE);
    assert_eq!(search(&mina, "from:me").await["total"], 0);
}
