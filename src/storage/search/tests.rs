use super::*;
use crate::fulltext::parse;
use crate::storage::DATABASE;
use crate::storage::plans::opened;
use jiff::tz::TimeZone;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

/// 70 rooms of mina's with two messages each, and 12,000 later ones of a room that is not hers.
async fn small_rooms_beside_a_large_one() -> (TempDir, SqliteConnection, UserId) {
    let (folder, storage, mina) = opened().await;
    storage.close().await;
    let url = format!("sqlite://{}", folder.path().join(DATABASE).display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a database");
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 71)
        INSERT INTO rooms (id, pid, kind, last_seq, created_by, created_at, last_activity_at)
            SELECT i, 'room ' || i, 'private', CASE WHEN i < 71 THEN 2 ELSE 12000 END, 1, 0, 0 FROM n;
        INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
            SELECT id, 1, 'member', 0, 0, 0 FROM rooms WHERE id < 71;
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 12139)
        INSERT INTO messages (id, room_id, seq, rev, ordinal, counts, kind, user_id, content, created_at)
            SELECT i + 1, CASE WHEN i < 140 THEN i / 2 + 1 ELSE 71 END, CASE WHEN i < 140 THEN i % 2 + 1 ELSE i END,
                i, i, 1, 'text', 1, '회의', 0 FROM n;
        UPDATE search_indexes SET indexed_up_to = 12140";
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("rooms and messages");
    (folder, connection, mina)
}

async fn asked(connection: &mut SqliteConnection, user: UserId, typed: &str) -> Asked {
    let query = parse(typed, &TimeZone::UTC, 0).expect("a query");
    let scope = names::scope(connection, Deadline::of_now(), user, None).await.expect("a scope");
    let marks = Marks::of(&query.filters);
    let range = range::of_days(connection, (None, None), scope.end).await.expect("a range");
    let only_words = marks.is_empty();
    Asked { scope, words: Arc::new(query.text), limit: 20, marks, only_words, range, cursor: None }
}

#[tokio::test]
async fn in_many_small_rooms_the_index_looks_into_these_alone() {
    let (_folder, mut connection, mina) = small_rooms_beside_a_large_one().await;
    for typed in ["회의", "회", "from:me"] {
        let mut asked = asked(&mut connection, mina, typed).await;
        narrow(&mut connection, &mut asked, SearchSort::Newest).await.expect("an answer");
        assert_eq!(asked.marks.rooms.map(|rooms| rooms.len()), Some(70), "{typed}");
    }
    // In the large room most of what is found is one's own.
    let join = "INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
        VALUES (71, 1, 'member', 0, 0, 0)";
    sqlx::query(join).execute(&mut connection).await.expect("a seat");
    let mut asked = asked(&mut connection, mina, "회의").await;
    narrow(&mut connection, &mut asked, SearchSort::Newest).await.expect("an answer");
    assert_eq!(asked.marks.rooms, None);
}

#[tokio::test]
async fn the_newest_messages_are_looked_through_no_further_than_pays() {
    let (_folder, mut connection, mina) = small_rooms_beside_a_large_one().await;
    let asked = asked(&mut connection, mina, "회").await;
    let found = looking::newest_of_broad(&mut connection, &asked).await.expect("an answer");
    assert_eq!(found, None, "hers lie behind thousands of others");
    let join = "UPDATE messages SET room_id = 1, seq = id WHERE id > 11000";
    sqlx::query(join).execute(&mut connection).await.expect("more of hers");
    let found = looking::newest_of_broad(&mut connection, &asked).await.expect("an answer");
    assert_eq!(found, Some((12_120..=12_140).rev().collect()), "those of a page, and one more");
}
