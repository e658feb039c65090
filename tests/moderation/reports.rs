use super::*;

pub(super) fn report(message: &Value, reason: &str) -> Value {
    json!({ "messageId": message, "reason": reason })
}

pub(super) async fn listed(socket: &Socket, fields: Value) -> Vec<Value> {
    socket.call_ok("reports:list", fields).await["reports"].as_array().expect("reports").clone()
}

#[tokio::test]
async fn a_report_is_told_to_who_looks_after_the_room_and_to_nobody_else() {
    let scene = scene().await;
    let [_, _, member, _] = &scene.people;
    let fellow = scene.app.person("fellow").await;
    scene.owner.call_ok("room:invite", json!({ "roomId": scene.room, "userIds": [fellow.id] })).await;
    let fellow_socket = fellow.connect().await;
    let said = scene.member.say(&scene.room, "buy walnuts").await["messageId"].clone();
    assert_eq!(code(&scene.outsider, "message:report", report(&said, "spam")).await, "not_found");
    assert_eq!(code(&scene.member, "message:report", report(&said, "mine")).await, "invalid");
    for reason in ["", "  ", &"x".repeat(501)] {
        let refused = fellow_socket.call_refused("message:report", report(&said, reason)).await;
        assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("reason")));
    }
    fellow_socket.call_ok("message:report", report(&said, " spam, surely ")).await;
    assert_eq!(code(&fellow_socket, "message:report", report(&said, "again")).await, "conflict");
    for socket in [&scene.owner, &scene.moderator] {
        let told = socket.hear_where("notification", |told| told["type"] == "report").await;
        assert_eq!((&told["message"], &told["user"]["id"]), (&json!("spam, surely"), &json!(fellow.id)));
        let reports = listed(socket, json!({ "roomId": scene.room })).await;
        assert_eq!(reports.len(), 1);
        let one = &reports[0];
        assert_eq!(one["id"], told["data"]["reportId"]);
        assert_eq!((&one["content"], &one["message"]["content"]), (&json!("buy walnuts"), &json!("buy walnuts")));
        assert_eq!((&one["message"]["user"]["id"], &one["status"]), (&json!(member.id), &json!("open")));
        assert_eq!(one["room"], json!({ "id": scene.room, "kind": "private", "name": "Kept" }));
    }
    for (who, socket) in
        [("its author", &scene.member), ("who reported", &fellow_socket), ("an outsider", &scene.outsider)]
    {
        assert_eq!(listed(socket, json!({})).await, [json!(null); 0], "{who}");
        assert_eq!(
            socket.call_ok("notifications:list", json!({})).await["unread"].as_i64().unwrap_or_default(),
            i64::from(who == "who reported"),
            "{who} is told of nothing but the room"
        );
    }
    let of_room = json!({ "roomId": scene.room });
    assert_eq!(code(&scene.member, "reports:list", of_room.clone()).await, "forbidden");
    assert_eq!(code(&scene.outsider, "reports:list", of_room).await, "not_found");
    scene.outsider.heard_nothing_of("walnuts", &scene.owner, &scene.general).await;
    for heard in scene.member.hear_the_rest(&scene.owner, &scene.general).await {
        assert!(!heard.mentions("spam, surely"), "its author heard {heard}");
    }
}

#[tokio::test]
async fn a_report_is_resolved_once_for_all_who_reported_the_same() {
    let scene = scene().await;
    let fellow = scene.app.person("fellow").await;
    scene.owner.call_ok("room:invite", json!({ "roomId": scene.room, "userIds": [fellow.id] })).await;
    let fellow = fellow.connect().await;
    let said = scene.member.say(&scene.room, "buy walnuts").await["messageId"].clone();
    fellow.call_ok("message:report", report(&said, "spam")).await;
    scene.moderator.call_ok("message:report", report(&said, "spam, too")).await;
    let open = scene.owner.call_ok("reports:list", json!({ "limit": 1 })).await;
    assert_eq!((&open["open"], open["reports"].as_array().map(Vec::len)), (&json!(2), Some(1)));
    let rest = listed(&scene.owner, json!({ "limit": 1, "cursor": open["cursor"] })).await;
    assert_eq!(rest.len(), 1);
    let id = open["reports"][0]["id"].clone();
    let resolve = |outcome: &str| json!({ "reportId": id, "outcome": outcome });
    for (who, socket) in [("its author", &scene.member), ("who reported", &fellow), ("an outsider", &scene.outsider)] {
        assert_eq!(code(socket, "report:resolve", resolve("dismissed")).await, "not_found", "{who}");
    }
    scene.member.call_ok("message:edit", json!({ "messageId": said, "content": "harmless" })).await;
    let seen = listed(&scene.owner, json!({})).await;
    assert_eq!((&seen[0]["content"], &seen[0]["message"]["content"]), (&json!("buy walnuts"), &json!("harmless")));
    scene.owner.forget_heard();
    let resolved = scene.moderator.call_ok("report:resolve", resolve("hidden")).await["report"].clone();
    assert_eq!((&resolved["status"], &resolved["outcome"]), (&json!("resolved"), &json!("hidden")));
    assert_eq!((&resolved["resolvedBy"]["username"], &resolved["content"]), (&json!("keeper"), &json!("")));
    scene.owner.hear("notification:withdrawn").await;
    assert_eq!(
        scene.member.hear_where("message:updated", |told| told["message"]["hidden"] == true).await["message"]["content"],
        ""
    );
    assert_eq!(code(&scene.owner, "report:resolve", resolve("dismissed")).await, "conflict");
    assert!(listed(&scene.owner, json!({ "status": "open" })).await.is_empty());
    assert_eq!(listed(&scene.owner, json!({ "status": "resolved" })).await.len(), 2);
    let mut database = scene.app.database().await;
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT content FROM reports").fetch_all(&mut database).await.expect("reports");
    assert_eq!(kept, ["", ""], "what was said is not kept beside the message");
    let acts: Vec<String> =
        sqlx::query_scalar("SELECT act FROM audit WHERE act LIKE 'message.%' OR act LIKE 'report.%' ORDER BY id")
            .fetch_all(&mut database)
            .await
            .expect("the audit log");
    assert_eq!(acts, ["message.hidden", "report.resolved"]);
}

