//! Archives of a room and of a person, as files; what a browser makes of them is in tests/e2e/archive.spec.ts.

use super::team::{Team, team};
use super::*;

/// The text of every page and script.
fn pages(archive: &Path) -> String {
    let names = files(archive).into_iter().filter(|name| name.ends_with(".html"));
    names.map(|name| std::fs::read_to_string(archive.join(name)).expect("a page")).collect()
}

fn everything(archive: &Path) -> String {
    let names = files(archive).into_iter().filter(|name| !name.starts_with("files/"));
    names.map(|name| std::fs::read_to_string(archive.join(name)).expect("text")).collect()
}

#[tokio::test]
async fn an_archive_of_a_room_has_all_of_it_and_nothing_of_another() {
    let Team { app, mina, study, direct, .. } = team().await;
    mina.connect().await.say(&direct, "only in private").await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("room");
    let made = succeeded(try_export(&app, &to, &["--room", "STUDY · 공부", "--time-zone", "Asia/Seoul"]).await);
    assert!(made.stderr.contains("open index.html"), "{made:?}");
    let html = pages(&to);
    for there in [
        "The hall, with",
        "회의록을 올렸어요",
        "고마워요",
        "a typo",
        "Chapter 5",
        "👍",
        "notes &amp; more.txt",
        "bit by bit",
    ] {
        assert!(html.contains(there), "{there}");
    }
    let all = everything(&to);
    for elsewhere in ["only in private", "just between us", "never mind", "tpyo"] {
        assert!(!all.contains(elsewhere), "{elsewhere}");
    }
    assert!(html.contains("Times are those of Asia/Seoul"));
    // By id, in Korean.
    let korean = folder.path().join("korean");
    export(&app, &korean, &["--room", &study, "--language", "ko"]).await;
    assert!(pages(&korean).contains("님이 방을 만들었어요.") && pages(&korean).contains("<html lang=\"ko\">"));
    for (how, why) in [
        (["--room", "nowhere"], "there is no room called nowhere"),
        (["--person", "nobody"], "there is nobody with the username nobody"),
        (["--time-zone", "Mars/Base"], "Mars/Base is no time zone"),
    ] {
        let refused = try_export(&app, &folder.path().join("refused"), &how).await;
        assert!(failure(&refused).contains(why), "{refused:?}");
        assert!(!folder.path().join("refused").exists());
    }
    let log = sqlx::query_scalar("SELECT act || ' ' || coalesce(about, '') FROM audit WHERE act = 'export.made'");
    let log: Vec<String> = log.fetch_all(&mut app.database().await).await.expect("the log");
    assert_eq!(log, [format!("export.made {study}"), format!("export.made {study}")]);
}

#[tokio::test]
async fn an_archive_shows_what_is_hidden_as_such_and_nothing_that_is_gone_after_its_time() {
    let app = builder().spawn().await;
    let (admin, mina) = (app.admin().await, app.person("mina").await);
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Short", &[]).await;
    socket.say(&room, "an old pelican").await;
    let root = socket.say(&room, "an old question").await["messageId"].clone();
    let age = "UPDATE messages SET created_at = created_at - 864000000";
    sqlx::query(age).execute(&mut app.database().await).await.expect("aged");
    let answer = json!({ "roomId": room, "content": "a new answer", "threadRoot": root });
    socket.call_ok("message:send", answer).await;
    let hidden = socket.say(&room, "a rude heron").await["messageId"].clone();
    socket.call_ok("message:hide", json!({ "messageId": hidden, "hidden": true })).await;
    let days = mina.http().request(Method::PUT, &format!("/api/v1/rooms/{room}/retention"));
    assert_eq!(mina.http().send(days.json(&json!({ "days": 7 }))).await.0, 200);
    admin.http().post_ok("/api/v1/admin/jobs/retention/run", &json!({})).await;
    socket.hear_where("messages:expired", |told| told["roomId"] == room.as_str()).await;
    let folder = tempfile::tempdir().expect("a folder");
    for (language, says) in [("en", "Hidden by a moderator."), ("ko", "운영자가 숨긴 메시지예요.")] {
        let to = folder.path().join(language);
        export(&app, &to, &["--room", &room, "--language", language]).await;
        let html = pages(&to);
        assert_eq!(html.matches(says).count(), 1, "{html}");
        assert!(html.contains("a new answer") && !html.contains("pelican") && !html.contains("heron"), "{html}");
        // The answer's beginning is the only one of what is gone that has anything below it.
        assert_eq!(html.matches("<li class=\"message").count(), 3, "{html}");
        assert_eq!(html.matches("<li class=\"system").count(), 0, "{html}");
    }
}

