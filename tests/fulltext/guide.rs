//! `docs/search.md` speaks the language that it describes.

use maru::fulltext::{Query, Reason, parse};

const GUIDE: &str = include_str!("../../docs/search.md");
/// Noon on 2026-01-31, UTC.
const NOW: i64 = 1_769_860_800_000;

fn section(title: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("## {title}\n")).unwrap_or_else(|| panic!("no section {title}"));
    rest.split("\n##").next().expect("a section")
}

/// The code of each cell of a section's table, row by row, without its heading.
fn cells(title: &str) -> Vec<Vec<Vec<&'static str>>> {
    let rows = section(title).lines().filter(|line| line.starts_with('|')).skip(2);
    let codes = |cell: &'static str| cell.split('`').skip(1).step_by(2).collect();
    let table: Vec<Vec<Vec<&str>>> = rows.map(|row| row.trim_matches('|').split('|').map(codes).collect()).collect();
    assert!(table.len() >= 5, "{title} has only {} rows", table.len());
    table
}

fn read(query: &str) -> Query {
    parse(query, &jiff::tz::TimeZone::UTC, NOW).unwrap_or_else(|error| panic!("{query}: {error}"))
}

#[test]
fn what_can_be_typed_is_read() {
    for query in cells("What can be typed").into_iter().flat_map(|row| row.into_iter().next()).flatten() {
        assert!(read(query).filters.is_empty(), "{query}");
    }
}

#[test]
fn operators_are_known_with_each_of_their_names_and_values() {
    for row in cells("Operators") {
        let mut operator = "";
        for code in row.into_iter().take(2).flatten() {
            let query = match code.split_once(':') {
                Some((name, "")) => {
                    let error = parse(code, &jiff::tz::TimeZone::UTC, NOW).expect_err(code);
                    assert!(matches!(error.reason, Reason::NoName | Reason::NoDay), "{name}: {error}");
                    continue;
                }
                Some((name, _)) => {
                    operator = name;
                    code.to_owned()
                }
                None if code == "@" => continue,
                None => format!("{operator}:{code}"),
            };
            let query = read(&query);
            assert!(query.text.is_empty() && !query.filters.is_empty(), "{code}");
        }
    }
}

#[test]
fn days_are_days_and_those_of_a_row_are_alike() {
    for row in cells("Days") {
        let days = |cell: &[&str]| {
            let filters = cell.iter().map(|day| read(&format!("on:{day}")).filters);
            filters.map(|filters| (filters.after, filters.before)).collect::<Vec<_>>()
        };
        let (english, korean) = (days(&row[0]), days(&row[1]));
        assert!(english.iter().chain(&korean).all(|(start, end)| start.is_some() && end.is_some()));
        assert!(english.iter().any(|days| korean.contains(days)), "{row:?}");
    }
}

#[test]
fn examples_ask_for_the_same_time_in_both_languages() {
    for row in cells("Examples") {
        let (english, korean) = (read(row[0][0]).filters, read(row[1][0]).filters);
        assert_eq!((english.after, english.before), (korean.after, korean.before), "{row:?}");
        assert_eq!((english.has, english.is), (korean.has, korean.is), "{row:?}");
    }
}