#[tokio::test]
async fn what_is_reported_of_a_direct_room_goes_to_administrators_with_that_message_alone() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let direct = scene.owner.create_room("direct", "", &[&scene.people[2]]).await;
    scene.owner.say(&direct, "something private").await;
    let said = scene.member.say(&direct, "something bad").await["messageId"].clone();
    let answer = scene.owner.say(&direct, "do not say that").await["messageId"].clone();
    scene.owner.call_ok("message:report", report(&said, "harassment")).await;
    scene.member.call_ok("message:report", report(&answer, "rude")).await;
    let told = admin.hear_where("notification", |told| told["message"] == "harassment").await;
    assert!(told.get("roomId").is_none() && told.get("messageId").is_none(), "{told}");
    for socket in [&scene.owner, &scene.member, &scene.moderator] {
        assert!(listed(socket, json!({})).await.is_empty(), "those who are in it handle nothing");
    }
    let reports = listed(&admin, json!({})).await;
    assert_eq!(reports.len(), 2);
    let all = json!(reports).to_string();
    assert!(all.contains("something bad") && !all.contains("something private"), "{all}");
    assert!(reports[1]["room"].get("members").is_none());
    for (command, fields) in [
        ("messages:history", json!({ "roomId": direct })),
        ("reports:list", json!({ "roomId": direct })),
        ("message:reveal", json!({ "messageId": said })),
        ("message:hide", json!({ "messageId": said, "hidden": true })),
        ("message:delete", json!({ "messageId": said })),
    ] {
        assert_eq!(code(&admin, command, fields).await, "not_found", "{command}: a report opens no door");
    }
    let resolve = json!({ "reportId": reports[1]["id"], "outcome": "deleted" });
    let resolved = admin.call_ok("report:resolve", resolve).await["report"].clone();
    assert_eq!((&resolved["outcome"], &resolved["message"]["deleted"]), (&json!("deleted"), &json!(true)));
    scene.owner.hear_where("message:deleted", |told| told["messageId"] == said).await;
}

#[tokio::test]
async fn who_wrote_what_was_reported_does_not_handle_it_and_who_steps_back_sees_nothing_more() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let [_, keeper, _, _] = &scene.people;
    let of_owner = scene.owner.say(&scene.room, "of the owner").await["messageId"].clone();
    let of_keeper = scene.moderator.say(&scene.room, "of the keeper").await["messageId"].clone();
    scene.member.call_ok("message:report", report(&of_owner, "unfair")).await;
    scene.member.call_ok("message:report", report(&of_keeper, "unjust")).await;
    let reasons = async |socket: &Socket| -> Vec<Value> {
        listed(socket, json!({})).await.into_iter().map(|report| report["reason"].clone()).collect()
    };
    assert_eq!(reasons(&scene.owner).await, ["unjust"]);
    assert_eq!(reasons(&scene.moderator).await, ["unfair"]);
    scene.moderator.hear_where("notification", |told| told["type"] == "report").await;
    scene.owner.call_ok("room:role", scene.role(keeper, "member")).await;
    scene.moderator.hear("notification:withdrawn").await;
    assert!(reasons(&scene.moderator).await.is_empty());
    let left = scene.moderator.call_ok("notifications:list", json!({})).await.to_string();
    assert!(!left.contains("unfair"), "{left}");

    // Where its author is the only one who could, administrators of the server do.
    let said = scene.owner.say(&scene.room, "once more").await["messageId"].clone();
    scene.member.call_ok("message:report", report(&said, "nobody else")).await;
    assert_eq!(reasons(&admin).await, ["nobody else"]);
    assert_eq!(reasons(&scene.owner).await, ["unjust"]);
}

#[tokio::test]
async fn what_only_its_author_could_handle_is_told_apart_from_what_was_reported_before() {
    let app = TestApp::builder().generous().spawn().await;
    let (alone, member) = (app.admin().await.connect().await, app.person("member").await);
    let direct = alone.create_room("direct", "", &[&member]).await;
    let member = member.connect().await;
    let said = alone.say(&direct, "of the only administrator").await["messageId"].clone();
    for _ in 0..2 {
        assert_eq!(code(&member, "message:report", report(&said, "unfair")).await, "forbidden");
    }
    assert!(listed(&alone, json!({})).await.is_empty());
}

