//! The envelope of every acknowledgement and of every HTTP answer.

use crate::error::{Code, Error, FileLimit, PasswordWeakness, QueryFlaw};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `{ "success": true, …fields }`.
#[derive(Debug, Serialize)]
pub struct Success<T> {
    success: bool,
    #[serde(flatten)]
    pub fields: T,
}

impl<T> Success<T> {
    pub fn new(fields: T) -> Self {
        Self { success: true, fields }
    }
}

/// `{ "success": false, "error": { … } }`.
#[derive(Debug, Serialize, TS)]
pub struct Failure {
    #[ts(type = "false")]
    success: bool,
    pub error: ErrorBody,
}

/// What went wrong: a stable code to act on and a text to read.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ErrorBody {
    pub code: Code,
    pub message: String,
    /// With `rate_limited`: how long to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With `invalid`: the field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// With a search query that is `invalid`: what is wrong with which part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<QueryFlaw>,
    /// With a text that may not become a password: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weakness: Option<PasswordWeakness>,
    /// With a chunk of a stream that would leave a hole: the index of the chunk that is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_index: Option<i64>,
    /// With an upload for which there is no room: the setting that it would go beyond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<FileLimit>,
    /// With some `limit`s: how much it is, in bytes or in uploads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
}

impl From<&Error> for ErrorBody {
    fn from(error: &Error) -> Self {
        let (code, message) = (error.code(), error.to_string());
        let mut body = Self {
            code,
            message,
            retry_after_ms: None,
            field: None,
            flaw: None,
            weakness: None,
            expected_index: None,
            limit: None,
            most: None,
        };
        match error {
            Error::RateLimited { retry_after } => {
                body.retry_after_ms = Some(u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX).max(1));
            }
            Error::Invalid { field, .. } => body.field.clone_from(field),
            Error::Password { field, weakness } => {
                body.field = Some((*field).to_owned());
                body.weakness = Some(*weakness);
            }
            Error::Query { flaw, .. } => {
                body.field = Some("query".to_owned());
                body.flaw = Some(*flaw);
            }
            Error::Gap { expected } => {
                body.field = Some("index".to_owned());
                body.expected_index = Some(*expected);
            }
            Error::NoRoom { limit, most, .. } => {
                body.limit = Some(*limit);
                body.most = *most;
            }
            Error::Unauthenticated(_)
            | Error::Forbidden(_)
            | Error::NotFound(_)
            | Error::Conflict(_)
            | Error::TooLarge(_)
            | Error::Unavailable(_)
            | Error::Internal(_) => {}
        }
        body
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self { success: false, error: error.into() }
    }
}

/// The acknowledgement of a command that has nothing to tell but its success.
#[derive(Debug, Default, Serialize, Deserialize, TS)]
pub struct Empty {}
