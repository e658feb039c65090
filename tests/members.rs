//! Who belongs to a room: joining, being added, leaving, being removed, and what each of them hears from then on.

mod support;

use serde_json::{Value, json};
use support::{Socket, TestApp, number, text};

async fn roles(socket: &Socket, room: &str) -> Vec<(String, String)> {
    let page = socket.call_ok("room:members", json!({ "roomId": room })).await;
    let members = page["members"].as_array().expect("members").clone();
    members.iter().map(|member| (text(&member["user"]["username"]), text(&member["role"]))).collect()
}

#[tokio::test]
async fn who_joins_gets_the_room_its_members_and_its_newest_messages() {
    let app = TestApp::spawn().await;
    let (mina_person, person) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon, phone) = (mina_person.connect().await, person.connect().await, person.connect().await);
    let room = mina.create_room("public", "Open", &[]).await;
    for at in 0..55 {
        mina.say(&room, &at.to_string()).await;
    }
    let ack = joon.call_ok("room:join", json!({ "roomId": room })).await;
    assert_eq!(
        (&ack["room"]["id"], &ack["room"]["role"], &ack["room"]["unread"]),
        (&json!(room), &json!("member"), &json!(0))
    );
    let members: Vec<_> = ack["members"].as_array().unwrap().iter().map(|member| text(&member["user"]["id"])).collect();
    assert_eq!(members, [mina_person.id.clone(), person.id.clone()]);
    let messages = ack["messages"].as_array().unwrap();
    let seqs: Vec<i64> = messages.iter().map(|message| number(&message["seq"])).collect();
    assert_eq!(seqs, (8..=57).collect::<Vec<_>>(), "the newest fifty, ascending");
    assert_eq!(messages.last().unwrap()["system"], json!({ "event": "joined" }));

    let joined = mina.hear("member:joined").await;
    assert_eq!((&joined["roomId"], &joined["user"]["id"]), (&json!(room), &json!(person.id)));
    let line = mina.hear_where("message:new", |new| new["message"]["system"]["event"] == "joined").await;
    assert_eq!(line["message"]["user"]["id"], person.id.as_str());
    mina.say(&room, "welcome").await;
    for socket in [&joon, &phone] {
        socket.hear_where("message:new", |new| new["message"]["content"] == "welcome").await;
    }
    let again = joon.call_ok("room:join", json!({ "roomId": room })).await;
    assert_eq!(again["room"]["memberCount"], 2);
    let heard = mina.hear_the_rest(&joon, &room).await;
    assert!(heard.iter().all(|heard| heard.event != "member:joined"), "who is in the room already joins no more");
}

#[tokio::test]
async fn a_member_adds_people_who_are_told_and_hear_the_room_at_once() {
    let app = TestApp::spawn().await;
    let (joon_person, sora_person) = (app.person("joon").await, app.person("sora").await);
    let (mina, joon, sora) =
        (app.person("mina").await.connect().await, joon_person.connect().await, sora_person.connect().await);
    let room = mina.create_room("private", "Closed", &[&joon_person]).await;
    mina.say(&room, "before").await;
    let invite = |ids: Value| json!({ "roomId": room, "userIds": ids });
    assert_eq!(joon.call_refused("room:invite", invite(json!(["nobody"]))).await["code"], "not_found");
    let added = joon.call_ok("room:invite", invite(json!([sora_person.id, joon_person.id, sora_person.id]))).await;
    assert_eq!(added["added"], json!([sora_person.id]), "who is in it already is not added");

    let invited = sora.hear("room:invited").await;
    assert_eq!((&invited["room"]["id"], &invited["by"]["id"]), (&json!(room), &json!(joon_person.id)));
    assert_eq!((&invited["room"]["unread"], &invited["room"]["role"]), (&json!(0), &json!("member")));
    assert_eq!(mina.hear("member:joined").await["user"]["id"], sora_person.id.as_str());
    let line = mina
        .hear_where("message:new", |new| {
            new["message"]["system"]["event"] == "invited" && new["message"]["user"]["id"] == joon_person.id.as_str()
        })
        .await;
    assert_eq!(line["message"]["system"]["users"][0]["displayName"], "sora");
    mina.say(&room, "hello").await;
    sora.hear_where("message:new", |new| new["message"]["content"] == "hello").await;
    assert!(sora.history(&room).await.iter().any(|message| message["content"] == "before"), "the whole history");
    assert_eq!(joon.call_ok("room:invite", invite(json!([]))).await["added"], json!([]));
}

