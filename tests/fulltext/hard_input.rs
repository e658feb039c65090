//! Queries and messages that FTS5, the query language or Unicode might trip over.

use crate::index::Index;
use maru::fulltext::{parse, snippet};
use proptest::prelude::*;
use std::cell::RefCell;

/// Anything that FTS5, the query language or Unicode might trip over.
fn hard() -> impl Strategy<Value = String> {
    let pieces = vec![
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "NEAR(",
        "(",
        ")",
        "{",
        "}",
        "[",
        "^",
        "*",
        "+",
        "-",
        "--",
        ":",
        "\"",
        "'",
        "“",
        "”",
        ",",
        ";",
        "\\",
        "%",
        "_",
        "\0",
        "\n",
        " ",
        "  ",
        "body:",
        "room:",
        "r1",
        "from:",
        "in:",
        "@",
        "#",
        "before:",
        "has:link",
        "is:",
        "회",
        "의",
        "회의",
        "록",
        "ㅎ",
        "ㅋㅋ",
        "ㅏ",
        "\u{1100}",
        "\u{1161}",
        "\u{11a8}",
        "ﾾ",
        "a",
        "Ab",
        "aB",
        "abc",
        "é",
        "e\u{301}",
        "\u{301}",
        "C++",
        "c#",
        "1",
        "12",
        "👍",
        "🏽",
        "👨‍👩‍👧",
        "🇰",
        "🇰🇷",
        "\u{200d}",
        "\u{fe0f}",
        "\u{202e}",
        "שלום",
        "مرحبا",
        "東京",
        "タワー",
        "ﾊﾟ",
        "हिन्दी",
        "ไทย",
        "\u{e000}",
        "＋",
        "＃",
        "：",
        "\u{3000}",
        "\u{feff}",
        "\u{10ffff}",
        "ß",
        "İ",
        "ﬁ",
        "㈜",
        "½",
        "1️⃣",
        "\u{20e3}",
        "\u{e011}",
        "1,000",
        "000",
        "15pro",
        "Pro",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..14).prop_map(|pieces| pieces.concat())
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![4 => hard(), 1 => any::<String>(), 1 => "[ -~]{0,60}", 1 => "[-\"*^:(){}+ a회]{0,40}"]
}

#[test]
fn no_query_is_a_syntax_error_and_a_message_lights_up_where_the_index_finds_it() {
    let index = Index::new();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(3_000)
    });
    let tried = RefCell::new((0, 0));
    let check = |(query, message): (String, String)| {
        let Ok(query) = parse(&query, &jiff::tz::TimeZone::UTC, 0) else { return Ok(()) };
        let words = query.text;
        index.fill(&[&message]);
        let ask = |expression: Option<String>| {
            let found = expression.as_ref().map(|expression| index.ask(expression)).transpose();
            found.map_err(|error| TestCaseError::fail(format!("{expression:?}: {error}")))
        };
        let (strict, loose, excluded) = (ask(words.strict())?, ask(words.loose())?, ask(words.excluded())?);
        let lights = !snippet(&message, &words).ranges.is_empty();
        let is_found = |found: &Option<Vec<usize>>| found.as_ref().is_some_and(|found| !found.is_empty());
        let found_strictly = is_found(&strict);
        let found = if loose.is_some() { is_found(&loose) } else { found_strictly };
        prop_assert!(!found_strictly || found, "loose lacks what strict finds");
        if words.strict().is_some() {
            let fits = (words.fit(&message, false), words.fit(&message, true));
            prop_assert!(fits == (found_strictly, found), "{fits:?} by hand, but {found_strictly} and {found}");
        }
        prop_assert!(!found || lights, "found, but nothing lights up");
        let is_single = words.strict().is_some_and(|expression| !expression.contains(" AND "));
        prop_assert!(!is_single || excluded.is_some() || found == lights, "lights up, but is not found");
        let mut tried = tried.borrow_mut();
        *tried = (tried.0 + 1, tried.1 + usize::from(found));
        Ok(())
    };
    // Messages that hold the query are found often, others hardly ever.
    let pairs = (query(), hard(), any::<bool>()).prop_map(|(query, message, holds)| match holds {
        true => (query.clone(), format!("{message} {query} {message}")),
        false => (query, message),
    });
    runner.run(&pairs, check).unwrap_or_else(|error| panic!("{error}"));
    let (asked, found) = tried.into_inner();
    assert!(asked > 500 && found > 100, "the fuzzing reached too little: {asked} asked, {found} found");
}

#[test]
fn the_longest_queries_stay_within_what_fts5_takes() {
    let index = Index::new();
    index.fill(&["회의"]);
    let words = |word: &str, count: usize| vec![word; count].join(" ");
    let different = |syllables: usize, count: u32| {
        let word = |at: u32| (0..syllables).filter_map(|_| char::from_u32(0xac00 + at * 29)).collect::<String>();
        (1..=count).map(word).collect::<Vec<_>>().join(" ")
    };
    let left_out = (0..40).map(|at| format!("-x{at}")).collect::<Vec<_>>().join(" ");
    for query in [
        "가".repeat(500),
        words("가나다라마바사아자차카타파하가나다라마바사아자차", 20),
        different(7, 40),
        different(24, 20),
        different(11, 40),
        different(1, 40),
        format!("회의 {}", left_out.replace(" -x39", "")),
        "👨‍👩‍👧".repeat(100),
        "a.".repeat(250),
        "aB".repeat(250),
    ] {
        index.strict(&query);
        index.loose(&query);
    }
    let excluded = parse(&left_out, &jiff::tz::TimeZone::UTC, 0).expect("a query").text.excluded();
    assert_eq!(index.ask(&excluded.expect("an expression")).expect("an answer"), [0; 0]);
}
