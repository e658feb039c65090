//! An archive that somebody takes along is made by one server, and everybody's.

use super::Pair;
use reqwest::Method;
use serde_json::json;
use std::fs::File;

const ASK: &str = "/api/v1/me/archive";

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_told_of_and_given_out_by_any_server_and_given_up_with_the_one_that_made_it() {
    let mut pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let (here, there) = (mina.http(), mina.at(&pair.there.http()));
    let elsewhere = there.connect().await;
    let wish = json!({ "language": "ko", "timeZone": "Asia/Seoul" });
    here.post_ok(ASK, &wish).await;
    let told = elsewhere.hear_where("archive:updated", |told| told["archive"]["state"] == "ready").await;
    assert_eq!(there.http().get(ASK).await.1["archive"], told["archive"]);
    let download = async |server: &super::support::Http| {
        let request = server.request(Method::GET, "/api/v1/files/archive/mine.zip");
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.bytes().await.expect("a body"))
    };
    let (status, bytes) = download(&there.http()).await;
    assert_eq!((status, told["archive"]["bytes"].as_u64()), (200, Some(bytes.len() as u64)));
    assert_eq!(download(&here).await, (200, bytes));

    // Whoever makes one waits for what removes files.
    let lock = File::options().write(true).open(pair.here.data_dir().join("files.lock")).expect("the lock");
    lock.lock().expect("held");
    here.post_ok(ASK, &wish).await;
    elsewhere.hear_where("archive:updated", |told| told["archive"]["state"] == "making").await;
    assert_eq!(there.http().post(ASK, &wish).await.0, 409, "it is one archive, wherever it is asked for");
    pair.here.kill9();
    drop(lock);
    let stopped = there.http().get(ASK).await.1["archive"].clone();
    assert_eq!((&stopped["state"], &stopped["problem"]), (&json!("failed"), &json!("stopped")));
    there.http().post_ok(ASK, &wish).await;
    elsewhere.hear_where("archive:updated", |told| told["archive"]["state"] == "ready").await;
    assert_eq!(download(&there.http()).await.0, 200);
}
