//! Why a search could not be carried out, and what is done about it.

use super::searchers::TooLong;
use crate::clock;
use crate::error::Error;
use crate::storage::{Storage, failure};

/// In milliseconds.
const HOUR: i64 = 3_600_000;

/// What the caller is told: why the search was broken off, or that the index is of no use and another is being built,
/// which this begins.
pub(super) async fn explain(storage: &Storage, error: Error) -> Error {
    let is_late = matches!(&error, Error::Internal(source) if source.is::<TooLong>());
    if is_late || failure::is_interrupt(&error) {
        return Error::Unavailable(match rebuilt(storage).await {
            Some(percent) => format!(
                "the search took too long, while the search index is being built anew ({percent} %); try again later"
            ),
            None => "the search took too long; look for rarer words, in one room or in fewer days".to_owned(),
        });
    }
    if !failure::is_damage(&error) && !failure::is_missing_table(&error) {
        return error;
    }
    // What is damaged may be the messages: then another index is as soon broken off.
    if failure::is_damage(&error) && was_rebuilt(storage).await {
        return error;
    }
    tracing::error!(error = %failure::describe(&error), "a search met an index that is damaged or missing");
    if let Err(error) = storage.rebuild_search().await {
        tracing::error!(error = %failure::describe(&error), "no new search index could be begun");
        return Error::Unavailable("the search index is damaged, and no new one can be built at the moment".to_owned());
    }
    Error::Unavailable(match rebuilt(storage).await {
        Some(percent) => {
            format!("the search index was damaged and is being built anew ({percent} %); try again in a while")
        }
        None => "the search index was damaged and has just been built anew; try again".to_owned(),
    })
}

/// Whether a new index was built, or begun, within the last hour.
async fn was_rebuilt(storage: &Storage) -> bool {
    let query = "SELECT EXISTS (SELECT 1 FROM search_indexes WHERE id > 1 AND state != 'retired' AND since > ?)";
    let query = sqlx::query_scalar(query).bind(clock::now().as_millis() - HOUR);
    query.fetch_one(&storage.readers).await.unwrap_or(false)
}

/// How much of a new index is built, in percent, while one is.
async fn rebuilt(storage: &Storage) -> Option<i64> {
    storage.search_status().await.ok().and_then(|status| status.rebuilt_percent)
}
