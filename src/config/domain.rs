//! Names under which the server is reached.

use super::values::Kind;
use std::fmt;
use std::ops::RangeInclusive;

/// A domain name, in lower case: `chat.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain(String);

impl Domain {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Kind for Domain {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let is_label = |label: &str| {
            let plain = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
        };
        // The last part of an address is a number, that of a name is not.
        let top = text.rsplit('.').next().is_some_and(|top| top.bytes().any(|byte| byte.is_ascii_lowercase()));
        let is_name = text.len() <= 253 && text.contains('.') && text.split('.').all(is_label) && top;
        is_name.then_some(Self(text))
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "a domain name, such as chat.example.com; one with other letters in its form that begins with xn--".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.0.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_with_a_dot_and_no_address() {
        let read = |text: &str| Domain::read(text, &(0..=0));
        for (text, kept) in [
            ("chat.example.com", "chat.example.com"),
            ("Chat.Example.COM", "chat.example.com"),
            ("xn--hh0bt7b.example", "xn--hh0bt7b.example"),
            ("4.chat.example2", "4.chat.example2"),
        ] {
            assert_eq!(read(text).expect(text).as_str(), kept);
        }
        let long = format!("{}.example.com", "a".repeat(64));
        for wrong in [
            "",
            "localhost",
            "chat.",
            ".example",
            "a..b",
            "192.0.2.1",
            "*.example.com",
            "-a.example",
            "a-.example",
            "https://chat.example.com",
            "chat.example.com:443",
            "채팅.example",
            "a b.example",
            "chat_1.example",
            &long,
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
