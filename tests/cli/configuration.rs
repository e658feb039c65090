//! `maru config`, and configurations that are refused.

use super::support::{Output, run_maru};
use super::{failure, succeeded};

async fn config(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    run_maru(&[&["config"], arguments].concat(), env, "").await
}

#[tokio::test]
async fn flags_win_over_variables_those_over_the_file_and_that_over_defaults() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("maru.toml");
    let text =
        "listen = '127.0.0.1:1'\naccess_token_lifetime = '5m'\nregistration = 'open'\n[limits]\nsends_burst = 7\n";
    std::fs::write(&file, text).expect("written");
    let file = file.to_str().expect("a path");
    let env = [("MARU_LISTEN", "127.0.0.1:2"), ("MARU_ACCESS_TOKEN_LIFETIME", "10m")];
    let output = succeeded(config(&["--config", file, "--listen", "127.0.0.1:3"], &env).await);
    for line in [
        "listen = \"127.0.0.1:3\"  # flag --listen",
        "access_token_lifetime = \"10m\"  # environment variable MARU_ACCESS_TOKEN_LIFETIME",
        &format!("registration = \"open\"  # file {file}"),
        &format!("sends_burst = 7  # file {file}"),
        "session_lifetime = \"60d\"  # default",
    ] {
        assert!(output.stdout.contains(line), "{line} is not in {}", output.stdout);
    }
    let by_variable = succeeded(config(&[], &[("MARU_CONFIG", file)]).await);
    assert!(by_variable.stdout.contains("listen = \"127.0.0.1:1\""), "{by_variable:?}");
}

#[tokio::test]
async fn secrets_are_taken_from_files_and_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    let secret = "0123456789abcdef0123456789abcdef";
    std::fs::write(&file, format!("{secret}\n")).expect("written");
    let output = succeeded(config(&[], &[("MARU_SIGNING_KEY_FILE", file.to_str().expect("a path"))]).await);
    assert!(
        output.stdout.contains("signing_key is hidden  # environment variable MARU_SIGNING_KEY_FILE"),
        "{output:?}"
    );
    assert!(!output.stdout.contains(secret));
    let refused = config(&[], &[("MARU_SIGNING_KEY", "too short a secret")]).await;
    assert!(failure(&refused).contains("signing_key") && !refused.stderr.contains("too short"), "{refused:?}");
}

#[tokio::test]
async fn what_systemd_lays_out_is_taken_for_the_secrets_that_it_is_named_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    let secret = "0123456789abcdef0123456789abcdef";
    let key = folder.path().join("signing_key");
    std::fs::write(&key, format!("{secret}\n")).expect("written");
    std::fs::write(folder.path().join("registration"), "open").expect("written");
    let output = succeeded(config(&[], &[("CREDENTIALS_DIRECTORY", path)]).await);
    let line = format!("signing_key is hidden  # credential {}", key.display());
    assert!(output.stdout.contains(&line) && !output.stdout.contains(secret), "{output:?}");
    assert!(output.stdout.contains("registration = \"invite\"  # default"), "it is no secret: {output:?}");
    std::fs::write(&key, "too short").expect("written");
    let refused = config(&[], &[("CREDENTIALS_DIRECTORY", path)]).await;
    assert!(failure(&refused).contains("signing_key") && !refused.stderr.contains("too short"), "{refused:?}");
}

#[tokio::test]
async fn everything_wrong_is_named_with_its_value_and_what_is_allowed() {
    let env = [("MARU_REGISTRATION", "sometimes"), ("MARU_LIMITS_SENDS_BURST", "0"), ("MARU_COLOUR", "red")];
    let refused = config(&["--listen", "nowhere"], &env).await;
    let text = failure(&refused);
    for words in [
        "listen: \"nowhere\" (from flag --listen) is refused",
        "registration: \"sometimes\" (from environment variable MARU_REGISTRATION) is refused; allowed is one of invite, open, closed",
        "limits.sends_burst: \"0\"",
        "MARU_COLOUR is no setting",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let served = run_maru(&["serve", "--listen", "nowhere"], &[], "").await;
    assert!(failure(&served).contains("listen: \"nowhere\""), "serve refuses as well");
    let missing = config(&["--config", "/does/not/exist.toml"], &[]).await;
    assert!(failure(&missing).contains("/does/not/exist.toml"), "{missing:?}");
}

#[tokio::test]
async fn what_cargo_run_hands_on_from_the_build_is_no_mistake() {
    succeeded(config(&[], &[("MARU_COMMIT", "0123abc"), ("MARU_WEB", "stub")]).await);
    assert!(failure(&config(&[], &[("MARU_WEBB", "stub")]).await).contains("MARU_WEBB is no setting"));
}