#[tokio::test]
async fn an_archive_of_a_person_has_what_is_theirs_and_of_others_only_what_they_answered() {
    let Team { app, joon, mina, .. } = team().await;
    let admin = app.admin().await.connect().await;
    let general = text(&admin.ready["rooms"][0]["id"]);
    admin.say(&general, "none of joon's business").await;
    let (m, j) = (mina.connect().await, joon.connect().await);
    let asked = text(&m.say(&general, "who is coming?").await["messageId"]);
    m.say(&general, "and by which train?").await;
    j.call_ok("message:send", json!({ "roomId": general, "content": "I am", "replyTo": asked })).await;
    let unsent = upload(&joon, "draft.txt", "never sent").await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("joon");
    export(&app, &to, &["--person", "JOON"]).await;
    let all = everything(&to);
    for there in ["회의록을 올렸어요", "just between us", "I am", "who is coming?", "notes & more.txt", "draft.txt"]
    {
        assert!(all.contains(there), "{there}");
    }
    for not_theirs in ["none of joon's business", "by which train", "The hall, with", "password_hash", "a typo"] {
        assert!(!all.contains(not_theirs), "{not_theirs}");
    }
    let data = to.join("data");
    assert_eq!(lines(&data, "people").len(), 1);
    assert_eq!(lines(&data, "people")[0]["id"], joon.id);
    assert!(lines(&data, "messages").iter().all(|message| message["by"] == joon.id));
    assert!(lines(&data, "sessions")[0]["address"].is_string());
    let own: Vec<String> = lines(&data, "files").iter().map(|file| text(&file["id"])).collect();
    assert!(own.contains(&text(&unsent["id"])), "{own:?}");
    let bytes: Vec<Vec<u8>> =
        files(&to.join("files")).iter().map(|name| std::fs::read(to.join("files").join(name)).unwrap()).collect();
    assert!(bytes.iter().any(|bytes| bytes == b"never sent"));
}

#[tokio::test]
async fn hostile_names_and_messages_become_no_markup_of_an_archive() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    let name = "\"><svg/onload=alert(3)>";
    let renamed = mina.http().request(Method::PATCH, "/api/v1/me").json(&json!({ "displayName": name }));
    assert_eq!(mina.http().send(renamed).await.0, 200);
    let room = socket.create_room("private", "<i>Room</i>\"'", &[]).await;
    socket.call_ok("room:update", json!({ "roomId": room, "topic": evil })).await;
    let page = upload(&mina, "</a><script>.html", "<script>alert(4)</script>").await;
    let drawing = upload(&mina, "a.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(5)'/>").await;
    send(&socket, &room, evil, &[&page, &drawing]).await;
    for text in [
        "[x](javascript:alert(6))",
        "[x](data:text/html,<script>)",
        "```\n</code></pre><script>\n```",
        "https://a.b/\"onclick=x",
    ] {
        socket.say(&room, text).await;
    }
    socket
        .call_ok(
            "message:react",
            json!({ "messageId": text(&socket.say(&room, "a").await["messageId"]), "emoji": "🔥", "on": true }),
        )
        .await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("room");
    export(&app, &to, &["--room", &room]).await;
    let html = pages(&to);
    for markup in [
        "<script>",
        "<svg",
        "<img src=x",
        "onerror=alert(2)>",
        "href=\"javascript",
        "href=\"data:",
        "\"onclick",
        "<i>Room",
    ] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for page in html.split("<!doctype html>").skip(1) {
        let nonce = page.split("nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a policy");
        assert!(page.contains("default-src 'none'") && nonce.len() > 16);
        assert_eq!(page.matches("<script").count(), 1, "its own one");
    }
    let dangerous: Vec<String> =
        files(&to.join("files")).into_iter().filter(|name| !name.ends_with(".download")).collect();
    assert_eq!(dangerous, [""; 0], "what a browser would run is downloaded");
}

