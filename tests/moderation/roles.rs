use super::*;

#[tokio::test]
async fn an_owner_gives_roles_which_everybody_in_the_room_hears_of() {
    let scene = scene().await;
    let [owner, keeper, member, stranger] = &scene.people;
    let told = scene.member.hear("member:updated").await;
    assert_eq!(told, json!({ "roomId": scene.room, "userId": keeper.id, "role": "moderator" }));
    let line = scene.member.hear_where("message:new", |new| new["message"]["system"]["event"] == "role").await;
    let about = json!({ "id": keeper.id, "displayName": "keeper" });
    assert_eq!(line["message"]["system"], json!({ "event": "role", "user": about, "role": "moderator" }));
    assert_eq!(line["message"]["content"], "owner made keeper a moderator");
    assert_eq!(scene.moderator.summary(&scene.room).await["role"], "moderator");
    let expected = json!({ "owner": "owner", "keeper": "moderator", "member": "member" });
    assert_eq!(roles(&scene.member, &scene.room).await, expected);

    for (who, socket) in [("a moderator", &scene.moderator), ("a member", &scene.member)] {
        for role in [scene.role(member, "moderator"), scene.role(owner, "member")] {
            assert_eq!(code(socket, "room:role", role).await, "forbidden", "{who}");
        }
    }
    assert_eq!(code(&scene.outsider, "room:role", scene.role(member, "owner")).await, "not_found");
    assert_eq!(code(&scene.owner, "room:role", scene.role(stranger, "owner")).await, "not_found");
    assert_eq!(code(&scene.owner, "room:role", scene.role(owner, "member")).await, "conflict");
    assert_eq!(roles(&scene.member, &scene.room).await, expected, "nothing has changed");

    scene.member.forget_heard();
    scene.owner.call_ok("room:role", scene.role(keeper, "moderator")).await;
    let heard = scene.member.hear_the_rest(&scene.owner, &scene.room).await;
    assert!(heard.iter().all(|heard| heard.event != "member:updated"), "a role that they have is not told");
    scene.owner.call_ok("room:role", scene.role(member, "owner")).await;
    scene.owner.call_ok("room:role", scene.role(owner, "member")).await;
    let now = json!({ "owner": "member", "keeper": "moderator", "member": "owner" });
    assert_eq!(roles(&scene.owner, &scene.room).await, now, "where there is another owner, one may step back");
    let alike = scene.owner.create_room("direct", "", &[member]).await;
    let role = json!({ "roomId": alike, "userId": member.id, "role": "moderator" });
    assert_eq!(code(&scene.owner, "room:role", role).await, "forbidden");
}

#[tokio::test]
async fn an_administrator_in_the_room_gives_roles_and_one_outside_does_not() {
    let scene = scene().await;
    let admin = scene.app.admin().await;
    let socket = admin.connect().await;
    let [owner, _, member, _] = &scene.people;
    assert_eq!(code(&socket, "room:role", scene.role(member, "owner")).await, "not_found");
    scene.owner.call_ok("room:invite", json!({ "roomId": scene.room, "userIds": [admin.id] })).await;
    assert_eq!(code(&socket, "room:role", scene.role(owner, "member")).await, "conflict", "a room keeps an owner");
    socket.call_ok("room:role", scene.role(member, "owner")).await;
    socket.call_ok("room:role", scene.role(owner, "member")).await;
    assert_eq!(scene.member.summary(&scene.room).await["role"], "owner");
}

#[tokio::test]
async fn a_moderator_removes_members_alone_and_does_not_change_what_the_room_is() {
    let scene = scene().await;
    let [owner, keeper, member, _] = &scene.people;
    let kick = |person: &Person| json!({ "roomId": scene.room, "userId": person.id });
    assert_eq!(code(&scene.moderator, "room:kick", kick(owner)).await, "forbidden");
    assert_eq!(code(&scene.member, "room:kick", kick(keeper)).await, "forbidden");
    for change in [
        json!({ "name": "Mine" }),
        json!({ "kind": "public" }),
        json!({ "posting": "moderators" }),
        json!({ "mentionAll": "moderators" }),
    ] {
        let mut fields = change.clone();
        fields["roomId"] = json!(scene.room);
        assert_eq!(code(&scene.moderator, "room:update", fields).await, "forbidden", "{change}");
    }
    assert_eq!(code(&scene.moderator, "room:delete", json!({ "roomId": scene.room })).await, "forbidden");
    let said = scene.owner.say(&scene.room, "of the owner").await;
    assert_eq!(code(&scene.member, "message:delete", json!({ "messageId": said["messageId"] })).await, "forbidden");
    scene.moderator.call_ok("message:delete", json!({ "messageId": said["messageId"] })).await;
    scene.moderator.call_ok("room:kick", kick(member)).await;
    assert_eq!(roles(&scene.owner, &scene.room).await, json!({ "owner": "owner", "keeper": "moderator" }));
    scene.owner.call_ok("room:kick", kick(keeper)).await;
}