#[tokio::test]
async fn leaving_sticks_and_the_others_are_told() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let (joon, phone) = (person.connect().await, person.connect().await);
    let general = text(&joon.ready["rooms"][0]["id"]);
    let room = mina.create_room("private", "Left", &[&person]).await;
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    let left = json!({ "roomId": room, "userId": person.id });
    for socket in [&mina, &phone, &joon] {
        assert_eq!(socket.hear("member:left").await, left);
    }
    assert_eq!(
        mina.hear_where("message:new", |new| new["message"]["system"]["event"] == "left").await["message"]["user"]["id"],
        person.id.as_str()
    );
    let _before = joon.hear_the_rest(&mina, &general).await;
    mina.say(&room, "alone now").await;
    joon.heard_nothing_of(&room, &mina, &general).await;
    let back = person.connect().await;
    assert!(!back.ready.to_string().contains(&room), "{}", back.ready);
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [person.id] })).await;
    assert_eq!(joon.summary(&room).await["unread"], 0, "who comes back begins with everything read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_hears_everything_before_and_nothing_after() {
    let app = TestApp::builder().generous().spawn().await;
    let (joon_person, sora_person) = (app.person("joon").await, app.person("sora").await);
    let (mina, joon, sora) =
        (app.person("mina").await.connect().await, joon_person.connect().await, sora_person.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    for round in 0..5 {
        let room = mina.create_room("private", &format!("Busy {round}"), &[&joon_person, &sora_person]).await;
        let created = joon.hear_where("room:created", |created| created["room"]["id"] == room.as_str()).await;
        let first = number(&created["room"]["lastSeq"]) + 1;
        // The kick falls into the middle of a burst.
        let say = |at: usize| sora.start_call("message:send", json!({ "roomId": room, "content": at.to_string() }));
        let mut calls: Vec<_> = (0..50).map(say).collect();
        let kick = mina.start_call("room:kick", json!({ "roomId": room, "userId": joon_person.id }));
        calls.extend((50..100).map(say));
        assert_eq!(kick.answer().await["success"], true);
        let after = sora.say(&room, "after the acknowledgement").await;
        for call in calls {
            assert_eq!(call.answer().await["success"], true);
        }
        let history = mina.history(&room).await;
        let line = history.iter().find(|message| message["system"]["event"] == "removed").expect("a line");
        assert!(number(&line["seq"]) < number(&after["seq"]));
        let heard = joon.hear_the_rest(&mina, &general).await;
        let about: Vec<_> = heard.iter().filter(|heard| heard.mentions(&room)).collect();
        let last = about.last().expect("something of the room");
        assert_eq!(last.event, "room:removed", "{about:?}");
        assert_eq!(last.payload["by"]["username"], "mina");
        let seqs: Vec<i64> = about.iter().filter_map(|heard| heard.payload["message"]["seq"].as_i64()).collect();
        assert_eq!(seqs, (first..number(&line["seq"])).collect::<Vec<_>>(), "everything until the kick, in order");
        let left = sora.hear_where("member:left", |left| left["roomId"] == room.as_str()).await;
        assert_eq!((&left["userId"], left.get("by").is_some()), (&json!(joon_person.id), true));
    }
}

#[tokio::test]
async fn members_are_removed_by_owner_or_administrator_only() {
    let app = TestApp::spawn().await;
    let admin_person = app.admin().await;
    let (joon_person, sora_person) = (app.person("joon").await, app.person("sora").await);
    let mina_person = app.person("mina").await;
    let (mina, joon, admin) = (mina_person.connect().await, joon_person.connect().await, admin_person.connect().await);
    let room = mina.create_room("private", "Ruled", &[&joon_person, &sora_person, &admin_person]).await;
    let kick = |user: &str| json!({ "roomId": room, "userId": user });
    assert_eq!(joon.call_refused("room:kick", kick(&sora_person.id)).await["code"], "forbidden");
    assert_eq!(joon.call_refused("room:kick", kick(&mina_person.id)).await["code"], "forbidden");
    assert_eq!(mina.call_refused("room:kick", kick(&mina_person.id)).await["code"], "invalid");
    let stranger = app.person("stranger").await;
    for unknown in [stranger.id.as_str(), "nobody"] {
        assert_eq!(mina.call_refused("room:kick", kick(unknown)).await["code"], "not_found");
    }
    admin.call_ok("room:kick", kick(&sora_person.id)).await;
    assert_eq!(
        joon.hear("member:left").await,
        json!({ "roomId": room, "userId": sora_person.id, "by": admin_person.id })
    );
    assert_eq!(roles(&mina, &room).await.len(), 3);
}

#[tokio::test]
async fn a_room_with_anybody_in_it_has_an_owner() {
    let app = TestApp::spawn().await;
    let (joon_person, sora_person) = (app.person("joon").await, app.person("sora").await);
    let (mina, joon, sora) =
        (app.person("mina").await.connect().await, joon_person.connect().await, sora_person.connect().await);
    let room = mina.create_room("public", "Inherited", &[]).await;
    joon.call_ok("room:join", json!({ "roomId": room })).await;
    sora.call_ok("room:join", json!({ "roomId": room })).await;
    let owns = |name: &str| (name.to_owned(), "owner".to_owned());
    assert_eq!(roles(&mina, &room).await[0], owns("mina"));
    mina.call_ok("room:leave", json!({ "roomId": room })).await;
    assert_eq!(roles(&joon, &room).await[0], owns("joon"), "the oldest member takes it over");
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    sora.call_ok("room:leave", json!({ "roomId": room })).await;
    mina.call_ok("room:join", json!({ "roomId": room })).await;
    assert_eq!(roles(&mina, &room).await, [owns("mina")], "who comes into an empty room takes it over");
    mina.call_ok("room:update", json!({ "roomId": room, "kind": "private" })).await;
}
