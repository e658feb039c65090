//! A bucket that goes away, refuses, or is cut off in the middle: nothing that was acknowledged is lost, and it is told.

use super::server::SECRET;
use super::support::until;
use super::*;

/// What `/readyz` says of files, once it says `state`.
pub async fn files_are(app: &TestApp, state: &str) -> Value {
    loop {
        let (status, answer) = app.http().get("/readyz").await;
        assert_eq!(status, 200, "chat goes on: {answer}");
        if answer["files"]["state"] == state {
            return answer["files"].clone();
        }
    }
}

#[tokio::test]
async fn while_the_bucket_is_away_files_are_refused_and_what_came_is_kept() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    files_are(&app, "usable").await;
    let (first, second) = (noise(300_000, 3), noise(300_000, 5));
    let sent = upload(&mina, "first.bin", first.clone()).await;
    send(&socket, &general, "", &[&sent]).await;
    let path = announce(&mina.http(), "second.bin", second.len()).await;
    send_part(&mina.http(), &path, 0, &second[..200_000]).await;

    with_server(Server::go_away);
    assert_eq!(send_part(&mina.http(), &path, 200_000, &second[200_000..]).await.0, 503);
    assert_eq!(fetch(&mina.http(), &sent).await.status(), 503);
    assert_eq!(files_are(&app, "failing").await["reason"], "the bucket cannot be reached");
    let (status, answer) = try_upload(&mina.http(), "third.bin", "third").await;
    assert_eq!((status, &answer["error"]["code"]), (503, &json!("unavailable")));
    assert_eq!(try_announce(&mina.http(), "third.bin", 5).await.status(), 503);
    socket.say(&general, "the conversation goes on").await;

    with_server(Server::come_back);
    files_are(&app, "usable").await;
    assert_eq!(progress(&mina.http(), &path).await, Ok(second.len()));
    let finished = json!({ "id": path.rsplit('/').next().unwrap() });
    assert!(content(&mina.http(), &finished).await == second);
    assert!(content(&mina.http(), &sent).await == first);
    assert_eq!(kept(&app).len(), 2, "{:?}", kept(&app));
    assert!(!app.transcript().contains(SECRET));
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_while_a_large_file_goes_into_the_bucket_loses_nothing() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    files_are(&app, "usable").await;
    // More than one part.
    let whole = noise(20 << 20, 7);
    let path = announce(&mina.http(), "large.bin", whole.len()).await;
    let finished = json!({ "id": path.rsplit('/').next().unwrap() });
    let mut waiting = with_server(|server| {
        server.hold();
        server.waiting()
    });
    let request = part_request(&mina.http(), &path, 0).body(whole.clone());
    let sending = tokio::spawn(async move { request.send().await.map(|answer| answer.status()) });
    waiting.wait_for(|number| *number > 0).await.expect("the server runs");
    assert_eq!(fetch(&mina.http(), &finished).await.status(), 404, "nobody sees what is not kept");
    app.kill9();
    assert!(sending.await.unwrap().is_err(), "it was not acknowledged");
    with_server(Server::let_go);
    app.restart().await;
    assert_eq!(progress(&mina.http(), &path).await, Ok(whole.len()));
    assert!(content(&mina.http(), &finished).await == whole);
    assert_eq!(kept(&app).len(), 1, "{:?}", kept(&app));
}

/// Begins to upload a file of several parts, and waits until the bucket has one of them and holds the next.
async fn stuck(mina: &Person, whole: Vec<u8>) -> (String, tokio::task::JoinHandle<Option<u16>>) {
    let path = announce(&mina.http(), "large.bin", whole.len()).await;
    let mut waiting = with_server(|server| {
        // That it begins, and its first part.
        server.hold_after(2);
        server.waiting()
    });
    let request = part_request(&mina.http(), &path, 0).body(whole);
    let sending = tokio::spawn(async move { request.send().await.ok().map(|answer| answer.status().as_u16()) });
    waiting.wait_for(|number| *number > 0).await.expect("the server runs");
    assert_eq!(with_server(Server::parts), 1);
    (path, sending)
}

