//! Maru, the room where your team talks.

pub mod clock;
pub mod contract;
pub mod error;
pub mod ids;
pub mod notice;
pub mod policy;
pub mod storage;
