//! Whether a server that joins others has what all of them have to have alike.

use crate::config::Config;
use crate::control::{self, Done, Request, Status, Terms};
use crate::error::{Error, Result};
use std::time::{Duration, Instant};

/// How long those who have the folder may give no answer: one has just been let in, or lets its clients go.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Asks the others. Settings that differ are told in the log; what would lock people out is refused.
///
/// # Errors
/// In words for the operator, when others sign with keys that this one does not believe, or the other way round.
pub(super) async fn check(config: &Config) -> Result<()> {
    let own = Terms::of(config).map_err(|error| Error::Unavailable(error.to_string()))?;
    let deadline = Instant::now() + ANSWERED_WITHIN;
    loop {
        let others = others(config).await;
        for other in &others {
            compare(&own, other)?;
        }
        if !others.is_empty() {
            return Ok(());
        }
        if Instant::now() >= deadline {
            tracing::warn!("no other server of this folder says what its settings are; they were not compared");
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn others(config: &Config) -> Vec<Status> {
    let told = control::ask_all(&config.data_dir, &Request::Status).await.unwrap_or_default();
    let statuses = told.into_iter().filter_map(|told| match told.answer {
        Ok(Done::Status(status)) => Some(status),
        _ => None,
    });
    statuses.collect()
}

fn compare(own: &Terms, other: &Status) -> Result<()> {
    let Some(theirs) = &other.terms else { return Ok(()) };
    let at = other.name();
    if !own.believes(theirs) {
        return Err(Error::Conflict(format!(
            "signing_key: this server would sign with another key than {at}, and one of them would not believe the other: \
             whoever came from there would be logged out; give all servers of the folder the same keys (docs/clustering.md \
             says how they are exchanged)"
        )));
    }
    for difference in own.differences(theirs) {
        let (setting, here, there) = (difference.setting, difference.here, difference.there);
        tracing::warn!("{setting} is {here} here, and {there} at {at}: servers of one cluster have the same settings");
    }
    Ok(())
}
