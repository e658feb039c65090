//! Certificates of one's own: read, exchanged, refused.

use super::support::{Output, run_maru};
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_are_used_for_new_connections_while_old_ones_live_on() {
    let root = Root::new();
    let files = Files::new(&root.issue(&[NAME], 2090));
    let app = files.builder().trust(root.trust()).spawn().await;
    let (_mina, joon, speaker, room) = two_in_a_room(&app).await;
    let listener = joon.connect().await;
    let first = served(&app, &root.trust()).await;
    assert_eq!(readiness(&app).await, json!({ "state": "good", "notAfter": "2090-01-01T00:00:00.000Z" }));

    let (certificate, key) = root.issue(&[NAME], 2091);
    files.replace(&certificate, &key);
    app.logged("a new certificate is in use").await;
    let second = served(&app, &root.trust()).await;
    assert_ne!(first, second);
    burst(&speaker, &room, &[&listener], 20).await;

    let (_, other) = root.issue(&[NAME], 2092);
    files.replace(&certificate, &other);
    app.logged("the old one stays in use").await;
    assert_eq!(served(&app, &root.trust()).await, second);
    let state = readiness(&app).await;
    assert_eq!((&state["state"], &state["notAfter"]), (&json!("good"), &json!("2091-01-01T00:00:00.000Z")));
    assert_eq!(state["problem"], Value::Null, "strangers do not learn where files are");
    assert!(app.transcript().contains("the key does not belong to the certificate"), "{}", app.transcript());

    let (certificate, key) = root.issue(&[NAME], 2093);
    files.replace(&certificate, &key);
    app.logged("until=2093-01-01").await;
    assert_eq!(readiness(&app).await, json!({ "state": "good", "notAfter": "2093-01-01T00:00:00.000Z" }));
    burst(&speaker, &room, &[&listener], 20).await;
}

/// A certificate that ends in so many days, and its key.
fn ending(root: &Root, name: &str, days: i64) -> (String, String) {
    let now = jiff::Timestamp::from_millisecond(maru::clock::now().as_millis()).unwrap();
    let end = now.to_zoned(jiff::tz::TimeZone::UTC).date() + jiff::Span::new().days(days);
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(end.year().into(), end.month().unsigned_abs(), end.day().unsigned_abs());
    (parameters.signed_by(&key, &root.issuer).unwrap().pem(), key.serialize_pem())
}

/// What `maru doctor` says of the certificate on the disk: the outcome and what was seen.
async fn doctors_word(app: &TestApp) -> (String, String) {
    let output = app.run_cli(&["doctor", "--json"], "").await;
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "stored certificate").unwrap();
    ["outcome", "seen"].map(|field| check[field].as_str().unwrap().to_owned()).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_soon_is_told_wherever_somebody_looks() {
    const TOKEN: &str = "a-token-that-is-long-enough-for-anybody";
    let root = Root::new();
    let files = Files::new(&ending(&root, NAME, 10));
    let builder = files.builder().trust(root.trust()).env("MARU_METRICS_TOKEN", TOKEN);
    let mut app = builder.env("MARU_PUBLIC_URL", format!("https://{NAME}")).spawn().await;
    let figures =
        async |app: &TestApp| app.admin().await.http().get("/api/v1/admin/metrics").await.1["certificate"].clone();
    let metrics = async |app: &TestApp| app.http().bearer(TOKEN).get("/metrics").await.1.as_str().unwrap().to_owned();

    let state = readiness(&app).await;
    assert_eq!((&state["state"], &figures(&app).await), (&json!("ending"), &state));
    let end: jiff::Timestamp = state["notAfter"].as_str().unwrap().parse().unwrap();
    let told = metrics(&app).await;
    assert!(told.contains(&format!("\nmaru_certificate_expiry_timestamp_seconds {}\n", end.as_second())), "{told}");
    assert!(told.contains("maru_certificate_state{state=\"ending\"} 1\n"), "{told}");
    let (outcome, seen) = doctors_word(&app).await;
    assert!(outcome == "warning" && seen.starts_with("it ends in 9 days"), "{seen}");

    let (certificate, key) = ending(&root, NAME, 30);
    files.replace(&certificate, &key);
    app.logged("a new certificate is in use").await;
    assert_eq!(figures(&app).await["state"], "good");
    assert!(metrics(&app).await.contains("maru_certificate_state{state=\"ending\"} 0\n"));
    let (outcome, seen) = doctors_word(&app).await;
    assert!(outcome == "ok" && seen.contains("29 days"), "{seen}");

    app.terminate().await;
    for (issued, word) in [
        (ending(&root, "other.example", 30), "it is for other names than chat.example"),
        (root.issue(&[NAME], 2021), "it ended "),
        ((certificate, root.issue(&[NAME], 2090).1), "the key does not belong"),
    ] {
        files.replace(&issued.0, &issued.1);
        let (outcome, seen) = doctors_word(&app).await;
        assert!(outcome == "failure" && seen.contains(word), "{seen}");
    }
}

/// Tries to serve with what lies in two files.
async fn refusal(certificate: Option<&str>, key: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = [("certificate.pem", certificate), ("key.pem", key)].map(|(name, content)| {
        let path = folder.path().join(name);
        content.inspect(|content| std::fs::write(&path, content).unwrap());
        path.display().to_string()
    });
    let data = folder.path().join("data").display().to_string();
    let variables = [("MARU_TLS_CERTIFICATE", certificate.as_str()), ("MARU_TLS_KEY", &key)];
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", &data];
    let Output { status, stdout, stderr } = run_maru(&arguments, &variables, "").await;
    assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{stderr}");
    stderr
}

#[tokio::test]
async fn files_that_cannot_be_used_stop_the_start_with_the_reason() {
    let root = Root::new();
    let ((certificate, key), (_, other)) = (root.issue(&[NAME], 2090), root.issue(&[NAME], 2090));
    let (expired, its_key) = root.issue(&[NAME], 2021);
    for (certificate, key, reasons) in [
        (None, Some(key.as_str()), ["tls.certificate: ", "certificate.pem: No such file"]),
        (Some(certificate.as_str()), None, ["tls.key: ", "key.pem: No such file"]),
        (Some(&certificate), Some(&other), ["tls.key", "the key does not belong to the certificate"]),
        (Some(&key), Some(&key), ["tls.certificate", "there is no certificate in it"]),
        (Some(&certificate), Some(&certificate), ["tls.key", "there is no unencrypted private key in it"]),
        (Some(&expired), Some(&its_key), ["tls.certificate", "the certificate ended at 2021-01-01T00:00:00.000Z"]),
    ] {
        let refused = refusal(certificate, key).await;
        assert!(reasons.iter().all(|reason| refused.contains(reason)), "{reasons:?}: {refused}");
        let secret = key.and_then(|key| key.lines().nth(1)).unwrap_or("nothing");
        assert!(!refused.contains(secret), "{refused}");
    }
}

#[tokio::test]
async fn commands_that_do_not_serve_need_no_certificate_and_a_name_that_is_missing_in_it_is_told() {
    let root = Root::new();
    let files = Files::new(&root.issue(&[NAME], 2090));
    let builder = files.builder().env("MARU_PUBLIC_URL", "https://other.example").trust(root.trust());
    let mut app = builder.spawn().await;
    app.logged("does not name this host").await;
    app.terminate().await;
    let (expired, key) = root.issue(&[NAME], 2021);
    files.replace(&expired, &key);
    let Output { status, stderr, .. } = app.run_cli(&["user", "list"], "").await;
    assert!(status.success(), "{stderr}");
}
