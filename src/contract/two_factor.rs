//! Logging in with a second factor: codes that an app makes, and codes for recovery.

use super::identity::{Authenticated, TokenTransport};
use crate::clock::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

// No Debug on what carries passwords, codes or secrets, so that none can reach a log.
macro_rules! wire {
    ($trait:ident: $($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, $trait, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )+};
}

wire! { Deserialize:
    /// The second step of a login.
    FinishLogin {
        /// Of the first step.
        ticket: String,
        /// Of the app, or one for recovery.
        code: String,
        #[serde(default)]
        #[ts(optional, as = "Option<TokenTransport>")]
        token_transport: TokenTransport,
    }
    /// Asks for a secret to set an app up with.
    BeginTwoFactor { password: String }
    TurnOnTwoFactor {
        enrolment: String,
        /// Of the app that was set up.
        code: String,
    }
    /// Who changes or turns off their second factor.
    ProveTwoFactor {
        password: String,
        /// Of the app, or one for recovery.
        code: String,
    }
}

wire! { Serialize:
    /// The password was right, and a code is asked for.
    SecondFactor {
        /// For one login, until `expiresAt`.
        ticket: String,
        expires_at: Timestamp,
    }
    AskedForCode { second_factor: SecondFactor }
    TwoFactor {
        /// Since when there is a second factor; absent: there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
        /// Codes for recovery that were not used yet.
        recovery_codes: i64,
        /// The team wants it of who asks.
        required: bool,
    }
    TwoFactorEnrolment {
        /// To be given back with the first code, until `expiresAt`.
        enrolment: String,
        expires_at: Timestamp,
        /// As it is typed into an app.
        secret: String,
        /// As an app reads it from a QR code.
        url: String,
    }
    /// Told this once.
    RecoveryCodes { recovery_codes: Vec<String> }
}

/// What a right password leads to.
#[derive(Clone, Serialize, TS)]
#[serde(untagged)]
pub enum LoginAnswer {
    Done(Box<Authenticated>),
    Half(AskedForCode),
}
