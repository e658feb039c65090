//! The database of the running program, as another program opens it: to let time pass, or to put in what would take long
//! to say.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::program::TestApp;

/// How long it waits while the program writes.
const PATIENCE: Duration = Duration::from_secs(5);

impl TestApp {
    pub async fn database(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.data_dir().join("maru.db")).busy_timeout(PATIENCE);
        SqliteConnection::connect_with(&options).await.expect("the database can be opened")
    }
}
