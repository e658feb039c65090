//! Which part of a file a request asks for (RFC 9110, section 14).

use axum::http::HeaderMap;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};
use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Whole,
    Part(Range<u64>),
    /// There are no such bytes.
    Nothing,
}

/// Of several ranges the whole is given, which is allowed, and so it is for a part of another version than ours.
pub(super) fn asked(headers: &HeaderMap, size: u64, tag: &str) -> Asked {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let is_ours = text(IF_RANGE).is_none_or(|version| version == tag);
    let Some((first, last)) = text(RANGE).filter(|_| is_ours).and_then(one_range) else { return Asked::Whole };
    let range = match (first, last) {
        (Some(first), Some(last)) if last < first => return Asked::Whole,
        (Some(first), last) => first..last.map_or(size, |last| last.saturating_add(1).min(size)),
        (None, Some(length)) => size.saturating_sub(length)..size,
        (None, None) => return Asked::Whole,
    };
    if range.start < range.end { Asked::Part(range) } else { Asked::Nothing }
}

/// `bytes=first-last`, either of them absent.
fn one_range(range: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok().map(Some),
        _ => None,
    };
    Some((number(first)?, number(last)?))
}

/// Whether a request goes on with what its caller has begun to read: it asks for a part that is not the first.
pub(super) fn is_continued(headers: &HeaderMap) -> bool {
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok()).and_then(one_range);
    range.is_some_and(|(first, _)| first != Some(0))
}

/// Whether the caller has this version already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_range_is_cut_to_the_file_and_whatever_is_no_range_is_the_whole() {
        for (range, expected) in [
            ("bytes=0-3", Asked::Part(0..4)),
            ("bytes=4-", Asked::Part(4..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=8-99999999999", Asked::Part(8..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=+1-3", Asked::Whole),
            ("items=0-3", Asked::Whole),
        ] {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]);
            assert_eq!(asked(&headers, 10, "\"a\""), expected, "{range}");
        }
    }

    #[test]
    fn what_goes_on_with_a_download_is_told_from_what_begins_it() {
        for (range, expected) in
            [("bytes=0-", false), ("bytes=0-99", false), ("bytes=1-", true), ("bytes=-5", true), ("x", false)]
        {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]);
            assert_eq!(is_continued(&headers), expected, "{range}");
        }
        assert!(!is_continued(&HeaderMap::new()));
    }

    #[test]
    fn a_part_of_another_version_is_not_given() {
        let mut headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static("bytes=0-3"))]);
        headers.insert(IF_RANGE, HeaderValue::from_static("\"a\""));
        assert_eq!(asked(&headers, 10, "\"a\""), Asked::Part(0..4));
        assert_eq!(asked(&headers, 10, "\"b\""), Asked::Whole);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn any_range_stays_within_the_file() {
        let seeds: [&[u8]; 5] =
            [b"bytes=0-3", b"bytes=-18446744073709551615", b"bytes=5-", b"bytes=0-1,4-5", b"bytes=-"];
        crate::fuzzing::fuzz("ranges", &seeds, |bytes| {
            let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
            let headers = HeaderMap::from_iter([(RANGE, value.clone()), (IF_NONE_MATCH, value)]);
            for size in [0, 1, 10, u64::MAX] {
                if let Asked::Part(range) = asked(&headers, size, "\"a\"") {
                    assert!(range.start < range.end && range.end <= size, "{range:?} of {size}");
                }
            }
            let _known = is_known(&headers, "\"a\"");
        });
    }
}
