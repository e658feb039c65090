//! Several servers as one: who the others are, what passes between them by Redis, and who is connected where.
//!
//! What is stored does not pass here: each server reads it in the database's log (`storage::Log`), and Redis only rings.
//! So nothing that Redis loses is lost (docs/clustering.md).

mod bell;
mod bus;
mod errands;
mod examining;
mod keys;
mod listening;
mod packet;
mod peers;
mod presence;
mod speaking;
mod whereabouts;

pub use errands::{Asker, Done, Errand, ToDo};
pub use examining::examine;

use crate::clock;
use crate::config::RedisUrl;
use crate::directory::{Directory, Move};
use crate::error::Result;
use crate::ids::{ClientId, NodeId, UserId};
use crate::metrics;
use crate::storage::Node;
use bell::Bell;
use errands::Errands;
use keys::Keys;
use packet::What;
use peers::Peers;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// A server that was not heard of for so long is gone, and so is what it had.
pub const LEASE: Duration = Duration::from_secs(8);
/// What may wait to be passed on; more is not.
const WAITING: usize = 4096;

/// What came from another server: to be told when `behind` was.
pub struct Heard {
    pub behind: i64,
    pub notices: String,
}

/// What the broadcaster listens to.
pub struct Ears {
    /// What is not stored.
    pub heard: mpsc::Receiver<Heard>,
    /// The number of the last commit that another server is known to have made.
    pub bell: watch::Receiver<i64>,
}

/// The data folder of a cluster.
pub struct Folder {
    /// The name of the cluster, which its copies have, too.
    pub name: String,
    /// What tells it from its copies, where that is known.
    pub identity: Option<String>,
    /// Nobody else has it.
    pub first: bool,
}

/// Devices that were connected to a server that is gone.
pub type Lost = Vec<(UserId, ClientId)>;

/// This server among the others.
pub struct Cluster {
    pub node: Node,
    redis: RedisUrl,
    place: String,
    /// The data folder, as no copy of it is called.
    folder: Option<String>,
    keys: Keys,
    outgoing: mpsc::Sender<What>,
    /// Taken by the bus when it runs.
    running: Mutex<Option<Running>>,
    /// What this server committed last.
    committed: watch::Sender<i64>,
    /// Up to which commit everything was told here, when there was one at last that somebody may wait for.
    told: watch::Sender<i64>,
    bell: Bell,
    heard: mpsc::Sender<Heard>,
    peers: Peers,
    /// Why Redis is not there, if it is not.
    fault: Mutex<Option<String>>,
    connected: watch::Sender<bool>,
    /// Up to which commit everything was told here.
    position: AtomicI64,
    /// Until when this server does what one does for all, by the steady clock.
    led_until: AtomicI64,
    errands: Errands,
    /// Clients were told that other servers are not heard.
    apart: AtomicBool,
    lost: mpsc::UnboundedSender<Lost>,
    address: OnceLock<SocketAddr>,
}

struct Running {
    outgoing: mpsc::Receiver<What>,
    moves: mpsc::UnboundedReceiver<Move>,
}

impl Cluster {
    /// Finds the others by Redis. The folder is the caller's, with or without others; who has it alone waits for nobody who had
    /// it and died. None when there are others, and Redis knows none of them: they are about to come or go, or use another one.
    ///
    /// # Errors
    /// `Unavailable` when Redis cannot be used; `Conflict` when others on a copy of the folder use this one.
    pub async fn join(
        url: &RedisUrl,
        Folder { name, identity, first }: Folder,
        directory: &Directory,
    ) -> Result<Option<(Arc<Self>, Ears, mpsc::UnboundedReceiver<Lost>)>> {
        let place = url.place();
        let node = Node { id: NodeId::generate(), first };
        let (outgoing, to_pass) = mpsc::channel(WAITING);
        let (heard, hears) = mpsc::channel(WAITING);
        let (lost, losses) = mpsc::unbounded_channel();
        let (rung, bell) = Bell::new();
        let running = Mutex::new(Some(Running { outgoing: to_pass, moves: directory.follow() }));
        let cluster = Self {
            node,
            redis: url.clone(),
            place,
            folder: identity,
            keys: Keys::new(&name),
            outgoing,
            running,
            committed: watch::Sender::new(0),
            told: watch::Sender::new(0),
            bell: rung,
            heard,
            peers: Peers::default(),
            fault: Mutex::new(Some("Redis has not been reached yet".to_owned())),
            connected: watch::Sender::new(false),
            position: AtomicI64::new(0),
            led_until: AtomicI64::new(0),
            errands: Errands::default(),
            apart: AtomicBool::new(false),
            lost,
            address: OnceLock::new(),
        };
        let are_there = bus::check_company(&cluster).await?;
        Ok(are_there.then(|| (Arc::new(cluster), Ears { heard: hears, bell }, losses)))
    }

