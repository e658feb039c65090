//! Invites: made, shown, revoked; and the registrations that they, or an open door, lead to.

use super::Storage;
use super::accounts::{self, NewAccount};
use super::audit::{self, About, Note};
use super::general;
use super::members::active_user;
use super::moderation::administers;
use super::rows;
use super::sessions::{self, NewSession, Started};
use super::summaries;
use super::tokens;
use super::transaction::Transaction;
use crate::actor::{Actor, By};
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, Invite, InvitePreview, ServerRole};
use crate::credentials::tokens::TokenDigest;
use crate::error::{Error, Result};
use crate::ids::{InviteId, RoomId, UserId};
use crate::policy;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteRow};

/// The most invites that may be open at once, so that a list of them has an end.
const MAX_OPEN: i64 = 1_000;

/// An invite to be made, its fields checked.
pub struct NewInvite {
    pub digest: TokenDigest,
    pub rooms: InviteRooms,
    /// What who registers with it becomes.
    pub role: ServerRole,
    pub max_uses: u32,
    pub expires_at: Timestamp,
}

/// Where an invite leads to.
pub enum InviteRooms {
    Ids(Vec<RoomId>),
    /// Names or ids, as the operator gives them.
    Called(Vec<String>),
}

/// An invite that can be used.
struct Open {
    key: i64,
    id: InviteId,
    creator_key: i64,
    rooms: String,
    role: ServerRole,
}

const COLUMNS: &str =
    "i.id, i.pid, i.rooms, i.uses, i.max_uses, i.created_at, i.expires_at, i.revoked_at, i.created_by, i.role";
const OPEN: &str = "i.revoked_at IS NULL AND i.uses < i.max_uses AND i.expires_at >";

impl Storage {
    /// Makes an invite in the name of an administrator; without one, in that of the first who is in its rooms: the
    /// operator's own.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, `NotFound` for a room that they are not in, `Invalid` for one that is
    /// called by a name that no room or several have, `Conflict` when too many invites are open or nobody administers the
    /// server and is in the rooms.
    pub async fn create_invite(&self, creator: Option<Actor>, invite: NewInvite) -> Result<Invite> {
        self.writer.run(move |transaction| Box::pin(async move { create(transaction, creator, invite).await })).await
    }

