//! What people search for, and what they must not be shown.

use crate::index::Index;

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
        ("1,000원 £12,500.50", &["1000원", "1,000원", "1000", "12500", "12,500.50", "\"1,000 원\""]),
        ("1000원, 2000원", &["1,000원", "2,000", "1000원,2000원"]),
        ("맥 15pro 1000won mp3", &["15pro", "15Pro", "15 pro", "15", "pro", "\"15 pro\"", "1000", "1,000won", "won"]),
        ("iPhone 15Pro", &["15pro", "15 pro", "iphone,15pro"]),
        ("½컵 3½ 1/3", &["½", "1/2", "½컵", "3½", "\"3 1/2\"", "⅓", "3"]),
        ("1️⃣ 첫째 2️⃣3️⃣ #️⃣", &["1️⃣", "2️⃣", "3️⃣", "2️⃣3️⃣", "#️⃣", "1️⃣ 첫째", "1\u{20e3}"]),
        ("회의 다음 점심, 그리고 산책", &["회의,점심", "점심,회의", "회의, 산책", "회의，점심"]),
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
        ("1,000 and 2, 3", &["000", "\"1 000\"", "23"]),
        ("1,2,3 and 2024,100", &["123", "2024100", "1,000"]),
        ("31/2", &["3½"]),
        ("#️⃣ 1 2", &["1️⃣", "1️⃣2️⃣"]),
        ("a1b2c3d4", &["b2", "c3d4"]),
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

#[test]
fn numbers_are_found_close_to_their_words_and_apart() {
    let index = Index::new();
    index.fill(&["맥북 15 pro", "맥북 15pro", "맥북 15-Pro", "맥북 15Pro", "맥북 16 pro", "pro 15"]);
    assert_eq!(index.loose("15pro"), [0, 1, 2, 3]);
    assert_eq!(index.strict("15 pro"), [0, 1, 2, 3, 5]);
    assert_eq!(index.loose("15-pro"), [0, 1, 2, 3]);
    index.fill(&["utf8 covid19", "UTF-8 COVID-19", "utf 9"]);
    for query in ["utf8", "utf-8", "covid19", "COVID-19"] {
        assert_eq!(index.loose(query), [0, 1], "{query}");
    }
}
