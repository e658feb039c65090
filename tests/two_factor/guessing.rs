//! Who has somebody's password, and guesses codes.

use super::support::{TestApp, code};
use super::*;

#[tokio::test]
async fn whoever_guesses_codes_is_slowed_down_whatever_tickets_they_get_and_nobody_else_is() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 3)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    forget_used_codes(&app).await;
    let from = |address: &str| app.http().header("x-forwarded-for", address);
    // A right password before each guess forgives none of them.
    for _ in 0..3 {
        let ticket = ticket(&from("192.0.2.1"), "mina").await;
        assert_eq!(code(&finish(&from("192.0.2.1"), &ticket, WRONG).await), (422, "invalid"));
    }
    let guessed = ticket(&from("192.0.2.1"), "mina").await;
    let refused = finish(&from("192.0.2.1"), &guessed, &phone.code(0)).await;
    assert_eq!(code(&refused), (429, "rate_limited"), "not even the right one helps");
    assert!(refused.1["error"]["retryAfterMs"].as_u64().is_some_and(|wait| wait > 1_000), "{refused:?}");
    assert_eq!(acts(&app, &mina.id).await[0], "login.failed");

    let elsewhere = from("192.0.2.2");
    let hers = ticket(&elsewhere, "mina").await;
    assert_eq!(finish(&elsewhere, &hers, &phone.code(0)).await.0, 200, "she is not locked out elsewhere");
    let own = json!({ "password": PASSWORD, "code": phone.recovery_codes[0] });
    let (status, _) = mina.http().post(&format!("{TWO_FACTOR}/recovery-codes"), &own).await;
    assert_eq!(status, 200, "nor where she is logged in");
}

#[tokio::test]
async fn an_account_takes_few_guesses_from_everywhere_and_its_own_browser_is_let_in_all_the_same() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 2)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    let phone = turn_on(&app.person("mina").await).await;
    forget_used_codes(&app).await;
    let from = |address: String| app.http().header("x-forwarded-for", address);
    let home = from("203.0.113.1".to_owned());
    let first = ticket(&home, "mina").await;
    let request = home.request(reqwest::Method::POST, CODE).json(&json!({ "ticket": first, "code": phone.code(0) }));
    let answer = request.send().await.expect("an answer");
    let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let pass = cookies.into_iter().find(|cookie| cookie.starts_with("maru_device=")).expect("a pass");
    let pass = pass.split(';').next().expect("a value").to_owned();

    let mut refused = 0;
    for number in 1..=6 {
        let http = from(format!("198.51.100.{number}"));
        let guess = ticket(&http, "mina").await;
        let answer = finish(&http, &guess, WRONG).await;
        refused += usize::from(answer.0 == 429);
    }
    assert_eq!(refused, 2, "four guesses of strangers are taken, from wherever they come");
    forget_used_codes(&app).await;
    let http = from("203.0.113.99".to_owned()).header("cookie", pass);
    let hers = ticket(&http, "mina").await;
    assert_eq!(finish(&http, &hers, &phone.code(0)).await.0, 200, "wherever she is");
}

#[tokio::test]
async fn who_is_logged_in_guesses_no_faster() {
    let app = TestApp::builder().env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 3).spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    let off = async |password: &str, shown: &str| {
        mina.http().post(&format!("{TWO_FACTOR}/off"), &json!({ "password": password, "code": shown })).await
    };
    for _ in 0..3 {
        let refused = off(PASSWORD, WRONG).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "code"));
    }
    assert_eq!(code(&off(PASSWORD, &phone.recovery_codes[0]).await), (429, "rate_limited"));
    for _ in 0..3 {
        let refused = off("a guess", &phone.recovery_codes[0]).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "password"));
    }
    assert_eq!(code(&off(PASSWORD, &phone.recovery_codes[0]).await), (429, "rate_limited"));
}
