//! What an operator may decide: defaults < file < environment < flags, checked once, before anything starts.

mod destination;
mod duration;
mod layers;
mod network;
mod origin;
mod print;
mod settings;
mod size;
mod store;
mod values;

pub use destination::Destination;
pub use duration::{format_duration, parse_duration};
pub use layers::{ConfigError, Effective, Flags, Source};
pub use network::Network;
pub use origin::Origin;
pub use settings::{Backup, Config, Files, Limits, Rate, Rates};
pub use size::{ByteSize, rounded};
pub use store::{Endpoint, Store};
pub use values::{LogFormat, LogLevel, Registration, Secret};
