//! Backups that are made by themselves, and who is told of them.

use super::*;

async fn until(app: &TestApp, state: &str) -> Value {
    loop {
        let (status, answer) = app.http().get("/readyz").await;
        assert_eq!(status, 200, "{answer}");
        if answer["backup"]["state"] == state {
            return answer["backup"].clone();
        }
    }
}

#[tokio::test]
async fn backups_come_by_themselves_are_proven_and_the_oldest_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = builder()
        .env("MARU_BACKUP_DIR", folder.path().display())
        .env("MARU_BACKUP_EVERY", "1s")
        .env("MARU_BACKUP_KEEP", "2")
        .spawn()
        .await;
    let (admin, mina) = (app.admin().await, app.person("mina").await);
    upload(&mina, "a.bin", noise(10_000, 1)).await;
    std::fs::write(folder.path().join("notes.txt"), "mine").expect("written");
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < 4 {
        seen.extend(snapshots(folder.path()).into_iter().filter(|path| path.is_dir()));
        admin.http().get("/api/v1/me").await;
    }
    let good = until(&app, "good").await;
    assert!(good["lastGoodAt"].is_string(), "{good}");
    app.logged("a backup was made and proven").await;
    let left = snapshots(folder.path()).into_iter().filter(|path| path.is_dir()).count();
    assert!(left <= 3, "{left} are there: two, and perhaps one that is about to go");
    assert_eq!(std::fs::read_to_string(folder.path().join("notes.txt")).expect("it is there"), "mine");

    let (status, told) = admin.http().get("/api/v1/backups").await;
    assert_eq!(status, 200, "{told}");
    assert_eq!((&told["state"], &told["everySeconds"], &told["keep"]), (&json!("good"), &json!(1), &json!(2)));
    assert_eq!((&told["lastGood"]["files"], &told["lastGood"]["bytes"]), (&json!(1), &json!(10_000)), "{told}");
    let (status, refused) = mina.http().get("/api/v1/backups").await;
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("forbidden")), "{refused}");
    assert_eq!(app.http().get("/api/v1/backups").await.0, 401);
}

#[tokio::test]
async fn a_backup_that_cannot_be_made_by_itself_is_told_until_one_can() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("backups");
    std::fs::write(&place, "in the way").expect("written");
    let app = builder().env("MARU_BACKUP_DIR", place.display()).env("MARU_BACKUP_EVERY", "1s").spawn().await;
    let admin = app.admin().await;
    until(&app, "failing").await;
    app.logged("a backup could not be made").await;
    let told = admin.http().get("/api/v1/backups").await.1;
    let problem = text(&told["lastFailure"]["problem"]);
    assert!(problem.contains(place.to_str().unwrap()), "{told}");
    std::fs::remove_file(&place).expect("it goes");
    until(&app, "good").await;
}

#[tokio::test]
async fn without_a_folder_none_are_made_and_one_made_by_hand_is_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = builder().spawn().await;
    let admin = app.admin().await;
    until(&app, "off").await;
    assert_eq!(admin.http().get("/api/v1/backups").await.1, json!({ "success": true, "state": "off" }));
    back_up(&app, folder.path()).await;
    until(&app, "good").await;
    assert!(admin.http().get("/api/v1/backups").await.1["lastGood"]["at"].is_string());
}

#[tokio::test]
async fn a_backup_from_the_future_holds_up_nothing_and_is_not_the_latest() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = builder().spawn().await;
    app.person("mina").await;
    let future = folder.path().join("2999-01-01T00-00-00.000Z");
    std::fs::rename(back_up(&app, folder.path()).await, &future).expect("it has another name");
    let noted = app.data_dir().join("backups.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&noted).expect("noted")).expect("a record");
    record["lastGood"]["at"] = json!("2999-01-01T00:00:00.000Z");
    std::fs::write(&noted, record.to_string()).expect("written");
    until(&app, "off").await;
    let (from, to) = (folder.path().to_str().unwrap(), folder.path().join("new"));
    let restore = ["restore", from, "--to", to.to_str().unwrap(), "--dry-run"];
    let refused = support::run_maru(&restore, &[], "").await;
    assert!(failure(&refused).contains("are of a time to come"), "{refused:?}");

    let app = builder()
        .env("MARU_BACKUP_DIR", from)
        .env("MARU_BACKUP_EVERY", "1h")
        .env("MARU_BACKUP_KEEP", "1")
        .spawn()
        .await;
    until(&app, "good").await;
    app.logged("a backup is of a time to come").await;
    let found = snapshots(folder.path());
    assert_eq!((found.len(), found.last()), (2, Some(&future)), "one was made, and both stay");
    let dry = support::run_maru(&restore, &[], "").await;
    assert!(dry.stdout.contains(found[0].to_str().unwrap()), "{dry:?}");
}

#[tokio::test]
async fn a_backup_without_files_that_are_missing_is_told_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "a.bin", noise(10_000, 1)).await;
    app.terminate().await;
    let kept: Vec<PathBuf> = files(&app.data_dir().join("files"));
    let content = kept.iter().find(|path| std::fs::metadata(path).is_ok_and(|found| found.len() == 10_000));
    std::fs::remove_file(content.expect("the content")).expect("it goes");
    let refused = try_back_up(&app, folder.path()).await;
    let made = snapshots(folder.path()).remove(0);
    let told = format!("the backup {} was made, and is not complete", made.display());
    assert!(failure(&refused).contains(&told), "{refused:?}");
    app.restart().await;
    until(&app, "incomplete").await;
    let told = app.admin().await.http().get("/api/v1/backups").await.1;
    assert_eq!((&told["state"], &told["lastGood"]["missing"]), (&json!("incomplete"), &json!(1)), "{told}");
}

#[tokio::test]
async fn a_backup_beside_another_is_refused_and_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = builder().spawn().await;
    back_up(&app, folder.path()).await;
    let other = std::fs::File::open(folder.path().join(".maru-backup.lock")).expect("the lock");
    other.try_lock().expect("nobody has it");
    let refused = try_back_up(&app, folder.path()).await;
    assert!(failure(&refused).contains("another backup is being made in"), "{refused:?}");
    until(&app, "good").await;
    let told = app.admin().await.http().get("/api/v1/backups").await.1;
    assert_eq!(told.get("lastFailure"), None, "{told}");
}
