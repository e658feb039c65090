//! Why a run ended early: the server broke a promise, or the bench itself could not go on.

use std::{fmt, io};

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What was lost, doubled, disordered or refused: the finding that a run exists to make.
    Broken(String),
    /// Anything else: a program that does not start, a folder that cannot be written.
    Other(String),
}

impl Failure {
    /// Says where it happened.
    pub fn during(self, what: impl fmt::Display) -> Self {
        match self {
            Self::Broken(why) => Self::Broken(format!("{what}: {why}")),
            Self::Other(why) => Self::Other(format!("{what}: {why}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => write!(f, "a promise was broken: {why}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

macro_rules! from {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Other(error.to_string())
            }
        }
    )+};
}

from!(
    io::Error,
    nix::Error,
    sqlx::Error,
    serde_json::Error,
    maru::error::Error,
    maru::data_dir::ClaimError,
    maru::credentials::keys::KeyError,
    tokio_tungstenite::tungstenite::Error
);
