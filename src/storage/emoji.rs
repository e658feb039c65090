//! The team's own emoji: which file is which, and how often that has changed.

use super::audit::{self, About, Note};
use super::roster::shares_a_room;
use super::transaction::Transaction;
use super::{Storage, roster, rows, summaries};
use crate::actor::{Actor, By};
use crate::clock;
use crate::contract::{AuditAct, EmojiRemoved, EmojiUpdated, Me, TeamEmoji};
use crate::error::{Error, Result};
use crate::ids::{FileId, UserId};
use crate::notice::{Audience, Notice};
use crate::policy;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// The most that a team has: every client keeps them all.
const MOST: i64 = 500;

const EMOJI: &str = "SELECT f.pid, e.name, u.pid AS user, c.animated FROM emoji e JOIN files f ON f.id = e.file_id
    JOIN users u ON u.id = f.user_id JOIN contents c ON c.id = f.content_id";

/// How often they have changed.
pub(super) const REV: &str =
    "coalesce((SELECT CAST(x.value AS INTEGER) FROM settings x WHERE x.name = 'emoji_rev'), 0)";

impl Storage {
    /// All of them by name, and how often they have changed; to a guest without who added them whom they may not know.
    pub async fn emoji(&self, user: UserId) -> Result<(Vec<TeamEmoji>, i64)> {
        let mut reader = self.readers.begin().await?;
        let sql = format!("{EMOJI} ORDER BY e.name");
        let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *reader).await?;
        let mut emoji = found.iter().map(from_row).collect::<Result<Vec<_>>>()?;
        if summaries::me(&mut reader, user).await?.role.is_guest() {
            let makers: Vec<UserId> = emoji.iter().filter_map(|emoji| emoji.user_id).collect();
            let known = roster::sharers(&mut reader, user, Some(&makers), u32::MAX).await?;
            for emoji in &mut emoji {
                emoji.user_id = emoji.user_id.filter(|maker| *maker == user || known.contains(maker));
            }
        }
        let rev = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {REV}"))).fetch_one(&mut *reader).await?;
        Ok((emoji, rev))
    }

    /// Whether somebody may add an emoji of this name: asked before its image is made.
    ///
    /// # Errors
    /// As `add_emoji`.
    pub async fn check_new_emoji(&self, user: UserId, name: &str, by_members: bool) -> Result<()> {
        let mut reader = self.readers.begin().await?;
        policy::may_add_emoji(summaries::me(&mut reader, user).await?.role, by_members)?;
        check_number(&mut reader).await?;
        check_name(&mut reader, name, None).await
    }

    /// Makes an emoji of a finished file of the user's own, and tells everybody.
    ///
    /// # Errors
    /// `Forbidden` for who may not; `Conflict` for a name that is taken; `TooLarge` when there are too many.
    pub async fn add_emoji(&self, user: UserId, file: FileId, name: String, by_members: bool) -> Result<TeamEmoji> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    policy::may_add_emoji(summaries::me(connection, user).await?.role, by_members)?;
                    check_number(connection).await?;
                    check_name(connection, &name, None).await?;
                    // From now on it is nobody's to send, and goes when it is no emoji any more.
                    let query = "UPDATE files SET sent_at = ? WHERE pid = ? AND sent_at IS NULL RETURNING id";
                    let key: Option<i64> = sqlx::query_scalar(query)
                        .bind(clock::now().as_millis())
                        .bind(file.to_string())
                        .fetch_optional(&mut *connection)
                        .await?;
                    sqlx::query("INSERT INTO emoji (file_id, name) VALUES (?, ?)")
                        .bind(key.ok_or(Error::NotFound("the file"))?)
                        .bind(name)
                        .execute(connection)
                        .await?;
                    tell(transaction, file).await
                })
            })
            .await
    }

    /// Gives an emoji another name, and tells everybody.
    ///
    /// # Errors
    /// `NotFound`; otherwise as `add_emoji`.
    pub async fn rename_emoji(&self, user: UserId, emoji: FileId, name: String, by_members: bool) -> Result<TeamEmoji> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let (key, found) = governed(connection, user, emoji, by_members).await?;
                    check_name(connection, &name, Some(key)).await?;
                    if found.name == name {
                        return Ok(found);
                    }
                    sqlx::query("UPDATE emoji SET name = ? WHERE file_id = ?")
                        .bind(name)
                        .bind(key)
                        .execute(connection)
                        .await?;
                    tell(transaction, emoji).await
                })
            })
            .await
    }

    /// Takes an emoji away, and tells everybody. Where it was written, its name stands.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for who may not.
    pub async fn remove_emoji(&self, actor: Actor, emoji: FileId, by_members: bool) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let (key, found) = governed(connection, actor.user, emoji, by_members).await?;
                    for query in [
                        "DELETE FROM emoji WHERE file_id = ?",
                        "INSERT OR IGNORE INTO withdrawn_files (file_id) VALUES (?)",
                    ] {
                        sqlx::query(query).bind(key).execute(&mut *connection).await?;
                    }
                    let rev = next_rev(connection).await?;
                    let event = EmojiRemoved { emoji_id: emoji, rev };
                    transaction.tell(Notice::Tell(Audience::Everybody, event.into()));
                    let detail = json!({ "addedBy": found.user_id });
                    let (by, about) = (By::from(&actor), Some(About::Emoji(emoji, found.name)));
                    audit::note(transaction, Note { by, act: AuditAct::EmojiRemoved, about, detail }).await
                })
            })
            .await
    }
}

