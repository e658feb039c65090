//! The words of search against the real index: SQLite's FTS5, fed and asked as the server does it.

use maru::fulltext::{Words, index_text, parse, snippet};
use proptest::prelude::*;
use sqlx::{Connection, SqliteConnection};
use std::cell::RefCell;
use tokio::runtime::{Builder, Runtime};

/// An index in memory, asked in step.
struct Index {
    runtime: Runtime,
    connection: RefCell<SqliteConnection>,
}

impl Index {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connection = runtime.block_on(async {
            let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
            let table =
                "CREATE VIRTUAL TABLE found USING fts5(body, room, tokenize='ascii', content='', contentless_delete=1)";
            sqlx::raw_sql(table).execute(&mut connection).await.expect("an index");
            connection
        });
        Self { runtime, connection: RefCell::new(connection) }
    }

    /// Holds these messages and no others; their rowids are their places.
    fn fill(&self, messages: &[impl AsRef<str>]) {
        self.runtime.block_on(async {
            let mut connection = self.connection.borrow_mut();
            sqlx::raw_sql("DELETE FROM found").execute(&mut *connection).await.expect("an empty index");
            for (at, message) in messages.iter().enumerate() {
                let mut tokens = String::new();
                index_text(message.as_ref(), &mut tokens);
                let insert = sqlx::query("INSERT INTO found (rowid, body, room) VALUES (?, ?, 'r1')");
                let insert = insert.bind(i64::try_from(at).expect("a small number")).bind(tokens);
                insert.execute(&mut *connection).await.expect("an indexed message");
            }
        });
    }

    /// The places of the messages that an expression finds.
    fn ask(&self, expression: &str) -> Result<Vec<usize>, sqlx::Error> {
        self.runtime.block_on(async {
            let ask = sqlx::query_scalar::<_, i64>("SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid");
            let ask = ask.bind(format!("room : (r1 OR r2) AND body : ({expression})"));
            let rows = ask.fetch_all(&mut *self.connection.borrow_mut()).await?;
            Ok(rows.into_iter().map(|row| usize::try_from(row).expect("a place")).collect())
        })
    }

    fn strict(&self, query: &str) -> Vec<usize> {
        let expression = words(query).strict().unwrap_or_else(|| panic!("{query} has no words"));
        self.ask(&expression).unwrap_or_else(|error| panic!("{query} became {expression}: {error}"))
    }

    fn loose(&self, query: &str) -> Vec<usize> {
        let words = words(query);
        let expression = words.loose().or(words.strict()).unwrap_or_else(|| panic!("{query} has no words"));
        self.ask(&expression).unwrap_or_else(|error| panic!("{query} became {expression}: {error}"))
    }
}

fn words(query: &str) -> Words {
    parse(query, &jiff::tz::TimeZone::UTC, 0).unwrap_or_else(|error| panic!("{query}: {error}")).text
}

fn places<'a>(messages: impl IntoIterator<Item = &'a String>, fits: impl Fn(&str) -> bool) -> Vec<usize> {
    messages.into_iter().enumerate().filter(|(_, message)| fits(message)).map(|(at, _)| at).collect()
}