    /// Every invite that can still be used, newest first.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn open_invites(&self, user: UserId) -> Result<Vec<Invite>> {
        let mut reader = self.readers.begin().await?;
        policy::may_administer(summaries::me(&mut reader, user).await?.role)?;
        let sql = format!(
            "SELECT {COLUMNS}, {} FROM invites i JOIN users u ON u.id = i.created_by WHERE {OPEN} ? ORDER BY i.id DESC",
            rows::USER_COLUMNS
        );
        let found = sqlx::query(AssertSqlSafe(sql)).bind(clock::now().as_millis()).fetch_all(&mut *reader).await?;
        found.iter().map(invite_from_row).collect()
    }

    /// Makes an invite useless.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, `NotFound` when there is no such invite or it was revoked before.
    pub async fn revoke_invite(&self, actor: Actor, invite: InviteId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    policy::may_administer(summaries::me(&mut transaction.connection, actor.user).await?.role)?;
                    let query = "UPDATE invites SET revoked_at = ? WHERE pid = ? AND revoked_at IS NULL";
                    let revoked = sqlx::query(query)
                        .bind(clock::now().as_millis())
                        .bind(invite.to_string())
                        .execute(&mut transaction.connection)
                        .await?;
                    if revoked.rows_affected() == 0 {
                        return Err(Error::NotFound("the invite"));
                    }
                    let about = Some(About::Invite(invite));
                    let by = By::from(&actor);
                    audit::note(transaction, Note { by, act: AuditAct::InviteRevoked, about, detail: json!({}) }).await
                })
            })
            .await
    }

    /// What the holder of an invite is shown.
    ///
    /// # Errors
    /// `NotFound` for an unknown code; `Forbidden` with the reason for one that is past its use.
    pub async fn preview_invite(&self, code: TokenDigest) -> Result<InvitePreview> {
        let mut reader = self.readers.begin().await?;
        open(&mut reader, code).await?;
        let sql = format!(
            "SELECT {}, i.expires_at, i.role AS invite_role FROM invites i JOIN users u ON u.id = i.created_by WHERE i.digest = ?",
            rows::USER_COLUMNS
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(code.as_bytes().as_slice()).fetch_one(&mut *reader).await?;
        Ok(InvitePreview {
            invited_by: rows::user_from_row(&row)?,
            expires_at: Timestamp::from_millis(row.try_get("expires_at")?),
            role: rows::server_role(&row, "invite_role")?,
        })
    }

    /// Makes an account, with an invite or through an open door, as a member of General and of the invite's rooms; as a
    /// guest of these alone, when the invite says so; and logs in.
    ///
    /// # Errors
    /// As `preview_invite`; `Conflict` when the username is taken.
    pub async fn register(&self, code: Option<TokenDigest>, account: NewAccount, login: NewSession) -> Result<Started> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let invite = match code {
                        Some(code) => Some(open(&mut transaction.connection, code).await?),
                        None => None,
                    };
                    let role = invite.as_ref().map_or(account.role, |invite| invite.role);
                    let account = NewAccount { role, ..account };
                    let (user_key, who) = accounts::insert(&mut transaction.connection, &account).await?;
                    let detail = json!({ "role": account.role, "invite": invite.as_ref().map(|invite| invite.id) });
                    accounts::note_made(transaction, By::Person(who.id, login.address()), who.id, detail).await?;
                    general::join(transaction, user_key, &who).await?;
                    if let Some(invite) = invite {
                        sqlx::query("UPDATE invites SET uses = uses + 1 WHERE id = ?")
                            .bind(invite.key)
                            .execute(&mut transaction.connection)
                            .await?;
                        for (room_key, room) in rooms_of(&mut transaction.connection, &invite).await? {
                            general::join_room(transaction, room, room_key, user_key, &who).await?;
                        }
                    }
                    sessions::start(&mut transaction.connection, user_key, who.id, &login).await
                })
            })
            .await
    }
}

async fn create(transaction: &mut Transaction, actor: Option<Actor>, invite: NewInvite) -> Result<Invite> {
    let connection = &mut transaction.connection;
    let rooms = match invite.rooms {
        InviteRooms::Ids(rooms) => rooms,
        InviteRooms::Called(names) => rooms_called(connection, &names).await?,
    };
    let creator = match actor {
        Some(actor) => actor.user,
        None => first_admin_in(connection, &rooms).await?,
    };
    policy::may_administer(summaries::me(connection, creator).await?.role)?;
    let (creator_key, _) = active_user(connection, creator).await?;
    for room in &rooms {
        policy::may_invite(super::members::seat(connection, *room, creator).await?.standing)?;
    }
    let now = clock::now().as_millis();
    let open: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM invites i WHERE {OPEN} ?")))
        .bind(now)
        .fetch_one(&mut *connection)
        .await?;
    if open >= MAX_OPEN {
        return Err(Error::Conflict(format!("{open} invites are open; revoke some before making another")));
    }
    let sql = "INSERT INTO invites (pid, digest, created_by, rooms, role, max_uses, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
    let key: i64 = sqlx::query_scalar(sql)
        .bind(InviteId::generate().to_string())
        .bind(invite.digest.as_bytes().as_slice())
        .bind(creator_key)
        .bind(serde_json::to_string(&rooms).map_err(Error::internal)?)
        .bind(invite.role.as_str())
        .bind(invite.max_uses)
        .bind(now)
        .bind(invite.expires_at.as_millis())
        .fetch_one(&mut *connection)
        .await?;
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM invites i JOIN users u ON u.id = i.created_by WHERE i.id = ?",
        rows::USER_COLUMNS
    );
    let made = invite_from_row(&sqlx::query(AssertSqlSafe(sql)).bind(key).fetch_one(connection).await?)?;
    let by = actor.as_ref().map_or(By::Operator, By::from);
    let detail = json!({ "role": made.role, "uses": made.max_uses, "expiresAt": made.expires_at, "rooms": made.rooms });
    let about = Some(About::Invite(made.id));
    audit::note(transaction, Note { by, act: AuditAct::InviteMade, about, detail }).await?;
    Ok(made)
}

