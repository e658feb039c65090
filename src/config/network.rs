//! IP networks: whose forwarded addresses are believed, and which addresses count as one.

use super::{Config, ProxyHeader};
use hyper::HeaderMap;
use hyper::header::FORWARDED;
use std::{fmt, net::IpAddr, str::FromStr};

/// An IPv4 or IPv6 network, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

#[derive(Debug, thiserror::Error)]
#[error("not an IP address or network")]
pub struct NotANetwork;

impl Network {
    /// What counts as one client: an IPv4 address, or the /64 that one IPv6 subscriber commonly has to himself.
    pub fn of_client(address: IpAddr) -> Self {
        match address.to_canonical() {
            address @ IpAddr::V4(_) => Self::new(address, 32),
            address @ IpAddr::V6(_) => Self::new(address, 64),
        }
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && Self::new(address, self.prefix) == *self
    }

    /// The bits behind the prefix are cleared; `prefix` is at most the address's length.
    fn new(address: IpAddr, prefix: u8) -> Self {
        let address = match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V4((address.to_bits() & mask).into())
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V6((address.to_bits() & mask).into())
            }
        };
        Self { address, prefix }
    }

    fn length(address: IpAddr) -> u8 {
        if address.is_ipv4() { 32 } else { 128 }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    /// `10.0.0.0/8`, `fd00::/8` or an address. Bits set behind the prefix are a mistake, and refused.
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        // Addresses are compared in their IPv4 form, which no network in the IPv6 one would contain.
        if address.to_canonical() != address {
            return Err(NotANetwork);
        }
        let prefix = prefix.map_or(Ok(Self::length(address)), str::parse).map_err(|_| NotANetwork)?;
        if prefix > Self::length(address) {
            return Err(NotANetwork);
        }
        let network = Self::new(address, prefix);
        if network.address == address { Ok(network) } else { Err(NotANetwork) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == Self::length(self.address) {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

impl Config {
    /// The address that a request came from. The header that `proxy_header` names is read from the right, and believed
    /// only as far as trusted proxies have written it: what cannot be read there ends it, and what stands before that
    /// may be anybody's.
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.proxy_header {
            ProxyHeader::XForwardedFor => (X_FORWARDED_FOR, |hop| node(hop.trim())),
            ProxyHeader::Forwarded => (FORWARDED.as_str(), |hop| node(forwarded(hop, "for")?)),
        };
        let mut client = peer.to_canonical();
        let values = headers.get_all(name).iter().rev();
        for hop in values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b',')) {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = std::str::from_utf8(hop).ok().and_then(read) else { break };
            client = address.to_canonical();
        }
        client
    }

    /// Whether a proxy at this address is believed about whom it speaks for.
    pub fn trusts(&self, proxy: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(proxy))
    }
}

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// An address, perhaps with a port: `192.0.2.43`, `192.0.2.43:4711`, `2001:db8::17`, `[2001:db8::17]:4711`.
fn node(text: &str) -> Option<IpAddr> {
    if let Some((address, _port)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return address.parse().map(IpAddr::V6).ok();
    }
    text.parse().ok().or_else(|| text.split_once(':')?.0.parse().map(IpAddr::V4).ok())
}

