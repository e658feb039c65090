//! A look at a cluster's Redis from outside, for `maru doctor`.

use super::keys::Keys;
use super::whereabouts;
use crate::config::RedisUrl;
use crate::ids::NodeId;
use redis::{AsyncConnectionConfig, RedisResult};
use std::time::Duration;

/// How long connecting, and every answer, may take.
const WITHIN: Duration = Duration::from_secs(2);
/// What was written goes by itself, in milliseconds, should it not be removed.
const KEEP: u64 = 10_000;

/// Connects, writes and removes a key; how many servers of the cluster live there. Without a name no cluster has begun.
///
/// # Errors
/// What Redis or the way to it says.
pub async fn examine(url: &RedisUrl, name: Option<&str>) -> Result<usize, String> {
    let looked = tokio::time::timeout(WITHIN * 4, look(url, &Keys::new(name.unwrap_or("new")))).await;
    match looked {
        Ok(Ok(servers)) => Ok(servers),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it does not answer in time".to_owned()),
    }
}

async fn look(url: &RedisUrl, keys: &Keys) -> RedisResult<usize> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(WITHIN)).set_response_timeout(Some(WITHIN));
    let client = whereabouts::find(url, WITHIN).await?;
    let mut redis = client.get_multiplexed_async_connection_with_config(&config).await?;
    let probe = keys.probe();
    redis::cmd("SET").arg(&probe).arg("maru doctor").arg("PX").arg(KEEP).query_async::<()>(&mut redis).await?;
    redis::cmd("DEL").arg(&probe).query_async::<()>(&mut redis).await?;
    let known: Vec<String> = redis::cmd("SMEMBERS").arg(keys.nodes()).query_async(&mut redis).await?;
    let mut living = 0;
    for node in known.iter().filter_map(|node| node.parse::<NodeId>().ok()) {
        let lives: bool = redis::cmd("EXISTS").arg(keys.node(node)).query_async(&mut redis).await?;
        living += usize::from(lives);
    }
    Ok(living)
}
