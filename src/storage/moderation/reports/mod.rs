//! What people report of messages, and who handles it: those who look after the room; of direct rooms, and where
//! nobody else is left, those who administer the server. Nobody handles what was reported of their own.

mod handing_up;
mod making;
mod reading;
mod resolving;

pub(in crate::storage) use handing_up::{hand_up, hand_up_before_deletion, hand_up_from};
pub use making::NewReport;
#[cfg(test)]
pub(super) use reading::page;
