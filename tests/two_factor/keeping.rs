//! How second factors are kept.

use super::support::{TestApp, code, succeeded};
use super::*;

#[tokio::test]
async fn the_database_and_the_log_have_neither_secrets_nor_codes() {
    let mut app = TestApp::builder().env("MARU_LOG_LEVEL", "trace").generous().spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    assert_eq!(log_in(&app, "mina", &phone.recovery_codes[0]).await.0, 200);
    assert_eq!(code(&log_in(&app, "mina", &phone.code(0)).await), (422, "invalid"));
    assert!(app.terminate().await.success());
    let database = std::fs::read(app.data_dir().join("maru.db")).expect("the database");
    let has = |bytes: &[u8]| database.windows(bytes.len()).any(|part| part == bytes);
    let base32 = BASE32_NOPAD.encode(&phone.secret);
    assert!(has(b"twoFactor.on") && !has(&phone.secret) && !has(base32.as_bytes()));
    let log = app.transcript();
    assert!(!log.contains(&base32));
    for code in &phone.recovery_codes {
        assert!(!has(code.as_bytes()) && !has(code.replace('-', "").as_bytes()) && !log.contains(code.as_str()));
    }
}

#[tokio::test]
async fn codes_stay_good_when_the_signing_key_is_replaced_and_the_former_one_forgotten() {
    let mut app = TestApp::builder().generous().spawn().await;
    let phone = turn_on(&app.person("mina").await).await;
    let works = async |app: &TestApp| {
        forget_used_codes(app).await;
        assert_eq!(log_in(app, "mina", &phone.code(0)).await.0, 200);
    };
    succeeded(app.run_cli(&["rotate-key"], "").await);
    works(&app).await;
    succeeded(app.run_cli(&["rotate-key", "--forget-former"], "").await);
    works(&app).await;
    assert!(app.terminate().await.success());
    succeeded(app.run_cli(&["rotate-key", "--forget-former"], "").await);
    app.restart().await;
    works(&app).await;
}

#[tokio::test]
async fn a_configured_key_is_followed_and_one_that_is_gone_is_told_with_its_remedy() {
    let key = |letter: &str| letter.repeat(32);
    let mut app = TestApp::builder().generous().env("MARU_SIGNING_KEY", key("a")).spawn().await;
    let phone = turn_on(&app.person("mina").await).await;
    app.configure("MARU_SIGNING_KEY", format!("{} {}", key("b"), key("a")));
    app.restart().await;
    app.configure("MARU_SIGNING_KEY", key("b"));
    app.restart().await;
    forget_used_codes(&app).await;
    assert_eq!(log_in(&app, "mina", &phone.code(0)).await.0, 200, "it was sealed with the new one at the start");
    app.configure("MARU_SIGNING_KEY", key("c"));
    app.restart().await;
    app.logged("reset-two-factor").await;
    forget_used_codes(&app).await;
    assert_eq!(code(&log_in(&app, "mina", &phone.code(0)).await), (503, "unavailable"), "nobody is let in by that");
    assert_eq!(log_in(&app, "mina", &phone.recovery_codes[0]).await.0, 200);
}
