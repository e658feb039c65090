//! A guest sees the rooms that somebody added them to, and who is there; nothing else of the server.

use super::support::{Person, Socket, TestApp, text};
use super::{NOWHERE, code, give};
use serde_json::{Value, json};

/// A server with a private room, in which a guest and mina are, and with a stranger who is in General alone.
struct Scene {
    app: TestApp,
    owner: Socket,
    mina: Person,
    stranger: Person,
    guest: Person,
    room: String,
    general: String,
}

async fn scene() -> Scene {
    let app = TestApp::builder().generous().env("MARU_EMOJI_BY_MEMBERS", true).spawn().await;
    let (mina, stranger) = (app.person("mina").await, app.person("stranger").await);
    let owner = app.admin().await.connect().await;
    let general = text(&owner.ready["rooms"][0]["id"]);
    let room = owner.create_room("private", "Shop", &[&mina]).await;
    let guest = app.guest("guest", &[&room]).await;
    Scene { app, owner, mina, stranger, guest, room, general }
}

fn names(answer: &Value) -> Vec<String> {
    let users = answer["users"].as_array().expect("users").iter();
    users.map(|user| text(&user["username"])).collect()
}

#[tokio::test]
async fn a_guest_begins_in_the_rooms_of_the_invite_alone_and_is_marked_as_one() {
    let Scene { app: _app, guest, room, mina, .. } = scene().await;
    let socket = guest.connect().await;
    let rooms: Vec<&Value> = socket.ready["rooms"].as_array().expect("rooms").iter().map(|room| &room["id"]).collect();
    assert_eq!(rooms, [room.as_str()]);
    assert_eq!((&socket.ready["user"]["role"], &socket.ready["user"]["guest"]), (&json!("guest"), &json!(true)));
    let members = mina.connect().await.call_ok("room:members", json!({ "roomId": room })).await;
    let marked = |member: &&Value| member["user"]["guest"] == true;
    let members = members["members"].as_array().expect("members");
    assert_eq!(members.iter().filter(marked).count(), 1, "{members:?}");
}

#[tokio::test]
async fn a_guest_lists_no_public_rooms_and_a_room_to_join_is_as_one_that_does_not_exist() {
    let Scene { app: _app, guest, general, .. } = scene().await;
    let socket = guest.connect().await;
    assert_eq!(socket.call_refused("room:list", json!({})).await["code"], "forbidden");
    assert_eq!(code(&guest.http().get("/api/v1/rooms/public").await), (403, "forbidden"));
    let refused = socket.call_refused("room:join", json!({ "roomId": general })).await;
    assert_eq!(refused["code"], "not_found");
    assert_eq!(refused, socket.call_refused("room:join", json!({ "roomId": NOWHERE })).await);
    let path = format!("/api/v1/rooms/{general}/join");
    assert_eq!(code(&guest.http().post(&path, &json!({})).await), (404, "not_found"));
}

#[tokio::test]
async fn a_guest_makes_no_rooms_but_direct_ones_with_people_of_a_shared_room() {
    let Scene { app: _app, guest, mina, stranger, .. } = scene().await;
    let socket = guest.connect().await;
    for kind in ["public", "private"] {
        let refused = socket.call_refused("room:create", json!({ "kind": kind, "name": "Mine" })).await;
        assert_eq!(refused["code"], "forbidden", "{kind}");
    }
    let direct = |with: &str| json!({ "kind": "direct", "participants": [with] });
    let refused = socket.call_refused("room:create", direct(&stranger.id)).await;
    assert_eq!(refused["code"], "not_found");
    assert_eq!(refused, socket.call_refused("room:create", direct(NOWHERE)).await);
    let both = json!({ "kind": "direct", "participants": [mina.id, stranger.id] });
    assert_eq!(socket.call_refused("room:create", both).await["code"], "not_found");
    socket.call_ok("room:create", direct(&mina.id)).await;
    socket.call_ok("room:create", json!({ "kind": "direct" })).await;
}

#[tokio::test]
async fn the_directory_of_a_guest_has_who_shares_a_room_and_nobody_else() {
    let Scene { app: _app, guest, mina, stranger, .. } = scene().await;
    let http = guest.http();
    assert_eq!(names(&http.get("/api/v1/users").await.1), ["admin", "guest", "mina"]);
    assert_eq!(names(&mina.http().get("/api/v1/users").await.1), ["admin", "guest", "mina", "stranger"]);
    assert_eq!(names(&http.get("/api/v1/users?query=stranger").await.1), Vec::<String>::new());
    let one = async |id: &str| http.get(&format!("/api/v1/users/{id}")).await;
    assert_eq!(one(&mina.id).await.1["user"]["username"], "mina");
    let refused = one(&stranger.id).await;
    assert_eq!(code(&refused), (404, "not_found"));
    assert_eq!(refused, one(NOWHERE).await);
    let socket = guest.connect().await;
    let asked = json!({ "userIds": [mina.id, stranger.id] });
    let known = socket.call_ok("presence:get", asked).await["presence"].clone();
    assert!(known.get(&mina.id).is_some() && known.get(&stranger.id).is_none(), "{known}");
}

