//! Links alone: found in a text, looked up without being led astray, and told in a few lines.

mod addresses;
mod body;
mod charset;
mod connection;
mod fetch;
mod found;
mod head;
mod text;

pub use addresses::is_public;
pub use connection::{Resolve, system_resolver, trusted_roots};
pub use fetch::{Fault, Fetcher, Picture, Summary};
pub use found::links;
pub use head::{Head, read_head};
