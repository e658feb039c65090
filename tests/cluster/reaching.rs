//! How the Redis is reached: by whom, encrypted, wherever it is by now.

use serde_json::json;

use super::redis::{Redis, Sentinel, listening_on};
use super::support::{run_maru, until};
use super::{Pair, state};

/// Whether two servers on it hear each other, by what passes by Redis alone.
async fn hear_each_other<R>(pair: &Pair<R>, [one, other]: [&str; 2]) {
    for server in [&pair.here, &pair.there] {
        until("the servers hear each other", async || state(server).await["servers"] == 2).await;
    }
    let (mina_person, joon_person) = (pair.here.person(one).await, pair.here.person(other).await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    joon.hear("room:created").await;
    mina.call_ok("typing:start", json!({ "roomId": room })).await;
    joon.hear("typing:start").await;
}

async fn refused(url: &str, env: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().join("data");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir.to_str().expect("UTF-8")];
    let env: Vec<(&str, &str)> = env.iter().copied().chain([("MARU_REDIS", url)]).collect();
    let output = run_maru(&arguments, &env, "").await;
    assert!(!output.status.success(), "{output:?}");
    assert!(!output.stderr.contains("hush"), "{output:?}");
    output.stderr
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_is_spoken_to_with_a_password_a_name_and_a_database() {
    let redis = Redis::with(|_, port| {
        let mut given = listening_on(port);
        let user = ["--user", "maru", "on", ">hush2", "~maru:*", "&maru:*", "+@all"];
        given.extend(["--requirepass", "hush"].iter().chain(&user).map(ToString::to_string));
        given
    })
    .await;
    let port = redis.port();
    let said = refused(&redis.url(), &[]).await;
    assert!(said.contains("NOAUTH") || said.contains("uthentication"), "{said}");
    let said = refused(&format!("redis://maru:hush3@127.0.0.1:{port}"), &[]).await;
    assert!(said.contains("redis: the Redis at 127.0.0.1:"), "{said}");
    hear_each_other(
        &Pair::on(&redis, &format!("redis://:hush@127.0.0.1:{port}"), |builder| builder).await,
        ["mina", "joon"],
    )
    .await;
    let pair = Pair::on(&redis, &format!("redis://maru:hush2@127.0.0.1:{port}/3"), |builder| builder).await;
    hear_each_other(&pair, ["mina", "joon"]).await;
    let kept = redis.tell(&["-a", "hush", "--no-auth-warning", "-n", "3", "keys", "maru:*:nodes"]).await;
    assert!(kept.contains(":nodes"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_redis_has_to_have_a_certificate_that_this_machine_trusts() {
    let redis = Redis::encrypted().await;
    let url = format!("rediss://localhost:{}", redis.port());
    let said = refused(&url, &[]).await;
    assert!(said.contains("certificate") || said.contains("UnknownIssuer"), "{said}");
    let authority = redis.authority();
    hear_each_other(
        &Pair::on(&redis, &url, |builder| builder.env("SSL_CERT_FILE", &authority)).await,
        ["mina", "joon"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_follow_their_sentinels_to_the_redis_that_leads_now() {
    let mut leader = Redis::start().await;
    let replica = Redis::with(|_, port| {
        let mut given = listening_on(port);
        given.extend(["--replicaof".to_owned(), "127.0.0.1".to_owned(), leader.port().to_string()]);
        given
    })
    .await;
    replica.logged("Finished with success").await;
    let sentinel = Sentinel::of(&leader).await;
    let pair = Pair::on(&replica, &sentinel.url(), |builder| builder).await;
    hear_each_other(&pair, ["mina", "joon"]).await;
    leader.kill();
    pair.here.logged("is away").await;
    replica.logged("MASTER MODE enabled").await;
    hear_each_other(&pair, ["sora", "haru"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_no_sentinel_knows_is_told_at_the_start() {
    let redis = Redis::start().await;
    let replica = Redis::with(|_, port| {
        let mut given = listening_on(port);
        given.extend(["--replicaof".to_owned(), "127.0.0.1".to_owned(), redis.port().to_string()]);
        given
    })
    .await;
    replica.logged("Finished with success").await;
    let sentinel = Sentinel::of(&redis).await;
    let said = refused(&sentinel.url().replace("/team", "/other"), &[]).await;
    assert!(said.contains("no sentinel knows it") && said.contains("other"), "{said}");
}
