//! The connection to Redis: made, kept, made anew.

use super::packet::{Packet, What};
use super::peers::Heard as Order;
use super::{Cluster, Heard, LEASE, Running, presence, whereabouts};
use crate::directory::{Directory, Move};
use crate::error::{Error, Result};
use crate::ids::NodeId;
use crate::metrics;
use futures_util::{Stream, StreamExt};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Msg, RedisError, RedisResult};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;

/// How long connecting, and every answer, may take.
const WITHIN: Duration = Duration::from_secs(2);
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// We hear our own heartbeats, too: without them the connection is dead.
const SILENCE: Duration = Duration::from_secs(3);
const RETRY_AFTER: Duration = Duration::from_millis(300);
/// Packets that are sent together.
const TOGETHER: usize = 256;
/// Everybody is written down anew, before Redis forgets them.
const REFRESH_EVERY: Duration = Duration::from_secs(6 * 3600);
/// How long a server that starts waits for its company to be as it should.
const COMPANY_WITHIN: Duration = Duration::from_secs(LEASE.as_secs() + 2);

/// Speaks and listens until `stop`; whenever Redis goes away, connects anew.
pub(super) async fn run(cluster: &Cluster, mut running: Running, directory: &Directory, stop: CancellationToken) {
    loop {
        let ended = stop.run_until_cancelled(session(cluster, &mut running, directory)).await;
        cluster.connected.send_replace(false);
        let Some(Err(error)) = ended else { break };
        let problem = format!("Redis at {} is away: {}", cluster.place, explain(&error));
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
            say(cluster, &mut redis, &[Packet { from: cluster.node.id, number: 0, what: What::Leaving }]).await
        };
        if !matches!(timeout(WITHIN, goodbye).await, Ok(Ok(()))) {
            tracing::info!("the other servers were not told of the end");
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
        let (living, dead) = presence::others(cluster, &mut redis).await.map_err(unusable)?;
        match (cluster.node.first, living.is_empty()) {
            (true, true) => {
                for node in dead {
                    presence::remove(cluster, &mut redis, node).await.map_err(unusable)?;
                }
                return Ok(true);
            }
            (false, living) => return Ok(!living),
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
async fn session(cluster: &Cluster, running: &mut Running, directory: &Directory) -> RedisResult<()> {
    forget_waiting(running);
    let client = find(cluster).await?;
    let mut redis = connect(&client).await?;
    let mut listening = timeout(WITHIN, client.get_async_pubsub()).await.map_err(|_| silent())??;
    timeout(WITHIN, listening.subscribe(cluster.keys.channel())).await.map_err(|_| silent())??;
    forget_waiting(running);
    presence::write_all(cluster, &mut redis, directory).await?;
    cluster.peers.forgive();
    for node in presence::others(cluster, &mut redis).await?.0 {
        presence::read_node(cluster, &mut redis, directory, node).await?;
    }
    cluster.connected.send_replace(true);
    if cluster.fault().is_some() {
        tracing::info!(redis = cluster.place, "connected to the other servers");
        cluster.set_fault(None);
    }
    // What was committed meanwhile is looked for.
    cluster.rung.send_modify(|_| ());
    let (unsure, to_read) = mpsc::channel(64);
    let (sink, stream) = listening.split();
    let ended = tokio::select! {
        ended = speak(cluster, running, directory, redis, to_read) => ended,
        ended = listen(cluster, directory, stream, unsure) => ended,
    };
    drop(sink);
    ended
}

/// What waits for a connection is old when there is one.
fn forget_waiting(running: &mut Running) {
    while running.outgoing.try_recv().is_ok() || running.moves.try_recv().is_ok() {}
}

async fn speak(
    cluster: &Cluster,
    running: &mut Running,
    directory: &Directory,
    mut redis: MultiplexedConnection,
    mut to_read: mpsc::Receiver<NodeId>,
) -> RedisResult<()> {
    let mut committed = cluster.committed.subscribe();
    let mut beat = tokio::time::interval(BEAT_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut number, mut refreshed) = (0, Instant::now());
    let mut moves = Vec::new();
    loop {
        let mut said = Vec::new();
        let mut beats = false;
        tokio::select! {
            biased;
            _ = beat.tick() => beats = true,
            Ok(()) = committed.changed() => said.push(What::Committed(*committed.borrow_and_update())),
            _ = running.moves.recv_many(&mut moves, TOGETHER) => {}
            _ = running.outgoing.recv_many(&mut said, TOGETHER) => {}
            Some(node) = to_read.recv() => presence::read_node(cluster, &mut redis, directory, node).await?,
        }
        let mut pipe = redis::pipe();
        for moved in moves.drain(..) {
            presence::write(cluster, &mut pipe, &moved);
            said.push(match moved {
                Move::Came(user, connection) => What::Came { user, connection },
                Move::Went(user, socket) => What::Went { user, socket },
            });
        }
        if beats {
            if !presence::is_known(cluster, &mut redis).await? {
                tracing::warn!("Redis had forgotten this server, which may have stood still; it is written down anew");
                presence::write_all(cluster, &mut redis, directory).await?;
                // Others may have found nothing: the hole makes them look again.
                number += 1;
            }
            presence::write_lease(cluster, &mut pipe);
            said.push(What::Alive { reached: cluster.position(), version: env!("CARGO_PKG_VERSION").to_owned() });
            if refreshed.elapsed() >= REFRESH_EVERY {
                refreshed = Instant::now();
                presence::write_all(cluster, &mut redis, directory).await?;
            }
            for node in cluster.peers.dead() {
                if !presence::bury(cluster, &mut redis, directory, node).await? {
                    tracing::warn!(%node, "a server of the cluster is not heard, and holds its lease");
                }
            }
        }
        for what in said {
            number += 1;
            publish(cluster, &mut pipe, &Packet { from: cluster.node.id, number, what });
        }
        if !pipe.is_empty() {
            pipe.query_async::<()>(&mut redis).await?;
        }
    }
}

async fn say(cluster: &Cluster, redis: &mut MultiplexedConnection, packets: &[Packet]) -> RedisResult<()> {
    let mut pipe = redis::pipe();
    packets.iter().for_each(|packet| publish(cluster, &mut pipe, packet));
    pipe.query_async(redis).await
}

fn publish(cluster: &Cluster, pipe: &mut redis::Pipeline, packet: &Packet) {
    match serde_json::to_string(packet) {
        Ok(text) => {
            pipe.cmd("PUBLISH").arg(cluster.keys.channel()).arg(text).ignore();
        }
        Err(error) => tracing::error!(%error, "a packet for the other servers could not be written"),
    }
}

async fn listen(
    cluster: &Cluster,
    directory: &Directory,
    mut stream: impl Stream<Item = Msg> + Unpin,
    unsure: mpsc::Sender<NodeId>,
) -> RedisResult<()> {
    loop {
        let message = timeout(SILENCE, stream.next()).await.map_err(|_| silent())?.ok_or_else(silent)?;
        let packet: Packet = match serde_json::from_slice(message.get_payload_bytes()) {
            Ok(packet) => packet,
            Err(error) => {
                // Of a newer version, or of somebody else altogether.
                tracing::debug!(%error, "a packet of another server is not understood");
                continue;
            }
        };
        if packet.from != cluster.node.id && heed(cluster, directory, packet, &unsure).is_none() {
            // Too much is unsure to be read one by one: all of it is read anew.
            return Err(silent());
        }
    }
}

/// None when it cannot be kept up with.
fn heed(cluster: &Cluster, directory: &Directory, packet: Packet, unsure: &mpsc::Sender<NodeId>) -> Option<()> {
    let Packet { from, number, what } = packet;
    if matches!(what, What::Leaving) {
        if cluster.peers.left(from) {
            cluster.forget(directory, from);
        }
        return Some(());
    }
    if cluster.peers.packet(from, number) == Order::Afresh {
        // What was lost may have been news of a commit, or of who came and went.
        unsure.try_send(from).ok()?;
        cluster.rung.send_modify(|_| ());
    }
    match what {
        What::Alive { reached, .. } | What::Reached(reached) => {
            cluster.peers.has_reached(from, reached);
            ring(cluster, reached);
        }
        What::Committed(number) => ring(cluster, number),
        What::Pass { behind, notices } => {
            if cluster.heard.try_send(Heard { behind, notices }).is_err() {
                metrics::NOT_PASSED_ON.add(1);
            }
        }
        What::Came { user, connection } => directory.came_elsewhere(from, user, connection),
        What::Went { user, socket } => directory.went_elsewhere(from, user, &socket),
        What::Ask { to, id, errand } if to == cluster.node.id => cluster.asked_for(from, id, *errand),
        What::Answer { to, id, outcome } if to == cluster.node.id => cluster.answered(id, *outcome),
        What::Ask { .. } | What::Answer { .. } => {}
        What::Leaving => {}
    }
    Some(())
}

fn ring(cluster: &Cluster, number: i64) {
    cluster.rung.send_if_modified(|known| {
        let is_news = number > *known;
        *known = number.max(*known);
        is_news
    });
}

fn silent() -> RedisError {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "it does not answer").into()
}

/// Without the address, which may hold a password.
fn explain(error: &RedisError) -> String {
    error.to_string()
}