#[tokio::test]
async fn a_long_room_has_pages_that_lead_to_each_other_and_each_message_once() {
    let mut app = builder().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let room = mina.connect().await.create_room("private", "Long", &[&joon]).await;
    app.terminate().await;
    super::large::fill(&app, 4_000).await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("room");
    export(&app, &to, &["--room", &room, "--time-zone", "UTC"]).await;
    let shown = "SELECT count(*) FROM messages m JOIN rooms r ON r.id = m.room_id
        WHERE r.pid = ? AND (m.thread_root IS NULL OR m.counts = 1 OR m.deleted_at IS NULL)";
    let shown = sqlx::query_scalar(shown).bind(&room).fetch_one(&mut app.database().await).await;
    let shown: i64 = shown.expect("a number");
    let mut ids = std::collections::BTreeSet::new();
    let names: Vec<String> = files(&to).into_iter().filter(|name| name.starts_with("rooms/")).collect();
    assert!(names.len() >= 10, "{names:?}");
    let (mut firsts, mut lasts) = (0, 0);
    for name in &names {
        let html = std::fs::read_to_string(to.join(name)).expect("a page");
        for id in html.split(" id=\"m").skip(1) {
            let id = id.split('"').next().unwrap().to_owned();
            assert!(ids.insert(id.clone()), "{id} stands twice");
        }
        for link in html.split("href=\"").skip(1).map(|rest| rest.split(['"', '#']).next().unwrap()) {
            assert!(to.join(name).parent().unwrap().join(link).exists(), "{name} leads to {link}");
        }
        firsts += usize::from(html.contains("<span class=\"earlier\">"));
        lasts += usize::from(html.contains("<span class=\"later\">"));
        assert!(html.len() < 400_000, "{name} has {} bytes", html.len());
    }
    assert_eq!(ids.len() as i64, shown);
    assert_eq!((firsts, lasts), (1, 1), "one begins, and one ends");
    let overview = std::fs::read_to_string(to.join("index.html")).expect("the first page");
    for name in &names {
        assert!(overview.contains(&format!("href=\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn an_archive_of_a_person_says_nothing_of_how_a_room_is_that_they_are_not_in_any_more() {
    let app = builder().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let socket = mina.connect().await;
    let picture = upload(&sora, "me.png", pictures::png(64, 64)).await;
    let avatar = sora.http().request(Method::PUT, "/api/v1/me/avatar").json(&json!({ "fileId": picture["id"] }));
    assert_eq!(sora.http().send(avatar).await.0, 200);
    let [kept, left] = [
        socket.create_room("private", "Kept", &[&joon, &sora]).await,
        socket.create_room("private", "Left", &[&joon]).await,
    ];
    for room in [&kept, &left] {
        joon.connect().await.say(room, "something of joon's").await;
    }
    socket.call_ok("room:kick", json!({ "roomId": left, "userId": joon.id })).await;
    for (room, topic) in [(&kept, "what we keep"), (&left, "now without him")] {
        socket.call_ok("room:update", json!({ "roomId": room, "topic": topic })).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("joon");
    export(&app, &to, &["--person", "joon"]).await;
    let html = pages(&to);
    let members = html.matches("<details class=\"members\">").count();
    assert_eq!((members, html.matches("something of joon").count()), (1, 2), "{html}");
    assert!(html.contains("what we keep") && !html.contains("now without him"), "{html}");
    assert!(!files(&to.join("files")).is_empty(), "the picture of who is there with joon");
    socket.call_ok("room:kick", json!({ "roomId": kept, "userId": joon.id })).await;
    let to = folder.path().join("joon, later");
    export(&app, &to, &["--person", "joon"]).await;
    let all = everything(&to);
    assert!(!all.contains("sora") && !all.contains("what we keep"), "{all}");
    assert_eq!(files(&to.join("files")), Vec::<String>::new());
}
