//! Voice messages: known by their content, told with their length and loudness, and refused when they are none.

use super::sounds::{peaks, webm};
use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Uploads something in one go and calls it a voice message; answers with the status and the file, or the error.
async fn try_voice(http: &Http, content: Vec<u8>, said: &[(&str, &str)]) -> (u16, Value) {
    let request = http.request(Method::POST, FILES).query(&[("name", "voice.webm")]).query(said);
    http.send(request.body(content)).await
}

async fn voice(person: &Person, seed: u32) -> Value {
    let (status, answer) =
        try_voice(&person.http(), webm(&[2], seed), &[("durationMs", "12400"), ("peaks", &peaks())]).await;
    assert_eq!(status, 201, "{answer}");
    answer["file"].clone()
}

/// Announces a voice message in parts.
async fn announce_voice(http: &Http, size: usize, said: &str) -> Response {
    let metadata = format!("filename {},{said}", STANDARD.encode("voice.webm"));
    let request = http.request(Method::POST, FILES).header("tus-resumable", "1.0.0").header("upload-length", size);
    request.header("upload-metadata", metadata).send().await.expect("an answer")
}

fn in_parts(duration_ms: &str, peaks: &str) -> String {
    format!("durationMs {},peaks {}", STANDARD.encode(duration_ms), STANDARD.encode(peaks))
}

#[tokio::test]
async fn a_voice_message_tells_its_length_and_loudness_wherever_it_stands_and_to_members_alone() {
    let Scene { app: _app, mina, joon, stranger, socket, room } = scene().await;
    let listener = joon.connect().await;
    let file = voice(&mina, 1).await;
    let told = json!({ "durationMs": 12400, "peaks": peaks() });
    assert_eq!((&file["kind"], &file["type"], &file["voice"]), (&json!("audio"), &json!("audio/webm"), &told));
    let message = send(&socket, &room, "", &[&file]).await;
    let heard = listener.hear_where("message:new", |new| new["message"]["id"] == message.as_str()).await;
    assert_eq!(heard["message"]["files"], json!([file]));
    assert_eq!(listener.history(&room).await.last().unwrap()["files"], json!([file]));
    assert_eq!(listener.summary(&room).await["lastMessage"]["files"], json!([file]));
    let listed = listener.call_ok("room:files", json!({ "roomId": room, "kind": "audio" })).await;
    assert_eq!(listed["files"][0]["file"], file);

    let part = joon.http().request(Method::GET, &path_of(&file)).header("range", "bytes=4-9").send().await.unwrap();
    assert_eq!((part.status().as_u16(), header(&part, "content-type")), (206, "audio/webm"));
    assert!(header(&part, "content-disposition").starts_with("inline"));
    assert_eq!(part.bytes().await.unwrap(), webm(&[2], 1)[4..10]);
    assert_eq!(fetch(&stranger.http(), &file).await.status(), 404);

    // The same sound as a file like any other is no voice message, whoever called it one.
    let plain = upload(&joon, "song.webm", webm(&[2], 1)).await;
    assert_eq!((&plain["kind"], plain.get("voice")), (&json!("audio"), None));
    let film = upload(&mina, "film.webm", webm(&[1, 2], 1)).await;
    assert_eq!((&film["kind"], &film["type"]), (&json!("video"), &json!("video/webm")));
}

#[tokio::test]
async fn a_voice_message_in_parts_says_the_same_of_itself() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = webm(&[2], 2);
    let response = announce_voice(&mina.http(), whole.len(), &in_parts("300000", &peaks())).await;
    assert_eq!(response.status(), 201);
    let path = header(&response, "location").to_owned();
    assert_eq!(send_part(&mina.http(), &path, 0, &whole).await, (204, Some(whole.len())));
    let (_, described) = mina.http().get(&path).await;
    assert_eq!(described["file"]["voice"], json!({ "durationMs": 300_000, "peaks": peaks() }));
}

#[tokio::test]
async fn what_is_said_falsely_of_a_voice_message_is_refused_and_leaves_nothing() {
    let app = builder().generous().env("MARU_FILES_UNFINISHED_PER_PERSON", "1").spawn().await;
    let mina = app.person("mina").await;
    let (good, short) = (peaks(), STANDARD.encode([1; 63]));
    for (said, field) in [
        (vec![("durationMs", "12400")], "peaks"),
        (vec![("peaks", good.as_str())], "durationMs"),
        (vec![("durationMs", "300001"), ("peaks", &good)], "durationMs"),
        (vec![("durationMs", "0"), ("peaks", &good)], "durationMs"),
        (vec![("durationMs", "soon"), ("peaks", &good)], "durationMs"),
        (vec![("durationMs", "12400"), ("peaks", &short)], "peaks"),
        (vec![("durationMs", "12400"), ("peaks", "loud")], "peaks"),
    ] {
        let (status, answer) = try_voice(&mina.http(), webm(&[2], 3), &said).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!(field)), "{said:?} {answer}");
    }
    for said in
        [in_parts("12400", &short), in_parts("-1", &good), "durationMs MQ==".to_owned(), "durationMs ?".to_owned()]
    {
        assert_eq!(announce_voice(&mina.http(), 100, &said).await.status(), 422, "{said}");
    }
    // Pictures, words and films are none, whatever is said of them; one upload at a time could be left.
    let said = [("durationMs", "12400"), ("peaks", good.as_str())];
    for content in [pictures::png(40, 30), b"hello".to_vec(), webm(&[1, 2], 3)] {
        let (status, answer) = try_voice(&mina.http(), content, &said).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!("durationMs")), "{answer}");
    }
    assert_eq!(kept(&app).iter().filter(|path| path.starts_with("incoming")).count(), 0, "{:?}", kept(&app));
    voice(&mina, 3).await;
}

#[tokio::test]
async fn a_voice_message_is_notified_by_its_length_and_found_by_what_it_is() {
    let Scene { app: _app, mina, joon, socket, room, .. } = scene().await;
    let listener = joon.connect().await;
    let direct = socket.create_room("direct", "", &[&joon]).await;
    let file = voice(&mina, 4).await;
    send(&socket, &direct, "", &[&file]).await;
    let told = listener.hear_where("notification", |told| told["type"] == "direct").await;
    assert_eq!((&told["message"], &told["voiceMs"]), (&json!("Voice message (0:12)"), &json!(12400)));
    let newest =
        async || listener.call_ok("notifications:list", json!({ "limit": 1 })).await["notifications"][0].clone();
    let listed = newest().await;
    assert_eq!((&listed["message"], &listed["voiceMs"]), (&told["message"], &told["voiceMs"]));
    send(&socket, &direct, "listen", &[&file]).await;
    let told = listener.hear_where("notification", |told| told["message"] == "listen").await;
    assert_eq!(told.get("voiceMs"), None, "it has words");
    let listed = newest().await;
    assert_eq!((&listed["message"], listed.get("voiceMs")), (&json!("listen"), None));

    let said = send(&socket, &room, "said", &[&file]).await;
    send(&socket, &room, "said", &[&upload(&mina, "a.txt", "a").await]).await;
    let hits = loop {
        let answer = listener.call_ok("messages:search", json!({ "query": "has:voice", "roomId": room })).await;
        // The index follows the messages by a moment.
        if !answer["hits"].as_array().unwrap().is_empty() {
            break answer["hits"].clone();
        }
    };
    assert_eq!((hits.as_array().unwrap().len(), &hits[0]["message"]["id"]), (1, &json!(said)));
}
