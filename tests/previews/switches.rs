//! Previews that are not wanted: of one message, in one room, on the whole server.

use super::site::{Reply, Site, whole};
use super::*;

async fn show(socket: &Socket, message: &str, url: &str, on: bool) -> Value {
    socket.call("message:preview", json!({ "messageId": message, "url": url, "on": on })).await
}

#[tokio::test]
async fn its_author_takes_a_preview_off_and_it_stays_off_for_as_long_as_the_link_is_there() {
    let scene = scene().await;
    let Scene { site, mina, joon, stranger, room, .. } = &scene;
    for name in ["a", "b"] {
        site.put_page(&format!("/{name}"), name, Some("/i.png"));
    }
    site.put("/i.png", "image/png", picture(8, 8));
    let [a, b] = ["a", "b"].map(|name| site.url(&format!("/{name}")));
    let id = text(&joon.say(room, &format!("{a} {b}")).await["messageId"]);
    let shown = mina.hear_update(&id).await;
    let image = text(&shown["previews"][0]["image"]["id"]);
    for (socket, url, code) in [(stranger, &a, "not_found"), (joon, &site.url("/none"), "not_found")] {
        assert_eq!(show(socket, &id, url, false).await["error"]["code"], code);
    }
    let answer = show(joon, &id, &a, false).await;
    assert_eq!(answer["rev"], number(&shown["rev"]) + 1, "{answer}");
    let without = mina.hear_update(&id).await;
    assert_eq!((titles(&without), without.get("editedAt")), (vec!["b".to_owned()], None));
    assert_eq!(scene.image(&scene.joon_http, &image).await, 404);
    assert_eq!(show(joon, &id, &a, false).await["rev"], answer["rev"], "what stands as wanted changes nothing");

    let edit = json!({ "messageId": id, "content": format!("again {a} {b}") });
    joon.call_ok("message:edit", edit).await;
    assert_eq!(titles(&mina.hear_update(&id).await), ["b"]);
    show(joon, &id, &a, true).await;
    assert_eq!(titles(&mina.hear_update(&id).await), ["a", "b"], "and it comes back without being looked up");
    assert_eq!(site.requests("/a").len(), 1);
}

#[tokio::test]
async fn who_governs_the_room_takes_a_preview_off_and_other_members_do_not() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    site.put_page("/a", "a", None);
    let a = site.url("/a");
    let id = text(&mina.say(room, &a).await["messageId"]);
    joon.hear_update(&id).await;
    assert_eq!(show(joon, &id, &a, false).await["error"]["code"], "forbidden");
    let of_joon = text(&joon.say(room, &a).await["messageId"]);
    mina.hear_update(&of_joon).await;
    joon.hear_update(&of_joon).await;
    assert_eq!(show(mina, &of_joon, &a, false).await["success"], true, "mina owns the room");
    assert_eq!(joon.hear_update(&of_joon).await.get("previews"), None);
    let path = format!("/api/v1/messages/{of_joon}/previews");
    let (status, answer) = scene.joon_http.post(&path, &json!({ "url": a, "on": true })).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(mina.hear_update(&of_joon).await.get("previews"), None);
    assert_eq!(titles(&mina.hear_update(&of_joon).await), ["a"]);
}

#[tokio::test]
async fn one_that_is_taken_off_before_it_was_looked_up_does_not_come() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    site.answer("/slow", Reply::Held(Box::new(whole("Content-Type: text/html\r\n", "<title>slow</title>"))));
    site.put_page("/b", "b", None);
    let id = text(&mina.say(room, &format!("{} {}", site.url("/slow"), site.url("/b"))).await["messageId"]);
    site.asked("/slow", 1).await;
    site.asked("/b", 1).await;
    show(mina, &id, &site.url("/slow"), false).await;
    let mut message = joon.hear_update(&id).await;
    if message.get("previews").is_none() {
        message = joon.hear_update(&id).await;
    }
    assert_eq!(titles(&message), ["b"], "the other waits for it no longer");
    site.release();
    let later = text(&mina.say(room, &site.url("/b")).await["messageId"]);
    joon.hear_update(&later).await;
    let history = joon.history(room).await;
    assert!(history.iter().filter(|message| message["id"] == id.as_str()).all(|message| titles(message) == ["b"]));
}

