//! Who is meant by the `@names` of a message.

mod support;

use reqwest::Method;
use serde_json::json;
use support::{TestApp, text};

#[tokio::test]
async fn a_mention_is_the_longest_name_after_the_sign_so_that_particles_may_follow() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina_person, minam, hangul) =
        (app.person("mina").await, app.person("mina.kim").await, app.person("이름").await);
    let outsider = app.person("sora").await;
    let mina = mina_person.connect().await;
    let writer = app.person("writer").await.connect().await;
    let room = writer.create_room("private", "Names", &[&mina_person, &minam, &hangul]).await;
    let (m, k, h) = (&mina_person.id, &minam.id, &hangul.id);
    for (content, mentioned) in [
        ("@mina님 안녕하세요", vec![m]),
        ("@mina.kim에게", vec![k]),
        ("@이름이 왔어요", vec![h]),
        ("@이름", vec![h]),
        ("@MINA @mina.Kim, @이름!", vec![m, k, h]),
        ("@mina @mina", vec![m]),
        ("(@mina)", vec![m]),
        ("mail@mina.kim", vec![]),
        ("@min", vec![]),
        ("@ mina", vec![]),
        ("@sora", vec![]),
    ] {
        let sent = writer.say(&room, content).await;
        let told = mina.hear_where("message:new", |new| new["message"]["id"] == sent["messageId"]).await;
        let mut told: Vec<String> = told["message"]["mentions"].as_array().unwrap().iter().map(text).collect();
        told.sort();
        let mut expected: Vec<String> = mentioned.into_iter().cloned().collect();
        expected.sort();
        assert_eq!(told, expected, "{content}");
        let mut stored: Vec<String> =
            mina.history(&room).await.last().unwrap()["mentions"].as_array().unwrap().iter().map(text).collect();
        stored.sort();
        assert_eq!(stored, expected, "{content}, stored");
    }
    assert_eq!(mina.summary(&room).await["mentions"], 4);
    let last = writer.say(&room, "@sora @mina").await;
    writer.call_ok("message:edit", json!({ "messageId": last["messageId"], "content": "@이름" })).await;
    let updated = mina.hear("message:updated").await["message"].clone();
    assert_eq!(updated["mentions"], json!([h]), "an edit mentions anew");
    assert_eq!(mina.summary(&room).await["mentions"], 4);
    mina.call_ok("message:read", json!({ "roomId": room, "seq": last["seq"] })).await;
    assert_eq!(mina.summary(&room).await["mentions"], 0);
    assert!(outsider.connect().await.call_ok("room:mine", json!({})).await.to_string().find(&room).is_none());
}

#[tokio::test]
async fn a_display_name_that_one_member_alone_has_mentions_them_and_an_edit_takes_it_back() {
    let app = TestApp::builder().generous().spawn().await;
    let called = async |username: &str, display_name: &str| {
        let person = app.person(username).await;
        let change = json!({ "displayName": display_name });
        assert_eq!(person.http().send(person.http().request(Method::PATCH, "/api/v1/me").json(&change)).await.0, 200);
        person
    };
    let (junho, jane) = (called("junho", "박준호").await, called("jdoe", "Jane Doe").await);
    let (one_kim, other_kim) = (called("kim1", "김민수").await, called("kim2", "김민수").await);
    let (jane_short, mina) = (called("j.smith", "Jane").await, called("mina", "Sora Lee").await);
    let _outsiders = (called("outside", "이하나").await, called("outside2", "Jane Doe").await);
    let reader = mina.connect().await;
    let writer = called("writer", "junho").await.connect().await;
    let members = [&junho, &jane, &one_kim, &other_kim, &jane_short, &mina];
    let room = writer.create_room("private", "Names", &members).await;
    let meant = async |sent: &serde_json::Value, event: &str| {
        let told = reader.hear_where(event, |told| told["message"]["rev"] == sent["rev"]).await;
        told["message"]["mentions"].as_array().unwrap().iter().map(text).collect::<Vec<_>>()
    };
    for (content, mentioned) in [
        ("@박준호", vec![&junho]),
        ("@박준호님 안녕하세요", vec![&junho]),
        ("@박준호가 @junho한테", vec![&junho]),
        ("@Jane Doe and @Jane, @Sora Lee!", vec![&jane, &jane_short, &mina]),
        ("@Jane Doe님", vec![&jane]),
        ("@Jane Doerr", vec![&jane_short]),
        ("@Janet", vec![]),
        ("@jane doe", vec![]),
        ("@김민수", vec![]),
        ("@김민수 @kim1", vec![&one_kim]),
        ("@이하나", vec![]),
        ("mail@박준호", vec![]),
        ("@Jane\nDoe", vec![&jane_short]),
    ] {
        let sent = writer.say(&room, content).await;
        let mut expected: Vec<String> = mentioned.iter().map(|person| person.id.clone()).collect();
        let mut told = meant(&sent, "message:new").await;
        expected.sort();
        told.sort();
        assert_eq!(told, expected, "{content}");
    }
    assert_eq!(reader.summary(&room).await["mentions"], 1);
    let sent = writer.say(&room, "@Sora Lee, look").await;
    let notified = reader.hear_where("notification", |told| told["messageId"] == sent["messageId"]).await;
    assert_eq!(notified["type"], "mention");
    let edit = async |content: &str| {
        writer.call_ok("message:edit", json!({ "messageId": sent["messageId"], "content": content })).await
    };
    assert_eq!(meant(&edit("@박준호, look").await, "message:updated").await, [junho.id.as_str()]);
    assert_eq!(reader.summary(&room).await["mentions"], 1);
    assert_eq!(meant(&edit("look").await, "message:updated").await, [""; 0]);
    assert_eq!(junho.connect().await.summary(&room).await["mentions"], 3);
}

