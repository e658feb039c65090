//! Who is connected where, as it is kept in Redis for the other servers and for other services.

use super::keys::field;
use super::{Cluster, LEASE};
use crate::contract::Connection;
use crate::directory::{Directory, Move};
use crate::ids::{NodeId, UserId};
use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::time::Instant;

/// What a crash of all servers leaves goes by itself, in seconds.
const KEEP: i64 = 24 * 3600;
/// Commands that are sent together.
const TOGETHER: usize = 500;
/// How often a server is read while people come to others and go.
const READ_AGAIN: usize = 100;

/// A connection as it stands in the hash of its server.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connected {
    user_id: UserId,
    #[serde(flatten)]
    connection: Connection,
}

/// Adds the commands that write down who came or went.
pub(super) fn write(cluster: &Cluster, pipe: &mut Pipeline, moved: &Move) {
    let node = cluster.node.id;
    match moved {
        Move::Came(user, connection) => {
            let connected = Connected { user_id: *user, connection: connection.clone() };
            // A plain struct of texts and numbers can always be written.
            let text = serde_json::to_string(&connected).unwrap_or_default();
            let (own, theirs) = (cluster.keys.connected_to(node), cluster.keys.user(*user));
            pipe.cmd("HSET").arg(&own).arg(&connection.socket_id).arg(&text).ignore();
            pipe.cmd("EXPIRE").arg(&own).arg(KEEP).ignore();
            pipe.cmd("HSET").arg(&theirs).arg(field(node, &connection.socket_id)).arg(&text).ignore();
            pipe.cmd("EXPIRE").arg(&theirs).arg(KEEP).ignore();
        }
        Move::Went(user, socket) => {
            pipe.cmd("HDEL").arg(cluster.keys.connected_to(node)).arg(socket).ignore();
            pipe.cmd("HDEL").arg(cluster.keys.user(*user)).arg(field(node, socket)).ignore();
        }
    }
}

/// Says that this server lives.
pub(super) fn write_lease(cluster: &Cluster, pipe: &mut Pipeline) {
    let lease = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "address": cluster.address.get().map(ToString::to_string),
        "process": std::process::id(),
    });
    let key = cluster.keys.node(cluster.node.id);
    pipe.cmd("SET").arg(key).arg(lease.to_string()).arg("PX").arg(LEASE.as_millis() as u64).ignore();
}

/// Writes down everybody who is connected here, and nobody else: Redis may have begun anew, or not have heard who left.
pub(super) async fn write_all(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
    directory: &Directory,
) -> RedisResult<()> {
    let mut pipe = redis::pipe();
    pipe.cmd("SADD").arg(cluster.keys.nodes()).arg(cluster.node.id.to_string()).ignore();
    write_lease(cluster, &mut pipe);
    pipe.query_async::<()>(redis).await?;
    let here = directory.connected_here();
    take_out_gone(cluster, redis, &here).await?;
    for some in here.chunks(TOGETHER) {
        let mut pipe = redis::pipe();
        for (user, connection) in some {
            write(cluster, &mut pipe, &Move::Came(*user, connection.clone()));
        }
        pipe.query_async::<()>(redis).await?;
    }
    Ok(())
}

/// Takes out what Redis has of this server's connections and is not there any more.
async fn take_out_gone(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
    here: &[(UserId, Connection)],
) -> RedisResult<()> {
    let of_node = cluster.keys.connected_to(cluster.node.id);
    let known: HashMap<String, String> = redis::cmd("HGETALL").arg(&of_node).query_async(redis).await?;
    let here: HashSet<&str> = here.iter().map(|(_, connection)| connection.socket_id.as_str()).collect();
    let mut pipe = redis::pipe();
    for (socket, text) in known.iter().filter(|(socket, _)| !here.contains(socket.as_str())) {
        pipe.cmd("HDEL").arg(&of_node).arg(socket).ignore();
        if let Some(Connected { user_id, .. }) = read(text) {
            pipe.cmd("HDEL").arg(cluster.keys.user(user_id)).arg(field(cluster.node.id, socket)).ignore();
        }
    }
    if pipe.is_empty() { Ok(()) } else { pipe.query_async(redis).await }
}

