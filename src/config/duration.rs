//! Durations as people write them: `200ms`, `30s`, `15m`, `12h`, `7d`.

use std::time::Duration;

/// In milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a whole number with one of the units `ms`, `s`, `m`, `h`, `d`: `15m`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (unit, millis) = UNITS.into_iter().rev().find(|(unit, _)| text.ends_with(unit))?;
    let digits = text.strip_suffix(unit)?;
    let number: u64 = digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())??;
    number.checked_mul(millis).map(Duration::from_millis)
}

/// Writes whole milliseconds so that `parse_duration` reads them, in the largest unit that fits.
pub fn format_duration(duration: Duration) -> String {
    let total = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let fits = UNITS.into_iter().find(|(_, millis)| total > 0 && total.is_multiple_of(*millis));
    let (unit, millis) = fits.unwrap_or(("s", 1_000));
    format!("{}{unit}", total / millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_one_unit() {
        for (text, seconds) in
            [("0s", 0), ("5000ms", 5), ("30s", 30), ("90s", 90), ("15m", 900), ("12h", 43_200), ("7d", 604_800)]
        {
            assert_eq!(parse_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        let overflow = format!("{}d", u64::MAX);
        for wrong in
            ["", "s", "30", "-1s", "+1s", "1.5h", "1h30m", "30 s", " 30s", "30S", "30us", "30m s", "٣s", "é", &overflow]
        {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_is_written_in_the_largest_unit_that_fits() {
        for text in ["0s", "1ms", "1500ms", "1s", "59s", "61s", "1m", "15m", "36h", "60d"] {
            assert_eq!(parse_duration(text).map(format_duration).as_deref(), Some(text));
        }
        assert_eq!(format_duration(Duration::from_secs(7 * 86_400)), "7d");
    }
}