#[tokio::test]
async fn a_room_is_switched_off_by_who_governs_it() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, general, .. } = &scene;
    for name in ["a", "b", "c"] {
        site.put_page(&format!("/{name}"), name, None);
    }
    let before = text(&mina.say(room, &site.url("/a")).await["messageId"]);
    joon.hear_update(&before).await;
    let off = json!({ "roomId": room, "previews": false });
    assert_eq!(joon.call_refused("room:update", off.clone()).await["code"], "forbidden");
    let updated = mina.call_ok("room:update", off).await;
    assert_eq!(updated["room"]["previews"], false);
    let told = joon.hear_where("room:updated", |told| told["room"]["id"] == room.as_str()).await;
    assert_eq!((&told["room"]["previews"], &told["room"]["rev"]), (&json!(false), &updated["room"]["rev"]));
    assert_eq!(joon.summary(room).await["previews"], false);

    let during = text(&mina.say(room, &site.url("/b")).await["messageId"]);
    // What was sent after it, elsewhere, is looked up.
    let elsewhere = text(&mina.say(general, &site.url("/c")).await["messageId"]);
    joon.hear_update(&elsewhere).await;
    assert_eq!(site.requests("/b").len(), 0);
    let history = joon.history(room).await;
    let of = |id: &str| history.iter().find(|message| message["id"] == id).expect("the message").clone();
    assert_eq!(
        (titles(&of(&before)), of(&during).get("previews")),
        (vec!["a".to_owned()], None),
        "what was there stays"
    );

    let on = mina.call_ok("room:update", json!({ "roomId": room, "previews": true })).await;
    assert_eq!(on["room"].get("previews"), None);
    let after = text(&mina.say(room, &site.url("/b")).await["messageId"]);
    assert_eq!(titles(&joon.hear_update(&after).await), ["b"]);
}

#[tokio::test]
async fn a_direct_room_is_switched_off_by_either_of_its_members() {
    let scene = scene().await;
    let Scene { mina, joon, .. } = &scene;
    let direct = mina.create_room("direct", "", &[&scene.joon_person]).await;
    joon.call_ok("room:update", json!({ "roomId": direct, "previews": false })).await;
    assert_eq!(mina.summary(&direct).await["previews"], false);
    let refused = joon.call_refused("room:update", json!({ "roomId": direct, "previews": true, "topic": "t" })).await;
    assert_eq!(refused["code"], "forbidden");
    assert_eq!(mina.summary(&direct).await["previews"], false, "a refused change changes nothing");
}

#[tokio::test]
async fn a_server_that_is_switched_off_speaks_to_nobody() {
    let site = Site::start().await;
    site.put_page("/a", "a", None);
    let builder = TestApp::builder().env("MARU_LINK_PREVIEW_ALLOW", site.address).env("MARU_LINK_PREVIEWS", "false");
    let app = builder.spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Links", &[]).await;
    let id = text(&mina.say(&room, &site.url("/a")).await["messageId"]);
    mina.call_ok("message:edit", json!({ "messageId": id, "content": format!("{} edited", site.url("/a")) })).await;
    assert_eq!(mina.history(&room).await.pop().expect("the message").get("previews"), None);
    assert_eq!(site.connections(), 0);
}

#[tokio::test]
async fn without_leave_nothing_of_ones_own_network_is_spoken_to() {
    let (site, allowed) = (Site::start().await, Site::start().await);
    site.put_page("/a", "inner", None);
    allowed.put_page("/b", "allowed", None);
    let app = TestApp::builder().env("MARU_LINK_PREVIEW_ALLOW", allowed.address).spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Links", &[]).await;
    let port = site.address.port();
    let content = format!("http://localhost:{port}/a http://[::ffff:127.0.0.1]:{port}/a {}", allowed.url("/b"));
    let id = text(&mina.say(&room, &content).await["messageId"]);
    assert_eq!(titles(&mina.hear_update(&id).await), ["allowed"]);
    assert_eq!(site.connections(), 0);
}

#[tokio::test]
async fn links_to_the_server_itself_are_not_looked_up() {
    let site = Site::start().await;
    site.put_page("/rooms/1", "itself", None);
    site.put_page("/a", "a", None);
    let app = TestApp::builder()
        .env("MARU_LINK_PREVIEW_ALLOW", format!("{},localhost:{}", site.address, site.address.port()))
        .env("MARU_PUBLIC_URL", format!("http://localhost:{}", site.address.port()))
        .spawn()
        .await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Links", &[]).await;
    let content = format!("http://LOCALHOST:{}/rooms/1 {}", site.address.port(), site.url("/a"));
    let id = text(&mina.say(&room, &content).await["messageId"]);
    assert_eq!(titles(&mina.hear_update(&id).await), ["a"]);
    assert_eq!(site.requests("/rooms/1").len(), 0);
}
