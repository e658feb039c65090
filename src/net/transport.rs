//! What carries the bytes of a connection: TCP alone, or TLS over it.
//!
//! Everybody who writes shares the one TLS session, which encrypts no more than `PENDING` ahead of what the system takes.
//! So whoever is told that nothing more fits waits as they would for TCP, and the memory of a connection stays bounded.

use rustls::{ServerConfig, ServerConnection};
use socket2::SockRef;
use std::io::{self, IoSlice, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

/// What was encrypted and waits for the system, in bytes: two records.
const PENDING: usize = 32 * 1024;

/// An accepted connection; for TLS, one whose handshake is over.
pub enum Transport {
    Plain(TcpStream),
    Encrypted(Box<Encrypted>),
}

/// TLS over TCP.
pub struct Encrypted {
    stream: TcpStream,
    session: Mutex<ServerConnection>,
}

impl From<TcpStream> for Transport {
    fn from(stream: TcpStream) -> Self {
        Self::Plain(stream)
    }
}

impl Transport {
    /// Carries out the server's part of a TLS handshake. Takes as long as the other end lets it.
    ///
    /// # Errors
    /// What the network says, or why no session came about.
    pub async fn shake_hands(stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<Self> {
        let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
        session.set_buffer_limit(Some(PENDING));
        while session.is_handshaking() || session.wants_write() {
            match push_out(&mut session, &stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
                Err(error) => return Err(error),
                Ok(()) if session.is_handshaking() => {
                    stream.readable().await?;
                    match take_in(&mut session, &stream) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                        Ok(_) => {}
                    }
                }
                Ok(()) => {}
            }
        }
        Ok(Self::Encrypted(Box::new(Encrypted { stream, session: Mutex::new(session) })))
    }

    /// Whether a protocol was agreed on in the handshake.
    pub fn speaks(&self, protocol: &[u8]) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Encrypted(encrypted) => encrypted.session().alpn_protocol() == Some(protocol),
        }
    }

    pub fn is_encrypted(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Encrypted(encrypted) => &encrypted.stream,
        }
    }

    /// Reads what is there, or waits for it; nothing read is the end.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let read = match self {
                Self::Plain(stream) => {
                    ready!(stream.poll_read_ready(cx))?;
                    stream.try_read(buf.initialize_unfilled())
                }
                Self::Encrypted(encrypted) => {
                    match encrypted.decrypted(buf) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        read => return Poll::Ready(read),
                    }
                    ready!(encrypted.stream.poll_read_ready(cx))?;
                    match encrypted.take_in() {
                        // What came may be no whole record yet.
                        Ok(_) => continue,
                        Err(error) => Err(error),
                    }
                }
            };
            match read {
                Ok(read) => {
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    pub(super) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp().poll_write_ready(cx)
    }

    pub(super) async fn writable(&self) -> io::Result<()> {
        self.tcp().writable().await
    }

    /// Takes as much as fits. What TLS took may still wait here, until `try_flush` has sent it.
    ///
    /// # Errors
    /// `WouldBlock` when the system takes no more for the moment; the system's reason for the end.
    pub(super) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.try_write_vectored(slices),
            Self::Encrypted(encrypted) => encrypted.try_write_vectored(slices),
        }
    }

    /// Sends what was taken and still waits here; TCP keeps nothing back.
    ///
    /// # Errors
    /// As `try_write_vectored`.
    pub(super) fn try_flush(&self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Encrypted(encrypted) => push_out(&mut encrypted.session(), &encrypted.stream),
        }
    }

    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match self.try_flush() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(self.poll_write_ready(cx))?,
                flushed => return Poll::Ready(flushed),
            }
        }
    }

    /// Says that nothing more will be written, after what was.
    pub(super) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Encrypted(encrypted) = self {
            encrypted.session().send_close_notify();
        }
        ready!(self.poll_flush(cx))?;
        Poll::Ready(SockRef::from(self.tcp()).shutdown(Shutdown::Write))
    }
}

impl Encrypted {
    fn session(&self) -> MutexGuard<'_, ServerConnection> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decrypted(&self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        match self.session().reader().read(buf.initialize_unfilled()) {
            Ok(read) => {
                buf.advance(read);
                Ok(())
            }
            // Whoever hangs up without a farewell has ended all the same: HTTP knows by itself what is whole.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn take_in(&self) -> io::Result<usize> {
        let mut session = self.session();
        let taken = take_in(&mut session, &self.stream)?;
        // An answer to what came, such as new keys. When it does not go now, it goes before what is written next.
        match push_out(&mut session, &self.stream) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            Ok(()) | Err(_) => Ok(taken),
        }
    }

    fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut session = self.session();
        push_out(&mut session, &self.stream)?;
        let taken = session.writer().write_vectored(slices)?;
        match push_out(&mut session, &self.stream) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            Ok(()) | Err(_) => Ok(taken),
        }
    }
}

/// Reads what is there, and decrypts it.
fn take_in(session: &mut ServerConnection, stream: &TcpStream) -> io::Result<usize> {
    let taken = session.read_tls(&mut Raw(stream))?;
    if let Err(error) = session.process_new_packets() {
        // The other end is told why, if it still takes anything.
        let _told = push_out(session, stream);
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    Ok(taken)
}

/// Writes what is encrypted, until nothing of it is left.
fn push_out(session: &mut ServerConnection, stream: &TcpStream) -> io::Result<()> {
    while session.wants_write() {
        session.write_tls(&mut Raw(stream))?;
    }
    Ok(())
}

/// The system's side, which never waits.
struct Raw<'a>(&'a TcpStream);

impl Read for Raw<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buf)
    }
}

impl Write for Raw<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
