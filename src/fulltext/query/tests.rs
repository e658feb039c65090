use super::*;
use jiff::civil::date;
use jiff::tz::TimeZone;

/// Saturday, 2026-01-31T12:00 in Seoul.
const NOW: i64 = 1_769_828_400_000;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone of the bundled database")
}

fn parsed(query: &str) -> Result<Query, QueryError> {
    parse(query, &zone("Asia/Seoul"), NOW)
}

fn filters(query: &str) -> Filters {
    parsed(query).unwrap_or_else(|error| panic!("{query}: {error}")).filters
}

fn refusal(query: &str) -> (Reason, String) {
    let error = parsed(query).expect_err(query);
    (error.reason, error.part.text)
}

/// The first and the last day that match in Seoul.
fn days(query: &str) -> (Option<String>, Option<String>) {
    let day = |millis: i64| {
        let moment = jiff::Timestamp::from_millisecond(millis).expect("a moment").to_zoned(zone("Asia/Seoul"));
        assert_eq!(moment.time(), jiff::civil::time(0, 0, 0, 0), "{query} is no midnight");
        moment.date()
    };
    let Filters { after, before, .. } = filters(query);
    (after.map(|start| day(start).to_string()), before.map(|end| day(end).yesterday().expect("a day").to_string()))
}

fn text(day: &str) -> Option<String> {
    Some(day.to_owned())
}

