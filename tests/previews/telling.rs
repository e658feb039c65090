//! From a link in a message to a preview under it: who is told, what stays, what goes.

use super::site::{Reply, whole};
use super::*;

#[tokio::test]
async fn a_link_gets_a_preview_once_its_message_was_told() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    site.put_page("/a", "A page", Some("/a.png"));
    site.put("/a.png", "image/png", picture(64, 32));
    let link = site.url("/a");
    let sent = mina.say(room, &format!("look: {link}#part")).await;
    let (id, rev) = (text(&sent["messageId"]), number(&sent["rev"]));

    let told = joon.hear_where("message:new", |told| told["message"]["id"] == id.as_str()).await;
    assert_eq!(told["message"].get("previews"), None, "it is told without waiting for anybody's site");
    let updated = joon.hear_where("message:updated", |told| told["message"]["id"] == id.as_str()).await;
    let message = &updated["message"];
    let preview = &message["previews"][0];
    assert_eq!(message["previews"].as_array().map(Vec::len), Some(1), "{message}");
    assert_eq!((number(&message["rev"]), message.get("editedAt")), (rev + 1, None), "{message}");
    assert_eq!(preview["url"], link.as_str());
    assert_eq!((&preview["title"], &preview["description"]), (&json!("A page"), &json!("About A page")));
    assert_eq!((&preview["image"]["width"], &preview["image"]["height"]), (&json!(64), &json!(32)));
    assert_eq!(preview["image"]["color"], "#ff0000");

    // Whoever asks later is told the same, and whoever was away learns of it by its rev.
    assert_eq!(joon.history(room).await.last(), Some(message));
    let rejoined = joon.call_ok("room:rejoin", json!({ "roomId": room, "rev": rev })).await;
    assert_eq!(rejoined["messages"], json!([message]));
    joon.call_ok("message:save", json!({ "messageId": id, "on": true })).await;
    let saved = joon.call_ok("messages:saved", json!({})).await;
    assert_eq!(saved["messages"][0]["message"]["previews"], message["previews"]);
}

#[tokio::test]
async fn the_first_three_links_that_are_no_code_are_told_together() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, general, .. } = &scene;
    for name in ["a", "b", "c", "d"] {
        site.put_page(&format!("/{name}"), name, None);
    }
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| site.url(&format!("/{name}")));
    let content = format!("`{d}` {b} {a} {} {b} and {d}", site.url("/missing"));
    let id = text(&mina.say(room, &content).await["messageId"]);
    assert_eq!(titles(&joon.hear_update(&id).await), ["b", "a"], "what is not found is left out");
    assert_eq!(site.requests("/d").len(), 0);
    let again = joon.hear_the_rest(mina, general).await;
    assert!(again.iter().all(|heard| heard.event != "message:updated"), "it was told more than once");
    let id = text(&mina.say(room, &format!("{c} {d} {a} {b}")).await["messageId"]);
    assert_eq!(titles(&joon.hear_update(&id).await), ["c", "d", "a"]);
    assert_eq!((site.requests("/a").len(), site.requests("/b").len()), (1, 1), "what was found is remembered");
    site.asked("/missing", 1).await;
    let id = text(&mina.say(room, &format!("{} {a}", site.url("/missing"))).await["messageId"]);
    joon.hear_update(&id).await;
    assert_eq!(site.requests("/missing").len(), 1, "and so is what was not");
}

#[tokio::test]
async fn an_edit_changes_previews_with_the_links_and_a_deletion_takes_them() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    for name in ["a", "b"] {
        site.put_page(&format!("/{name}"), name, Some("/i.png"));
    }
    site.put("/i.png", "image/png", picture(8, 8));
    let [a, b] = ["a", "b"].map(|name| site.url(&format!("/{name}")));
    let id = text(&mina.say(room, &a).await["messageId"]);
    let shown = joon.hear_update(&id).await;
    let image = text(&shown["previews"][0]["image"]["id"]);

    let edit = |content: String| mina.call_ok("message:edit", json!({ "messageId": id, "content": content }));
    edit(format!("{a} again")).await;
    assert_eq!(titles(&joon.hear_update(&id).await), ["a"], "a link that stays keeps its preview");
    edit(format!("{b} and {a}")).await;
    assert_eq!(titles(&joon.hear_update(&id).await), ["a"], "the edit itself waits for nothing");
    let edited = joon.hear_update(&id).await;
    assert_eq!(titles(&edited), ["b", "a"], "in the order of the text");
    edit("no link".to_owned()).await;
    assert_eq!(joon.hear_update(&id).await.get("previews"), None);
    assert_eq!(scene.image(&scene.joon_http, &image).await, 404, "its picture went with it");

    edit(a.clone()).await;
    joon.hear_update(&id).await;
    let back = joon.hear_update(&id).await;
    let image = text(&back["previews"][0]["image"]["id"]);
    assert_eq!(scene.image(&scene.joon_http, &image).await, 200);
    mina.call_ok("message:delete", json!({ "messageId": id })).await;
    let tombstone = joon.history(room).await.pop().expect("a tombstone");
    assert_eq!((&tombstone["deleted"], tombstone.get("previews")), (&json!(true), None));
    assert_eq!(scene.image(&scene.joon_http, &image).await, 404);
}