#[tokio::test]
async fn a_room_whose_last_owner_goes_has_its_moderator_as_the_next_and_is_told() {
    let scene = scene().await;
    let [_, keeper, member, _] = &scene.people;
    scene.member.forget_heard();
    scene.owner.call_ok("room:leave", json!({ "roomId": scene.room })).await;
    let told = scene.member.hear("member:updated").await;
    assert_eq!(told, json!({ "roomId": scene.room, "userId": keeper.id, "role": "owner" }));
    assert_eq!(roles(&scene.member, &scene.room).await, json!({ "keeper": "owner", "member": "member" }));

    let deactivated = scene.app.run_cli(&["user", "deactivate", "--username", "keeper"], "").await;
    assert!(deactivated.status.success(), "{deactivated:?}");
    let told = scene.member.hear("member:updated").await;
    assert_eq!(told, json!({ "roomId": scene.room, "userId": member.id, "role": "owner" }));
}

/// A guest of these rooms, in which nobody who administers the server is afterwards.
async fn guest_of(scene: &Scene, room: &str) -> (Person, Socket) {
    let admin = scene.app.admin().await;
    scene.owner.call_ok("room:invite", json!({ "roomId": room, "userIds": [admin.id] })).await;
    let guest = scene.app.guest("gil", &[room]).await;
    let socket = guest.connect().await;
    admin.connect().await.call_ok("room:leave", json!({ "roomId": room })).await;
    (guest, socket)
}

#[tokio::test]
async fn a_room_that_nobody_could_own_is_owned_by_who_comes_back_or_is_a_guest_no_more() {
    let scene = scene().await;
    let http = scene.app.admin().await.http();
    let people = "/api/v1/admin/people";
    let [_, keeper, member, _] = &scene.people;
    let (guest, guests) = guest_of(&scene, &scene.room).await;
    scene.owner.call_ok("room:kick", json!({ "roomId": scene.room, "userId": keeper.id })).await;
    http.post_ok(&format!("{people}/{}/deactivate", member.id), &json!({})).await;
    scene.owner.call_ok("room:leave", json!({ "roomId": scene.room })).await;
    assert_eq!(guests.summary(&scene.room).await["role"], "member", "a guest owns nothing");
    let owned_by = |person: &Person| json!({ "roomId": scene.room, "userId": person.id, "role": "owner" });

    guests.forget_heard();
    http.post_ok(&format!("{people}/{}/reactivate", member.id), &json!({})).await;
    assert_eq!(guests.hear("member:updated").await, owned_by(member));

    http.post_ok(&format!("{people}/{}/deactivate", member.id), &json!({})).await;
    guests.forget_heard();
    let role = http.request(reqwest::Method::PATCH, &format!("{people}/{}", guest.id));
    assert_eq!(http.send(role.json(&json!({ "role": "member" }))).await.0, 200);
    assert_eq!(guests.hear("member:updated").await, owned_by(&guest));
    assert_eq!(guests.summary(&scene.room).await["role"], "owner");
}

#[tokio::test]
async fn who_comes_first_into_a_public_room_of_guests_owns_it_and_the_room_is_told() {
    let scene = scene().await;
    let [_, _, member, _] = &scene.people;
    let open = scene.owner.create_room("public", "Open", &[]).await;
    let (_, guests) = guest_of(&scene, &open).await;
    scene.owner.call_ok("room:leave", json!({ "roomId": open })).await;
    guests.forget_heard();
    let joined = scene.member.call_ok("room:join", json!({ "roomId": open })).await;
    assert_eq!(joined["room"]["role"], "owner");
    guests.hear("member:joined").await;
    let told = guests.hear("member:updated").await;
    assert_eq!(told, json!({ "roomId": open, "userId": member.id, "role": "owner" }));
}
