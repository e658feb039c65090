//! A Socket.IO client of our own: it sends what it is told, remembers all it hears, and waits for facts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;

use super::{
    link::{CLOSE, Link, Phase},
    log::{Heard, Log, Missing, State},
    options::{ConnectError, Options, Transport},
    packet,
};

/// How long an event may take to arrive.
const HEAR: Duration = Duration::from_secs(5);

/// How long anything else may take: an acknowledgement, a connection, its end.
const BOUND: Duration = Duration::from_secs(10);

/// One connection. What arrives is kept; a wait hands out each event once, the earliest first, whether it came
/// before the wait or comes during it. Dropping the socket closes the TCP connection without a farewell.
pub struct Socket {
    /// The payload of `ready`; null after a mere `open`.
    pub ready: Value,
    link: Link,
    log: Arc<Log>,
    next_ack: AtomicU64,
}

impl Socket {
    /// Connects, authenticates and waits for `ready`.
    pub async fn connect(url: &str, options: Options) -> Result<Self, ConnectError> {
        let mut socket = Self::open(url, &options).await?;
        socket.enter(options.auth.into()).await?;
        if options.transport == Transport::Upgrade {
            socket.link.upgrade().await?;
        }
        Ok(socket)
    }

    /// Opens the transport alone, and leaves the rest to `send_raw`.
    pub async fn open(url: &str, options: &Options) -> Result<Self, ConnectError> {
        let log = Arc::new(Log::new());
        let link = Link::open(url, options, Arc::clone(&log)).await?;
        Ok(Self { ready: Value::Null, link, log, next_ack: AtomicU64::new(0) })
    }

    async fn enter(&mut self, auth: Value) -> Result<(), ConnectError> {
        self.send_raw(packet::connect(&auth));
        let answer = self.log.find(BOUND, |state| state.entry.take()).await;
        if let Err(refusal) = answer.map_err(never_came("an answer to the handshake"))? {
            let message = refusal["message"].as_str();
            let message = message.map_or_else(|| refusal.to_string(), str::to_owned);
            return Err(ConnectError::Refused(message));
        }
        let ready = |heard: &Heard| heard.event == "ready";
        let ready = self.log.find(BOUND, |state| state.take(ready)).await;
        self.ready = ready.map_err(never_came("ready"))?.payload;
        Ok(())
    }

    /// What the server refused a handshake with that was sent by `send_raw`.
    pub async fn refused(&self) -> Value {
        let entry = self.log.wait("an answer to the handshake", BOUND, |state| state.entry.take()).await;
        entry.expect_err("the handshake is refused")
    }

    /// Sends an event and waits for its acknowledgement.
    pub async fn call(&self, event: &str, payload: Value) -> Value {
        self.start_call(event, payload).answer().await
    }

    /// As `call`, for what has to succeed; answers the acknowledgement.
    pub async fn call_ok(&self, event: &str, payload: Value) -> Value {
        let sent = payload.to_string();
        let answer = self.call(event, payload).await;
        assert_eq!(answer["success"], true, "{event} {sent} answered {answer}");
        answer
    }

    /// As `call`, for what has to fail; answers the acknowledgement's `error`.
    pub async fn call_refused(&self, event: &str, payload: Value) -> Value {
        let sent = payload.to_string();
        let mut answer = self.call(event, payload).await;
        assert_eq!(answer["success"], false, "{event} {sent} answered {answer}");
        assert!(
            answer["error"]["code"].is_string() && answer["error"]["message"].is_string(),
            "{event} {sent} answered {answer}"
        );
        answer["error"].take()
    }

    /// Sends at once, without waiting: for many calls under way together.
    pub fn start_call(&self, event: &str, payload: Value) -> PendingAck {
        self.start_call_with(event, &[payload])
    }

    /// As `start_call`, with any number of arguments.
    pub fn start_call_with(&self, event: &str, arguments: &[Value]) -> PendingAck {
        let id = self.next_ack.fetch_add(1, Ordering::Relaxed);
        self.send_raw(packet::event(event, arguments, Some(id)));
        PendingAck { event: event.to_owned(), id, log: Arc::clone(&self.log) }
    }

    /// Sends an event without asking for an acknowledgement.
    pub fn emit(&self, event: &str, payload: Value) {
        self.emit_with(event, &[payload]);
    }

    /// As `emit`, with any number of arguments.
    pub fn emit_with(&self, event: &str, arguments: &[Value]) {
        self.send_raw(packet::event(event, arguments, None));
    }

    /// Sends one Engine.IO packet as it stands: `4…` is a Socket.IO packet, and nonsense stays nonsense.
    pub fn send_raw(&self, packet: impl Into<String>) {
        self.link.send(packet.into());
    }

