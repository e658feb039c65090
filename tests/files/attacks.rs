//! Whoever does not keep to the rules: forged ids, wrong places and lengths, several at once, names that mean to be more.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn no_form_of_asking_gives_a_file_to_who_may_not_have_it() {
    let Scene { app, mina, joon, stranger, socket, room } = scene().await;
    let file = upload(&mina, "a.png", pictures::png(400, 200)).await;
    let message = send(&socket, &room, "", &[&file]).await;
    let id = text(&file["id"]);
    let tag = header(&fetch(&joon.http(), &file).await, "etag").to_owned();
    socket.call_ok("room:kick", json!({ "roomId": room, "userId": joon.id })).await;
    let unknown = stranger.http().get(&format!("{FILES}/01ARZ3NDEKTSV4RRFFQ69G5FAV/a.png")).await;
    assert_eq!(unknown.0, 404);
    let paths = ["?size=small", "?size=large", ""].map(|size| format!("{}{size}", path_of(&file)));
    for person in [&stranger, &joon] {
        for path in &paths {
            for (name, value) in [
                ("if-none-match", tag.as_str()),
                ("if-none-match", "*"),
                ("range", "bytes=0-0"),
                ("if-range", tag.as_str()),
            ] {
                let answer = person.http().header(name, value).get(path).await;
                assert_eq!(answer, unknown, "{path} {name}: {value}");
            }
            let head = person.http().request(Method::HEAD, path).send().await.unwrap();
            assert_eq!((head.status().as_u16(), header(&head, "etag")), (404, ""), "{path}");
        }
        for rest in ["", "/a.png/..", "/%2e%2e%2f%2e%2e%2fmaru.db", "%00/a", "-small/a", "/..%5c..%5cmaru.db"] {
            let status = person.http().get(&format!("{FILES}/{id}{rest}")).await.0;
            assert!(status == 404, "{rest}: {status}");
        }
        let avatar = person.http().request(Method::PUT, "/api/v1/me/avatar").json(&json!({ "fileId": id }));
        assert_eq!(person.http().send(avatar).await.0, 404);
    }
    // An address that leads elsewhere is none, whoever asks.
    for forged in [id.to_lowercase(), format!("{id}0"), id[1..].to_owned(), "..".to_owned(), "incoming".to_owned()] {
        let status = stranger.http().get(&format!("{FILES}/{forged}/a.png")).await.0;
        assert_eq!(status, 404, "{forged}");
    }
    socket.call_ok("message:delete", json!({ "messageId": message })).await;
    for path in &paths {
        assert_eq!(mina.http().get(path).await, unknown, "nor to who sent it, once its message is gone: {path}");
    }
    assert!(!app.transcript().contains("ERROR"), "{}", app.transcript());
}

#[tokio::test]
async fn a_range_that_makes_no_sense_gives_the_whole_or_nothing_and_never_more() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = noise(100_000, 21);
    let file = upload(&mina, "noise.bin", whole.clone()).await;
    let tag = header(&fetch(&mina.http(), &file).await, "etag").to_owned();
    let many = format!("bytes={}", (0..1_000).map(|at| format!("{at}-{at}")).collect::<Vec<_>>().join(","));
    for (range, status, length) in [
        ("bytes=0-1,4-5", 200, 100_000),
        ("bytes=0-,0-,0-,0-", 200, 100_000),
        (&many, 200, 100_000),
        ("bytes=0-18446744073709551615", 206, 100_000),
        ("bytes=99999-18446744073709551615", 206, 1),
        ("bytes=-18446744073709551615", 206, 100_000),
        ("bytes=0-99999999999999999999999999", 200, 100_000),
        ("bytes=18446744073709551615-", 416, 0),
        ("bytes=18446744073709551615-18446744073709551615", 416, 0),
        ("bytes=-0", 416, 0),
        ("bytes=5-4", 200, 100_000),
        ("bytes=--5", 200, 100_000),
        ("bytes = 0-1", 200, 100_000),
    ] {
        let response = fetch(&mina.http().header("range", range), &file).await;
        assert_eq!(response.status().as_u16(), status, "{range:.40}");
        assert_eq!(response.bytes().await.unwrap().len(), length, "{range:.40}");
    }
    let weak = mina.http().header("range", "bytes=0-0").header("if-range", format!("W/{tag}"));
    assert_eq!(fetch(&weak, &file).await.status(), 200, "a weak tag vouches for no part");
}

