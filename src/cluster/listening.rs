//! What the other servers say, taken in as it comes.

use super::packet::{Packet, What};
use super::{Cluster, Heard, bus};
use crate::directory::{Directory, Move};
use crate::metrics;
use futures_util::{Stream, StreamExt};
use redis::{Msg, RedisResult};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::timeout;

/// We hear our own heartbeats, too: without them the connection is dead.
const SILENCE: Duration = Duration::from_secs(3);

/// Listens until the connection breaks.
pub(super) async fn listen(
    cluster: &Cluster,
    directory: &Directory,
    mut stream: impl Stream<Item = Msg> + Unpin,
) -> RedisResult<Infallible> {
    loop {
        let message = timeout(SILENCE, stream.next()).await.map_err(|_| bus::silent())?.ok_or_else(bus::silent)?;
        match serde_json::from_slice::<Packet>(message.get_payload_bytes()) {
            Ok(packet) if packet.from != cluster.node.id => heed(cluster, directory, packet),
            Ok(_) => {}
            // Of a newer version, or of somebody else altogether.
            Err(error) => tracing::debug!(%error, "a packet of another server is not understood"),
        }
    }
}

fn heed(cluster: &Cluster, directory: &Directory, packet: Packet) {
    let Packet { from, number, what } = packet;
    if matches!(what, What::Leaving) {
        if cluster.peers.left(from) {
            cluster.forget(directory, from);
        }
        return;
    }
    if cluster.peers.packet(from, number) {
        // What was lost may have been news of a commit.
        cluster.bell.ring_anyway();
    }
    match what {
        What::Alive { reached } | What::Reached(reached) => {
            cluster.peers.has_reached(from, reached);
            cluster.bell.ring(reached);
        }
        What::Committed(number) => cluster.bell.ring(number),
        What::Pass { behind, notices } => {
            if cluster.heard.try_send(Heard { behind, notices }).is_err() {
                metrics::NOT_TOLD.add(1);
            }
        }
        What::Came { user, connection } => directory.moved_elsewhere(from, Move::Came(user, connection)),
        What::Went { user, socket } => directory.moved_elsewhere(from, Move::Went(user, socket)),
        What::Ask { to, id, errand } if to == cluster.node.id => cluster.asked_for(from, id, *errand),
        What::Answer { to, id, outcome } if to == cluster.node.id => cluster.answered(id, *outcome),
        What::Ask { .. } | What::Answer { .. } | What::Leaving => {}
    }
}
