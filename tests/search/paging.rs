//! Pages that follow one another while messages go on coming.

use super::support::{Socket, TestApp, text};
use super::{contents, indexed, say_many};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

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
async fn the_best_have_no_doubles_and_no_holes_whatever_happens_between_two_pages() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await.connect().await);
    let room = mina.create_room("private", "Ranked", &[]).await;
    let public = joon.create_room("public", "Open", &[]).await;
    for better in ["deploy deploy deploy", "deploy deploy"] {
        joon.say(&public, better).await;
    }
    let mut sent = Vec::new();
    for number in 0..40 {
        sent.push(mina.say(&room, &format!("deploy {number}")).await);
    }
    indexed(&app).await;
    let mut query = json!({ "query": "deploy", "sort": "relevance", "limit": 20 });
    let first = mina.call_ok("messages:search", query.clone()).await;
    let expected = |numbers: std::ops::Range<usize>| numbers.rev().map(|n| format!("deploy {n}")).collect::<Vec<_>>();
    assert_eq!(contents(&first), expected(20..40));
    mina.call_ok("message:delete", json!({ "messageId": sent[39]["messageId"] })).await;
    mina.call_ok("message:pin", json!({ "messageId": sent[30]["messageId"], "on": true })).await;
    mina.call_ok("room:join", json!({ "roomId": public })).await;
    query["cursor"] = first["cursor"].clone();
    let second = mina.call_ok("messages:search", query.clone()).await;
    assert_eq!((contents(&second), second.get("cursor")), (expected(0..20), None));
    indexed(&app).await;
    assert_eq!(contents(&mina.call_ok("messages:search", query).await), expected(0..20));
}

#[tokio::test]
async fn one_syllable_is_found_alike_among_the_newest_messages_and_by_the_index() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await.connect().await);
    let room = mina.create_room("private", "Syllables", &[]).await;
    let other = joon.create_room("private", "Others", &[]).await;
    // Every third is common enough for the newest to answer, every hundredth is not.
    let content = |number: usize| match number {
        number if number % 100 == 7 => format!("{number} 東京"),
        // As some systems write file names.
        number if number % 9 == 0 => format!("{number} 회의").nfd().collect(),
        number if number % 3 == 0 => format!("{number} 국회의 일"),
        _ => format!("{number} 점심"),
    };
    let calls: Vec<_> = (0..900)
        .map(|number| mina.start_call("message:send", json!({ "roomId": room, "content": content(number) })))
        .collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    joon.say(&other, "회의 of others").await;
    indexed(&app).await;
    for (typed, fits) in [("회", (|n| n % 3 == 0 && n % 100 != 7) as fn(usize) -> bool), ("東", |n| n % 100 == 7)] {
        let expected: Vec<String> = (0..900).rev().filter(|number| fits(*number)).map(content).collect();
        assert_eq!(pages(&app, &mina, &room, &json!({ "query": typed, "limit": 20 })).await, expected, "{typed}");
        let first = mina.call_ok("messages:search", json!({ "query": typed, "limit": 20 })).await;
        // Of what the newest answer, no more are counted than are shown.
        let is_common = expected.len() > 200;
        assert_eq!(first["total"], if is_common { json!(20) } else { json!(expected.len()) }, "{typed}");
        assert_eq!(first.get("totalIsEstimate").is_some(), is_common, "{typed}");
    }
    let without = mina.call_ok("messages:search", json!({ "query": "회 -국회의", "limit": 20 })).await;
    assert!(contents(&without).iter().all(|content| !content.contains('국')), "{without}");
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
    for sort in ["newest", "relevance"] {
        let mut fields = json!({ "query": "할수있다", "limit": 2, "sort": sort });
        let mut pages = Vec::new();
        loop {
            let page = mina.call_ok("messages:search", fields.clone()).await;
            pages.push(contents(&page));
            match page["cursor"].as_str() {
                Some(cursor) => fields["cursor"] = json!(cursor),
                None => break,
            }
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1], "{sort}");
        let mut all = pages.concat();
        all.sort_unstable();
        assert_eq!(all, ["할 수 있다", "할 수 있다", "할 수있다", "할수 있다", "할수있다"], "{sort}");
    }
}

#[tokio::test]
async fn the_total_is_exact_for_few_and_said_to_be_the_least_for_many() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Many", &[]).await;
    // In a small room, which is looked through, and in a large one; by either order.
    let totals = async |fewer: usize, total: i64, is_estimate: bool| {
        for sort in ["newest", "relevance"] {
            let query = json!({ "query": format!("pear -\"pear {fewer}\""), "sort": sort });
            let answer = mina.call_ok("messages:search", query).await;
            let told = (&answer["total"], answer.get("totalIsEstimate").is_some());
            assert_eq!(told, (&json!(total), is_estimate), "{sort}: {answer}");
        }
    };
    say_many(&mina, &room, 201, |number| format!("pear {number}")).await;
    indexed(&app).await;
    totals(200, 200, false).await;
    totals(201, 200, true).await;
    say_many(&mina, &room, 999, |number| format!("pear {}", number + 201)).await;
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
    totals(1_000, 200, true).await;
    let next = mina.call_ok("messages:search", json!({ "query": "pear", "cursor": text(&many["cursor"]) })).await;
    assert_eq!((next.get("total"), contents(&next)[0].as_str()), (None, "pear 1179"));
}
