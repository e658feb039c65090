//! Who has a port, as far as this user may see: the kernel names the socket, and each process its open files.

use super::system;
use crate::systemd;
use std::collections::HashSet;
use std::fs;

/// How the kernel writes the state of a socket that listens.
const LISTENING: &str = "0A";
/// systemd of a user, and `systemd-socket-activate`, cut off as the kernel does.
const ACTIVATORS: [&str; 2] = ["systemd", "systemd-socket-"];
const SOCKET: &str = "maru.socket";

/// A program that listens at a port.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub process: u32,
    /// At most 15 characters, as the kernel keeps it.
    pub name: String,
}

impl Holder {
    /// None when it belongs to somebody whose processes this user may not look into.
    pub fn of(port: u16) -> Option<Self> {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
        let sockets: HashSet<String> = tables.iter().flat_map(|table| listening(table, port)).collect();
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let process = numbers.find(|process| has_one(*process, &sockets))?;
        let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?.trim_end().to_owned();
        Some(Self { process, name })
    }

    /// Whether it keeps the port open for a program that it starts.
    pub fn is_service_manager(&self) -> bool {
        self.process == 1 || ACTIVATORS.contains(&self.name.as_str())
    }
}

/// Whether a unit of systemd, which runs here, is to keep a port open for Maru.
pub(super) fn is_promised(port: u16) -> bool {
    system::unit_text(SOCKET).is_some_and(|unit| names(&unit, port))
}

fn names(unit: &str, port: u16) -> bool {
    let addresses = systemd::values(unit, "ListenStream").into_iter();
    addresses.filter_map(|address| address.rsplit(':').next()?.trim().parse::<u16>().ok()).any(|one| one == port)
}

/// The numbers of the sockets that listen at a port, on whatever address.
fn listening(table: &str, port: u16) -> Vec<String> {
    let at_port = format!(":{port:04X}");
    let sockets = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours = sockets.filter(
        |fields| matches!(fields[..], [_, local, _, state, ..] if local.ends_with(&at_port) && state == LISTENING),
    );
    ours.filter_map(|fields| Some((*fields.get(9)?).to_owned())).collect()
}

fn has_one(process: u32, sockets: &HashSet<String>) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.flatten().filter_map(|file| fs::read_link(file.path()).ok()).any(|target| {
        let target = target.to_string_lossy();
        target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')).is_some_and(|one| sockets.contains(one))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

    #[test]
    fn whoever_listens_is_found_by_the_port() {
        for address in [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))] {
            // Not every machine has IPv6.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let port = listener.local_addr().unwrap().port();
            assert_eq!(Holder::of(port).unwrap().process, std::process::id());
            drop(listener);
            assert_eq!(Holder::of(port).filter(|holder| holder.process == std::process::id()), None);
        }
    }

    #[test]
    fn a_unit_promises_the_ports_that_it_names() {
        let unit = "[Socket]\nListenStream=0.0.0.0:443\nListenStream=[::]:80\n# ListenStream=0.0.0.0:8080\n";
        assert!(names(unit, 443) && names(unit, 80));
        assert!(!names(unit, 8080) && !names(unit, 44));
        let changed = format!("{unit}\n[Socket]\nListenStream=\nListenStream=127.0.0.1:9000\n");
        assert!(names(&changed, 9000) && !names(&changed, 443), "what is added may begin anew");
    }
}