#[tokio::test]
async fn only_members_are_told_and_given_the_picture() {
    let scene = scene().await;
    let Scene { app, site, mina, joon, stranger, room, .. } = &scene;
    site.put_page("/a", "Between us", Some("/a.png"));
    site.put("/a.png", "image/png", picture(640, 320));
    let id = text(&mina.say(room, &site.url("/a")).await["messageId"]);
    let image = text(&joon.hear_update(&id).await["previews"][0]["image"]["id"]);
    let admin = app.admin().await;
    assert_eq!(scene.image(&scene.joon_http, &image).await, 200);
    for (who, http) in [("a stranger", &scene.stranger_http), ("an administrator", &admin.http())] {
        assert_eq!(scene.image(http, &image).await, 404, "{who}");
    }
    assert_eq!(scene.image(&app.http(), &image).await, 401);
    let path = format!("/api/v1/files/{image}/preview?size=small");
    let response = scene.joon_http.request(Method::GET, &path).send().await.expect("an answer");
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
    assert_eq!((header("content-type"), header("x-content-type-options")), ("image/jpeg".into(), "nosniff".into()));
    assert_eq!(header("cache-control"), "private, no-cache");

    // Whoever leaves hears no more of it, and is not given what they knew of.
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    let _theirs = joon.hear_the_rest(mina, &scene.general).await;
    assert_eq!(scene.image(&scene.joon_http, &image).await, 404);
    site.put_page("/b", "After you left", None);
    let later = text(&mina.say(room, &site.url("/b")).await["messageId"]);
    mina.hear_update(&later).await;
    for outsider in [joon, stranger] {
        for heard in outsider.hear_the_rest(mina, &scene.general).await {
            assert!(!heard.mentions("After you left") && !heard.mentions(room), "{heard}");
        }
    }
    // The same page in a room of their own is theirs.
    let own = stranger.create_room("private", "Own", &[]).await;
    let id = text(&stranger.say(&own, &site.url("/a")).await["messageId"]);
    assert_eq!(text(&stranger.hear_update(&id).await["previews"][0]["image"]["id"]), image);
    assert_eq!(scene.image(&scene.stranger_http, &image).await, 200);
    assert_eq!((site.requests("/a").len(), site.requests("/a.png").len()), (1, 1));
}

#[tokio::test]
async fn a_reader_asks_the_server_alone() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    site.put_page("/a", "A page", Some("/a.png"));
    site.put("/a.png", "image/png", picture(8, 8));
    let id = text(&mina.say(room, &site.url("/a")).await["messageId"]);
    let message = joon.hear_update(&id).await;
    assert!(!message["previews"].to_string().contains("a.png"), "{message}");
    let image = text(&message["previews"][0]["image"]["id"]);
    for _ in 0..3 {
        assert_eq!(scene.image(&scene.joon_http, &image).await, 200);
    }
    assert_eq!(site.requests("/a.png").len(), 1, "no reader's wish reaches the site");
}

#[tokio::test]
async fn a_bomb_and_a_broken_picture_leave_a_preview_without_one() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    // A PNG that says that it has 60,000 × 60,000 pixels, and ends there.
    let mut bomb = picture(1, 1);
    bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let mut cut = picture(64, 64);
    cut.truncate(60);
    for (name, bytes) in [("bomb", bomb), ("cut", cut)] {
        site.put(&format!("/{name}.png"), "image/png", bytes);
        site.put_page(&format!("/{name}"), name, Some(&format!("/{name}.png")));
        let id = text(&mina.say(room, &site.url(&format!("/{name}"))).await["messageId"]);
        let message = joon.hear_update(&id).await;
        assert_eq!((&message["previews"][0]["title"], message["previews"][0].get("image")), (&json!(name), None));
    }
}

/// What the program keeps of files, by its path and size.
fn kept(app: &TestApp) -> Vec<(String, u64)> {
    let below =
        |folder: &std::path::Path| std::fs::read_dir(folder).into_iter().flatten().flatten().collect::<Vec<_>>();
    let folders = below(&app.data_dir().join("files"));
    let files =
        folders.iter().filter(|folder| folder.file_name() != "incoming").flat_map(|folder| below(&folder.path()));
    files.map(|file| (file.path().display().to_string(), file.metadata().expect("a file").len())).collect()
}

