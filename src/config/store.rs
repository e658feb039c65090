//! Where files are kept: in the data folder, or in a bucket that speaks Amazon S3's API.

use super::values::Kind;
use std::ops::RangeInclusive;

const LOCAL: &str = "local";
const SCHEME: &str = "s3://";
/// Characters of a bucket's name.
const NAME: RangeInclusive<usize> = 3..=63;

/// Where contents are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// In the data folder.
    Local,
    Bucket {
        bucket: String,
        /// What keys begin with, without a slash at either end; perhaps empty.
        prefix: String,
    },
}

impl Kind for Store {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        if text == LOCAL {
            return Some(Self::Local);
        }
        let place = text.strip_prefix(SCHEME)?.trim_end_matches('/');
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let plain = |character: char| character.is_ascii_alphanumeric() || ".-_".contains(character);
        let fits = NAME.contains(&bucket.len()) && bucket.chars().all(plain);
        // A prefix is part of every key: it has only what no server treats in a way of its own.
        let part = |part: &str| !part.is_empty() && ![".", ".."].contains(&part) && part.chars().all(plain);
        let clean = prefix.is_empty() || prefix.split('/').all(part);
        (fits && clean).then(|| Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        format!(
            "{LOCAL}, or a bucket and perhaps a prefix of letters, digits, dots, dashes and underscores, such as s3://team-files/maru"
        )
    }

    fn written(&self) -> toml::Value {
        self.to_string().into()
    }
}

impl std::fmt::Display for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local => f.write_str(LOCAL),
            Self::Bucket { bucket, prefix } if prefix.is_empty() => write!(f, "{SCHEME}{bucket}"),
            Self::Bucket { bucket, prefix } => write!(f, "{SCHEME}{bucket}/{prefix}"),
        }
    }
}

/// Where a service is reached: a URL of `http` or `https`, with a path or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Where Let's Encrypt begins.
    pub fn lets_encrypt() -> Self {
        Self("https://acme-v02.api.letsencrypt.org/directory".to_owned())
    }

    /// Without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl Kind for Endpoint {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        let uri: hyper::Uri = text.parse().ok()?;
        let known = ["http", "https"].contains(&uri.scheme_str()?);
        let host = uri.host().is_some_and(|host| !host.is_empty());
        // A name and a password do not belong into what is printed.
        let bare = uri.query().is_none() && !text.contains(['@', '#']);
        (known && host && bare).then(|| Self(text.trim_end_matches('/').to_owned()))
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "a URL of http:// or https:// without a name or a query, such as https://s3.eu-central-1.example.com".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.0.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_the_folder_or_a_bucket_with_a_clean_prefix() {
        let read = |text: &str| Store::read(text, &(0..=0));
        assert_eq!(read("local"), Some(Store::Local));
        for (text, bucket, prefix) in [
            ("s3://files", "files", ""),
            ("s3://files/", "files", ""),
            ("s3://team.files/a/b_c/", "team.files", "a/b_c"),
        ] {
            let expected = Store::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() };
            assert_eq!(read(text), Some(expected.clone()), "{text}");
            assert_eq!(read(&expected.to_string()), Some(expected), "what is printed is read back");
        }
        for wrong in
            ["", "Local", "files", "s3://", "s3://ab", "s3:///x", "s3://a b c", "s3://files//x", "s3://files/../x"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_endpoint_is_a_url_without_a_secret() {
        let read = |text: &str| Endpoint::read(text, &(0..=0));
        for (text, kept) in [
            ("https://s3.example.com", "https://s3.example.com"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
            ("https://x.example.com/storage/v1/s3", "https://x.example.com/storage/v1/s3"),
        ] {
            assert_eq!(read(text).expect(text).as_str(), kept);
        }
        for wrong in
            ["", "s3.example.com", "ftp://a.example", "https://", "https://me:secret@a.example", "https://a.example?x"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
