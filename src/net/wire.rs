//! A TCP connection, and the other end's name for it.

use super::outbound::{Flushed, Outbound, Overflow, Stalled};
use super::transport::Transport;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use socket2::SockRef;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// A peer that acknowledges nothing for this long is gone: a client that stopped reading, a cable that was cut.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// A peer for whom an answer waits, and who takes nothing for this long, has stopped reading.
const STALLED: Duration = Duration::from_secs(5);

/// An accepted connection, for whoever reads and writes it.
pub struct Wire(Arc<Connection>);

/// What is known of the other end, and the means to reach it from elsewhere; stands in every request's extensions.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: IpAddr,
    /// Whether nobody between here and the other end can read along.
    pub is_encrypted: bool,
    connection: Weak<Connection>,
    /// Which request of the connection it stands in: a proxy sends those of many clients over one.
    request: u32,
}

/// Everything reads and writes through `&Transport`: neither the switch nor frames from elsewhere need a second file
/// descriptor.
struct Connection {
    transport: Transport,
    outbound: Mutex<Outbound>,
    /// Somebody may wait until less is waiting to be written.
    drained: Notify,
    requests: AtomicU32,
    /// Set while nothing is to be read.
    paused: AtomicBool,
    /// Set when it was shut down: what could still be read concerns nobody.
    ended: AtomicBool,
    reader: AtomicWaker,
    /// What is let go of at its end.
    _held: Box<dyn Send + Sync>,
}

impl Wire {
    /// `held` is dropped when the connection is over, which is later than whoever reads from it may know: as a websocket
    /// it changes hands.
    pub fn new(transport: impl Into<Transport>, address: SocketAddr, held: impl Send + Sync + 'static) -> (Self, Peer) {
        let transport = transport.into();
        let stream = transport.tcp();
        let settings = SockRef::from(stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        if let Err(error) = settings.and_then(|()| stream.set_nodelay(true)) {
            tracing::debug!(%error, "a connection keeps the system's TCP settings");
        }
        let is_encrypted = transport.is_encrypted();
        let connection = Arc::new(Connection {
            transport,
            outbound: Mutex::default(),
            drained: Notify::new(),
            requests: AtomicU32::new(0),
            paused: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            reader: AtomicWaker::new(),
            _held: Box::new(held),
        });
        let address = address.ip().to_canonical();
        let peer = Peer { address, is_encrypted, connection: Arc::downgrade(&connection), request: 0 };
        (Self(connection), peer)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let mut outbound = self.0.outbound();
        outbound.close();
        if outbound.draining {
            // The task that waits for the system holds the connection: this wakes it.
            self.0.shut_down();
        }
        self.0.drained.notify_waiters();
    }
}

impl Peer {
    /// The same for the next request that came over the connection.
    pub fn of_next_request(&self) -> Self {
        let before = self.connection.upgrade().map_or(0, |this| this.requests.fetch_add(1, Ordering::Relaxed));
        Self { request: before + 1, ..self.clone() }
    }

    /// Whether the connection goes on.
    pub fn is_open(&self) -> bool {
        self.connection.strong_count() > 0
    }

    /// Ends the connection at once, whatever is still buffered.
    pub fn cut(&self) {
        if let Some(connection) = self.connection.upgrade() {
            connection.shut_down();
        }
    }

    /// By this request the connection becomes a websocket that began as one.
    pub fn expect_websocket(&self) {
        if let Some(connection) = self.connection.upgrade() {
            connection.outbound().expect_websocket(self.request);
        }
    }

    /// By this request the connection becomes the websocket of a session that began as long-polling.
    pub fn expect_upgrade(&self) {
        if let Some(connection) = self.connection.upgrade() {
            connection.outbound().expect_upgrade();
        }
    }

    /// Whether this request made the connection a websocket, so that `push` reaches who sent it.
    pub fn is_websocket(&self) -> bool {
        self.connection.upgrade().is_some_and(|connection| connection.outbound().is_websocket_of(self.request))
    }

    /// Whether nobody has written with `push` yet, who may then do so. Whoever connects anew on the same websocket is
    /// told so by the layer, which `push` would overtake.
    pub fn claim(&self) -> bool {
        self.connection.upgrade().is_some_and(|connection| connection.outbound().claim())
    }

