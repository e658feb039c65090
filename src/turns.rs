//! Whose turn it is: what is dear is done for one person after the other, however much of it one of them asks for at once.

use crate::error::{Error, Result};
use crate::ids::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// What whoever has too much waiting is told to let pass; nobody knows how long the rest takes.
const RETRY_AFTER: Duration = Duration::from_secs(1);

type Line = tokio::sync::Mutex<()>;

/// The turns of those who have something dear done at the moment: each person has one at a time.
#[derive(Default)]
pub struct OwnTurns {
    lines: Mutex<HashMap<UserId, Weak<Line>>>,
}

/// Somebody's turn, until it is dropped.
pub struct OwnTurn {
    _held: OwnedMutexGuard<()>,
}

impl OwnTurns {
    /// Waits until nothing else of this person goes on, in the order in which they asked. At most `most` of theirs go on
    /// and wait together.
    ///
    /// # Errors
    /// `RateLimited` when as many do.
    pub async fn wait(&self, user: UserId, most: usize) -> Result<OwnTurn> {
        let line = self.line(user);
        // Whoever holds it has their turn or waits for it, this one included; the map does not.
        if Arc::strong_count(&line) > most {
            return Err(Error::RateLimited { retry_after: RETRY_AFTER });
        }
        Ok(OwnTurn { _held: line.lock_owned().await })
    }

    fn line(&self, user: UserId) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&user).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let line = Arc::new(Line::default());
        lines.insert(user, Arc::downgrade(&line));
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const MANY: usize = usize::MAX;

    #[tokio::test]
    async fn one_person_has_one_turn_at_a_time_and_others_have_theirs() {
        let turns = OwnTurns::default();
        let (greedy, other) = (UserId::generate(), UserId::generate());
        let first = turns.wait(greedy, MANY).await.expect("nothing else goes on");
        let mut second = Box::pin(turns.wait(greedy, MANY));
        assert!(second.as_mut().now_or_never().is_none(), "one at a time");
        assert!(turns.wait(other, MANY).now_or_never().is_some_and(|turn| turn.is_ok()), "others do not wait");
        drop(first);
        assert!(second.now_or_never().is_some_and(|turn| turn.is_ok()), "it comes when the first has ended");
    }

    #[tokio::test]
    async fn who_has_too_much_waiting_is_told_to_come_later_and_nobody_else_is() {
        let turns = OwnTurns::default();
        let (greedy, other) = (UserId::generate(), UserId::generate());
        let held = turns.wait(greedy, 3).await.expect("a turn");
        let mut waiting: Vec<_> = std::iter::repeat_with(|| Box::pin(turns.wait(greedy, 3))).take(2).collect();
        assert!(waiting.iter_mut().all(|turn| turn.as_mut().now_or_never().is_none()));
        assert!(matches!(turns.wait(greedy, 3).await, Err(Error::RateLimited { .. })));
        assert!(turns.wait(other, 3).await.is_ok());
        // Who gives up makes room.
        waiting.pop();
        let mut next = Box::pin(turns.wait(greedy, 3));
        assert!(next.as_mut().now_or_never().is_none(), "it waits again");
        drop((held, next, waiting));
        assert!(turns.wait(greedy, 1).await.is_ok(), "nothing is left of it");
    }
}
