//! Threads: who follows them, what of them is unread, and replies that are shown in the room as well.

mod support;

use serde_json::{Value, json};
use support::{Person, Socket, TestApp, number, text};

struct Scene {
    app: TestApp,
    people: [Person; 3],
    mina: Socket,
    joon: Socket,
    sora: Socket,
    room: String,
    root: String,
}

/// A room of three, with a message of Mina's.
async fn scene() -> Scene {
    let app = TestApp::builder().generous().spawn().await;
    let people = [app.person("mina").await, app.person("joon").await, app.person("sora").await];
    let (mina, joon, sora) = (people[0].connect().await, people[1].connect().await, people[2].connect().await);
    let room = mina.create_room("private", "Talk", &[&people[1], &people[2]]).await;
    let root = text(&mina.say(&room, "root").await["messageId"]);
    Scene { app, people, mina, joon, sora, room, root }
}

impl Scene {
    async fn reply(&self, socket: &Socket, content: &str) -> Value {
        let reply = json!({ "roomId": self.room, "content": content, "threadRoot": self.root });
        socket.call_ok("message:send", reply).await
    }

    /// Whether somebody follows the thread, and how much of it is unread.
    async fn state(&self, socket: &Socket) -> (bool, i64) {
        let page = json!({ "roomId": self.room, "threadRoot": self.root });
        let state = socket.call_ok("messages:history", page).await["thread"].clone();
        (state["following"] == true, number(&state["unread"]))
    }
}

async fn listed(socket: &Socket) -> (Vec<Value>, i64) {
    let page = socket.call_ok("threads:list", json!({})).await;
    (page["threads"].as_array().expect("a page").clone(), number(&page["unread"]))
}

#[tokio::test]
async fn whoever_began_replied_or_is_mentioned_follows_and_sees_what_is_unread() {
    let scene = scene().await;
    let (mina, joon, sora) = (&scene.mina, &scene.joon, &scene.sora);
    let first = scene.reply(joon, "first").await;
    let told = mina.hear("thread:updated").await;
    let expected = json!({
        "roomId": scene.room, "messageId": scene.root, "following": true,
        "readSeq": number(&first["seq"]) - 1, "unread": 1, "unreadThreads": 1,
    });
    assert_eq!(told, expected);
    assert_eq!(joon.hear("thread:updated").await["unread"], 0, "one's own is read");
    assert_eq!(scene.state(sora).await, (false, 0));
    assert_eq!(listed(sora).await, (vec![], 0));

    scene.reply(joon, "@sora look").await;
    scene.reply(joon, "third").await;
    for (socket, unread) in [(mina, 3), (joon, 0), (sora, 2)] {
        assert_eq!(scene.state(socket).await, (true, unread));
        let (threads, count) = listed(socket).await;
        assert_eq!((threads.len(), count), (1, i64::from(unread > 0)));
        assert_eq!(
            (&threads[0]["root"]["id"], &threads[0]["lastReply"]["content"], &threads[0]["unread"]),
            (&json!(scene.root), &json!("third"), &json!(unread))
        );
        assert_eq!(threads[0]["room"], json!({ "id": scene.room, "kind": "private", "name": "Talk" }));
    }
    scene.reply(mina, "thanks").await;
    assert_eq!((scene.state(mina).await, scene.state(sora).await), ((true, 0), (true, 3)));
    assert_eq!(mina.summary(&scene.room).await["unread"], 0);
    assert_eq!(sora.summary(&scene.room).await["unread"], 1, "replies are not unread in the room");
    assert_eq!(sora.summary(&scene.room).await["mentions"], 0, "nor is who is mentioned in them");
    let ready = scene.people[2].connect().await.ready;
    assert_eq!(ready["threads"], json!({ "unread": 1 }));
}

