//! Updates of databases of every age, by the migrations up to it.

use super::kept::copy_of;
use super::trial::TRIAL;
use super::*;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnectOptions;
use std::fs::File;
use std::os::unix::fs::MetadataExt;

async fn opened(folder: &Path) -> SqliteConnection {
    let options: SqliteConnectOptions = options(&folder.join(DATABASE));
    SqliteConnection::connect_with(&options).await.expect("a database")
}

/// A database of an older version, with somebody in it.
async fn aged(folder: &Path, schema: usize) -> SqliteConnection {
    let mut connection = opened(folder).await;
    apply(&mut connection, 0, &MIGRATIONS[..schema]).await.expect("the migrations up to it");
    add(&mut connection, "mina").await;
    connection
}

async fn add(connection: &mut SqliteConnection, name: &str) {
    let query = format!(
        "INSERT INTO users (pid, username, username_key, display_name, role, created_at)
         VALUES ('{name}', '{name}', '{name}', '{name}', 'member', 0)"
    );
    sqlx::query(AssertSqlSafe(query)).execute(connection).await.expect("somebody");
}

async fn people(connection: &mut SqliteConnection) -> Vec<String> {
    sqlx::query_scalar("SELECT username FROM users ORDER BY id").fetch_all(connection).await.expect("people")
}

#[tokio::test]
async fn databases_of_every_age_become_the_present_one_and_keep_what_they_had() {
    for schema in 1..MIGRATIONS.len() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut connection = aged(folder.path(), schema).await;
        let upgrade = migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("migrated");
        assert_eq!((upgrade.from, upgrade.to), (schema as i64, known_schema()));
        assert_eq!(people(&mut connection).await, ["mina"], "from {schema}");
        let again = migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("nothing to do");
        assert_eq!((again.from, again.version.as_deref()), (known_schema(), Some(env!("CARGO_PKG_VERSION"))));
        let copies = kept_copies(folder.path()).expect("copies");
        assert_eq!(copies.iter().map(|copy| copy.schema).collect::<Vec<_>>(), [schema as i64]);
    }
}

#[tokio::test]
async fn a_program_that_knows_less_refuses_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut connection = aged(folder.path(), 1).await;
    migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("migrated");
    let older = &MIGRATIONS[..MIGRATIONS.len() - 1];
    let refused = migrate(&mut connection, folder.path(), older).await.expect_err("it is newer").to_string();
    let words = format!("written by Maru {} (schema {})", env!("CARGO_PKG_VERSION"), MIGRATIONS.len());
    assert!(refused.contains(&words) && refused.contains("maru downgrade"), "{refused}");
    assert_eq!(people(&mut connection).await, ["mina"]);
}

#[tokio::test]
async fn the_copies_of_the_last_two_updates_stay_and_each_is_of_its_own_update() {
    let folder = tempfile::tempdir().expect("a folder");
    let schemas = async || {
        let copies = kept_copies(folder.path()).expect("copies");
        copies.iter().map(|copy| copy.schema).collect::<Vec<_>>()
    };
    let mut connection = aged(folder.path(), 5).await;
    for (known, expected) in [(6, &[5][..]), (7, &[6, 5]), (8, &[7, 6])] {
        migrate(&mut connection, folder.path(), &MIGRATIONS[..known]).await.expect("migrated");
        assert_eq!(schemas().await, expected);
    }
    connection.close().await.expect("closed");

    // Somebody goes back to 7, works on, and updates again: the copy of then is not the copy of now.
    std::fs::copy(copy_of(folder.path(), 7), folder.path().join(DATABASE)).expect("put back");
    for ending in ["-wal", "-shm"] {
        remove(&folder.path().join(format!("{DATABASE}{ending}"))).expect("gone");
    }
    let mut connection = opened(folder.path()).await;
    add(&mut connection, "jisu").await;
    migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("migrated");
    assert_eq!(schemas().await, [7, 6]);
    std::fs::copy(copy_of(folder.path(), 7), folder.path().join("look")).expect("a copy of the copy");
    let look = options(&folder.path().join("look"));
    let mut look = SqliteConnection::connect_with(&look).await.expect("it opens");
    assert_eq!(people(&mut look).await, ["mina", "jisu"]);
}

