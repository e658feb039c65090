//! Lists are read along their indexes, so that a page costs the same however long they have grown.

use super::messages::pick;
use super::open::options;
use super::shelf::{PINNED_BEHIND, PINNED_ORDER, saved_page};
use super::streams::ORPHANS;
use super::tasks::TaskFilter;
use super::{DATABASE, FirstRoom, NewAccount, Storage, tasks, threads};
use crate::actor::Actor;
use crate::contract::{ServerRole, TaskStatus};
use crate::credentials::usernames::Username;
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tempfile::TempDir;

/// A database with one person.
pub(in crate::storage) async fn opened() -> (TempDir, Storage, UserId) {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = Storage::open(folder.path(), std::time::Duration::from_secs(1)).await.expect("a database");
    let (storage, mut notices) = (opened.storage, opened.notices);
    tokio::spawn(async move {
        while let Some(told) = notices.recv().await {
            for notice in told.notices {
                if let Notice::Then(finish) | Notice::ThenEverywhere(finish) = notice {
                    finish();
                }
            }
        }
    });
    let mina = another(&storage, "mina").await;
    (folder, storage, mina)
}

/// One more person.
pub(in crate::storage) async fn another(storage: &Storage, username: &str) -> UserId {
    let account = NewAccount {
        username: Username::parse("username", username).expect("a name"),
        display_name: username.to_owned(),
        role: ServerRole::Member,
        bot: false,
        password_hash: None,
    };
    storage.create_account(account, None, FirstRoom::Nowhere).await.expect("an account").id
}

/// Somebody who acts without being connected.
pub(in crate::storage) fn person(user: UserId) -> Actor {
    Actor { user, session: None, bot: false, client: None, address: None }
}

/// What SQLite does for a query, step by step: the step, the one that it belongs to, what is done.
async fn steps(storage: &Storage, sql: String) -> Vec<(i64, i64, String)> {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&storage.readers).await.expect("a plan");
    steps.into_iter().map(|(id, parent, _, step)| (id, parent, step)).collect()
}

pub(in crate::storage) async fn plan(storage: &Storage, sql: String) -> Vec<String> {
    steps(storage, sql).await.into_iter().map(|(_, _, step)| step).collect()
}

/// The steps without those that look up what belongs to one row of the page.
async fn walk(storage: &Storage, sql: String) -> Vec<String> {
    let (mut of_a_row, mut walk) = (Vec::new(), Vec::new());
    for (id, parent, step) in steps(storage, sql).await {
        if of_a_row.contains(&parent) || step.starts_with("CORRELATED") {
            of_a_row.push(id);
        } else {
            walk.push(step);
        }
    }
    walk
}

/// Whether a list is read along an index: no table is scanned, and only the page itself is `sorted`, so many times.
#[track_caller]
fn assert_walks(steps: &[String], index: &str, sorted: usize) {
    assert!(steps.iter().any(|step| step.starts_with("SEARCH") && step.contains(index)), "not {index}: {steps:#?}");
    let page = |step: &&String| step.starts_with("SCAN (subquery") || *step == "SCAN f";
    let scans = steps.iter().filter(|step| step.starts_with("SCAN") && !page(step)).count();
    let sorts = steps.iter().filter(|step| step.contains("USE TEMP B-TREE FOR ORDER BY")).count();
    assert_eq!((scans, sorts), (0, sorted), "{steps:#?}");
}

#[tokio::test]
async fn kept_messages_and_threads_are_read_along_their_indexes() {
    let (_folder, storage, _) = opened().await;
    let pins = pick("?1", "?2", PINNED_BEHIND, PINNED_ORDER, 50);
    assert_walks(&walk(&storage, pins).await, "pinned_messages (room_id=? AND pinned_at", 0);
    assert_walks(&walk(&storage, threads::page(false)).await, "threads_by_activity (user_id=? AND activity<?)", 0);
    assert_walks(&walk(&storage, threads::page(true)).await, "unread_threads (user_id=? AND activity<?)", 0);
    let unread = plan(&storage, format!("SELECT {} FROM users u WHERE u.id = 1", threads::COUNT_UNREAD)).await;
    assert!(unread.iter().any(|step| step.contains("COVERING INDEX unread_threads (user_id=?)")), "{unread:#?}");
    // Those that were saved in the same millisecond are sorted among each other.
    assert_walks(&walk(&storage, saved_page()).await, "saved_by_time (user_id=? AND saved_at<?)", 0);
}

