//! What several servers of one folder share: the Redis between them, and settings that have to be alike.

use super::Finding;
use super::server::Servers;
use crate::cluster;
use crate::config::Config;
use crate::control::Status;
use crate::data_dir;

/// Nothing of a server that is alone.
pub(super) async fn check(config: &Config, servers: Option<&Servers>) -> Vec<Finding> {
    let statuses: Vec<&Status> = servers.into_iter().flat_map(Servers::statuses).collect();
    let redis = redis(config, &statuses).await;
    redis.into_iter().chain(settings(&statuses)).collect()
}

async fn redis(config: &Config, servers: &[&Status]) -> Option<Finding> {
    let name = "redis";
    let here = servers.iter().filter(|status| status.company.is_some()).count();
    let Some(url) = &config.redis else {
        let seen = "the servers of this folder are a cluster, and the configuration of this command names no redis";
        let fix = "give this command the configuration of the servers: no other server could join them with this one";
        return (here > 0).then(|| Finding::warning(name, seen, fix));
    };
    let place = url.place();
    let cluster = match data_dir::known_cluster_name(&config.data_dir) {
        Ok(cluster) => cluster,
        Err(error) => {
            let seen = format!("the name of the cluster cannot be read: {error}");
            return Some(Finding::failure(name, seen, "run this as the user that owns the folder"));
        }
    };
    Some(match cluster::examine(url, cluster.as_deref()).await {
        Err(why) => {
            let seen = format!("the Redis at {place} cannot be used: {why}: no server starts so");
            Finding::failure(name, seen, "start it, give it memory, or correct the address, name and password in redis")
        }
        Ok(0) if here > 0 => {
            let seen = format!("the Redis at {place} knows none of the servers that run here: they use another one");
            Finding::failure(name, seen, "give this command, and all servers, the same redis")
        }
        Ok(known) => {
            let known = if known == 1 { "1 server".to_owned() } else { format!("{known} servers") };
            Finding::ok(name, format!("the Redis at {place} can be written, and has {known} of this folder"))
        }
    })
}

/// Each server is compared with the first one.
fn settings(servers: &[&Status]) -> Option<Finding> {
    let mut with_terms = servers.iter().filter_map(|status| Some((status, status.terms.as_ref()?)));
    let (first, terms) = with_terms.next()?;
    let mut differing = Vec::new();
    let mut others = 0;
    for (other, theirs) in with_terms {
        others += 1;
        if !terms.believes(theirs) {
            let seen = format!("{} and {} sign with keys that the other does not believe", first.name(), other.name());
            let fix = "give all servers of the folder the same signing_key, or none, and restart them";
            return Some(Finding::failure("settings", seen, fix));
        }
        differing.extend(terms.differences(theirs).into_iter().map(|found| {
            format!("{} is {} at {}, and {} at {}", found.setting, found.here, first.name(), found.there, other.name())
        }));
    }
    if others == 0 {
        return None;
    }
    Some(if differing.is_empty() {
        Finding::ok("settings", "those that all servers of the folder have to have alike are alike")
    } else {
        Finding::warning("settings", differing.join("; "), "give all servers the same settings, and restart them")
    })
}
