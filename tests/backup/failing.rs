//! Backups that cannot be made, were cut off, or are not any more what they were.

use super::*;
use std::fs;
use std::time::Duration;
use support::Process;

async fn try_restore(from: &Path, to: &Path) -> Output {
    let (from, to) = (from.to_str().expect("a plain path"), to.to_str().expect("a plain path"));
    support::run_maru(&["restore", from, "--to", to], &[], "").await
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_nothing_of_it_is_restored() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "a.bin", noise(100_000, 7)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (backups, target) = (folder.path().join("backups"), folder.path().join("new"));
    let snapshot = back_up(&app, &backups).await;
    let all = files(&snapshot);
    assert_eq!(all.len(), 6, "{all:?}");
    for path in all {
        let whole = fs::read(&path).expect("it is there");
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let cut = whole[..whole.len() - 1].to_vec();
        for damage in [Some(flipped), Some(cut), None] {
            match damage {
                Some(bytes) => fs::write(&path, bytes).expect("damaged"),
                None => fs::remove_file(&path).expect("removed"),
            }
            let refused = try_restore(&snapshot, &target).await;
            let name = path.file_name().expect("a name").to_str().expect("a plain name");
            assert!(failure(&refused).contains(name) || name.starts_with("manifest"), "{name}: {refused:?}");
            assert!(!target.exists(), "{name}");
        }
        fs::write(&path, whole).expect("mended");
    }
    assert!(try_restore(&snapshot, &target).await.status.success());
}

#[tokio::test]
async fn where_nothing_can_be_written_it_is_said_and_nothing_is_left() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "large.bin", noise(4_000_000, 9)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let below = file.join("backups");
    let refused = try_back_up(&app, &below).await;
    assert!(failure(&refused).contains(below.to_str().unwrap()), "{refused:?}");

    // A disk that takes no more, in the middle of the database and in the middle of a file: blocks of 512 bytes.
    let backups = folder.path().join("backups");
    for (blocks, named) in [(100, "maru.db"), (6_000, "files/")] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" backup --to \"$1\" --data-dir \"$2\"");
        let mut command = support::without_settings("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_maru")]).arg(&backups).arg(app.data_dir());
        let refused = Process::run(&mut command, "", Duration::from_secs(20)).await;
        assert!(failure(&refused).contains(named), "{refused:?}");
        assert!(snapshots(&backups).is_empty(), "{:?}", snapshots(&backups));
    }
    let unset = app.run_cli(&["backup"], "").await;
    assert!(failure(&unset).contains("--to"), "{unset:?}");
    let nowhere = support::run_maru(&["backup", "--to", "x", "--data-dir", "/nowhere"], &[], "").await;
    assert!(failure(&nowhere).contains("there is no data of Maru in /nowhere"), "{nowhere:?}");
    let nothing = try_restore(folder.path(), &folder.path().join("new")).await;
    assert!(failure(&nothing).contains("there is no backup of Maru in"), "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_leaves_no_half_backup_that_looks_whole() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "large.bin", noise(30_000_000, 11)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let copied = |backups: &Path| files(backups).iter().any(|path| path.to_string_lossy().contains("/data/files/"));
    // It may be done before it is killed; then another one is.
    for round in 0.. {
        let backups = folder.path().join(round.to_string());
        let mut command = support::maru();
        command.arg("backup").arg("--to").arg(&backups).arg("--data-dir").arg(app.data_dir());
        let mut process = Process::start(&mut command);
        while process.runs() && !copied(&backups) {
            tokio::task::yield_now().await;
        }
        process.kill();
        if !snapshots(&backups).is_empty() {
            continue;
        }
        let refused = try_restore(&backups, &folder.path().join("new")).await;
        assert!(failure(&refused).contains("there is no backup of Maru in"), "{refused:?}");
        back_up(&app, &backups).await;
        let entries = fs::read_dir(&backups).expect("the folder").flatten();
        let names: Vec<_> = entries.map(|entry| entry.file_name().into_string().expect("plain")).collect();
        assert!(!names.iter().any(|name| name.contains("unfinished")), "what was left is removed: {names:?}");
        break;
    }
}

#[tokio::test]
async fn a_database_that_is_not_sound_makes_no_backup_and_the_earlier_ones_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut app = builder().spawn().await;
    app.person("mina").await;
    let good = back_up(&app, folder.path()).await;
    app.terminate().await;
    let url = format!("sqlite://{}/maru.db", app.data_dir().display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.expect("the database");
    let orphan = "PRAGMA foreign_keys = OFF; INSERT INTO withdrawn_files (file_id) VALUES (12345)";
    sqlx::raw_sql(orphan).execute(&mut database).await.expect("an orphan");
    <sqlx::SqliteConnection as sqlx::Connection>::close(database).await.expect("closed");
    let refused = try_back_up(&app, folder.path()).await;
    assert!(failure(&refused).contains("a row names another that is not there"), "{refused:?}");
    assert_eq!(snapshots(folder.path()), [good]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_cut_off_is_never_served() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "large.bin", noise(30_000_000, 11)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = back_up(&app, &folder.path().join("backups")).await;
    // It may be done before it is killed; then another one is.
    for round in 0.. {
        let target = folder.path().join(round.to_string());
        let mut command = support::maru();
        command.arg("restore").arg(&snapshot).arg("--to").arg(&target);
        let mut process = Process::start(&mut command);
        while process.runs() && !target.join("maru.db.restoring").exists() {
            tokio::task::yield_now().await;
        }
        process.kill();
        if target.join("maru.db").exists() {
            continue;
        }
        let to = target.to_str().expect("a plain path");
        let refused = support::run_maru(&["serve", "--data-dir", to], &[], "").await;
        assert!(refused.stderr.contains("that was not finished"), "it is in the log: {refused:?}");
        assert_eq!(refused.status.code(), Some(1));
        assert!(!target.join("maru.db").exists(), "{:?}", files(&target));
        let again = try_restore(&snapshot, &target).await;
        assert!(failure(&again).contains("is not empty"), "{again:?}");
        fs::remove_dir_all(&target).expect("it goes");
        assert!(try_restore(&snapshot, &target).await.status.success());
        break;
    }
}
