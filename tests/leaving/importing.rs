//! An export becomes a server again: with the same ids, and nothing lost; what does not fit is refused whole.

use super::team::{Team, look_after, team};
use super::*;
use sha2::{Digest, Sha256};

/// Everything, byte for byte; the log of acts has more in the second: what was done to import and to export.
fn assert_same(first: &Path, second: &Path) {
    assert_eq!(files(first), files(second));
    for name in files(first).iter().filter(|name| *name != "manifest.json") {
        let [was, is] = [first, second].map(|export| std::fs::read(export.join(name)).unwrap());
        if name == "audit.jsonl" {
            assert!(is.starts_with(&was), "{name}");
        } else {
            assert!(was == is, "{name}:\n{}\n{}", String::from_utf8_lossy(&was), String::from_utf8_lossy(&is));
        }
    }
}

/// Whatever `look_after` adds is in an export, with what an import could lose.
fn assert_looked_after(export: &Path) {
    let find = |kind: &str, is_it: &dyn Fn(&Value) -> bool| {
        lines(export, kind).into_iter().find(is_it).unwrap_or_else(|| panic!("there are {kind}"))
    };
    let called = find("messages", &|message| message["content"] == "@room and @joon, listen");
    assert_eq!((&called["mentioning"], &called["mentions"][0]["named"]), (&json!(3), &json!(2)), "{called}");
    let hidden = find("messages", &|message| message["hiddenAt"].is_string());
    let aside = &hidden["hidden"][0];
    assert_eq!((&hidden["content"], &aside["content"]), (&json!(""), &json!("not so loud, @joon")));
    assert_eq!(aside["mentions"].as_array().map(Vec::len), Some(1), "{hidden}");
    assert_eq!(hidden["reactions"][0]["emoji"], "🙉");
    let slow = find("rooms", &|room| room["name"] == "Slow");
    let kept = (&slow["posting"], &slow["slowMode"], &slow["retentionDays"]);
    assert_eq!(kept, (&json!("threads"), &json!(60), &json!(30)));
    find("people", &|person| person["role"] == "guest");
    find("files", &|file| file["voiceMs"] == 12_400 && file["voicePeaks"].is_string());
    find("reports", &|report| report["reason"] == "loud");
    let undecided = find("reports", &|report| report["reason"] == "undecided");
    let closed = find("rooms", &|room| room["id"] == undecided["room"]);
    assert!(closed["deletedAt"].is_string(), "{closed}");
    let of_it: Vec<Value> =
        lines(export, "messages").into_iter().filter(|message| message["room"] == closed["id"]).collect();
    assert_eq!((of_it.len(), &of_it[0]["content"]), (1, &json!("what was reported")), "nothing else of the room");
    let told = find("notifications", &|told| told["data"]["reportId"] == undecided["id"]);
    assert!(told.get("room").is_none(), "{told}");
    let announced = find("announcements", &|announced| announced["level"] == "warning");
    find("dismissed-announcements", &|dismissed| dismissed["announcement"] == announced["number"]);
}

async fn empty() -> TestApp {
    let mut app = builder().spawn().await;
    app.terminate().await;
    std::fs::remove_dir_all(app.data_dir()).expect("the data folder goes");
    app
}

#[tokio::test]
async fn an_import_gives_back_the_same_server_and_people_choose_new_passwords() {
    let team = team().await;
    let hidden = look_after(&team).await;
    let Team { app, mina, joon, study, picture, notes, direct, .. } = team;
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    // What is on its way is part of what is compared.
    mina.connect().await.history(&study).await;
    export(&app, &first, &[]).await;
    assert_looked_after(&first);
    let before = mina.connect().await.history(&study).await;
    let shown = content(&mina.http(), &picture).await;
    drop(app);

    let mut home = empty().await;
    let dry = succeeded(home.run_cli(&["import", first.to_str().unwrap(), "--dry-run"], "").await);
    assert!(dry.stdout.contains("people: 4") && !home.data_dir().exists(), "{dry:?}");
    let imported = succeeded(home.run_cli(&["import", first.to_str().unwrap()], "").await);
    let link = |name: &str| {
        let line = imported.stdout.lines().find(|line| line.starts_with(&format!("{name}  "))).expect("a link");
        line.rsplit_once('#').expect("a link").1.to_owned()
    };
    assert_eq!(imported.stdout.lines().count(), 4, "{imported:?}");
    export(&home, &second, &[]).await;
    assert_same(&first, &second);
    let noted = lines(&second, "audit").into_iter().find(|entry| entry["act"] == "import.made").expect("it is noted");
    let detail = (&noted["detail"]["people"], &noted["detail"]["version"]);
    assert_eq!((&noted["byKind"], detail), (&json!("operator"), (&json!(4), &json!(env!("CARGO_PKG_VERSION")))));

    home.restart().await;
    let password = "another floor, wide sky";
    let reset = json!({ "token": link("mina"), "password": password });
    home.http().post_ok("/api/v1/auth/reset", &reset).await;
    let login = json!({ "username": "mina", "password": password, "tokenTransport": "body" });
    let answer = home.http().post_ok("/api/v1/auth/login", &login).await;
    assert_eq!(answer["user"]["id"], mina.id);
    let http = home.http().bearer(text(&answer["accessToken"]));
    let page = http.get(&format!("/api/v1/rooms/{study}/messages?limit=200")).await.1;
    assert_eq!(page["messages"], json!(before));
    assert_eq!(content(&http, &picture).await, shown);
    assert_eq!(content(&http, &notes).await, "Chapter 5\n회의록".as_bytes());
    let mut moved = mina.at(&home.http());
    moved.access_token = text(&answer["accessToken"]);
    let moved = moved.connect().await;
    moved.call_ok("message:hide", json!({ "messageId": hidden, "hidden": false })).await;
    let shown = moved.history(&study).await.into_iter().find(|message| message["id"] == hidden).expect("it is shown");
    assert_eq!((&shown["content"], &shown["mentions"]), (&json!("not so loud, @joon"), &json!([joon.id])));
    assert_eq!(shown["reactions"][0]["emoji"], "🙉");
    let sent = http.post(&format!("/api/v1/rooms/{direct}/messages"), &json!({ "content": "we moved" })).await;
    assert!(sent.0 < 300, "{sent:?}");
    support::until("the index is built", async || {
        let found = http.get("/api/v1/search?q=회의록").await.1;
        found["hits"].as_array().is_some_and(|hits| !hits.is_empty())
    })
    .await;
}

