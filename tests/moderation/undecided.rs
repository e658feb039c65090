//! What administrators were told of is theirs until they have decided.

use super::reports::{listed, report};
use super::support::until;
use super::*;

#[tokio::test]
async fn who_was_reported_to_administrators_does_not_end_that_by_deleting_the_room() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let room = scene.owner.create_room("private", "Two", &[&scene.people[2]]).await;
    let said = scene.owner.say(&room, "something bad").await["messageId"].clone();
    let other = scene.owner.say(&room, "something worse").await["messageId"].clone();
    for (message, reason) in [(&said, "harassment"), (&other, "worse")] {
        scene.member.call_ok("message:report", report(message, reason)).await;
        admin.hear_where("notification", |told| told["message"] == reason).await;
    }
    admin.call_ok("notification:read", json!({ "all": true })).await;
    scene.owner.call_ok("room:delete", json!({ "roomId": room })).await;
    let is_removed = async |room: &str| {
        let query = "SELECT count(*) FROM rooms WHERE pid = ?";
        let mut database = scene.app.database().await;
        sqlx::query_scalar::<_, i64>(query).bind(room).fetch_one(&mut database).await.expect("a count") == 0
    };
    let http = scene.app.admin().await.http();
    let removed = async |room: &str| {
        until("the room is removed", async || {
            http.post_ok("/api/v1/admin/jobs/expired/run", &json!({})).await;
            is_removed(room).await
        })
        .await;
    };
    // One that was deleted later has nothing to wait for.
    let later = scene.owner.create_room("private", "Later", &[]).await;
    scene.owner.call_ok("room:delete", json!({ "roomId": later })).await;
    removed(&later).await;
    let open = listed(&admin, json!({ "status": "open" })).await;
    assert_eq!(open.len(), 2);
    assert_eq!(
        (&open[0]["content"], &open[1]["message"]["content"]),
        (&json!("something worse"), &json!("something bad"))
    );
    for (command, fields) in [
        ("messages:history", json!({ "roomId": room })),
        ("message:edit", json!({ "messageId": said, "content": "something good" })),
        ("message:delete", json!({ "messageId": said })),
        ("reports:list", json!({ "roomId": room })),
    ] {
        assert_eq!(code(&scene.owner, command, fields).await, "not_found", "{command}: for its members it is gone");
    }
    for (id, outcome, stands) in [(&open[0]["id"], "dismissed", "dismissed"), (&open[1]["id"], "hidden", "deleted")] {
        assert!(!is_removed(&room).await);
        let resolved = admin.call_ok("report:resolve", json!({ "reportId": id, "outcome": outcome })).await;
        assert_eq!(
            (&resolved["report"]["outcome"], &resolved["report"]["status"]),
            (&json!(stands), &json!("resolved"))
        );
    }
    removed(&room).await;
    assert!(listed(&admin, json!({})).await.is_empty());
    let told = admin.call_ok("notifications:list", json!({})).await["notifications"].to_string();
    assert!(!told.contains("harassment") && !told.contains("worse"), "{told}");
}