#[tokio::test]
async fn of_a_picture_there_is_kept_what_its_preview_shows_and_no_more() {
    let scene = scene().await;
    let Scene { app, site, mina, joon, room, .. } = &scene;
    site.put_page("/page", "A page", Some("/picture.png"));
    site.put("/picture.png", "image/png", picture(2_000, 1_000));
    // Beside the words of its page it is small, alone it is large.
    for (at, path, width) in [(1, "/page", 320), (2, "/picture.png", 1_280)] {
        let id = text(&mina.say(room, &site.url(path)).await["messageId"]);
        let shown = joon.hear_update(&id).await["previews"][0]["image"].clone();
        assert_eq!((&shown["width"], &shown["height"]), (&json!(width), &json!(width / 2)), "{shown}");
        assert_eq!(kept(app).len(), at, "{:?}", kept(app));
        for size in ["", "?size=small", "?size=large"] {
            let path = format!("/api/v1/files/{}/preview{size}", text(&shown["id"]));
            let answer = scene.joon_http.request(Method::GET, &path).send().await.expect("an answer");
            let bytes = answer.bytes().await.expect("a body");
            let given = image::load_from_memory(&bytes).expect("an image");
            assert_eq!((given.width(), given.height()), (width, width / 2), "{path}");
        }
    }
}

#[tokio::test]
async fn where_there_is_no_room_for_files_a_preview_has_no_picture_and_nothing_is_left() {
    let site = Site::start().await;
    let builder = TestApp::builder().generous().env("MARU_LINK_PREVIEW_ALLOW", site.address);
    let app = builder.env("MARU_FILES_TOTAL", "1MiB").spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let general = text(&mina.ready["rooms"][0]["id"]);
    for (name, has_picture) in [("first", true), ("second", false)] {
        let size = if has_picture { 8 } else { 16 };
        site.put(&format!("/{name}.png"), "image/png", picture(size, size));
        site.put_page(&format!("/{name}"), name, Some(&format!("/{name}.png")));
        let id = text(&mina.say(&general, &site.url(&format!("/{name}"))).await["messageId"]);
        let message = mina.hear_update(&id).await;
        assert_eq!(message["previews"][0]["title"], name);
        assert_eq!(message["previews"][0].get("image").is_some(), has_picture, "{message}");
        if has_picture {
            // Nothing is left but less than a picture takes.
            let taken = kept(&app).iter().map(|(_, size)| size).sum::<u64>();
            let rest = vec![1; usize::try_from((1 << 20) - taken - 100).expect("a size")];
            let request = person.http().request(Method::POST, "/api/v1/files?name=rest").body(rest);
            assert_eq!(request.send().await.expect("an answer").status(), 201);
        }
    }
    let incoming = app.data_dir().join("files/incoming");
    while std::fs::read_dir(&incoming).expect("a folder").count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_was_not_looked_up_when_the_server_stopped_is_taken_up_again() {
    let mut scene = scene().await;
    scene.site.answer("/slow", Reply::Held(Box::new(whole("Content-Type: text/html\r\n", "<title>Slow</title>"))));
    let id = text(&scene.mina.say(&scene.room, &scene.site.url("/slow")).await["messageId"]);
    scene.site.asked("/slow", 1).await;
    scene.app.restart().await;
    scene.site.asked("/slow", 2).await;
    let joon = scene.joon_person.connect().await;
    scene.site.release();
    let message = joon.hear_update(&id).await;
    assert_eq!(titles(&message), ["Slow"]);
}

#[tokio::test]
async fn a_message_that_is_gone_or_changed_before_its_link_was_looked_up_is_left_alone() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    for name in ["/gone", "/changed"] {
        site.answer(name, Reply::Held(Box::new(whole("Content-Type: text/html\r\n", "<title>Late</title>"))));
    }
    site.put_page("/other", "Other", None);
    let gone = text(&mina.say(room, &site.url("/gone")).await["messageId"]);
    let changed = text(&mina.say(room, &site.url("/changed")).await["messageId"]);
    site.asked("/gone", 1).await;
    site.asked("/changed", 1).await;
    mina.call_ok("message:delete", json!({ "messageId": gone })).await;
    mina.call_ok("message:edit", json!({ "messageId": changed, "content": site.url("/other") })).await;
    site.release();
    joon.hear_update(&changed).await;
    assert_eq!(titles(&joon.hear_update(&changed).await), ["Other"]);
    assert!(!format!("{:?}", joon.history(room).await).contains("Late"));
}

#[tokio::test]
async fn what_is_streamed_gets_its_previews_at_its_end() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    site.put_page("/a", "Streamed", None);
    let id = text(&mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
    let chunk = json!({ "messageId": id, "index": 0, "chunk": site.url("/a") });
    mina.call_ok("message:stream:chunk", chunk).await;
    mina.call_ok("message:stream:end", json!({ "messageId": id })).await;
    assert_eq!(titles(&joon.hear_update(&id).await), ["Streamed"]);
}

#[tokio::test]
async fn korean_pages_are_read_in_their_own_charset() {
    let scene = scene().await;
    let Scene { site, mina, joon, room, .. } = &scene;
    let (page, _, _) = encoding_rs::EUC_KR.encode("<html><head><title>오늘의 뉴스</title></head>");
    site.put("/news", "text/html; charset=EUC-KR", page.into_owned());
    let id = text(&mina.say(room, &site.url("/news")).await["messageId"]);
    assert_eq!(titles(&joon.hear_update(&id).await), ["오늘의 뉴스"]);
}