#[tokio::test]
async fn without_room_nothing_is_begun_and_the_words_say_how_much_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut connection = aged(folder.path(), 2).await;
    let needed = bytes_in_use(&mut connection).await.expect("its size") * 2 + SPARE;
    check_room(&mut connection, folder.path(), needed, 2).await.expect("just enough");
    let copied = needed - bytes_in_use(&mut connection).await.expect("its size");
    check_room(&mut connection, folder.path(), copied, 1).await.expect("enough where there is a copy");
    let refused = check_room(&mut connection, folder.path(), needed - 1, 2).await.expect_err("too little").to_string();
    for words in [rounded(needed), folder.path().display().to_string(), "nothing was changed".to_owned()] {
        assert!(refused.contains(&words), "{words} is not in {refused}");
    }
}

#[tokio::test]
async fn a_change_that_fails_takes_nothing_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut connection = aged(folder.path(), 2).await;
    let [first, second, third] = [&MIGRATIONS[0], &MIGRATIONS[1], &MIGRATIONS[2]]
        .map(|migration| Migration { name: migration.name, sql: migration.sql });
    let broken = Migration { name: "broken", sql: "DELETE FROM users; INSERT INTO nowhere VALUES (1);" };
    let known = [first, second, third, broken];
    let copies = || kept_copies(folder.path()).expect("copies").iter().map(|copy| copy.schema).collect::<Vec<_>>();
    let mut made = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let failed = migrate(&mut connection, folder.path(), &known).await.expect_err("it fails").to_string();
        assert!(failed.contains("nothing was changed (broken: ") && failed.contains("nowhere"), "{failed}");
        made.insert(std::fs::metadata(copy_of(folder.path(), 2)).expect("a copy").ino());
        assert_eq!(people(&mut connection).await, ["mina"]);
        let upgrade = look(&mut connection, MIGRATIONS).await.expect("a database");
        assert_eq!((upgrade.from, copies()), (2, vec![2]), "a state that a version knows, and the way back to it");
    }
    assert_eq!(made.len(), 1, "one copy is enough, however often it is tried");
    add(&mut connection, "jisu").await;
    migrate(&mut connection, folder.path(), &known).await.expect_err("it fails");
    let mut copy = SqliteConnection::connect_with(&options(&copy_of(folder.path(), 2))).await.expect("it opens");
    assert_eq!(people(&mut copy).await, ["mina", "jisu"], "of what has changed since, it is made anew");
    copy.close().await.expect("closed");
    migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("a better program does it");
    assert_eq!(copies(), [2]);
}

#[tokio::test]
async fn what_was_cut_off_is_removed_and_what_is_under_way_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let leave = |name: &str| std::fs::write(folder.path().join(name), "half of it").expect("written");
    let names = ["maru.db.schema-1.part", "maru.db.returning", "maru.db.returning-journal", TRIAL, "maru.db.trial-wal"];
    names.iter().for_each(|name| leave(name));
    leave("maru.db.schema-1");
    let mut connection = aged(folder.path(), 2).await;
    let trial = File::open(folder.path().join(TRIAL)).expect("a trial");
    trial.lock().expect("somebody tries it");
    let is_there = |name: &str| folder.path().join(name).exists();
    migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("migrated");
    assert_eq!(names.map(is_there), [false, false, false, true, true]);
    let refused = try_upgrade(folder.path(), 0).await.expect_err("two at a time").to_string();
    assert!(refused.contains("is being tried already"), "{refused}");
    drop(trial);
    migrate(&mut connection, folder.path(), MIGRATIONS).await.expect("nothing to do");
    assert!(!is_there(TRIAL) && !is_there("maru.db.trial-wal") && is_there("maru.db.schema-1"));
}

#[tokio::test]
async fn a_trial_leaves_the_server_the_room_that_it_wants() {
    let folder = tempfile::tempdir().expect("a folder");
    aged(folder.path(), 2).await.close().await.expect("closed");
    let refused = try_upgrade(folder.path(), u64::MAX).await.expect_err("nothing may be taken").to_string();
    assert!(refused.contains("where 0 B may be taken"), "{refused}");
    assert!(!folder.path().join(TRIAL).exists());
    try_upgrade(folder.path(), 0).await.expect("tried");
}
