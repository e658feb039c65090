//! Files in messages: who may send which, who hears of them, what finds them, and how they go.

use super::*;

#[tokio::test]
async fn files_go_with_a_message_and_are_in_all_that_tells_of_it() {
    let Scene { app, mina, joon, socket, room, .. } = scene().await;
    let listener = joon.connect().await;
    let (notes, picture) =
        (upload(&mina, "notes.txt", "notes").await, upload(&mina, "p.png", pictures::png(40, 30)).await);
    let message = send(&socket, &room, "", &[&picture, &notes]).await;
    let heard = listener.hear_where("message:new", |new| new["message"]["id"] == message.as_str()).await;
    assert_eq!(heard["message"]["files"], json!([picture, notes]));
    let history = listener.history(&room).await;
    assert_eq!(history.last().unwrap()["files"], json!([picture, notes]));
    assert_eq!(listener.summary(&room).await["lastMessage"]["files"], json!([picture, notes]));
    let words = send(&socket, &room, "only words", &[]).await;
    let plain = send(&socket, &room, "a plain file", &[&notes]).await;
    assert!(listener.history(&room).await.iter().find(|told| told["id"] == words.as_str()).unwrap()["files"].is_null());

    let found = async |query: &str| loop {
        let answer = listener.call_ok("messages:search", json!({ "query": query, "roomId": room })).await;
        let hits = answer["hits"].as_array().unwrap().clone();
        // The index follows the messages by a moment.
        if !hits.is_empty() {
            break hits.iter().map(|hit| text(&hit["message"]["id"])).collect::<Vec<_>>();
        }
    };
    assert_eq!(found("plain has:file").await, vec![plain.clone()]);
    assert_eq!(found("has:file").await, vec![plain.clone(), message.clone()]);
    assert_eq!(found("has:image").await, vec![message.clone()]);
    assert_eq!(found("has:file -has:image").await, vec![plain.clone()]);

    let page = listener.call_ok("room:files", json!({ "roomId": room, "limit": 2 })).await;
    let ids = |page: &Value| {
        page["files"].as_array().unwrap().iter().map(|one| text(&one["file"]["name"])).collect::<Vec<_>>()
    };
    assert_eq!(ids(&page), ["notes.txt", "p.png"]);
    assert_eq!(
        (&page["files"][0]["messageId"], &page["files"][0]["user"]["username"]),
        (&json!(plain), &json!("mina"))
    );
    let rest = listener.call_ok("room:files", json!({ "roomId": room, "cursor": page["cursor"] })).await;
    assert_eq!((ids(&rest), &rest["cursor"]), (vec!["notes.txt".to_owned()], &Value::Null));
    let path = format!("/api/v1/rooms/{room}/files?kind=image");
    let (status, images) = joon.http().get(&path).await;
    assert_eq!((status, ids(&images)), (200, vec!["p.png".to_owned()]));
    let stranger = app.person("other").await;
    assert_eq!(stranger.http().get(&path).await.0, 404);
}

#[tokio::test]
async fn a_message_without_words_is_notified_by_the_name_of_its_file() {
    let Scene { app: _app, mina, joon, socket, .. } = scene().await;
    let listener = joon.connect().await;
    let direct = socket.create_room("direct", "", &[&joon]).await;
    let file = upload(&mina, "견적서.pdf", "%PDF-1.7").await;
    send(&socket, &direct, "", &[&file]).await;
    let told = listener.hear_where("notification", |told| told["type"] == "direct").await;
    assert_eq!(told["message"], "견적서.pdf");
    let listed = listener.call_ok("notifications:list", json!({ "limit": 1 })).await;
    assert_eq!(listed["notifications"][0]["message"], "견적서.pdf");
}

