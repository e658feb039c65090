//! Who gives whom which role, and what follows from it.

use super::support::{TestApp, succeeded, text};
use super::{PEOPLE, code, give, patch, seen};
use serde_json::{Value, json};

#[tokio::test]
async fn an_owner_makes_administrators_and_an_administrator_makes_members_and_guests() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    give(&app, &mina, "admin").await;
    give(&app, &joon, "admin").await;
    let owner = app.admin().await;
    let change =
        async |id: &str, role: &str| patch(&mina.http(), &format!("{PEOPLE}/{id}"), json!({ "role": role })).await;
    for (id, role) in [
        (&owner.id, "member"),
        (&joon.id, "member"),
        (&mina.id, "owner"),
        (&mina.id, "member"),
        (&sora.id, "admin"),
        (&sora.id, "owner"),
    ] {
        assert_eq!(code(&change(id, role).await), (403, "forbidden"), "{role} for {id}");
    }
    for role in ["guest", "member"] {
        assert_eq!(change(&sora.id, role).await.1["person"]["role"], role);
    }
    assert_eq!(seen(&app, &joon).await["role"], "admin");
    give(&app, &joon, "owner").await;
    give(&app, &joon, "member").await;
}

#[tokio::test]
async fn a_role_that_changes_is_told_to_the_person_and_what_others_see_of_it_to_who_shares_a_room() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (phone, other) = (mina.connect().await, joon.connect().await);
    let general = text(&other.ready["rooms"][0]["id"]);
    let is_mina = |told: &Value| told["user"]["id"] == mina.id.as_str();
    give(&app, &mina, "guest").await;
    assert_eq!(phone.hear("user:role").await, json!({ "role": "guest" }));
    assert_eq!(other.hear_where("user:updated", is_mina).await["user"]["guest"], true);
    assert_eq!(phone.call_refused("room:list", json!({})).await["code"], "forbidden", "at once");
    phone.call_ok("room:leave", json!({ "roomId": general })).await;
    give(&app, &mina, "member").await;
    assert_eq!(phone.hear("user:role").await, json!({ "role": "member" }));
    assert_eq!(phone.call_ok("room:list", json!({})).await["rooms"][0]["id"], general.as_str());
    let in_general = |told: &Value| told["roomId"] == general.as_str() && is_mina(told);
    other.hear_where("member:joined", in_general).await;
    assert_eq!(phone.summary(&general).await["id"], general.as_str(), "who is no guest any more is in General");
    give(&app, &mina, "admin").await;
    assert_eq!(phone.hear("user:role").await, json!({ "role": "admin" }));
    let heard: Vec<_> = other.hear_the_rest(&phone, &general).await;
    assert!(heard.iter().all(|heard| heard.event != "user:role"), "{heard:?}");
}

#[tokio::test]
async fn who_administers_no_more_may_nothing_of_it_and_their_invites_are_void() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    give(&app, &mina, "admin").await;
    let invite = mina.http().post_ok("/api/v1/invites", &json!({})).await;
    give(&app, &mina, "member").await;
    assert_eq!(code(&mina.http().get(PEOPLE).await), (403, "forbidden"));
    let preview = app.http().post("/api/v1/invites/preview", &json!({ "inviteCode": invite["code"] })).await;
    assert_eq!(code(&preview), (403, "forbidden"));
}

#[tokio::test]
async fn the_last_owner_is_neither_demoted_nor_deactivated_nor_erased() {
    let app = TestApp::builder().generous().spawn().await;
    let owner = app.admin().await;
    assert_eq!(owner.connect().await.ready["user"]["role"], "owner", "who set the server up");
    let mina = app.person("mina").await;
    give(&app, &mina, "admin").await;
    let (http, path) = (owner.http(), format!("{PEOPLE}/{}", owner.id));
    let attempts = async || {
        let erase = json!({ "username": "admin", "messages": "keep" });
        [
            patch(&http, &path, json!({ "role": "admin" })).await,
            http.post(&format!("{path}/deactivate"), &json!({})).await,
            http.post(&format!("{path}/erase"), &erase).await,
        ]
    };
    for refused in attempts().await {
        assert_eq!(code(&refused), (409, "conflict"));
    }
    give(&app, &mina, "owner").await;
    mina.http().post_ok(&format!("{path}/deactivate"), &json!({})).await;
    let alone = mina.http().post(&format!("{PEOPLE}/{}/deactivate", mina.id), &json!({})).await;
    assert_eq!(code(&alone), (409, "conflict"), "who is deactivated owns nothing");
}

