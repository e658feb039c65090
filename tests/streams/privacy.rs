//! A stream is its sender's to write and its room's to hear, and nobody else's.

use crate::support::text;
use crate::{begin, chunk, end, feed, patient};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_outside_hears_or_touches_it_and_nobody_else_writes_it() {
    let app = patient("30s").spawn().await;
    let (mina, joon, stranger) = (app.person("mina").await, app.person("joon").await, app.person("stranger").await);
    let (admin, former) = (app.admin().await.connect().await, app.person("former").await);
    let mina = mina.connect().await;
    let general = text(&mina.ready["rooms"][0]["id"]);
    let room = mina.create_room("private", "Quiet", &[&joon, &former]).await;
    let (joon, former, stranger) = (joon.connect().await, former.connect().await, stranger.connect().await);
    let id = begin(&mina, &room).await;
    feed(&mina, &id, 0, &["secret ", "words "]).await;
    former.call_ok("room:leave", json!({ "roomId": room })).await;
    for outsider in [&former, &stranger, &admin] {
        let _theirs = outsider.hear_the_rest(&mina, &general).await;
    }
    feed(&mina, &id, 2, &["and more"]).await;
    for (event, fields) in [
        ("message:stream:chunk", chunk(&id, 3, "mine")),
        ("message:stream:end", json!({ "messageId": id, "content": "mine" })),
        ("message:stream:error", json!({ "messageId": id, "error": "mine" })),
    ] {
        assert_eq!(joon.call_refused(event, fields.clone()).await["code"], "forbidden", "{event} by another member");
        for outsider in [&former, &stranger, &admin] {
            let error = outsider.call_refused(event, fields.clone()).await;
            let mut unknown = fields.clone();
            unknown["messageId"] = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV-1");
            assert_eq!(error["code"], "not_found", "{event}: {error}");
            assert_eq!(error, outsider.call_refused(event, unknown).await, "{event} tells that it exists");
        }
    }
    end(&mina, &id).await;
    let broken = begin(&mina, &room).await;
    mina.call_ok("message:stream:error", json!({ "messageId": broken, "error": "private reason" })).await;
    joon.hear("message:stream:error").await;
    for outsider in [&former, &stranger, &admin] {
        for heard in outsider.hear_the_rest(&mina, &general).await {
            assert!(!heard.mentions(&room) && !heard.mentions("reason"), "an outsider heard {heard}");
        }
    }
}
