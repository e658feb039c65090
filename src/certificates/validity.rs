//! From when until when a certificate is good, and when somebody should look after it.

use crate::clock::Timestamp;
use crate::contract::CertificateState;
use rustls::pki_types::CertificateDer;
use std::time::Duration;
use yasna::tags::TAG_UTCTIME;
use yasna::{ASN1Result, BERReader, Tag, parse_der};

/// That long before its end, a certificate of usual length should have been exchanged. Renewals begin with a third of
/// its life left, so that they have failed for a while by then.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);
/// Of a shorter life, that part.
const LAST_PART: u32 = 6;

/// The life of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl Validity {
    /// None when it cannot be read.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        parse_der(certificate, validity).ok()
    }

    /// How long it is good for altogether.
    pub fn lifetime(&self) -> Duration {
        self.not_after.since(self.not_before)
    }

    pub fn is_over(&self, now: Timestamp) -> bool {
        self.not_after < now
    }

    /// How it stands at a moment.
    pub fn state(&self, now: Timestamp) -> CertificateState {
        if self.is_over(now) {
            return CertificateState::Expired;
        }
        let is_ending = self.not_after.since(now) < SOON.min(self.lifetime() / LAST_PART);
        if is_ending { CertificateState::Ending } else { CertificateState::Good }
    }
}

/// From when until when a certificate is good (RFC 5280, 4.1).
fn validity(certificate: BERReader<'_, '_>) -> ASN1Result<Validity> {
    certificate.read_sequence(|certificate| {
        let validity = certificate.next().read_sequence(|fields| {
            fields.read_optional(|version| version.read_tagged(Tag::context(0), |version| version.read_u8()))?;
            let (_serial, _algorithm, _issuer) =
                (fields.next().read_der()?, fields.next().read_der()?, fields.next().read_der()?);
            let validity = fields.next().read_sequence(|times| {
                Ok(Validity { not_before: time(times.next())?, not_after: time(times.next())? })
            })?;
            while fields.read_optional(|rest| rest.read_der())?.is_some() {}
            Ok(validity)
        })?;
        let (_algorithm, _signature) = (certificate.next().read_der()?, certificate.next().read_der()?);
        Ok(validity)
    })
}

fn time(time: BERReader<'_, '_>) -> ASN1Result<Timestamp> {
    let seconds = match time.lookahead_tag()? {
        TAG_UTCTIME => time.read_utctime()?.datetime().unix_timestamp(),
        _ => time.read_generalized_time()?.datetime().unix_timestamp(),
    };
    Ok(Timestamp::from_millis(seconds.saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn it_ends_soon_when_a_newer_one_should_long_have_been_there() {
        let not_before = Timestamp::from_millis(1_800_000_000_000);
        for (days, warned) in [(365, 14), (90, 14), (60, 10), (6, 1)] {
            let of = Validity { not_before, not_after: not_before + DAY * days };
            let left = |left: Duration| of.state(of.not_after - left);
            let second = Duration::from_secs(1);
            assert_eq!(left(DAY * warned), CertificateState::Good, "{days}");
            assert_eq!(left(DAY * warned - second), CertificateState::Ending, "{days}");
            assert_eq!(left(Duration::ZERO), CertificateState::Ending, "{days}");
            assert_eq!(of.state(of.not_after + second), CertificateState::Expired, "{days}");
            // The renewal comes before.
            assert_eq!(left(of.lifetime() / 3), CertificateState::Good, "{days}");
        }
    }
}
