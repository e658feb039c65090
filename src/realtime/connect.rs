//! The life of a connection: admitted, given its snapshot, ended.

use super::broadcast::{Signal, Signals};
use super::carriers::Carriers;
use super::had::Had;
use super::handshake::{Admitted, Handshake, Refusal, admit};
use super::inbox::{self, Inbox};
use super::link::{Backlog, Encoded, Link};
use super::opening::Opened;
use crate::actor::Actor;
use crate::app::App;
use crate::auth;
use crate::clock;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::{ClientId, RoomId, UserId};
use crate::metrics;
use crate::net::Peer;
use crate::storage::Snapshot;
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::Sid;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Who returns within this time is told what was missed.
const RESTORED_WITHIN: Duration = Duration::from_secs(300);

/// What waits between the admission and the connection. Holds no reference to the socket that holds it.
#[derive(Clone)]
struct Waiting(Arc<Mutex<Option<Entrant>>>);

type Entrant = (Admitted, Arc<Inbox>, TaskTrackerToken);

impl Waiting {
    fn take(&self) -> Option<Entrant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Mounts the only namespace.
pub fn mount(io: &SocketIo, app: Arc<App>, signals: Signals, carriers: Arc<Carriers>) {
    carriers.watch(io.clone());
    let (gate, at_gate) = (app.clone(), carriers.clone());
    let admission = async move |socket: SocketRef, TryData(handshake): TryData<Handshake>| -> Result<(), Refusal> {
        // Before it is looked whether the server is about to stop: whoever is let in is told of that.
        let entering = gate.entering.token();
        let admitted = admit(&gate, &socket, handshake.map_err(|error| error.to_string())).await?;
        // The inbox is there before the client hears that it is connected: what it sends at once is not lost.
        let inbox = inbox::attach(&gate, admitted.actor, &socket, &at_gate);
        socket.extensions.insert(Waiting(Arc::new(Mutex::new(Some((admitted, inbox, entering))))));
        Ok(())
    };
    let connection = async move |socket: SocketRef| {
        if let Some(entrant) = socket.extensions.remove::<Waiting>().and_then(|waiting| waiting.take()) {
            let (admitted, inbox, _entering) = entrant;
            enter(app, signals, carriers, socket, admitted, inbox).await;
        }
    };
    io.ns("/", connection.with(admission));
}

async fn enter(
    app: Arc<App>,
    signals: Signals,
    carriers: Arc<Carriers>,
    socket: SocketRef,
    admitted: Admitted,
    inbox: Arc<Inbox>,
) {
    let direct = carriers.direct(&socket).filter(Peer::claim);
    let backlog = direct.is_none().then(Backlog::default);
    if let Some(backlog) = &backlog {
        socket.extensions.insert(backlog.clone());
    }
    metrics::ADMISSIONS.add(1);
    let link = Arc::new(Link {
        direct,
        socket,
        actor: admitted.actor,
        client: admitted.client,
        carriers,
        backlog,
        connected_at: clock::now(),
        sees_receipts: AtomicBool::new(true),
        ended: CancellationToken::new(),
        restorable: Arc::new(AtomicBool::new(true)),
    });
    let leaving = Leaving::of(&link, inbox.clone());
    // Before anybody can ask for its replacement, the broadcaster knows of it.
    let (ready, opening) = oneshot::channel();
    signal(&signals, Signal::Opening(link.clone(), ready));
    let most = app.config.connections_per_user.map(|most: NonZeroU32| most.get() as usize);
    let replaced = app.directory.enter(link.actor.user, link.device(app.node_name(), admitted.place), most);
    if !replaced.is_empty() {
        signal(&signals, Signal::Replaced(replaced));
    }
    let (last, app_then, signals_then) = (leaving.clone(), app.clone(), signals.clone());
    link.socket.on_disconnect(async move || leave(&app_then, &signals_then, &last).await);
    if !link.socket.connected() {
        return leave(&app, &signals, &leaving).await;
    }
    if let Err(error) = open(&app, &signals, &link, &inbox, opening, admitted.known, admitted.bot_token).await {
        tracing::warn!(%error, "a connection could not be opened");
        match error {
            Error::Unauthenticated(reason) => link.end_session(reason),
            _ => link.cut("it could not be opened"),
        }
    }
}

/// Reads the snapshot while what is told meanwhile is kept, and hands both to the broadcaster.
async fn open(
    app: &App,
    signals: &Signals,
    link: &Arc<Link>,
    inbox: &Arc<Inbox>,
    opening: oneshot::Receiver<()>,
    known: Vec<(RoomId, i64)>,
    bot_token: Option<String>,
) -> Result<()> {
    opening.await.map_err(|_| Error::Unavailable("the server is shutting down".to_owned()))?;
    if let Some(token) = bot_token {
        auth::authenticate(app, &token).await?;
    }
    let Actor { user, session, .. } = link.actor;
    // A session that ended between the handshake and here was told to nobody: the snapshot looks again.
    let snapshot = app.storage.snapshot(user, session, &known).await?;
    // Behind the snapshot: whatever that has of this server's commits is handed over to be told when this is written.
    let departed = app.storage.arrive(user, link.client, clock::now() - RESTORED_WITHIN).await;
    let departed = departed.unwrap_or_else(|error| {
        // A full disk keeps nobody from reading.
        tracing::warn!(%error, "an arrival could not be noted");
        None
    });
    let mut rooms: HashMap<RoomId, i64> = snapshot.memberships.iter().map(|room| (*room, -1)).collect();
    rooms.extend(snapshot.rooms.iter().map(|summary| (summary.room.id, summary.room.rev)));
    link.see_receipts(snapshot.preferences.receipts);
    let synced = snapshot.syncs.iter().map(|(room, synced)| (*room, synced.rev)).collect();
    let had = Had { rooms, synced, notified: snapshot.notified, logged: snapshot.logged };
    // Encoded here: the broadcaster, which is one for all, has only to hand it on.
    let first = first_events(app, link, snapshot, departed).iter().filter_map(Encoded::new).collect();
    let opened = Opened { link: link.clone(), inbox: inbox.clone(), first, had };
    signal(signals, Signal::Opened(Box::new(opened)));
    Ok(())
}

/// `ready`, a `sync` for each known room, and what a returning client is told.
fn first_events(app: &App, link: &Link, snapshot: Snapshot, departed: Option<clock::Timestamp>) -> Vec<ServerEvent> {
    let rates = if link.actor.bot { app.config.limits.of_a_bot() } else { app.config.limits.of_a_person() };
    let missed = snapshot.syncs.iter().map(|(_, synced)| synced.messages.len()).sum();
    let ready = Ready {
        user: snapshot.me,
        session_id: link.actor.session,
        client_id: link.client,
        epoch: app.epoch.clone(),
        server_time: clock::now(),
        rooms: snapshot.rooms,
        rooms_cursor: snapshot.rooms_cursor,
        notifications: NotificationCount { unread: snapshot.unread_notifications },
        threads: ThreadCount { unread: snapshot.unread_threads },
        preferences: snapshot.preferences,
        emoji_rev: snapshot.emoji_rev,
        team: snapshot.team,
        announcements: snapshot.announcements,
        limits: ClientLimits {
            content_chars: MAX_CONTENT_CHARS,
            payload_bytes: MAX_PAYLOAD_BYTES,
            events_per_second: rates.events.per_second.get(),
            sends_per_second: rates.sends.per_second.get(),
            stream_chars: app.config.limits.stream_chars.get(),
            stream_chunks_per_second: app.config.limits.stream_chunks_per_second.get(),
            receipts: app.config.read_receipts,
            group_mentions_by_members: app.config.limits.group_mentions_by_members.get(),
            group_mentions: app.config.limits.group_mentions.get(),
            emoji_by_members: app.config.emoji_by_members,
        },
        heartbeat_ms: HEARTBEAT_MS,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut events: Vec<ServerEvent> = vec![ready.into()];
    if app.cluster.as_ref().is_some_and(|cluster| cluster.is_apart()) {
        events.push(ServerCluster { connected: false }.into());
    }
    for (room_id, synced) in snapshot.syncs {
        metrics::recovered_on_connect(synced.complete);
        events.push(Sync { room_id, messages: synced.messages, rev: synced.rev, complete: synced.complete }.into());
    }
    if let Some(disconnected_at) = departed {
        let rooms = snapshot.memberships;
        events.push(SessionRestored { disconnected_at, rooms, can_reconnect: true, missed }.into());
    }
    events
}

/// What is needed when a link is gone. The socket keeps it: a reference to the link, which refers to the socket, would
/// keep both for ever.
#[derive(Clone)]
struct Leaving {
    id: Sid,
    user: UserId,
    client: ClientId,
    inbox: Arc<Inbox>,
    ended: CancellationToken,
    restorable: Arc<AtomicBool>,
}

impl Leaving {
    fn of(link: &Link, inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            id: link.id(),
            user: link.actor.user,
            client: link.client,
            ended: link.ended.clone(),
            restorable: link.restorable.clone(),
        }
    }
}

async fn leave(app: &App, signals: &Signals, leaving: &Leaving) {
    leaving.ended.cancel();
    leaving.inbox.close();
    app.directory.leave(leaving.user, &leaving.id.to_string());
    signal(signals, Signal::Gone(leaving.id));
    if app.directory.has_client(leaving.user, leaving.client) {
        // A later connection of the same device: it is here.
        return;
    }
    let restorable = leaving.restorable.load(Ordering::Relaxed);
    if let Err(error) = app.storage.depart(leaving.user, leaving.client, restorable.then(clock::now)).await {
        tracing::warn!(%error, "a departure could not be noted");
    }
}

/// The broadcaster ends last; when it is gone there is nobody left to tell.
fn signal(signals: &Signals, signal: Signal) {
    if signals.send(signal).is_err() {
        tracing::debug!("the broadcaster has ended");
    }
}
