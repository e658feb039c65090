use super::*;
use crate::fulltext::parse;
use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;

fn words(query: &str) -> Words {
    parse(query, &jiff::tz::TimeZone::UTC, 0).unwrap_or_else(|error| panic!("{query}: {error}")).text
}

fn shown(content: &str, query: &str) -> Snippet {
    snippet(content, &words(query))
}

fn part(text: &str, range: (u32, u32)) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[range.0 as usize..range.1 as usize]).expect("whole characters")
}

fn lit(content: &str, query: &str) -> Vec<String> {
    let snippet = shown(content, query);
    snippet.ranges.iter().map(|range| part(&snippet.text, *range)).collect()
}

#[test]
fn what_was_typed_lights_up_and_nothing_else() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("회의록을 보냈어요", "의록", &["의록"]),
        ("회의 의견", "의", &["의", "의"]),
        ("Meetings and notes", "meet not", &["Meet", "not"]),
        ("이번 회의 내용", "\"회의 내용\"", &["회의 내용"]),
        ("모두 선만 유지해요", "선만유지", &["선만 유지"]),
        ("CAFÉ ﬁle ㈜마루", "cafe file 주", &["CAFÉ", "ﬁle", "㈜"]),
        ("call getUserName()", "username", &["UserName"]),
        ("call getUserName()", "user", &["User"]),
        ("use snake_case", "case", &["case"]),
        ("C++ and c", "c++", &["C++"]),
        ("👨‍👩‍👧 👍🏽", "👨 👍", &["👨‍👩‍👧", "👍🏽"]),
        ("ㅋㅋㅋㅋ 네", "ㅋㅋ", &["ㅋㅋㅋㅋ"]),
        ("회의록", "회ㅇ", &["회"]),
        ("회의", "-회의", &[]),
    ];
    for (content, query, expected) in cases {
        assert_eq!(lit(content, query), *expected, "{query} in {content}");
    }
}

#[test]
fn ranges_count_as_javascript_does() {
    assert_eq!(shown("👍👍 회의", "회의"), Snippet { text: "👍👍 회의".to_owned(), ranges: vec![(5, 7)] });
}

#[test]
fn a_snippet_is_one_line() {
    let content = "\n첫째 줄\r\n\r\n\t둘째   줄 \u{0}\u{7}";
    assert_eq!(shown(content, "줄").text, "첫째 줄 둘째 줄");
    assert_eq!(lit("회의\n\n내용", "\"회의 내용\""), ["회의 내용"]);
}

#[test]
fn the_place_with_most_words_is_shown_between_two_words() {
    let filler = "아무 말이나 ".repeat(100);
    let content = format!("{filler}회의 {filler}회의 록 {filler}");
    let snippet = shown(&content, "회의 록");
    assert_eq!(snippet.ranges.iter().map(|range| part(&snippet.text, *range)).collect::<Vec<_>>(), ["회의", "록"]);
    assert!(snippet.text.starts_with("…말이나 ") || snippet.text.starts_with("…아무 "), "{}", snippet.text);
    assert!(snippet.text.ends_with("아무…") || snippet.text.ends_with("말이나…"), "{}", snippet.text);
    let length = snippet.text.graphemes(true).count();
    assert!((LENGTH - 2 * NEAR..=LENGTH + 2).contains(&length), "{length}");
}

#[test]
fn without_words_the_beginning_is_shown() {
    let content = "가나다라 ".repeat(100);
    let snippet = snippet(&content, &Words::default());
    assert!(snippet.text.starts_with("가나다라 ") && snippet.text.ends_with("라…"));
    assert!(snippet.ranges.is_empty());
}

#[test]
fn heaps_of_marks_and_endless_words_stay_short() {
    let heap = format!("a{} 회의", "\u{301}".repeat(10_000));
    assert!(shown(&heap, "회의").text.len() < 100);
    assert_eq!(lit(&heap, "회의"), ["회의"]);
    let endless = "회".repeat(16_000);
    let snippet = shown(&endless, "회회회회");
    assert_eq!(snippet.ranges, [(0, 160)]);
    assert_eq!(shown(&endless, &"회".repeat(400)).ranges, [(0, 160)]);
}

#[test]
fn a_mark_that_stands_alone_lights_up() {
    // U+11720 joins nothing before it; U+093E would, but not a line break.
    for mark in ["\u{11720}", "\u{93e}"] {
        for content in [format!("{mark}["), format!("a\n{mark} b"), format!(" {mark}[ ")] {
            let lit = lit(&content, mark);
            assert_eq!(lit.iter().map(|lit| lit.trim()).collect::<Vec<_>>(), [mark], "{content:?}");
        }
    }
}

/// Texts of everything that is hard: scripts, joiners, marks, flags, line breaks.
fn hard_text() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        "회",
        "의",
        "록",
        "ㅋ",
        " ",
        "\n",
        "\r\n",
        "a",
        "B",
        "é",
        "e\u{301}",
        "👨‍👩‍👧",
        "👍🏽",
        "🇰🇷",
        "🇺",
        "\u{200d}",
        "\u{301}",
        "ㅎ",
        "\u{1112}\u{1175}",
        "ﾊﾟ",
        "㈜",
        "ﬁ",
        "שָׁ",
        "\u{202e}",
        "C++",
        "aB",
        "_",
        "1",
        "हि",
        "ß",
        "İ",
    ]);
    prop::collection::vec(hard, 0..400).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snippet_never_cuts_a_grapheme(content in hard_text(), query in "(회|회의|a|ㅋ|e|👍|aB| ){1,4}") {
        let Ok(query) = parse(&query, &jiff::tz::TimeZone::UTC, 0) else { return Ok(()) };
        let snippet = snippet(&content, &query.text);
        let text = &snippet.text;
        let inner = text.strip_prefix(CUT).unwrap_or(text);
        let inner = inner.strip_suffix(CUT).unwrap_or(inner);
        // Blanks are the same in both; each grapheme shown is one of the content. Marks that stand on a line break
        // stand on the blank that is shown for it.
        let is_mark = |character: char| is_combining_mark(character) || is_joiner(character);
        let flat = |text: &str| text.graphemes(true).map(str::trim)
            .filter(|grapheme| !grapheme.chars().all(is_mark)).map(str::to_owned).collect::<Vec<_>>();
        let (all, part) = (flat(&content), flat(inner));
        prop_assert!(part.is_empty() || all.windows(part.len()).any(|window| window == part), "{text:?}");
    }

    #[test]
    fn ranges_stand_apart_and_within_the_text(content in hard_text(), query in "[회의록ㅋaBe👍 ]{1,6}") {
        let Ok(query) = parse(&query, &jiff::tz::TimeZone::UTC, 0) else { return Ok(()) };
        let snippet = snippet(&content, &query.text);
        let length = u32::try_from(snippet.text.encode_utf16().count()).expect("a short text");
        let mut last = None;
        for (start, end) in snippet.ranges {
            prop_assert!(start < end && end <= length && last.is_none_or(|last| last < start));
            // Whole characters.
            part(&snippet.text, (start, end));
            last = Some(end);
        }
    }

    #[test]
    fn a_syllable_pair_in_the_text_lights_up(before in hard_text(), after in hard_text()) {
        let lit = lit(&format!("{before} 다람쥐 {after}"), "다람");
        prop_assert!(lit.iter().any(|lit| lit == "다람"), "{lit:?}");
    }
}
