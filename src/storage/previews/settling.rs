//! What came of a link: known to all messages that wait for it, and told once nothing of a message is waited for.

use super::mark;
use crate::clock::Timestamp;
use crate::contract::MessageUpdated;
use crate::error::Result;
use crate::ids::FileId;
use crate::notice::Notice;
use crate::storage::messages::{load, next_rev};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, rows};
use serde_json::json;
use sqlx::SqliteConnection;

/// Messages that are changed in one transaction.
const AT_ONCE: i64 = 100;

/// What was found behind a link.
pub enum FoundPage {
    New(Box<NewPage>),
    /// It was found for another message.
    Known(i64),
}

/// A page to be kept.
#[derive(Clone)]
pub struct NewPage {
    pub title: Option<String>,
    pub description: Option<String>,
    pub site_name: Option<String>,
    /// The picture, under a new id, and the key of its content.
    pub image: Option<(FileId, i64)>,
    pub fresh_until: Timestamp,
}

impl NewPage {
    /// Nothing came of it.
    pub fn empty(fresh_until: Timestamp) -> Self {
        Self { title: None, description: None, site_name: None, image: None, fresh_until }
    }

    fn is_empty(&self) -> bool {
        self.title.is_none() && self.image.is_none()
    }
}

impl Storage {
    /// Notes what came of a link, and tells the rooms of the messages for which nothing more is waited for. Messages that
    /// were deleted meanwhile, or have another text, are not among them.
    pub async fn settle_link(&self, url: String, page: FoundPage) -> Result<()> {
        let page = match page {
            FoundPage::Known(key) => key,
            FoundPage::New(page) => {
                let url = url.clone();
                self.writer
                    .run(move |transaction| {
                        Box::pin(async move { keep(&mut transaction.connection, &url, *page).await })
                    })
                    .await?
            }
        };
        loop {
            let url = url.clone();
            let more = self.writer.run(move |transaction| Box::pin(settle(transaction, url, page))).await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Gives up what has been waited for since before `since`, and of each author's links those beyond `most`. Others who
    /// wait for the same go on waiting.
    pub async fn give_up_links(&self, since: Timestamp, most: i64) -> Result<()> {
        while self.writer.run(move |transaction| Box::pin(give_up(transaction, since, most))).await? {}
        Ok(())
    }
}

/// True when more may be given up.
async fn give_up(transaction: &mut Transaction, since: Timestamp, most: i64) -> Result<bool> {
    let query = "DELETE FROM message_links WHERE state = 'pending' AND (message_id, url) IN (
        SELECT message_id, url FROM (
            SELECT x.message_id, x.url, x.noted_at,
                row_number() OVER (PARTITION BY m.user_id ORDER BY x.message_id DESC, x.position DESC) AS turn
            FROM message_links x JOIN messages m ON m.id = x.message_id WHERE x.state = 'pending')
        WHERE noted_at < ? OR turn > ? LIMIT ?) RETURNING message_id";
    let given_up: Vec<i64> = sqlx::query_scalar(query)
        .bind(since.as_millis())
        .bind(most)
        .bind(AT_ONCE)
        .fetch_all(&mut transaction.connection)
        .await?;
    if given_up.is_empty() {
        return Ok(false);
    }
    tracing::info!(links = given_up.len(), "links were not looked up: there were too many");
    show(transaction, &json!(given_up).to_string()).await?;
    Ok(given_up.len() as i64 == AT_ONCE)
}

async fn keep(connection: &mut SqliteConnection, url: &str, page: NewPage) -> Result<i64> {
    let is_empty = page.is_empty();
    let (image, content) = page.image.unzip();
    let query = "INSERT INTO link_pages (url, title, description, site_name, image, content_id, is_empty, fresh_until)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
    let key: i64 = sqlx::query_scalar(query)
        .bind(url)
        .bind(page.title)
        .bind(page.description)
        .bind(page.site_name)
        .bind(image.map(|image| image.to_string()))
        .bind(content)
        .bind(is_empty)
        .bind(page.fresh_until.as_millis())
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM unused_contents WHERE content_id = ?").bind(content).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO loose_link_pages (page_id) VALUES (?)").bind(key).execute(connection).await?;
    Ok(key)
}

/// True when more may wait for it.
async fn settle(transaction: &mut Transaction, url: String, page: i64) -> Result<bool> {
    let connection = &mut transaction.connection;
    let query = "SELECT message_id FROM message_links WHERE url = ? AND state = 'pending' ORDER BY message_id LIMIT ?";
    let waiting: Vec<i64> = sqlx::query_scalar(query).bind(&url).bind(AT_ONCE).fetch_all(&mut *connection).await?;
    let messages = json!(waiting).to_string();
    // Its key may be another page's by now.
    let query = "SELECT is_empty FROM link_pages WHERE id = ? AND url = ?";
    let is_empty: Option<bool> =
        sqlx::query_scalar(query).bind(page).bind(&url).fetch_optional(&mut *connection).await?;
    let is_empty = match is_empty {
        Some(is_empty) => is_empty,
        // It went meanwhile: what waits for it is looked up again.
        None => return Ok(false),
    };
    if is_empty {
        let query = "DELETE FROM message_links
            WHERE url = ?1 AND state = 'pending' AND message_id IN (SELECT value FROM json_each(?2))";
        sqlx::query(query).bind(&url).bind(&messages).execute(&mut *connection).await?;
    } else {
        let query = "UPDATE message_links SET state = 'found', page_id = ?3
            WHERE url = ?1 AND state = 'pending' AND message_id IN (SELECT value FROM json_each(?2))";
        sqlx::query(query).bind(&url).bind(&messages).bind(page).execute(&mut *connection).await?;
    }
    show(transaction, &messages).await?;
    Ok(waiting.len() as i64 == AT_ONCE)
}

/// Shows what was found for those of the messages that wait for nothing more, each under a `rev` of its own.
async fn show(transaction: &mut Transaction, messages: &str) -> Result<()> {
    let query = "SELECT m.id, m.room_id, r.pid, m.seq FROM messages m JOIN rooms r ON r.id = m.room_id
        WHERE m.id IN (SELECT value FROM json_each(?)) AND m.deleted_at IS NULL AND m.hidden_at IS NULL
            AND r.deleted_at IS NULL
            AND EXISTS (SELECT 1 FROM message_links x WHERE x.message_id = m.id AND x.state = 'found')
            AND NOT EXISTS (SELECT 1 FROM message_links x WHERE x.message_id = m.id AND x.state = 'pending')
        ORDER BY m.id";
    let ready: Vec<(i64, i64, String, i64)> =
        sqlx::query_as(query).bind(messages).fetch_all(&mut transaction.connection).await?;
    for (message_key, room_key, room, seq) in ready {
        let connection = &mut transaction.connection;
        mark(connection, message_key).await?;
        let rev = next_rev(connection, room_key).await?;
        sqlx::query("UPDATE messages SET rev = ? WHERE id = ?")
            .bind(rev)
            .bind(message_key)
            .execute(&mut *connection)
            .await?;
        let room = rows::id(&room)?;
        let message = load(connection, room_key, room, seq).await?;
        transaction.tell(Notice::to_room(room, MessageUpdated { message }));
    }
    Ok(())
}
