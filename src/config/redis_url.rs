//! Where the Redis of a cluster is reached.

use super::values::Kind;
use std::{fmt, ops::RangeInclusive};
use url::Url;

/// The address of a Redis server. It may hold a password, and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(Url);

impl RedisUrl {
    /// With everything that is in it.
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    /// What may be told: `redis.example.com:6379`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.0.host_str().unwrap_or_default(), self.0.port().unwrap_or(6379))
    }

    /// Whether a text has a password in it, as far as it is a URL.
    pub(super) fn shows_password(text: &str) -> bool {
        Url::parse(text).is_ok_and(|url| url.password().is_some())
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(hidden)")
    }
}

impl Kind for RedisUrl {
    const SECRET: bool = true;

    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        let number = url.path().trim_matches('/');
        let fits = ["redis", "rediss"].contains(&url.scheme())
            && url.host_str().is_some_and(|host| !host.is_empty())
            && (number.is_empty() || number.parse::<u16>().is_ok())
            && url.query().is_none()
            && url.fragment().is_none();
        fits.then_some(Self(url))
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "an address such as redis://127.0.0.1:6379, rediss://name:password@redis.example.com or redis://127.0.0.1/2"
            .to_owned()
    }

    fn written(&self) -> toml::Value {
        "hidden".into()
    }

    fn compared(&self) -> toml::Value {
        self.0.as_str().into()
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
        assert_eq!((url.place().as_str(), format!("{url:?}").contains("s3cret")), ("redis.example.com:6379", false));
        assert!(RedisUrl::shows_password("redis://:s3cret@here") && !RedisUrl::shows_password("redis://here:6379"));
    }

    #[test]
    fn what_is_no_redis_is_refused() {
        for text in ["", "redis", "http://here", "redis://", "redis://here/name", "redis://here?protocol=resp3"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
