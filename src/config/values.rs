//! The kinds of value that a setting may have: how each is read, what it allows, how it is written.

use super::{
    duration::{format_duration, parse_duration},
    network::Network,
};
use std::{fmt, net::SocketAddr, num::NonZeroU32, ops::RangeInclusive, path::PathBuf, time::Duration};

/// A value that can be set from text. Lists are separated by commas.
pub(super) trait Setting {
    /// Takes the text over. False, and nothing changed, when it is not allowed.
    fn set(&mut self, text: &str, within: &RangeInclusive<u64>) -> bool;

    /// What `set` accepts, as the end of the sentence "allowed is …".
    fn allowed(&self, within: &RangeInclusive<u64>) -> String;

    /// The value in TOML; none when it is not set.
    fn written(&self) -> Option<toml::Value>;

    /// As `written`, with what is in secrets: to be compared, never shown.
    fn compared(&self) -> Option<toml::Value>;

    fn is_list(&self) -> bool {
        false
    }

    fn is_secret(&self) -> bool {
        false
    }
}

/// A kind of value from which plain, optional and listed settings are made.
pub(super) trait Kind: Sized {
    /// What `none` of an optional setting is called, where it has a word.
    const NONE: Option<&'static str> = None;
    const SECRET: bool = false;

    fn read(text: &str, within: &RangeInclusive<u64>) -> Option<Self>;
    fn allowed(within: &RangeInclusive<u64>) -> String;
    fn written(&self) -> toml::Value;

    fn compared(&self) -> toml::Value {
        self.written()
    }
}

impl<T: Kind> Setting for T {
    fn set(&mut self, text: &str, within: &RangeInclusive<u64>) -> bool {
        T::read(text, within).map(|value| *self = value).is_some()
    }

    fn allowed(&self, within: &RangeInclusive<u64>) -> String {
        T::allowed(within)
    }

    fn written(&self) -> Option<toml::Value> {
        Some(T::written(self))
    }

    fn compared(&self) -> Option<toml::Value> {
        Some(T::compared(self))
    }

    fn is_secret(&self) -> bool {
        T::SECRET
    }
}

impl<T: Kind> Setting for Option<T> {
    fn set(&mut self, text: &str, within: &RangeInclusive<u64>) -> bool {
        if T::NONE == Some(text) {
            *self = None;
            return true;
        }
        T::read(text, within).map(|value| *self = Some(value)).is_some()
    }

    fn allowed(&self, within: &RangeInclusive<u64>) -> String {
        match T::NONE {
            Some(word) => format!("{}, or {word}", T::allowed(within)),
            None => T::allowed(within),
        }
    }

    fn written(&self) -> Option<toml::Value> {
        match self {
            Some(value) => Some(value.written()),
            None => T::NONE.map(toml::Value::from),
        }
    }

    fn compared(&self) -> Option<toml::Value> {
        self.as_ref().map(T::compared)
    }

    fn is_secret(&self) -> bool {
        T::SECRET
    }
}

impl<T: Kind> Setting for Vec<T> {
    fn set(&mut self, text: &str, within: &RangeInclusive<u64>) -> bool {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| T::read(item, within)).collect::<Option<_>>().map(|list| *self = list).is_some()
    }

    fn allowed(&self, within: &RangeInclusive<u64>) -> String {
        format!("a list, each item {}", T::allowed(within))
    }

    fn written(&self) -> Option<toml::Value> {
        Some(toml::Value::Array(self.iter().map(T::written).collect()))
    }

    fn compared(&self) -> Option<toml::Value> {
        Some(toml::Value::Array(self.iter().map(T::compared).collect()))
    }

    fn is_list(&self) -> bool {
        true
    }
}

impl Kind for SocketAddr {
    const NONE: Option<&'static str> = Some("off");

    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        text.parse().ok()
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.to_string().into()
    }
}

impl Kind for PathBuf {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        (!text.is_empty()).then(|| Self::from(text))
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "a path".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.display().to_string().into()
    }
}

impl Kind for NonZeroU32 {
    const NONE: Option<&'static str> = Some("unlimited");

    fn read(text: &str, within: &RangeInclusive<u64>) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| within.contains(&number.get().into()))
    }

    fn allowed(within: &RangeInclusive<u64>) -> String {
        format!("a whole number from {} to {}", within.start(), within.end())
    }

    fn written(&self) -> toml::Value {
        i64::from(self.get()).into()
    }
}

impl Kind for bool {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        text.parse().ok()
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "true or false".to_owned()
    }

    fn written(&self) -> toml::Value {
        (*self).into()
    }
}

impl Kind for Duration {
    const NONE: Option<&'static str> = Some("off");

    fn read(text: &str, within: &RangeInclusive<u64>) -> Option<Self> {
        parse_duration(text).filter(|duration| within.contains(&duration.as_secs()))
    }

    fn allowed(within: &RangeInclusive<u64>) -> String {
        let [least, most] = [*within.start(), *within.end()].map(|seconds| format_duration(Self::from_secs(seconds)));
        format!("a duration from {least} to {most}, such as 30s, 15m, 12h or 7d")
    }

    fn written(&self) -> toml::Value {
        format_duration(*self).into()
    }
}

impl Kind for Network {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        text.parse().ok()
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.to_string().into()
    }
}

/// A name that somebody else gave.
impl Kind for String {
    fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
        let fits = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        fits.then(|| text.to_owned())
    }

    fn allowed(_: &RangeInclusive<u64>) -> String {
        "text without blanks".to_owned()
    }

    fn written(&self) -> toml::Value {
        self.as_str().into()
    }
}

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The range is that of its characters.
impl Kind for Secret {
    const SECRET: bool = true;

    fn read(text: &str, within: &RangeInclusive<u64>) -> Option<Self> {
        let long = text.split_whitespace().all(|secret| within.contains(&(secret.chars().count() as u64)));
        (long && !text.trim().is_empty()).then(|| Self(text.to_owned()))
    }

    fn allowed(within: &RangeInclusive<u64>) -> String {
        format!("at least {} characters without blanks for each secret", within.start())
    }

    fn written(&self) -> toml::Value {
        "hidden".into()
    }

    fn compared(&self) -> toml::Value {
        self.0.as_str().into()
    }
}

macro_rules! choices {
    ($($(#[$doc:meta])+ pub enum $name:ident { $($choice:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($choice),+ }

        impl $name {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$choice => $word),+ }
            }
        }

        impl Kind for $name {
            fn read(text: &str, _: &RangeInclusive<u64>) -> Option<Self> {
                match text { $($word => Some(Self::$choice),)+ _ => None }
            }

            fn allowed(_: &RangeInclusive<u64>) -> String {
                format!("one of {}", [$($word),+].join(", "))
            }

            fn written(&self) -> toml::Value {
                self.as_str().into()
            }
        }
    )+};
}

choices! {
    /// In which header proxies say for whom they ask.
    pub enum ProxyHeader { XForwardedFor = "x-forwarded-for", Forwarded = "forwarded", }
    /// Who may make an account.
    pub enum Registration { Invite = "invite", Open = "open", Closed = "closed", }
    /// How log lines are written.
    pub enum LogFormat { Text = "text", Json = "json", }
    /// The least important log lines that are written.
    pub enum LogLevel { Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace", }
}
