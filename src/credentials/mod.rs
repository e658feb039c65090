//! What people prove themselves with: names, passwords, keys and tokens. Knows neither storage nor transport.

pub mod cursors;
mod hs256;
pub mod keys;
pub mod passes;
pub mod passwords;
pub mod registrations;
mod sealed;
pub mod throttle;
pub mod tokens;
pub mod totp;
pub mod usernames;
mod weakness;
