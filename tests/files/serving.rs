//! Who is given a file, and what their browser may do with it.

use super::*;
use support::PASSWORD;

#[tokio::test]
async fn members_read_a_file_and_nobody_else_does_at_any_time() {
    let Scene { app, mina, joon, stranger, socket, room } = scene().await;
    let admin = app.admin().await;
    let file = upload(&mina, "plan.txt", "the plan").await;
    assert_eq!(fetch(&joon.http(), &file).await.status(), 404, "it was not sent yet");
    let message = send(&socket, &room, "", &[&file]).await;
    assert_eq!(content(&joon.http(), &file).await, b"the plan");
    let unknown = joon.http().get(&format!("{FILES}/01ARZ3NDEKTSV4RRFFQ69G5FAV/plan.txt")).await;
    for (who, person) in [("a stranger", &stranger), ("an administrator", &admin)] {
        assert_eq!(person.http().get(&path_of(&file)).await, unknown, "{who}");
        assert_eq!(person.http().get(&format!("{FILES}/{}", text(&file["id"]))).await, unknown, "{who}");
    }
    assert_eq!(fetch(&app.http(), &file).await.status(), 401);
    assert_eq!(fetch(&app.http().bearer("forged"), &file).await.status(), 401);
    socket.call_ok("room:kick", json!({ "roomId": room, "userId": joon.id })).await;
    assert_eq!(joon.http().get(&path_of(&file)).await, unknown, "who was removed reads no more");
    socket.call_ok("room:invite", json!({ "roomId": room, "userIds": [joon.id] })).await;
    assert_eq!(content(&joon.http(), &file).await, b"the plan");
    socket.call_ok("room:delete", json!({ "roomId": room })).await;
    for person in [&mina, &joon] {
        assert_eq!(person.http().get(&path_of(&file)).await, unknown, "of {message}");
    }
}

/// Logs in as a browser does; answers with the cookie that is the pass, and the access token.
async fn log_in(app: &TestApp, username: &str) -> (String, String) {
    let login = json!({ "username": username, "password": PASSWORD });
    let response = app.http().request(Method::POST, "/api/v1/auth/login").json(&login).send().await.unwrap();
    let mut cookies = response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let pass = cookies.find(|cookie| cookie.starts_with("maru_files=")).expect("a pass");
    let access = text(&response.json::<Value>().await.unwrap()["accessToken"]);
    (pass, access)
}

#[tokio::test]
async fn a_browser_reads_files_by_a_pass_that_ends_with_its_session() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let file = upload(&mina, "a.txt", "a").await;
    let (cookie, access) = log_in(&app, "mina").await;
    let (pass, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/api/v1/files; Max-Age=5184000; HttpOnly; SameSite=Strict");

    let browser = app.http().header("cookie", pass);
    assert_eq!(content(&browser, &file).await, b"a");
    for site in ["cross-site", "same-site"] {
        assert_eq!(fetch(&browser.clone().header("sec-fetch-site", site), &file).await.status(), 403, "{site}");
    }
    assert_eq!(fetch(&browser.clone().header("sec-fetch-site", "same-origin"), &file).await.status(), 200);
    let unsent = format!("{FILES}/{}", text(&file["id"]));
    assert_eq!(browser.delete(&unsent).await.0, 401, "it reads, and does nothing else");
    assert_eq!(browser.get("/api/v1/me").await.0, 401);
    assert_eq!(try_upload(&browser, "b.txt", "b").await.0, 401);
    assert_eq!(app.http().bearer(pass.trim_start_matches("maru_files=")).get("/api/v1/me").await.0, 401);
    let mut forged = pass.to_owned();
    forged.replace_range(40..41, if &pass[40..41] == "A" { "B" } else { "A" });
    assert_eq!(fetch(&app.http().header("cookie", forged), &file).await.status(), 401);

    let request = app.http().bearer(access).request(Method::POST, "/api/v1/auth/logout");
    let response = request.send().await.unwrap();
    let cleared =
        response.headers().get_all("set-cookie").iter().any(|it| it.to_str().unwrap().starts_with("maru_files=;"));
    assert!(cleared);
    assert_eq!(fetch(&browser, &file).await.status(), 401);
}