#[tokio::test]
async fn offsets_and_lengths_that_do_not_fit_change_nothing() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    for length in ["9223372036854775808", "18446744073709551615", "18446744073709551616", "-1", "1e3", "0", ""] {
        let request = mina.http().request(Method::POST, FILES).header("tus-resumable", "1.0.0");
        let request = request.header("upload-length", length).header("upload-metadata", "filename YQ==");
        let status = request.send().await.unwrap().status().as_u16();
        assert!([413, 422].contains(&status), "{length}: {status}");
    }
    let whole = noise(1_000, 23);
    let path = announce(&mina.http(), "a.bin", whole.len()).await;
    assert_eq!(send_part(&mina.http(), &path, 0, &whole[..400]).await, (204, Some(400)));
    for offset in ["0", "399", "401", "1000", "1001", "9223372036854775808", "18446744073709551615"] {
        let request = mina.http().request(Method::PATCH, &path).header("tus-resumable", "1.0.0");
        let request = request.header("upload-offset", offset).header("content-type", PART).body(vec![9; 100]);
        assert_eq!(request.send().await.unwrap().status(), 409, "{offset}");
    }
    for offset in ["-1", "4e2", "", "0x190", "18446744073709551616"] {
        let request = mina.http().request(Method::PATCH, &path).header("tus-resumable", "1.0.0");
        let request = request.header("upload-offset", offset).header("content-type", PART).body(vec![9; 100]);
        assert_eq!(request.send().await.unwrap().status(), 422, "{offset}");
    }
    assert_eq!(send_part(&mina.http(), &path, 400, &[9; 601]).await.0, 413, "more than was announced");
    assert_eq!(send_part(&mina.http(), &path, 400, &[]).await, (204, Some(400)), "nothing is no step");
    assert_eq!(send_part(&mina.http(), &path, 400, &whole[400..]).await, (204, Some(1_000)));
    assert_eq!(send_part(&mina.http(), &path, 1_000, &[]).await.0, 409);
    assert!(content(&mina.http(), &json!({ "id": path.rsplit('/').next().unwrap() })).await == whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_go_on_with_one_upload_at_once_do_not_mix() {
    let app = builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let size = 1 << 20;
    let path = announce(&mina.http(), "contested.bin", size).await;
    let takes: Vec<Vec<u8>> = (0..10).map(|seed| noise(size, seed * 2 + 31)).collect();
    let sending = takes.iter().map(|take| {
        let (http, path, take) = (mina.http(), path.clone(), take.clone());
        tokio::spawn(async move {
            // Who is ended may see no more than that.
            part_request(&http, &path, 0).body(take).send().await.map_or(0, |answer| answer.status().as_u16())
        })
    });
    let sending: Vec<_> = sending.collect();
    let mut taken = 0;
    for one in sending {
        taken += usize::from(one.await.unwrap() == 204);
    }
    assert!(taken <= 1, "{taken} of them were taken whole");
    let file = json!({ "id": path.rsplit('/').next().unwrap() });
    let offset = progress(&mina.http(), &path).await.unwrap();
    if offset < size {
        // It is gone on with as whoever came last left it: the beginning is of one of them.
        let draft = app.data_dir().join("files/incoming").join(text(&file["id"]));
        let begun = std::fs::read(draft).unwrap();
        let of = takes.iter().find(|take| take[..offset] == begun[..offset]).expect("of one alone");
        assert_eq!(send_part(&mina.http(), &path, offset, &of[offset..]).await, (204, Some(size)));
    }
    let kept = content(&mina.http(), &file).await;
    assert!(takes.contains(&kept), "it is of several");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_that_announce_at_once_get_no_more_than_there_is() {
    let app =
        builder().generous().env("MARU_FILES_PER_PERSON", "1000KiB").env("MARU_FILES_TOTAL", "1500KiB").spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let announced = async |person: &Person| {
        let announcing = (0..50).map(|_| {
            let http = person.http();
            tokio::spawn(async move { try_announce(&http, "a.bin", 100 << 10).await.status().as_u16() })
        });
        let announcing: Vec<_> = announcing.collect();
        let mut taken = 0;
        for one in announcing {
            taken += usize::from(one.await.unwrap() == 201);
        }
        taken
    };
    assert_eq!(announced(&mina).await, 10, "of one person");
    assert_eq!(announced(&joon).await, 5, "of all together");
}

#[tokio::test]
async fn a_name_stays_a_name() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    for (name, kept) in [
        ("a\r\nSet-Cookie: a=b\r\n\r\n<html>", "a__Set-Cookie_ a=b_____html_"),
        ("photo\u{202E}gnp.exe", "photo_gnp.exe"),
        ("\u{61C}\u{2066}a\u{2069}.txt", "__a_.txt"),
        ("..\\..\\windows\\a.txt", "a.txt"),
        ("\0\u{1B}[2Ja", "__[2Ja"),
        ("a\u{2028}b\u{85}c", "a_b_c"),
    ] {
        let path = announce(&mina.http(), name, 1).await;
        assert_eq!(send_part(&mina.http(), &path, 0, b"a").await.0, 204);
        let (_, answer) = mina.http().get(&path).await;
        assert_eq!(answer["file"]["name"], kept, "{name:?}");
        let response = fetch(&mina.http(), &answer["file"]).await;
        assert!(response.headers().get("set-cookie").is_none());
        let disposition = header(&response, "content-disposition");
        assert!(disposition.is_ascii() && disposition.matches('"').count() == 2, "{disposition}");
    }
}

#[tokio::test]
async fn a_damaged_part_costs_no_more_than_itself_however_much_came_before() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = noise(3 << 20, 41);
    let path = announce(&mina.http(), "large.bin", whole.len()).await;
    let begun = 2 << 20;
    assert_eq!(send_part(&mina.http(), &path, 0, &whole[..begun]).await.0, 204);
    // What came is not read again: then the upload would get the hash of what now lies there.
    let draft = app.data_dir().join("files/incoming").join(path.rsplit('/').next().unwrap());
    let mut spoilt = std::fs::read(&draft).unwrap();
    spoilt[0] ^= 1;
    std::fs::write(&draft, &spoilt).unwrap();
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&whole[begun..])));
    for _ in 0..3 {
        let request = part_request(&mina.http(), &path, begun).header("upload-checksum", sum.clone());
        assert_eq!(request.body(vec![7; 1 << 20]).send().await.unwrap().status().as_u16(), 460);
        assert_eq!(progress(&mina.http(), &path).await, Ok(begun));
        assert_eq!(std::fs::metadata(&draft).unwrap().len(), begun as u64);
    }
    let request = part_request(&mina.http(), &path, begun).header("upload-checksum", sum);
    assert_eq!(request.body(whole[begun..].to_vec()).send().await.unwrap().status().as_u16(), 204);
    let response = fetch(&mina.http(), &json!({ "id": path.rsplit('/').next().unwrap() })).await;
    let hash: String = Sha256::digest(&whole)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header(&response, "etag"), format!("\"{hash}\""));
}
