//! Updates that cannot be carried out, or are cut off in their middle.

use super::*;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;
use support::{Process, maru};

/// The schema before it was noted when messages were sent.
const BEFORE_TIMES: usize = 11;
/// The schema before an index of people's names was made.
const BEFORE_NAMES: usize = 10;

#[tokio::test]
async fn a_copy_that_cannot_be_written_or_read_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let before = aged(&data).await;
    let database = data.join("maru.db");
    // Files may not grow beyond what is too little for the copy.
    let script = "trap '' XFSZ; ulimit -f 150; exec \"$0\" upgrade --data-dir \"$1\"";
    let program = maru();
    let mut command = support::without_settings("sh");
    command.args(["-c", script]).arg(program.get_program()).arg(&data);
    let failed = Process::run(&mut command, "", Duration::from_secs(20)).await;
    assert!(failure(&failed).contains("maru.db.schema-"), "{failed:?}");
    assert_eq!(schema(&database).await, before);

    succeeded(run(&data, &["upgrade"]).await);
    let copy = data.join(format!("maru.db.schema-{before}"));
    let mut bytes = std::fs::read(&copy).expect("the copy");
    // The beginning of every page says what is on it.
    bytes[4096..].chunks_mut(4096).for_each(|page| page[..8].fill(0xff));
    std::fs::write(&copy, bytes).expect("damaged");
    let refused = run(&data, &["downgrade"]).await;
    assert!(failure(&refused).contains("is damaged"), "{refused:?}");
    assert_eq!(schema(&database).await, before + 1);
    std::fs::remove_file(&copy).expect("removed");
    let refused = run(&data, &["downgrade"]).await;
    assert!(failure(&refused).contains("no copy is older than the database"), "{refused:?}");
    let missing = run(&folder.path().join("elsewhere"), &["upgrade", "--dry-run"]).await;
    assert!(failure(&missing).contains("there is no data of Maru in"), "{missing:?}");
    std::fs::write(data.join("maru.db"), "").expect("an empty one");
    let refused = run(&data, &["downgrade"]).await;
    assert!(failure(&refused).contains("no copy is older than the database (schema 0)"), "{refused:?}");
}

#[tokio::test]
async fn an_update_that_fails_at_each_start_keeps_one_copy_and_a_better_program_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let before = aged_to(&data, BEFORE_TIMES).await;
    let (database, copy) = (data.join("maru.db"), data.join(format!("maru.db.schema-{before}")));
    let mut connection = open(&database).await;
    // In the way of the next migration.
    sqlx::raw_sql("CREATE TABLE message_times (block INTEGER)").execute(&mut connection).await.expect("it is made");
    connection.close().await.expect("closed");
    let mut copies = BTreeSet::new();
    for _ in 0..3 {
        let failed = run(&data, &["serve", "--listen", "127.0.0.1:0"]).await;
        assert!(failure(&failed).contains("nothing was changed (times of messages: "), "{failed:?}");
        assert!(failed.stderr.contains("the former version still serves it"), "{failed:?}");
        copies.insert(std::fs::metadata(&copy).expect("the copy").ino());
        assert_eq!(schema(&database).await, before);
    }
    assert_eq!(copies.len(), 1, "it is made once");
    let mut connection = open(&database).await;
    sqlx::raw_sql("DROP TABLE message_times").execute(&mut connection).await.expect("it is out of the way");
    connection.close().await.expect("closed");
    succeeded(run(&data, &["upgrade"]).await);
    assert_ne!(copies.first().copied(), Some(std::fs::metadata(&copy).expect("the copy").ino()), "of what it is now");
    assert_eq!((schema(&database).await, schema(&copy).await), (present(), before));
    let back = succeeded(run(&data, &["downgrade"]).await);
    assert!(back.stdout.contains(HOLDS), "{back:?}");
}

/// People enough that copying and changing them takes a while, and that a change does not fit into SQLite's memory.
async fn crowd(database: &Path) {
    let mut database = open(database).await;
    let query = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000)
        INSERT INTO users (pid, username, username_key, display_name, role, created_at)
        SELECT format('01HZ%022d', 1000 + n), 'p' || n, 'p' || n, hex(randomblob(60)), 'member', 1000 FROM number";
    sqlx::raw_sql(query).execute(&mut database).await.expect("a crowd");
    database.close().await.expect("closed");
}

/// What a program of that age would find: its schema, every person, and nothing that is damaged.
async fn found(database: &Path) -> (i64, i64, String, String) {
    let mut database = open(database).await;
    let query = "SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM users),
        (SELECT integrity_check FROM pragma_integrity_check), (SELECT group_concat(sql ORDER BY name) FROM sqlite_schema)";
    let found = sqlx::query_as(query).fetch_one(&mut database).await.expect("it can be read");
    database.close().await.expect("closed");
    found
}

fn size(path: PathBuf) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_an_update_leaves_the_database_to_the_old_program_and_to_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let aged = folder.path().join("aged");
    let before = aged_to(&aged, BEFORE_NAMES).await;
    crowd(&aged.join("maru.db")).await;
    let old = found(&aged.join("maru.db")).await;
    assert_eq!((old.0, old.1, old.2.as_str()), (before, 100_002, "ok"));
    let copy = format!("maru.db.schema-{before}");
    let (part, log) = (format!("{copy}.part"), "maru.db-wal");
    for moment in ["copying", "changing"] {
        let is_reached = |data: &Path| match moment {
            "copying" => size(data.join(&part)) > 0,
            _ => data.join(&copy).exists() && size(data.join(log)) > 1_000_000,
        };
        // It may be done before it is killed; then another one is.
        for round in 0.. {
            let data = folder.path().join(format!("{moment}-{round}"));
            std::fs::create_dir(&data).expect("a folder");
            std::fs::copy(aged.join("maru.db"), data.join("maru.db")).expect("an old database");
            let mut command = maru();
            command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
            let mut process = Process::start(&mut command);
            while process.runs() && !is_reached(&data) {
                tokio::task::yield_now().await;
            }
            process.kill();
            if moment == "copying" && data.join(&copy).exists() {
                continue;
            }
            let left = found(&data.join("maru.db")).await;
            if left.0 != before {
                continue;
            }
            assert_eq!(left, old, "{moment}: what the old program knows");
            succeeded(run(&data, &["upgrade"]).await);
            assert!(!data.join(&part).exists(), "{moment}: {:?}", names(&data));
            let new = found(&data.join("maru.db")).await;
            assert_eq!((new.0, new.1, new.2.as_str()), (present(), 100_002, "ok"), "{moment}");
            assert_eq!(found(&data.join(&copy)).await, old, "{moment}: the way back");
            break;
        }
    }
}