    /// Speaks and listens until `stop`, and says goodbye.
    pub async fn run(self: Arc<Self>, directory: Arc<Directory>, stop: CancellationToken) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            bus::run(&self, running, &directory, stop).await;
        }
    }

    /// Where this server is reached, for whoever looks into Redis.
    pub fn serves_on(&self, address: SocketAddr) {
        let _only_address = self.address.set(address);
    }

    /// Lets the others know of a commit.
    pub fn ring(&self, number: i64) {
        self.committed.send_replace(number);
    }

    /// Passes on what is not stored, to be told by the others behind what was told here until now. Nothing waits for
    /// Redis: where that is away, or too much waits, it is counted and left out.
    pub fn pass(&self, notices: String) {
        let what = What::Pass { behind: self.position(), notices };
        if !self.is_connected() || self.outgoing.try_send(what).is_err() {
            metrics::NOT_PASSED_ON.add(1);
        }
    }

    /// Notes up to which commit everything was told here; `awaited` when somebody may wait for that.
    pub fn reached(&self, number: i64, awaited: bool) {
        self.position.store(number, Ordering::Release);
        if awaited {
            self.told.send_replace(number);
        }
        // What the others said to have told may be known here only now.
        self.peers.look_again();
    }

    /// Notes that the log ended with a commit when it was looked up, though another one had been `rung`.
    pub fn found_newest(&self, rung: i64, newest: i64) {
        self.bell.take_back(rung, newest);
    }

    pub fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    /// Waits until every other server has told everything up to a commit, or is gone.
    pub async fn everywhere(&self, number: i64) {
        // What there is to tell, as far as it is known here.
        self.peers.reached(number, || self.position().max(*self.committed.borrow())).await;
    }

    pub fn is_connected(&self) -> bool {
        *self.connected.borrow()
    }

    /// Whether Redis is there; changes are heard of.
    pub fn connection(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }

    /// Why other servers are not heard, if they are not, in words for the operator.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this server does what one does for all. One that stood still for longer than it had that does not.
    pub fn leads(&self) -> bool {
        clock::steady() < Duration::from_millis(self.led_until.load(Ordering::Relaxed).unsigned_abs())
    }

    /// Notes until when it does, if it does; true when it begins to.
    pub fn lead(&self, until: Option<Duration>) -> bool {
        let led = self.leads();
        let until = until.map_or(0, |until| i64::try_from(until.as_millis()).unwrap_or(i64::MAX));
        self.led_until.store(until, Ordering::Relaxed);
        !led && until > 0
    }

    /// Whether clients were told that other servers are not heard.
    pub fn is_apart(&self) -> bool {
        self.apart.load(Ordering::Acquire)
    }

    /// Notes that before clients are told.
    pub fn set_apart(&self, apart: bool) {
        self.apart.store(apart, Ordering::Release);
    }

    /// The servers that are heard of, this one among them: alone while Redis is away for longer than they would be waited for.
    pub fn nodes(&self) -> Vec<NodeId> {
        let mut nodes = self.peers.living();
        nodes.push(self.node.id);
        nodes
    }

    fn set_fault(&self, fault: Option<String>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Forgets who was connected to a server that is gone.
    fn forget(&self, directory: &Directory, node: NodeId) {
        tracing::info!(%node, "a server of the cluster is gone");
        let lost = directory.forget_node(node);
        if !lost.is_empty() && self.lost.send(lost).is_err() {
            tracing::debug!("nobody asks who was connected to it");
        }
    }
}
