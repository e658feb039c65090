//! This server among others on one data folder: let in, told who they are, and taken out in order.

use super::agreement;
use crate::app::App;
use crate::cluster::{Cluster, Ears, Folder, Lost};
use crate::config::Config;
use crate::contract::ServerCluster;
use crate::data_dir::{self, Claim};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::jobs;
use crate::notice::{Audience, Notice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Clients are told of a Redis that is away for so long.
const NO_BLINK: Duration = Duration::from_secs(2);
/// How often it is looked whether the first server has prepared the folder.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long those who have the folder may be missing in Redis: they come or go.
const COMPANY_WITHIN: Duration = Duration::from_secs(10);
/// How long a folder may be held by what does not say that it prepares it: it has just begun to, or is about to let go.
const SIGNED_WITHIN: Duration = Duration::from_secs(1);

/// The data folder, alone or together with others.
pub(super) struct Held {
    claim: Claim,
    first: bool,
}

/// A server that was let in, as long as it serves.
pub(super) struct Company {
    claim: Claim,
    bus: Option<JoinHandle<()>>,
    working: Vec<JoinHandle<()>>,
    leaving: CancellationToken,
}

type Joined = (Arc<Cluster>, Ears);

/// A server that has found the others, or has none.
pub(super) struct Found {
    pub held: Held,
    pub directory: Arc<Directory>,
    pub joined: Option<Joined>,
    pub losses: Option<UnboundedReceiver<Lost>>,
}

/// Takes the data folder. Waits while the first server of the cluster prepares it.
///
/// # Errors
/// In words for the operator: who has it.
pub(super) async fn enter(config: &Config) -> Result<Held> {
    let (begun, mut told) = (Instant::now(), false);
    loop {
        let held = match &config.redis {
            Some(_) => data_dir::claim_together(&config.data_dir),
            None => data_dir::claim(&config.data_dir, "maru serve").map(|claim| (claim, true)),
        };
        match held {
            Ok((claim, first)) => return Ok(Held { claim, first }),
            Err(error) if config.redis.is_some() && (error.is_passing() || begun.elapsed() < SIGNED_WITHIN) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::info!(
                        "the data folder is being prepared, or about to be free; this server waits ({error})"
                    );
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Err(error) => return Err(Error::Conflict(error.to_string())),
        }
    }
}

impl Held {
    /// Finds the others, where the configuration names their Redis. Who has gone meanwhile leaves the folder to this one.
    ///
    /// # Errors
    /// In words for the operator.
    pub(super) async fn join(mut self, config: &Config) -> Result<Found> {
        let Some(redis) = &config.redis else {
            return Ok(Found { held: self, directory: Arc::default(), joined: None, losses: None });
        };
        let (deadline, mut told) = (Instant::now() + COMPANY_WITHIN, false);
        loop {
            let name = data_dir::cluster_name(&config.data_dir).map_err(|error| {
                Error::Unavailable(format!("the name of the cluster cannot be read or written: {error}"))
            })?;
            let folder = Folder { name, identity: data_dir::identity(&config.data_dir), first: self.first };
            let directory = Arc::<Directory>::default();
            if let Some((cluster, ears, losses)) = Cluster::join(redis, folder, &directory).await? {
                if !self.first {
                    agreement::check(config).await?;
                }
                return Ok(Found { held: self, directory, joined: Some((cluster, ears)), losses: Some(losses) });
            }
            if Instant::now() >= deadline {
                let place = redis.place();
                return Err(Error::Conflict(format!(
                    "other servers run on this data folder, and none of them is in the Redis at {place}; give this one the \
                     same redis as them, or a folder of its own"
                )));
            }
            if !std::mem::replace(&mut told, true) {
                tracing::info!("Redis does not know the servers of this folder; they have a moment to come or go");
            }
            drop(self);
            tokio::time::sleep(LOOK_EVERY).await;
            self = enter(config).await?;
        }
    }

    /// Lets others in, and begins to speak with them.
    ///
    /// # Errors
    /// When the folder cannot be shared.
    pub(super) async fn open(self, app: &Arc<App>, losses: Option<UnboundedReceiver<Lost>>) -> Result<Company> {
        let leaving = CancellationToken::new();
        let (Some(cluster), Some(losses)) = (&app.cluster, losses) else {
            return Ok(Company { claim: self.claim, bus: None, working: Vec::new(), leaving });
        };
        if self.first {
            let shared = self.claim.share();
            shared.map_err(|error| Error::Unavailable(format!("the data folder cannot be shared: {error}")))?;
        }
        // Before it has anything that others could take for what a crash left.
        jobs::claim(app, cluster).await;
        let bus = tokio::spawn(cluster.clone().run(app.directory.clone(), leaving.clone()));
        let working = vec![tokio::spawn(jobs::lead(app.clone())), tokio::spawn(jobs::note_lost(app.clone(), losses))];
        Ok(Company { claim: self.claim, bus: Some(bus), working, leaving })
    }
}

impl Company {
    /// Another process that finds the folder held is told where this one serves; without that it still runs.
    pub(super) fn serves_on(&self, app: &App, address: SocketAddr) {
        let signed = match &app.cluster {
            Some(cluster) => {
                cluster.serves_on(address);
                self.claim.sign_together()
            }
            None => self.claim.sign(&format!("maru serve on {address}")),
        };
        if let Err(error) = signed {
            tracing::warn!(%error, "the lock of the data folder could not be written");
        }
    }

    /// Lets another do what this one did for all, at once.
    pub(super) async fn give_back(&self, app: &App) {
        let Some(cluster) = &app.cluster else { return };
        self.working.iter().for_each(JoinHandle::abort);
        cluster.lead(None);
        if let Err(error) = app.storage.release_leases(cluster.node.id).await {
            tracing::warn!(%error, "what this server did for all could not be given back");
        }
    }

    /// Says goodbye, and lets the folder go.
    pub(super) async fn leave(self) {
        self.leaving.cancel();
        if let Some(bus) = self.bus
            && let Err(error) = bus.await
        {
            tracing::error!(%error, "the connection to the other servers ended badly");
        }
        drop(self.claim);
    }
}

/// Tells this server's clients when it does not hear the others, and when it does again. Runs until the server stops.
pub(super) async fn tell_clients(app: Arc<App>) {
    let Some(cluster) = &app.cluster else { return };
    let mut connection = cluster.connection();
    // It ends no earlier than the cluster.
    while connection.wait_for(|is_connected| !is_connected).await.is_ok() {
        let back = connection.wait_for(|is_connected| *is_connected);
        if tokio::time::timeout(NO_BLINK, back).await.is_ok() {
            continue;
        }
        tell_apart(&app, cluster, true).await;
        if connection.wait_for(|is_connected| *is_connected).await.is_err() {
            return;
        }
        tell_apart(&app, cluster, false).await;
    }
}

async fn tell_apart(app: &App, cluster: &Cluster, apart: bool) {
    // Whoever connects from here on is told by what they are given first.
    cluster.set_apart(apart);
    app.tell_here(Notice::Tell(Audience::Everybody, ServerCluster { connected: !apart }.into())).await;
}
