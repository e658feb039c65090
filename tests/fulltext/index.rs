//! An index as the server keeps it, alone and in memory.

use maru::fulltext::{Words, index_text, parse};
use sqlx::{Connection, SqliteConnection};
use std::cell::RefCell;
use tokio::runtime::{Builder, Runtime};

/// An index in memory, asked in step.
pub struct Index {
    runtime: Runtime,
    connection: RefCell<SqliteConnection>,
}

impl Index {
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connection = runtime.block_on(async {
            let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
            let table =
                "CREATE VIRTUAL TABLE found USING fts5(body, marks, tokenize='ascii', content='', contentless_delete=1)";
            sqlx::raw_sql(table).execute(&mut connection).await.expect("an index");
            connection
        });
        Self { runtime, connection: RefCell::new(connection) }
    }

    /// Holds these messages and no others; their rowids are their places.
    pub fn fill(&self, messages: &[impl AsRef<str>]) {
        let connection = &mut *self.connection.borrow_mut();
        self.runtime.block_on(async {
            sqlx::raw_sql("DELETE FROM found").execute(&mut *connection).await.expect("an empty index");
            for (at, message) in messages.iter().enumerate() {
                let mut tokens = String::new();
                index_text(message.as_ref(), &mut tokens);
                let insert = sqlx::query("INSERT INTO found (rowid, body, marks) VALUES (?, ?, 'r1')");
                let insert = insert.bind(i64::try_from(at).expect("a small number")).bind(tokens);
                insert.execute(&mut *connection).await.expect("an indexed message");
            }
        });
    }

    /// The places of the messages that an expression finds.
    pub fn ask(&self, expression: &str) -> Result<Vec<usize>, sqlx::Error> {
        let connection = &mut *self.connection.borrow_mut();
        self.runtime.block_on(async {
            let ask = sqlx::query_scalar::<_, i64>("SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid");
            let ask = ask.bind(format!("body : ({expression}) AND marks : (r1 OR r2)"));
            let rows = ask.fetch_all(connection).await?;
            Ok(rows.into_iter().map(|row| usize::try_from(row).expect("a place")).collect())
        })
    }

    pub fn strict(&self, query: &str) -> Vec<usize> {
        let expression = words(query).strict().unwrap_or_else(|| panic!("{query} has no words"));
        self.ask(&expression).unwrap_or_else(|error| panic!("{query} became {expression}: {error}"))
    }

    pub fn loose(&self, query: &str) -> Vec<usize> {
        let words = words(query);
        let expression = words.loose().or(words.strict()).unwrap_or_else(|| panic!("{query} has no words"));
        self.ask(&expression).unwrap_or_else(|error| panic!("{query} became {expression}: {error}"))
    }
}

/// The words of a query.
pub fn words(query: &str) -> Words {
    parse(query, &jiff::tz::TimeZone::UTC, 0).unwrap_or_else(|error| panic!("{query}: {error}")).text
}
