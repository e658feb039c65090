//! What concerns somebody is told once, as what it is now, and goes when it concerns them no more.

mod support;

use serde_json::{Value, json};
use support::{Scene, Socket, number, text};

/// Those that are unread, as type and message, the newest first.
async fn unread(socket: &Socket) -> Vec<(String, String)> {
    let page = socket.call_ok("notifications:list", json!({ "limit": 200, "unreadOnly": true })).await;
    let listed = page["notifications"].as_array().expect("a page");
    assert_eq!(listed.len() as i64, number(&page["unread"]), "the count is of what is there");
    listed.iter().map(|one| (text(&one["type"]), text(&one["message"]))).collect()
}

fn pair(kind: &str, message: &str) -> (String, String) {
    (kind.to_owned(), message.to_owned())
}

async fn edit(socket: &Socket, message: &Value, content: &str) {
    socket.call_ok("message:edit", json!({ "messageId": message, "content": content })).await;
}

/// The events of notifications that a socket heard since it was last asked.
async fn heard_of_notifications(scene: &Scene) -> Vec<String> {
    let heard = scene.joon.hear_the_rest(&scene.mina, &scene.room).await;
    heard.into_iter().map(|heard| heard.event).filter(|event| event.starts_with("notification")).collect()
}

#[tokio::test]
async fn an_edit_that_mentions_whom_the_message_concerned_already_is_no_second_notification() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let direct = mina.create_room("direct", "", &[&scene.joon_person]).await;
    let own = joon.say(room, "mine").await["messageId"].clone();
    let answer = json!({ "roomId": room, "content": "answered", "replyTo": own });
    let reply = json!({ "roomId": room, "content": "in its thread", "threadRoot": own });
    for (fields, kind) in
        [(json!({ "roomId": direct, "content": "hello" }), "direct"), (answer, "reply"), (reply, "reply")]
    {
        let content = text(&fields["content"]);
        let sent = mina.call_ok("message:send", fields).await["messageId"].clone();
        joon.hear_where("notification", |told| told["messageId"] == sent).await;
        let named = format!("{content}, @joon");
        edit(mina, &sent, &named).await;
        assert_eq!(unread(joon).await, [pair("mention", &named)], "one message is one notification");
        edit(mina, &sent, &content).await;
        assert_eq!(unread(joon).await, [pair(kind, &content)], "it concerns him all the same");
        assert_eq!(heard_of_notifications(&scene).await, [""; 0], "{content}");
        joon.call_ok("notification:read", json!({ "all": true })).await;
        joon.hear("notification:read").await;
    }
}

#[tokio::test]
async fn a_mention_that_is_edited_out_leaves_the_next_reason_that_there_is() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let direct = mina.create_room("direct", "", &[&scene.joon_person]).await;
    let own = joon.say(room, "mine").await["messageId"].clone();
    let both = |place: Value| {
        let mut fields = place;
        fields["content"] = json!("look, @joon");
        fields
    };
    for (fields, left) in [
        (both(json!({ "roomId": direct })), Some("direct")),
        (both(json!({ "roomId": room, "replyTo": own })), Some("reply")),
        (both(json!({ "roomId": room, "threadRoot": own })), Some("reply")),
        (both(json!({ "roomId": room })), None),
    ] {
        let sent = mina.call_ok("message:send", fields.clone()).await["messageId"].clone();
        assert_eq!(joon.hear("notification").await["type"], "mention");
        edit(mina, &sent, "look").await;
        let expected: Vec<_> = left.iter().map(|kind| pair(kind, "look")).collect();
        assert_eq!(unread(joon).await, expected, "{fields}");
        let told = heard_of_notifications(&scene).await;
        assert_eq!(told, ["notification:withdrawn"][..usize::from(left.is_none())], "{fields}");
        joon.call_ok("notification:read", json!({ "all": true })).await;
        joon.hear("notification:read").await;
    }
    // Who wants nothing but mentions of a direct room is left with nothing.
    joon.call_ok("room:notify", json!({ "roomId": direct, "level": "mentions" })).await;
    let sent = mina.say(&direct, "look, @joon").await["messageId"].clone();
    joon.hear("notification").await;
    edit(mina, &sent, "look").await;
    assert_eq!(unread(joon).await, []);
}

