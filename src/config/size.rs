//! Numbers of bytes as people write them: `500KiB`, `25MiB`, `2GiB`.

use super::values::Kind;
use std::fmt;
use std::ops::RangeInclusive;

const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// A number of bytes, at most 2⁵³ − 1: more than that no JSON number holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

const MOST: u64 = (1 << 53) - 1;

impl ByteSize {
    pub(super) const fn gib(number: u64) -> Self {
        Self(number << 30)
    }

    pub fn bytes(self) -> u64 {
        self.0
    }
}

/// In the largest unit that fits, so that `read` reads it.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = UNITS.into_iter().find(|(_, bytes)| self.0 > 0 && self.0.is_multiple_of(*bytes));
        let (unit, bytes) = fits.unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / bytes)
    }
}

/// A number of bytes for people, with three digits: `1.25 GiB`.
pub fn rounded(bytes: u64) -> String {
    let Some((unit, size)) = UNITS.into_iter().find(|(_, size)| bytes >= *size) else { return format!("{bytes} B") };
    // Hundredths, cut off: a backup that fits is never told smaller by more than one of them.
    let hundredths = u128::from(bytes) * 100 / u128::from(size);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match whole {
        0..10 => format!("{whole}.{rest:02} {unit}"),
        10..100 => format!("{whole}.{} {unit}", rest / 10),
        _ => format!("{whole} {unit}"),
    }
}

impl Kind for ByteSize {
    const NONE: Option<&'static str> = Some("off");

    fn read(text: &str, within: &RangeInclusive<u64>) -> Option<Self> {
        let (unit, bytes) = UNITS.into_iter().chain([("B", 1)]).find(|(unit, _)| text.ends_with(unit))?;
        let digits = text.strip_suffix(unit)?;
        let number: u64 = digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())??;
        let size = number.checked_mul(bytes).filter(|size| *size <= MOST && within.contains(size))?;
        Some(Self(size))
    }

    fn allowed(within: &RangeInclusive<u64>) -> String {
        format!("a size from {} to {}, such as 500KiB, 25MiB or 2GiB", Self(*within.start()), Self(*within.end()))
    }

    fn written(&self) -> toml::Value {
        self.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_whole_number_with_one_unit() {
        let read = |text| ByteSize::read(text, &(0..=u64::MAX)).map(ByteSize::bytes);
        for (text, bytes) in [("0B", 0), ("7B", 7), ("2KiB", 2_048), ("25MiB", 26_214_400), ("3TiB", 3 << 40)] {
            assert_eq!(read(text), Some(bytes), "{text}");
            assert_eq!(read(text).map(|bytes| ByteSize(bytes).to_string()).as_deref(), Some(text));
        }
        for wrong in ["", "B", "5", "5MB", "5mib", "-1B", "1.5GiB", "1 GiB", "9007199254740992B", "99999999TiB"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        for (bytes, text) in
            [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.00 KiB"), (1_300_000, "1.23 MiB"), (99 << 30, "99.0 GiB")]
        {
            assert_eq!(rounded(bytes), text);
        }
        assert_eq!(ByteSize::read("1GiB", &(0..=1024)), None, "out of range");
    }
}
