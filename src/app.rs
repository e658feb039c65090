//! App: what every feature is handed.

use crate::blobs::{Blobs, Hash};
use crate::certificates::Certificates;
use crate::clock::{self, Timestamp};
use crate::cluster::{Cluster, Ears, Heard};
use crate::config::Config;
use crate::credentials::{keys::SigningKeys, passwords::Passwords, registrations::Registrations, throttle::Throttle};
use crate::directory::{Directory, Typing};
use crate::error::{Error, Result};
use crate::images;
use crate::limits::Limits;
use crate::notice::Notice;
use crate::probes::Probes;
use crate::storage::{Log, Notices, Storage};
use bytes::Bytes;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Notices of things that are not stored (typing, presence) which may wait for the broadcaster.
const OUTLET: usize = 8192;

/// The server's state and its means.
pub struct App {
    pub config: Config,
    pub storage: Storage,
    pub blobs: Blobs,
    /// What HTTPS is served with; none where it is not, and for commands that do not serve.
    pub certificates: Option<Arc<Certificates>>,
    pub images: images::Workers,
    /// The other servers, where there are any.
    pub cluster: Option<Arc<Cluster>>,
    pub directory: Arc<Directory>,
    pub typing: Typing,
    /// Somebody wants to be reminded of something.
    pub reminder_set: Notify,
    /// A message has links that are to be looked up.
    pub links_noted: Notify,
    pub limits: Limits,
    pub keys: Arc<SigningKeys>,
    pub passwords: Passwords,
    /// Of passwords, and of the codes of second factors.
    pub throttle: Throttle,
    pub code_throttle: Throttle,
    pub registrations: Registrations,
    /// The content of the team's logo as it was read last: whoever comes asks for it.
    pub logo: Mutex<Option<(Hash, Bytes)>>,
    /// What `maru doctor` sends to the public address.
    pub probes: Probes,
    pub started_at: Timestamp,
    /// Where it is served, once it is.
    pub serving_on: OnceLock<SocketAddr>,
    /// Changes when a backup is restored.
    pub epoch: String,
    /// Set when the server is about to stop: new connections are refused.
    pub draining: CancellationToken,
    /// Those who are connecting and have not got their snapshot yet.
    pub entering: TaskTracker,
    outlet: mpsc::Sender<Passing>,
}

/// Something that is not stored.
pub struct Passing {
    pub notice: Notice,
    /// Other servers tell it, too.
    pub everywhere: bool,
}

impl Passing {
    pub fn everywhere(notice: Notice) -> Self {
        Self { notice, everywhere: true }
    }
}

/// What the broadcaster needs of the other servers.
pub struct Others {
    pub cluster: Arc<Cluster>,
    pub ears: Ears,
    pub log: Log,
    /// The last commit that was told here.
    pub position: i64,
    /// When the log was read last.
    pub looked_at: tokio::time::Instant,
    /// There is more to be read in it.
    pub is_due: bool,
    /// What came before the commits that it has to be told behind.
    pub early: VecDeque<Heard>,
}

/// What the broadcaster listens to.
pub struct Outlets {
    /// What was committed, in order.
    pub committed: Notices,
    /// What is not stored.
    pub passing: mpsc::Receiver<Passing>,
    /// Where there are several servers.
    pub others: Option<Others>,
}

