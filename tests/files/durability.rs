//! Files through crashes, and how much memory they take.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The program's resident memory in KiB: now, or the most that it ever was.
fn memory(app: &TestApp, field: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", app.process_id())).expect("a running program");
    let line = status.lines().find(|line| line.starts_with(field)).expect("the field");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

#[tokio::test]
async fn kill_9_leaves_no_half_file_and_loses_none_that_was_acknowledged() {
    let mut app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = noise(2_000_000, 11);
    let finished = upload(&mina, "finished.bin", whole.clone()).await;
    let path = announce(&mina.http(), "half.bin", whole.len()).await;
    send_part(&mina.http(), &path, 0, &whole[..500_000]).await;
    let mut wire = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: maru\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 500000\r\n\
         Content-Type: {PART}\r\nContent-Length: 1500000\r\n\r\n",
        mina.access_token
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    wire.write_all(&whole[500_000..1_500_000]).await.unwrap();
    let lost = announce(&mina.http(), "cancelled.bin", 10).await;
    app.kill9();
    // What a crash between the removal of its row and of its file leaves is removed at the next start.
    std::fs::write(app.data_dir().join("files/incoming/01ARZ3NDEKTSV4RRFFQ69G5FAV"), b"left").unwrap();
    app.restart().await;

    assert!(content(&mina.http(), &finished).await == whole);
    let half = json!({ "id": path.rsplit('/').next().unwrap() });
    assert_eq!(fetch(&mina.http(), &half).await.status(), 404);
    let offset = progress(&mina.http(), &path).await.unwrap();
    assert!((500_000..=1_500_000).contains(&offset), "{offset}");
    assert_eq!(send_part(&mina.http(), &path, offset, &whole[offset..]).await, (204, Some(whole.len())));
    assert!(content(&mina.http(), &half).await == whole);
    assert_eq!(mina.http().delete(&lost).await.0, 200);
    while kept(&app).len() > 1 {
        // Each round asks the program something, and takes as long.
        mina.http().get("/api/v1/me").await;
    }
    assert!(!kept(&app)[0].starts_with("incoming"), "{:?}", kept(&app));
}

#[tokio::test]
async fn a_file_that_nothing_becomes_of_goes_and_so_does_one_whose_message_went() {
    let mut app = builder().env("MARU_FILES_UNSENT_FOR", "1s").spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    let (sent, withdrawn) = (upload(&mina, "sent", "stays").await, upload(&mina, "withdrawn", "goes").await);
    send(&socket, &general, "", &[&sent]).await;
    let message = send(&socket, &general, "", &[&withdrawn]).await;
    socket.call_ok("message:delete", json!({ "messageId": message })).await;
    upload(&mina, "unsent", "goes, too").await;
    let half = announce(&mina.http(), "half", 100).await;
    send_part(&mina.http(), &half, 0, b"half").await;
    assert!(kept(&app).len() >= 4);
    // It is swept at the start, and each minute.
    while kept(&app).len() > 1 {
        app.restart().await;
        mina.http().get("/api/v1/me").await;
    }
    assert_eq!(content(&mina.http(), &sent).await, b"stays");
    assert_eq!(progress(&mina.http(), &half).await, Err(404));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_comes_and_goes_without_being_held_in_memory() {
    const SIZE: usize = 256 << 20;
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "warm.bin", noise(1 << 20, 5)).await;
    let before = memory(&app, "VmRSS");
    let path = announce(&mina.http(), "large.bin", SIZE).await;
    let address = app.url().trim_start_matches("http://").to_owned();
    let mut wire = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: maru\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: {PART}\r\nContent-Length: {SIZE}\r\nConnection: close\r\n\r\n",
        mina.access_token
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    let mut block = noise(1 << 20, 9);
    for number in 0..SIZE >> 20 {
        block[0] = u8::try_from(number % 256).unwrap();
        wire.write_all(&block).await.unwrap();
    }
    let mut answer = String::new();
    wire.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");

    let mut wire = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "GET {path}/large.bin HTTP/1.1\r\nHost: maru\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        mina.access_token
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut buffer) = (0, vec![0; 1 << 20]);
    loop {
        match wire.read(&mut buffer).await.unwrap() {
            0 => break,
            more => read += more,
        }
    }
    assert!(read > SIZE, "{read} bytes came back");
    let grown = memory(&app, "VmHWM").saturating_sub(before);
    assert!(grown < 32 * 1024, "it took {grown} KiB more");
}
