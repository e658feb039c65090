//! What whoever recorded a voice message says of it: how long it is, and how loud from beginning to end.

use crate::contract::Voice;
use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The longest voice message, in milliseconds.
const LONGEST_MS: i64 = 5 * 60 * 1000;
/// How many parts it has whose loudness is told, in a byte each.
const PARTS: usize = 64;

/// # Errors
/// `Invalid` unless both are there, or neither.
pub(super) fn check(duration_ms: Option<&str>, peaks: Option<&str>) -> Result<Option<Voice>> {
    if duration_ms.is_none() && peaks.is_none() {
        return Ok(None);
    }
    let duration_ms = duration_ms.and_then(|text| text.parse().ok()).filter(|ms| (1..=LONGEST_MS).contains(ms));
    let duration_ms = duration_ms.ok_or_else(|| {
        Error::invalid("durationMs", format!("a voice message has 1 to {LONGEST_MS} milliseconds, in digits"))
    })?;
    let bytes = peaks.and_then(|text| STANDARD.decode(text).ok()).filter(|bytes| bytes.len() == PARTS);
    let bytes = bytes
        .ok_or_else(|| Error::invalid("peaks", format!("a voice message has {PARTS} bytes of loudness, in base64")))?;
    Ok(Some(Voice { duration_ms, peaks: STANDARD.encode(bytes) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_message_has_a_length_and_the_loudness_of_64_parts() {
        let peaks = STANDARD.encode([7; PARTS]);
        for ms in ["1", "300000"] {
            let voice = check(Some(ms), Some(&peaks)).expect("it is whole").expect("it is one");
            assert_eq!((voice.duration_ms.to_string().as_str(), &voice.peaks), (ms, &peaks));
        }
        assert_eq!(check(None, None).expect("no voice message"), None);
    }

    #[test]
    fn what_is_said_of_a_voice_message_by_half_or_falsely_is_refused_by_its_field() {
        let (peaks, short, long) = (STANDARD.encode([7; 64]), STANDARD.encode([7; 63]), STANDARD.encode([7; 65]));
        for (duration, loudness, field) in [
            (None, Some(peaks.as_str()), "durationMs"),
            (Some(""), Some(&peaks), "durationMs"),
            (Some("0"), Some(&peaks), "durationMs"),
            (Some("-5"), Some(&peaks), "durationMs"),
            (Some("300001"), Some(&peaks), "durationMs"),
            (Some("1.5"), Some(&peaks), "durationMs"),
            (Some("99999999999999999999"), Some(&peaks), "durationMs"),
            (Some("5"), None, "peaks"),
            (Some("5"), Some(""), "peaks"),
            (Some("5"), Some(&short), "peaks"),
            (Some("5"), Some(&long), "peaks"),
            (Some("5"), Some("<script>"), "peaks"),
        ] {
            match check(duration, loudness) {
                Err(Error::Invalid { field: Some(found), .. }) => assert_eq!(found, field, "{duration:?} {loudness:?}"),
                other => panic!("{duration:?} {loudness:?}: {other:?}"),
            }
        }
    }
}