/// A few syllables, so that words repeat.
const SYLLABLES: &str = "[회의록선만유지 ]{0,12}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn every_part_of_a_korean_word_is_found_and_nothing_that_lacks_it(
        messages in prop::collection::vec(SYLLABLES, 1..12),
        other in "[회의록선만유지]{1,4}",
    ) {
        let index = Index::new();
        index.fill(&messages);
        let runs = messages.iter().flat_map(|message| message.split(' '));
        let parts = runs.flat_map(|run| {
            let run: Vec<char> = run.chars().collect();
            (0..run.len()).flat_map(|start| (start + 1..=run.len()).map(move |end| (start, end)))
                .map(|(start, end)| run[start..end].iter().collect::<String>()).collect::<Vec<_>>()
        });
        for part in parts.chain([other]) {
            prop_assert_eq!(index.strict(&part), places(&messages, |message| message.contains(&part)), "{}", part);
        }
    }

    #[test]
    fn a_korean_phrase_is_found_where_it_stands(
        messages in prop::collection::vec(SYLLABLES, 1..12),
        phrase in "[회의록선만]{1,3} [회의록선만]{1,3}",
    ) {
        let index = Index::new();
        let messages: Vec<String> = messages.iter().map(|message| format!("{phrase} {message}"))
            .chain(messages.iter().cloned()).collect();
        index.fill(&messages);
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = places(&messages, |message| flat(message).contains(&phrase));
        prop_assert_eq!(index.strict(&format!("\"{phrase}\"")), expected);
    }

    #[test]
    fn english_words_and_their_beginnings_are_found(
        messages in prop::collection::vec("([abC]{1,5}[ .,_'-]?){0,8}", 1..12),
        word in "[abc]{1,5}",
    ) {
        let index = Index::new();
        // Capitals within a word would be words of their own.
        let messages: Vec<String> = messages.iter().map(|message| message.to_lowercase()).collect();
        index.fill(&messages);
        let begins = |of: &str| if word.len() < 3 { of == word } else { of.starts_with(&word) };
        let fits = |message: &str| message.split(|letter: char| !letter.is_alphanumeric()).any(begins);
        prop_assert_eq!(index.strict(&word.to_uppercase()), places(&messages, fits));
        let whole = |message: &str| message.split(|letter: char| !letter.is_alphanumeric()).any(|of| of == word);
        prop_assert_eq!(index.strict(&format!("\"{word}\"")), places(&messages, whole));
    }

    #[test]
    fn a_word_is_found_however_its_blanks_are_set(
        syllables in prop::collection::vec("[회의록선만유지]", 3..8),
        blank in 1_usize..6,
    ) {
        let word = syllables.concat();
        let blank = blank.min(syllables.len() - 2);
        let spaced = format!("{} {}", syllables[..blank].concat(), syllables[blank..].concat());
        let index = Index::new();
        index.fill(&[&spaced, &word]);
        prop_assert_eq!(index.strict(&word), [1]);
        prop_assert_eq!(index.loose(&word), [0, 1]);
        let typed = index.strict(&spaced);
        prop_assert_eq!(typed, [0, 1]);
    }
}

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
        let found = loose.clone().or(strict.clone()).is_some_and(|found| !found.is_empty());
        let found_strictly = strict.is_some_and(|found| !found.is_empty());
        prop_assert!(!found_strictly || found, "loose lacks what strict finds");
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

#[test]
fn the_same_text_is_found_in_all_its_forms() {
    let index = Index::new();
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd("회의록 Café").collect();
    let found: &[(&str, &[&str])] = &[
        ("회의록 Café", &["회의", "의록", "cafe", "CAFÉ", "café", &decomposed, "\"회의록 cafe\"", "회", "caf"]),
        (&decomposed, &["회의록", "cafe"]),
        ("ＡＰＩ서버", &["api", "API서버", "서버", "\"api 서버\""]),
        (
            "getUserName(foo_bar) HTTPServer iPhone",
            &["getusername", "user", "userName", "name", "get", "foo", "bar", "foo_bar", "server", "http", "phone"],
        ),
        ("C++17 and C# by #123", &["c++", "C#", "#123", "123", "c"]),
        ("mina@maru.im https://maru.im/a/b?x=1", &["mina@maru.im", "maru.im", "maru", "https://maru.im/a", "mina"]),
        ("축하해요 🎉👍🏽 👨‍👩‍👧 🇰🇷", &["🎉", "👍", "👍🏽", "👨‍👩‍👧", "👧", "🇰🇷", "🇰"]),
        ("네ㅋㅋㅋㅋ ㅠㅠ", &["ㅋㅋ", "ㅋ", "ㅠㅠ", "네ㅋ", "네"]),
        ("東京タワーに行く 中文搜索", &["東京", "タワー", "行く", "搜索", "文"]),
        ("שָׁלוֹם مَرْحَبًا", &["שלום", "مرحبا"]),
        ("straße ŁÓDŹ smørrebrød", &["strasse", "lodz", "smorrebrod", "STRASSE"]),
        ("ภาษาไทย हिन्दी", &["ไทย", "हिन्दी", "हिन्"]),
        ("don’t e-mail", &["don't", "\"e mail\"", "don"]),
        ("a\u{301}\u{302}\u{303}b co\u{ad}operate", &["ab", "cooperate"]),
    ];
    for (message, queries) in found {
        index.fill(&[message]);
        for query in *queries {
            assert_eq!(index.strict(query), [0], "{query} in {message}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let index = Index::new();
    let lacking: &[(&str, &[&str])] = &[
        ("회의 의록", &["회의록", "의의"]),
        ("issue #1234", &["#123", "ssue", "\"issu\""]),
        ("C and D", &["C++", "C#"]),
        ("🇰🇷🇺🇸", &["🇷🇺"]),
        ("call getUserName now", &["\"now user\"", "\"now username\""]),
        ("report", &["port", "repot"]),
        ("회의 note", &["회의 -note", "-회의 note", "회의 -\"note\""]),
        ("회의록", &["회의 -의록"]),
    ];
    for (message, queries) in lacking {
        index.fill(&[message]);
        for query in *queries {
            assert_eq!(index.strict(query), [0; 0], "{query} in {message}");
        }
    }
    index.fill(&["categories of 회의"]);
    assert_eq!(index.strict("회의 -cat"), [0], "what is left out is a whole word");
}