#[test]
fn words_and_filters_are_told_apart() {
    let query = parsed("회의 from:@mina in:\"dev ops\" has:link -has:image is:pinned note").expect("a query");
    assert_eq!(query.text.strict().as_deref(), Some(r#""회의" AND "note" *"#));
    assert_eq!((query.filters.from[0].text.as_str(), query.filters.from[0].sign), ("mina", Some('@')));
    assert_eq!((query.filters.rooms[0].text.as_str(), query.filters.rooms[0].sign), ("dev ops", None));
    assert_eq!((query.filters.has, query.filters.not_has), (vec![Has::Link], vec![Has::Image]));
    assert_eq!(query.filters.is, [Is::Pinned]);
    assert!(parsed("-회의 from:me").expect("a query").text.strict().is_none());
}

#[test]
fn a_name_tells_where_it_stands_in_units_of_javascript() {
    let found = filters("👍 from:@minä");
    assert_eq!(found.from[0].part, Part { range: (3, 13), text: "from:@minä".to_owned() });
}

#[test]
fn names_are_read_whatever_form_they_come_in() {
    let joining = unicode_normalization::UnicodeNormalization::nfd("보낸이:나").collect::<String>();
    assert!(filters(&joining).from[0].is_me());
    let name = |query: &str| filters(query).from.pop().map(|name| (name.sign, name.text)).expect("a name");
    for query in ["from:@\"김 준\"", "ｆｒｏｍ：＠“김 준”", "\u{feff}from:@\"김 준\"", "\u{200b} from:@\"김 준\""]
    {
        assert_eq!(name(query), (Some('@'), "김 준".to_owned()), "{query}");
    }
}

#[test]
fn me_is_whoever_asks_and_at_me_is_a_name() {
    for me in ["from:me", "from:ME", "보낸이:나", "작성자:본인"] {
        assert!(filters(me).from[0].is_me(), "{me}");
    }
    assert!(!filters("from:@me").from[0].is_me());
    assert_eq!(filters("from:a from:b from:a").from.len(), 2);
}

#[test]
fn every_korean_name_of_an_operator_means_what_the_english_one_does() {
    let bare = |query: &str| {
        let mut filters = filters(query);
        for name in [&mut filters.from, &mut filters.rooms].into_iter().flatten() {
            name.part = Part { range: (0, 0), text: String::new() };
        }
        format!("{filters:?}")
    };
    let operators: &[(&str, &[&str], &str)] = &[
        ("from", &["보낸이", "보낸사람", "작성자", "글쓴이"], "@mina"),
        ("in", &["방", "대화방", "채팅방", "채널"], "#개발"),
        ("before", &["이전", "전"], "2026-01-31"),
        ("until", &["까지"], "2026-01-31"),
        ("after", &["다음"], "2026-01-30"),
        ("since", &["이후", "부터"], "2026-01-31"),
        ("on", &["during", "날짜", "기간"], "2026-01-31"),
        ("has", &["포함", "첨부"], "link"),
        ("is", &["상태"], "pinned"),
    ];
    for (english, aliases, value) in operators {
        for alias in *aliases {
            for written in [format!("{alias}:{value}"), format!("{alias}：\"{value}\"")] {
                assert_eq!(bare(&written), bare(&format!("{english}:{value}")), "{written}");
            }
        }
    }
    let values: &[(&str, &[&str])] = &[
        ("has:file", &["has:files", "has:attachment", "포함:파일", "포함:첨부", "첨부:첨부파일"]),
        ("has:link", &["has:links", "has:URL", "포함:링크", "포함:주소"]),
        ("has:image", &["has:picture", "has:photo", "포함:이미지", "포함:사진", "포함:그림"]),
        ("has:voice", &["포함:음성", "포함:녹음", "has:음성메시지"]),
        ("has:code", &["포함:코드"]),
        ("is:pinned", &["is:pin", "상태:고정", "is:고정됨"]),
        ("is:thread", &["is:threads", "상태:스레드", "is:쓰레드"]),
    ];
    for (english, aliases) in values {
        for alias in *aliases {
            assert_eq!(bare(alias), bare(english), "{alias}");
        }
    }
    let joining = unicode_normalization::UnicodeNormalization::nfd("보낸이:@mina").collect::<String>();
    assert_eq!(bare(&joining), bare("from:@mina"));
}

#[test]
fn days_are_read_as_people_write_them() {
    let one = [
        ("2026-01-31", "2026-01-31"),
        ("2026-1-5", "2026-01-05"),
        ("2026.01.05.", "2026-01-05"),
        ("2026/1/5", "2026-01-05"),
        ("20260105", "2026-01-05"),
        ("2026년1월5일", "2026-01-05"),
        ("\"2026년 1월 5일\"", "2026-01-05"),
        ("1월5일", "2026-01-05"),
        ("12월25일", "2025-12-25"),
        ("1/5", "2026-01-05"),
        ("2-29", "2024-02-29"),
        ("today", "2026-01-31"),
        ("오늘", "2026-01-31"),
        ("Yesterday", "2026-01-30"),
        ("어제", "2026-01-30"),
        ("그제", "2026-01-29"),
        ("그저께", "2026-01-29"),
        ("그끄저께", "2026-01-28"),
        ("이틀전", "2026-01-29"),
        ("\"일주일 전\"", "2026-01-24"),
        ("7d", "2026-01-24"),
        ("\"2 weeks ago\"", "2026-01-17"),
        ("3일전", "2026-01-28"),
        ("\"2주 전\"", "2026-01-17"),
        ("2m", "2025-11-30"),
        ("3개월전", "2025-10-31"),
        ("1년전", "2025-01-31"),
        ("saturday", "2026-01-31"),
        ("sun", "2026-01-25"),
        ("월요일", "2026-01-26"),
    ];
    for (written, day) in one {
        assert_eq!(days(&format!("on:{written}")), (text(day), text(day)), "{written}");
    }
}

#[test]
fn weeks_months_and_years_are_days_in_a_row() {
    for (written, first, last) in [
        ("2026-01", "2026-01-01", "2026-01-31"),
        ("2026년1월", "2026-01-01", "2026-01-31"),
        ("2월", "2025-02-01", "2025-02-28"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024년", "2024-01-01", "2024-12-31"),
        ("\"this week\"", "2026-01-26", "2026-02-01"),
        ("last-week", "2026-01-19", "2026-01-25"),
        ("지난주", "2026-01-19", "2026-01-25"),
        ("\"지난 주\"", "2026-01-19", "2026-01-25"),
        ("지지난주", "2026-01-12", "2026-01-18"),
        ("이번달", "2026-01-01", "2026-01-31"),
        ("last_month", "2025-12-01", "2025-12-31"),
        ("지난달", "2025-12-01", "2025-12-31"),
        ("올해", "2026-01-01", "2026-12-31"),
        ("작년", "2025-01-01", "2025-12-31"),
        ("재작년", "2024-01-01", "2024-12-31"),
    ] {
        assert_eq!(days(&format!("기간:{written}")), (text(first), text(last)), "{written}");
    }
}

#[test]
fn operators_say_whether_the_day_itself_is_meant() {
    assert_eq!(days("before:2026-01-05"), (None, text("2026-01-04")));
    assert_eq!(days("until:2026-01-05"), (None, text("2026-01-05")));
    assert_eq!(days("after:2026-01-05"), (text("2026-01-06"), None));
    assert_eq!(days("since:2026-01-05"), (text("2026-01-05"), None));
    assert_eq!(days("after:2025-12 before:2026-02"), (text("2026-01-01"), text("2026-01-31")));
    assert_eq!(days("since:2024 since:2025 until:2026 until:2025"), (text("2025-01-01"), text("2025-12-31")));
}

#[test]
fn days_have_the_hours_of_their_zone() {
    let hours = |name: &str, day: &str| {
        let filters = parse(&format!("on:{day}"), &zone(name), NOW).unwrap_or_else(|error| panic!("{error}")).filters;
        (filters.before.expect("an end") - filters.after.expect("a start")) / 3_600_000
    };
    assert_eq!(hours("Asia/Seoul", "2026-03-29"), 24);
    assert_eq!(hours("Europe/Berlin", "2026-03-29"), 23);
    assert_eq!(hours("Europe/Berlin", "2026-10-25"), 25);
    // Midnight does not exist on this day.
    assert_eq!(hours("America/Sao_Paulo", "2018-11-04"), 23);
    let start = parse("on:2018-11-04", &zone("America/Sao_Paulo"), NOW).expect("a query").filters.after;
    let one = date(2018, 11, 4).at(1, 0, 0, 0).to_zoned(zone("America/Sao_Paulo")).expect("a moment");
    assert_eq!(start, Some(one.timestamp().as_millisecond()));
    // Samoa had no such day.
    let error = parse("on:2011-12-30", &zone("Pacific/Apia"), NOW).expect_err("no day");
    assert_eq!(error.reason, Reason::NoDaysLeft);
}

#[test]
fn today_is_the_day_of_whoever_asks() {
    let start = |name: &str| parse("on:today", &zone(name), NOW - 6 * 3_600_000).expect("a query").filters.after;
    // 06:00 on the 31st in Seoul is still the 30th in New York.
    assert_eq!(start("Asia/Seoul").zip(start("America/New_York")).map(|(a, b)| (a - b) / 3_600_000), Some(10));
}

#[test]
fn a_bad_operator_is_refused_with_its_part() {
    for (query, reason, part) in [
        ("from:", Reason::NoName, "from:"),
        ("회의 -from:@ 안녕", Reason::NoName, "-from:@"),
        ("in:\"\"", Reason::NoName, "in:\"\""),
        ("before:", Reason::NoDay, "before:"),
        ("날짜: 어제", Reason::NoDay, "날짜:"),
        ("a before:tomorow", Reason::BadDay, "before:tomorow"),
        ("on:2026-02-30", Reason::BadDay, "on:2026-02-30"),
        ("on:2026-13", Reason::BadDay, "on:2026-13"),
        ("on:0", Reason::BadDay, "on:0"),
        ("on:99999999999999999999d", Reason::BadDay, "on:99999999999999999999d"),
        ("on:9999년전", Reason::BadDay, "on:9999년전"),
        ("on:9999", Reason::BadDay, "on:9999"),
        ("on:2026-01-31-01", Reason::BadDay, "on:2026-01-31-01"),
        ("on:1일5월", Reason::BadDay, "on:1일5월"),
        ("on:2026월1일", Reason::BadDay, "on:2026월1일"),
        ("on:26년1월", Reason::BadDay, "on:26년1월"),
        ("on:2026년31일", Reason::BadDay, "on:2026년31일"),
        ("on:5일", Reason::BadDay, "on:5일"),
        ("has:cat", Reason::NotInHas, "has:cat"),
        ("has:", Reason::NotInHas, "has:"),
        ("is:", Reason::NotInIs, "is:"),
        ("-on:today", Reason::NotNegatable, "-on:today"),
        ("after:today before:yesterday", Reason::NoDaysLeft, "before:yesterday"),
        ("", Reason::Nothing, ""),
        (" !? -- \"\" ", Reason::Nothing, " !? -- \"\" "),
    ] {
        assert_eq!(refusal(query), (reason, part.to_owned()), "{query}");
    }
    let error = crate::error::Error::from(parsed("a has:cat").expect_err("a bad value"));
    assert!(matches!(&error, crate::error::Error::Query { message, flaw }
        if message.starts_with("`has:cat` is not known") && flaw.reason == Reason::NotInHas && flaw.range == (2, 9)));
}

#[test]
fn what_only_looks_like_an_operator_is_searched() {
    for (query, expression) in [
        ("https://maru.im/a", r#""https maru im a""#),
        ("foo:bar", r#""foo bar" *"#),
        ("10:30", r#""10 30""#),
        ("\"from:me\"", r#""from me""#),
        ("AND OR NOT NEAR(a b)", r#""and" * AND "or" AND "not" * AND "near a" AND "b""#),
        ("--force", r#""force" *"#),
        ("body : {x} ^y*", r#""body" * AND "x" AND "y""#),
    ] {
        let query = parsed(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert!(query.filters.is_empty());
        assert_eq!(query.text.strict().as_deref(), Some(expression));
    }
}

#[test]
fn a_query_has_its_limits() {
    assert!(parsed(&"가".repeat(MAX_QUERY_CHARS)).is_ok());
    assert_eq!(parsed(&"가".repeat(MAX_QUERY_CHARS + 1)).expect_err("too long").reason, Reason::TooLong);
    assert_eq!(parsed(&"x".repeat(10_000)).expect_err("too long").reason, Reason::TooLong);
    let words = |count: usize| (0..count).map(|at| format!("x{at}")).collect::<Vec<_>>().join(" ");
    assert!(parsed(&words(MAX_TERMS)).is_ok());
    assert_eq!(refusal(&words(MAX_TERMS + 1)), (Reason::TooManyTerms, format!("x{MAX_TERMS}")));
    assert_eq!(refusal(&"has:link ".repeat(MAX_TERMS + 1)).0, Reason::TooManyTerms);
}

mod fuzz {
    use super::super::*;
    use crate::fulltext::snippet;

    #[test]
    fn any_query_is_read_or_refused_with_its_part() {
        let seeds: [&[u8]; 6] = [
            b"from:mina in:general before:2026-01-31 has:link tea",
            b"\"a phrase\" -without after:yesterday is:pinned",
            "하늘 ㅎㄴ from:김민아 \"맑은 날\"".as_bytes(),
            b"on:2026-02-29 during:2026-02 -from:x -\"y z\"",
            b"snake_case camelCase path/to/file.rs v1.2.3 user@example.com",
            b"\"\" - -- :: from: in:",
        ];
        crate::fuzzing::fuzz("queries", &seeds, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match parse(&text, &jiff::tz::TimeZone::UTC, 1_800_000_000_000) {
                Ok(query) => {
                    assert!(text.chars().count() <= MAX_QUERY_CHARS);
                    let _told = snippet(&text, &query.text);
                }
                Err(refusal) => {
                    let units = text.encode_utf16().count() as u32;
                    let (from, to) = refusal.part.range;
                    assert!(from <= to && to <= units, "{from} to {to} of {units}");
                }
            }
        });
    }
}
