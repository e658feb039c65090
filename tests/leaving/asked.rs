//! Archives that people take with them without a shell: asked for, made, downloaded, and gone.

use super::support::{Http, code, until};
use super::team::{Team, look_after, team};
use super::*;
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

const ASK: &str = "/api/v1/me/archive";

fn wish(room: Option<&str>) -> Value {
    let mut wish = json!({ "language": "en", "timeZone": "Asia/Seoul" });
    if let Some(room) = room {
        wish["roomId"] = json!(room);
    }
    wish
}

/// Asks for an archive and waits for it.
async fn made(person: &Person, room: Option<&str>) -> Value {
    let socket = person.connect().await;
    let asked = person.http().post_ok(ASK, &wish(room)).await;
    assert!(["waiting", "making"].contains(&asked["archive"]["state"].as_str().expect("a state")), "{asked}");
    let told = socket.hear_where("archive:updated", |told| told["archive"]["state"] == "ready").await;
    assert_eq!(person.http().get(ASK).await.1["archive"], told["archive"]);
    told["archive"].clone()
}

async fn download(http: &Http, archive: &Value) -> Response {
    let name = archive["fileName"].as_str().unwrap_or("a.zip").replace(' ', "%20");
    http.request(Method::GET, &format!("{FILES}/archive/{name}")).send().await.expect("an answer")
}

/// What is in an archive, by path without its folder.
fn unpacked(bytes: &[u8], folder: &str) -> BTreeMap<String, Vec<u8>> {
    let archive = ZipArchive::from_slice(bytes).expect("a zip");
    let mut found = BTreeMap::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().expect("an entry") {
        let path = entry.file_path().try_normalize().expect("a path").as_ref().to_owned();
        assert_eq!(entry.compression_method(), CompressionMethod::DEFLATE);
        let there = archive.get_entry(entry.wayfinder()).expect("its bytes");
        let mut content = Vec::new();
        let decoder = DeflateDecoder::new(there.data());
        there.verifying_reader(decoder).read_to_end(&mut content).expect("its sum is right");
        found.insert(path.strip_prefix(&format!("{folder}/")).expect("in one folder").to_owned(), content);
    }
    found
}

/// All pages, scripts and lines.
fn words(files: &BTreeMap<String, Vec<u8>>) -> String {
    let texts = files.iter().filter(|(path, _)| !path.starts_with("files/"));
    texts.map(|(_, bytes)| String::from_utf8(bytes.clone()).expect("text")).collect()
}

async fn taken(person: &Person, archive: &Value) -> BTreeMap<String, Vec<u8>> {
    let response = download(&person.http(), archive).await;
    assert_eq!(response.status(), 200);
    let bytes = response.bytes().await.expect("a body");
    unpacked(&bytes, archive["fileName"].as_str().and_then(|name| name.strip_suffix(".zip")).expect("a .zip"))
}

async fn noted(app: &TestApp) -> Vec<String> {
    let query = "SELECT a.act || ' ' || u.username || ' ' || a.about FROM audit a JOIN users u ON u.pid = a.by_user
        WHERE a.act LIKE 'archive.%' AND a.address IS NOT NULL ORDER BY a.id";
    sqlx::query_scalar(query).fetch_all(&mut app.database().await).await.expect("the log")
}

#[tokio::test]
async fn a_member_takes_an_archive_of_a_room_with_them_and_nobody_else_has_it() {
    let Team { app, admin, mina, joon, study, direct, .. } = team().await;
    mina.connect().await.say(&direct, "only in private").await;
    let archive = made(&joon, Some(&study)).await;
    assert_eq!(
        (&archive["of"], &archive["roomId"], &archive["name"]),
        (&json!("room"), &json!(study), &json!("Study · 공부"))
    );
    let name = archive["fileName"].as_str().expect("a name");
    assert!(name.starts_with("Study · 공부 20") && name.ends_with(".zip"), "{name}");
    let response = download(&joon.http(), &archive).await;
    for (of, expected) in
        [("content-type", "application/zip"), ("cache-control", "no-store"), ("accept-ranges", "bytes")]
    {
        assert_eq!(header(&response, of), expected);
    }
    assert!(header(&response, "content-disposition").starts_with("attachment;"), "{response:?}");
    let (tag, whole) = (header(&response, "etag").to_owned(), response.bytes().await.expect("a body"));
    assert_eq!(archive["bytes"], whole.len());
    let files = unpacked(&whole, name.strip_suffix(".zip").expect("a .zip"));
    let text = words(&files);
    for there in
        ["The hall, with", "회의록을 올렸어요", "Chapter 5", "notes &amp; more.txt", "Times are those of Asia/Seoul"]
    {
        assert!(text.contains(there), "{there}");
    }
    for elsewhere in ["only in private", "just between us", "never mind"] {
        assert!(!text.contains(elsewhere), "{elsewhere}");
    }
    assert!(files.contains_key("index.html") && files.contains_key("archive.css"), "{:?}", files.keys());
    let notes = files.iter().find(|(path, _)| path.starts_with("files/") && path.ends_with(".txt")).expect("the notes");
    assert_eq!(notes.1.as_slice(), "Chapter 5\n회의록".as_bytes());
    // What broke off goes on, if it is still the same.
    let from = |range: &str| joon.http().header("range", range).header("if-range", &tag);
    let rest = download(&from("bytes=100-"), &archive).await;
    assert_eq!(rest.status(), 206);
    assert_eq!(rest.bytes().await.expect("a body"), whole[100..]);
    for (who, other) in [("mina, who is in the room", &mina), ("an administrator", &admin)] {
        assert_eq!(download(&other.http(), &archive).await.status(), 404, "{who}");
        assert_eq!(other.http().get(ASK).await, (200, json!({ "success": true })), "{who}");
    }
    let about = |act: &str| format!("archive.{act} joon {study}");
    assert_eq!(noted(&app).await, [about("asked"), about("downloaded")]);
}

