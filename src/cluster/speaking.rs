//! What this server says to the others, in one line: whatever waits for its turn goes along with what has it, so that nothing
//! waits for longer than Redis takes for an answer.

use super::packet::{Packet, What};
use super::{Cluster, Running, presence};
use crate::directory::{Directory, Move};
use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

const BEAT_EVERY: Duration = Duration::from_secs(1);
/// Of what waits, that many of a kind go together.
const TOGETHER: usize = 1_024;
/// Everybody is written down anew, before Redis forgets them.
const REFRESH_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Speaks until the connection breaks.
pub(super) async fn speak(
    cluster: &Cluster,
    running: &mut Running,
    directory: &Directory,
    mut redis: MultiplexedConnection,
) -> RedisResult<Infallible> {
    let (mut committed, mut told) = (cluster.committed.subscribe(), cluster.told.subscribe());
    let mut beat = tokio::time::interval(BEAT_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut number, mut refreshed) = (0, Instant::now());
    loop {
        let (mut said, mut moves) = (Vec::new(), Vec::new());
        let (mut beats, mut has_committed, mut has_told) = (false, false, false);
        tokio::select! {
            biased;
            _ = beat.tick() => beats = true,
            Ok(()) = committed.changed() => has_committed = true,
            Ok(()) = told.changed() => has_told = true,
            _ = running.moves.recv_many(&mut moves, TOGETHER) => {}
            _ = running.outgoing.recv_many(&mut said, TOGETHER) => {}
        }
        let mut pipe = redis::pipe();
        if beats {
            directory.note_upgrades();
            presence::ask_whether_known(cluster, &mut pipe);
            presence::write_lease(cluster, &mut pipe);
            said.push(What::Alive { reached: cluster.position() });
        }
        if has_committed || is_news(&committed) {
            said.push(What::Committed(*committed.borrow_and_update()));
        }
        if has_told || is_news(&told) {
            said.push(What::Reached(*told.borrow_and_update()));
        }
        take_waiting(running, &mut said, &mut moves);
        for moved in moves {
            presence::write(cluster, &mut pipe, &moved);
            said.push(match moved {
                Move::Came(user, connection) => What::Came { user, connection },
                Move::Went(user, socket) => What::Went { user, socket },
            });
        }
        for what in said {
            number += 1;
            publish(cluster, &mut pipe, &Packet { from: cluster.node.id, number, what });
        }
        let known: Vec<bool> = pipe.query_async(&mut redis).await?;
        let is_forgotten = known.contains(&false);
        if is_forgotten {
            tracing::warn!("Redis had forgotten this server, which may have stood still; it is written down anew");
            // Others may have found nothing: the hole makes them look again.
            number += 1;
        }
        if is_forgotten || refreshed.elapsed() >= REFRESH_EVERY {
            refreshed = Instant::now();
            presence::write_all(cluster, &mut redis, directory).await?;
        }
    }
}

/// Whatever waits goes along with what had its turn.
fn take_waiting(running: &mut Running, said: &mut Vec<What>, moves: &mut Vec<Move>) {
    while moves.len() < TOGETHER
        && let Ok(moved) = running.moves.try_recv()
    {
        moves.push(moved);
    }
    while said.len() < TOGETHER
        && let Ok(what) = running.outgoing.try_recv()
    {
        said.push(what);
    }
}

/// Whether there is something that was not looked at. Where it comes from ends no earlier than this server.
fn is_news(number: &watch::Receiver<i64>) -> bool {
    number.has_changed().unwrap_or(false)
}

/// Says that this server goes.
pub(super) async fn say_goodbye(cluster: &Cluster, redis: &mut MultiplexedConnection) -> RedisResult<()> {
    let mut pipe = redis::pipe();
    publish(cluster, &mut pipe, &Packet { from: cluster.node.id, number: 0, what: What::Leaving });
    pipe.query_async(redis).await
}

fn publish(cluster: &Cluster, pipe: &mut Pipeline, packet: &Packet) {
    match serde_json::to_string(packet) {
        Ok(text) => {
            pipe.cmd("PUBLISH").arg(cluster.keys.channel()).arg(text).ignore();
        }
        Err(error) => tracing::error!(%error, "a packet for the other servers could not be written"),
    }
}
