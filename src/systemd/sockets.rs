//! Listening sockets that the service manager opened before this process began, and keeps open after it.

use crate::config::is_same_place;
use listenfd::ListenFd;
use std::io;
use std::net::{SocketAddr, TcpListener};

/// Sockets that were handed over (`LISTEN_FDS`), each until it is taken.
#[derive(Debug, Default)]
pub struct GivenSockets(Vec<TcpListener>);

/// What was handed over is not what the settings say.
#[derive(Debug, thiserror::Error)]
#[error(
    "systemd opened {given}, where nothing of the settings listens, or what listens has another socket; make ListenStream= of the socket unit and `listen` agree"
)]
pub struct Mismatch {
    given: SocketAddr,
}

impl GivenSockets {
    /// Takes over what the environment names. To be called once, before there are other threads: the variables are
    /// removed.
    ///
    /// # Errors
    /// The system's, for something that is no TCP socket.
    pub fn from_environment() -> io::Result<Self> {
        let mut found = ListenFd::from_env();
        let sockets = (0..found.len()).filter_map(|at| found.take_tcp_listener(at).transpose());
        let sockets = sockets.collect::<io::Result<Vec<_>>>()?;
        sockets.iter().try_for_each(|socket| socket.set_nonblocking(true))?;
        Ok(Self(sockets))
    }

    /// The socket for an address of the settings, if it was handed over. One that listens more widely than the settings
    /// say is not for it.
    pub fn take(&mut self, wanted: SocketAddr) -> Option<TcpListener> {
        let at =
            self.0.iter().position(|socket| socket.local_addr().is_ok_and(|given| is_same_place(given, wanted)))?;
        Some(self.0.swap_remove(at))
    }

    /// Whether each is for one of the addresses, and none beside another: who connects to what nobody takes would wait for
    /// ever.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self, wanted: &[SocketAddr]) -> Result<(), Mismatch> {
        let mut wanted = wanted.to_vec();
        for given in self.0.iter().filter_map(|socket| socket.local_addr().ok()) {
            let at = wanted.iter().position(|wanted| is_same_place(given, *wanted)).ok_or(Mismatch { given })?;
            wanted.swap_remove(at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(address: &str) -> (GivenSockets, u16) {
        let socket = TcpListener::bind(address).expect("a free port");
        let port = socket.local_addr().expect("its address").port();
        (GivenSockets(vec![socket]), port)
    }

    #[test]
    fn of_two_sockets_for_one_address_nobody_would_serve_the_second() {
        let (mut sockets, port) = given("0.0.0.0:0");
        let wanted = SocketAddr::from(([0, 0, 0, 0], port));
        sockets.check(&[wanted]).expect("one for one");
        sockets.0.push(sockets.0[0].try_clone().expect("another handle"));
        sockets.check(&[wanted]).expect_err("nobody takes the second");
    }

    #[test]
    fn a_socket_is_taken_for_its_own_address_and_for_no_narrower_one() {
        for (socket, wanted, taken) in [
            ("127.0.0.1:0", "127.0.0.1", true),
            ("127.0.0.1:0", "0.0.0.0", false),
            ("0.0.0.0:0", "0.0.0.0", true),
            ("0.0.0.0:0", "[::]", true),
            ("0.0.0.0:0", "127.0.0.1", false),
        ] {
            let (mut sockets, port) = given(socket);
            let wanted: SocketAddr = format!("{wanted}:{port}").parse().expect("an address");
            assert_eq!(sockets.check(&[wanted]).is_ok(), taken, "{socket} for {wanted}");
            assert_eq!(sockets.take(wanted).is_some(), taken, "{socket} for {wanted}");
        }
    }
}