#[tokio::test]
async fn a_search_of_a_guest_knows_no_name_and_finds_no_message_outside_of_their_rooms() {
    let Scene { app: _app, guest, owner, general, room, .. } = scene().await;
    owner.say(&general, "pelican in public").await;
    owner.say(&room, "pelican in the shop").await;
    let socket = guest.connect().await;
    let search = async |query: &str| socket.call("messages:search", json!({ "query": query })).await;
    super::support::until("the index has both messages", async || {
        let found = owner.call_ok("messages:search", json!({ "query": "pelican" })).await;
        found["hits"].as_array().map(Vec::len) == Some(2)
    })
    .await;
    let found = search("pelican").await;
    let hits = found["hits"].as_array().expect("hits");
    assert!(hits.len() == 1 && hits[0]["room"]["id"] == room.as_str(), "{found}");
    assert_eq!(search("pelican from:@admin").await["success"], true);
    let flaw = |answer: &Value| answer["error"]["flaw"]["reason"].clone();
    for hidden in ["@stranger", "@strange", "@nobody"] {
        assert_eq!(flaw(&search(&format!("pelican from:{hidden}")).await), "nobody", "{hidden}");
    }
}

#[tokio::test]
async fn a_guest_invites_nobody_mentions_nobody_but_by_name_and_adds_no_emoji() {
    let Scene { app: _app, guest, mina, stranger, room, .. } = scene().await;
    let socket = guest.connect().await;
    let invite = json!({ "roomId": room, "userIds": [stranger.id] });
    assert_eq!(socket.call_refused("room:invite", invite).await["code"], "forbidden");
    assert_eq!(code(&guest.http().post("/api/v1/invites", &json!({})).await), (403, "forbidden"));
    assert_eq!(code(&guest.http().get("/api/v1/invites").await), (403, "forbidden"));
    for word in ["@room", "@here"] {
        let message = json!({ "roomId": room, "content": format!("{word} hello") });
        assert_eq!(socket.call_refused("message:send", message).await["code"], "forbidden", "{word}");
    }
    let listener = mina.connect().await;
    socket.say(&room, "hello @mina").await;
    listener.hear_where("notification", |told| told["type"] == "mention").await;
    let emoji = json!({ "fileId": NOWHERE, "name": "party" });
    assert_eq!(socket.call_refused("emoji:add", emoji.clone()).await["code"], "forbidden");
    assert_ne!(listener.call_refused("emoji:add", emoji).await["code"], "forbidden", "members may");
}

#[tokio::test]
async fn a_guest_hears_nothing_of_rooms_and_people_that_they_do_not_share() {
    let Scene { app: _app, guest, stranger, owner, general, room, .. } = scene().await;
    let socket = guest.connect().await;
    let elsewhere = stranger.connect().await;
    elsewhere.say(&general, "among members").await;
    elsewhere.call_ok("status:update", json!({ "status": "away", "text": "secret" })).await;
    owner.create_room("public", "News", &[&stranger]).await;
    for heard in socket.hear_the_rest(&owner, &room).await {
        for secret in [&general, &stranger.id] {
            assert!(!heard.mentions(secret), "a guest heard {heard}");
        }
    }
}

#[tokio::test]
async fn a_room_without_its_owner_passes_to_a_member_and_a_guest_governs_none() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let owner = mina.connect().await;
    let room = owner.create_room("private", "Shop", &[&joon]).await;
    give(&app, &joon, "guest").await;
    let sora = app.person("sora").await;
    owner.call_ok("room:invite", json!({ "roomId": room, "userIds": [sora.id] })).await;
    owner.call_ok("room:leave", json!({ "roomId": room })).await;
    let (guest, member) = (joon.connect().await, sora.connect().await);
    assert_eq!(member.summary(&room).await["role"], "owner", "the guest is here longer");
    member.call_ok("room:leave", json!({ "roomId": room })).await;
    let change = json!({ "roomId": room, "topic": "Mine" });
    assert_eq!(guest.call_refused("room:update", change).await["code"], "forbidden");
    assert_eq!(guest.call_refused("room:delete", json!({ "roomId": room })).await["code"], "forbidden");
}

