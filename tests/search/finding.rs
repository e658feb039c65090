//! Words of all scripts, and where they light up.

use super::support::{Socket, TestApp, text};
use super::{contents, crowd, found, indexed, say_all, search};
use serde_json::{Value, json};

/// What stands in the ranges of a hit's snippet.
fn lit(hit: &Value) -> Vec<String> {
    let units: Vec<u16> = text(&hit["snippet"]).encode_utf16().collect();
    let part = |range: &Value| {
        let at = |index: usize| usize::try_from(range[index].as_u64().expect("a number")).expect("a place");
        String::from_utf16(&units[at(0)..at(1)]).expect("whole characters")
    };
    hit["ranges"].as_array().expect("ranges").iter().map(part).collect()
}

#[tokio::test]
async fn words_are_found_in_every_script() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Words", &[]).await;
    let said = [
        "어제 회의록을 공유했어요",
        "선만 유지하면 됩니다",
        "東京タワーに行きました",
        "我们明天开会讨论",
        "The Quarterly Report is ready, café included",
        "배포 완료 🎉 모두 수고했어요 👨‍👩‍👧",
        "let user_name = parse_config(\"settings.toml\")?; // C++",
        "ㅋㅋㅋ 재미있네요",
    ];
    say_all(&app, &mina, &room, &said).await;
    words_are_found(&mina, &said).await;
    crowd(&app, &mina).await;
    words_are_found(&mina, &said).await;
}

async fn words_are_found(mina: &Socket, said: &[&str]) {
    for (query, at) in [
        ("회의", 0),
        ("회의록", 0),
        ("의록", 0),
        ("공유", 0),
        ("공유했", 0),
        ("회의록 공유", 0),
        ("공유 어제", 0),
        ("선만유지", 1),
        ("タワー", 2),
        ("東京", 2),
        ("明天", 3),
        ("讨论", 3),
        ("report", 4),
        ("QUART", 4),
        ("cafe", 4),
        ("\"report is ready\"", 4),
        ("🎉", 5),
        ("👨‍👩‍👧", 5),
        ("user_name", 6),
        ("parse_config", 6),
        ("settings.toml", 6),
        ("C++", 6),
        ("ㅋㅋ", 7),
    ] {
        assert_eq!(found(mina, query).await, [said[at]], "{query}");
    }
    for query in ["록을공유해", "회록", "uarterly", "\"ready report\"", "타워", "ㅎㅎㅎ", "🎃", "회의 -공유"]
    {
        assert_eq!(found(mina, query).await, Vec::<String>::new(), "{query}");
    }
}

#[tokio::test]
async fn a_hit_has_its_message_its_room_and_what_lights_up() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let mina_socket = mina.connect().await;
    let room = mina_socket.create_room("private", "회의실", &[&joon]).await;
    let direct = json!({ "kind": "direct", "participants": [joon.id] });
    let direct = text(&mina_socket.call_ok("room:create", direct).await["room"]["id"]);
    let long = format!("{} 🎉 드디어 배포했어요! {}", "앞 ".repeat(300), "뒤 ".repeat(300));
    let sent = mina_socket.say(&room, &long).await;
    say_all(&app, &mina_socket, &direct, &["배포 언제 해요?"]).await;

    let answer = search(&joon.connect().await, "배포").await;
    assert_eq!(
        (&answer["total"], &answer["totalIsEstimate"], &answer["cursor"]),
        (&json!(2), &Value::Null, &Value::Null)
    );
    let (newer, older) = (&answer["hits"][0], &answer["hits"][1]);
    assert_eq!(older["message"]["id"], sent["messageId"]);
    assert_eq!(older["room"], json!({ "id": room, "kind": "private", "name": "회의실" }));
    let snippet = text(&older["snippet"]);
    assert!(
        snippet.starts_with('…') && snippet.ends_with('…') && snippet.contains("🎉 드디어 배포했어요!"),
        "{snippet}"
    );
    assert_eq!(lit(older), ["배포"]);
    assert_eq!((&newer["room"]["kind"], &newer["room"]["id"]), (&json!("direct"), &json!(direct)));
    let members = newer["room"]["members"].as_array().expect("the members of a direct room");
    assert_eq!(members.len(), 2);
    assert_eq!((newer["snippet"].as_str(), lit(newer)), (Some("배포 언제 해요?"), vec!["배포".to_owned()]));
}

#[tokio::test]
async fn other_spacings_are_found_when_few_are_as_typed() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Spaces", &[]).await;
    crowd(&app, &mina).await;
    say_all(&app, &mina, &room, &["할 수 있다", "할수 있다", "할수있다"]).await;
    assert_eq!(found(&mina, "할수있다").await, ["할수있다", "할수 있다", "할 수 있다"]);
    for number in 0..25 {
        mina.say(&room, &format!("나도 할수있다 {number}")).await;
    }
    indexed(&app).await;
    let many = found(&mina, "할수있다").await;
    assert_eq!((many.len(), many.last().map(String::as_str)), (26, Some("할수있다")), "as typed, there are enough");
}

#[tokio::test]
async fn the_best_come_first_when_asked_for() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Ranked", &[]).await;
    let best = "deploy deploy deploy";
    let long = format!("deploy {}", "and much else that has nothing to do with it ".repeat(20));
    say_all(&app, &mina, &room, &[best, "when do we deploy?", &long, "nothing"]).await;
    let relevance = json!({ "query": "deploy", "sort": "relevance" });
    let ranked = contents(&mina.call_ok("messages:search", relevance).await);
    assert_eq!((ranked[0].as_str(), ranked[2].as_str(), ranked.len()), (best, long.as_str(), 3));
    assert_eq!(found(&mina, "deploy").await.last().map(String::as_str), Some(best), "the newest first otherwise");
}

#[tokio::test]
async fn http_answers_the_same() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let (room, other) =
        (socket.create_room("private", "One", &[]).await, socket.create_room("private", "Two", &[]).await);
    say_all(&app, &socket, &room, &["회의 one", "회의 two", "회의 three"]).await;
    say_all(&app, &socket, &other, &["회의 elsewhere"]).await;
    let get = async |query: &str| mina.http().get(&format!("/api/v1/search?{query}")).await;
    let (status, answer) = get("q=%ED%9A%8C%EC%9D%98").await;
    assert_eq!((status, &answer), (200, &socket.call_ok("messages:search", json!({ "query": "회의" })).await));
    let (_, first) = get(&format!("q=%ED%9A%8C%EC%9D%98&room={room}&limit=2&tz=Asia/Seoul&sort=relevance")).await;
    assert_eq!((contents(&first).len(), &first["total"]), (2, &json!(3)), "{first}");
    let cursor = text(&first["cursor"]);
    let (_, rest) = get(&format!("q=%ED%9A%8C%EC%9D%98&room={room}&limit=2&sort=relevance&cursor={cursor}")).await;
    assert_eq!((contents(&rest).len(), rest.get("total")), (1, None), "{rest}");
    for (query, status, code) in [
        ("", 422, "invalid"),
        ("q=", 422, "invalid"),
        ("q=a&tz=Mars/Base", 422, "invalid"),
        ("q=a&sort=oldest", 422, "invalid"),
        ("q=a&cursor=x", 422, "invalid"),
        ("q=a&room=x", 404, "not_found"),
        ("q=a&limit=x", 422, "invalid"),
    ] {
        let answer = get(query).await;
        assert_eq!((answer.0, &answer.1["error"]["code"]), (status, &json!(code)), "{query}: {}", answer.1);
    }
    assert_eq!(app.http().get("/api/v1/search?q=a").await.0, 401);
}