#[tokio::test]
async fn reports_are_limited_and_what_was_deleted_meanwhile_is_that() {
    let scene = scene().await;
    let mut said = Vec::new();
    for at in 0..11 {
        said.push(scene.owner.say(&scene.room, &format!("number {at}")).await["messageId"].clone());
    }
    for message in &said[..10] {
        scene.member.call_ok("message:report", report(message, "too much")).await;
    }
    let refused = scene.member.call_refused("message:report", report(&said[10], "too much")).await;
    assert_eq!(refused["code"], "rate_limited");
    assert!(refused["retryAfterMs"].as_u64().is_some_and(|wait| wait <= 60_000), "{refused}");
    scene.owner.call_ok("message:delete", json!({ "messageId": said[9] })).await;
    let newest = listed(&scene.moderator, json!({ "limit": 1 })).await.remove(0);
    assert_eq!((&newest["message"]["deleted"], &newest["content"]), (&json!(true), &json!("number 9")));
    let resolve = json!({ "reportId": newest["id"], "outcome": "hidden" });
    assert_eq!(scene.moderator.call_ok("report:resolve", resolve).await["report"]["outcome"], "deleted");
}

#[tokio::test]
async fn a_guest_handles_no_reports_whatever_their_role_in_the_room() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let [_, keeper, member, _] = &scene.people;
    let of_member = scene.member.say(&scene.room, "of the member").await["messageId"].clone();
    scene.owner.call_ok("message:report", report(&of_member, "before")).await;
    scene.moderator.hear_where("notification", |told| told["message"] == "before").await;
    let before = listed(&scene.moderator, json!({})).await.remove(0);

    let change = "UPDATE users SET role = 'guest' WHERE pid = ?";
    sqlx::query(change).bind(&keeper.id).execute(&mut scene.app.database().await).await.expect("a guest");
    assert!(listed(&scene.moderator, json!({})).await.is_empty());
    assert_eq!(code(&scene.moderator, "reports:list", json!({ "roomId": scene.room })).await, "forbidden");
    let resolve = json!({ "reportId": before["id"], "outcome": "deleted" });
    assert_eq!(code(&scene.moderator, "report:resolve", resolve).await, "not_found");
    let told = scene.moderator.call_ok("notifications:list", json!({})).await["notifications"].to_string();
    assert!(!told.contains("before"), "{told}");

    // The owner is its author, and the guest is nobody who could handle it.
    let of_owner = scene.owner.say(&scene.room, "of the owner").await["messageId"].clone();
    scene.member.call_ok("message:report", report(&of_owner, "after")).await;
    let told = admin.hear_where("notification", |told| told["message"] == "after").await;
    assert_eq!(told["user"]["id"], member.id.as_str());
    assert_eq!(listed(&admin, json!({})).await.len(), 1);
    assert!(listed(&scene.moderator, json!({})).await.is_empty());
}

#[tokio::test]
async fn what_administrators_have_resolved_of_a_direct_room_tells_them_nothing_that_is_written_later() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let direct = scene.owner.create_room("direct", "", &[&scene.people[2]]).await;
    let said = scene.member.say(&direct, "something bad").await["messageId"].clone();
    scene.owner.call_ok("message:react", json!({ "messageId": said, "emoji": "👎", "on": true })).await;
    scene.owner.call_ok("message:report", report(&said, "harassment")).await;
    let open = listed(&admin, json!({})).await.remove(0);
    assert_eq!(
        (&open["message"]["content"], open["message"]["reactions"].as_array().map(Vec::len)),
        (&json!("something bad"), Some(1))
    );
    let resolve = json!({ "reportId": open["id"], "outcome": "dismissed" });
    let resolved = admin.call_ok("report:resolve", resolve).await["report"].clone();
    scene.member.call_ok("message:edit", json!({ "messageId": said, "content": "a secret" })).await;
    for report in [resolved, listed(&admin, json!({ "status": "resolved" })).await.remove(0)] {
        let message = &report["message"];
        assert_eq!((&message["id"], &message["content"], &report["content"]), (&said, &json!(""), &json!("")));
        assert_eq!((&message["reactions"], message.get("files"), message.get("editedAt")), (&json!([]), None, None));
        assert_eq!((&report["outcome"], &report["reason"]), (&json!("dismissed"), &json!("harassment")));
    }

    // Who looks after a room reads there what becomes of a message.
    let said = scene.member.say(&scene.room, "in the room").await["messageId"].clone();
    scene.owner.call_ok("message:report", report(&said, "spam")).await;
    let id = listed(&scene.moderator, json!({})).await[0]["id"].clone();
    let resolve = json!({ "reportId": id, "outcome": "dismissed" });
    let resolved = scene.moderator.call_ok("report:resolve", resolve).await["report"].clone();
    assert_eq!(resolved["message"]["content"], "in the room");
}