#[tokio::test]
async fn tasks_are_read_along_the_index_of_their_room_or_assignee() {
    let (_folder, storage, _) = opened().await;
    let (room, assignee) = (Some(RoomId::generate()), Some(UserId::generate()));
    for (room, assignee, index) in
        [(room, None, "tasks_of_room"), (room, assignee, "tasks_of_room"), (None, assignee, "tasks_of_assignee")]
    {
        for (status, first, next) in [
            (None, index, "AND <expr>>?)"),
            (Some(TaskStatus::Open), "AND <expr><?)", "AND <expr>>? AND <expr><?)"),
            (Some(TaskStatus::Doing), "AND <expr><?)", "AND <expr>>? AND <expr><?)"),
            (Some(TaskStatus::Done), "AND <expr>>?)", "AND <expr>>?)"),
        ] {
            let filter = TaskFilter { room, status, assignee };
            for (within, is_next) in [(first, false), (next, true)] {
                let steps = walk(&storage, tasks::page(&filter, is_next)).await;
                assert_walks(&steps, within, 0);
                assert_walks(&steps, index, 0);
            }
        }
    }
    let open = plan(&storage, tasks::COUNT_OPEN.to_owned()).await;
    assert!(open.iter().any(|step| step.contains("INDEX tasks_of_room (room_id=? AND <expr><?)")), "{open:#?}");
}

#[tokio::test]
async fn of_all_rooms_no_more_tasks_are_read_of_each_than_a_page_has() {
    let (_folder, storage, _) = opened().await;
    for (status, is_next) in [(None, false), (None, true), (Some(TaskStatus::Done), true)] {
        let all = TaskFilter { room: None, status, assignee: None };
        let steps = plan(&storage, tasks::page(&all, is_next)).await;
        let of_a_room = steps.iter().position(|step| step.starts_with("CORRELATED LIST SUBQUERY")).expect("each room");
        assert!(steps[of_a_room + 1].contains("tasks_of_room (room_id=?"), "{steps:#?}");
        let sorts = steps.iter().filter(|step| step.contains("USE TEMP B-TREE FOR ORDER BY")).count();
        assert_eq!(sorts, 2, "what was read of all rooms, and the page: {steps:#?}");
    }
}

#[tokio::test]
async fn a_thread_of_thousands_is_told_and_read_by_its_indexes_alone() {
    let (_folder, storage, _) = opened().await;
    let root = plan(&storage, pick("?1", "?2", "m.seq = ?3", "m.seq", 1)).await;
    assert!(root.iter().any(|step| step.contains("COVERING INDEX thread_authors")), "{root:#?}");
    let last = pick("?1", "?2", "m.thread_root = ?3 AND m.deleted_at IS NULL", "m.seq DESC", 1);
    assert_walks(&walk(&storage, last).await, "thread_replies (room_id=? AND thread_root=?)", 0);
}

#[tokio::test]
async fn a_start_reads_the_streams_that_were_open_and_not_all_messages() {
    let (folder, storage, _) = opened().await;
    // What is known of a large database in which no stream was open.
    let known = "ANALYZE sqlite_schema;
        INSERT INTO sqlite_stat1 VALUES ('messages', 'sqlite_autoindex_messages_1', '1001000 2001 1')";
    let path = folder.path().join(DATABASE);
    let mut beside = SqliteConnection::connect_with(&options(&path)).await.expect("a connection");
    sqlx::raw_sql(known).execute(&mut beside).await.expect("statistics");
    let steps = plan(&storage, ORPHANS.to_owned()).await;
    assert!(steps[0] == "SCAN o" && steps[1].starts_with("SEARCH m USING INTEGER PRIMARY KEY"), "{steps:#?}");
}
