//! The connection to Redis: made, kept, made anew.

use super::packet::What;
use super::{Cluster, LEASE, Running, listening, presence, speaking, whereabouts};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::metrics;
use futures_util::future::{FutureExt, try_join_all};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How long connecting, and every answer, may take.
const WITHIN: Duration = Duration::from_secs(2);
const RETRY_AFTER: Duration = Duration::from_millis(300);
/// How long a server that starts waits for its company to be as it should.
const COMPANY_WITHIN: Duration = Duration::from_secs(LEASE.as_secs() + 2);

/// Speaks and listens until `stop`; whenever Redis goes away, connects anew.
pub(super) async fn run(cluster: &Cluster, mut running: Running, directory: &Directory, stop: CancellationToken) {
    loop {
        let session = kept(&cluster.place, session(cluster, &mut running, directory));
        let ended = stop.run_until_cancelled(session).await;
        cluster.connected.send_replace(false);
        let Some(problem) = ended else { break };
        if cluster.fault().is_none_or(|fault| fault != problem) {
            tracing::error!("{problem}; what is stored is read from the database meanwhile");
        }
        cluster.set_fault(Some(problem));
        if stop.run_until_cancelled(tokio::time::sleep(RETRY_AFTER)).await.is_none() {
            break;
        }
    }
    let found = timeout(WITHIN, async { connect(&find(cluster).await?).await });
    if let Ok(Ok(mut redis)) = found.await {
        let goodbye = async {
            presence::remove(cluster, &mut redis, cluster.node.id).await?;
            speaking::say_goodbye(cluster, &mut redis).await
        };
        if !matches!(timeout(WITHIN, goodbye).await, Ok(Ok(()))) {
            tracing::info!("the other servers were not told of the end");
        }
    }
}

/// Why a connection ended, in words for the operator. A fault of the program ends that one, and none that comes after it.
async fn kept(place: &str, session: impl Future<Output = RedisResult<Infallible>>) -> String {
    match AssertUnwindSafe(session).catch_unwind().await {
        Ok(Ok(never)) => match never {},
        Ok(Err(error)) => format!("Redis at {place} is away: {}", explain(&error)),
        Err(_panic) => {
            format!("the connection to Redis at {place} was given up for a fault of the program, and is made anew")
        }
    }
}

/// Whether those who should be there are, and no others: `Ok(false)` when nobody is, though somebody has the folder.
pub(super) async fn check_company(cluster: &Cluster) -> Result<bool> {
    let place = &cluster.place;
    let unusable = |error: RedisError| {
        let problem = explain(&error);
        Error::Unavailable(format!(
            "redis: the Redis at {place} cannot be used: {problem}; start it, or mend the setting"
        ))
    };
    let mut redis = connect(&find(cluster).await.map_err(unusable)?).await.map_err(unusable)?;
    let (deadline, mut told) = (Instant::now() + COMPANY_WITHIN, false);
    loop {
        let (living, mut dead) = presence::others(cluster, &mut redis).await.map_err(unusable)?;
        // Nobody else has the folder, so that whoever had it died.
        let (living, died): (Vec<_>, Vec<_>) =
            living.into_iter().partition(|other| !cluster.node.first || !other.had(&cluster.folder));
        dead.extend(died.into_iter().map(|other| other.node));
        match (cluster.node.first, living.is_empty()) {
            (true, true) => {
                for node in dead {
                    presence::remove(cluster, &mut redis, node).await.map_err(unusable)?;
                }
                return Ok(true);
            }
            (false, is_alone) => return Ok(!is_alone),
            _ if Instant::now() < deadline => {
                if !std::mem::replace(&mut told, true) {
                    tracing::info!("Redis knows other servers of this cluster; they have a moment to go");
                }
                tokio::time::sleep(RETRY_AFTER).await;
            }
            (true, false) => {
                return Err(Error::Conflict(format!(
                    "the Redis at {place} has other servers of this cluster, which run on a copy of this data folder; a copy \
                     becomes a cluster of its own when the file cluster.name is removed from it"
                )));
            }
        }
    }
}

async fn find(cluster: &Cluster) -> RedisResult<Client> {
    whereabouts::find(&cluster.redis, WITHIN).await
}

async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(WITHIN)).set_response_timeout(Some(WITHIN));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// One connection, until it breaks.
async fn session(cluster: &Cluster, running: &mut Running, directory: &Directory) -> RedisResult<Infallible> {
    forget_waiting(running);
    let client = find(cluster).await?;
    let mut redis = connect(&client).await?;
    let mut listening = timeout(WITHIN, client.get_async_pubsub()).await.map_err(|_| silent())??;
    timeout(WITHIN, listening.subscribe(cluster.keys.channel())).await.map_err(|_| silent())??;
    forget_waiting(running);
    presence::write_all(cluster, &mut redis, directory).await?;
    cluster.peers.forgive();
    let (living, _) = presence::others(cluster, &mut redis).await?;
    let reading = living.iter().map(|other| presence::read_node(cluster, redis.clone(), directory, other.node));
    try_join_all(reading).await?;
    cluster.connected.send_replace(true);
    if cluster.fault().is_some() {
        tracing::info!(redis = cluster.place, "connected to the other servers");
        cluster.set_fault(None);
    }
    // What was committed meanwhile is looked for.
    cluster.bell.ring_anyway();
    let (sink, stream) = listening.split();
    // They share the connection, and none waits for another's answer.
    let ended = tokio::select! {
        ended = speaking::speak(cluster, running, directory, redis.clone()) => ended,
        ended = listening::listen(cluster, directory, stream) => ended,
        ended = presence::keep_up(cluster, directory, redis) => ended,
    };
    drop(sink);
    ended
}

/// What waits for a connection is old when there is one.
fn forget_waiting(running: &mut Running) {
    while let Ok(what) = running.outgoing.try_recv() {
        metrics::NOT_PASSED_ON.add(usize::from(matches!(what, What::Pass { .. })));
    }
    while running.moves.try_recv().is_ok() {}
}

pub(super) fn silent() -> RedisError {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "it does not answer").into()
}

/// Without the address, which may hold a password.
fn explain(error: &RedisError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fault_of_the_program_ends_one_connection_with_words_for_the_operator() {
        let said = kept("127.0.0.1:1", async { panic!("at a packet") }).await;
        assert!(said.contains("127.0.0.1:1") && said.contains("a fault of the program"), "{said}");
        let said = kept("127.0.0.1:1", async { Err(silent()) }).await;
        assert!(said.starts_with("Redis at 127.0.0.1:1 is away: "), "{said}");
    }
}