#[tokio::test]
async fn only_ones_own_finished_files_can_be_sent_and_a_refusal_sends_nothing() {
    let Scene { app: _app, mina, joon, socket, room, .. } = scene().await;
    let theirs = upload(&joon, "theirs.txt", "theirs").await;
    let half = announce(&mina.http(), "half.txt", 10).await;
    let half = json!({ "id": half.rsplit('/').next().unwrap() });
    let mine = upload(&mina, "mine.txt", "mine").await;
    let before = socket.history(&room).await;
    let eleven = vec![&mine["id"]; 11];
    let nowhere = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for (ids, code) in [
        (json!([theirs["id"]]), "not_found"),
        (json!([mine["id"], nowhere]), "not_found"),
        (json!(["no id"]), "not_found"),
        (json!([half["id"]]), "conflict"),
        (json!([mine["id"], mine["id"]]), "invalid"),
        (json!(eleven), "invalid"),
        (json!("one"), "invalid"),
    ] {
        let message = json!({ "roomId": room, "content": "text", "fileIds": ids });
        let error = socket.call_refused("message:send", message).await;
        assert_eq!(error["code"], code, "{ids}: {error}");
    }
    let empty = socket.call_refused("message:send", json!({ "roomId": room, "content": "", "fileIds": [] })).await;
    assert_eq!(empty["field"], "content");
    assert_eq!(socket.history(&room).await, before);
    let sent = json!({ "roomId": room, "content": "", "fileIds": [mine["id"]], "clientMessageId": "once" });
    let first = socket.call_ok("message:send", sent.clone()).await;
    let again = socket.call_ok("message:send", sent).await;
    assert_eq!((&again["messageId"], &again["duplicate"]), (&first["messageId"], &json!(true)));
    let twin = json!({ "fileIds": [mine["id"]] });
    let (status, answer) = mina.http().post(&format!("/api/v1/rooms/{room}/messages"), &twin).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn a_deleted_message_withdraws_its_files_unless_another_has_them() {
    let Scene { app: _app, mina, joon, socket, room, .. } = scene().await;
    let (once, twice) = (upload(&mina, "once.txt", "once").await, upload(&mina, "twice.txt", "twice").await);
    let first = send(&socket, &room, "first", &[&once, &twice]).await;
    let second = send(&socket, &room, "second", &[&twice]).await;
    for file in [&once, &twice] {
        assert_eq!(fetch(&joon.http(), file).await.status(), 200);
    }
    socket.call_ok("message:delete", json!({ "messageId": first })).await;
    for http in [joon.http(), mina.http()] {
        assert_eq!(fetch(&http, &once).await.status(), 404);
        assert_eq!(fetch(&http, &twice).await.status(), 200);
    }
    let history = socket.history(&room).await;
    assert!(history.iter().find(|message| message["id"] == first.as_str()).unwrap()["files"].is_null());
    let again = json!({ "roomId": room, "content": "again", "fileIds": [once["id"]] });
    assert_eq!(socket.call_refused("message:send", again).await["code"], "not_found");
    assert_eq!(socket.call_ok("room:files", json!({ "roomId": room })).await["files"].as_array().unwrap().len(), 1);
    let (status, _) = mina.http().delete(&format!("{FILES}/{}", text(&twice["id"]))).await;
    assert_eq!(status, 409, "a file that was sent goes with its message");
    socket.call_ok("message:delete", json!({ "messageId": second })).await;
    assert_eq!(fetch(&joon.http(), &twice).await.status(), 404);
}

#[tokio::test]
async fn an_edited_message_keeps_its_files_and_may_lose_its_words() {
    let Scene { app: _app, mina, joon, socket, room, .. } = scene().await;
    let listener = joon.connect().await;
    let file = upload(&mina, "a.txt", "a").await;
    let message = send(&socket, &room, "words", &[&file]).await;
    socket.call_ok("message:edit", json!({ "messageId": message, "content": "" })).await;
    let heard = listener.hear_where("message:updated", |told| told["message"]["id"] == message.as_str()).await;
    assert_eq!((&heard["message"]["content"], &heard["message"]["files"]), (&json!(""), &json!([file])));
    let words = send(&socket, &room, "words", &[]).await;
    let refused = socket.call_refused("message:edit", json!({ "messageId": words, "content": " " })).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("content")));
}
