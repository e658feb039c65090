//! Emoji of the team's own: who may add them, what is kept of their images, who is told and given them, and what is left.

use super::*;
use image::GenericImageView;

async fn add(socket: &Socket, name: &str, file: &Value) -> Value {
    socket.call_ok("emoji:add", json!({ "name": name, "fileId": file["id"] })).await["emoji"].clone()
}

async fn rev(socket: &Socket) -> Value {
    socket.call_ok("emoji:list", json!({})).await["rev"].clone()
}

#[tokio::test]
async fn an_emoji_is_told_and_given_to_everybody_who_has_an_account_and_to_nobody_else() {
    let Scene { app, stranger, .. } = scene().await;
    let admin = app.admin().await;
    let (admin_socket, listener) = (admin.connect().await, stranger.connect().await);
    assert_eq!((&listener.ready["emojiRev"], &listener.ready["limits"]["emojiByMembers"]), (&json!(0), &json!(false)));
    let photo = upload(&admin, "wide.jpg", pictures::photo(800, 400, 1, "Gangnam")).await;
    let emoji = add(&admin_socket, "wide", &photo).await;
    assert_eq!(emoji, json!({ "id": emoji["id"], "name": "wide", "userId": admin.id }));
    assert_eq!(listener.hear("emoji:updated").await, json!({ "emoji": emoji, "rev": 1 }));
    for http in [admin.http(), stranger.http()] {
        let response = fetch(&http, &emoji).await;
        for (name, expected) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, no-cache"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(header(&response, name), expected);
        }
        let bytes = response.bytes().await.unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"Gangnam"));
        assert_eq!(image::load_from_memory(&bytes).expect("an image").dimensions(), (128, 64));
    }
    assert_eq!(fetch(&app.http(), &emoji).await.status(), 401);
    // It is an emoji's, and nobody's to send or to take back.
    let general = text(&admin_socket.ready["rooms"][0]["id"]);
    let sent = json!({ "roomId": general, "content": "", "fileIds": [emoji["id"]] });
    assert_eq!(admin_socket.call_refused("message:send", sent).await["code"], "not_found");
    assert_eq!(admin.http().delete(&format!("{FILES}/{}", text(&emoji["id"]))).await.0, 409);

    let renamed = json!({ "emojiId": emoji["id"], "name": "마루" });
    let renamed = admin_socket.call_ok("emoji:rename", renamed).await["emoji"].clone();
    assert_eq!((&renamed["name"], &renamed["id"]), (&json!("마루"), &emoji["id"]));
    assert_eq!(listener.hear("emoji:updated").await, json!({ "emoji": renamed, "rev": 2 }));
    let listed = listener.call_ok("emoji:list", json!({})).await;
    assert_eq!((&listed["emoji"], &listed["rev"]), (&json!([renamed]), &json!(2)));
    assert_eq!(stranger.connect().await.ready["emojiRev"], 2);

    admin_socket.call_ok("emoji:remove", json!({ "emojiId": emoji["id"] })).await;
    assert_eq!(listener.hear("emoji:removed").await, json!({ "emojiId": emoji["id"], "rev": 3 }));
    assert_eq!(fetch(&stranger.http(), &emoji).await.status(), 404);
    assert_eq!(fetch(&admin.http(), &emoji).await.status(), 404);
    assert_eq!(listener.call_ok("emoji:list", json!({})).await["emoji"], json!([]));
}

#[tokio::test]
async fn members_add_none_unless_that_is_set() {
    let app = builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let picture = upload(&mina, "p.png", pictures::png(40, 20)).await;
    let socket = mina.connect().await;
    let refused = socket.call_refused("emoji:add", json!({ "name": "party", "fileId": picture["id"] })).await;
    assert_eq!(refused["code"], "forbidden");
}

#[tokio::test]
async fn members_who_may_add_emoji_change_their_own_alone() {
    let app = builder().generous().env("MARU_EMOJI_BY_MEMBERS", true).spawn().await;
    let (admin, mina, joon) = (app.admin().await, app.person("mina").await, app.person("joon").await);
    let (admin_socket, mina_socket, joon_socket) = (admin.connect().await, mina.connect().await, joon.connect().await);
    assert_eq!(mina_socket.ready["limits"]["emojiByMembers"], true);
    let picture = upload(&mina, "p.png", pictures::png(40, 20)).await;
    let emoji = add(&mina_socket, "party", &picture).await;
    let rename = json!({ "emojiId": emoji["id"], "name": "other" });
    assert_eq!(joon_socket.call_refused("emoji:rename", rename.clone()).await["code"], "forbidden");
    let remove = json!({ "emojiId": emoji["id"] });
    assert_eq!(joon_socket.call_refused("emoji:remove", remove.clone()).await["code"], "forbidden");
    mina_socket.call_ok("emoji:rename", rename).await;
    admin_socket.call_ok("emoji:remove", remove.clone()).await;
    assert_eq!(mina_socket.call_refused("emoji:remove", remove).await["code"], "not_found");
}

