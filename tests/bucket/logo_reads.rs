//! The team's logo stands where strangers log in: the bucket is not asked for it each time.

use super::*;

#[tokio::test]
async fn a_logo_is_read_once_from_the_bucket_however_many_come_and_another_one_once_more() {
    let Scene { app, .. } = scene().await;
    let admin = app.admin().await;
    let set = async |seed: u32| {
        let photo = upload(&admin, "wide.png", pictures::png(40 + seed, 20)).await;
        let request = admin.http().request(Method::PUT, "/api/v1/admin/settings/logo");
        let (status, answer) = admin.http().send(request.json(&json!({ "fileId": photo["id"] }))).await;
        assert_eq!(status, 200, "{answer}");
        format!("/api/v1/server/logo/{}", text(&answer["settings"]["logo"]))
    };
    let shown = async |path: &str| app.http().request(Method::GET, path).send().await.expect("an answer");
    let mut seen = Vec::new();
    for seed in [0, 1] {
        let path = set(seed).await;
        let before = with_server(Server::reads);
        let answers = futures_util::future::join_all((0..20).map(|_| shown(&path))).await;
        assert!(answers.iter().all(|answer| answer.status() == 200));
        let mut bytes = Vec::new();
        for answer in answers {
            bytes.push(answer.bytes().await.expect("a body"));
        }
        assert!(bytes.iter().all(|other| *other == bytes[0]));
        assert_eq!(with_server(Server::reads) - before, 1);
        seen.push((path, bytes.remove(0)));
    }
    assert!(image::load_from_memory(&seen[0].1).is_ok());
    assert_ne!(seen[0].1, seen[1].1, "another logo is shown as it is");
    assert_eq!(shown(&seen[0].0).await.status(), 404);
    with_server(Server::go_away);
    assert_eq!(shown(&seen[1].0).await.bytes().await.expect("a body"), seen[1].1);
}
