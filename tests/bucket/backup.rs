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
