//! Second factors that others take away.

use super::support::{TestApp, code, succeeded};
use super::*;
use reqwest::Method;

async fn reset(by: &Person, whom: &Person) -> (u16, Value) {
    by.http().delete(&format!("/api/v1/admin/people/{}/two-factor", whom.id)).await
}

async fn promote(app: &TestApp, person: &Person) {
    let path = format!("/api/v1/admin/people/{}", person.id);
    let request = app.admin().await.http().request(Method::PATCH, &path).json(&json!({ "role": "admin" }));
    assert_eq!(app.http().send(request).await.0, 200);
}

#[tokio::test]
async fn administrators_reset_members_and_owners_reset_administrators_and_nobody_themselves() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let owner = app.admin().await;
    promote(&app, &mina).await;
    promote(&app, &joon).await;
    for person in [&owner, &mina, &joon, &sora] {
        turn_on(person).await;
    }
    let (_, people) = mina.http().get("/api/v1/admin/people").await;
    let with: Vec<&Value> = people["people"].as_array().expect("people").iter().map(|one| &one["twoFactor"]).collect();
    assert_eq!(with, [&json!(true); 4], "{people}");
    for (by, whom) in
        [(&mina, &owner), (&mina, &joon), (&mina, &mina), (&owner, &owner), (&sora, &mina), (&sora, &sora)]
    {
        assert_eq!(code(&reset(by, whom).await), (403, "forbidden"), "{} resets {}", by.username, whom.username);
    }
    let soras = sora.connect().await;
    let (status, answer) = reset(&mina, &sora).await;
    assert_eq!((status, &answer["person"]["twoFactor"]), (200, &json!(false)), "{answer}");
    assert_eq!(soras.hear("session:ended").await["reason"], "two-factor login was reset");
    soras.closed().await;
    assert_eq!(enter(&app.http(), "sora").await.1["user"]["username"], "sora", "the password stays");
    assert_eq!(code(&reset(&mina, &sora).await), (409, "conflict"), "there is none any more");
    assert_eq!(reset(&owner, &joon).await.0, 200);
    assert_eq!(acts(&app, &joon.id).await[0], "twoFactor.reset");
    let bot = app.run_cli(&["bot", "create", "--username", "builder"], "").await;
    assert!(bot.status.success());
    let (_, people) = mina.http().get("/api/v1/admin/people?kind=bot").await;
    let path = format!("/api/v1/admin/people/{}/two-factor", people["people"][0]["user"]["id"].as_str().unwrap());
    assert_eq!(code(&mina.http().delete(&path).await), (409, "conflict"));
}

#[tokio::test]
async fn a_ticket_from_before_a_reset_lets_nobody_in() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    forget_used_codes(&app).await;
    let before = ticket(&app.http(), "mina").await;
    assert_eq!(reset(&app.admin().await, &mina).await.0, 200);
    assert_eq!(code(&finish(&app.http(), &before, &phone.code(0)).await), (401, "unauthenticated"));
}

#[tokio::test]
async fn the_operator_resets_beside_a_server_and_without_one() {
    let mut app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let reset = ["user", "reset-two-factor", "--username", "ADMIN"];
    for runs in [true, false] {
        turn_on(&admin.log_in().await).await;
        if !runs {
            assert!(app.terminate().await.success());
        }
        let printed = succeeded(app.run_cli(&reset, "").await).stdout;
        assert!(printed.contains("logs in without a code now"), "{printed}");
        let none = app.run_cli(&reset, "").await;
        assert!(!none.status.success() && none.stderr.contains("no second factor"), "{none:?}");
        if !runs {
            app.restart().await;
        }
        assert_eq!(enter(&app.http(), "admin").await.1["user"]["username"], "admin");
    }
}

#[tokio::test]
async fn nothing_of_it_is_left_of_who_is_erased() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    turn_on(&mina).await;
    ticket(&app.http(), "mina").await;
    let erase = ["user", "erase", "--username", "mina", "--messages", "keep", "--yes"];
    succeeded(app.run_cli(&erase, "").await);
    for table in ["two_factor", "recovery_codes", "one_time_tokens"] {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let left: i64 = sqlx::query_scalar(query).fetch_one(&mut app.database().await).await.expect("a count");
        assert_eq!(left, 0, "{table}");
    }
}
