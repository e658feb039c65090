//! Where people reach the server: an origin, and a path where the server shares it with others.

use super::domain::Domain;
use super::origin::Origin;
use super::values::Kind;
use std::ops::RangeInclusive;
use url::Url;

/// What the server itself calls something in its first folder. A path that began with it could not be told from a
/// request whose path the proxy took off.
const OWN: [&str; 11] =
    ["api", "assets", "healthz", "invite", "login", "metrics", "readyz", "reset", "rooms", "setup", "socket.io"];

/// An origin, perhaps with a path: `https://example.com/chat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: Origin,
    whole: String,
}

impl PublicUrl {
    /// Where a domain is served with HTTPS.
    pub fn of_domain(domain: &Domain) -> Self {
        let origin = Origin::of_domain(domain);
        Self { whole: origin.as_str().to_owned(), origin }
    }

    /// Without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// `/chat`, or nothing.
    pub fn path(&self) -> &str {
        &self.whole[self.origin.as_str().len()..]
    }

    /// Whether an address is one of this server's.
    pub fn contains(&self, url: &Url) -> bool {
        let below = url.path().strip_prefix(self.path());
        url.origin().ascii_serialization() == self.origin.as_str()
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Kind for PublicUrl {
    fn read(text: &str, within: &RangeInclusive<u64>) -> Option<Self> {
        let host = text.find("://")? + "://".len();
        let (origin, path) = text.split_at(text[host..].find('/').map_or(text.len(), |at| host + at));
        let origin = Origin::read(origin, within)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut folders = path.split('/').skip(1);
        let first = folders.clone().next();
        (folders.all(is_plain) && first.is_none_or(|first| !OWN.contains(&first)))
            .then(|| Self { whole: format!("{}{path}", origin.as_str()), origin })
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "http:// or https:// with a host, perhaps a port, and perhaps a path of letters, digits, '-', '_' and '.' that \
         begins with nothing that Maru serves itself, such as https://chat.example.com or https://example.com/chat"
            .to_owned()
    }

    fn written(&self) -> toml::Value {
        self.whole.as_str().into()
    }
}

/// What reads the same in an address, a cookie and a page, and leads nowhere else.
fn is_plain(folder: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !folder.is_empty() && folder.bytes().all(is_known) && !folder.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<PublicUrl> {
        PublicUrl::read(text, &(0..=0))
    }

    #[test]
    fn an_address_has_an_origin_and_perhaps_a_path() {
        for (text, whole, path) in [
            ("https://chat.example.com", "https://chat.example.com", ""),
            ("https://Chat.Example.com:443/", "https://chat.example.com", ""),
            ("https://example.com/chat", "https://example.com/chat", "/chat"),
            ("http://[::1]:8080/Team_1/maru.v2/", "http://[::1]:8080/Team_1/maru.v2", "/Team_1/maru.v2"),
            ("https://example.com/apis", "https://example.com/apis", "/apis"),
        ] {
            let url = read(text).expect(text);
            assert_eq!((url.as_str(), url.path()), (whole, path));
            assert_eq!(url.origin().as_str(), &whole[..whole.len() - path.len()]);
        }
    }

    #[test]
    fn a_path_that_can_be_misread_is_refused() {
        for text in [
            "",
            "/chat",
            "example.com/chat",
            "https:///chat",
            "ftp://example.com/chat",
            "https://me@example.com/chat",
            "https://example.com/chat?q",
            "https://example.com/chat#x",
            "https://example.com//",
            "https://example.com//chat",
            "https://example.com/chat//",
            "https://example.com/.",
            "https://example.com/chat/../x",
            "https://example.com/%63hat",
            "https://example.com/ch at",
            "https://example.com/\"chat",
            "https://example.com/chat;x",
            "https://example.com/대화",
            "https://example.com/api",
            "https://example.com/rooms/chat",
            "https://example.com/socket.io",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_lies_beside_the_path_is_not_ours() {
        let url = read("https://example.com/chat").expect("an address");
        for (address, ours) in [
            ("https://example.com/chat", true),
            ("https://example.com/chat/rooms/1?x#y", true),
            ("https://example.com/chatter", false),
            ("https://example.com/", false),
            ("http://example.com/chat/", false),
            ("https://example.com:8443/chat/", false),
        ] {
            assert_eq!(url.contains(&Url::parse(address).expect(address)), ours, "{address}");
        }
        assert!(read("https://example.com").expect("it").contains(&Url::parse("https://example.com/a").expect("it")));
    }
}
