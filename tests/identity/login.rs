//! Logging in.

use super::support::{Http, PASSWORD, TestApp};
use super::{code, log_in};
use serde_json::json;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_answer_alike() {
    let app = TestApp::spawn().await;
    app.person("mina").await;
    let wrong = log_in(&app.http(), "mina", "not her password").await;
    assert_eq!(code(&wrong), (401, "unauthenticated"));
    for unknown in ["nobody", "", "mina ", "MI\u{0}NA", &"m".repeat(1_000)] {
        assert_eq!(log_in(&app.http(), unknown, "not her password").await, wrong, "{unknown:?}");
    }
    let bot = app.run_cli(&["bot", "create", "--username", "robot"], "").await;
    assert!(bot.status.success());
    assert_eq!(log_in(&app.http(), "robot", bot.stdout.trim()).await, wrong, "a bot has no password");
}

#[tokio::test]
async fn a_username_is_known_in_every_case_and_a_password_in_every_composition() {
    let app = TestApp::spawn().await;
    let made = ["user", "create", "--username", "José", "--password-stdin"];
    assert!(app.run_cli(&made, "비밀번호 café\n").await.status.success());
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd("비밀번호 café").collect();
    let (status, answer) = log_in(&app.http(), "JOSE\u{301}", &decomposed).await;
    assert_eq!((status, &answer["user"]["username"]), (200, &json!("José")), "{answer}");
    assert_eq!(code(&log_in(&app.http(), "José", "비밀번호 Café").await), (401, "unauthenticated"));
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down_and_nobody_else() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 3)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    app.person("mina").await;
    app.person("jisu").await;
    let from = |address: &str| app.http().header("x-forwarded-for", address);
    for _ in 0..3 {
        assert_eq!(log_in(&from("192.0.2.1"), "mina", "a guess").await.0, 401);
    }
    let refused = log_in(&from("192.0.2.1"), "MINA", PASSWORD).await;
    assert_eq!(code(&refused), (429, "rate_limited"), "not even the right one helps");
    assert!(refused.1["error"]["retryAfterMs"].as_u64().is_some_and(|wait| wait > 1_000), "{refused:?}");
    assert_eq!(log_in(&from("192.0.2.2"), "mina", PASSWORD).await.0, 200, "she is not locked out elsewhere");
    assert_eq!(log_in(&from("192.0.2.1"), "jisu", PASSWORD).await.0, 200, "nor is a neighbour");
    for _ in 0..10 {
        assert_eq!(log_in(&from("192.0.2.3"), "mina", PASSWORD).await.0, 200, "what succeeds is not counted");
    }
}

/// Logs in as a browser does: the status, and the cookie by which it is known again.
async fn log_in_browser(http: &Http, username: &str, password: &str) -> (u16, String) {
    let login = json!({ "username": username, "password": password });
    let answer = http.request(reqwest::Method::POST, "/api/v1/auth/login").json(&login).send().await.unwrap();
    let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let pass = cookies.into_iter().find(|cookie| cookie.starts_with("maru_device="));
    (answer.status().as_u16(), pass.unwrap_or_default())
}

#[tokio::test]
async fn a_browser_that_somebody_has_logged_in_with_is_let_in_while_strangers_guess() {
    let mut app = TestApp::builder()
        .env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 1)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    for username in ["mina", "jisu"] {
        app.person(username).await;
    }
    let http = app.http();
    let log_in = async |username: &str, from: &str, cookie: &str| {
        let browser = http.clone().header("x-forwarded-for", from).header("cookie", cookie);
        log_in_browser(&browser, username, PASSWORD).await
    };
    let guess = async |number: u32| {
        let stranger = http.clone().header("x-forwarded-for", format!("198.51.100.{number}"));
        super::log_in(&stranger, "mina", "a guess").await.0
    };
    let (status, pass) = log_in("mina", "192.0.2.1", "").await;
    assert_eq!(status, 200);
    let (pass, attributes) = pass.split_once("; ").expect("a cookie");
    assert_eq!(attributes, "Path=/api/v1/auth; Max-Age=34560000; HttpOnly; SameSite=Strict");
    let (_, other) = log_in("jisu", "192.0.2.2", "").await;
    for restarted in [false, true] {
        if restarted {
            app.restart().await;
        }
        for number in 1..=10 {
            assert_eq!(guess(number).await, 401);
        }
        assert_eq!(guess(11).await, 429, "they have used up what an account has everywhere");
        assert_eq!(log_in("mina", "203.0.113.1", "").await.0, 429);
        assert_eq!(log_in("mina", "203.0.113.1", other.split(';').next().unwrap()).await.0, 429, "of somebody else");
        assert_eq!(log_in("mina", "203.0.113.1", "maru_device=forged").await.0, 429);
        assert_eq!(log_in("mina", "203.0.113.2", pass).await.0, 200, "wherever she is");
    }
}

#[tokio::test]
async fn who_knew_a_password_guesses_the_next_one_no_faster_with_many_passes() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 1)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let http = app.http();
    let mut passes = Vec::new();
    for _ in 0..40 {
        let (status, pass) = log_in_browser(&http, "mina", PASSWORD).await;
        assert_eq!(status, 200);
        passes.push(pass);
    }
    let new = "another floor, same sky";
    mina.http().post_ok("/api/v1/auth/password", &json!({ "current": PASSWORD, "new": new })).await;
    let mut guesses = 0;
    for (number, pass) in passes.iter().enumerate() {
        let browser = http.clone().header("x-forwarded-for", format!("198.51.100.{number}"));
        let cookie = pass.split(';').next().unwrap();
        let (status, _) = log_in_browser(&browser.header("cookie", cookie), "mina", "a guess").await;
        assert!(status == 401 || status == 429, "{status}");
        guesses += usize::from(status == 401);
    }
    assert_eq!(guesses, 10, "those of strangers: no browser is known any more");
}

