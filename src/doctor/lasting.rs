//! How long the certificate lasts that lies on the disk, and whether it holds for the names that people use.

use super::Finding;
use crate::certificates::{Stored, Validity, stored};
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::contract::CertificateState;
use std::time::Duration;

pub(super) const RENEW: &str = "renew it; where Maru does so by itself, its log says why it could not";
const NAME: &str = "stored certificate";

/// Nothing where this server does not encrypt.
pub(super) fn check(config: &Config) -> Option<Finding> {
    if !config.serves_https() {
        return None;
    }
    let is_own = config.tls.certificate.is_some();
    Some(match stored(config) {
        Err(error) if is_own => {
            Finding::failure(NAME, error.to_string(), "mend the files of tls.certificate and tls.key")
        }
        Err(error) => Finding::failure(NAME, error.to_string(), "remove the file: another one is fetched at the start"),
        Ok(None) => {
            let fix = "start the server, which fetches one; `certificate` in /readyz says how it goes";
            Finding::warning(NAME, "none was fetched yet", fix)
        }
        Ok(Some(stored)) => judge(&stored, is_own, clock::now()),
    })
}

fn judge(stored: &Stored, is_own: bool, now: Timestamp) -> Finding {
    let Stored { validity, state, unnamed } = stored;
    match unnamed.first() {
        Some(name) if *state != CertificateState::Expired => {
            let fix = match is_own {
                true => format!("get one that names {name}, or correct domain and public_url"),
                false => format!("add {name} as a domain, or correct public_url; the log says why it was left out"),
            };
            Finding::failure(NAME, format!("it is for other names than {name}"), fix)
        }
        _ => lasting(NAME, validity, "it is good", now),
    }
}

/// By its time alone.
pub(super) fn lasting(name: &'static str, validity: &Validity, good: &str, now: Timestamp) -> Finding {
    let left = validity.not_after.since(now);
    match validity.state(now) {
        CertificateState::Expired => {
            Finding::failure(name, format!("it ended {} ago", span(now.since(validity.not_after))), RENEW)
        }
        CertificateState::Ending => Finding::warning(name, format!("it ends in {}", span(left)), RENEW),
        CertificateState::Good | CertificateState::Missing => {
            Finding::ok(name, format!("{good}, and for {}", span(left)))
        }
    }
}

pub(super) fn span(time: Duration) -> String {
    match time.as_secs() / 3600 {
        0 => format!("{} min", time.as_secs() / 60),
        hours @ 1..48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    }
}