/// The rooms that an operator means by names or ids.
async fn rooms_called(connection: &mut SqliteConnection, names: &[String]) -> Result<Vec<RoomId>> {
    let mut rooms = Vec::with_capacity(names.len());
    for name in names {
        let (_, room) = tokens::room_called(connection, name).await?;
        rooms.push(room);
    }
    Ok(rooms)
}

/// The administrator who has been here longest, owners before others, of those who are in all of these rooms.
async fn first_admin_in(connection: &mut SqliteConnection, rooms: &[RoomId]) -> Result<UserId> {
    if general::first_admin(connection).await?.is_none() {
        let how = "there is no administrator: make one with `maru user create --role owner`, or of somebody with `maru user role`";
        return Err(Error::Conflict(how.to_owned()));
    }
    let query = concat!(
        "SELECT u.pid FROM users u WHERE u.deactivated_at IS NULL AND ",
        administers!("u"),
        " AND NOT EXISTS (SELECT 1 FROM json_each(?) j WHERE NOT EXISTS (
            SELECT 1 FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = u.id AND r.pid = j.value))
         ORDER BY u.role = 'admin', u.id LIMIT 1"
    );
    let rooms = serde_json::to_string(rooms).map_err(Error::internal)?;
    let pid: Option<String> = sqlx::query_scalar(query).bind(rooms).fetch_optional(connection).await?;
    let pid = pid.ok_or_else(|| Error::Conflict("no administrator is in all of these rooms".to_owned()))?;
    rows::id(&pid)
}

/// An invite by its code, when it can be used.
async fn open(connection: &mut SqliteConnection, code: TokenDigest) -> Result<Open> {
    let sql = format!("SELECT {COLUMNS} FROM invites i WHERE i.digest = ?");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(code.as_bytes().as_slice()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::NotFound("the invite"))?;
    if row.try_get::<Option<i64>, _>("revoked_at")?.is_some() {
        return Err(Error::Forbidden("the invite was revoked"));
    }
    if row.try_get::<i64, _>("expires_at")? <= clock::now().as_millis() {
        return Err(Error::Forbidden("the invite has expired"));
    }
    if row.try_get::<i64, _>("uses")? >= row.try_get("max_uses")? {
        return Err(Error::Forbidden("the invite has been used up"));
    }
    Ok(Open {
        key: row.try_get("id")?,
        id: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        creator_key: row.try_get("created_by")?,
        rooms: row.try_get("rooms")?,
        role: rows::server_role(&row, "role")?,
    })
}

/// The rooms of an invite that are there, and that its creator is still in.
async fn rooms_of(connection: &mut SqliteConnection, invite: &Open) -> Result<Vec<(i64, RoomId)>> {
    let query = "SELECT r.id, r.pid FROM rooms r JOIN members m ON m.room_id = r.id AND m.user_id = ?
        WHERE r.pid IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NULL AND r.kind <> 'direct' ORDER BY r.id";
    let found = sqlx::query(query).bind(invite.creator_key).bind(&invite.rooms).fetch_all(connection).await?;
    found.iter().map(|row| Ok((row.try_get("id")?, rows::id(row.try_get::<String, _>("pid")?.as_str())?))).collect()
}

fn invite_from_row(row: &SqliteRow) -> Result<Invite> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let inviter = rows::user_from_row(row)?;
    Ok(Invite {
        id: rows::id(&text("pid")?)?,
        created_by: inviter.id,
        inviter,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        expires_at: Timestamp::from_millis(row.try_get("expires_at")?),
        uses: row.try_get("uses")?,
        max_uses: row.try_get("max_uses")?,
        rooms: serde_json::from_str(&text("rooms")?).map_err(Error::internal)?,
        role: rows::server_role(row, "role")?,
    })
}