#[tokio::test]
async fn who_was_reported_to_administrators_does_not_end_that_through_a_moderator_of_their_own() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let [_, friend, member, _] = &scene.people;
    let room = scene.owner.create_room("private", "Two", &[friend, member]).await;
    let said = scene.owner.say(&room, "something bad").await["messageId"].clone();
    scene.member.call_ok("message:report", report(&said, "harassment")).await;
    let told = admin.hear_where("notification", |told| told["message"] == "harassment").await;
    let role = json!({ "roomId": room, "userId": friend.id, "role": "moderator" });
    scene.owner.call_ok("room:role", role).await;
    scene.moderator.call_ok("message:report", report(&said, "a favour")).await;
    let of_room = listed(&scene.moderator, json!({ "roomId": room })).await.remove(0);
    assert_eq!(of_room["reason"], "a favour");
    let resolve = |report: &Value, outcome: &str| json!({ "reportId": report["id"], "outcome": outcome });
    scene.moderator.call_ok("report:resolve", resolve(&of_room, "hidden")).await;

    let open = admin.call_ok("reports:list", json!({ "status": "open" })).await;
    let undecided = &open["reports"][0];
    assert_eq!((&open["open"], &undecided["id"]), (&json!(1), &told["data"]["reportId"]));
    assert_eq!(
        (&undecided["content"], &undecided["message"]["content"]),
        (&json!("something bad"), &json!("something bad"))
    );
    let unread = admin.call_ok("notifications:list", json!({ "unread": true })).await["notifications"].to_string();
    assert!(unread.contains("harassment"), "{unread}");
    // The room hid it, and no administrator did.
    scene.owner.call_ok("message:hide", json!({ "messageId": said, "hidden": false })).await;

    scene.member.call_ok("message:report", report(&scene.owner.say(&room, "more").await["messageId"], "again")).await;
    let again = listed(&scene.moderator, json!({ "roomId": room, "status": "open" })).await;
    assert_eq!(again.len(), 1, "the room handles its own as before");
    let resolved = admin.call_ok("report:resolve", resolve(undecided, "deleted")).await["report"].clone();
    assert_eq!((&resolved["outcome"], &resolved["message"]["deleted"]), (&json!("deleted"), &json!(true)));
    assert!(listed(&admin, json!({ "status": "open" })).await.is_empty());
}

#[tokio::test]
async fn who_was_reported_does_not_end_that_by_taking_the_role_of_who_would_decide() {
    let scene = scene().await;
    let admin = scene.app.admin().await.connect().await;
    let [_, keeper, ..] = &scene.people;
    let bad = async |content: &str| scene.owner.say(&scene.room, content).await["messageId"].clone();
    let of_all = async |socket: &Socket| listed(socket, json!({ "status": "open" })).await.len();

    // Demoted, removed, with the room, or deactivated: each time administrators are told.
    scene.member.call_ok("message:report", report(&bad("one").await, "first")).await;
    assert_eq!((of_all(&scene.moderator).await, of_all(&admin).await), (1, 0));
    scene.owner.call_ok("room:role", scene.role(keeper, "member")).await;
    let told = admin.hear_where("notification", |told| told["message"] == "first").await;
    assert_eq!(told["user"]["username"], "member");
    assert_eq!((of_all(&scene.moderator).await, of_all(&scene.owner).await, of_all(&admin).await), (0, 0, 1));

    scene.owner.call_ok("room:role", scene.role(keeper, "moderator")).await;
    scene.member.call_ok("message:report", report(&bad("two").await, "second")).await;
    scene.owner.call_ok("room:kick", json!({ "roomId": scene.room, "userId": keeper.id })).await;
    admin.hear_where("notification", |told| told["message"] == "second").await;

    scene.owner.call_ok("room:invite", json!({ "roomId": scene.room, "userIds": [keeper.id] })).await;
    scene.owner.call_ok("room:role", scene.role(keeper, "moderator")).await;
    scene.member.call_ok("message:report", report(&bad("three").await, "third")).await;
    scene.owner.call_ok("room:delete", json!({ "roomId": scene.room })).await;
    admin.hear_where("notification", |told| told["message"] == "third").await;
    let room = scene.owner.create_room("private", "Next", &[keeper, &scene.people[2]]).await;
    scene.owner.call_ok("room:role", json!({ "roomId": room, "userId": keeper.id, "role": "moderator" })).await;
    let fourth = scene.owner.say(&room, "four").await["messageId"].clone();
    scene.member.call_ok("message:report", report(&fourth, "fourth")).await;
    let http = scene.app.admin().await.http();
    http.post_ok(&format!("/api/v1/admin/people/{}/deactivate", keeper.id), &json!({})).await;
    admin.hear_where("notification", |told| told["message"] == "fourth").await;
    let open = listed(&admin, json!({ "status": "open" })).await;
    let contents: Vec<&Value> = open.iter().map(|report| &report["content"]).collect();
    assert_eq!(contents, [&json!("four"), &json!("three"), &json!("two"), &json!("one")]);
}