#[tokio::test]
async fn who_ends_what_they_may_do_themselves_is_told_that_it_was_done() {
    let app = TestApp::builder().generous().spawn().await;
    let owner = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    for person in [&mina, &joon] {
        give(&app, person, "owner").await;
    }
    let (status, answer) = patch(&mina.http(), &format!("{PEOPLE}/{}", mina.id), json!({ "role": "member" })).await;
    assert_eq!((status, &answer["person"]["role"]), (200, &json!("member")), "{answer}");
    let (status, answer) = joon.http().post(&format!("{PEOPLE}/{}/deactivate", joon.id), &json!({})).await;
    assert!(status == 200 && answer["person"]["deactivatedAt"].is_string(), "{answer}");
    assert_eq!(answer["person"]["sessions"], 0, "{answer}");
    for person in [&mina, &joon] {
        let (status, _) = person.http().get(&format!("{PEOPLE}/{}", owner.id)).await;
        assert!(matches!(status, 401 | 403), "{status}");
    }
}

#[tokio::test]
async fn the_only_administrator_of_a_server_without_an_owner_becomes_its_owner() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let change = "UPDATE users SET role = 'admin' WHERE pid = ?";
    sqlx::query(change).bind(&admin.id).execute(&mut app.database().await).await.expect("no owner");
    let role = async |role: &str| app.run_cli(&["user", "role", "--username", "admin", "--role", role], "").await;
    let refused = role("member").await;
    assert!(!refused.status.success() && refused.stderr.contains("only administrator"), "{refused:?}");
    let made = succeeded(role("owner").await);
    assert_eq!(made.stdout.trim(), "admin is owner now");
    assert_eq!(seen(&app, &admin).await["role"], "owner");
}

#[tokio::test]
async fn a_reset_link_that_an_administrator_made_opens_no_account_that_administers_since() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    give(&app, &mina, "admin").await;
    let link = async |id: &str| {
        let reset = mina.http().post_ok(&format!("{PEOPLE}/{id}/reset"), &json!({})).await;
        text(&reset["url"]).split_once("/reset#").expect("a link").1.to_owned()
    };
    let (of_joon, of_sora) = (link(&joon.id).await, link(&sora.id).await);
    give(&app, &joon, "admin").await;
    give(&app, &sora, "guest").await;
    let choose = async |token: &str| {
        let chosen = json!({ "token": token, "password": "another wooden floor" });
        app.http().post("/api/v1/auth/reset", &chosen).await
    };
    assert_eq!(code(&choose(&of_joon).await).0, 401);
    assert_eq!(choose(&of_sora).await.0, 200, "who administers nothing chooses a password with theirs");
}

#[tokio::test]
async fn who_administers_no_more_is_told_of_no_report_but_of_rooms_that_they_look_after() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    give(&app, &mina, "admin").await;
    let (minas, joons, soras) = (mina.connect().await, joon.connect().await, sora.connect().await);
    let direct = joons.create_room("direct", "", &[&sora]).await;
    let shared = joons.create_room("private", "Shared", &[&mina, &sora]).await;
    let own = minas.create_room("private", "Own", &[&joon, &sora]).await;
    for (room, reason) in [(&direct, "of the server"), (&shared, "of a room"), (&own, "of their own room")] {
        let said = joons.say(room, "hello").await["messageId"].clone();
        soras.call_ok("message:report", json!({ "messageId": said, "reason": reason })).await;
        minas.hear_where("notification", |told| told["message"] == reason).await;
    }
    let reports = async || {
        let page = minas.call_ok("notifications:list", json!({ "unreadOnly": true })).await;
        let told = page["notifications"].as_array().expect("notifications").iter();
        let reports = told.filter(|told| told["type"] == "report").map(|told| text(&told["message"])).collect();
        (reports, page["unread"].as_i64().expect("a count"))
    };
    let (before, unread): (Vec<String>, i64) = reports().await;
    assert_eq!(before.len(), 3);
    give(&app, &mina, "member").await;
    for _ in ["of the server", "of a room"] {
        minas.hear_where("notification:withdrawn", |told| told["unread"] == unread - 2).await;
    }
    assert_eq!(reports().await, (vec!["of their own room".to_owned()], unread - 2));
    give(&app, &mina, "guest").await;
    minas.hear("notification:withdrawn").await;
    assert_eq!(reports().await, (Vec::new(), unread - 3));
}
