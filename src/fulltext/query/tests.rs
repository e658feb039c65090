use super::*;
use jiff::tz::TimeZone;

/// Saturday, 2026-01-31T12:00 in Seoul.
const NOW: i64 = 1_769_828_400_000;

fn seoul() -> TimeZone {
    TimeZone::get("Asia/Seoul").expect("the bundled zones")
}

fn parsed(query: &str) -> Result<Query, QueryError> {
    parse(query, &seoul(), NOW)
}

#[test]
fn words_and_filters_are_told_apart() {
    let query = parsed("회의 from:@mina in:\"dev ops\" has:link -has:image is:pinned 'note'").expect("a query");
    assert_eq!(query.text.strict().as_deref(), Some(r#""회의" AND "note" *"#));
    assert_eq!(query.filters.from[0].text, "mina");
    assert_eq!(query.filters.rooms[0].text, "dev ops");
    assert_eq!((query.filters.has, query.filters.not_has), (vec![Has::Link], vec![Has::Image]));
    assert_eq!(query.filters.is, [Is::Pinned]);
}
