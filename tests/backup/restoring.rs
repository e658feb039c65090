//! What comes back: everything that was acknowledged before the backup began, whole, and nothing that is half done.

use super::*;
use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// The messages of a room, oldest first.
async fn all_messages(person: &Person, room: &str) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    loop {
        let before = found.first().map_or_else(String::new, |first| format!("&before={}", first["seq"]));
        let path = format!("/api/v1/rooms/{room}/messages?limit=200{before}");
        let (status, page) = person.http().get(&path).await;
        assert_eq!(status, 200, "{page}");
        let older = page["messages"].as_array().expect("messages").clone();
        found.splice(0..0, older);
        if page["hasMore"] != true {
            return found;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_fifty_people_who_send_has_all_that_was_acknowledged_before_and_no_torn_file() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    let first = mina.connect().await;
    let general = text(&first.ready["rooms"][0]["id"]);
    let epoch = first.ready["epoch"].clone();
    let (acknowledged, stop) = (Arc::new(Mutex::new(BTreeSet::new())), CancellationToken::new());
    let mut senders = Vec::new();
    for number in 0..50_u32 {
        let (mina, general) = (mina.clone(), general.clone());
        let (acknowledged, stop) = (acknowledged.clone(), stop.clone());
        senders.push(tokio::spawn(async move {
            let socket = mina.connect().await;
            for round in 0.. {
                if stop.is_cancelled() {
                    return;
                }
                let seed = number * 10_000 + round + 1;
                let sent = if number < 5 {
                    let file = upload(&mina, &seed.to_string(), noise(50_000, seed)).await;
                    let message = json!({ "roomId": general, "content": "", "fileIds": [file["id"]] });
                    socket.call_ok("message:send", message).await
                } else {
                    socket.say(&general, &format!("{number} says {round}")).await
                };
                acknowledged.lock().unwrap().insert(sent["seq"].as_i64().expect("a seq"));
            }
        }));
    }
    while acknowledged.lock().unwrap().len() < 500 {
        tokio::task::yield_now().await;
    }
    let before: BTreeSet<i64> = acknowledged.lock().unwrap().clone();
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = back_up(&app, folder.path()).await;
    let after = acknowledged.lock().unwrap().len();
    stop.cancel();
    for sender in senders {
        sender.await.unwrap();
    }
    assert!(after > before.len(), "nobody waited for the backup: {} and {after}", before.len());

    restore(&mut app, &snapshot).await;
    let restored = all_messages(&mina, &general).await;
    let seqs: Vec<i64> = restored.iter().map(|message| message["seq"].as_i64().expect("a seq")).collect();
    let last = *seqs.last().expect("messages");
    assert!(seqs.iter().copied().eq(1..=last), "a message is missing");
    assert!(before.iter().all(|seq| *seq <= last), "{last} is less than what was acknowledged");
    let mut whole = 0;
    for file in restored.iter().filter_map(|message| message["files"].as_array()).flatten() {
        let seed: u32 = text(&file["name"]).parse().expect("a seed");
        assert!(content(&mina.http(), file).await == noise(50_000, seed), "{file} is torn");
        whole += 1;
    }
    assert!(whole > 0, "no file was in the backup");
    let socket = mina.connect().await;
    assert_ne!(socket.ready["epoch"], epoch, "clients do not take it for what they knew");
    socket.say(&general, "we are back").await;
}

#[tokio::test]
async fn the_second_backup_copies_only_what_is_new() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    send(&socket, &general, "", &[&upload(&mina, "old", noise(300_000, 1)).await]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = back_up(&app, folder.path()).await;
    send(&socket, &general, "", &[&upload(&mina, "new", noise(100_000, 3)).await]).await;
    let output = try_back_up(&app, folder.path()).await;
    let second = PathBuf::from(output.stdout.trim());
    assert!(output.stderr.contains("of 390 KiB, of which 97.6 KiB are new"), "{output:?}");
    let contents = |snapshot: &Path| -> BTreeSet<u64> {
        let found = files(&snapshot.join("data/files"));
        found.iter().map(|path| std::fs::metadata(path).expect("it is there").ino()).collect()
    };
    let (first_contents, second_contents) = (contents(&first), contents(&second));
    assert_eq!((first_contents.len(), second_contents.len()), (1, 2));
    assert!(first_contents.is_subset(&second_contents), "the same bytes lie there once");

    // An earlier one is whole without those that came later, and they without it.
    std::fs::remove_dir_all(&first).expect("it goes");
    let checked = app.run_cli(&["restore", second.to_str().unwrap(), "--to", "/nowhere", "--dry-run"], "").await;
    assert!(checked.status.success(), "{checked:?}");
}

#[tokio::test]
async fn secrets_come_along_and_all_of_it_is_for_its_owner_alone() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "a.txt", "text").await;
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = back_up(&app, &folder.path().join("backups")).await;
    assert!(snapshot.join("data/signing-keys.json").exists());
    restore(&mut app, &snapshot).await;
    assert_eq!(mina.http().get("/api/v1/me").await.0, 200, "nobody has to log in again");
    for root in [folder.path().join("backups"), app.data_dir()] {
        for path in files(&root) {
            let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            assert_eq!(mode(path.parent().expect("a folder")), 0o700, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn whoever_was_logged_in_stays_so_though_their_client_went_on_after_the_backup() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = back_up(&app, folder.path()).await;
    let refresh = async |app: &TestApp, token: &str| {
        let body = json!({ "refreshToken": token });
        app.http().post("/api/v1/auth/refresh", &body).await
    };
    let mut tokens = vec![mina.refresh_token.clone()];
    for _ in 0..3 {
        let (status, answer) = refresh(&app, tokens.last().unwrap()).await;
        assert_eq!(status, 200, "{answer}");
        tokens.push(text(&answer["refreshToken"]));
    }
    restore(&mut app, &snapshot).await;
    let (status, answer) = refresh(&app, &tokens[3]).await;
    assert_eq!(status, 200, "nobody has to log in again: {answer}");
    let (status, repeated) = refresh(&app, &tokens[3]).await;
    assert_eq!((status, &repeated["refreshToken"]), (200, &answer["refreshToken"]), "another tab has the same");
    let (status, refused) = refresh(&app, &tokens[1]).await;
    assert_eq!(status, 401, "what was spent before is in two hands: {refused}");
    assert_eq!(refresh(&app, &text(&answer["refreshToken"])).await.0, 401);
}

#[tokio::test]
async fn restoring_works_on_an_empty_machine_tells_what_it_does_and_overwrites_nothing() {
    let app = builder().spawn().await;
    app.person("mina").await;
    let folder = tempfile::tempdir().expect("a folder");
    let (backups, target) = (folder.path().join("backups"), folder.path().join("new"));
    back_up(&app, &backups).await;
    let latest = back_up(&app, &backups).await;
    let (from, to) = (backups.to_str().unwrap(), target.to_str().unwrap());
    let dry = support::run_maru(&["restore", from, "--to", to, "--dry-run"], &[], "").await;
    assert!(dry.status.success() && dry.stdout.contains(latest.to_str().unwrap()), "the latest is meant: {dry:?}");
    assert!(dry.stdout.contains("people: 2, rooms: 1") && dry.stderr.contains("nothing was changed"), "{dry:?}");
    assert!(!target.exists());
    let restored = support::run_maru(&["restore", from, "--to", to], &[], "").await;
    assert!(restored.status.success() && restored.stderr.contains("maru serve --data-dir"), "{restored:?}");
    let before = files(&target);
    let again = support::run_maru(&["restore", from, "--to", to], &[], "").await;
    assert!(failure(&again).contains("is not empty, and nothing is overwritten"), "{again:?}");
    assert_eq!(files(&target), before);
    let running = app.run_cli(&["restore", from], "").await;
    assert!(failure(&running).contains("is not empty"), "{running:?}");
    let listed = support::run_maru(&["user", "list", "--data-dir", to], &[], "").await;
    assert!(listed.stdout.contains("mina"), "{listed:?}");
}

#[tokio::test]
async fn a_backup_is_made_without_a_server_too_and_leaves_out_what_is_not_finished() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    let finished = upload(&mina, "finished", "whole").await;
    let half = announce(&mina.http(), "half", 10).await;
    send_part(&mina.http(), &half, 0, b"half").await;
    app.kill9();
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = back_up(&app, folder.path()).await;
    app.restart().await;
    restore(&mut app, &snapshot).await;
    assert_eq!(content(&mina.http(), &finished).await, b"whole");
    assert_eq!(progress(&mina.http(), &half).await, Err(404));
}
