//! Waiting for facts that nobody tells a test of.

use std::time::Duration;

/// How long a fact may take to come about, on a machine with much else to do.
const BOUND: Duration = Duration::from_secs(30);
/// How often to ask for it: more often would slow it down.
const PACE: Duration = Duration::from_millis(20);

/// Asks until it is so; panics with `what` was waited for when it does not come about.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let mut pace = tokio::time::interval(PACE);
    let comes_about = async {
        while !is_so().await {
            pace.tick().await;
        }
    };
    tokio::time::timeout(BOUND, comes_about).await.unwrap_or_else(|_| panic!("{what} did not come about"));
}
