//! Lists of what has a name, looked through for what somebody typed.

use crate::error::Result;
use crate::fulltext::{initials_key, initials_match};
use futures_util::{Stream, TryStreamExt};
use sqlx::sqlite::SqliteRow;

/// The first rows of which a name fits, as many as `limit`. It fits when it holds what was typed, or by its initial
/// consonants.
pub(super) async fn first_fitting<T>(
    mut rows: impl Stream<Item = sqlx::Result<SqliteRow>> + Unpin,
    typed: Option<&str>,
    limit: u32,
    read: impl Fn(&SqliteRow) -> Result<T>,
    names: impl Fn(&T) -> [Option<&str>; 2],
) -> Result<Vec<T>> {
    // By its beginnings or its initial consonants no name fits to signs alone.
    let typed = typed.map(|typed| (typed, typed.to_lowercase(), !initials_key(typed).is_empty()));
    let mut found = Vec::new();
    while found.len() < limit as usize {
        let Some(row) = rows.try_next().await? else { break };
        let one = read(&row)?;
        let is_meant = typed.as_ref().is_none_or(|(typed, lower, has_letters)| {
            let fits = |name: &str| *has_letters && initials_match(name, typed).is_some();
            let holds = |name: &str| name.to_lowercase().contains(lower) || fits(name);
            names(&one).into_iter().flatten().any(holds)
        });
        if is_meant {
            found.push(one);
        }
    }
    Ok(found)
}
