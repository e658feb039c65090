//! A backup has what is in the bucket, and is restored without one.

use super::*;

#[tokio::test]
async fn a_backup_brings_files_home_from_the_bucket_and_they_are_served_without_it() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let picture = upload(&mina, "a.png", pictures::png(600, 400)).await;
    let whole = upload(&mina, "a.bin", noise(200_000, 3)).await;
    let shown = fetch(&mina.http(), &picture).await.bytes().await.unwrap();
    let folder = tempfile::tempdir().expect("a folder");
    let backups = folder.path().to_str().unwrap();
    for copied in ["of which 211 KiB are new", "of which 0 B are new"] {
        let made = app.run_cli(&["backup", "--to", backups], "").await;
        assert!(made.status.success() && made.stderr.contains(copied), "{made:?}");
    }
    with_server(Server::go_away);

    let mut home = TestApp::spawn().await;
    home.terminate().await;
    std::fs::remove_dir_all(home.data_dir()).unwrap();
    let restored = home.run_cli(&["restore", backups], "").await;
    assert!(restored.status.success(), "{restored:?}");
    home.restart().await;
    let mina = home.http().bearer(mina.access_token);
    assert!(content(&mina, &whole).await == noise(200_000, 3));
    assert_eq!(content(&mina, &picture).await, shown);
    let small = mina.request(Method::GET, &format!("{}?size=small", path_of(&picture))).send().await.unwrap();
    assert_eq!(small.status(), 200);
}

#[tokio::test]
async fn a_restored_copy_takes_nothing_away_from_the_bucket_of_its_original_until_it_takes_its_place() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    let file = upload(&mina, "a.bin", noise(200_000, 3)).await;
    let message = send(&socket, &general, "", &[&file]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let backups = folder.path().join("backups");
    let made = app.run_cli(&["backup", "--to", backups.to_str().unwrap()], "").await;
    assert!(made.status.success(), "{made:?}");

    // The copy deletes the message; what it had stays where the original has it.
    let mut copy = builder().spawn().await;
    copy.terminate().await;
    std::fs::remove_dir_all(copy.data_dir()).unwrap();
    let restored = copy.run_cli(&["restore", backups.to_str().unwrap()], "").await;
    assert!(restored.status.success(), "{restored:?}");
    copy.restart().await;
    failing::files_are(&copy, "failing").await;
    copy.logged("the bucket belongs to another Maru, as its object maru-owner says").await;
    let told = copy.run_cli(&["doctor"], "").await;
    assert!(told.stdout.contains("belongs to another Maru") && told.stdout.contains("another prefix"), "{told:?}");
    let there = copy.http().bearer(mina.access_token.clone());
    assert!(content(&there, &file).await == noise(200_000, 3), "it reads on");
    assert_eq!(try_upload(&there, "b.txt", "b").await.0, 503);
    let deleted = there.delete(&format!("/api/v1/messages/{message}")).await;
    assert_eq!(deleted.0, 200, "{}", deleted.1);
    // What is to be removed is looked at when it starts.
    copy.restart().await;
    copy.logged("files could not be removed").await;
    let in_the_bucket = || kept(&app).iter().filter(|path| !path.starts_with("incoming")).count();
    assert_eq!(in_the_bucket(), 1, "{:?}", kept(&app));
    assert!(content(&mina.http(), &file).await == noise(200_000, 3));

    // Where the original is gone for good, somebody says so.
    app.terminate().await;
    with_server(|server| std::fs::remove_file(server.folder().join("some/prefix/maru-owner"))).expect("it goes");
    copy.restart().await;
    failing::files_are(&copy, "usable").await;
    let (status, answer) = try_upload(&copy.http().bearer(mina.access_token), "b.txt", "b").await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn an_export_has_what_is_in_the_bucket() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = upload(&mina, "a.bin", noise(200_000, 3)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("leaving");
    let made = app.run_cli(&["export", to.to_str().unwrap()], "").await;
    assert!(made.status.success() && made.stderr.contains("files: 1 of 195 KiB"), "{made:?}");
    let line = std::fs::read_to_string(to.join("files.jsonl")).expect("the lines of files");
    let line: Value = serde_json::from_str(&line).expect("one line");
    assert_eq!(line["id"], whole["id"]);
    let hash = text(&line["content"]);
    assert!(std::fs::read(to.join(format!("files/{}/{hash}", &hash[..2]))).unwrap() == noise(200_000, 3));
}
