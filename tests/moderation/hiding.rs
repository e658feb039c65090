use super::*;
use reqwest::Method;
use support::until;

const SECRET: &str = "walnut";

async fn found(socket: &Socket) -> usize {
    let hits = socket.call_ok("messages:search", json!({ "query": SECRET })).await;
    hits["hits"].as_array().expect("hits").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_message_is_nowhere_to_be_found_until_it_is_shown_again_as_it_was() {
    let scene = scene().await;
    let (room, member) = (&scene.room, &scene.member);
    let http = scene.people[2].http();
    let upload = http.request(Method::POST, "/api/v1/files").query(&[("name", "walnut.txt")]).body("a walnut");
    let file = http.send(upload).await.1["file"].clone();
    let said = json!({ "roomId": room, "content": "@owner a walnut", "fileIds": [file["id"]] });
    let id = text(&member.call_ok("message:send", said).await["messageId"]);
    for (socket, command, fields) in [
        (&scene.owner, "message:react", json!({ "messageId": id, "emoji": "👍", "on": true })),
        (&scene.owner, "message:pin", json!({ "messageId": id, "on": true })),
        (&scene.owner, "message:save", json!({ "messageId": id, "on": true })),
        (&scene.moderator, "message:send", json!({ "roomId": room, "content": "reply", "threadRoot": id })),
        (&scene.moderator, "message:send", json!({ "roomId": room, "content": "quote", "replyTo": id })),
    ] {
        socket.call_ok(command, fields).await;
    }
    until("it is found", async || found(&scene.owner).await == 1).await;
    let before = scene.owner.history(room).await;
    let rev = scene.owner.summary(room).await["rev"].clone();
    assert_eq!(scene.owner.summary(room).await["mentions"], 1);

    let hide = |hidden: bool| json!({ "messageId": id, "hidden": hidden });
    assert_eq!(code(&scene.outsider, "message:hide", hide(true)).await, "not_found");
    assert_eq!(code(member, "message:hide", hide(true)).await, "forbidden");
    scene.moderator.call_ok("message:hide", hide(true)).await;
    let told = member.hear_where("message:updated", |told| told["message"]["hidden"] == true).await["message"].clone();
    let emptied = (&told["content"], &told["reactions"], &told["mentions"], &told["pinned"], told.get("files"));
    assert_eq!(emptied, (&json!(""), &json!([]), &json!([]), &json!(false), None), "{told}");
    until("it is found no more", async || found(&scene.owner).await == 0).await;
    let path = format!("/api/v1/files/{}/walnut.txt", text(&file["id"]));
    for (who, socket) in [("the owner", &scene.owner), ("its author", member)] {
        let synced = socket.call_ok("room:rejoin", json!({ "roomId": room, "rev": rev })).await;
        let threads = socket.call_ok("threads:list", json!({})).await;
        let saved = socket.call_ok("messages:saved", json!({})).await;
        let pins = socket.call_ok("room:pins", json!({ "roomId": room })).await;
        let files = socket.call_ok("room:files", json!({ "roomId": room })).await;
        let notified = socket.call_ok("notifications:list", json!({})).await;
        let mine = socket.call_ok("room:mine", json!({})).await;
        let all = json!([synced, threads, saved, pins, files, notified, mine, socket.history(room).await]).to_string();
        assert!(!all.contains(SECRET), "{who} sees it: {all}");
        assert!(all.contains(r#""hidden":true"#), "{who} sees that it is hidden");
    }
    assert_eq!(scene.owner.summary(room).await["mentions"], 0);
    let status =
        async |person: &Person| person.http().request(Method::GET, &path).send().await.unwrap().status().as_u16();
    let [owner, keeper, author, stranger] = &scene.people;
    let given = (status(author).await, status(owner).await, status(keeper).await, status(stranger).await);
    assert_eq!(given, (404, 200, 200, 404), "its file is given to who looks after the room alone");
    for (command, fields) in [
        ("message:edit", json!({ "messageId": id, "content": "other words" })),
        ("message:react", json!({ "messageId": id, "emoji": "👍", "on": true })),
        ("message:pin", json!({ "messageId": id, "on": true })),
        ("message:send", json!({ "roomId": room, "content": "more", "threadRoot": id })),
        ("message:report", json!({ "messageId": id, "reason": "hidden" })),
    ] {
        assert_eq!(code(member, command, fields).await, "not_found", "{command}");
    }
    let reveal = json!({ "messageId": id });
    assert_eq!(code(&scene.outsider, "message:reveal", reveal.clone()).await, "not_found");
    assert_eq!(code(member, "message:reveal", reveal.clone()).await, "forbidden");
    let revealed = scene.moderator.call_ok("message:reveal", reveal).await["message"].clone();
    assert_eq!((&revealed["content"], &revealed["files"][0]["id"]), (&json!("@owner a walnut"), &file["id"]));

    scene.owner.call_ok("message:hide", hide(false)).await;
    let without_rev = |messages: Vec<Value>| {
        messages
            .into_iter()
            .map(|mut message| {
                message.as_object_mut().unwrap().remove("rev");
                message
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(without_rev(scene.owner.history(room).await), without_rev(before));
    assert_eq!(scene.owner.summary(room).await["mentions"], 1);
    until("it is found again", async || found(&scene.owner).await == 1).await;
    assert_eq!(status(author).await, 200);
}

#[tokio::test]
async fn a_hidden_message_can_be_deleted_and_nothing_of_it_is_kept() {
    let scene = scene().await;
    let id = scene.member.say(&scene.room, SECRET).await["messageId"].clone();
    scene.owner.call_ok("message:hide", json!({ "messageId": id, "hidden": true })).await;
    let rev = scene.owner.call_ok("message:hide", json!({ "messageId": id, "hidden": true })).await["rev"].clone();
    scene.member.call_ok("message:delete", json!({ "messageId": id })).await;
    let last = scene.owner.history(&scene.room).await.pop().expect("a message");
    assert_eq!((&last["deleted"], last.get("hidden")), (&json!(true), None));
    assert!(last["rev"].as_i64() > rev.as_i64());
    assert_eq!(code(&scene.owner, "message:reveal", json!({ "messageId": id })).await, "not_found");
    let mut database = scene.app.database().await;
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM hidden_messages").fetch_one(&mut database).await.expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_the_server_says_what_is_being_written_and_what_is_in_direct_rooms_is_not_hidden() {
    let scene = scene().await;
    let hide = |id: &Value| json!({ "messageId": id, "hidden": true });
    let line = scene.owner.history(&scene.room).await.pop().expect("a line");
    assert_eq!(code(&scene.owner, "message:hide", hide(&line["id"])).await, "forbidden");
    let stream = scene.member.call_ok("message:send:stream", json!({ "roomId": scene.room })).await;
    assert_eq!(code(&scene.owner, "message:hide", hide(&stream["messageId"])).await, "conflict");
    let ended = json!({ "messageId": stream["messageId"], "content": "said at last" });
    scene.member.call_ok("message:stream:end", ended).await;
    scene.owner.call_ok("message:hide", hide(&stream["messageId"])).await;
    scene.owner.call_ok("message:hide", json!({ "messageId": stream["messageId"], "hidden": false })).await;
    let shown = scene.member.history(&scene.room).await.pop().expect("a message");
    assert_eq!((&shown["kind"], &shown["content"]), (&json!("stream"), &json!("said at last")));
    let direct = scene.owner.create_room("direct", "", &[&scene.people[2]]).await;
    let said = scene.member.say(&direct, "between us").await;
    assert_eq!(code(&scene.owner, "message:hide", hide(&said["messageId"])).await, "forbidden");
}

#[tokio::test]
async fn what_others_hid_of_ones_own_one_does_not_show_again_unless_one_governs_the_room() {
    let scene = scene().await;
    let hide = |id: &Value, hidden: bool| json!({ "messageId": id, "hidden": hidden });
    let said = scene.moderator.say(&scene.room, "a rude heron").await["messageId"].clone();
    scene.owner.call_ok("message:hide", hide(&said, true)).await;
    assert_eq!(code(&scene.moderator, "message:hide", hide(&said, false)).await, "forbidden");
    scene.moderator.call_ok("message:reveal", json!({ "messageId": said })).await;
    scene.owner.call_ok("message:hide", hide(&said, false)).await;

    scene.member.call_ok("message:report", json!({ "messageId": said, "reason": "rude" })).await;
    let report = scene.owner.call_ok("reports:list", json!({})).await["reports"][0]["id"].clone();
    scene.owner.call_ok("report:resolve", json!({ "reportId": report, "outcome": "hidden" })).await;
    assert_eq!(code(&scene.moderator, "message:hide", hide(&said, false)).await, "forbidden");

    let of_owner = scene.owner.say(&scene.room, "of the owner").await["messageId"].clone();
    scene.moderator.call_ok("message:hide", hide(&of_owner, true)).await;
    scene.owner.call_ok("message:hide", hide(&of_owner, false)).await;
}

#[tokio::test]
async fn what_administrators_hid_because_it_was_reported_to_them_the_room_does_not_show_again() {
    let scene = scene().await;
    let admin = scene.app.admin().await;
    let hide = |id: &Value, hidden: bool| json!({ "messageId": id, "hidden": hidden });
    let [_, keeper, ..] = &scene.people;
    scene.owner.call_ok("room:role", scene.role(keeper, "member")).await;
    let said = scene.owner.say(&scene.room, "a vile heron").await["messageId"].clone();
    scene.member.call_ok("message:report", json!({ "messageId": said, "reason": "vile" })).await;
    let governing = admin.connect().await;
    let report = governing.call_ok("reports:list", json!({})).await["reports"][0]["id"].clone();
    governing.call_ok("report:resolve", json!({ "reportId": report, "outcome": "hidden" })).await;
    assert_eq!(code(&scene.owner, "message:hide", hide(&said, false)).await, "forbidden");
    scene.owner.call_ok("room:role", scene.role(keeper, "moderator")).await;
    assert_eq!(code(&scene.moderator, "message:hide", hide(&said, false)).await, "forbidden");
    scene.owner.call_ok("room:invite", json!({ "roomId": scene.room, "userIds": [admin.id] })).await;
    governing.call_ok("message:hide", hide(&said, false)).await;
    let shown = scene.member.history(&scene.room).await;
    assert!(shown.iter().any(|message| message["content"] == "a vile heron"), "{shown:?}");
}
