//! Addresses within one's own network that links may be looked up at all the same.

use super::Network;
use super::values::Kind;
use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A host and port, or all addresses of a network at any port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The host as URLs have it: in lower case, an IPv6 address in brackets.
    Port(String, u16),
    Network(Network),
}

#[derive(Debug, thiserror::Error)]
#[error("neither a host with a port nor a network")]
pub struct NotADestination;

impl Destination {
    /// Whether it names this host with this port, or the address that the host has.
    pub fn admits(&self, host: &str, port: u16, address: IpAddr) -> bool {
        match self {
            Self::Port(named, at) => named == host && *at == port,
            Self::Network(network) => network.contains(address),
        }
    }
}

impl FromStr for Destination {
    type Err = NotADestination;

    /// `wiki.internal:8080`, `192.168.1.5:80`, `[fd00::5]:80`, `10.1.0.0/16`. A host alone is a mistake, and refused.
    fn from_str(text: &str) -> Result<Self, NotADestination> {
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        let (host, port) = text.rsplit_once(':').ok_or(NotADestination)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or(NotADestination)?;
        let is_name =
            !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let is_address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(is_ipv6);
        if is_name || is_address { Ok(Self::Port(host.to_ascii_lowercase(), port)) } else { Err(NotADestination) }
    }
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(host, port) => write!(f, "{host}:{port}"),
            Self::Network(network) => network.fmt(f),
        }
    }
}

impl Kind for Destination {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        text.parse().ok()
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "a host with a port, such as wiki.internal:8080, or a network, such as 10.1.0.0/16".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_a_host_with_its_port_or_a_network() {
        for (text, host, port, address, admits) in [
            ("wiki.internal:8080", "wiki.internal", 8080, "10.0.0.1", true),
            ("Wiki.Internal:8080", "wiki.internal", 8080, "10.0.0.1", true),
            ("wiki.internal:8080", "wiki.internal", 80, "10.0.0.1", false),
            ("wiki.internal:8080", "other.internal", 8080, "10.0.0.1", false),
            ("127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1", true),
            ("127.0.0.1:8080", "localhost", 8080, "127.0.0.1", false),
            ("[::1]:8080", "[::1]", 8080, "::1", true),
            ("10.1.0.0/16", "wiki.internal", 8080, "10.1.2.3", true),
            ("10.1.0.0/16", "wiki.internal", 80, "10.2.0.1", false),
            ("fd00::/8", "wiki.internal", 80, "fd12::1", true),
        ] {
            let destination: Destination = text.parse().expect(text);
            assert_eq!(destination.admits(host, port, address.parse().expect("an address")), admits, "{text} {host}");
            assert_eq!(destination.to_string(), text.to_ascii_lowercase());
        }
        for wrong in
            ["", "wiki.internal", "wiki:0", "wiki:99999", ":80", "http://wiki:80", "a b:80", "[::1:80", "10.0.0.1/8"]
        {
            assert!(wrong.parse::<Destination>().is_err(), "{wrong}");
        }
    }
}
