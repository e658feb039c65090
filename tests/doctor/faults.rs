//! Each fault, brought about for real, is named with its fix.

use super::support::{TestApp, run_maru};
use super::{Report, examined, examined_at};
use serde_json::json;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

/// A server that has ended in order, with its folder.
async fn ended() -> TestApp {
    let mut app = TestApp::spawn().await;
    let socket = app.person("mina").await.connect().await;
    let room = socket.create_room("public", "Before", &[]).await;
    for number in 0..50 {
        socket.say(&room, &format!("message {number} {}", "text ".repeat(50))).await;
    }
    app.terminate().await;
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_is_not_understood_is_told_line_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("MARU_LISTEN", "nonsense"), ("MARU_NO_SUCH_SETTING", "1")];
    let report = examined_at(folder.path(), &settings).await;
    report.assert("configuration", "failure", "listen", "docs/operating.md");
    let told: Vec<_> = report.checks().iter().filter(|check| check["name"] == "configuration").collect();
    assert_eq!(told.len(), 2, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_others_can_change_or_read_is_a_failure() {
    let app = ended().await;
    let dir = app.data_dir();
    assert!(!dir.join("maru.db-wal").exists(), "a server that has ended leaves its whole database in one file");
    fs::set_permissions(&dir, Permissions::from_mode(0o777)).expect("a mode");
    examined(&app).await.assert("folder", "failure", "mode 777", "chmod 700");
    fs::set_permissions(&dir, Permissions::from_mode(0o755)).expect("a mode");
    fs::set_permissions(dir.join("maru.db"), Permissions::from_mode(0o644)).expect("a mode");
    examined(&app).await.assert("folder", "failure", "others can read maru.db", "chmod 700");
    fs::set_permissions(dir.join("maru.db"), Permissions::from_mode(0o600)).expect("a mode");
    // As one that was kept before an update.
    fs::write(dir.join("maru.db.schema-1"), "messages").expect("a copy");
    fs::set_permissions(dir.join("maru.db.schema-1"), Permissions::from_mode(0o644)).expect("a mode");
    examined(&app).await.assert("folder", "failure", "others can read maru.db.schema-1", "chmod 700");
    fs::set_permissions(&dir, Permissions::from_mode(0o700)).expect("a mode");
    assert_eq!(examined(&app).await.check("folder")["outcome"], "ok", "nobody else comes to it");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_with_which_no_server_starts_are_told() {
    let app = ended().await;
    let (dir, keys) = (app.data_dir(), app.data_dir().join("signing-keys.json"));
    assert_eq!(examined(&app).await.check("keys")["outcome"], "ok");
    let refused = async |why: &str| {
        let path = dir.to_str().expect("a path");
        let served = run_maru(&["serve", "--data-dir", path], &[("MARU_LISTEN", "127.0.0.1:0")], "").await;
        assert!(!served.status.success() && served.stderr.contains(why), "{served:?}");
    };
    fs::set_permissions(&keys, Permissions::from_mode(0o644)).expect("a mode");
    examined(&app).await.assert("keys", "failure", "mode 644", "chmod 600");
    refused("mode 644").await;
    fs::set_permissions(&keys, Permissions::from_mode(0o600)).expect("a mode");
    fs::write(&keys, "[{}]").expect("written");
    examined(&app).await.assert("keys", "failure", "no list of signing keys", "restore it");
    refused("no list of signing keys").await;
    fs::remove_file(&keys).expect("removed");
    assert_eq!(examined(&app).await.check("keys")["seen"], "none yet: the first start makes one");
    assert!(!keys.exists(), "it makes none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_none_or_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    let report = examined_at(&missing, &[]).await;
    report.assert("folder", "warning", "does not exist yet", "--data-dir");
    assert!(report.succeeded && !missing.exists(), "it makes nothing");
    let file = folder.path().join("file");
    fs::write(&file, "text").expect("a file");
    examined_at(&file, &[]).await.assert("folder", "failure", "is no folder", "--data-dir");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_found() {
    let app = ended().await;
    let path = app.data_dir().join("maru.db");
    let mut file = OpenOptions::new().write(true).open(&path).expect("the database");
    let length = file.metadata().expect("a length").len();
    // Everything behind the first pages, which say what tables there are.
    for page in (length / 2 / 4096)..(length / 4096) {
        file.seek(SeekFrom::Start(page * 4096)).expect("a place");
        file.write_all(&[0xA5; 512]).expect("written");
    }
    drop(file);
    let report = examined(&app).await;
    report.assert("database", "failure", "", "maru restore");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_maru_is_told() {
    let app = ended().await;
    let path = app.data_dir().join("maru.db");
    let mut file = OpenOptions::new().write(true).open(path).expect("the database");
    // SQLite's user_version.
    file.seek(SeekFrom::Start(60)).expect("a place");
    file.write_all(&9_999_u32.to_be_bytes()).expect("written");
    drop(file);
    examined(&app).await.assert("schema", "failure", "newer Maru", "newer program");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_somebody_else_has_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let others = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = others.local_addr().expect("an address").to_string();
    let report = examined_at(folder.path(), &[("MARU_LISTEN", &address)]).await;
    report.assert("port", "failure", &format!("another program has {address}: "), "set listen");
    let own = format!("(process {})", std::process::id());
    assert!(report.check("port")["seen"].as_str().expect("text").ends_with(&own), "{}", report.json);
    let metrics = [("MARU_METRICS_LISTEN", address.as_str())];
    examined_at(folder.path(), &metrics).await.assert("metrics port", "failure", &address, "set metrics_listen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_with_less_room_than_is_to_be_kept_free_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = examined_at(folder.path(), &[("MARU_FILES_KEEP_FREE", "1024TiB")]).await;
    report.assert("space", "failure", "uploads are refused", "make room");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_that_are_none_late_or_failing_are_told() {
    let app = ended().await;
    examined(&app).await.assert("backup", "warning", "none is made", "backup.dir");
    let folder = tempfile::tempdir().expect("a folder");
    let good = json!({
        "at": "2025-01-01T00:00:00.000Z", "finishedAt": "2026-01-01T00:01:00.000Z", "snapshot": "/nowhere",
        "messages": 1, "files": 0, "bytes": 0, "copiedBytes": 0, "missing": 0,
    });
    let record = app.data_dir().join("backups.json");
    fs::write(&record, json!({ "lastGood": good }).to_string()).expect("a record");
    examined(&app).await.assert("backup", "failure", "it is late", "maru backup");
    let settings = [("MARU_BACKUP_DIR", folder.path().to_str().expect("a path"))];
    examined_at(&app.data_dir(), &settings).await.assert("backup", "failure", "it is late", "maru backup");

    // A folder that cannot be made: a file is in the way.
    let file = folder.path().join("file");
    fs::write(&file, "text").expect("a file");
    let below = file.join("backups");
    let made = app.run_cli(&["backup", "--to", below.to_str().expect("a path")], "").await;
    assert!(!made.status.success(), "{made:?}");
    examined_at(&app.data_dir(), &settings).await.assert("backup", "failure", "the last one failed", "maru backup");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_cut_off_is_told() {
    let app = ended().await;
    fs::write(app.data_dir().join("maru.db.restoring"), "").expect("a file");
    examined(&app).await.assert("restore", "failure", "not finished", "restore the backup again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_nowhere_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    // Never given to anybody (RFC 6761).
    let report = examined_at(folder.path(), &[("MARU_PUBLIC_URL", "https://chat.invalid")]).await;
    report.assert("name", "failure", "chat.invalid leads nowhere", "DNS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_without_a_certificate_is_told_and_nothing_is_made_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("MARU_DOMAIN", "chat.invalid"), ("MARU_TLS_REDIRECT_LISTEN", "off")];
    let report = examined_at(folder.path(), &settings).await;
    report.assert("stored certificate", "warning", "none was fetched yet", "start the server");
    assert!(!folder.path().join("certificates").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_nobody_serves_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let endpoint = format!("http://{free}");
    let settings = [
        ("MARU_FILES_STORE", "s3://attic/maru"),
        ("MARU_FILES_S3_ENDPOINT", endpoint.as_str()),
        ("MARU_FILES_S3_ACCESS_KEY_ID", "key"),
        ("MARU_FILES_S3_SECRET_ACCESS_KEY", "hidden-secret"),
        ("MARU_LISTEN", "127.0.0.1:0"),
    ];
    let path = folder.path().to_str().expect("a path");
    let output = run_maru(&["doctor", "--json", "--data-dir", path], &settings, "").await;
    assert!(!format!("{output:?}").contains("hidden-secret"));
    Report::of(&output).assert("files", "failure", "s3://attic/maru", "files.s3_endpoint");
}

#[tokio::test(flavor = "multi_thread")]
async fn root_certificates_that_cannot_be_used_are_told_with_their_setting() {
    let app = ended().await;
    let (dir, file) = (app.data_dir(), app.data_dir().join("roots.pem"));
    let path = file.to_str().expect("a path");
    let preview = [("MARU_LINK_PREVIEW_CA_FILE", path)];
    let report = examined_at(&dir, &preview).await;
    report.assert("preview authority", "failure", "link_preview_ca_file: ", "leave it out");
    fs::write(&file, "no certificate").expect("written");
    let acme = [("MARU_ACME_CA_FILE", path), ("MARU_DOMAIN", "chat.example.com"), ("MARU_TLS_REDIRECT_LISTEN", "off")];
    let report = examined_at(&dir, &acme).await;
    report.assert("acme authority", "failure", "there is no certificate in it", "acme.ca_file");
    let report = examined_at(&dir, &[preview[0], ("MARU_LINK_PREVIEWS", "false")]).await;
    assert!(report.checks().iter().all(|check| check["name"] != "preview authority"), "it is not used");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_in_the_data_folder_itself_are_worth_little() {
    let app = ended().await;
    let backups = app.data_dir().join("backups");
    fs::create_dir(&backups).expect("a folder");
    let settings = [("MARU_BACKUP_DIR", backups.to_str().expect("a path"))];
    examined_at(&app.data_dir(), &settings).await.assert("backup", "warning", "in the data folder", "elsewhere");
}
