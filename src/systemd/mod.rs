//! Running under systemd: what it is told, the sockets that it hands over, and the units that it reads.

mod installed;
mod installing;
mod machine;
mod notify;
mod settings;
mod sockets;
mod units;

pub use installed::{environment, installed, unit};
pub use installing::{Installation, status, uninstall};
pub use machine::Machine;
pub use notify::Notifier;
pub use settings::{CONFIG, Wanted, settings};
pub use sockets::{GivenSockets, Mismatch};
pub use units::{DATA_DIR, SECRETS, Units};

/// What the service manager gave this process, if one started it.
#[derive(Debug, Default)]
pub struct Given {
    pub notifier: std::sync::Arc<Notifier>,
    pub sockets: GivenSockets,
}
