//! Keeping rooms in order: who has which role, what is hidden, and what people report.

mod hiding;
mod reports;
pub(super) mod roles;

pub use reports::NewReport;

#[cfg(test)]
mod tests;
