use super::*;
use std::os::unix::fs::PermissionsExt;

const DAY: Duration = Duration::from_secs(86_400);

fn kids(ring: &KeyRing) -> Vec<&str> {
    ring.all().map(SigningKey::kid).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").file_name());
    names.map(|name| name.into_string().expect("text")).collect()
}

#[test]
fn the_first_start_makes_a_private_file_that_the_second_one_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = SigningKeys::open(folder.path()).expect("made");
    let second = SigningKeys::open(folder.path()).expect("read");
    assert_eq!(first.ring().signing().secret, second.ring().signing().secret);
    assert_eq!(first.ring().signing().kid().len(), KID_LENGTH);
    let mode = fs::metadata(folder.path().join(FILE_NAME)).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(names(folder.path()), [FILE_NAME]);
}

#[test]
fn what_another_server_wrote_is_followed_even_where_the_file_is_the_same_to_the_system() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let keys = SigningKeys::open(folder.path()).expect("made");
    keys.share();
    let before = keys.ring();
    let new = SigningKeys::open(other.path()).expect("made");
    fs::copy(other.path().join(FILE_NAME), folder.path().join(FILE_NAME)).expect("over the former one");
    assert_ne!(kids(&before), kids(&new.ring()));
    assert_eq!(kids(&keys.ring()), kids(&new.ring()));
}

#[test]
fn many_that_start_at_once_agree_on_one_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let secrets: Vec<_> = std::thread::scope(|scope| {
        let open = || SigningKeys::open(folder.path()).expect("opened").ring().signing().secret.clone();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().expect("joined")).collect()
    });
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    assert_eq!(names(folder.path()), [FILE_NAME]);
}

#[test]
fn a_file_that_others_can_read_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    SigningKeys::open(folder.path()).expect("made");
    let path = folder.path().join(FILE_NAME);
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
        let refused = SigningKeys::open(folder.path()).expect_err("exposed").to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }
}

#[test]
fn a_damaged_file_is_refused_without_showing_what_is_in_it() {
    let secret = URL_SAFE_NO_PAD.encode([7; SECRET_BYTES]);
    let key = |kid, secret| format!(r#"{{"kid":"{kid}","secret":"{secret}","createdAt":"2026-01-01T00:00:00.000Z"}}"#);
    let folder = tempfile::tempdir().expect("a folder");
    SigningKeys::open(folder.path()).expect("made");
    let good = key("kid-0001", secret.as_str());
    for text in [
        String::new(),
        "[]".to_owned(),
        format!("[{good}"),
        format!("[{good},{good}]"),
        format!("[{}]", key("kid-0001", &secret[..20])),
        format!("[{}]", key("kid-0001", "not base64!")),
        format!("[{}]", key("kid", secret.as_str())),
    ] {
        fs::write(folder.path().join(FILE_NAME), &text).expect("written");
        let refused = SigningKeys::open(folder.path()).expect_err(&text).to_string();
        assert!(!refused.contains(&secret[..20]), "{refused}");
    }
    fs::write(folder.path().join(FILE_NAME), format!("[{good}]")).expect("written");
    SigningKeys::open(folder.path()).expect("good");
}

#[test]
fn rotation_signs_with_a_new_key_and_still_knows_the_old_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = SigningKeys::open(folder.path()).expect("made");
    let old = keys.ring();
    keys.rotate(DAY).expect("rotated");
    let ring = keys.ring();
    assert_ne!(ring.signing().kid(), old.signing().kid());
    assert_eq!(ring.find(old.signing().kid()).map(|key| &key.secret), Some(&old.signing().secret));
    assert_eq!(kids(&SigningKeys::open(folder.path()).expect("read").ring()), kids(&ring));
    assert_eq!(names(folder.path()), [FILE_NAME]);
}

#[test]
fn a_key_is_forgotten_one_session_lifetime_after_it_was_replaced_not_made() {
    let at = |day: i64| Timestamp::from_millis(day * 86_400_000);
    let key = |kid: &str, day| SigningKey::new(kid.to_owned(), vec![1; 32], at(day));
    let ring = KeyRing { first: key("c", 100), older: vec![key("b", 60), key("a", 0)] };
    let kept = |day, lifetime: u32| {
        let ring = rotated(&ring, key("d", day), DAY * lifetime);
        kids(&ring).into_iter().map(str::to_owned).collect::<Vec<_>>().concat()
    };
    assert_eq!(kept(1_000, 60), "dc");
    assert_eq!(kept(110, 60), "dcba");
    assert_eq!(kept(121, 60), "dcb");
    assert_eq!(kept(161, 60), "dc");
}

#[test]
fn configured_secrets_keep_their_kid_and_are_never_rotated_by_us() {
    let secret = |text: &str| {
        let environment = [("MARU_SIGNING_KEY".into(), text.into())];
        let effective = crate::config::Config::load(&crate::config::Flags::default(), environment).expect("valid");
        effective.config.signing_key.expect("set")
    };
    let (old, new) = ("o".repeat(32), "n".repeat(32));
    let before = SigningKeys::configured(&secret(&old)).expect("keys");
    let after = SigningKeys::configured(&secret(&format!("{new} {old}"))).expect("keys");
    assert_ne!(after.ring().signing().kid(), before.ring().signing().kid());
    assert!(after.ring().find(before.ring().signing().kid()).is_some());
    assert!(matches!(after.rotate(DAY), Err(KeyError::Configured)));
    assert!(!format!("{after:?}").contains(&old));
}

#[test]
fn what_is_signed_for_one_purpose_is_worthless_for_another() {
    let key = SigningKey::generate();
    assert_eq!(key.sign("a", &[b"x"]), key.sign("a", &[b"x"]));
    assert_ne!(key.sign("a", &[b"x"]), key.sign("b", &[b"x"]));
    assert_ne!(key.sign("a", &[b"x"]), SigningKey::generate().sign("a", &[b"x"]));
}
