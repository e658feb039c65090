//! Who comes late, or comes back, has the whole text.

use crate::support::{Options, Socket, number, text};
use crate::{begin, chunk, end, feed, hear_chunk, patient, stored};
use serde_json::{Value, json};

/// The text of a message that was handed out while it grew, with the chunks that its reader heard.
pub fn joined(message: &Value, reader: &Socket) -> String {
    let mut whole = text(&message["content"]);
    let mut next = number(&message["stream"]["nextIndex"]);
    for heard in reader.heard_events() {
        if heard.event == "message:stream:chunk" && heard.payload["messageId"] == message["id"] {
            let index = number(&heard.payload["index"]);
            assert!(index <= next, "a hole: chunk {index} came where {next} is expected");
            if index == next {
                whole.push_str(heard.payload["chunk"].as_str().unwrap());
                next += 1;
            }
        }
    }
    whole
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_while_it_grows_gets_the_text_so_far_and_hears_the_rest() {
    let app = patient("30s").spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let mina = mina.connect().await;
    let room = mina.create_room("public", "Stream", &[&joon]).await;
    let known = number(&mina.summary(&room).await["rev"]);
    let sora = sora.connect().await;
    let id = begin(&mina, &room).await;
    let total = 400;
    let expected: String = (0..total).map(|at| format!("{at} ")).collect();
    let (all_came, came) = tokio::sync::oneshot::channel();
    let sending = async {
        for at in 0..total {
            mina.call_ok("message:stream:chunk", chunk(&id, at, &format!("{at} "))).await;
        }
        came.await.expect("everybody comes");
        end(&mina, &id).await;
    };
    // In every way that there is, again and again while it grows.
    let coming = async {
        let mut seen = Vec::new();
        for round in 0..12 {
            let rev = if round % 2 == 0 { known } else { known + 1 };
            let options = Options::websocket().auth("epoch", mina.ready["epoch"].clone());
            let back = joon.connect_with(options.auth("rooms", json!({ &room: rev }))).await.unwrap();
            let synced = back.hear("sync").await["messages"].as_array().unwrap().clone();
            let of_sync = synced.into_iter().find(|message| message["id"] == id.as_str()).expect("it is in every sync");
            seen.push((of_sync, back));
            let fresh = joon.connect().await;
            seen.push((stored(&fresh, &room, &id).await, fresh));
            let again = joon.connect().await;
            let rejoined = again.call_ok("room:rejoin", json!({ "roomId": room, "rev": known + 1 })).await;
            assert_eq!(rejoined["complete"], true);
            let rejoined = rejoined["messages"].as_array().unwrap().iter().find(|message| message["id"] == id.as_str());
            seen.push((rejoined.expect("it is in every answer to room:rejoin").clone(), again));
        }
        let joined = sora.call_ok("room:join", json!({ "roomId": room })).await;
        let of_join = joined["messages"].as_array().unwrap().iter().find(|message| message["id"] == id.as_str());
        let of_join = of_join.expect("it is in the answer to room:join").clone();
        all_came.send(()).expect("it is not ended yet");
        (seen, of_join)
    };
    let ((), (seen, of_join)) = tokio::join!(sending, coming);
    for (message, reader) in seen.iter().map(|(message, reader)| (message, reader)).chain([(&of_join, &sora)]) {
        assert_eq!(message["stream"]["state"], "open", "{message}");
        let ended = reader.hear("message:stream:end").await;
        assert_eq!(joined(message, reader), expected);
        assert_eq!(ended["message"]["content"], expected.as_str());
        assert_eq!(stored(reader, &room, &id).await["content"], expected.as_str());
    }
}

#[tokio::test]
async fn what_is_told_of_it_meanwhile_has_the_text_so_far() {
    let app = patient("30s").spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let id = begin(&mina, &room).await;
    feed(&mina, &id, 0, &["so ", "far"]).await;
    mina.call_ok("message:pin", json!({ "messageId": id, "on": true })).await;
    let updated = mina.hear("message:updated").await;
    assert_eq!(
        (&updated["message"]["content"], &updated["message"]["stream"]["nextIndex"]),
        (&json!("so far"), &json!(2))
    );
    let summary = mina.summary(&room).await;
    assert_eq!(summary["lastMessage"]["content"], "so far");
    feed(&mina, &id, 2, &[", so good"]).await;
    end(&mina, &id).await;
    let message = stored(&mina, &room, &id).await;
    assert_eq!((&message["content"], &message["pinned"]), (&json!("so far, so good"), &json!(true)));
}

#[tokio::test]
async fn a_sender_who_comes_back_in_time_goes_on() {
    let app = patient("3s").spawn().await;
    let (person, joon) = (app.person("mina").await, app.person("joon").await);
    let mina = person.connect().await;
    let room = mina.create_room("private", "Stream", &[&joon]).await;
    let joon = joon.connect().await;
    let key = json!({ "roomId": room, "clientMessageId": "one" });
    let id = text(&mina.call_ok("message:send:stream", key.clone()).await["messageId"]);
    feed(&mina, &id, 0, &["before ", "the cut"]).await;
    mina.cut().await;
    // As another device, too: it is who that counts.
    let mina = person.connect().await;
    let again = mina.call_ok("message:send:stream", key).await;
    assert_eq!((&again["messageId"], &again["nextIndex"]), (&json!(id), &json!(2)));
    feed(&mina, &id, 1, &["the cut"]).await;
    feed(&mina, &id, 2, &[" and after"]).await;
    hear_chunk(&joon, &id, 2).await;
    end(&mina, &id).await;
    assert_eq!(joon.hear("message:stream:end").await["message"]["content"], "before the cut and after");
}
