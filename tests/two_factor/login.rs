//! The second step of a login.

use super::support::{PASSWORD, TestApp, code, text};
use super::*;
use futures_util::future::join_all;
use reqwest::Method;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_password_alone_lets_nobody_in_and_tells_nothing() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    let request = app.http().request(Method::POST, LOGIN).json(&json!({ "username": "mina", "password": PASSWORD }));
    let answer = request.send().await.expect("an answer");
    assert!(answer.headers().get("set-cookie").is_none(), "{answer:?}");
    let answer: Value = answer.json().await.expect("JSON");
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&answer), ["secondFactor", "success"].map(str::to_owned).into());
    assert_eq!(keys(&answer["secondFactor"]), ["expiresAt", "ticket"].map(str::to_owned).into());
    let ticket = text(&answer["secondFactor"]["ticket"]);
    assert_eq!(code(&app.http().bearer(&ticket).get("/api/v1/me").await), (401, "unauthenticated"));
    let (_, sessions) = mina.http().get("/api/v1/auth/sessions").await;
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "no session has begun");

    forget_used_codes(&app).await;
    for wrong in [WRONG, "", "12345", "0000-0000-0000-0000", &"9".repeat(60_000)] {
        let refused = finish(&app.http(), &ticket, wrong).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "code"), "{wrong:.30}");
    }
    let wrong_ticket = finish(&app.http(), "none", &phone.code(0)).await;
    assert_eq!(code(&wrong_ticket), (401, "unauthenticated"));
    let (status, login) = finish(&app.http(), &ticket, &phone.code(0)).await;
    assert_eq!((status, &login["user"]["username"]), (200, &json!("mina")), "{login}");
    let (status, _) = app.http().bearer(text(&login["accessToken"])).get("/api/v1/me").await;
    assert_eq!((status, login.get("twoFactorDue")), (200, None));
    let next = json!({ "refreshToken": login["refreshToken"] });
    assert_eq!(app.http().post("/api/v1/auth/refresh", &next).await.0, 200, "who is in stays in");
}

#[tokio::test]
async fn a_code_lets_in_once_and_those_before_it_never() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    forget_used_codes(&app).await;
    let shown = phone.code(0);
    let tickets = join_all((0..6).map(|_| async { ticket(&app.http(), "mina").await })).await;
    let answers = join_all(tickets.iter().map(|ticket| {
        let (http, shown) = (app.http(), shown.clone());
        async move { finish(&http, ticket, &shown).await.0 }
    }));
    let statuses = answers.await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    assert_eq!(code(&log_in(&app, "mina", &phone.code(-1)).await), (422, "invalid"), "the one before");
    assert_eq!(log_in(&app, "mina", &phone.code(1)).await.0, 200, "the next one, of a clock that is ahead");
    assert_eq!(code(&log_in(&app, "mina", &phone.code(3)).await), (422, "invalid"), "one that is to come");
}

#[tokio::test]
async fn a_ticket_is_good_for_one_login_and_five_minutes_and_not_for_another_password() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    forget_used_codes(&app).await;
    let used = ticket(&app.http(), "mina").await;
    assert_eq!(finish(&app.http(), &used, &phone.code(0)).await.0, 200);
    forget_used_codes(&app).await;
    assert_eq!(code(&finish(&app.http(), &used, &phone.code(0)).await), (401, "unauthenticated"), "it is spent");

    let late = ticket(&app.http(), "mina").await;
    change(&app, "UPDATE one_time_tokens SET expires_at = expires_at - 4 * 60 * 1000").await;
    assert_eq!(code(&finish(&app.http(), &late, WRONG).await), (422, "invalid"), "it has a minute left");
    change(&app, "UPDATE one_time_tokens SET expires_at = expires_at - 60 * 1000").await;
    assert_eq!(code(&finish(&app.http(), &late, &phone.code(0)).await), (401, "unauthenticated"), "its time is over");
    let left = async || {
        let query = "SELECT count(*) FROM one_time_tokens WHERE purpose = 'login'";
        sqlx::query_scalar::<_, i64>(query).fetch_one(&mut app.database().await).await.expect("a count")
    };

    let overtaken = ticket(&app.http(), "mina").await;
    assert_eq!(left().await, 1, "those of the past are forgotten");
    let another = json!({ "current": PASSWORD, "new": "another floor, same sky" });
    mina.http().post_ok("/api/v1/auth/password", &another).await;
    assert_eq!(code(&finish(&app.http(), &overtaken, &phone.code(0)).await), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_recovery_code_lets_in_once_however_it_is_typed_and_is_noted() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    let codes = &phone.recovery_codes;
    assert_eq!(codes.len(), 10);
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert_eq!(log_in(&app, "mina", &typed).await.0, 200);
    assert_eq!(code(&log_in(&app, "mina", &codes[0]).await), (422, "invalid"), "it is spent");
    assert_eq!(log_in(&app, "mina", &codes[9]).await.0, 200);
    let (_, state) = mina.http().get(TWO_FACTOR).await;
    assert_eq!(state["recoveryCodes"], 8);
    assert_eq!(acts(&app, &mina.id).await[..3], ["twoFactor.recovery", "twoFactor.recovery", "twoFactor.on"]);

    let joon = app.person("joon").await;
    turn_on(&joon).await;
    assert_eq!(code(&log_in(&app, "joon", &codes[1]).await), (422, "invalid"), "somebody else's");
}

#[tokio::test]
async fn a_reset_link_chooses_a_password_and_skips_no_second_factor() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    let link = app.run_cli(&["user", "reset-password", "--username", "mina"], "").await.stdout;
    let token = link.trim().split_once("/reset#").expect("a link").1;
    let chosen = json!({ "token": token, "password": PASSWORD });
    let answer = app.http().post_ok("/api/v1/auth/reset", &chosen).await;
    assert_eq!(answer, json!({ "success": true }), "nobody is in by that");
    forget_used_codes(&app).await;
    assert_eq!(log_in(&app, "mina", &phone.code(0)).await.0, 200);

    app.run_cli(&["user", "deactivate", "--username", "mina"], "").await;
    let link = app.run_cli(&["user", "reactivate", "--username", "mina"], "").await.stdout;
    let token = link.trim().split_once("/reset#").expect("a link").1;
    app.http().post_ok("/api/v1/auth/reset", &json!({ "token": token, "password": PASSWORD })).await;
    forget_used_codes(&app).await;
    assert_eq!(log_in(&app, "mina", &phone.code(0)).await.0, 200);
}

#[tokio::test]
async fn a_browser_gets_its_cookies_with_the_second_step() {
    let app = TestApp::spawn().await;
    let phone = turn_on(&app.person("mina").await).await;
    forget_used_codes(&app).await;
    let ticket = ticket(&app.http(), "mina").await;
    let second = json!({ "ticket": ticket, "code": phone.code(0) });
    let answer = app.http().request(Method::POST, CODE).json(&second).send().await.expect("an answer");
    let cookies: Vec<_> =
        answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
    for name in ["maru_refresh=", "maru_files=", "maru_device="] {
        assert!(cookies.iter().any(|cookie| cookie.starts_with(name) && cookie.contains("HttpOnly")), "{cookies:?}");
    }
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body.get("refreshToken"), None, "{body}");
}