    /// The payload of the next event of this name.
    pub async fn hear(&self, event: &str) -> Value {
        self.hear_where(event, |_| true).await
    }

    /// The payload of the next event of this name that fits; others stay for other waits.
    pub async fn hear_where(&self, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.hear_within(HEAR, event, fits).await
    }

    /// As `hear_where`, with a bound of one's own.
    pub async fn hear_within(&self, bound: Duration, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let wanted = |heard: &Heard| heard.event == event && fits(&heard.payload);
        let look = |state: &mut State| state.take(wanted);
        self.log.wait(event, bound, look).await.payload
    }

    /// Everything not handed out yet up to the next event of this name that fits, which comes last.
    pub async fn hear_through(&self, event: &str, fits: impl Fn(&Value) -> bool) -> Vec<Heard> {
        let wanted = |heard: &Heard| heard.event == event && fits(&heard.payload);
        let look = |state: &mut State| state.take_through(wanted);
        self.log.wait(event, HEAR, look).await
    }

    /// Proves that this socket heard nothing that mentions `secret` (an id, say) and was not handed out yet: waits
    /// for the marker, an event that the test caused after all that must stay unheard, and looks at what came before.
    pub async fn hears_nothing_of(&self, secret: &str, marker: &str, fits: impl Fn(&Value) -> bool) {
        for heard in self.hear_through(marker, fits).await {
            assert!(!heard.mentions(secret), "an outsider of {secret} heard {heard}");
        }
    }

    /// Waits until this many events of a name have come in all, handed out or not.
    pub async fn hear_as_many(&self, count: usize, event: &str, bound: Duration) {
        let what = format!("{count} times {event}");
        self.log.wait(&what, bound, |state| (state.count(event) >= count).then_some(())).await;
    }

    /// The calls that were acknowledged, numbered from 0 in the order of calling, in the order of acknowledgement.
    pub fn acknowledged(&self) -> Vec<u64> {
        self.log.read(|state| state.acked.clone())
    }

    /// All events so far, whether handed out or not.
    pub fn heard_events(&self) -> Vec<Heard> {
        self.log.heard()
    }

    /// Treats everything so far as handed out.
    pub fn forget_heard(&self) {
        self.log.forget();
    }

    /// Reads nothing more from the connection, pings included, so that the server's sending jams. An end of the connection is
    /// noticed only after `resume_reading`.
    pub fn pause_reading(&self) {
        self.link.set_phase(Phase::Paused);
    }

    pub fn resume_reading(&self) {
        self.link.set_phase(Phase::Live);
    }

    /// Waits until the server has closed the transport; answers the reason as far as it is known.
    pub async fn closed(&self) -> String {
        self.closed_within(BOUND).await
    }

    pub async fn closed_within(&self, bound: Duration) -> String {
        self.log.wait_closed(bound).await
    }

    pub fn is_closed(&self) -> bool {
        self.log.closed().is_some()
    }

    /// Leaves politely and waits until the connection is closed.
    pub async fn disconnect(self) {
        self.send_raw(packet::DISCONNECT);
        self.send_raw(CLOSE);
        self.closed().await;
    }

    /// Loses the connection as a crashed machine does, with a reset and without a word.
    pub async fn cut(self) {
        self.link.cut().await;
    }
}

/// A call that was sent and not yet acknowledged.
pub struct PendingAck {
    event: String,
    id: u64,
    log: Arc<Log>,
}

impl PendingAck {
    pub async fn answer(self) -> Value {
        let what = format!("the acknowledgement of {}", self.event);
        let look = |state: &mut State| state.acks.get_mut(&self.id)?.take();
        self.log.wait(&what, BOUND, look).await
    }

    /// As `answer`, but none when the connection ends before the acknowledgement comes.
    pub async fn answer_unless_closed(self) -> Option<Value> {
        let what = format!("the acknowledgement of {}", self.event);
        match self.log.find(BOUND, |state: &mut State| state.acks.get_mut(&self.id)?.take()).await {
            Ok(answer) => Some(answer),
            Err(Missing::Closed(_)) => None,
            Err(Missing::TimedOut) => panic!("{what} did not come in time"),
            Err(Missing::Breach(breach)) => panic!("waited for {what}: the server broke the protocol: {breach}"),
        }
    }
}

fn never_came(what: &str) -> impl Fn(Missing) -> ConnectError {
    move |missing| {
        ConnectError::Failed(match missing {
            Missing::Closed(reason) => format!("closed before {what} came: {reason}"),
            Missing::TimedOut => format!("{what} did not come in time"),
            Missing::Breach(breach) => format!("the server broke the protocol: {breach}"),
        })
    }
}
