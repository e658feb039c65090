//! Avatars: cut out of an image, shown to everybody, told to who shares a room.

use super::*;
use image::{GenericImageView, Pixel};

async fn set(person: &Person, body: Value) -> (u16, Value) {
    let request = person.http().request(Method::PUT, "/api/v1/me/avatar").json(&body);
    person.http().send(request).await
}

async fn shown(http: &Http, avatar: &Value) -> Result<image::DynamicImage, u16> {
    let response = fetch(http, &json!({ "id": avatar })).await;
    match response.status().as_u16() {
        200 => Ok(image::load_from_memory(&response.bytes().await.unwrap()).expect("an image")),
        status => Err(status),
    }
}

#[tokio::test]
async fn an_avatar_is_a_square_of_an_image_that_everybody_sees() {
    let Scene { app, mina, joon, stranger, .. } = scene().await;
    let listener = joon.connect().await;
    let file = upload(&mina, "wide.png", pictures::png(800, 400)).await;
    let (status, answer) = set(&mina, json!({ "fileId": file["id"] })).await;
    assert_eq!(status, 200, "{answer}");
    let middle = answer["user"]["avatar"].clone();
    let heard = listener.hear_where("user:updated", |told| told["user"]["id"] == mina.id.as_str()).await;
    assert_eq!(heard["user"]["avatar"], middle);
    for http in [mina.http(), joon.http(), stranger.http()] {
        let image = shown(&http, &middle).await.unwrap();
        assert_eq!(image.dimensions(), (256, 256));
        let (left, right) = (image.get_pixel(20, 128).to_rgb(), image.get_pixel(235, 128).to_rgb());
        assert!(left[0] > 150 && right[2] > 150, "{left:?} {right:?}");
    }
    assert_eq!(shown(&app.http(), &middle).await.err(), Some(401));
    let stolen = json!({ "roomId": text(&listener.ready["rooms"][0]["id"]), "content": "", "fileIds": [middle] });
    assert_eq!(listener.call_refused("message:send", stolen).await["code"], "not_found");

    let crop = json!({ "fileId": file["id"], "crop": { "x": 0, "y": 100, "size": 100 } });
    let (_, answer) = set(&mina, crop).await;
    let red = answer["user"]["avatar"].clone();
    let image = shown(&stranger.http(), &red).await.unwrap();
    let (right, size) = (image.get_pixel(95, 50).to_rgb(), image.dimensions());
    assert!(size == (100, 100) && right[0] > 150, "{size:?} {right:?}");
    assert_eq!(shown(&mina.http(), &middle).await.err(), Some(404), "the one before is gone");
    let (status, answer) = mina.http().delete("/api/v1/me/avatar").await;
    assert_eq!((status, &answer["user"]["avatar"]), (200, &Value::Null));
    assert_eq!(shown(&stranger.http(), &red).await.err(), Some(404));
}

#[tokio::test]
async fn a_guest_sees_the_avatars_of_those_who_share_a_room_and_no_others() {
    let Scene { app, mina, stranger, .. } = scene().await;
    let room = app.admin().await.connect().await.create_room("private", "Shop", &[&mina]).await;
    let guest = app.guest("guest", &[&room]).await;
    for (person, expected) in [(&mina, None), (&stranger, Some(404))] {
        let file = upload(person, "face.png", pictures::png(80, 80)).await;
        let (_, answer) = set(person, json!({ "fileId": file["id"] })).await;
        assert_eq!(shown(&guest.http(), &answer["user"]["avatar"]).await.err(), expected, "{}", person.username);
    }
}

#[tokio::test]
async fn what_is_no_image_or_not_there_becomes_no_avatar() {
    let Scene { app: _app, mina, joon, .. } = scene().await;
    let (words, picture) = (upload(&mina, "a.png", "words").await, upload(&mina, "p.png", pictures::png(40, 20)).await);
    let id = &picture["id"];
    for (person, body, status, field) in [
        (&mina, json!({ "fileId": words["id"] }), 422, json!("fileId")),
        (&mina, json!({ "fileId": id, "crop": { "x": 30, "y": 0, "size": 20 } }), 422, json!("crop")),
        (&mina, json!({ "fileId": id, "crop": { "x": 0, "y": 0, "size": 0 } }), 422, json!("crop")),
        (&mina, json!({ "fileId": id, "crop": { "x": 4_294_967_295_u32, "y": 0, "size": 2 } }), 422, json!("crop")),
        (&mina, json!({ "fileId": "nothing" }), 404, Value::Null),
        (&joon, json!({ "fileId": id }), 404, Value::Null),
    ] {
        let (answered, answer) = set(person, body.clone()).await;
        assert_eq!((answered, &answer["error"]["field"]), (status, &field), "{body}: {answer}");
    }
    assert_eq!(mina.http().get("/api/v1/me").await.1["user"]["avatar"], Value::Null);
}

#[tokio::test]
async fn a_part_that_lies_outside_is_refused_before_the_image_is_read() {
    let Scene { app, mina, .. } = scene().await;
    let picture = upload(&mina, "p.png", pictures::png(40, 20)).await;
    for (at, kept) in folders(&app).into_iter().enumerate() {
        std::fs::rename(kept, app.data_dir().join(format!("elsewhere-{at}"))).expect("what is kept is out of reach");
    }
    let outside = json!({ "fileId": picture["id"], "crop": { "x": 0, "y": 0, "size": 21 } });
    let (status, answer) = set(&mina, outside).await;
    assert_eq!((status, &answer["error"]["field"]), (422, &json!("crop")), "{answer}");
}

#[tokio::test]
async fn whoever_asks_for_avatars_too_fast_is_told_so_before_an_image_is_read() {
    let app = builder().env("MARU_LIMITS_SENDS_PER_SECOND", 1).env("MARU_LIMITS_SENDS_BURST", 5).spawn().await;
    let mina = app.person("mina").await;
    let picture = upload(&mina, "p.png", pictures::png(40, 20)).await;
    let outside = json!({ "fileId": picture["id"], "crop": { "x": 0, "y": 0, "size": 21 } });
    let asked: Vec<_> = (0..20).map(|_| set(&mina, outside.clone())).collect();
    let answers = futures_util::future::join_all(asked).await;
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status == 429).collect();
    assert!(!refused.is_empty(), "{answers:?}");
    assert!(refused.iter().all(|(_, answer)| answer["error"]["code"] == "rate_limited"), "{refused:?}");
}
