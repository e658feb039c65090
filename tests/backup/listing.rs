//! What is kept is listed, and what the disk has lost of it since is found, said, and not built upon.

use super::*;
use std::os::unix::fs::MetadataExt;

async fn list(app: &TestApp, folder: &Path, how: &[&str]) -> Output {
    app.run_cli(&[&["backup", "list", folder.to_str().expect("a plain path")], how].concat(), "").await
}

/// The one content of a snapshot.
fn content_of(snapshot: &Path) -> PathBuf {
    let found = files(&snapshot.join("data/files"));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[tokio::test]
async fn a_rotten_byte_that_several_backups_share_is_found_said_and_not_handed_on() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "a.bin", noise(100_000, 7)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let none = list(&app, folder.path(), &[]).await;
    assert!(failure(&none).contains("there is no backup of Maru in"), "{none:?}");
    let first = back_up(&app, folder.path()).await;
    let second = back_up(&app, folder.path()).await;
    let listed = support::succeeded(list(&app, folder.path(), &[]).await).stdout;
    for (line, snapshot) in listed.lines().zip([&second, &first]) {
        assert!(line.starts_with(snapshot.file_name().unwrap().to_str().unwrap()), "the newest first: {listed}");
        assert!(
            line.contains("people: 2, rooms: 1") && line.ends_with("files: 1; restored once to be sure"),
            "{listed}"
        );
    }
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let sound = support::succeeded(list(&app, folder.path(), &["--verify"]).await).stdout;
    assert_eq!(sound.matches("every byte is as it was written").count(), 2, "{sound}");

    let rotten = content_of(&first);
    let mut bytes = std::fs::read(&rotten).expect("it is there");
    bytes[50_000] ^= 1;
    std::fs::write(&rotten, bytes).expect("it rots");
    let found = list(&app, folder.path(), &["--verify"]).await;
    assert_eq!((found.status.code(), found.stdout.matches("  damaged: ").count()), (Some(1), 2), "{found:?}");
    assert!(found.stdout.contains(content_of(&second).to_str().unwrap()), "{found:?}");

    let made = support::succeeded(try_back_up(&app, folder.path()).await);
    assert!(made.stderr.contains("1 files of the backup before are not what was written there"), "{made:?}");
    let third = PathBuf::from(made.stdout.trim());
    let inode = |path: &Path| std::fs::metadata(path).expect("it is there").ino();
    assert_ne!(inode(&content_of(&third)), inode(&rotten), "it is copied from where it is whole");
    let found = list(&app, folder.path(), &["--verify"]).await;
    let lines: Vec<&str> = found.stdout.lines().collect();
    assert!(lines[0].ends_with("every byte is as it was written"), "{found:?}");
    assert!(lines[1..].iter().all(|line| line.contains("  damaged: ")), "{found:?}");
    let checked = app.run_cli(&["restore", third.to_str().unwrap(), "--to", "/nowhere", "--dry-run"], "").await;
    support::succeeded(checked);
}

#[tokio::test]
async fn administrators_see_what_is_kept_and_which_of_it_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = builder().env("MARU_BACKUP_DIR", folder.path().display()).env("MARU_BACKUP_EVERY", "1d").spawn().await;
    let admin = app.admin().await;
    upload(&app.person("mina").await, "a.bin", noise(100_000, 7)).await;
    app.logged("a backup was made and proven").await;
    let second = back_up(&app, folder.path()).await;
    let (status, told) = admin.http().get("/api/v1/backups").await;
    assert_eq!(status, 200, "{told}");
    let kept = told["kept"].as_array().expect("a list");
    assert_eq!((kept.len(), &kept[0]["state"], &kept[1]["state"]), (2, &json!("proven"), &json!("proven")), "{told}");
    assert_eq!((&kept[0]["files"], &kept[1]["files"]), (&json!(1), &json!(0)), "{told}");
    assert!(kept[0]["bytes"].as_u64().expect("a size") > 100_000, "{told}");
    assert!(kept[0]["at"].as_str() > kept[1]["at"].as_str(), "the newest first: {told}");
    std::fs::write(second.join("manifest.json"), "{}").expect("damaged");
    let told = admin.http().get("/api/v1/backups").await.1;
    assert_eq!((&told["kept"][0]["state"], told["kept"][0].get("bytes")), (&json!("damaged"), None), "{told}");
    assert!(text(&told["kept"][0]["problem"]).contains("the backup is damaged"), "{told}");
}
