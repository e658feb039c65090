//! Work that comes round by itself: what is past its time is removed.

use crate::app::App;
use crate::clock;
use std::sync::Arc;
use std::time::Duration;

const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// A pause between two portions of a large removal.
const BETWEEN_PORTIONS: Duration = Duration::from_millis(100);
/// How long a send may be repeated with the same `clientMessageId`.
const KEEP_IDEMPOTENCY_KEYS: Duration = Duration::from_secs(8 * 24 * 3600);
/// How long ended sessions are kept, to tell a stolen refresh token from an old one.
const KEEP_ENDED_SESSIONS: Duration = Duration::from_secs(30 * 24 * 3600);

/// Removes what is past its time, in small portions. Runs until the server stops. What a crash interrupts goes on
/// by itself: what is to be removed is found in the tables.
pub async fn sweep(app: Arc<App>) {
    let mut tick = tokio::time::interval(SWEEP_EVERY);
    loop {
        tick.tick().await;
        app.limits.sweep();
        loop {
            match app.storage.sweep(clock::now(), KEEP_IDEMPOTENCY_KEYS, KEEP_ENDED_SESSIONS).await {
                Ok(true) => tokio::time::sleep(BETWEEN_PORTIONS).await,
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "what is past its time could not be removed");
                    break;
                }
            }
        }
    }
}
