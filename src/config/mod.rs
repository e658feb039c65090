//! What an operator may decide: defaults < file < environment < flags, checked once, before anything starts.

mod address;
mod destination;
mod domain;
mod duration;
mod layers;
mod network;
mod origin;
mod print;
mod public_url;
mod rates;
mod redis_url;
mod settings;
mod size;
mod store;
mod values;

pub use address::{is_same_place, reachable};
pub use destination::Destination;
pub use domain::Domain;
pub use duration::{format_duration, parse_duration};
pub use layers::{ConfigError, Effective, Flags, Source};
pub use network::{Network, forwarded};
pub use origin::Origin;
pub use public_url::PublicUrl;
pub use rates::{Rate, Rates};
pub use redis_url::RedisUrl;
pub use settings::{Acme, Backup, Config, Files, Limits, Tls, secret_names};
pub use size::{ByteSize, rounded};
pub use store::{Endpoint, Store};
pub use values::{LogFormat, LogLevel, ProxyHeader, Registration, Secret};
