//! One's own second factor.

use super::support::{TestApp, code, text};
use super::*;

#[tokio::test]
async fn it_is_turned_on_by_who_knows_the_password_and_whose_app_shows_the_right_code() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    assert_eq!(mina.http().get(TWO_FACTOR).await.1, json!({ "success": true, "recoveryCodes": 0, "required": false }));
    let refused = mina.http().post(TWO_FACTOR, &json!({ "password": "a guess" })).await;
    assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "password"));

    let begun = mina.http().post_ok(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    let (secret, url) = (text(&begun["secret"]), text(&begun["url"]));
    assert!(url.starts_with("otpauth://totp/Maru:mina?") && url.contains(&format!("secret={secret}&")), "{url}");
    let phone = App::new(&secret);
    let confirm = async |person: &Person, shown: &str| {
        let confirmation = json!({ "enrolment": begun["enrolment"], "code": shown });
        person.http().post(&format!("{TWO_FACTOR}/on"), &confirmation).await
    };
    let wrong = confirm(&mina, WRONG).await;
    assert_eq!((code(&wrong), field(&wrong)), ((422, "invalid"), "code"));
    let elsewhere = confirm(&mina.log_in().await, &phone.code(0)).await;
    assert_eq!((code(&elsewhere), field(&elsewhere)), ((422, "invalid"), "enrolment"), "of another session");
    assert_eq!(enter(&app.http(), "mina").await.1.get("secondFactor"), None, "nothing has changed so far");

    let (status, done) = confirm(&mina, &phone.code(0)).await;
    let codes: Vec<String> = done["recoveryCodes"].as_array().expect("codes").iter().map(text).collect();
    let are_long = codes.iter().all(|code| code.split('-').map(str::len).eq([4; 4]));
    assert!(status == 200 && codes.len() == 10 && are_long, "{done}");
    assert_eq!(code(&confirm(&mina, &phone.code(1)).await), (409, "conflict"));
    let again = mina.http().post(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    assert_eq!(code(&again), (409, "conflict"), "it is on");
    let state = mina.http().get(TWO_FACTOR).await.1;
    assert!(state["since"].is_string() && state["recoveryCodes"] == 10, "{state}");
    let spent = log_in(&app, "mina", &phone.code(0)).await;
    assert_eq!(code(&spent), (422, "invalid"), "the code that confirmed it is spent");
    assert_eq!(acts(&app, &mina.id).await[0], "twoFactor.on");
}

#[tokio::test]
async fn turning_it_on_ends_every_other_session_of_the_person_and_of_nobody_else() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let elsewhere = mina.log_in().await;
    let (here, there, joons) = (mina.connect().await, elsewhere.connect().await, joon.connect().await);
    let login = enter(&app.http(), "mina").await.1;
    turn_on(&mina).await;
    let told = there.hear("session:ended").await;
    assert!(text(&told["reason"]).starts_with("two-factor login was turned on"), "{told}");
    there.closed().await;
    assert_eq!(code(&elsewhere.http().get("/api/v1/me").await), (401, "unauthenticated"));
    let refresh = json!({ "refreshToken": login["refreshToken"] });
    assert_eq!(code(&app.http().post("/api/v1/auth/refresh", &refresh).await), (401, "unauthenticated"));
    for socket in [&here, &joons] {
        socket.call_ok("heartbeat", json!({})).await;
    }
    let (_, listed) = mina.http().get("/api/v1/auth/sessions").await;
    let listed = listed["sessions"].as_array().expect("sessions");
    assert!(listed.len() == 1 && listed[0]["current"] == true, "{listed:?}");
}

#[tokio::test]
async fn an_app_says_the_name_of_the_team() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let named = admin.http().request(reqwest::Method::PATCH, "/api/v1/admin/settings");
    app.http().send(named.json(&json!({ "name": "Blue Lake" }))).await;
    let begun = admin.http().post_ok(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    assert!(text(&begun["url"]).starts_with("otpauth://totp/Blue%20Lake:admin?"), "{begun}");
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_the_former() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = turn_on(&mina).await;
    forget_used_codes(&app).await;
    let renew = async |shown: &str| {
        let proof = json!({ "password": PASSWORD, "code": shown });
        mina.http().post(&format!("{TWO_FACTOR}/recovery-codes"), &proof).await
    };
    let (status, renewed) = renew(&phone.code(0)).await;
    let renewed: Vec<String> = renewed["recoveryCodes"].as_array().expect("codes").iter().map(text).collect();
    assert!(status == 200 && renewed.len() == 10 && renewed.iter().all(|code| !phone.recovery_codes.contains(code)));
    assert_eq!(code(&log_in(&app, "mina", &phone.recovery_codes[0]).await), (422, "invalid"));
    assert_eq!(log_in(&app, "mina", &renewed[0]).await.0, 200);
    assert_eq!(code(&renew(&phone.code(0)).await), (422, "invalid"), "the code is spent by that, too");
    assert!(acts(&app, &mina.id).await.contains(&"twoFactor.codes".to_owned()));
}

#[tokio::test]
async fn it_is_turned_off_with_a_password_and_a_code_of_either_kind() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let off = async |person: &Person, proof: Value| person.http().post(&format!("{TWO_FACTOR}/off"), &proof).await;
    let none = off(&mina, json!({ "password": PASSWORD, "code": WRONG })).await;
    assert_eq!(code(&none), (409, "conflict"), "there is none");
    for (person, by_app) in [(&mina, true), (&joon, false)] {
        let phone = turn_on(person).await;
        forget_used_codes(&app).await;
        let right = if by_app { phone.code(0) } else { phone.recovery_codes[3].clone() };
        let refused = off(person, json!({ "password": "a guess", "code": right })).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "password"));
        let refused = off(person, json!({ "password": PASSWORD, "code": WRONG })).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "code"));
        assert_eq!(off(person, json!({ "password": PASSWORD, "code": right })).await.0, 200);
        assert_eq!(enter(&app.http(), &person.username).await.1["user"]["username"], json!(person.username));
        assert_eq!(acts(&app, &person.id).await[0], "twoFactor.off");
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM recovery_codes")
        .fetch_one(&mut app.database().await)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}
