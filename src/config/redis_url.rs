//! Where the Redis of a cluster is reached.

use super::values::Kind;
use std::{fmt, ops::RangeInclusive};
use url::Url;

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;
/// In the address of a Redis whose place only the sentinels know.
const SOMEWHERE: &str = "somewhere";

/// The address of a Redis server, or of the sentinels that know it. It may hold a password, and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl {
    /// Behind sentinels, all of it but the place.
    url: Url,
    sentinels: Option<Sentinels>,
}

/// Who knows where a Redis is.
#[derive(Clone, PartialEq, Eq)]
pub struct Sentinels {
    /// Hosts, IPv6 in brackets, with ports.
    pub places: Vec<(String, u16)>,
    /// What they call it.
    pub master: String,
}

impl RedisUrl {
    /// With everything that is in it; behind sentinels, without a place.
    pub fn expose(&self) -> &str {
        self.url.as_str()
    }

    pub fn sentinels(&self) -> Option<&Sentinels> {
        self.sentinels.as_ref()
    }

    /// The same at another place, where it can be one.
    pub fn at(&self, host: &str, port: u16) -> Option<Self> {
        let mut url = self.url.clone();
        let is_bare_ipv6 = host.contains(':') && !host.starts_with('[');
        let host = if is_bare_ipv6 { format!("[{host}]") } else { host.to_owned() };
        url.set_host(Some(&host)).ok()?;
        url.set_port(Some(port)).ok()?;
        Some(Self { url, sentinels: None })
    }

    /// Who is at a sentinel's place: as well encrypted as the Redis, without its name and password.
    pub fn sentinel_at(&self, host: &str, port: u16) -> String {
        format!("{}://{host}:{port}", self.url.scheme())
    }

    /// What may be told: `redis.example.com:6379`, or `redis.example.com:6379/2`.
    pub fn place(&self) -> String {
        match &self.sentinels {
            Some(Sentinels { places, master }) => {
                let places: Vec<String> = places.iter().map(|(host, port)| format!("{host}:{port}")).collect();
                format!("{master} (of the sentinels {})", places.join(", "))
            }
            None => {
                let database = self.url.path().trim_matches('/').trim_start_matches('0');
                let database = if database.is_empty() { String::new() } else { format!("/{database}") };
                format!("{}:{}{database}", self.url.host_str().unwrap_or_default(), self.url.port().unwrap_or(PORT))
            }
        }
    }

    /// Whether a text has a password in it, as far as it is a URL.
    pub(super) fn shows_password(text: &str) -> bool {
        let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or(authority);
        authority.rsplit_once('@').is_some_and(|(credentials, _)| credentials.contains(':'))
    }

    fn behind_sentinels(scheme: &str, rest: &str) -> Option<Self> {
        let (authority, path) = rest.split_once('/')?;
        let (credentials, places) = match authority.rsplit_once('@') {
            Some((credentials, places)) => (format!("{credentials}@"), places),
            None => (String::new(), authority),
        };
        let (master, database) = path.split_once('/').unwrap_or((path, ""));
        let is_name = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        if master.is_empty() || !master.chars().all(is_name) {
            return None;
        }
        let places = places.split(',').map(|place| {
            let url = plain(&format!("redis://{place}"))?;
            let is_place = url.username().is_empty() && url.password().is_none() && url.path().is_empty();
            is_place.then(|| Some((url.host_str()?.to_owned(), url.port().unwrap_or(SENTINEL_PORT))))?
        });
        let sentinels = Sentinels { places: places.collect::<Option<_>>()?, master: master.to_owned() };
        let url = plain(&format!("{scheme}://{credentials}{SOMEWHERE}/{database}"))?;
        Some(Self { url, sentinels: Some(sentinels) })
    }
}

/// The address of one server.
fn plain(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let number = url.path().trim_matches('/');
    let fits = ["redis", "rediss"].contains(&url.scheme())
        && url.host_str().is_some_and(|host| !host.is_empty())
        && (number.is_empty() || number.parse::<u16>().is_ok())
        && url.query().is_none()
        && url.fragment().is_none();
    fits.then_some(url)
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(hidden)")
    }
}

impl Kind for RedisUrl {
    const SECRET: bool = true;

    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        let text = text.trim();
        match text.split_once("+sentinel://") {
            Some((scheme, rest)) => Self::behind_sentinels(scheme, rest),
            None => plain(text).map(|url| Self { url, sentinels: None }),
        }
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "an address such as redis://127.0.0.1:6379, rediss://name:password@redis.example.com, redis://127.0.0.1/2 or \
         redis+sentinel://one.example.com,two.example.com:26379/maru"
            .to_owned()
    }

    fn written(&self) -> toml::Value {
        "hidden".into()
    }

    fn compared(&self) -> toml::Value {
        format!("{} {}", self.place(), self.url).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<RedisUrl> {
        RedisUrl::read(text, &(0..=0))
    }

    #[test]
    fn an_address_is_told_without_its_password() {
        let url = read("rediss://maru:s3cret@redis.example.com/2").unwrap();
        assert_eq!((url.place().as_str(), format!("{url:?}").contains("s3cret")), ("redis.example.com:6379/2", false));
        for text in ["redis://:s3cret@here", "redis+sentinel://maru:s3cret@one,two:1/name", ":s3cret@here"] {
            assert!(RedisUrl::shows_password(text), "{text}");
        }
        for text in ["redis://here:6379", "redis+sentinel://one:1,two:2/name"] {
            assert!(!RedisUrl::shows_password(text), "{text}");
        }
    }

    #[test]
    fn sentinels_are_asked_for_the_place_of_a_redis_with_its_name_password_and_database() {
        let url = read("rediss+sentinel://maru:s3cret@one,[::1]:7/team/2").unwrap();
        let known = url.sentinels().unwrap();
        assert_eq!((known.master.as_str(), known.places.len()), ("team", 2));
        assert_eq!(known.places, [("one".to_owned(), 26379), ("[::1]".to_owned(), 7)]);
        assert_eq!(url.sentinel_at("one", 26379), "rediss://one:26379");
        assert_eq!(url.place(), "team (of the sentinels one:26379, [::1]:7)");
        for (host, expected) in
            [("10.0.0.7", "rediss://maru:s3cret@10.0.0.7:6380/2"), ("fe80::1", "rediss://maru:s3cret@[fe80::1]:6380/2")]
        {
            assert_eq!(url.at(host, 6380).unwrap().expose(), expected);
        }
    }

    #[test]
    fn what_is_no_redis_is_refused() {
        let texts = ["", "redis", "http://here", "redis://", "redis://here/name", "redis://here?protocol=resp3"];
        let behind = [
            "redis+sentinel://one",
            "redis+sentinel://one/",
            "redis+sentinel://one,/name",
            "redis+sentinel://one/name/two",
            "http+sentinel://one/name",
            "redis+sentinel://one/na me",
        ];
        for text in texts.iter().chain(&behind) {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
