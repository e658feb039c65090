//! Pages that follow one another while messages go on coming.

use super::support::{Socket, TestApp, text};
use super::{contents, indexed};
use serde_json::{Value, json};

/// All pages of a search; between them a new hit is sent each time.
async fn pages(app: &TestApp, socket: &Socket, room: &str, query: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut fields = query.clone();
    loop {
        let page = socket.call_ok("messages:search", fields.clone()).await;
        all.extend(contents(&page));
        let Some(cursor) = page["cursor"].as_str() else { return all };
        fields["cursor"] = json!(cursor);
        socket.say(room, "apple that comes meanwhile").await;
        indexed(app).await;
    }
}

#[tokio::test]
async fn pages_have_no_doubles_and_no_holes_while_messages_arrive() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Pages", &[]).await;
    for number in 0..47 {
        mina.say(&room, &format!("apple {number}")).await;
        mina.say(&room, "something else").await;
    }
    indexed(&app).await;
    let expected: Vec<String> = (0..47).rev().map(|number| format!("apple {number}")).collect();
    assert_eq!(pages(&app, &mina, &room, &json!({ "query": "apple", "limit": 10 })).await, expected);
    let mut ranked =
        pages(&app, &mina, &room, &json!({ "query": "\"apple\" -meanwhile", "limit": 10, "sort": "relevance" })).await;
    assert_eq!(ranked.len(), 47);
    ranked.sort_unstable();
    ranked.dedup();
    assert_eq!(ranked.len(), 47, "every hit once");
}

#[tokio::test]
async fn pages_go_on_with_other_spacings_when_they_began_so() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Spaces", &[]).await;
    for content in ["할 수 있다", "할수있다", "할 수 있다", "할수 있다", "할 수있다"] {
        mina.say(&room, content).await;
    }
    indexed(&app).await;
    let mut fields = json!({ "query": "할수있다", "limit": 2 });
    let mut sizes = Vec::new();
    loop {
        let page = mina.call_ok("messages:search", fields.clone()).await;
        sizes.push(contents(&page).len());
        match page["cursor"].as_str() {
            Some(cursor) => fields["cursor"] = json!(cursor),
            None => break,
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn the_total_is_exact_for_few_and_said_to_be_the_least_for_many() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Many", &[]).await;
    let calls: Vec<_> = (0..1_200)
        .map(|number| mina.start_call("message:send", json!({ "roomId": room, "content": format!("pear {number}") })))
        .collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    mina.say(&room, "a single quince").await;
    indexed(&app).await;
    let few = mina.call_ok("messages:search", json!({ "query": "quince" })).await;
    assert_eq!((&few["total"], few.get("totalIsEstimate"), few.get("cursor")), (&json!(1), None, None));
    let middle = mina.call_ok("messages:search", json!({ "query": "\"pear 11\" OR \"pear 7\"" })).await;
    assert_eq!(middle["total"], 0, "OR is a word like others: {middle}");
    let many = mina.call_ok("messages:search", json!({ "query": "pear" })).await;
    assert_eq!(many["totalIsEstimate"], true, "{many}");
    assert_eq!(many["total"], 200, "{many}");
    assert_eq!(contents(&many).len(), 20);
    let next = mina.call_ok("messages:search", json!({ "query": "pear", "cursor": text(&many["cursor"]) })).await;
    assert_eq!((next.get("total"), contents(&next)[0].as_str()), (None, "pear 1179"));
}