/// The value of a parameter in one element of a Forwarded header.
pub fn forwarded<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let mut parameters = element.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let (_, value) = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_contains_its_addresses_and_no_other() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
        ] {
            let parsed: Network = network.parse().expect(network);
            assert_eq!(parsed.to_string(), network);
            assert!(parsed.contains(address(inside)), "{network} {inside}");
            assert!(!parsed.contains(address(outside)), "{network} {outside}");
        }
        for wrong in
            ["", "10.0.0.0/33", "10.0.0.1/8", "::/129", "10.0.0.0/", "10.0.0.0/-1", "host", "::ffff:10.0.0.0/104"]
        {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_ipv6_subscriber_is_one_client() {
        let network = |text| Network::of_client(address(text));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    /// Who comes by these headers from an address, with proxies at 127.0.0.1 and in 10.0.0.0/8.
    fn client(peer: &str, proxy_header: ProxyHeader, headers: &[(&'static str, &[u8])]) -> String {
        let trusted_proxies = ["127.0.0.1", "10.0.0.0/8"].map(|network| network.parse().expect("a network")).to_vec();
        let config = Config { trusted_proxies, proxy_header, ..Config::default() };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value).expect("a value"));
        }
        config.client_address(address(peer), &map).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_the_client() {
        let client = |peer, values: &[&'static [u8]]| {
            let headers: Vec<_> = values.iter().map(|value| (X_FORWARDED_FOR, *value)).collect();
            client(peer, ProxyHeader::XForwardedFor, &headers)
        };
        assert_eq!(client("203.0.113.5", &[b"198.51.100.1"]), "203.0.113.5");
        assert_eq!(client("127.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &[b"6.6.6.6, 198.51.100.1, 10.0.0.7"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &[b"6.6.6.6, 198.51.100.1", b"10.0.0.7"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &[b"6.6.6.6, 198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &[b"2001:db8::17"]), "2001:db8::17");
        assert_eq!(client("127.0.0.1", &[b"[2001:db8::17]:4711"]), "2001:db8::17");
        // What a client writes before it hides nothing of what the proxy has added.
        assert_eq!(client("127.0.0.1", &[b"\xff, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &[b"\xff", b"198.51.100.1"]), "198.51.100.1");
        for nothing in [&b"nonsense"[..], b"198.51.100.1, \xff", b"198.51.100.1, 10.0.0.x", b":4711", b"[198.51.100.1"]
        {
            assert_eq!(client("127.0.0.1", &[nothing]), "127.0.0.1", "{nothing:?}");
        }
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn a_proxy_that_writes_forwarded_is_believed_about_that() {
        let client = |peer, values: &[&'static str]| {
            let headers: Vec<_> = values.iter().map(|value| (FORWARDED.as_str(), value.as_bytes())).collect();
            client(peer, ProxyHeader::Forwarded, &headers)
        };
        assert_eq!(client("203.0.113.5", &["for=198.51.100.1"]), "203.0.113.5");
        assert_eq!(client("127.0.0.1", &["for=198.51.100.1;proto=https"]), "198.51.100.1");
        assert_eq!(
            client("127.0.0.1", &["for=6.6.6.6, For=\"198.51.100.1:4711\"", "by=x; for=10.0.0.7"]),
            "198.51.100.1"
        );
        assert_eq!(client("127.0.0.1", &["for=\"[2001:db8::17]:4711\""]), "2001:db8::17");
        assert_eq!(client("127.0.0.1", &["for=\"6.6.6.6, for=198.51.100.1"]), "198.51.100.1", "an open quote");
        for hidden in ["for=unknown", "for=_gazonk", "proto=https", "", "for=\"[2001:db8::17\""] {
            assert_eq!(client("127.0.0.1", &[hidden]), "127.0.0.1", "{hidden}");
        }
    }

    #[test]
    fn the_header_that_the_proxy_does_not_write_is_anybodys() {
        let both: &[(_, &[u8])] = &[(X_FORWARDED_FOR, b"198.51.100.1"), (FORWARDED.as_str(), b"for=192.0.2.9")];
        assert_eq!(client("127.0.0.1", ProxyHeader::XForwardedFor, both), "198.51.100.1");
        assert_eq!(client("127.0.0.1", ProxyHeader::Forwarded, both), "192.0.2.9");
        assert_eq!(client("127.0.0.1", ProxyHeader::XForwardedFor, &both[1..]), "127.0.0.1");
        assert_eq!(client("127.0.0.1", ProxyHeader::Forwarded, &both[..1]), "127.0.0.1");
    }
}
