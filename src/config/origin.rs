//! Web origins: the server's own address, and whose pages may call it.

use super::domain::Domain;
use super::values::Kind;
use std::ops::RangeInclusive;

/// Where a page comes from: scheme, host and port, as browsers send it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Where a domain is served with HTTPS.
    pub fn of_domain(domain: &Domain) -> Self {
        Self(format!("https://{domain}"))
    }

    /// Without a slash at the end: `https://chat.example.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// A name or an address; that of IPv6 without its brackets.
    pub fn host(&self) -> &str {
        self.authority().0.trim_matches(['[', ']'])
    }

    /// None where it is the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.authority().1
    }

    fn authority(&self) -> (&str, Option<u16>) {
        let authority = self.0.split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
            Some((host, port)) => (host, port.parse().ok()),
            None => (authority, None),
        }
    }
}

impl Kind for Origin {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        let uri: hyper::Uri = text.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let default_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let bare = uri.path() == "/" && uri.query().is_none() && !text.contains(['@', '*', '#']);
        let port = authority.as_str().strip_prefix(authority.host())?;
        if !bare
            || authority.host().is_empty()
            || (!port.is_empty() && authority.port_u16().is_none_or(|port| port == 0))
        {
            return None;
        }
        let host = authority.host().to_ascii_lowercase();
        Some(Self(match authority.port_u16().filter(|port| *port != default_port) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "http:// or https:// with a host and perhaps a port, and no path, such as https://chat.example.com".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.0.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Origin> {
        Origin::read(text, &(0..=0))
    }

    #[test]
    fn an_origin_is_kept_as_browsers_send_it() {
        for (text, origin, host, port) in [
            ("https://chat.example.com", "https://chat.example.com", "chat.example.com", None),
            ("https://Chat.Example.com/", "https://chat.example.com", "chat.example.com", None),
            ("https://chat.example.com:443", "https://chat.example.com", "chat.example.com", None),
            ("http://localhost:8080", "http://localhost:8080", "localhost", Some(8080)),
            ("http://localhost:443", "http://localhost:443", "localhost", Some(443)),
            ("http://[::1]:8080", "http://[::1]:8080", "::1", Some(8080)),
            ("https://[2001:db8::1]", "https://[2001:db8::1]", "2001:db8::1", None),
        ] {
            let read = read(text).expect(text);
            assert_eq!((read.as_str(), read.host(), read.port()), (origin, host, port));
        }
    }

    #[test]
    fn what_browsers_never_send_is_refused() {
        for text in [
            "",
            "*",
            "null",
            "localhost",
            "localhost:8080",
            "//a.example",
            "ftp://a.example",
            "https://",
            "https://*.a.example",
            "https://a.example/chat",
            "https://a.example/?q",
            "https://a.example#x",
            "https://me@a.example",
            "https://a.example:",
            "https://a.example:0",
            "https://a.example:99999",
            "https://a b",
            "https://채팅.example",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