#[tokio::test]
async fn an_archive_of_oneself_has_ones_own_and_nothing_of_rooms_that_one_left() {
    let team = team().await;
    look_after(&team).await;
    let Team { app, mina, joon, study, .. } = team;
    let (m, j) = (mina.connect().await, joon.connect().await);
    let left = m.create_room("private", "Left behind", &[&joon]).await;
    let question = text(&m.say(&left, "an old question").await["messageId"]);
    j.call_ok("message:send", json!({ "roomId": left, "content": "an answer of joon's", "replyTo": question })).await;
    m.call_ok("task:create", json!({ "roomId": left, "title": "a task for joon", "assigneeId": joon.id })).await;
    j.call_ok("room:leave", json!({ "roomId": left })).await;
    m.call_ok("message:edit", json!({ "messageId": question, "content": "what joon must not hear" })).await;
    m.call_ok("room:update", json!({ "roomId": left, "name": "Renamed behind" })).await;
    upload(&joon, "draft.txt", "never sent").await;

    let archive = made(&joon, None).await;
    assert_eq!((&archive["of"], &archive["name"], archive.get("roomId")), (&json!("person"), &json!("joon"), None));
    let files = taken(&joon, &archive).await;
    let text = words(&files);
    for there in ["회의록을 올렸어요", "just between us", "draft.txt"] {
        assert!(text.contains(there), "{there}");
    }
    for not_theirs in [
        "must not hear",
        "old question",
        "an answer of joon's",
        "Left behind",
        "Renamed behind",
        "a task for joon",
        "a typo",
        "password_hash",
    ] {
        assert!(!text.contains(not_theirs), "{not_theirs}");
    }
    assert!(files.iter().any(|(path, bytes)| path.starts_with("files/") && bytes == b"never sent"));
    assert!(
        files.contains_key("data/sessions.jsonl") && files.contains_key("data/messages.jsonl"),
        "{:?}",
        files.keys()
    );
    assert_eq!(noted(&app).await, ["asked", "downloaded"].map(|act| format!("archive.{act} joon {}", joon.id)));
    // It names who is in the study: who is not any more asks for another.
    j.call_ok("room:leave", json!({ "roomId": study })).await;
    assert_eq!(download(&joon.http(), &archive).await.status(), 404);
}

#[tokio::test]
async fn who_is_taken_out_of_a_room_has_no_archive_of_it_any_more() {
    let Team { app, admin, mina, joon, study, .. } = team().await;
    let archive = made(&joon, Some(&study)).await;
    let (m, j) = (mina.connect().await, joon.connect().await);
    m.call_ok("room:kick", json!({ "roomId": study, "userId": joon.id })).await;
    assert_eq!(download(&joon.http(), &archive).await.status(), 404);
    assert_eq!(download(&joon.http().header("range", "bytes=5-"), &archive).await.status(), 404);
    admin.http().post_ok("/api/v1/admin/jobs/expired/run", &json!({})).await;
    assert_eq!(j.hear("archive:updated").await, json!({}));
    assert_eq!(joon.http().get(ASK).await.1, json!({ "success": true }));
    assert!(!app.data_dir().join("archives").join(&joon.id).exists());
    assert_eq!(noted(&app).await, [format!("archive.asked joon {study}")]);
}

#[tokio::test]
async fn an_archive_of_oneself_goes_with_a_room_in_which_one_only_was_given_a_task() {
    let Team { app: _app, mina, joon, .. } = team().await;
    let m = mina.connect().await;
    let silent = m.create_room("private", "Where joon is silent", &[&joon]).await;
    m.call_ok("task:create", json!({ "roomId": silent, "title": "what the room plans", "assigneeId": joon.id })).await;
    let archive = made(&joon, None).await;
    assert!(words(&taken(&joon, &archive).await).contains("what the room plans"));
    m.call_ok("room:kick", json!({ "roomId": silent, "userId": joon.id })).await;
    assert_eq!(download(&joon.http(), &archive).await.status(), 404);
}