/// Waits until the bucket has no parts of what is not complete, and nothing is noted of any.
async fn parts_are_gone(app: &TestApp) {
    let are_gone = async || {
        let nothing_is_noted = kept(app).iter().all(|path| !path.contains("parts-"));
        with_server(Server::parts) == 0 && nothing_is_noted
    };
    until("a bucket without parts", are_gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_a_crash_left_in_the_bucket_go_at_the_next_start() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    files_are(&app, "usable").await;
    let whole = noise(20 << 20, 13);
    let (path, sending) = stuck(&mina, whole.clone()).await;
    app.kill9();
    assert_eq!(sending.await.unwrap(), None, "it was not acknowledged");
    with_server(Server::let_go);
    app.restart().await;
    parts_are_gone(&app).await;
    assert_eq!(progress(&mina.http(), &path).await, Ok(whole.len()));
    let finished = json!({ "id": path.rsplit('/').next().unwrap() });
    assert!(content(&mina.http(), &finished).await == whole);
    assert_eq!((kept(&app).len(), with_server(Server::parts)), (1, 0), "{:?}", kept(&app));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_a_bucket_had_before_it_went_away_go_when_it_is_back() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    files_are(&app, "usable").await;
    let whole = noise(20 << 20, 17);
    let (path, sending) = stuck(&mina, whole.clone()).await;
    with_server(Server::go_away);
    assert_eq!(sending.await.unwrap(), Some(503));
    assert_eq!(with_server(Server::parts), 1, "nobody can reach them");
    with_server(|server| {
        server.let_go();
        server.come_back();
    });
    parts_are_gone(&app).await;
    assert_eq!(progress(&mina.http(), &path).await, Ok(whole.len()));
}

#[tokio::test]
async fn a_server_whose_bucket_is_away_at_the_start_serves_and_finds_it_later() {
    with_server(Server::go_away);
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    files_are(&app, "failing").await;
    app.logged("the bucket of files cannot be used").await;
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    socket.say(&general, "good morning").await;
    assert_eq!(try_upload(&mina.http(), "a.txt", "a").await.0, 503);
    with_server(Server::come_back);
    files_are(&app, "usable").await;
    assert_eq!(content(&mina.http(), &upload(&mina, "a.txt", "a").await).await, b"a");
}

#[tokio::test]
async fn a_bucket_that_refuses_the_key_is_told_and_the_secret_is_not() {
    let wrong = "another secret, which nobody shall read";
    let app = builder().env("MARU_FILES_S3_SECRET_ACCESS_KEY", wrong).spawn().await;
    assert_eq!(files_are(&app, "failing").await["reason"], "the bucket refuses the key");
    let printed = app.run_cli(&["config"], "").await.stdout;
    assert!(printed.contains("store = \"s3://team-files/some/prefix\""), "{printed}");
    assert!(!app.transcript().contains(wrong) && !printed.contains(wrong));
}

#[tokio::test]
async fn a_bucket_behind_https_is_believed_if_its_certificate_is_of_somebody_whom_the_system_trusts() {
    let (bucket, certificate) = Server::start_with_tls();
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = folder.path().join("trusted.pem");
    std::fs::write(&trusted, certificate).expect("written");
    let builder = || builder().env("MARU_FILES_S3_ENDPOINT", bucket.url());
    let app = builder().spawn().await;
    assert_eq!(files_are(&app, "failing").await["reason"], "the bucket cannot be reached");
    let app = builder().env("SSL_CERT_FILE", trusted.display()).spawn().await;
    files_are(&app, "usable").await;
    let mina = app.person("mina").await;
    // One put in one piece, and one in parts.
    for size in [100_000, 9 << 20] {
        let whole = noise(size, 9);
        assert!(content(&mina.http(), &upload(&mina, "a.bin", whole.clone()).await).await == whole);
    }
}

#[tokio::test]
async fn what_was_uploaded_before_there_was_a_bucket_is_given_and_removed_as_before() {
    let mut app = TestApp::builder().env("MARU_FILES_UNSENT_FOR", "1s").spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    let (stays, goes) = (upload(&mina, "stays", "stays").await, upload(&mina, "goes", "goes").await);
    send(&socket, &general, "", &[&stays]).await;
    let message = send(&socket, &general, "", &[&goes]).await;
    let bucket = with_server(Server::url);
    app.configure("MARU_FILES_STORE", format!("s3://{}", server::BUCKET));
    app.configure("MARU_FILES_S3_ENDPOINT", bucket);
    app.configure("MARU_FILES_S3_ACCESS_KEY_ID", server::KEY);
    app.configure("MARU_FILES_S3_SECRET_ACCESS_KEY", SECRET);
    app.restart().await;
    files_are(&app, "usable").await;
    let new = upload(&mina, "new", "new").await;
    let socket = mina.connect().await;
    send(&socket, &general, "", &[&new]).await;
    socket.call_ok("message:delete", json!({ "messageId": message })).await;
    let folder = app.data_dir().join("files");
    let in_folder = || {
        let below = |folder: &std::path::Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = below(&folder).filter(|entry| entry.file_name() != "incoming");
        folders.flat_map(|entry| below(&entry.path())).count()
    };
    assert_eq!(in_folder(), 2);
    assert_eq!(content(&mina.http(), &stays).await, b"stays");
    assert_eq!(content(&mina.http(), &new).await, b"new");
    app.restart().await;
    while in_folder() > 1 {
        mina.http().get("/api/v1/me").await;
    }
    assert_eq!(content(&mina.http(), &stays).await, b"stays");
}
