//! What the service manager is told: the protocol of sd_notify(3), a datagram for each piece of news.

use nix::time::{ClockId, clock_gettime};
use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The way to whoever started this process and wants to know how it fares. Without such a one, everything that is told
/// goes nowhere.
#[derive(Debug, Default)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
    ready: CancellationToken,
}

impl Notifier {
    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///
    /// # Errors
    /// The system's, when a socket is named that cannot be reached.
    pub fn from_environment() -> io::Result<Self> {
        let Some(name) = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else {
            return Ok(Self::default());
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address(&name)?)?;
        // Who waits for the manager to read would wait with it.
        socket.set_nonblocking(true)?;
        Ok(Self { socket: Some(socket), watchdog: watchdog(), ready: CancellationToken::new() })
    }

    /// How long this process may be silent before it is taken for stuck and ended; none when nobody watches.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Says that requests are served, and what stands beside it in `systemctl status`.
    pub fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
        self.ready.cancel();
    }

    /// Until `ready` was said. Who says it earlier, as the answer to a reload, is taken for one who serves.
    pub async fn until_ready(&self) {
        self.ready.cancelled().await;
    }

    /// Says what the process is at.
    pub fn status(&self, status: &str) {
        self.tell(&format!("STATUS={status}"));
    }

    /// Says that the configuration is being read again, until the next `ready`.
    pub fn reloading(&self) {
        // From systemd 253 on the moment tells this answer from that to an earlier request.
        let moment = clock_gettime(ClockId::CLOCK_MONOTONIC).map(Duration::from).unwrap_or_default().as_micros();
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={moment}\nSTATUS=reading the configuration again"));
    }

    /// Says that the process is about to end.
    pub fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=letting clients go");
    }

    /// Says that the process is not stuck.
    pub fn alive(&self) {
        self.tell("WATCHDOG=1");
    }

    fn tell(&self, news: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(news.as_bytes()) {
            tracing::warn!(%error, "the service manager could not be told how it goes");
        }
    }
}

/// A path, or a name in the abstract namespace after an `@`.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }
}

/// The variables may be meant for the process that started this one.
fn watchdog() -> Option<Duration> {
    let read = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let is_ours = std::env::var_os("WATCHDOG_PID").is_none() || read("WATCHDOG_PID") == Some(std::process::id().into());
    read("WATCHDOG_USEC").filter(|micros| is_ours && *micros > 0).map(Duration::from_micros)
}
