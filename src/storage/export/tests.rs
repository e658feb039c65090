//! Whatever is kept is exported, or left out for a reason that stands here.

use super::kinds::KINDS;
use super::sql::Shape;
use crate::storage::migrations::{self, MIGRATIONS};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::BTreeSet;

/// Tables and columns that no export has. A `*` means all columns.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("users", "password_hash", "a secret"),
    ("users", "password_changed_at", "nobody has a password after an import"),
    ("sessions", "*", "what logs people in; an archive of a person has when and from where"),
    ("bot_tokens", "*", "secrets"),
    ("one_time_tokens", "*", "secrets"),
    ("two_factor", "*", "secrets; whoever is imported sets theirs up anew"),
    ("recovery_codes", "*", "secrets"),
    ("invites", "digest", "a secret"),
    ("members", "sent_at", "how long slow mode has them wait"),
    ("erasures", "after", "an import begins them anew"),
    ("erasures", "up_to", "an import begins them anew"),
    ("cluster_log", "*", "what servers of a cluster tell each other"),
    ("leases", "*", "which server of a cluster does what"),
    ("idempotency", "*", "what was answered lately, so that sending again answers the same"),
    ("departures", "*", "devices that were connected"),
    ("search_indexes", "*", "made of the messages"),
    ("search_changes", "*", "made of the messages"),
    ("message_times", "*", "made of the messages"),
    ("open_streams", "*", "made of the messages"),
    ("message_files", "room_id", "that of the message"),
    ("withdrawn_files", "*", "what is about to be removed"),
    ("unused_contents", "*", "what is about to be removed"),
    ("loose_link_pages", "*", "what is about to be removed"),
];

/// Keys that never leave the database, and what stands for them.
fn is_key(table: &str, column: &str, covered: &BTreeSet<(String, String)>) -> bool {
    let has_name = covered.contains(&(table.to_owned(), "pid".to_owned()));
    column == "id" && (has_name || table == "messages" || table == "contents")
}

#[tokio::test]
async fn every_column_is_exported_or_left_out_for_a_reason() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
    migrations::apply(&mut connection, 0, MIGRATIONS).await.expect("the schema");
    let mut covered = BTreeSet::new();
    let mut cover = |table: &str, column: &str| {
        covered.insert((table.to_owned(), column.to_owned()));
    };
    for kind in KINDS {
        kind.fields.iter().for_each(|field| cover(kind.table, field.column));
        for list in kind.lists {
            list.fields.iter().for_each(|field| cover(list.table, field.column));
            list.owned.iter().for_each(|(column, _)| cover(list.table, column));
        }
    }
    let query = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
    let columns: Vec<(String, String)> = sqlx::query_as(query).fetch_all(&mut connection).await.expect("the columns");
    assert!(columns.len() > 150, "{}", columns.len());
    let is_left_out = |table: &str, column: &str| {
        LEFT_OUT.iter().any(|(of, name, why)| *of == table && (*name == column || *name == "*") && !why.is_empty())
    };
    let forgotten: Vec<String> = columns
        .iter()
        .filter(|(table, column)| !is_left_out(table, column) && !is_key(table, column, &covered))
        .filter(|place| !covered.contains(*place))
        .map(|(table, column)| format!("{table}.{column}"))
        .collect();
    assert_eq!(forgotten, [""; 0], "add them to KINDS, or say here why they stay");
    let secrets = ["password_hash", "digest", "token"];
    let told: Vec<_> =
        covered.iter().filter(|(_, column)| secrets.iter().any(|secret| column.contains(secret))).collect();
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn what_is_large_is_read_as_it_lies_there_and_nothing_of_it_is_sorted_in_memory() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
    migrations::apply(&mut connection, 0, MIGRATIONS).await.expect("the schema");
    for kind in KINDS {
        let query = "SELECT wr FROM pragma_table_list WHERE name = ?";
        let has_no_row_ids: bool =
            sqlx::query_scalar(query).bind(kind.table).fetch_one(&mut connection).await.expect("a table");
        assert_eq!(kind.order.is_some(), has_no_row_ids, "{}", kind.name);
        let query = format!("EXPLAIN QUERY PLAN {}", Shape::of(kind).select_everything());
        let steps = sqlx::query(AssertSqlSafe(query)).fetch_all(&mut connection).await.expect("a plan");
        let steps: Vec<(i64, String)> = steps.iter().map(|row| (row.get("parent"), row.get("detail"))).collect();
        let sorts = steps.iter().any(|(parent, step)| *parent == 0 && step.contains("TEMP B-TREE"));
        assert!(steps.iter().any(|(_, step)| step == "SCAN t") || has_no_row_ids, "{}: {steps:?}", kind.name);
        assert!(!sorts || has_no_row_ids, "{}: {steps:?}", kind.name);
    }
}
