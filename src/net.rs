//! Accepted connections: their TCP settings, where they come from, and a switch that ends them for sure.

use socket2::SockRef;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A peer that acknowledges nothing for this long is gone: a client that stopped reading, a cable that was cut.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// A connection that can be ended from elsewhere. Everything reads and writes through `&TcpStream`, so that the
/// switch needs no second file descriptor.
pub struct Wire(Arc<TcpStream>);

/// What is known of the other end; stands in every request's extensions.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: IpAddr,
    switch: Weak<TcpStream>,
}

impl Wire {
    pub fn new(stream: TcpStream, address: SocketAddr) -> (Self, Peer) {
        let settings = SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        if let Err(error) = settings.and_then(|()| stream.set_nodelay(true)) {
            tracing::debug!(%error, "a connection keeps the system's TCP settings");
        }
        let stream = Arc::new(stream);
        let peer = Peer { address: address.ip().to_canonical(), switch: Arc::downgrade(&stream) };
        (Self(stream), peer)
    }
}

impl Peer {
    /// Whether the connection goes on.
    pub fn is_open(&self) -> bool {
        self.switch.strong_count() > 0
    }

    /// Ends the connection at once, whatever is still buffered.
    pub fn cut(&self) {
        if let Some(stream) = self.switch.upgrade()
            && let Err(error) = SockRef::from(&*stream).shutdown(Shutdown::Both)
        {
            tracing::debug!(%error, "the connection had ended already");
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            match self.0.try_read(buf.initialize_unfilled()) {
                Ok(read) => {
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
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
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match self.0.try_write_vectored(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// TCP has nothing to flush.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.0).shutdown(Shutdown::Write))
    }
}