#[tokio::test]
async fn who_may_not_have_an_archive_gets_none_and_nothing_is_noted() {
    let Team { app, admin, mina, study, direct, .. } = team().await;
    let general = text(&admin.connect().await.ready["rooms"][0]["id"]);
    let guest = app.guest("guest", &[&general]).await;
    mina.connect().await.call_ok("room:invite", json!({ "roomId": study, "userIds": [guest.id] })).await;
    let bot = succeeded(app.run_cli(&["bot", "create", "--username", "robot", "--rooms", "General"], "").await);
    let bot = app.http().bearer(bot.stdout.trim());
    for (who, http, room, expected) in [
        ("an administrator", admin.http(), Some(&study), (404, "not_found")),
        ("an administrator", admin.http(), Some(&direct), (404, "not_found")),
        ("a guest", guest.http(), Some(&study), (403, "forbidden")),
        ("a bot", bot.clone(), Some(&study), (404, "not_found")),
        ("a bot", bot, None, (403, "forbidden")),
    ] {
        let answer = http.post(ASK, &wish(room.map(String::as_str))).await;
        assert_eq!(code(&answer), expected, "{who}");
    }
    for (field, value) in [("timeZone", "Mars/Base"), ("timeZone", "../etc/passwd"), ("language", "tlh")] {
        let mut wrong = wish(None);
        wrong[field] = json!(value);
        let answer = mina.http().post(ASK, &wrong).await;
        assert_eq!((code(&answer), &answer.1["error"]["field"]), ((422, "invalid"), &json!(field)), "{value}");
    }
    assert_eq!(noted(&app).await, [""; 0]);
    // What is their own they take with them.
    assert_eq!(made(&guest, None).await["of"], "person");
}

#[tokio::test]
async fn archives_are_made_one_after_the_other_and_one_that_nobody_wants_is_given_up() {
    let Team { app, mina, joon, study, .. } = team().await;
    // Whoever makes one waits for what removes files.
    let held = File::options().write(true).open(app.data_dir().join("files.lock")).expect("the lock");
    held.lock().expect("held");
    let (m, j) = (mina.connect().await, joon.connect().await);
    mina.http().post_ok(ASK, &wish(Some(&study))).await;
    m.hear_where("archive:updated", |told| told["archive"]["state"] == "making").await;
    assert_eq!(code(&mina.http().post(ASK, &wish(None)).await), (409, "conflict"));
    joon.http().post_ok(ASK, &wish(None)).await;
    assert_eq!(j.hear("archive:updated").await["archive"]["state"], "waiting");
    assert_eq!(joon.http().get(ASK).await.1["archive"]["state"], "waiting");
    assert_eq!(download(&joon.http(), &json!({})).await.status(), 404);
    assert_eq!(joon.http().delete(ASK).await, (200, json!({ "success": true })));
    assert_eq!(j.hear("archive:updated").await, json!({}));
    assert_eq!(joon.http().get(ASK).await.1, json!({ "success": true }));
    drop(held);
    m.hear_where("archive:updated", |told| told["archive"]["state"] == "ready").await;
    // Another one takes its place.
    let archive = made(&mina, None).await;
    assert_eq!(archive["of"], "person");
    assert_eq!(mina.http().delete(ASK).await.0, 200);
    assert_eq!(download(&mina.http(), &archive).await.status(), 404);
    assert_eq!(files(&app.data_dir().join("archives")).iter().filter(|name| !name.ends_with(".lock")).count(), 0);
}

#[tokio::test]
async fn an_archive_is_gone_after_a_day_and_after_a_restart() {
    let Team { mut app, admin, mina, study, .. } = team().await;
    let archive = made(&mina, Some(&study)).await;
    let about = app.data_dir().join("archives").join(&mina.id).join("about.json");
    let mut known: Value = serde_json::from_slice(&std::fs::read(&about).expect("what is known")).expect("JSON");
    let day = 24 * 3600 * 1000;
    let at = maru::clock::Timestamp::parse(known["made"]["at"].as_str().expect("a time")).expect("a time").as_millis();
    known["made"]["at"] = json!(maru::clock::Timestamp::from_millis(at - day));
    std::fs::write(&about, known.to_string()).expect("aged");
    assert_eq!(mina.http().get(ASK).await.1, json!({ "success": true }));
    assert_eq!(download(&mina.http(), &archive).await.status(), 404);
    admin.http().post_ok("/api/v1/admin/jobs/expired/run", &json!({})).await;
    until("it is removed", async || !about.exists()).await;

    made(&mina, Some(&study)).await;
    app.restart().await;
    assert!(!app.data_dir().join("archives").exists());
    assert_eq!(mina.http().get(ASK).await.1, json!({ "success": true }));
}

#[tokio::test]
async fn an_archive_leaves_uploads_their_room_on_the_disk() {
    let app = builder().env("MARU_FILES_KEEP_FREE", "1000000GiB").spawn().await;
    let mina = app.person("mina").await;
    let refused = mina.http().post(ASK, &wish(None)).await;
    assert_eq!((code(&refused), &refused.1["error"]["limit"]), ((503, "unavailable"), &json!("keep_free")));
    assert_eq!(mina.http().get(ASK).await.1, json!({ "success": true }));
    assert_eq!(noted(&app).await, [""; 0]);
}
