//! Running under systemd: what it is told, the sockets that it hands over, and the units that it reads.

mod account;
mod installed;
mod installing;
mod machine;
mod notify;
mod settings;
mod sockets;
mod status;
mod units;
mod variables;

pub use installed::{environment, installed, unit_text, values};
pub use installing::{Installation, uninstall};
pub use machine::Machine;
pub use notify::Notifier;
pub use settings::{CONFIG, Wanted, settings};
pub use sockets::{GivenSockets, Mismatch};
pub use status::status;
pub use units::{DATA_DIR, SECRETS, Units};

/// What the service manager gave this process, if one started it.
#[derive(Debug, Default)]
pub struct Given {
    pub notifier: std::sync::Arc<Notifier>,
    pub sockets: GivenSockets,
}
