//! The crowd: connected clients that send by a plan and check everything that they hear.

mod crowd;
pub mod device;
mod ledger;
mod plans;
mod recording;
mod window;

pub use crowd::Crowd;
pub use plans::{burst, trickle, waiting_senders};
pub use window::{Window, measure, measure_all, warm_up};
