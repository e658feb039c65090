//! The team's logo: made by an administrator, shown to whoever comes, and gone when another takes its place.

use super::*;
use image::GenericImageView;

const LOGO: &str = "/api/v1/admin/settings/logo";

async fn set(person: &Person, file: &Value) -> (u16, Value) {
    let request = person.http().request(Method::PUT, LOGO).json(&json!({ "fileId": file["id"] }));
    person.http().send(request).await
}

async fn shown(app: &TestApp, logo: &Value) -> reqwest::Response {
    let path = format!("/api/v1/server/logo/{}", text(logo));
    app.http().request(Method::GET, &path).send().await.expect("an answer")
}

#[tokio::test]
async fn a_logo_is_made_by_administrators_and_shown_to_whoever_comes_until_there_is_another() {
    let Scene { app, mina, .. } = scene().await;
    let admin = app.admin().await;
    let listener = mina.connect().await;
    let photo = upload(&admin, "wide.jpg", pictures::photo(800, 400, 1, "Gangnam")).await;
    let (status, answer) = set(&admin, &photo).await;
    assert_eq!(status, 200, "{answer}");
    let first = answer["settings"]["logo"].clone();
    assert_ne!(first, photo["id"], "it is a file of its own");
    assert_eq!(listener.hear("team:updated").await["settings"]["logo"], first);
    assert_eq!(app.http().get("/api/v1/server").await.1["logo"], first);
    let response = shown(&app, &first).await;
    for (name, expected) in [
        ("content-type", "image/jpeg"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "public, max-age=31536000, immutable"),
    ] {
        assert_eq!(header(&response, name), expected);
    }
    let bytes = response.bytes().await.unwrap();
    assert!(!bytes.windows(7).any(|part| part == b"Gangnam"));
    assert_eq!(image::load_from_memory(&bytes).expect("an image").dimensions(), (128, 64));
    assert_eq!(shown(&app, &photo["id"]).await.status(), 404, "no other file is given out there");
    // It is the team's, and nobody's to send or to take back.
    assert_eq!(admin.http().delete(&format!("{FILES}/{}", text(&first))).await.0, 409);

    let other = upload(&admin, "other.png", pictures::png(40, 20)).await;
    let second = set(&admin, &other).await.1["settings"]["logo"].clone();
    assert_eq!(shown(&app, &first).await.status(), 404);
    assert_eq!(shown(&app, &second).await.status(), 200);
    // What is past its time is swept, and this is not.
    admin.http().post_ok("/api/v1/admin/jobs/files/run", &json!({})).await;
    support::until("the former one is swept", async || {
        let left = "SELECT count(*) FROM files WHERE name = 'logo'";
        sqlx::query_scalar::<_, i64>(left).fetch_one(&mut app.database().await).await.expect("a count") == 1
    })
    .await;
    assert_eq!(shown(&app, &second).await.status(), 200);
    assert_eq!(admin.http().delete(LOGO).await.1["settings"]["logo"], Value::Null);
    assert_eq!(shown(&app, &second).await.status(), 404);
    let log = admin.http().get("/api/v1/admin/audit?act=settings.changed").await.1;
    assert_eq!(log["entries"][0]["detail"], json!({ "logo": { "from": second, "to": null } }));
}

#[tokio::test]
async fn what_is_no_image_or_not_ones_own_becomes_no_logo() {
    let Scene { app, mina, joon, .. } = scene().await;
    let admin = app.admin().await;
    let words = upload(&admin, "a.png", "words").await;
    let theirs = upload(&mina, "secret.png", pictures::png(30, 20)).await;
    for (file, expected) in [(&words, (422, "invalid")), (&theirs, (404, "not_found"))] {
        let (status, answer) = set(&admin, file).await;
        assert_eq!((status, answer["error"]["code"].as_str().expect("a code")), expected);
    }
    assert_eq!(set(&joon, &theirs).await.0, 403);
    assert_eq!(joon.http().delete(LOGO).await.0, 403);
    assert_eq!(app.http().get("/api/v1/server").await.1.get("logo"), None);
}
