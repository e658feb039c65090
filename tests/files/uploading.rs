//! Uploads in one go and in parts, their limits and their end.

use super::*;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_file_is_uploaded_in_one_go_and_read_back_by_its_owner_alone() {
    let app = builder().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let file = upload(&mina, "회의록.txt", "안녕하세요, 회의록입니다").await;
    assert_eq!((&file["name"], &file["size"]), (&json!("회의록.txt"), &json!(35)));
    assert_eq!((&file["type"], &file["kind"]), (&json!("text/plain"), &json!("other")));
    assert_eq!(content(&mina.http(), &file).await, "안녕하세요, 회의록입니다".as_bytes());
    let described = mina.http().get(&format!("{FILES}/{}", text(&file["id"]))).await;
    assert_eq!(described, (200, json!({ "success": true, "file": file })));
    for http in [joon.http(), app.http()] {
        assert!([401, 404].contains(&fetch(&http, &file).await.status().as_u16()));
    }
}

#[tokio::test]
async fn a_file_comes_in_parts_and_goes_on_where_its_connection_broke() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = noise(3_000_000, 7);
    let path = announce(&mina.http(), "noise.bin", whole.len()).await;
    assert_eq!(progress(&mina.http(), &path).await, Ok(0));
    assert_eq!(send_part(&mina.http(), &path, 0, &whole[..1_000_000]).await, (204, Some(1_000_000)));

    // A second part that breaks off in the middle.
    let mut wire = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: maru\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 1000000\r\n\
         Content-Type: {PART}\r\nContent-Length: 2000000\r\n\r\n",
        mina.access_token
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    wire.write_all(&whole[1_000_000..1_700_000]).await.unwrap();
    drop(wire);
    // What of it had come when the next request took over is kept, and nothing else.
    let mut offset = progress(&mina.http(), &path).await.unwrap();
    assert!((1_000_000..=1_700_000).contains(&offset), "{offset}");

    let (status, _) = send_part(&mina.http(), &path, offset + 1, &whole[offset + 1..]).await;
    assert_eq!(status, 409, "a part that leaves a hole is refused");
    let id = path.rsplit('/').next().unwrap();
    let file = json!({ "id": id });
    assert_eq!(fetch(&mina.http(), &file).await.status(), 404, "half a file is none");
    // The server may have read the broken part only after it was asked; whoever is refused asks again, as clients do.
    let mut sent = send_part(&mina.http(), &path, offset, &whole[offset..]).await;
    if sent.0 == 409 {
        offset = progress(&mina.http(), &path).await.unwrap();
        assert!((1_000_001..=1_700_000).contains(&offset), "{offset}");
        sent = send_part(&mina.http(), &path, offset, &whole[offset..]).await;
    }
    assert_eq!(sent, (204, Some(whole.len())));
    assert!(content(&mina.http(), &file).await == whole, "the parts are the whole");
    assert_eq!(progress(&mina.http(), &path).await, Ok(whole.len()));
    assert_eq!(send_part(&mina.http(), &path, whole.len(), b"more").await.0, 409);
}

#[tokio::test]
async fn a_request_that_goes_on_with_an_upload_ends_the_one_before() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let path = announce(&mina.http(), "slow.bin", 1_000).await;
    let mut wire = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: maru\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: {PART}\r\nContent-Length: 1000\r\n\r\n0123456789",
        mina.access_token
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    // The first connection is open and silent; whoever comes back need not wait until it is given up.
    let offset = progress(&mina.http(), &path).await.unwrap();
    assert!(offset <= 10);
    let mut sent = send_part(&mina.http(), &path, offset, &vec![b'x'; 1_000 - offset]).await;
    // The server may have read the first request only after it was asked.
    if sent.0 == 409 {
        let offset = progress(&mina.http(), &path).await.unwrap();
        assert!((1..=10).contains(&offset), "{offset}");
        sent = send_part(&mina.http(), &path, offset, &vec![b'x'; 1_000 - offset]).await;
    }
    assert_eq!(sent, (204, Some(1_000)));
}