    /// Queues a websocket frame, to be written by the next `flush`; the answer is whether it is the first that waits.
    ///
    /// # Errors
    /// `Overflow` when the other end reads too slowly.
    pub fn push(&self, frame: Bytes) -> Result<bool, Overflow> {
        self.connection.upgrade().map_or(Ok(false), |connection| connection.outbound().push(frame))
    }

    /// Writes what is queued, now or as soon as the system takes it.
    pub fn flush(&self) {
        if let Some(connection) = self.connection.upgrade() {
            Connection::flush(&connection, &mut connection.outbound());
        }
    }

    /// Waits until little enough waits to be written. A connection that is over has room.
    ///
    /// # Errors
    /// `Stalled` when the other end takes nothing for some seconds.
    pub async fn room(&self) -> Result<(), Stalled> {
        let Some(connection) = self.connection.upgrade() else { return Ok(()) };
        loop {
            let drained = connection.drained.notified();
            let before = match connection.outbound() {
                outbound if outbound.has_room() => return Ok(()),
                outbound => outbound.written(),
            };
            if tokio::time::timeout(STALLED, drained).await.is_err() && connection.outbound().written() == before {
                return Err(Stalled);
            }
        }
    }

    /// Reads nothing more for the time being: the other end has sent more than can be worked off.
    pub fn pause_reading(&self) {
        if let Some(connection) = self.connection.upgrade() {
            connection.paused.store(true, Ordering::SeqCst);
        }
    }

    pub fn resume_reading(&self) {
        if let Some(connection) = self.connection.upgrade()
            && connection.paused.swap(false, Ordering::SeqCst)
        {
            connection.reader.wake();
        }
    }
}

impl Connection {
    fn outbound(&self) -> MutexGuard<'_, Outbound> {
        self.outbound.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shut_down(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.reader.wake();
        if let Err(error) = SockRef::from(self.transport.tcp()).shutdown(Shutdown::Both) {
            tracing::debug!(%error, "the connection had ended already");
        }
    }

    fn flush(this: &Arc<Self>, outbound: &mut Outbound) {
        if outbound.draining {
            return;
        }
        let flushed = outbound.flush(&this.transport);
        if this.settle(outbound, flushed) == Flushed::Blocked {
            outbound.draining = true;
            tokio::spawn(Self::drain(this.clone()));
        }
    }

    /// Lets those go on who waited for what was written.
    fn settle(&self, outbound: &mut Outbound, flushed: io::Result<Flushed>) -> Flushed {
        let flushed = flushed.unwrap_or_else(|error| {
            tracing::trace!(%error, "a connection ended");
            // Whoever reads from it finds out as well.
            outbound.close();
            Flushed::Done
        });
        if outbound.has_room() {
            self.drained.notify_waiters();
        }
        if flushed == Flushed::Done
            && let Some(layer) = outbound.layer.take()
        {
            layer.wake();
        }
        flushed
    }

    /// Writes what waits as the system takes it, until nothing waits.
    async fn drain(self: Arc<Self>) {
        loop {
            let writable = self.transport.writable().await;
            let mut outbound = self.outbound();
            let flushed = writable.and_then(|()| outbound.flush(&self.transport));
            if self.settle(&mut outbound, flushed) == Flushed::Done {
                outbound.draining = false;
                return;
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let connection = &self.0;
        if connection.paused.load(Ordering::SeqCst) {
            connection.reader.register(cx.waker());
            if connection.paused.load(Ordering::SeqCst) && !connection.ended.load(Ordering::SeqCst) {
                return Poll::Pending;
            }
        }
        if connection.ended.load(Ordering::SeqCst) {
            return Poll::Ready(Ok(()));
        }
        connection.transport.poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut outbound = self.0.outbound();
        if outbound.layer_waits(cx.waker()) {
            return Poll::Pending;
        }
        if outbound.layer_offers(slices).is_err() {
            return Poll::Ready(Err(io::Error::other("the other end reads too slowly")));
        }
        loop {
            outbound.layer_blocked = true;
            ready!(self.0.transport.poll_write_ready(cx))?;
            match self.0.transport.try_write_vectored(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(written) => {
                    outbound.layer_wrote(slices, written);
                    Connection::flush(&self.0, &mut outbound);
                    return Poll::Ready(Ok(written));
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.transport.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.transport.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