impl App {
    /// Opens everything that the configuration names.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn open(config: Config) -> Result<(Self, Outlets)> {
        Self::open_among(config, Arc::default(), None).await
    }

    /// As `open`, as one of the servers of a cluster.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn open_among(
        config: Config,
        directory: Arc<Directory>,
        joined: Option<(Arc<Cluster>, Ears)>,
    ) -> Result<(Self, Outlets)> {
        let keys = match &config.signing_key {
            Some(secrets) => SigningKeys::configured(secrets),
            None => SigningKeys::open(&config.data_dir),
        };
        let keys = keys.map_err(|error| Error::Unavailable(error.to_string()))?;
        let blobs = Blobs::open(&config)?;
        if joined.is_some() {
            keys.share();
            blobs.share()?;
        }
        let node = joined.as_ref().map(|(cluster, _)| cluster.node);
        if node.is_none_or(|node| node.first) {
            blobs.take_up()?;
        }
        let opened = Storage::open_among(&config.data_dir, config.log_slow_queries, node).await?;
        let (outlet, passing) = mpsc::channel(OUTLET);
        let app = Self {
            limits: Limits::new(&config.limits),
            throttle: Throttle::of_passwords(&config.limits),
            code_throttle: Throttle::of_codes(&config.limits),
            registrations: Registrations::new(&config.limits),
            logo: Mutex::default(),
            probes: Probes::default(),
            started_at: clock::now(),
            serving_on: OnceLock::new(),
            passwords: Passwords::new()?,
            cluster: joined.as_ref().map(|(cluster, _)| cluster.clone()),
            directory,
            typing: Typing::default(),
            reminder_set: Notify::new(),
            links_noted: Notify::new(),
            blobs,
            certificates: None,
            images: images::Workers::default(),
            storage: opened.storage.with_receipts(config.read_receipts),
            epoch: opened.epoch,
            draining: CancellationToken::new(),
            entering: TaskTracker::new(),
            keys: Arc::new(keys),
            config,
            outlet,
        };
        let others = joined.zip(opened.log).map(|((cluster, ears), (log, position))| {
            cluster.reached(position, false);
            let looked_at = tokio::time::Instant::now();
            Others { cluster, ears, log, position, looked_at, is_due: false, early: VecDeque::new() }
        });
        Ok((app, Outlets { committed: opened.notices, passing, others }))
    }

    /// Tells something that is not stored to whoever is connected, to whichever server. Waits when the broadcaster is
    /// behind. While Redis is away, those of other servers are not told.
    pub async fn tell(&self, notice: Notice) {
        self.hand_over(Passing::everywhere(notice)).await;
    }

    /// As `tell`, to those who are connected to this server: every other does the same.
    pub async fn tell_here(&self, notice: Notice) {
        self.hand_over(Passing { notice, everywhere: false }).await;
    }

    /// As `tell`, for what must not get lost between servers.
    ///
    /// # Errors
    /// `Unavailable` when it could not be handed on.
    pub async fn tell_surely(&self, notice: Notice) -> Result<()> {
        match &self.cluster {
            Some(_) => self.storage.tell(notice).await,
            None => {
                self.tell(notice).await;
                Ok(())
            }
        }
    }

    async fn hand_over(&self, passing: Passing) {
        if self.outlet.send(passing).await.is_err() {
            tracing::debug!("the broadcaster has ended");
        }
    }

    /// A place in the line of what is not stored, to be taken without waiting when its turn is known. None when the
    /// broadcaster has ended.
    pub async fn place(&self) -> Option<mpsc::Permit<'_, Passing>> {
        self.outlet.reserve().await.ok()
    }

    /// Whether this server does what one does for all.
    pub fn leads(&self) -> bool {
        self.cluster.as_ref().is_none_or(|cluster| cluster.leads())
    }

    /// Whether there was no other server on this folder when this one started.
    pub fn is_first(&self) -> bool {
        self.cluster.as_ref().is_none_or(|cluster| cluster.node.first)
    }

    /// What this server is called in what is told of connections.
    pub fn node_name(&self) -> String {
        self.cluster.as_ref().map_or_else(|| "local".to_owned(), |cluster| cluster.node.id.to_string())
    }

    /// Notices of what is not stored that wait for the broadcaster.
    pub fn passing(&self) -> usize {
        self.outlet.max_capacity() - self.outlet.capacity()
    }

    pub fn data_dir(&self) -> &PathBuf {
        &self.config.data_dir
    }
}
