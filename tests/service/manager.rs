//! The end of the protocol that systemd holds: a socket that a service tells how it fares.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram as StdUnixDatagram};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::{net::UnixDatagram, time::timeout};

const BOUND: Duration = Duration::from_secs(20);

pub struct Manager(UnixDatagram);

impl Manager {
    /// Listens at a path, or at a name in the abstract namespace that begins with `@`.
    pub fn listen(name: &str) -> Self {
        let address = match name.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(Path::new(name)),
        };
        let socket = StdUnixDatagram::bind_addr(&address.expect("a name")).expect("it can be listened at");
        socket.set_nonblocking(true).expect("it does not block");
        Self(UnixDatagram::from_std(socket).expect("tokio takes it"))
    }

    /// The next piece of news.
    pub async fn news(&self) -> String {
        let mut buffer = [0; 4096];
        let read = timeout(BOUND, self.0.recv(&mut buffer)).await.expect("the service says nothing");
        String::from_utf8(buffer[..read.expect("it can be read")].to_vec()).expect("text")
    }

    /// How long it is until the service says that it lives; everything else is passed over.
    pub async fn until_alive(&self) -> Duration {
        let begun = Instant::now();
        while self.news().await != "WATCHDOG=1" {}
        begun.elapsed()
    }
}

/// The value of a line such as `STATUS=…`.
pub fn field<'a>(news: &'a str, name: &str) -> &'a str {
    let value = news.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {name} in {news:?}"))
}
