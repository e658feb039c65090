//! The one table of settings: the structs, their defaults, their names in file and environment, and their limits.

use super::{
    destination::Destination,
    domain::Domain,
    network::Network,
    origin::Origin,
    public_url::PublicUrl,
    redis_url::RedisUrl,
    size::ByteSize,
    store::{Endpoint, Store},
    values::{LogFormat, LogLevel, ProxyHeader, Registration, Secret, Setting},
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
        /// How HTTPS is served; the `[tls]` section.
        pub tls: Tls,
        /// Where certificates come from; the `[acme]` section.
        pub acme: Acme,
    } {
        /// The address and port to serve on. Port 0 takes a free one. With HTTPS, 0.0.0.0:443 unless it is set.
        listen: SocketAddr = SocketAddr::from(([0, 0, 0, 0], 8080));
        /// The names under which people reach the server, the first one before all. Certificates for them are fetched
        /// and renewed, and HTTPS is served. Without it, and without certificates of your own, HTTP is.
        domain: Vec<Domain> = Vec::new();
        /// The folder that holds everything: database, files, keys. Made at the first start.
        data_dir: PathBuf = PathBuf::from("./maru-data");
        /// The Redis of a cluster: servers that share the data folder and this Redis are one. It begins with redis:// or,
        /// encrypted, rediss://, perhaps with a name, a password and the number of a database; or, where sentinels know it,
        /// redis+sentinel:// with their places and what they call it.
        redis: Option<RedisUrl> = None;
        /// Where people reach the server, for links and for the origin check; with a path where it is reached below one.
        /// Without it, the first domain, or what the browser asked for.
        public_url: Option<PublicUrl> = None;
        /// Further web pages that may call the API and open sockets from a browser (CORS).
        trusted_origins: Vec<Origin> = Vec::new();
        /// Reverse proxies that are believed about whom they ask for.
        trusted_proxies: Vec<Network> = Vec::new();
        /// The header in which they say it. The other one is not looked at: it may come from anybody.
        proxy_header: ProxyHeader = ProxyHeader::XForwardedFor;
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
        /// Whether every member may add emoji of the team's own, beside the administrators.
        emoji_by_members: bool = false;
        /// Whether the server looks up the links in messages, to show what is behind them.
        link_previews: bool = true;
        /// Places in one's own network that are looked up as well; without it only public addresses are.
        link_preview_allow: Vec<Destination> = Vec::new();
        /// A file with the root certificates (PEM) of authorities of one's own, believed beside those of the public web
        /// when links are looked up.
        link_preview_ca_file: Option<PathBuf> = None;
        /// Secrets that sign tokens, separated by blanks: the first signs, all are believed. Without it a key file in
        /// the data folder is made and used.
        signing_key: Option<Secret> = None, within SECRET;
        /// How log lines are written.
        log_format: LogFormat = LogFormat::Text;
        /// The least important log lines that are written.
        log_level: LogLevel = LogLevel::Info;
        /// Where /metrics (Prometheus) is served, for whoever reaches that address.
        metrics_listen: Option<SocketAddr> = None;
        /// Secrets with which /metrics is read on the main port, as a bearer token, separated by blanks.
        metrics_token: Option<Secret> = None, within SECRET;
        /// Networks from which /metrics is read on the main port; where a token is set as well, both are asked for.
        metrics_networks: Vec<Network> = Vec::new();
        /// How long entries of the audit log are kept.
        keep_audit_log: Duration = Duration::from_secs(400 * DAY), within DAY..=3650 * DAY;
        /// Statements of the database that take longer are logged, without what they were given.
        log_slow_queries: Duration = Duration::from_millis(200), within 0..=DAY;
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
        /// TCP connections from one address at a time, whatever they are for; trusted proxies may have more.
        tcp_connections_per_address: NonZeroU32 = count(4_000), within RATE;
        /// Rooms that one person may make.
        rooms_per_user: NonZeroU32 = count(1_000), within RATE;
        /// The largest room that can be mentioned as a whole, with @room or @here, by its owner, a moderator or an administrator.
        group_mentions: NonZeroU32 = count(5_000), within RATE;
        /// The largest room that any member of it can mention as a whole.
        group_mentions_by_members: NonZeroU32 = count(100), within RATE;
        /// Wrong passwords for one account from one address within failed_login_window, ten times that from everywhere; as
        /// many wrong codes of its second factor, twice that from everywhere.
        failed_logins_per_account: NonZeroU32 = count(10), within 1..=10_000;
        /// Wrong passwords from one address within failed_login_window, for whatever accounts; apart from them as many wrong
        /// codes.
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

settings! {
    /// How HTTPS is served.
    pub struct Tls, keys TLS, prefix "tls.", at tls, also {} {
        /// A file with a certificate of your own and those that lead to its authority (PEM), instead of fetched ones.
        certificate: Option<PathBuf> = None;
        /// The file with its key (PEM).
        key: Option<PathBuf> = None;
        /// Where HTTP is answered beside HTTPS: with a redirect, and with what authorities ask for.
        redirect_listen: Option<SocketAddr> = Some(SocketAddr::from(([0, 0, 0, 0], 80)));
        /// How long browsers that have been here come by HTTPS alone, to whatever port of the host (HSTS); 0s has them
        /// forget it. It is off where listen is another port than 443, unless it is set.
        hsts: Option<Duration> = Some(Duration::from_secs(365 * DAY)), within 0..=730 * DAY;
    }
}

settings! {
    /// The authority that certificates are fetched from, by ACME.
    pub struct Acme, keys ACME, prefix "acme.", at acme, also {} {
        /// The address of its directory. Whoever sets a domain agrees to its terms of service.
        directory: Endpoint = Endpoint::lets_encrypt();
        /// A mail address where the authority may write to about the certificates.
        contact: Option<String> = None;
        /// A file with the root certificates (PEM) by which a private authority is recognised.
        ca_file: Option<PathBuf> = None;
    }
}

/// All settings, in the order in which they are printed.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    GENERAL.iter().chain(LIMITS).chain(FILES).chain(BACKUP).chain(TLS).chain(ACME)
}