#[tokio::test]
async fn what_is_refused_is_said_by_its_field_and_leaves_nothing() {
    let Scene { app, mina, socket: of_mina, room, .. } = scene().await;
    let admin = app.admin().await;
    let socket = admin.connect().await;
    let words = upload(&admin, "a.png", "words").await;
    let picture = upload(&admin, "p.png", pictures::png(40, 20)).await;
    let theirs = upload(&mina, "secret.png", pictures::png(30, 20)).await;
    send(&of_mina, &room, "", &[&theirs]).await;
    let wide = upload(&admin, "wide.gif", pictures::gif(520, 8)).await;
    add(&socket, "taken", &picture).await;
    let before = (kept(&app), rev(&socket).await);
    for (name, file, code, field) in [
        ("Party", &picture, "invalid", json!("name")),
        (":party:", &picture, "invalid", json!("name")),
        ("p", &picture, "invalid", json!("name")),
        ("a b", &picture, "invalid", json!("name")),
        ("party", &words, "invalid", json!("fileId")),
        ("party", &wide, "invalid", json!("fileId")),
        ("party", &theirs, "not_found", Value::Null),
        ("party", &json!({ "id": "none" }), "not_found", Value::Null),
        ("taken", &picture, "conflict", Value::Null),
    ] {
        let error = socket.call_refused("emoji:add", json!({ "name": name, "fileId": file["id"] })).await;
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &field), "{name} {file}: {error}");
    }
    let other = add(&socket, "other", &picture).await;
    let taken = json!({ "emojiId": other["id"], "name": "taken" });
    assert_eq!(socket.call_refused("emoji:rename", taken).await["code"], "conflict");
    let unknown = json!({ "emojiId": picture["id"], "name": "free" });
    assert_eq!(socket.call_refused("emoji:rename", unknown).await["code"], "not_found");
    // The same image once more is kept once.
    assert_eq!((kept(&app), rev(&socket).await), (before.0, json!(2)));
}

#[tokio::test]
async fn of_several_that_take_a_name_at_once_one_gets_it() {
    let Scene { app, .. } = scene().await;
    let admin = app.admin().await;
    let socket = admin.connect().await;
    let picture = upload(&admin, "p.png", pictures::png(40, 20)).await;
    let wanted = json!({ "name": "party", "fileId": picture["id"] });
    let ask = || {
        let request = admin.http().request(Method::POST, "/api/v1/emoji").json(&wanted);
        async { admin.http().send(request).await.0 }
    };
    let mut answers: Vec<u16> = futures_util::future::join_all((0..8).map(|_| ask())).await;
    answers.sort_unstable();
    assert_eq!(answers, [vec![201], vec![409; 7]].concat());
    assert_eq!(rev(&socket).await, 1);
}

#[tokio::test]
async fn what_moves_goes_on_moving_and_stands_still_for_who_prefers_that() {
    let Scene { app, stranger, .. } = scene().await;
    let admin = app.admin().await;
    let socket = admin.connect().await;
    let moving = upload(&admin, "party.gif", pictures::gif(64, 64)).await;
    let emoji = add(&socket, "party_parrot", &moving).await;
    assert_eq!(emoji["animated"], true);
    assert_eq!(content(&stranger.http(), &emoji).await, content(&admin.http(), &moving).await);
    let still = stranger.http().request(Method::GET, &format!("{}?size=small", path_of(&emoji))).send().await.unwrap();
    assert!(header(&still, "content-type") != "image/gif" && still.status() == 200);
}

#[tokio::test]
async fn emoji_stay_when_what_was_not_sent_is_swept_and_go_when_they_are_removed() {
    let mut app = builder().generous().env("MARU_FILES_UNSENT_FOR", "1s").spawn().await;
    let admin = app.admin().await;
    let picture = upload(&admin, "p.png", pictures::png(40, 20)).await;
    let emoji = add(&admin.connect().await, "party", &picture).await;
    // It is swept at the start, and each minute.
    while fetch(&admin.http(), &picture).await.status() == 200 {
        app.restart().await;
    }
    assert_eq!(fetch(&admin.http(), &emoji).await.status(), 200);
    assert_eq!(admin.http().delete(&format!("/api/v1/emoji/{}", text(&emoji["id"]))).await.0, 200);
    while !kept(&app).is_empty() {
        app.restart().await;
        admin.http().get("/api/v1/me").await;
    }
}
