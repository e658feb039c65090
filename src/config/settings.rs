//! The one table of settings: the structs, their defaults, their names in file and environment, and their limits.

use super::{
    destination::Destination,
    network::Network,
    origin::Origin,
    size::ByteSize,
    store::{Endpoint, Store},
    values::{LogFormat, LogLevel, Registration, Secret, Setting},
};
use std::{net::SocketAddr, num::NonZeroU32, ops::RangeInclusive, path::PathBuf, time::Duration};

/// One setting as file, environment and `maru config` see it.
pub(super) struct Key {
    /// As in the file, with the section: `limits.sends_burst`.
    pub name: &'static str,
    pub about: &'static str,
    /// The range of a number, or of a duration in seconds.
    pub within: RangeInclusive<u64>,
    pub field: for<'a> fn(&'a mut Config) -> &'a mut dyn Setting,
}

const ANY: RangeInclusive<u64> = 0..=u64::MAX;
const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;
const RATE: RangeInclusive<u64> = 1..=1_000_000;
const SIZE: RangeInclusive<u64> = 0..=1 << 50;
/// Characters of a secret that we ask for: 128 bits fit in whichever way they are written.
const SECRET: RangeInclusive<u64> = 32..=u64::MAX;
/// Characters of a secret that another service gave.
const GIVEN: RangeInclusive<u64> = 1..=u64::MAX;

macro_rules! range {
    () => {
        ANY
    };
    ($within:expr) => {
        $within
    };
}