/// Takes this server out of Redis.
pub(super) async fn remove(cluster: &Cluster, redis: &mut MultiplexedConnection, node: NodeId) -> RedisResult<()> {
    let of_node = cluster.keys.connected_to(node);
    let connected: HashMap<String, String> = redis::cmd("HGETALL").arg(&of_node).query_async(redis).await?;
    let mut pipe = redis::pipe();
    for (socket, text) in &connected {
        if let Some(Connected { user_id, .. }) = read(text) {
            pipe.cmd("HDEL").arg(cluster.keys.user(user_id)).arg(field(node, socket)).ignore();
        }
    }
    pipe.cmd("DEL").arg(of_node).arg(cluster.keys.node(node)).ignore();
    pipe.cmd("SREM").arg(cluster.keys.nodes()).arg(node.to_string()).ignore();
    pipe.query_async(redis).await
}

/// The other servers that have a lease, and those that have none any more.
pub(super) async fn others(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
) -> RedisResult<(Vec<NodeId>, Vec<NodeId>)> {
    let known: Vec<String> = redis::cmd("SMEMBERS").arg(cluster.keys.nodes()).query_async(redis).await?;
    let (mut living, mut dead) = (Vec::new(), Vec::new());
    for node in known.iter().filter_map(|node| node.parse().ok()).filter(|node| *node != cluster.node.id) {
        let lives: bool = redis::cmd("EXISTS").arg(cluster.keys.node(node)).query_async(redis).await?;
        if lives { living.push(node) } else { dead.push(node) }
    }
    Ok((living, dead))
}

/// Forgets a server that is not heard, unless it has its lease; false then.
pub(super) async fn bury(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
    directory: &Directory,
    node: NodeId,
) -> RedisResult<bool> {
    if redis::cmd("EXISTS").arg(cluster.keys.node(node)).query_async(redis).await? {
        read_node(cluster, redis, directory, node).await?;
        return Ok(false);
    }
    remove(cluster, redis, node).await?;
    // Not before: if Redis goes away here, it is done when that is back.
    cluster.peers.left(node);
    cluster.forget(directory, node);
    Ok(true)
}

/// Whether others find this server in Redis, which may have begun anew, or they may have taken it for dead.
pub(super) async fn is_known(cluster: &Cluster, redis: &mut MultiplexedConnection) -> RedisResult<bool> {
    let (id, nodes) = (cluster.node.id, cluster.keys.nodes());
    let mut pipe = redis::pipe();
    pipe.cmd("EXISTS").arg(cluster.keys.node(id)).cmd("SISMEMBER").arg(nodes).arg(id.to_string());
    let (has_lease, is_listed): (bool, bool) = pipe.query_async(redis).await?;
    Ok(has_lease && is_listed)
}

/// Reads who is connected to another server, unless that is gone.
pub(super) async fn read_node(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
    directory: &Directory,
    node: NodeId,
) -> RedisResult<()> {
    let lives: bool = redis::cmd("EXISTS").arg(cluster.keys.node(node)).query_async(redis).await?;
    if !lives {
        return Ok(());
    }
    cluster.peers.heard(node, Instant::now());
    for _ in 0..READ_AGAIN {
        let before = directory.moves_elsewhere();
        let connected: HashMap<String, String> =
            redis::cmd("HGETALL").arg(cluster.keys.connected_to(node)).query_async(redis).await?;
        // Whoever came while it was read is perhaps not in it.
        if directory.moves_elsewhere() == before {
            let known = connected.values().filter_map(|text| read(text));
            directory.set_node(node, known.map(|known| (known.user_id, known.connection)).collect());
            return Ok(());
        }
    }
    Ok(())
}

fn read(text: &str) -> Option<Connected> {
    serde_json::from_str(text).ok()
}