/// An emoji that somebody may change, and its key.
async fn governed(
    connection: &mut SqliteConnection,
    user: UserId,
    emoji: FileId,
    by_members: bool,
) -> Result<(i64, TeamEmoji)> {
    let Me { role, .. } = summaries::me(connection, user).await?;
    let (key, found) = find(connection, emoji).await?;
    policy::may_change_emoji(role, by_members, found.user_id == Some(user))?;
    Ok((key, found))
}

async fn find(connection: &mut SqliteConnection, emoji: FileId) -> Result<(i64, TeamEmoji)> {
    let sql = EMOJI.replacen("SELECT", "SELECT e.file_id,", 1) + " WHERE f.pid = ?";
    let row = sqlx::query(AssertSqlSafe(sql)).bind(emoji.to_string()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::NotFound("the emoji"))?;
    Ok((row.try_get("file_id")?, from_row(&row)?))
}

async fn check_number(connection: &mut SqliteConnection) -> Result<()> {
    let number: i64 = sqlx::query_scalar("SELECT count(*) FROM emoji").fetch_one(connection).await?;
    if number < MOST {
        Ok(())
    } else {
        Err(Error::TooLarge(format!("a team has at most {MOST} emoji; remove one first")))
    }
}

/// Whether a name is no other emoji's than that of `key`.
async fn check_name(connection: &mut SqliteConnection, name: &str, key: Option<i64>) -> Result<()> {
    let query = "SELECT EXISTS (SELECT 1 FROM emoji WHERE name = ? AND file_id IS NOT ?)";
    let taken: bool = sqlx::query_scalar(query).bind(name).bind(key).fetch_one(connection).await?;
    if taken { Err(Error::Conflict(format!(":{name}: is another emoji already"))) } else { Ok(()) }
}

async fn tell(transaction: &mut Transaction, emoji: FileId) -> Result<TeamEmoji> {
    let connection = &mut transaction.connection;
    let (key, emoji) = find(connection, emoji).await?;
    let rev = next_rev(connection).await?;
    let unknowing = unknowing(connection, key).await?;
    let event = EmojiUpdated { emoji: emoji.clone(), rev };
    if unknowing.is_empty() {
        transaction.tell(Notice::Tell(Audience::Everybody, event.into()));
        return Ok(emoji);
    }
    transaction.tell(Notice::Tell(Audience::EverybodyBut(unknowing.clone()), event.into()));
    let event = EmojiUpdated { emoji: TeamEmoji { user_id: None, ..emoji.clone() }, rev };
    transaction.tell(Notice::Tell(Audience::Users(unknowing), event.into()));
    Ok(emoji)
}

/// Guests who share no room with who added an emoji.
async fn unknowing(connection: &mut SqliteConnection, key: i64) -> Result<Vec<UserId>> {
    let query = concat!(
        "SELECT g.pid FROM files f JOIN users g ON g.role = 'guest' AND g.deactivated_at IS NULL AND g.id <> f.user_id
         WHERE f.id = ? AND NOT ",
        shares_a_room!("g.id", "f.user_id")
    );
    let found: Vec<String> = sqlx::query_scalar(query).bind(key).fetch_all(connection).await?;
    found.iter().map(|pid| rows::id(pid)).collect()
}

async fn next_rev(connection: &mut SqliteConnection) -> Result<i64> {
    let query = "INSERT INTO settings (name, value) VALUES ('emoji_rev', '1')
        ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
        RETURNING CAST(value AS INTEGER)";
    Ok(sqlx::query_scalar(query).fetch_one(connection).await?)
}

fn from_row(row: &SqliteRow) -> Result<TeamEmoji> {
    Ok(TeamEmoji {
        id: rows::id(row.try_get("pid")?)?,
        name: row.try_get("name")?,
        user_id: Some(rows::id(row.try_get("user")?)?),
        animated: row.try_get("animated")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::plans::opened;

    #[tokio::test]
    async fn there_are_no_more_than_every_client_can_keep() {
        let (_folder, storage, mina) = opened().await;
        let fill = storage.writer.run(|transaction| {
            Box::pin(async move {
                let sql = "WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 500)
                    INSERT INTO files (id, pid, user_id, name, size, touched_at)
                    SELECT 1000 + v, v, (SELECT min(id) FROM users), 'emoji', 1, 0 FROM n;
                    INSERT INTO emoji (file_id, name) SELECT id, 'name_' || id FROM files WHERE id > 1000";
                sqlx::raw_sql(sql).execute(&mut transaction.connection).await?;
                Ok(())
            })
        });
        fill.await.expect("five hundred");
        for refused in [
            storage.check_new_emoji(mina, "party", true).await,
            storage.add_emoji(mina, FileId::generate(), "party".to_owned(), true).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::TooLarge(_))), "{refused:?}");
        }
    }
}
