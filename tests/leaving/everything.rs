//! What an export has, what it never has, and that it is of one moment, whole or not there.

use super::team::{Team, team};
use super::*;
use sha2::{Digest, Sha256};
use sqlx::Row;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn sha256(path: &Path) -> String {
    let digest = Sha256::digest(std::fs::read(path).expect("a file"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn an_export_has_everything_and_no_secret_and_its_sums_are_right() {
    let Team { app, admin, mina, study, picture, invite_code, .. } = team().await;
    let bot = succeeded(app.run_cli(&["bot", "create", "--username", "helper"], "").await).stdout;
    let token = bot.split_whitespace().find(|word| word.starts_with("maru_bot_")).expect("a token").to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("leaving");
    export(&app, &to, &[]).await;

    let manifest: Value = serde_json::from_slice(&std::fs::read(to.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["format"], &manifest["missing"]), (&json!(1), &json!([])), "{manifest}");
    let mut listed = vec!["manifest.json".to_owned()];
    for part in manifest["kinds"].as_array().unwrap().iter().chain([&manifest["list"]]) {
        let name = text(&part["name"]);
        assert_eq!(part["sha256"], sha256(&to.join(&name)), "{name}");
        assert_eq!(part["bytes"], std::fs::metadata(to.join(&name)).unwrap().len(), "{name}");
        if let Some(count) = part["lines"].as_u64() {
            assert_eq!(lines(&to, name.strip_suffix(".jsonl").unwrap()).len() as u64, count, "{name}");
        }
        listed.push(name);
    }
    for part in lines(&to, "files-list") {
        assert_eq!(part["sha256"], sha256(&to.join(text(&part["name"]))), "{part}");
        listed.push(text(&part["name"]));
    }
    listed.sort();
    assert_eq!(files(&to), listed, "nothing else lies there");

    for kind in [
        "people",
        "rooms",
        "members",
        "messages",
        "files",
        "contents",
        "tasks",
        "reminders",
        "emoji",
        "saved",
        "invites",
    ]
    .into_iter()
    .chain(["notifications", "thread-followers", "audit", "team"])
    {
        assert!(!lines(&to, kind).is_empty(), "{kind}");
    }
    let messages = lines(&to, "messages");
    let find = |content: &str| messages.iter().find(|message| message["content"] == content).expect("the message");
    assert_eq!(find("The hall, with @joon")["files"][0]["file"], picture["id"]);
    let root = find("회의록을 올렸어요");
    assert_eq!(
        (&root["room"], &root["threadReplies"], &root["reactions"][0]["emoji"]),
        (&json!(study), &json!(2), &json!("👍"))
    );
    assert!(root["pinnedAt"].is_string() && find("a typo")["editedAt"].is_string(), "{root}");
    assert_eq!((&find("Thank you!")["threadRoot"], &find("Read it all")["replyTo"]), (&root["seq"], &root["seq"]));
    assert!(messages.iter().any(|message| message["deletedAt"].is_string() && message["content"] == ""));
    let noted = lines(&to, "audit").pop().expect("it is noted");
    assert_eq!(
        (&noted["act"], &noted["byKind"], &noted["detail"]),
        (&json!("export.made"), &json!("operator"), &json!({ "of": "everything" }))
    );

    // Its bytes are those that people are given.
    let shown = fetch(&mina.http(), &picture).await.bytes().await.unwrap();
    let content = lines(&to, "files").into_iter().find(|file| file["id"] == picture["id"]).expect("the file");
    let hash = text(&content["content"]);
    assert_eq!(std::fs::read(to.join(format!("files/{}/{hash}", &hash[..2]))).unwrap(), shown);

    let mut database = app.database().await;
    let hashes: Vec<String> = sqlx::query_scalar("SELECT password_hash FROM users WHERE password_hash IS NOT NULL")
        .fetch_all(&mut database)
        .await
        .unwrap();
    let digests: Vec<Vec<u8>> = sqlx::query_scalar("SELECT digest FROM invites UNION SELECT digest FROM bot_tokens")
        .fetch_all(&mut database)
        .await
        .unwrap();
    assert!(hashes.len() == 3 && digests.len() > 1);
    let keys = std::fs::read_dir(app.data_dir()).unwrap().flatten().map(|entry| entry.path());
    let keys: Vec<String> = keys
        .filter(|path| path.to_string_lossy().contains("key"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert!(!keys.is_empty());
    let mut secrets = vec![token, invite_code, admin.refresh_token, mina.session_id, mina.access_token];
    secrets.extend(hashes);
    secrets.extend(digests.iter().map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect()));
    secrets.extend(keys.iter().flat_map(|key| {
        key.split(|c: char| !c.is_alphanumeric() && !"_-+/=".contains(c))
            .filter(|word| word.len() > 24)
            .map(str::to_owned)
    }));
    for name in files(&to).iter().filter(|name| name.contains(".json")) {
        let text = std::fs::read_to_string(to.join(name)).unwrap();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{name} has the secret {secret}");
        }
    }

    let again = try_export(&app, &to, &[]).await;
    assert!(failure(&again).contains("is there already, and nothing is overwritten"), "{again:?}");
    assert_eq!(files(&to), listed);
}

#[tokio::test]
async fn an_export_is_made_without_a_server_too_and_says_what_the_disk_has_lost() {
    let Team { mut app, picture, .. } = team().await;
    let folder = tempfile::tempdir().expect("a folder");
    export(&app, &folder.path().join("beside"), &[]).await;
    app.terminate().await;
    export(&app, &folder.path().join("alone"), &[]).await;
    for kind in ["messages", "rooms", "files", "contents", "tasks"] {
        assert_eq!(lines(&folder.path().join("beside"), kind), lines(&folder.path().join("alone"), kind), "{kind}");
    }
    let file = lines(&folder.path().join("alone"), "files").into_iter().find(|file| file["id"] == picture["id"]);
    let hash = text(&file.expect("the file")["content"]);
    std::fs::remove_file(app.data_dir().join(format!("files/{}/{hash}", &hash[..2]))).expect("it is lost");
    let lacking = folder.path().join("lacking");
    let made = try_export(&app, &lacking, &[]).await;
    assert!(failure(&made).contains("is not complete") && failure(&made).contains(&hash), "{made:?}");
    assert!(lacking.join("manifest.json").exists(), "the rest is there");
    let no_folder = maru_in(&folder.path().join("nothing")).await;
    assert!(failure(&no_folder).contains("there is no data of Maru in"), "{no_folder:?}");
}

async fn maru_in(data_dir: &Path) -> Output {
    support::run_maru(&["export", "somewhere", "--data-dir", data_dir.to_str().unwrap()], &[], "").await
}

#[tokio::test]
async fn an_export_while_people_talk_is_one_moment() {
    let app = builder().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (m, j) = (mina.connect().await, joon.connect().await);
    let rooms = [m.create_room("private", "One", &[&joon]).await, m.create_room("private", "Two", &[&joon]).await];
    for number in 0..200 {
        m.say(&rooms[number % 2], "before").await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let talking = {
        let (stop, rooms) = (stop.clone(), rooms.clone());
        tokio::spawn(async move {
            let mut said = 0;
            while !stop.load(Ordering::Relaxed) {
                // To one and then the other: no moment has more than one more in the second.
                for room in &rooms {
                    j.say(room, "meanwhile").await;
                }
                said += 2;
            }
            said
        })
    };
    let folder = tempfile::tempdir().expect("a folder");
    for round in 0..3 {
        let to = folder.path().join(round.to_string());
        export(&app, &to, &[]).await;
        let messages = lines(&to, "messages");
        let counts = rooms.each_ref().map(|room| {
            let of: Vec<i64> = messages
                .iter()
                .filter(|message| message["room"] == room.as_str())
                .map(|message| support::number(&message["seq"]))
                .collect();
            assert_eq!(of, (1..=of.len() as i64).collect::<Vec<_>>(), "dense and in order");
            let exported =
                lines(&to, "rooms").into_iter().find(|exported| exported["id"] == room.as_str()).expect("the room");
            assert_eq!(exported["lastSeq"], of.len(), "of the same moment as the messages");
            of.len() as i64
        });
        assert!((0..=1).contains(&(counts[0] - counts[1])) && counts[1] >= 100, "{counts:?}");
    }
    stop.store(true, Ordering::Relaxed);
    assert!(talking.await.expect("no panic") > 0);
}

#[tokio::test]
async fn an_export_that_is_killed_leaves_nothing_that_looks_whole_and_the_next_one_clears_up() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    mina.connect().await.create_room("private", "Long", &[]).await;
    app.terminate().await;
    super::large::fill(&app, 30_000).await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("leaving");
    let begun = folder.path().join(".leaving.unfinished/messages.jsonl");
    let mut command = support::maru();
    command.args(["export", to.to_str().unwrap(), "--data-dir"]).arg(app.data_dir());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let give_up = Instant::now() + Duration::from_secs(20);
    while !begun.exists() {
        assert!(Instant::now() < give_up && child.try_wait().unwrap().is_none(), "it was to be caught at work");
        tokio::task::yield_now().await;
    }
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    assert!(!to.exists() && begun.exists());
    assert!(!folder.path().join(".leaving.unfinished/manifest.json").exists());
    let refused = app.run_cli(&["import", folder.path().join(".leaving.unfinished").to_str().unwrap()], "").await;
    assert!(failure(&refused).contains("is no export of Maru"), "{refused:?}");
    export(&app, &to, &[]).await;
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["leaving"]);
    let mut database = app.database().await;
    let row = sqlx::query("SELECT count(*) AS n FROM messages").fetch_one(&mut database).await.unwrap();
    assert_eq!(lines(&to, "messages").len() as i64, row.get::<i64, _>("n"));
}