#[tokio::test]
async fn a_room_full_of_images_takes_nothing_from_what_its_reader_may_do() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_EVENTS_PER_SECOND", 1)
        .env("MARU_LIMITS_EVENTS_BURST", 10)
        .env("MARU_LIMITS_FILES_PER_SECOND", 1)
        .env("MARU_LIMITS_FILES_BURST", 40)
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let image = upload(&mina, "a.png", pictures::png(4, 4)).await;
    let (cookie, _) = log_in(&app, "mina").await;
    let browser = app.http().header("cookie", cookie.split(';').next().unwrap());
    for shown in 0..40 {
        assert_eq!(fetch(&browser, &image).await.status(), 200, "{shown}");
    }
    assert_eq!(mina.http().get("/api/v1/me").await.0, 200, "that is counted apart");
    let refused = loop {
        // It refills once a second while this goes on.
        let response = fetch(&mina.http(), &image).await;
        if response.status() != 200 {
            break response;
        }
    };
    assert_eq!((refused.status().as_u16(), header(&refused, "retry-after")), (429, "1"));
    let joon = app.person("joon").await;
    let own = upload(&joon, "b.png", pictures::png(4, 4)).await;
    assert_eq!(fetch(&joon.http(), &own).await.status(), 200, "each has their own");
}

#[tokio::test]
async fn a_file_is_given_in_parts_once_and_only_while_it_may_be_seen() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let whole = noise(200_000, 4);
    let file = upload(&mina, "noise.bin", whole.clone()).await;
    let response = fetch(&mina.http(), &file).await;
    let tag = header(&response, "etag").to_owned();
    assert_eq!((header(&response, "content-length"), header(&response, "accept-ranges")), ("200000", "bytes"));
    assert_eq!(header(&response, "cache-control"), "private, no-cache");
    let ranged = async |range: &'static str, headers: &[(&'static str, &str)]| {
        let http =
            headers.iter().fold(mina.http().header("range", range), |http, (name, value)| http.header(name, *value));
        let response = fetch(&http, &file).await;
        (response.status().as_u16(), header(&response, "content-range").to_owned(), response.bytes().await.unwrap())
    };
    let (status, place, part) = ranged("bytes=100000-149999", &[]).await;
    assert_eq!((status, place.as_str()), (206, "bytes 100000-149999/200000"));
    assert!(part == whole[100_000..150_000]);
    let (status, _, part) = ranged("bytes=-10", &[("if-range", &tag)]).await;
    assert!(status == 206 && part == whole[199_990..]);
    assert_eq!(ranged("bytes=0-9", &[("if-range", "\"other\"")]).await.0, 200);
    let (status, place, _) = ranged("bytes=200000-", &[]).await;
    assert_eq!((status, place.as_str()), (416, "bytes */200000"));

    let again = mina.http().header("if-none-match", &tag);
    let response = fetch(&again, &file).await;
    assert_eq!((response.status().as_u16(), header(&response, "etag")), (304, tag.as_str()));
    let head = mina.http().request(Method::HEAD, &path_of(&file)).send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, "200000"));
    mina.http().delete(&format!("{FILES}/{}", text(&file["id"]))).await;
    assert_eq!(fetch(&again, &file).await.status(), 404, "knowing its tag is no right to it");
}

#[tokio::test]
async fn what_could_act_in_a_browser_is_saved_and_never_shown() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    for (name, content, shown) in [
        ("page.html", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), None),
        ("cat.png", b"<html><script>alert(1)</script>".to_vec(), None),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(), None),
        ("drawing.png", b"<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>".to_vec(), None),
        ("paper.pdf", b"%PDF-1.7 /JavaScript".to_vec(), None),
        ("text.txt", b"hello".to_vec(), None),
        ("picture.html", pictures::png(4, 4), Some("image/png")),
        ("sound.html", b"OggS\0\0".to_vec(), Some("audio/ogg")),
    ] {
        let file = upload(&mina, name, content).await;
        let response = fetch(&mina.http(), &file).await;
        let how = header(&response, "content-disposition").split(';').next().unwrap().to_owned();
        let expected = shown.map_or(("attachment", "application/octet-stream"), |kind| ("inline", kind));
        assert_eq!((how.as_str(), header(&response, "content-type")), expected, "{name}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "cross-origin-resource-policy"), "same-origin");
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
    }
    let file = upload(&mina, "보고서 \"최종\".txt", "a").await;
    let response = fetch(&mina.http(), &file).await;
    assert_eq!(
        header(&response, "content-disposition"),
        "attachment; filename=\"___ ____.txt\"; filename*=UTF-8''%EB%B3%B4%EA%B3%A0%EC%84%9C%20_%EC%B5%9C%EC%A2%85_.txt"
    );
}