#[tokio::test]
async fn a_part_that_arrives_damaged_is_not_kept() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = noise(600_000, 3);
    let path = announce(&mina.http(), "noise.bin", whole.len()).await;
    let checked = async |part: &[u8], sum: String| {
        let request = part_request(&mina.http(), &path, 0).header("upload-checksum", sum).body(part.to_vec());
        request.send().await.unwrap().status().as_u16()
    };
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&whole)));
    let mut damaged = whole.clone();
    damaged[300_000] ^= 1;
    assert_eq!(checked(&damaged, sum.clone()).await, 460);
    assert_eq!(progress(&mina.http(), &path).await, Ok(0));
    assert_eq!(checked(&whole, "md5 AAAA".to_owned()).await, 422);
    assert_eq!(checked(&whole, sum).await, 204);
    assert!(content(&mina.http(), &json!({ "id": path.rsplit('/').next().unwrap() })).await == whole);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_is_sent() {
    let app = builder()
        .env("MARU_FILES_LARGEST", "1MiB")
        .env("MARU_FILES_PER_PERSON", "1500KiB")
        .env("MARU_FILES_TOTAL", "2MiB")
        .env("MARU_FILES_UNFINISHED_PER_PERSON", "2")
        .spawn()
        .await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let refused = async |person: &Person, size: usize| {
        let response = try_announce(&person.http(), "refused", size).await;
        let status = response.status().as_u16();
        let error = response.json::<Value>().await.unwrap()["error"].take();
        (status, [&error["code"], &error["limit"], &error["most"]].map(Value::clone))
    };
    let largest = [json!("too_large"), json!("largest"), json!(1 << 20)];
    assert_eq!(refused(&mina, (1 << 20) + 1).await, (413, largest));
    let (status, answer) = try_upload(&mina.http(), "large", vec![0; (1 << 20) + 1]).await;
    assert_eq!((status, &answer["error"]["limit"]), (413, &json!("largest")), "{answer}");
    assert_eq!(answer["error"]["message"], "a file has at most 1MiB");
    let (status, answer) = try_upload(&mina.http(), "empty", vec![]).await;
    assert_eq!((status, &answer["error"]["field"]), (422, &json!("size")));
    assert_eq!(try_upload(&mina.http(), " ", vec![1]).await.1["error"]["field"], "name");
    let first = announce(&mina.http(), "first", 1 << 20).await;
    let per_person = [json!("too_large"), json!("per_person"), json!(1500 << 10)];
    assert_eq!(refused(&mina, 1 << 20).await, (413, per_person), "what is announced counts");
    announce(&mina.http(), "small", 10).await;
    let unfinished = [json!("conflict"), json!("unfinished_per_person"), json!(2)];
    assert_eq!(refused(&mina, 10).await, (409, unfinished), "so many are not finished");
    let total = [json!("too_large"), json!("total"), Value::Null];
    assert_eq!(refused(&joon, 1 << 20).await, (413, total), "all of it is too much");
    assert_eq!(mina.http().delete(&first).await.0, 200);
    announce(&joon.http(), "joon's", 1 << 20).await;
    let (status, _) = send_part(&mina.http(), &first, 0, b"text").await;
    assert_eq!(status, 404, "what was cancelled is gone");
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_no_files_and_goes_on_with_messages() {
    let app = builder().env("MARU_FILES_KEEP_FREE", "1024TiB").spawn().await;
    let mina = app.person("mina").await;
    let (status, answer) = try_upload(&mina.http(), "a.txt", "a").await;
    assert_eq!((status, &answer["error"]["code"]), (503, &json!("unavailable")), "{answer}");
    assert_eq!(answer["error"]["limit"], "keep_free", "{answer}");
    let socket = mina.connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    socket.say(&general, "still here").await;
}

#[tokio::test]
async fn nobody_else_sees_goes_on_with_or_cancels_an_upload() {
    let app = builder().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let path = announce(&mina.http(), "mine.bin", 10).await;
    let nowhere = format!("{FILES}/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for path in [&path, &nowhere] {
        assert_eq!(progress(&joon.http(), path).await, Err(404));
        assert_eq!(send_part(&joon.http(), path, 0, b"0123456789").await.0, 404);
        assert_eq!(joon.http().delete(path).await.0, 404);
        assert_eq!(progress(&app.http(), path).await, Err(401));
    }
    assert_eq!(progress(&mina.http(), &path).await, Ok(0), "nobody interrupted it");
}

#[tokio::test]
async fn what_is_cancelled_leaves_nothing_and_what_is_uploaded_twice_is_kept_once() {
    let app = builder().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let path = announce(&mina.http(), "half.bin", 2_000).await;
    send_part(&mina.http(), &path, 0, &noise(1_000, 1)).await;
    assert_eq!(kept(&app).len(), 1);
    assert_eq!(mina.http().delete(&path).await.0, 200);
    assert!(kept(&app).is_empty(), "{:?}", kept(&app));

    let whole = noise(10_000, 2);
    let first = upload(&mina, "one.bin", whole.clone()).await;
    let second = upload(&joon, "two.bin", whole.clone()).await;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(kept(&app).len(), 1, "{:?}", kept(&app));
    mina.http().delete(&format!("{FILES}/{}", text(&first["id"]))).await;
    assert_eq!(fetch(&mina.http(), &first).await.status(), 404);
    assert!(content(&joon.http(), &second).await == whole);
}

#[tokio::test]
async fn a_page_of_a_trusted_origin_may_upload_in_parts_and_a_client_learns_what_is_spoken() {
    let app = builder().env("MARU_TRUSTED_ORIGINS", "https://elsewhere.example.com").spawn().await;
    let request = app.http().request(Method::OPTIONS, FILES).header("origin", "https://elsewhere.example.com");
    let request = request.header("access-control-request-method", "PATCH");
    let response = request.header("access-control-request-headers", "upload-offset").send().await.unwrap();
    assert!(header(&response, "access-control-allow-headers").contains("upload-offset"));
    let app = builder().spawn().await;
    let response = app.http().request(Method::OPTIONS, FILES).send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "tus-version")), (204, "1.0.0"));
    assert_eq!(header(&response, "tus-extension"), "creation,checksum,termination");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_files_come_at_once() {
    let app = builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let uploads: Vec<_> = (0..50)
        .map(|at| {
            let mina = mina.clone();
            tokio::spawn(async move {
                let whole = noise(100_000, at * 2 + 1);
                let file = upload(&mina, &format!("{at}.bin"), whole.clone()).await;
                assert!(content(&mina.http(), &file).await == whole, "{at}");
            })
        })
        .collect();
    for one in uploads {
        one.await.unwrap();
    }
    assert_eq!(kept(&app).len(), 50);
}
