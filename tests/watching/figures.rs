//! The figures that administrators see.

use super::support::{TestApp, number, text, until};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/admin/metrics";

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_figures_that_move_and_nobody_else_sees_any() {
    let app = TestApp::spawn().await;
    let (admin, mina) = (app.admin().await, app.person("mina").await);
    for (http, status, code) in [
        (app.http(), 401, "unauthenticated"),
        (mina.http(), 403, "forbidden"),
        (app.http().bearer("nonsense"), 401, "unauthenticated"),
    ] {
        let (found, answer) = http.get(PATH).await;
        assert_eq!((found, answer["error"]["code"].as_str()), (status, Some(code)));
        assert!(answer.get("process").is_none());
    }
    let socket = mina.connect().await;
    let room = text(&socket.call_ok("room:create", json!({ "kind": "public", "name": "Moving" })).await["room"]["id"]);
    let look = async || {
        let (status, answer) = admin.http().get(PATH).await;
        assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
        answer
    };
    let before = look().await;
    for content in ["one", "two", "three"] {
        socket.call_ok("message:send", json!({ "roomId": room, "content": content })).await;
    }
    socket.hear_where("message:new", |told| told["message"]["content"] == "three").await;
    let after = look().await;
    let grew = |section: &str, name: &str| number(&after[section][name]) - number(&before[section][name]);
    assert_eq!((grew("traffic", "messages"), grew("traffic", "commands")), (3, 3));
    assert!(grew("traffic", "deliveries") >= 3 && grew("traffic", "commits") >= 1);
    assert_eq!(after["online"], json!({ "accounts": 1, "websockets": 1, "polling": 0 }));
    let all =
        |answer: &Value, of: &str| -> i64 { answer[of]["counts"].as_array().expect("counts").iter().map(number).sum() };
    // Another commit may come between reading the two.
    until("the same count of commits", async || {
        let seen = look().await;
        all(&seen, "commitTime") == number(&seen["traffic"]["commits"])
    })
    .await;
    assert!(all(&after, "delivery") > all(&before, "delivery"));
    let bounds = after["delivery"]["upTo"].as_array().expect("bounds").len();
    assert_eq!(after["delivery"]["counts"].as_array().expect("counts").len(), bounds + 1);
    assert!(number(&after["process"]["memoryBytes"]) > 1_000_000 && number(&after["kept"]["databaseBytes"]) > 0);
}