#[tokio::test]
async fn reading_a_thread_is_told_to_ones_devices_and_takes_its_notifications_along() {
    let scene = scene().await;
    let (mina, joon) = (&scene.mina, &scene.joon);
    let phone = scene.people[0].connect().await;
    let mut sent = Vec::new();
    for content in ["one", "two", "three"] {
        sent.push(scene.reply(joon, content).await);
    }
    phone.hear_where("notification", |told| told["message"] == "three").await;
    phone.hear_where("thread:updated", |told| told["unread"] == 3).await;
    phone.forget_heard();
    let read = |seq: &Value| json!({ "messageId": scene.root, "seq": seq });
    let state = mina.call_ok("thread:read", read(&sent[1]["seq"])).await;
    assert_eq!((&state["readSeq"], &state["unread"]), (&sent[1]["seq"], &json!(1)));
    let told = phone.hear("thread:updated").await;
    assert_eq!((&told["unread"], &told["unreadThreads"]), (&json!(1), &json!(1)));
    assert_eq!(phone.hear("notification:read").await["notificationIds"].as_array().map(Vec::len), Some(2));
    let back = mina.call_ok("thread:read", read(&json!(0))).await;
    assert_eq!(back["unread"], 1, "a mark does not move back");
    let past = mina.call_ok("thread:read", read(&json!(i64::MAX))).await;
    assert_eq!((&past["readSeq"], &past["unread"]), (&sent[2]["seq"], &json!(0)));
    assert_eq!(phone.hear("thread:updated").await["unreadThreads"], 0);
    mina.call_ok("message:read", json!({ "roomId": scene.room, "seq": 1 })).await;
    let page = mina.call_ok("notifications:list", json!({ "unreadOnly": true })).await;
    assert_eq!((&page["unread"], &page["notifications"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn who_ceases_to_follow_has_nothing_unread_until_mentioned_again() {
    let scene = scene().await;
    let (mina, joon, sora) = (&scene.mina, &scene.joon, &scene.sora);
    let phone = scene.people[0].connect().await;
    scene.reply(joon, "first").await;
    phone.hear("thread:updated").await;
    let follow = |on: bool| json!({ "messageId": scene.root, "on": on });
    assert_eq!(mina.call_ok("thread:follow", follow(false)).await["following"], false);
    let told = phone.hear("thread:updated").await;
    assert_eq!((&told["following"], &told["unreadThreads"]), (&json!(false), &json!(0)));
    mina.forget_heard();
    scene.reply(joon, "second").await;
    assert_eq!((scene.state(mina).await, listed(mina).await.0.len()), ((false, 0), 0));
    for heard in mina.hear_the_rest(sora, &scene.room).await {
        assert!(heard.event != "notification" && heard.event != "thread:updated", "{heard}");
    }
    scene.reply(joon, "@mina come back").await;
    assert_eq!(scene.state(mina).await, (true, 1));
    assert_eq!(sora.call_ok("thread:follow", follow(true)).await["unread"], 0);
    scene.reply(joon, "fourth").await;
    assert_eq!(scene.state(sora).await, (true, 1));
    let last = scene.reply(joon, "fifth").await;
    joon.call_ok("message:delete", json!({ "messageId": last["messageId"] })).await;
    assert_eq!(
        (scene.state(sora).await, scene.state(mina).await),
        ((true, 1), (true, 2)),
        "a removed reply is not unread"
    );
    sora.call_ok("room:leave", json!({ "roomId": scene.room })).await;
    assert_eq!(listed(sora).await, (vec![], 0));
    assert_eq!(sora.call_refused("thread:follow", follow(true)).await["code"], "not_found");
    let reply = json!({ "messageId": last["messageId"], "on": true });
    assert_eq!(mina.call_refused("thread:follow", reply).await["code"], "not_found", "a reply is no thread");
}

#[tokio::test]
async fn a_reply_may_be_shown_in_the_room_and_counts_there_too() {
    let scene = scene().await;
    let (mina, joon, sora, room) = (&scene.mina, &scene.joon, &scene.sora, &scene.room);
    let both = json!({ "roomId": room, "content": "for @sora", "threadRoot": scene.root, "alsoInRoom": true });
    let sent = joon.call_ok("message:send", both).await;
    let told = mina.hear_where("message:new", |new| new["message"]["id"] == sent["messageId"]).await["message"].clone();
    assert_eq!((&told["alsoInRoom"], &told["threadRoot"]), (&json!(true), &json!(scene.root)));
    assert_eq!(mina.history(room).await.last(), Some(&told));
    let summary = sora.summary(room).await;
    assert_eq!((&summary["unread"], &summary["mentions"]), (&json!(2), &json!(1)));
    assert_eq!(summary["lastMessage"]["id"], sent["messageId"]);
    assert_eq!((scene.state(sora).await, scene.state(mina).await), ((true, 1), (true, 1)));
    assert_eq!(joon.summary(room).await["unread"], 0, "who sends it has read the room");
    let alone = json!({ "roomId": room, "content": "x", "alsoInRoom": true });
    assert_eq!(joon.call_refused("message:send", alone).await["field"], "alsoInRoom");
    joon.call_ok("message:delete", json!({ "messageId": sent["messageId"] })).await;
    let summary = sora.summary(room).await;
    assert_eq!((&summary["unread"], &summary["mentions"]), (&json!(1), &json!(0)));
    assert_eq!(scene.state(sora).await, (true, 0));
}

#[tokio::test]
async fn replies_that_come_together_count_each_for_its_own_thread() {
    let scene = scene().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let mut roots = Vec::new();
    for at in 0..4 {
        roots.push(mina.say(room, &format!("root {at}")).await["messageId"].clone());
    }
    let calls: Vec<_> = (0..40)
        .map(|at| {
            let reply = json!({ "roomId": room, "content": "reply", "threadRoot": roots[at % 4] });
            joon.start_call("message:send", reply)
        })
        .collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    for message in mina.history(room).await.iter().filter(|message| roots.contains(&message["id"])) {
        assert_eq!(message["thread"]["replies"], 10, "{message}");
    }
    let (threads, unread) = listed(mina).await;
    assert_eq!((threads.len(), unread), (4, 4));
    assert!(threads.iter().all(|thread| thread["unread"] == 10), "{threads:?}");
}

#[tokio::test]
async fn the_threads_come_in_pages_the_last_answered_first() {
    let scene = scene().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let mut roots = Vec::new();
    for at in 0..5 {
        let root = mina.say(room, &format!("root {at}")).await["messageId"].clone();
        joon.call_ok("message:send", json!({ "roomId": room, "content": "reply", "threadRoot": root })).await;
        roots.push(root);
    }
    joon.call_ok("message:send", json!({ "roomId": room, "content": "again", "threadRoot": roots[0] })).await;
    let newest = json!({ "messageId": roots[4], "seq": i64::MAX });
    mina.call_ok("thread:read", newest).await;
    for (unread_only, expected) in [(false, vec![0, 4, 3, 2, 1]), (true, vec![0, 3, 2, 1])] {
        let mut fields = json!({ "limit": 2, "unreadOnly": unread_only });
        let mut seen = Vec::new();
        loop {
            let page = mina.call_ok("threads:list", fields.clone()).await;
            seen.extend(page["threads"].as_array().unwrap().iter().map(|thread| thread["root"]["id"].clone()));
            assert_eq!(page["unread"], 4);
            match page.get("cursor") {
                Some(cursor) => fields["cursor"] = cursor.clone(),
                None => break,
            }
        }
        assert_eq!(seen, expected.into_iter().map(|at: usize| roots[at].clone()).collect::<Vec<_>>());
    }
    let http = scene.people[0].http();
    let over_socket = mina.call_ok("threads:list", json!({ "limit": 2 })).await;
    assert_eq!(http.get("/api/v1/threads?limit=2").await, (200, over_socket));
    let path = format!("/api/v1/messages/{}", text(&roots[0]));
    assert_eq!(http.post_ok(&format!("{path}/thread/read"), &json!({ "seq": 1_000 })).await["unread"], 0);
    assert_eq!(http.post_ok(&format!("{path}/follow"), &json!({ "on": false })).await["following"], false);
    let outside = scene.app.admin().await.connect().await;
    assert_eq!(listed(&outside).await, (vec![], 0));
}

#[tokio::test]
async fn a_thread_whose_first_message_is_gone_is_listed_while_it_has_replies() {
    let scene = scene().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let root = mina.say(room, "a root").await["messageId"].clone();
    let reply = joon.call_ok("message:send", json!({ "roomId": room, "content": "a reply", "threadRoot": root })).await;
    let bare = mina.say(room, "nobody answers").await["messageId"].clone();
    mina.call_ok("thread:follow", json!({ "messageId": bare, "on": true })).await;
    let roots = async || {
        let (threads, unread) = listed(mina).await;
        (threads.iter().map(|thread| thread["root"]["id"].clone()).collect::<Vec<_>>(), unread)
    };
    assert_eq!(roots().await, (vec![bare.clone(), root.clone()], 1));
    mina.call_ok("message:delete", json!({ "messageId": bare })).await;
    mina.call_ok("message:delete", json!({ "messageId": root })).await;
    assert_eq!(roots().await, (vec![root.clone()], 1), "a reply can still be read, and answered for");
    assert_eq!(listed(mina).await.0[0]["root"]["deleted"], true);
    joon.call_ok("message:delete", json!({ "messageId": reply["messageId"] })).await;
    assert_eq!(roots().await, (vec![], 0), "nothing of it is left");
}

#[tokio::test]
async fn who_is_called_with_all_and_by_name_follows_as_who_is_named_alone() {
    let scene = scene().await;
    let (mina, joon, sora, room) = (&scene.mina, &scene.joon, &scene.sora, &scene.room);
    let answer = async |root: &Value| {
        let reply = json!({ "roomId": room, "content": "a reply", "threadRoot": root });
        mina.call_ok("message:send", reply).await;
    };
    let follows = async |socket: &Socket, root: &Value| {
        let page = json!({ "roomId": room, "threadRoot": root });
        socket.call_ok("messages:history", page).await["thread"]["following"] == true
    };
    let both = mina.say(room, "@room and @joon above all").await["messageId"].clone();
    answer(&both).await;
    assert!(follows(joon, &both).await && !follows(sora, &both).await, "who is one of all does not follow");

    // An edit names as the first text does: of the first message, and of a reply to it.
    let root = mina.say(room, "@room look").await["messageId"].clone();
    answer(&root).await;
    let edit = async |message: &Value, content: &str| {
        mina.call_ok("message:edit", json!({ "messageId": message, "content": content })).await;
    };
    edit(&root, "@room look, @joon").await;
    assert!(follows(joon, &root).await && !follows(sora, &root).await);
    let reply = json!({ "roomId": room, "content": "@room", "threadRoot": root });
    let reply = mina.call_ok("message:send", reply).await["messageId"].clone();
    edit(&reply, "@room and @sora").await;
    assert!(follows(sora, &root).await);
    sora.call_ok("thread:follow", json!({ "messageId": root, "on": false })).await;
    edit(&reply, "@room, and @sora").await;
    assert!(!follows(sora, &root).await, "who was named before is not asked anew");
}