/// The names of the settings that are secrets.
pub fn secret_names() -> impl Iterator<Item = &'static str> {
    let mut any = Config::default();
    keys().filter(move |key| (key.field)(&mut any).is_secret()).map(|key| key.name)
}

impl Config {
    /// The names of the settings that are another in `newer`. Secrets are named, never told.
    pub fn differing(&self, newer: &Self) -> Vec<&'static str> {
        let (mut old, mut new) = (self.clone(), newer.clone());
        let differs = |key: &&Key| (key.field)(&mut old).compared() != (key.field)(&mut new).compared();
        keys().filter(differs).map(|key| key.name).collect()
    }
}

fn files(config: &mut Config) -> &mut Files {
    &mut config.files
}

fn backup(config: &mut Config) -> &mut Backup {
    &mut config.backup
}

fn tls(config: &mut Config) -> &mut Tls {
    &mut config.tls
}

fn acme(config: &mut Config) -> &mut Acme {
    &mut config.acme
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

impl Config {
    /// Whether the server itself encrypts.
    pub fn serves_https(&self) -> bool {
        !self.domain.is_empty() || self.tls.certificate.is_some()
    }

    /// Where HTTP is sent on to HTTPS, if it is.
    pub fn redirect_listen(&self) -> Option<SocketAddr> {
        self.tls.redirect_listen.filter(|_| self.serves_https())
    }

    /// The path below which people reach the server: `/chat`, or nothing.
    pub fn path(&self) -> &str {
        self.public_url.as_ref().map_or("", PublicUrl::path)
    }

    /// Where clients connect, beside HTTPS where they are sent on to it, too: what systemd keeps open over a restart.
    pub fn public_ports(&self) -> Vec<SocketAddr> {
        [self.listen].into_iter().chain(self.redirect_listen()).collect()
    }
}