#[tokio::test]
async fn a_browser_is_known_no_more_once_the_password_is_another() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 1)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let http = app.http();
    let log_in = async |from: &str, pass: &str, password: &str| {
        let cookie = pass.split(';').next().unwrap_or_default();
        let browser = http.clone().header("x-forwarded-for", from).header("cookie", cookie);
        log_in_browser(&browser, "mina", password).await
    };
    let (changed, chosen) = ("another floor, same sky", "a third floor, same sky");
    let (_, first) = log_in("192.0.2.1", "", PASSWORD).await;
    mina.http().post_ok("/api/v1/auth/password", &json!({ "current": PASSWORD, "new": changed })).await;
    let (_, second) = log_in("192.0.2.2", "", changed).await;
    for number in 1..=10 {
        let stranger = http.clone().header("x-forwarded-for", format!("198.51.100.{number}"));
        assert_eq!(super::log_in(&stranger, "mina", "a guess").await.0, 401);
    }
    assert_eq!(log_in("203.0.113.1", &first, changed).await.0, 429, "from before the password was changed");
    let (status, third) = log_in("203.0.113.2", &second, changed).await;
    assert_eq!(status, 200, "from after it");
    let link = app.run_cli(&["user", "reset-password", "--username", "mina"], "").await.stdout;
    let token = link.trim().split_once("/reset#").expect("a reset link").1;
    http.post_ok("/api/v1/auth/reset", &json!({ "token": token, "password": chosen })).await;
    for pass in [second, third] {
        assert_eq!(log_in("203.0.113.3", &pass, chosen).await.0, 429, "from before it was reset");
    }
}

#[tokio::test]
async fn who_chooses_passwords_by_the_hundred_from_one_address_leaves_room_in_the_line() {
    let app = TestApp::builder().env("MARU_TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    let admin = app.admin().await;
    app.person("mina").await;
    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await["code"].clone();
    let link = app.run_cli(&["user", "reset-password", "--username", "mina"], "").await.stdout;
    let token = link.trim().split_once("/reset#").expect("a reset link").1;
    let crowd = app.http().header("x-forwarded-for", "192.0.2.1");
    let registering = futures_util::future::join_all((0..100).map(|number| {
        let username = format!("guest{number}");
        let account = json!({ "inviteCode": invite, "username": username, "displayName": username,
            "password": PASSWORD, "tokenTransport": "body" });
        let crowd = &crowd;
        async move { crowd.post("/api/v1/auth/register", &account).await.0 }
    }));
    let resetting = futures_util::future::join_all((0..100).map(|_| {
        let crowd = &crowd;
        let choice = json!({ "token": token, "password": PASSWORD });
        async move { crowd.post("/api/v1/auth/reset", &choice).await.0 }
    }));
    let (registered, reset) = tokio::join!(registering, resetting);
    assert!(registered.contains(&429) && reset.contains(&429), "{registered:?} {reset:?}");
    assert!(!registered.contains(&503) && !reset.contains(&503), "the line was never full");
    let elsewhere = app.http().header("x-forwarded-for", "192.0.2.2");
    assert_eq!(log_in(&elsewhere, "admin", PASSWORD).await.0, 200);
}

#[tokio::test]
async fn a_burst_of_logins_leaves_the_talk_alone_and_gets_in() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.ready["rooms"][0]["id"].clone();
    let logins = (0..20).map(|_| {
        let http = app.http();
        async move { log_in(&http, "mina", PASSWORD).await.0 }
    });
    let talk = async {
        for number in 0..20 {
            socket.call_ok("message:send", json!({ "roomId": room, "content": format!("line {number}") })).await;
        }
    };
    let (statuses, ()) = tokio::join!(futures_util::future::join_all(logins), talk);
    assert_eq!(statuses, vec![200; 20]);
}

#[tokio::test]
async fn a_deactivated_user_is_out_at_once_and_stays_an_author() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let admin = app.admin().await;
    let room = socket.ready["rooms"][0]["id"].clone();
    let sent = socket.call_ok("message:send", json!({ "roomId": room, "content": "remember me" })).await;
    let done = app.run_cli(&["user", "deactivate", "--username", "Mina"], "").await;
    assert!(done.status.success(), "{done:?}");
    assert_eq!(socket.hear("session:ended").await["reason"], "the account was deactivated");
    socket.closed().await;
    assert_eq!(code(&mina.http().get("/api/v1/me").await), (401, "unauthenticated"));
    assert_eq!(code(&super::refresh(&app.http(), &mina.refresh_token).await), (401, "unauthenticated"));
    assert_eq!(code(&log_in(&app.http(), "mina", PASSWORD).await), (401, "unauthenticated"));
    let refused = mina.connect_with(super::support::Options::websocket()).await;
    assert!(refused.is_err_and(|error| error.message().starts_with("unauthenticated")));

    let history = admin.connect().await.call_ok("messages:history", json!({ "roomId": room })).await;
    let messages = history["messages"].as_array().expect("messages");
    let hers = messages.iter().find(|message| message["id"] == sent["messageId"]).expect("her message");
    assert_eq!(hers["user"], json!({ "id": mina.id, "displayName": "mina", "deactivated": true }));
}
