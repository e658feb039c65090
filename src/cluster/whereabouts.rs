//! Where the Redis is, which may be elsewhere each time: sentinels know.

use crate::config::RedisUrl;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often it was looked for.
static LOOKS: AtomicUsize = AtomicUsize::new(0);

/// The Redis as it is reached now. Each time another sentinel is asked first: one may know what is no longer so.
///
/// # Errors
/// When no sentinel knows it.
pub(super) async fn find(url: &RedisUrl, within: Duration) -> RedisResult<Client> {
    let Some(sentinels) = url.sentinels() else { return Client::open(url.expose()) };
    let mut problem = None;
    let places = &sentinels.places;
    let first = LOOKS.fetch_add(1, Ordering::Relaxed) % places.len();
    for (host, port) in places.iter().cycle().skip(first).take(places.len()) {
        match ask(&url.sentinel_at(host, *port), &sentinels.master, within).await {
            Ok(Some((host, port))) => {
                let url = url.at(&host, port).ok_or_else(|| unknown(&sentinels.master))?;
                return Client::open(url.expose());
            }
            // Of more weight than that another one is not there.
            Ok(None) => problem = Some(unknown(&sentinels.master)),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    Err(problem.unwrap_or_else(|| unknown(&sentinels.master)))
}

async fn ask(sentinel: &str, master: &str, within: Duration) -> RedisResult<Option<(String, u16)>> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(within)).set_response_timeout(Some(within));
    let mut sentinel = Client::open(sentinel)?.get_multiplexed_async_connection_with_config(&config).await?;
    redis::cmd("SENTINEL").arg("get-master-addr-by-name").arg(master).query_async(&mut sentinel).await
}

fn unknown(master: &str) -> RedisError {
    (ErrorKind::Client, "no sentinel knows it", master.to_owned()).into()
}
