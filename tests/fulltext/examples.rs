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
