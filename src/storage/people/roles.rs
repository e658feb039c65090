//! What somebody may do on the whole server.

use super::listing::{self, Listed};
use super::{Whom, subject};
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, RoleChanged, ServerRole, UserUpdated};
use crate::error::Result;
use crate::ids::UserId;
use crate::notice::{Audience, Notice};
use crate::policy;
use crate::storage::members::active_user;
use crate::storage::moderation::{reports, roles as room_roles};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, audit, general, notifications, roster, summaries, tokens, two_factor};
use serde_json::json;
use sqlx::SqliteConnection;

impl Storage {
    /// Gives somebody another role, and tells them and who shares a room with them. Who is no guest any more joins
    /// General; who becomes one stays in the rooms that they are in, and looks after none of them any more. Answers with
    /// the person as they are then.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody, `Conflict` for a bot, for who is deactivated, and
    /// for the last owner.
    pub async fn change_role(&self, by: By, whom: Whom, role: ServerRole) -> Result<Listed> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let user = change(transaction, by, &whom, role).await?;
                    listing::find(&mut transaction.connection, user).await
                })
            })
            .await
    }
}

async fn change(transaction: &mut Transaction, by: By, whom: &Whom, role: ServerRole) -> Result<UserId> {
    let connection = &mut transaction.connection;
    let subject = subject(connection, by, whom).await?;
    if let Some(user) = by.user() {
        policy::may_give_role(summaries::me(connection, user).await?.role, role)?;
    }
    subject.check_person("it has no role")?;
    subject.check_active()?;
    let id = subject.user.id;
    if subject.role == role {
        return Ok(id);
    }
    if role != ServerRole::Owner {
        subject.check_not_last(connection).await?;
    }
    let sharers = roster::all_sharers(connection, id).await?;
    sqlx::query("UPDATE users SET role = ? WHERE id = ?")
        .bind(role.as_str())
        .bind(subject.key)
        .execute(&mut *connection)
        .await?;
    match (subject.role.administers(), role.administers()) {
        // A link that somebody lesser made for them would open an account that administers now.
        (false, true) => tokens::forget_all(connection, subject.key).await?,
        (_, false) => revoke_invites(connection, subject.key).await?,
        (true, true) => {}
    }
    two_factor::end_what_lacks_it(transaction, Some(subject.key)).await?;
    let (_, who) = active_user(&mut transaction.connection, id).await?;
    transaction.tell(Notice::to_user(id, RoleChanged { role }));
    if who.guest != subject.user.guest {
        transaction.tell(Notice::Tell(Audience::Users(sharers), UserUpdated { user: who.clone() }.into()));
    }
    if subject.user.guest {
        general::join(transaction, subject.key, &who).await?;
        room_roles::take_over(transaction, subject.key).await?;
    }
    if who.guest {
        room_roles::take_all(transaction, (subject.key, id)).await?;
    }
    if subject.role.administers() && !role.administers() {
        notifications::withdraw_reports_of_administrators(transaction, subject.key).await?;
    }
    reports::hand_up_from(transaction, subject.key).await?;
    let detail = json!({ "from": subject.role, "to": role });
    audit::note_person(transaction, by, AuditAct::PersonRole, id, detail).await?;
    Ok(id)
}

/// Makes the open invites of somebody useless who may make none any more.
pub(super) async fn revoke_invites(connection: &mut SqliteConnection, user_key: i64) -> Result<()> {
    sqlx::query("UPDATE invites SET revoked_at = ? WHERE created_by = ? AND revoked_at IS NULL")
        .bind(clock::now().as_millis())
        .bind(user_key)
        .execute(connection)
        .await?;
    Ok(())
}