#[tokio::test]
async fn an_invite_makes_guests_only_of_people_with_a_room_and_never_administrators() {
    let Scene { app, room, .. } = scene().await;
    let http = app.admin().await.http();
    let make = async |wish: Value| http.post("/api/v1/invites", &wish).await;
    for (wish, field) in [
        (json!({ "role": "guest" }), "rooms"),
        (json!({ "role": "admin", "rooms": [room] }), "role"),
        (json!({ "role": "owner" }), "role"),
        (json!({ "role": "king" }), "role"),
    ] {
        let refused = make(wish.clone()).await;
        assert_eq!((code(&refused), &refused.1["error"]["field"]), ((422, "invalid"), &json!(field)), "{wish}");
    }
    let (_, made) = make(json!({ "role": "guest", "rooms": [room] })).await;
    assert_eq!((&made["invite"]["role"], &made["invite"]["rooms"]), (&json!("guest"), &json!([room])));
    let preview = app.http().post_ok("/api/v1/invites/preview", &json!({ "inviteCode": made["code"] })).await;
    assert_eq!(preview["role"], "guest");
}

#[tokio::test]
async fn who_becomes_a_guest_looks_after_no_room_any_more_and_their_rooms_pass_to_others() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (minas, joons) = (mina.connect().await, joon.connect().await);
    let owned = minas.create_room("private", "Shop", &[&joon]).await;
    let kept = joons.create_room("private", "Store", &[&mina, &sora]).await;
    joons.call_ok("room:role", json!({ "roomId": kept, "userId": mina.id, "role": "moderator" })).await;
    let said = joons.say(&kept, "hello").await["messageId"].clone();
    let report = json!({ "messageId": said, "reason": "rude" });
    sora.connect().await.call_ok("message:report", report).await;
    minas.hear_where("notification", |told| told["type"] == "report").await;
    joons.forget_heard();
    give(&app, &mina, "guest").await;
    minas.hear("notification:withdrawn").await;
    let role = |room: &str, person: &Person, role: &str| json!({ "roomId": room, "userId": person.id, "role": role });
    for expected in [role(&owned, &mina, "member"), role(&kept, &mina, "member"), role(&owned, &joon, "owner")] {
        joons.hear_where("member:updated", |told| *told == expected).await;
    }
    for room in [&owned, &kept] {
        assert_eq!(minas.summary(room).await["role"], "member");
    }
    give(&app, &mina, "member").await;
    let change = json!({ "roomId": owned, "topic": "Mine" });
    assert_eq!(minas.call_refused("room:update", change).await["code"], "forbidden", "what was taken does not return");
}

#[tokio::test]
async fn a_room_of_guests_alone_has_no_owner_until_administrators_give_it_one_who_is_no_guest() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (minas, joons) = (mina.connect().await, joon.connect().await);
    let room = minas.create_room("private", "Shop", &[&joon, &sora]).await;
    for person in [&joon, &sora, &mina] {
        give(&app, person, "guest").await;
    }
    let http = app.admin().await.http();
    let listed = async || http.get("/api/v1/admin/rooms?query=shop").await.1["rooms"][0].clone();
    assert_eq!((&listed().await["memberCount"], listed().await.get("owner")), (&json!(3), None));
    let path = format!("/api/v1/admin/rooms/{room}/owner");
    let owner = async |person: &Person| {
        http.send(http.request(reqwest::Method::PUT, &path).json(&json!({ "userId": person.id }))).await
    };
    assert_eq!(code(&owner(&joon).await), (403, "forbidden"));
    assert_eq!(joons.summary(&room).await["role"], "member");
    give(&app, &joon, "member").await;
    assert_eq!(listed().await["owner"]["id"], joon.id.as_str(), "who may own it has it");
    let step_back = "UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE pid = ?)";
    sqlx::query(step_back)
        .bind(&joon.id)
        .execute(&mut app.database().await)
        .await
        .expect("as it was in earlier versions");
    for socket in [&minas, &joons] {
        socket.forget_heard();
    }
    assert_eq!(owner(&joon).await.1["room"]["owner"]["id"], joon.id.as_str());
    for socket in [&minas, &joons] {
        let given = json!({ "roomId": room, "userId": joon.id, "role": "owner" });
        socket.hear_where("member:updated", |told| *told == given).await;
    }
    let step_back = json!({ "roomId": room, "userId": joon.id, "role": "member" });
    let change = "UPDATE members SET role = 'owner' WHERE user_id = (SELECT id FROM users WHERE pid = ?)";
    sqlx::query(change).bind(&mina.id).execute(&mut app.database().await).await.expect("a guest who owns");
    let refused = joons.call_refused("room:role", step_back).await;
    assert_eq!(refused["code"], "conflict", "a guest is no other owner");
}