#[tokio::test]
async fn a_task_that_is_deleted_takes_its_notification_along() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let said = mina.say(room, "somebody should").await["messageId"].clone();
    let mut tasks = Vec::new();
    for (title, message) in [("kept", Value::Null), ("secret", Value::Null), ("from a message", said)] {
        let fields =
            json!({ "roomId": room, "title": title, "assigneeId": scene.joon_person.id, "messageId": message });
        tasks.push(mina.call_ok("task:create", fields).await["task"]["id"].clone());
        joon.hear("notification").await;
    }
    joon.forget_heard();
    for (task, unread) in [(&tasks[1], 2), (&tasks[2], 1)] {
        mina.call_ok("task:delete", json!({ "taskId": task })).await;
        let withdrawn = joon.hear("notification:withdrawn").await;
        assert_eq!(withdrawn["unread"], unread, "{withdrawn}");
    }
    let left = unread(joon).await;
    assert_eq!(left, [pair("task", "mina gave you a task: kept")]);
}

#[tokio::test]
async fn a_reminder_that_was_given_outlives_its_room() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let other = mina.create_room("private", "Other", &[&scene.joon_person]).await;
    let third = mina.create_room("private", "Third", &[&scene.joon_person]).await;
    for place in [room, &other, &third] {
        mina.say(place, "@joon secret").await;
        let fields = json!({ "text": format!("call {place}"), "inSeconds": 1, "roomId": place });
        joon.call_ok("reminder:create", fields).await;
        joon.hear_where("notification", |told| told["type"] == "reminder").await;
    }
    joon.forget_heard();
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    mina.call_ok("room:kick", json!({ "roomId": other, "userId": scene.joon_person.id })).await;
    mina.call_ok("room:delete", json!({ "roomId": third })).await;
    for place in [room, &other, &third] {
        let told = joon.hear_where("notification:withdrawn", |told| told["roomId"] == place.as_str()).await;
        assert!(number(&told["unread"]) >= 3, "{told}");
    }
    let page = joon.call_ok("notifications:list", json!({ "unreadOnly": true })).await;
    let reminders = page["notifications"].as_array().unwrap().iter().filter(|one| one["type"] == "reminder");
    let reminders: Vec<&Value> = reminders.collect();
    assert_eq!(reminders.len(), 3, "what somebody wanted to be told is theirs: {page}");
    assert!(reminders.iter().all(|one| one.get("roomId").is_none() && one.get("messageId").is_none()), "{page}");
    assert!(!page.to_string().contains("secret"), "{page}");
    let ready = scene.joon_person.connect().await.ready;
    assert_eq!(ready["notifications"]["unread"], page["unread"]);
    drop(scene.app);
}

#[tokio::test]
async fn who_left_is_not_told_what_becomes_of_a_message_or_a_task_that_they_were_notified_of() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let general = text(&joon.ready["rooms"][0]["id"]);
    let mut mentions = Vec::new();
    for content in ["@joon one", "@joon two"] {
        mentions.push(mina.say(room, content).await["messageId"].clone());
    }
    let task = json!({ "roomId": room, "title": "three", "assigneeId": scene.joon_person.id });
    let task = mina.call_ok("task:create", task).await["task"]["id"].clone();
    joon.hear_where("notification", |told| told["type"] == "task").await;
    // What was read is kept, and hidden while he is away.
    joon.call_ok("notification:read", json!({ "all": true })).await;
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    let _his = joon.hear_the_rest(mina, &general).await;
    mina.call_ok("message:delete", json!({ "messageId": mentions[0] })).await;
    edit(mina, &mentions[1], "nobody").await;
    mina.call_ok("task:delete", json!({ "taskId": task })).await;
    let heard = joon.hear_the_rest(mina, &general).await;
    assert!(heard.iter().all(|heard| !heard.event.starts_with("notification")), "{heard:?}");
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [scene.joon_person.id] })).await;
    let page = joon.call_ok("notifications:list", json!({ "limit": 200 })).await;
    let kinds: Vec<_> = page["notifications"].as_array().unwrap().iter().map(|one| text(&one["type"])).collect();
    assert_eq!(kinds, ["invite", "invite"], "nothing of it is there when he is back: {page}");
}