/// Declares a struct of settings, its defaults and its keys. `at` says how the struct is reached from `Config`,
/// `prefix` how its keys begin; what stands in `also` is no setting itself.
macro_rules! settings {
    (
        $(#[doc = $about:literal])+
        pub struct $group:ident, keys $keys:ident, prefix $prefix:literal, at $at:path, also { $($also:tt)* } {
            $($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr $(, within $within:expr)?;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $group {
            $($(#[doc = $doc])+ pub $name: $type,)+
            $($also)*
        }

        pub(super) static $keys: &[Key] = &[$(Key {
            name: concat!($prefix, stringify!($name)),
            about: concat!($($doc, "\n"),+),
            within: range!($($within)?),
            field: |config| &mut $at(config).$name,
        }),+];

        settings!(@default $group, [$($name = $default;)+], $($also)*);
    };
    (@default $group:ident, [$($name:ident = $default:expr;)+], $($(#[$attribute:meta])* pub $also:ident: $type:ty,)*) => {
        impl Default for $group {
            fn default() -> Self {
                Self { $($name: $default,)+ $($also: <$type>::default(),)* }
            }
        }
    };
}

settings! {
    /// Everything that an operator may decide, checked.
    pub struct Config, keys GENERAL, prefix "", at whole, also {
        /// What one person, bot or address may do; the `[limits]` section.
        pub limits: Limits,
        /// What may be uploaded; the `[files]` section.
        pub files: Files,
        /// Backups that are made by themselves; the `[backup]` section.
        pub backup: Backup,
    } {
        /// The address and port to serve on. Port 0 takes a free one.
        listen: SocketAddr = SocketAddr::from(([0, 0, 0, 0], 8080));
        /// The folder that holds everything: database, files, keys. Made at the first start.
        data_dir: PathBuf = PathBuf::from("./maru-data");
        /// Where people reach the server, for links and for the origin check. Without it, what the browser asked for.
        public_url: Option<Origin> = None;
        /// Further web pages that may call the API and open sockets from a browser (CORS).
        trusted_origins: Vec<Origin> = Vec::new();
        /// Reverse proxies whose X-Forwarded-For is believed.
        trusted_proxies: Vec<Network> = Vec::new();
        /// Who may make an account: whoever holds an invite, anybody, or nobody.
        registration: Registration = Registration::Invite;
        /// How long an access token is good for.
        access_token_lifetime: Duration = Duration::from_secs(15 * MINUTE), within 1..=DAY;
        /// How long a login lasts that is not used.
        session_lifetime: Duration = Duration::from_secs(60 * DAY), within 1..=3650 * DAY;
        /// How many connections one person may have; the oldest one beyond that is closed.
        connections_per_user: Option<NonZeroU32> = None, within 1..=100_000;
        /// Whether people see who has read what. Each may switch it off for themselves.
        read_receipts: bool = true;
        /// Whether the server looks up the links in messages, to show what is behind them.
        link_previews: bool = true;
        /// Places in one's own network that are looked up as well; without it only public addresses are.
        link_preview_allow: Vec<Destination> = Vec::new();
        /// Secrets that sign tokens, separated by blanks: the first signs, all are believed. Without it a key file in
        /// the data folder is made and used.
        signing_key: Option<Secret> = None, within SECRET;
        /// How log lines are written.
        log_format: LogFormat = LogFormat::Text;
        /// The least important log lines that are written.
        log_level: LogLevel = LogLevel::Info;
        /// Where /metrics (Prometheus) is served, for whoever reaches that address.
        metrics_listen: Option<SocketAddr> = None;
    }
}

settings! {
    /// What one person, bot or address may do. Rates refill evenly; a burst is what may come at once.
    pub struct Limits, keys LIMITS, prefix "limits.", at limits, also {} {
        /// Events of one person each second, of any kind.
        events_per_second: NonZeroU32 = count(100), within RATE;
        /// Events of one person at once.
        events_burst: NonZeroU32 = count(300), within RATE;
        /// Messages that one person sends each second.
        sends_per_second: NonZeroU32 = count(30), within RATE;
        /// Messages that one person sends at once.
        sends_burst: NonZeroU32 = count(100), within RATE;
        /// Searches of one person each second.
        searches_per_second: NonZeroU32 = count(30), within RATE;
        /// Searches of one person at once.
        searches_burst: NonZeroU32 = count(300), within RATE;
        /// Files, thumbnails and avatars that one person, or one bot, asks for each second.
        files_per_second: NonZeroU32 = count(200), within RATE;
        /// Files, thumbnails and avatars that one person, or one bot, asks for at once.
        files_burst: NonZeroU32 = count(2_000), within RATE;
        /// Chunks each second for one message that grows while it is written.
        stream_chunks_per_second: NonZeroU32 = count(200), within RATE;
        /// Characters of one such message.
        stream_chars: NonZeroU32 = count(16_000), within 1..=100_000;
        /// Such messages that one person writes at the same time.
        open_streams: NonZeroU32 = count(4), within 1..=1_000;
        /// Such messages that one bot writes at the same time.
        bot_open_streams: NonZeroU32 = count(64), within 1..=10_000;
        /// How long the sender of such a message may be gone before it is ended.
        stream_lost_after: Duration = Duration::from_secs(30), within 1..=DAY;
        /// How long such a message may stand still before it is ended.
        stream_idle_after: Duration = Duration::from_secs(10 * MINUTE), within 1..=DAY;
        /// Events of one bot each second.
        bot_events_per_second: NonZeroU32 = count(300), within RATE;
        /// Events of one bot at once.
        bot_events_burst: NonZeroU32 = count(900), within RATE;
        /// Messages that one bot sends each second.
        bot_sends_per_second: NonZeroU32 = count(100), within RATE;
        /// Messages that one bot sends at once.
        bot_sends_burst: NonZeroU32 = count(300), within RATE;
        /// Searches of one bot each second.
        bot_searches_per_second: NonZeroU32 = count(30), within RATE;
        /// Searches of one bot at once.
        bot_searches_burst: NonZeroU32 = count(300), within RATE;
        /// Connections from one address (an IPv6 /64 counts as one).
        connections_per_address: NonZeroU32 = count(2_000), within RATE;
        /// Rooms that one person may make.
        rooms_per_user: NonZeroU32 = count(1_000), within RATE;
        /// The largest room that can be mentioned as a whole, with @room or @here, by its owner or an administrator.
        group_mentions: NonZeroU32 = count(5_000), within RATE;
        /// The largest room that any member of it can mention as a whole.
        group_mentions_by_members: NonZeroU32 = count(100), within RATE;
        /// Wrong passwords for one account from one address within failed_login_window; ten times that from everywhere.
        failed_logins_per_account: NonZeroU32 = count(10), within 1..=10_000;
        /// Wrong passwords from one address within failed_login_window, for whatever accounts.
        failed_logins_per_address: NonZeroU32 = count(100), within 1..=1_000_000;
        /// Accounts that may be made from one address each hour, where registration is open.
        registrations_per_address: NonZeroU32 = count(30), within RATE;
        /// The time after which failed logins are forgotten.
        failed_login_window: Duration = Duration::from_secs(15 * MINUTE), within 1..=DAY;
    }
}

settings! {
    /// What may be uploaded, and how much room that may take.
    pub struct Files, keys FILES, prefix "files.", at files, also {} {
        /// The largest file.
        largest: ByteSize = ByteSize::gib(4), within 1..=1 << 50;
        /// What the files of one person may take together.
        per_person: Option<ByteSize> = Some(ByteSize::gib(50)), within SIZE;
        /// What all files may take together.
        total: Option<ByteSize> = None, within SIZE;
        /// What uploads leave free on the disk of the data folder, so that messages can always be written.
        keep_free: ByteSize = ByteSize::gib(1), within SIZE;
        /// Uploads of one person that are not finished.
        unfinished_per_person: NonZeroU32 = count(200), within 1..=10_000;
        /// How long a file is kept that is not finished, or is in no message.
        unsent_for: Duration = Duration::from_secs(DAY), within 1..=365 * DAY;
        /// Where files are kept: in the data folder, or in a bucket that speaks Amazon S3's API.
        store: Store = Store::Local;
        /// Where the bucket's service is reached. Without it, Amazon.
        s3_endpoint: Option<Endpoint> = None;
        /// The region of the bucket; services that have none take any.
        s3_region: String = "us-east-1".to_owned();
        /// The name of the key that may read, write and delete in the bucket.
        s3_access_key_id: Option<String> = None;
        /// The secret of that key.
        s3_secret_access_key: Option<Secret> = None, within GIVEN;
        /// Whether the host of s3_endpoint names the bucket already, as https://bucket.oss.example.com does.
        s3_endpoint_names_bucket: bool = false;
    }
}

settings! {
    /// Backups that the server makes by itself.
    pub struct Backup, keys BACKUP, prefix "backup.", at backup, also {} {
        /// The folder that backups are put into, better on another disk. Without it none are made by themselves.
        dir: Option<PathBuf> = None;
        /// How often one is made.
        every: Duration = Duration::from_secs(DAY), within 1..=30 * DAY;
        /// How many are kept; older ones are removed once a newer one was proven good.
        keep: NonZeroU32 = count(14), within 1..=10_000;
    }
}

/// All settings, in the order in which they are printed.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    GENERAL.iter().chain(LIMITS).chain(FILES).chain(BACKUP)
}

fn files(config: &mut Config) -> &mut Files {
    &mut config.files
}

fn backup(config: &mut Config) -> &mut Backup {
    &mut config.backup
}

fn whole(config: &mut Config) -> &mut Config {
    config
}

fn limits(config: &mut Config) -> &mut Limits {
    &mut config.limits
}

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

/// The rates of one person or one bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub events: Rate,
    pub sends: Rate,
    pub searches: Rate,
    /// Of all messages that are streamed together.
    pub chunks: Rate,
    /// That are asked for.
    pub files: Rate,
    pub open_streams: NonZeroU32,
}

impl Limits {
    pub fn of_a_person(&self) -> Rates {
        Rates {
            events: Rate { per_second: self.events_per_second, burst: self.events_burst },
            sends: Rate { per_second: self.sends_per_second, burst: self.sends_burst },
            searches: Rate { per_second: self.searches_per_second, burst: self.searches_burst },
            chunks: self.chunks(self.open_streams),
            files: self.files(),
            open_streams: self.open_streams,
        }
    }

    pub fn of_a_bot(&self) -> Rates {
        Rates {
            events: Rate { per_second: self.bot_events_per_second, burst: self.bot_events_burst },
            sends: Rate { per_second: self.bot_sends_per_second, burst: self.bot_sends_burst },
            searches: Rate { per_second: self.bot_searches_per_second, burst: self.bot_searches_burst },
            chunks: self.chunks(self.bot_open_streams),
            files: self.files(),
            open_streams: self.bot_open_streams,
        }
    }

    fn files(&self) -> Rate {
        Rate { per_second: self.files_per_second, burst: self.files_burst }
    }

    fn chunks(&self, streams: NonZeroU32) -> Rate {
        let per_second = self.stream_chunks_per_second.saturating_mul(streams);
        Rate { per_second, burst: per_second }
    }
}
