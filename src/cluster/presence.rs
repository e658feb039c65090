//! Who is connected where, as it is kept in Redis for the other servers and for other services.

use super::keys::field;
use super::{Cluster, LEASE};
use crate::contract::Connection;
use crate::directory::{Directory, Move};
use crate::ids::{NodeId, UserId};
use futures_util::stream::{self, TryStreamExt};
use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// What a crash of all servers leaves goes by itself, in seconds.
const KEEP: i64 = 24 * 3600;
/// Connections that are written together, and how many times as many before the first were answered.
const TOGETHER: usize = 500;
const AT_ONCE: usize = 8;
/// How often it is looked who is dead, and those are read again who could not be.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A connection as it stands in the hash of its server.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connected {
    user_id: UserId,
    #[serde(flatten)]
    connection: Connection,
}

/// What a server says of itself for as long as it lives.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Lease {
    version: String,
    address: Option<String>,
    process: u32,
    /// The data folder that it has, as [`data_dir::identity`](crate::data_dir::identity) tells it.
    folder: Option<String>,
}

/// Another server that has a lease.
pub(super) struct Other {
    pub node: NodeId,
    lease: Lease,
}

impl Other {
    /// Whether it has, or had, this very folder, and no copy of it.
    pub(super) fn had(&self, folder: &Option<String>) -> bool {
        folder.is_some() && self.lease.folder == *folder
    }
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
    let lease = Lease {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        address: cluster.address.get().map(ToString::to_string),
        process: std::process::id(),
        folder: cluster.folder.clone(),
    };
    // As above.
    let text = serde_json::to_string(&lease).unwrap_or_default();
    let key = cluster.keys.node(cluster.node.id);
    pipe.cmd("SET").arg(key).arg(text).arg("PX").arg(LEASE.as_millis() as u64).ignore();
}

/// Asks whether others find this server in Redis, which may have begun anew, or they may have taken it for dead: it is known
/// when all answers are true.
pub(super) fn ask_whether_known(cluster: &Cluster, pipe: &mut Pipeline) {
    let (id, nodes) = (cluster.node.id, cluster.keys.nodes());
    pipe.cmd("EXISTS").arg(cluster.keys.node(id)).cmd("SISMEMBER").arg(nodes).arg(id.to_string());
}

/// Writes down everybody who is connected here, and nobody else: Redis may have begun anew, or not have heard who left. It
/// takes few answers, one after the other, of however many they are.
pub(super) async fn write_all(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
    directory: &Directory,
) -> RedisResult<()> {
    let of_node = cluster.keys.connected_to(cluster.node.id);
    let mut pipe = redis::pipe();
    pipe.cmd("SADD").arg(cluster.keys.nodes()).arg(cluster.node.id.to_string()).ignore();
    write_lease(cluster, &mut pipe);
    pipe.cmd("HGETALL").arg(&of_node);
    let (known,): (HashMap<String, String>,) = pipe.query_async(redis).await?;
    let here = directory.connected_here();
    let sockets: HashSet<&str> = here.iter().map(|(_, connection)| connection.socket_id.as_str()).collect();
    let mut pipes = Vec::new();
    let gone: Vec<_> = known.iter().filter(|(socket, _)| !sockets.contains(socket.as_str())).collect();
    for some in gone.chunks(TOGETHER) {
        let mut pipe = redis::pipe();
        for (socket, text) in some {
            pipe.cmd("HDEL").arg(&of_node).arg(socket).ignore();
            if let Some(Connected { user_id, .. }) = read(text) {
                pipe.cmd("HDEL").arg(cluster.keys.user(user_id)).arg(field(cluster.node.id, socket)).ignore();
            }
        }
        pipes.push(pipe);
    }
    for some in here.chunks(TOGETHER) {
        let mut pipe = redis::pipe();
        for (user, connection) in some {
            write(cluster, &mut pipe, &Move::Came(*user, connection.clone()));
        }
        pipes.push(pipe);
    }
    let write = async |pipe: Pipeline| pipe.query_async::<()>(&mut redis.clone()).await;
    stream::iter(pipes.into_iter().map(Ok)).try_for_each_concurrent(AT_ONCE, write).await
}

/// Takes a server out of Redis.
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
) -> RedisResult<(Vec<Other>, Vec<NodeId>)> {
    let known: Vec<String> = redis::cmd("SMEMBERS").arg(cluster.keys.nodes()).query_async(redis).await?;
    let nodes = known.iter().filter_map(|node| node.parse().ok()).filter(|node| *node != cluster.node.id);
    let nodes: Vec<NodeId> = nodes.collect();
    let mut pipe = redis::pipe();
    for node in &nodes {
        pipe.cmd("GET").arg(cluster.keys.node(*node));
    }
    let leases: Vec<Option<String>> = if nodes.is_empty() { Vec::new() } else { pipe.query_async(redis).await? };
    let (mut living, mut dead) = (Vec::new(), Vec::new());
    for (node, lease) in nodes.into_iter().zip(leases) {
        match lease {
            Some(lease) => living.push(Other { node, lease: serde_json::from_str(&lease).unwrap_or_default() }),
            None => dead.push(node),
        }
    }
    Ok((living, dead))
}

/// Reads anew who is connected to servers of which something was missed, and buries those that are dead, until the connection
/// breaks.
pub(super) async fn keep_up(
    cluster: &Cluster,
    directory: &Directory,
    mut redis: MultiplexedConnection,
) -> RedisResult<Infallible> {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = cluster.peers.missed() => {}
        }
        for node in cluster.peers.take_unsure() {
            if !read_node(cluster, redis.clone(), directory, node).await? {
                // It may have lost its lease, and take it again.
                cluster.peers.doubt(node);
            }
        }
        for node in cluster.peers.dead() {
            if !bury(cluster, &mut redis, directory, node).await? {
                tracing::warn!(%node, "a server of the cluster is not heard, and holds its lease");
            }
        }
    }
}

/// Forgets a server that is not heard, unless it has its lease; false then.
async fn bury(
    cluster: &Cluster,
    redis: &mut MultiplexedConnection,
    directory: &Directory,
    node: NodeId,
) -> RedisResult<bool> {
    if read_node(cluster, redis.clone(), directory, node).await? {
        return Ok(false);
    }
    remove(cluster, redis, node).await?;
    // Not before: if Redis goes away here, it is done when that is back.
    cluster.peers.left(node);
    cluster.forget(directory, node);
    Ok(true)
}

/// Reads who is connected to another server; false when that has no lease, or goes meanwhile.
pub(super) async fn read_node(
    cluster: &Cluster,
    mut redis: MultiplexedConnection,
    directory: &Directory,
    node: NodeId,
) -> RedisResult<bool> {
    directory.begin_reading(node);
    let mut pipe = redis::pipe();
    pipe.cmd("EXISTS").arg(cluster.keys.node(node)).cmd("HGETALL").arg(cluster.keys.connected_to(node));
    let (lives, connected): (bool, HashMap<String, String>) = pipe.query_async(&mut redis).await?;
    if !lives {
        directory.end_reading(node);
        return Ok(false);
    }
    let known = connected.values().filter_map(|text| read(text));
    let is_there = directory.set_node(node, known.map(|known| (known.user_id, known.connection)).collect());
    if is_there {
        cluster.peers.heard(node, Instant::now());
    }
    Ok(is_there)
}

fn read(text: &str) -> Option<Connected> {
    serde_json::from_str(text).ok()
}
