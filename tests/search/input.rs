//! Whatever is typed: a right answer or a clear error, never a fault of ours.

use super::support::TestApp;
use super::{found, say_all};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn no_query_is_a_fault_of_ours() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Odd", &[]).await;
    say_all(&app, &socket, &room, &["שלום עולם", "مرحبا بالعالم", "👨‍👩‍👧‍👦 family", "ㄱ ㅏ 각", "a \"b\" c"]).await;
    let long = "가나다 ".repeat(2_500);
    let many = "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(9);
    let queries = [
        long.as_str(),
        many.as_str(),
        "",
        " ",
        "\0",
        "a\0b",
        "-",
        "--",
        "\"",
        "\"\"",
        "\"\"\"\"",
        "\"a",
        "a\"",
        "'",
        "*",
        "a*",
        "^a",
        "(",
        ")",
        "()",
        "a AND b",
        "AND",
        "OR",
        "NOT",
        "NOT a",
        "NEAR(a b)",
        "NEAR",
        "body:a",
        "marks:r1",
        "{body}:a",
        "body : a",
        "a:b:c",
        ":",
        "::",
        "from:",
        "in:",
        "before:",
        "has:",
        "is:",
        "from: in: has:",
        "-from:",
        "from:\"",
        "from:\"\"",
        "in:\"a",
        "before:2026-13-45",
        "before:9999999999999",
        "after:-1",
        "on:0000-00-00",
        "ㄱ",
        "ㅏ",
        "ㅋ",
        "\u{1100}",
        "\u{1161}\u{11a8}",
        "👨‍👩‍👧‍👦",
        "\u{200d}",
        "👨\u{200d}",
        "\u{fe0f}",
        "🇰",
        "שלום",
        "مرحبا",
        "\u{202e}abc",
        "\u{feff}",
        "a\u{301}\u{301}\u{301}",
        "%",
        "_",
        "\\",
        "';DROP TABLE messages;--",
        "﷽",
        "ﷺ",
        "\u{10ffff}",
        "🏳️‍🌈",
        "1",
        "0",
        "-a",
        "-a -b",
        "-\"a b\"",
        "before:2026-01-01",
        "-has:link",
        "after:2030-01-01",
        "has:file is:pinned",
        "가",
        "가*",
        "\"가\"",
        "r1 u1",
        "none",
        "in:#",
        "from:@",
        "from:@@",
        "in:@@me",
        "in:@me",
        "from:me -from:me",
        "가 -가",
        "\u{0}\u{1}\u{2}",
        "\n\t\r",
        "<script>",
        "$(x)",
        "{\"a\":1}",
    ];
    for query in queries {
        for sort in ["newest", "relevance"] {
            let answer = socket.call("messages:search", json!({ "query": query, "sort": sort })).await;
            check(query, &answer);
        }
        if query.len() > 10_000 {
            // Longer than a URL may be.
            continue;
        }
        let request = mina.http().request(reqwest::Method::GET, "/api/v1/search").query(&[("q", query)]);
        let (status, answer) = mina.http().send(request).await;
        assert!(status == 200 || status == 422, "{query:?}: {status}");
        check(query, &answer);
    }
    assert_eq!(found(&socket, "שלום").await, ["שלום עולם"]);
    assert_eq!(found(&socket, "مرحبا").await, ["مرحبا بالعالم"]);
    assert_eq!(found(&socket, "👨‍👩‍👧‍👦").await, ["👨‍👩‍👧‍👦 family"]);
    assert_eq!(found(&socket, "ㄱ").await, ["ㄱ ㅏ 각"]);
    let log = app.transcript();
    assert!(!log.contains("ERROR"), "{log}");
}

fn check(query: &str, answer: &Value) {
    if answer["success"] == false {
        let error = &answer["error"];
        assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("query")), "{query:?}: {answer}");
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 10), "{query:?}: {answer}");
        assert!(error["flaw"]["reason"].is_string(), "{query:?}: {answer}");
        let length = query.encode_utf16().count() as u64;
        let range = [&error["flaw"]["range"][0], &error["flaw"]["range"][1]].map(|at| at.as_u64().expect("a place"));
        assert!(range[0] <= range[1] && range[1] <= length, "{query:?}: {answer}");
    }
}

#[tokio::test]
async fn limits_are_clamped_and_cursors_of_others_refused() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    for limit in [json!(0), json!(-5), json!(101), json!(1e20)] {
        mina.call_ok("messages:search", json!({ "query": "a", "limit": limit })).await;
    }
    for (cursor, sort) in [
        ("x", "newest"),
        ("s.5", "newest"),
        ("s.5.5", "relevance"),
        ("", "newest"),
        ("s.01ARZ3NDEKTSV4RRFFQ69G5FAV-1", "newest"),
        ("s.0000000000000001", "newest"),
    ] {
        let query = json!({ "query": "a", "cursor": cursor, "sort": sort });
        let error = mina.call_refused("messages:search", query).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("cursor")), "{cursor}");
    }
}