#[tokio::test]
async fn what_is_damaged_or_does_not_fit_is_refused_and_nothing_is_served() {
    let team = team().await;
    look_after(&team).await;
    let Team { app, .. } = team;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("leaving");
    export(&app, &to, &[]).await;
    let home = empty().await;
    let refused = async |why: &str| {
        let output = home.run_cli(&["import", to.to_str().unwrap()], "").await;
        assert!(failure(&output).contains(why), "{why}: {output:?}");
        assert!(!home.data_dir().join("maru.db").exists());
        let _begun = std::fs::remove_dir_all(home.data_dir());
    };
    let read = |kind: &str| std::fs::read_to_string(to.join(format!("{kind}.jsonl"))).unwrap();
    let manifest = std::fs::read_to_string(to.join("manifest.json")).unwrap();
    let rooms = read("rooms");
    std::fs::write(to.join("rooms.jsonl"), rooms.replace("Chapter 5", "Chapter 6")).unwrap();
    refused("rooms.jsonl: it is not what was written").await;
    std::fs::write(to.join("rooms.jsonl"), &rooms).unwrap();

    // As somebody would who mends the sums, too.
    let forge = |kind: &str, text: &str| {
        std::fs::write(to.join(format!("{kind}.jsonl")), text).unwrap();
        let sum = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut mended: Value = serde_json::from_str(&manifest).unwrap();
        for part in mended["kinds"].as_array_mut().unwrap() {
            if part["name"] == format!("{kind}.jsonl") {
                part["sha256"] = json!(sum);
                part["bytes"] = json!(text.len());
            }
        }
        std::fs::write(to.join("manifest.json"), mended.to_string()).unwrap();
    };
    for (kind, was, is, why) in [
        ("rooms", "{", "{\"surprise\":1,", "rooms.jsonl: line 1: it cannot be kept as it is"),
        ("rooms", "\"kind\":\"public\"", "\"kind\":\"secret\"", "rooms.jsonl: line 1: "),
        ("rooms", "{", "no JSON", "rooms.jsonl: line 1: "),
        ("rooms", "\"createdBy\":\"0", "\"createdBy\":\"1", "rooms.jsonl: line 1: "),
        ("rooms", "\"createdAt\":\"2", "\"createdAt\":\"x2", "rooms.jsonl: line 1: "),
        ("messages", "\"editedAt\":\"2", "\"editedAt\":\"x2", "messages.jsonl: line "),
        ("members", "\"readSeq\":", "\"readSeq\":1.5e", "members.jsonl: line 1: "),
        ("tasks", "\"id\":\"0", "\"id\":\"!", " is no id, of tasks"),
        ("tasks", "\"room\":\"0", "\"room\":\"1", "tasks.jsonl: line 1: "),
        ("messages", "\"by\":\"0", "\"by\":\"1", "messages.jsonl: line 1: "),
        ("reports", "\"id\":\"0", "\"id\":\"!", " is no id, of reports"),
        ("announcements", "\"id\":\"0", "\"id\":\"!", " is no id, of announcements"),
    ] {
        let original = read(kind);
        assert!(original.contains(was), "{was}: {original}");
        forge(kind, &original.replacen(was, is, 1));
        refused(why).await;
        forge(kind, &original);
    }
    let somewhere = app.run_cli(&["import", to.to_str().unwrap()], "").await;
    assert!(failure(&somewhere).contains("is not empty, and nothing is overwritten"), "{somewhere:?}");
    std::fs::write(to.join("manifest.json"), manifest.replace("\"format\": 1", "\"format\": 2")).unwrap();
    refused("is of format 2, and this Maru knows 1").await;
}
