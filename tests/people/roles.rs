//! Who gives whom which role, and what follows from it.

use super::support::{TestApp, text};
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
