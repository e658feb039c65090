//! Why a command failed, in words for the operator.

use maru::config::ConfigError;
use maru::data_dir::ClaimError;
use maru::error::Error;

pub struct Problem(pub String);

impl Problem {
    /// The running server answered something else than what was asked.
    pub fn unexpected() -> Self {
        Self("the server's answer is not understood; it may be another version of Maru".to_owned())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            // The owner of the data may know everything; there is no log to look into.
            Error::Internal(source) => Self(format!("internal error: {source}")),
            told => Self(told.to_string()),
        }
    }
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