#[tokio::test]
async fn a_name_that_is_added_to_a_call_or_taken_out_of_it_changes_nothing_for_who_is_called_anyway() {
    let app = TestApp::builder().generous().spawn().await;
    let (person, sora_person, away) = (app.person("mina").await, app.person("sora").await, app.person("yuna").await);
    let (mina, sora) = (person.connect().await, sora_person.connect().await);
    let room = mina.create_room("private", "Here", &[&sora_person, &away]).await;
    let said = mina.say(&room, "@here @sora @yuna").await;
    let edit = async |content: &str, named: &[&String]| {
        let rev = mina.call_ok("message:edit", json!({ "messageId": said["messageId"], "content": content })).await;
        let told = sora.hear_where("message:updated", |told| told["message"]["rev"] == rev["rev"]).await;
        let mut mentions: Vec<String> = told["message"]["mentions"].as_array().unwrap().iter().map(text).collect();
        mentions.sort();
        let mut named: Vec<String> = named.iter().map(ToString::to_string).collect();
        named.sort();
        assert_eq!(mentions, named, "{content}");
    };
    sora.hear_where("notification", |told| told["messageId"] == said["messageId"]).await;
    edit("@here", &[]).await;
    assert_eq!(sora.summary(&room).await["mentions"], 1, "she was here");
    assert_eq!(away.connect().await.summary(&room).await["mentions"], 0, "who was not is called no more");
    edit("@here @sora", &[&sora_person.id]).await;
    edit("@here again", &[]).await;
    edit("@sora", &[&sora_person.id]).await;
    edit("nobody", &[]).await;
    assert_eq!(sora.summary(&room).await["mentions"], 0);
    let heard = sora.hear_the_rest(&mina, &room).await;
    let withdrawn = heard.iter().filter(|heard| heard.event == "notification:withdrawn").count();
    assert_eq!(withdrawn, 1, "only when nothing mentions her any more: {heard:?}");
    let again = heard.iter().find(|heard| heard.event == "notification" && heard.payload["type"] == "mention");
    assert!(again.is_none(), "she is notified once: {again:?}");
}

#[tokio::test]
async fn what_a_message_says_is_the_same_for_all_when_whom_it_mentions_has_left() {
    let app = TestApp::builder().generous().spawn().await;
    let (person, fellow) = (app.person("joon").await, app.person("sora").await);
    let (mina, joon) = (app.person("mina").await.connect().await, person.connect().await);
    let room = mina.create_room("private", "Talk", &[&person, &fellow]).await;
    let said = mina.say(&room, "@joon and @room").await;
    mina.say(&room, "@room").await;
    assert_eq!(joon.summary(&room).await["mentions"], 2);
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    let mentions = async || {
        let message = mina.history(&room).await.into_iter().find(|message| message["id"] == said["messageId"]);
        message.expect("it is there")["mentions"].clone()
    };
    assert_eq!(mentions().await, json!([person.id]), "nothing was told of a change");
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [person.id] })).await;
    assert_eq!(mentions().await, json!([person.id]));
    let unread = joon.call_ok("message:unread", json!({ "roomId": room, "seq": said["seq"] })).await;
    let summary = joon.summary(&room).await;
    assert_eq!((&unread["unread"], &summary["mentions"]), (&json!(2), &json!(0)), "what was before counts no more");
}
