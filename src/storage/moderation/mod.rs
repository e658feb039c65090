//! Keeping rooms in order: who has which role, what is hidden, and what people report.

mod hiding;
pub(super) mod reports;
pub(super) mod roles;

pub use reports::NewReport;

/// Whether a member (`members`) who is a user (`users`), by the aliases of a query, looks after their room, as
/// `policy::Standing::moderates` decides it of one at a time. In direct rooms nobody does.
macro_rules! moderates {
    ($member:literal, $user:literal) => {
        concat!(
            "(",
            $member,
            ".role <> 'member' AND ",
            $user,
            ".role <> 'guest' OR ",
            $crate::storage::moderation::administers!($user),
            ")"
        )
    };
}
pub(super) use moderates;

/// Whether a user (`users`), by the alias of a query, administers the server, as `policy::may_administer` decides it of
/// one.
macro_rules! administers {
    ($user:literal) => {
        concat!($user, ".role IN ('owner', 'admin')")
    };
}
pub(super) use administers;

/// Whether a user (`users`), by the alias of a query, may own rooms: who is active and no guest.
macro_rules! may_own {
    ($user:literal) => {
        concat!($user, ".deactivated_at IS NULL AND ", $user, ".role <> 'guest'")
    };
}
pub(super) use may_own;

#[cfg(test)]
mod tests;
