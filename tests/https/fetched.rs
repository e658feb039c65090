//! Certificates that are fetched from an authority, in fair weather and foul.

use super::authority::Authority;
use super::gate::Gate;
use super::*;
use reqwest::Client;
use std::time::Duration;

const IN_USE: &str = "a new certificate is in use";

fn stored(app: &TestApp, name: &str) -> PathBuf {
    app.data_dir().join("certificates").join(name)
}

fn attempts(app: &TestApp) -> Value {
    serde_json::from_str(&std::fs::read_to_string(stored(app, "attempts.json")).unwrap()).unwrap()
}

/// A client that believes whoever answers.
fn credulous() -> Client {
    let client = Client::builder().no_proxy().danger_accept_invalid_certs(true);
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// What new connections are served with, once that can be trusted.
async fn trusted(authority: &Authority, trust: &Trust) -> Vec<u8> {
    let served = async {
        let mut look = tokio::time::interval(Duration::from_millis(100));
        loop {
            look.tick().await;
            if let Ok(stream) = shake_hands(trust, authority.https, &[b"http/1.1"]).await {
                return stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
            }
        }
    };
    // Longer than the pauses in which an authority is asked that was away for a moment.
    tokio::time::timeout(Duration::from_secs(60), served).await.expect("a trusted certificate")
}

/// Puts a certificate there that was fetched long ago, and forgets all attempts.
fn store(app: &TestApp, (certificate, key): &(String, String)) {
    std::fs::write(stored(app, "certificate.pem"), format!("{key}{certificate}")).unwrap();
    std::fs::remove_file(stored(app, "attempts.json")).unwrap();
}

async fn readiness_by(client: &Client, authority: &Authority) -> Value {
    let answer = client.get(format!("https://127.0.0.1:{}/readyz", authority.https)).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["certificate"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_certificate_is_fetched_by_tls_and_a_restart_uses_it_without_asking() {
    let authority = Authority::new();
    let running = authority.start().await;
    let mut app = authority.builder().trust(running.trust.clone()).spawn().await;
    app.logged(IN_USE).await;
    app.logged(&format!("https://{NAME}/setup#")).await;
    let certificate = served(&app, &running.trust).await;
    let state = readiness(&app).await;
    assert_eq!(state["state"], "good", "{state}");
    let attempts = attempts(&app);
    assert_eq!((&attempts["method"], &attempts["failures"]), (&json!("tls-alpn-01"), &json!(0)), "{attempts}");
    for name in ["certificate.pem", "account.json", "attempts.json"] {
        assert_eq!(mode(&stored(&app, name)), 0o600, "{name}");
    }
    let (_mina, joon, speaker, room) = two_in_a_room(&app).await;
    burst(&speaker, &room, &[&joon.connect().await], 30).await;

    // A restart does without the authority altogether: what is noted before every attempt is not.
    let noted = self::attempts(&app);
    let trust = running.trust.clone();
    drop(running);
    app.restart().await;
    assert_eq!(served(&app, &trust).await, certificate);
    assert_eq!(readiness(&app).await, state);
    assert_eq!(self::attempts(&app), noted);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_tls_cannot_prove_a_domain_http_does() {
    let mut authority = Authority::new();
    authority.proves_tls_at = free_port();
    let running = authority.start().await;
    let app = authority.builder().trust(running.trust.clone()).spawn().await;
    app.logged("another way is tried").await;
    app.logged(IN_USE).await;
    served(&app, &running.trust).await;
    assert_eq!(attempts(&app)["method"], "http-01");
    let answer = credulous().get(format!("http://127.0.0.1:{}/rooms", authority.http)).header("host", NAME);
    let answer = answer.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"] == "https://chat.example/rooms"), (308, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_in_time_while_a_websocket_stays_connected() {
    let (authority, before) = (Authority::new(), Root::new());
    let mut app = authority.builder().trust(before.trust()).spawn().await;
    app.logged("no certificate was fetched").await;
    app.terminate().await;
    // More than two thirds of its life are over: from 2020 until the next year begins.
    let year: i32 = maru::clock::now().to_string()[..4].parse().unwrap();
    store(&app, &before.issue(&[NAME], year + 1));
    app.restart().await;
    let (_mina, joon, speaker, room) = two_in_a_room(&app).await;
    let listener = joon.connect().await;
    burst(&speaker, &room, &[&listener], 20).await;
    // It is told that it could not be renewed, and is good all the same.
    app.logged("no certificate was fetched").await;
    assert_eq!(readiness(&app).await["state"], "good");

    let running = authority.start().await;
    trusted(&authority, &running.trust).await;
    burst(&speaker, &room, &[&listener], 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_authority_is_asked_at_once_and_what_the_former_issued_serves_until_then() {
    let (former, latter) = (Authority::new(), Authority::new());
    let running = former.start().await;
    let mut app = former.builder().spawn().await;
    app.logged(IN_USE).await;
    let staged = served(&app, &running.trust).await;
    app.configure("MARU_ACME_DIRECTORY", latter.directory());
    app.configure("MARU_ACME_CA_FILE", latter.ca_file());
    app.restart().await;
    app.logged("no certificate was fetched").await;
    assert_eq!(served(&app, &running.trust).await, staged);
    let issuer = latter.start_for(&former).await;
    trusted(&former, &issuer.trust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_held_up_on_its_way_is_not_ordered_again() {
    let authority = Authority::new();
    let running = authority.start().await;
    let gate = Gate::before(&authority).await;
    let app = authority.builder().env("MARU_ACME_DIRECTORY", gate.directory()).spawn().await;
    app.logged("no certificate was fetched").await;
    gate.open();
    trusted(&authority, &running.trust).await;
    assert_eq!(gate.orders(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_serves_and_a_restart_fetches_it_from_the_same_order() {
    let authority = Authority::new();
    let mut app = authority.builder().spawn().await;
    app.logged("no certificate was fetched").await;
    // In the way of whoever writes it, also of root.
    let obstacle = stored(&app, "certificate.pem.tmp");
    std::fs::create_dir(&obstacle).unwrap();
    let running = authority.start().await;
    app.logged("the new certificate could not be kept").await;
    let certificate = trusted(&authority, &running.trust).await;
    app.restart().await;
    assert_eq!(trusted(&authority, &running.trust).await, certificate, "nothing was issued anew");
    app.terminate().await;
    std::fs::remove_dir(&obstacle).unwrap();
    app.restart().await;
    assert_eq!(trusted(&authority, &running.trust).await, certificate);
    app.restart().await;
    assert_eq!(attempts(&app)["order"], Value::Null);
    assert_eq!(served(&app, &running.trust).await, certificate, "now it lies on the disk");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_noted_the_authority_is_not_asked() {
    let authority = Authority::new();
    let mut app = authority.builder().spawn().await;
    app.logged("no certificate was fetched").await;
    app.terminate().await;
    std::fs::remove_file(stored(&app, "attempts.json")).unwrap();
    std::fs::create_dir(stored(&app, "attempts.json.tmp")).unwrap();
    app.restart().await;
    app.logged("where nothing can be noted, the authority is not asked").await;
    assert!(!stored(&app, "attempts.json").exists());
    let log = app.transcript();
    let (_, after) = log.split_once("=== restarted").unwrap();
    assert!(!after.contains("does not answer"), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_authority_is_away_somebody_answers_and_the_certificate_comes_once_it_is_back() {
    let authority = Authority::new();
    let app = authority.builder().spawn().await;
    app.logged("no certificate was fetched").await;
    assert!(app.transcript().contains("does not answer"), "{}", app.transcript());
    let client = credulous();
    let state = readiness_by(&client, &authority).await;
    assert_eq!(state, json!({ "state": "missing" }), "strangers learn no more");
    let proof = client.get(format!("http://127.0.0.1:{}/.well-known/acme-challenge/x", authority.http)).send().await;
    assert_eq!(proof.unwrap().status(), 404, "it answers where proofs are looked for");

    let running = authority.start().await;
    app.logged(IN_USE).await;
    served(&app, &running.trust).await;
    assert_eq!(readiness_by(&client, &authority).await["state"], "good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_does_not_lead_here_is_told_and_not_asked_for_again_by_a_restart() {
    let mut authority = Authority::new();
    authority.resolves = false;
    let running = authority.start().await;
    let mut app = authority.builder().spawn().await;
    app.logged("no certificate was fetched").await;
    let told = format!("{NAME} is not found: let its A or AAAA record name the address of this server");
    let log = app.transcript();
    assert!(log.contains(&told), "{log}\n{}", running.transcript());
    assert_eq!(readiness_by(&credulous(), &authority).await, json!({ "state": "missing" }));
    let noted = attempts(&app);
    assert_eq!(noted["failures"], 1, "{noted}");
    app.restart().await;
    app.logged("the authority was asked in vain before the start").await;
    // Every attempt is noted before it is made.
    assert_eq!(attempts(&app), noted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_forgot_the_account_gets_a_new_one() {
    let authority = Authority::new();
    let running = authority.start().await;
    let mut app = authority.builder().spawn().await;
    app.logged(IN_USE).await;
    let account = std::fs::read_to_string(stored(&app, "account.json")).unwrap();
    app.terminate().await;
    std::fs::remove_file(stored(&app, "certificate.pem")).unwrap();
    drop(running);
    let running = authority.start().await;
    app.restart().await;
    app.logged("until=").await;
    trusted(&authority, &running.trust).await;
    assert_ne!(std::fs::read_to_string(stored(&app, "account.json")).unwrap(), account);
}
