//! App: what every feature is handed.

use crate::blobs::Blobs;
use crate::certificates::Certificates;
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::credentials::{keys::SigningKeys, passwords::Passwords, registrations::Registrations, throttle::Throttle};
use crate::directory::{Directory, Typing};
use crate::error::{Error, Result};
use crate::images;
use crate::limits::Limits;
use crate::notice::Notice;
use crate::probes::Probes;
use crate::storage::{Notices, Storage};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, mpsc};
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
    pub directory: Arc<Directory>,
    pub typing: Typing,
    /// Somebody wants to be reminded of something.
    pub reminder_set: Notify,
    /// Somebody is being erased.
    pub erasure_begun: Notify,
    /// A message has links that are to be looked up.
    pub links_noted: Notify,
    pub limits: Limits,
    pub keys: SigningKeys,
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub registrations: Registrations,
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
    outlet: mpsc::Sender<Notice>,
}

/// What the broadcaster listens to.
pub struct Outlets {
    /// What was committed, in order.
    pub committed: Notices,
    /// What is not stored.
    pub passing: mpsc::Receiver<Notice>,
}

impl App {
    /// Opens everything that the configuration names.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn open(config: Config) -> Result<(Self, Outlets)> {
        let keys = match &config.signing_key {
            Some(secrets) => SigningKeys::configured(secrets),
            None => SigningKeys::open(&config.data_dir),
        };
        let keys = keys.map_err(|error| Error::Unavailable(error.to_string()))?;
        let blobs = Blobs::open(&config)?;
        blobs.take_up()?;
        let opened = Storage::open(&config.data_dir, config.log_slow_queries).await?;
        let (outlet, passing) = mpsc::channel(OUTLET);
        let app = Self {
            limits: Limits::new(&config.limits),
            throttle: Throttle::new(&config.limits),
            registrations: Registrations::new(&config.limits),
            probes: Probes::default(),
            started_at: clock::now(),
            serving_on: OnceLock::new(),
            passwords: Passwords::new()?,
            directory: Arc::default(),
            typing: Typing::default(),
            reminder_set: Notify::new(),
            erasure_begun: Notify::new(),
            links_noted: Notify::new(),
            blobs,
            certificates: None,
            images: images::Workers::default(),
            storage: opened.storage.with_receipts(config.read_receipts),
            epoch: opened.epoch,
            draining: CancellationToken::new(),
            entering: TaskTracker::new(),
            keys,
            config,
            outlet,
        };
        Ok((app, Outlets { committed: opened.notices, passing }))
    }

    /// Tells something that is not stored. Waits when the broadcaster is behind.
    pub async fn tell(&self, notice: Notice) {
        if self.outlet.send(notice).await.is_err() {
            tracing::debug!("the broadcaster has ended");
        }
    }

    /// A place in the line of what is not stored, to be taken without waiting when its turn is known. None when the
    /// broadcaster has ended.
    pub async fn place(&self) -> Option<mpsc::Permit<'_, Notice>> {
        self.outlet.reserve().await.ok()
    }

    /// Notices of what is not stored that wait for the broadcaster.
    pub fn passing(&self) -> usize {
        self.outlet.max_capacity() - self.outlet.capacity()
    }

    pub fn data_dir(&self) -> &PathBuf {
        &self.config.data_dir
    }
}
