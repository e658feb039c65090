//! Who may share a data folder with whom.

use super::Pair;
use super::redis::Redis;
use super::support::{Options, Process, TestApp, free_port, maru, run_maru, until};
use std::fs::File;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(20);
/// Much shorter than what is waited for.
const AT_ONCE: Duration = Duration::from_secs(4);

async fn refused(app: &TestApp, env: &[(&str, &str)]) -> String {
    let folder = app.data_dir();
    let folder = folder.to_str().expect("UTF-8");
    let output = run_maru(&["serve", "--listen", "127.0.0.1:0", "--data-dir", folder], env, "").await;
    assert!(!output.status.success(), "{output:?}");
    output.stderr
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_redis_is_refused_a_folder_that_others_serve() {
    let pair = Pair::start().await;
    let said = refused(&pair.here, &[]).await;
    assert!(
        said.contains("in use by maru serve, as servers of a cluster, which others join with the same --redis"),
        "{said}"
    );
    let mut processes = [pair.here.process_id(), pair.there.process_id()];
    processes.sort_unstable();
    assert!(said.contains(&format!(" (processes {}, {})", processes[0], processes[1])), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_folder_is_said_of_those_that_run_and_not_of_the_last_that_came() {
    let mut pair = Pair::start().await;
    let gone = pair.there.process_id();
    pair.there.terminate().await;
    let upgrade = pair.here.run_cli(&["upgrade"], "").await;
    let named = format!("(process {})", pair.here.process_id());
    assert!(!upgrade.status.success() && upgrade.stderr.contains(&named), "{upgrade:?}");
    assert!(!upgrade.stderr.contains(&gone.to_string()), "{upgrade:?}");
}

const OLD: &str = "the-first-of-two-secrets-for-tests-alone";
const NEW: &str = "another-secret-which-is-for-tests-alone";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_signs_with_a_key_that_the_others_do_not_know_is_refused() {
    let redis = Redis::start().await;
    let url = redis.url();
    let of_the_file = TestApp::builder().env("MARU_REDIS", &url).spawn().await;
    let said = refused(&of_the_file, &[("MARU_REDIS", &url), ("MARU_SIGNING_KEY", OLD)]).await;
    assert!(
        said.contains("signing_key: this server would sign with another key than the server on 127.0.0.1:"),
        "{said}"
    );
    assert!(!said.contains(OLD), "{said}");

    let redis = Redis::start().await;
    let url = redis.url();
    let given = |key: &str| TestApp::builder().env("MARU_REDIS", redis.url()).env("MARU_SIGNING_KEY", key);
    let mut here = given(OLD).spawn().await;
    let mut there = given(OLD).data_dir(here.data_dir()).spawn().await;
    let mina = here.person("mina").await;
    for keys in [NEW.to_owned(), format!("{NEW} {OLD}")] {
        let said = refused(&here, &[("MARU_REDIS", &url), ("MARU_SIGNING_KEY", &keys)]).await;
        assert!(said.contains("signing_key: this server would sign with another key"), "{said}");
    }
    // One server after the other, as it is documented.
    for keys in [format!("{OLD} {NEW}"), format!("{NEW} {OLD}")] {
        for server in [&mut here, &mut there] {
            server.configure("MARU_SIGNING_KEY", &keys);
            server.restart().await;
            mina.at(&server.http()).connect().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_redis_is_refused_a_folder_that_others_serve() {
    let pair = Pair::start().await;
    let other = Redis::start().await;
    let said = refused(&pair.here, &[("MARU_REDIS", &other.url())]).await;
    assert!(said.contains("none of them is in the Redis at 127.0.0.1:"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_while_the_last_one_goes_has_the_folder_for_itself() {
    let redis = Redis::start().await;
    let mut app = TestApp::builder().env("MARU_REDIS", redis.url()).spawn().await;
    app.terminate().await;
    // As a server has it that is not in Redis any more, and not gone yet.
    let going = File::options().write(true).open(app.data_dir().join("maru.lock")).expect("the lock");
    going.lock_shared().expect("nobody else has it");
    let asked = redis.sets_asked_for().await;
    let coming = TestApp::builder().env("MARU_REDIS", redis.url()).data_dir(app.data_dir());
    let coming = tokio::spawn(coming.spawn());
    until("it looks for company", async || redis.sets_asked_for().await > asked).await;
    drop(going);
    coming.await.expect("it serves").person("mina").await.connect().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_alone_shares_its_folder_with_nobody() {
    let (app, redis) = (TestApp::spawn().await, Redis::start().await);
    let said = refused(&app, &[("MARU_REDIS", &redis.url())]).await;
    assert!(said.contains("in use by maru serve on"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_not_there_is_told_at_the_start_without_its_password() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().join("data");
    let url = format!("redis://:hush@127.0.0.1:{}", free_port());
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir.to_str().expect("UTF-8")];
    let output = run_maru(&arguments, &[("MARU_REDIS", &url)], "").await;
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(!output.status.success() && said.contains("redis: the Redis at 127.0.0.1:"), "{said}");
    assert!(!said.contains("hush"), "{said}");
    let flag = run_maru(&["config", "--redis", &url], &[], "").await;
    assert!(!flag.status.success() && flag.stderr.contains("--redis: a password on the command line"), "{flag:?}");
    assert!(!flag.stderr.contains("hush"), "{flag:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_asks_whichever_server_there_is() {
    let mut pair = Pair::start().await;
    pair.here.terminate().await;
    let healthy = pair.there.run_cli(&["health"], "").await;
    assert!(healthy.status.success(), "{healthy:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_replaced_one_after_the_other_go_on_with_what_there_is() {
    let mut pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let room = mina.connect().await.create_room("private", "Plans", &[]).await;
    pair.here.restart().await;
    mina.connect().await.say(&room, "first").await;
    pair.there.restart().await;
    let there = mina.at(&pair.there.http()).connect().await;
    mina.connect().await.say(&room, "second").await;
    there.hear_where("message:new", |new| new["message"]["content"] == "second").await;
    let history = there.history(&room).await;
    assert!(["first", "second"].iter().all(|said| history.iter().any(|message| message["content"] == *said)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_while_a_server_stops_is_not_let_in_to_be_sent_away_but_left_to_the_others() {
    let mut pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let socket = mina.connect().await;
    pair.here.begin_terminate();
    socket.hear("server:draining").await;
    // A load balancer takes the next server where nobody answers, and not where somebody says no.
    let refused = mina.connect_with(Options::websocket()).await.err().expect("no new connections");
    assert_eq!(refused.message(), "", "{refused}");
    mina.at(&pair.there.http()).connect().await;
    assert!(pair.here.exited().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_alone_and_was_killed_does_not_wait_for_itself() {
    let redis = Redis::start().await;
    let mut app = TestApp::builder().env("MARU_REDIS", redis.url()).spawn().await;
    app.person("mina").await.connect().await;
    until("it has a lease", async || redis.tell(&["--raw", "keys", "maru:*:node:*"]).await.contains(":node:")).await;
    app.kill9();
    app.restart().await;
    let said = app.transcript();
    assert!(!said.contains("they have a moment to go"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_folder_is_refused_the_redis_of_the_original() {
    let redis = Redis::start().await;
    let app = TestApp::builder().env("MARU_REDIS", redis.url()).spawn().await;
    app.person("mina").await.connect().await;
    let copy = tempfile::tempdir().expect("a folder");
    std::fs::copy(app.data_dir().join("cluster.name"), copy.path().join("cluster.name")).expect("copied");
    let folder = copy.path().to_str().expect("UTF-8");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder];
    let output = run_maru(&arguments, &[("MARU_REDIS", &redis.url())], "").await;
    assert!(!output.status.success() && output.stderr.contains("run on a copy of this data folder"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_waits_for_others_ends_when_it_is_told_to() {
    let redis = Redis::start().await;
    let app = TestApp::builder().env("MARU_REDIS", redis.url()).spawn().await;
    app.person("mina").await.connect().await;
    let copy = tempfile::tempdir().expect("a folder");
    std::fs::copy(app.data_dir().join("cluster.name"), copy.path().join("cluster.name")).expect("copied");
    let mut command = maru();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(copy.path());
    let mut waiting = Process::start(command.env("MARU_REDIS", redis.url()));
    waiting.logged("they have a moment to go", BOUND).await;
    waiting.send_sigterm();
    assert!(waiting.exited(AT_ONCE).await.success(), "{}", waiting.transcript());
}
