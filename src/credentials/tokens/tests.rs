use super::*;
use crate::credentials::keys::SigningKeys;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::{Sha384, Sha512};
use std::{collections::HashSet, path::Path};

const MINUTE: Duration = Duration::from_secs(60);
const NOW: Timestamp = Timestamp::from_millis(1_770_000_000_500);

fn keys(folder: &Path) -> SigningKeys {
    SigningKeys::open(folder).expect("keys")
}

fn access() -> Access {
    Access::new(UserId::generate(), SessionId::generate(), NOW, MINUTE)
}

fn reason<T: fmt::Debug>(refused: Result<T>) -> String {
    let error = refused.expect_err("refused");
    assert!(matches!(error, Error::Unauthenticated(_)));
    error.to_string()
}

/// A token of any header and claims, signed with the ring's own key.
fn forge(keys: &KeyRing, header: &Header, claims: &serde_json::Value) -> String {
    encode(header, claims, &keys.signing().access_encoding).expect("encoded")
}

/// A token whose header names an algorithm, signed with the ring's own key by `Mac`, which may be that of another.
fn forge_by<M: Mac + KeyInit>(keys: &KeyRing, alg: &str, claims: &serde_json::Value) -> String {
    let header = serde_json::json!({ "alg": alg, "typ": "JWT", "kid": keys.signing().kid() });
    let [head, body] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let mac = <M as KeyInit>::new_from_slice(keys.signing().access_encoding.as_bytes()).expect("any key length");
    let signature = mac.chain_update(format!("{head}.{body}")).finalize().into_bytes();
    format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header(keys: &KeyRing) -> Header {
    Header { kid: Some(keys.signing().kid().to_owned()), ..Header::new(Algorithm::HS256) }
}

fn claims(access: &Access) -> serde_json::Value {
    serde_json::json!({
        "sub": access.user, "sid": access.session, "iss": "maru",
        "iat": access.issued_at.as_millis() / 1_000, "exp": access.expires_at.as_millis() / 1_000,
    })
}

#[test]
fn an_access_token_is_good_until_the_second_it_expires_and_not_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = keys(folder.path()).ring();
    let access = access();
    let token = access.sign(&keys).expect("signed");
    assert_eq!(access.expires_at.as_millis(), 1_770_000_060_000);
    assert_eq!(Access::verify(&token, &keys, NOW).expect("good"), access);
    let last = access.expires_at - Duration::from_millis(1);
    assert_eq!(Access::verify(&token, &keys, last).expect("good"), access);
    assert_eq!(reason(Access::verify(&token, &keys, access.expires_at)), "the token has expired");
}

#[test]
fn tokens_survive_a_rotation_of_the_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = keys(folder.path());
    let access = access();
    let refresh = Refresh { session: access.session, generation: 3 };
    let (access_token, refresh_token) = (access.sign(&keys.ring()).expect("signed"), refresh.sign(&keys.ring()));
    keys.rotate(MINUTE).expect("rotated");
    assert_eq!(Access::verify(&access_token, &keys.ring(), NOW).expect("good"), access);
    assert_eq!(Refresh::verify(&refresh_token, &keys.ring()).expect("good"), refresh);
    assert_ne!(refresh.sign(&keys.ring()), refresh_token);
}

#[test]
fn a_forged_access_token_is_refused_whatever_is_wrong_with_it() {
    let (folder, foreign) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (keys, foreign) = (keys(folder.path()).ring(), keys(foreign.path()).ring());
    let access = access();
    let good = claims(&access);
    Access::verify(&forge(&keys, &header(&keys), &good), &keys, NOW).expect("the forger's tool makes good tokens");

    let mut forged = vec![
        String::new(),
        "a.b.c".to_owned(),
        "x".repeat(1_000_000),
        Refresh { session: access.session, generation: 1 }.sign(&keys),
    ];
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for alg in ["none", "None", "NONE", "HS384", "RS256"] {
        let unsigned = serde_json::json!({ "alg": alg, "typ": "JWT", "kid": keys.signing().kid() });
        forged.push(format!("{}.{}.", part(&unsigned), part(&good)));
    }
    let token = access.sign(&keys).expect("signed");
    let (head, signature) = token.rsplit_once('.').expect("three parts");
    forged.push(format!("{head}."));
    let other = access_of_another(&access).sign(&keys).expect("signed");
    forged.push(format!("{}.{signature}", other.rsplit_once('.').expect("three parts").0));
    forged.push(forge(&foreign, &header(&foreign), &good));
    forged.push(forge(&foreign, &header(&keys), &good));
    forged.push(forge(&keys, &Header { kid: None, ..header(&keys) }, &good));
    let by_hand = forge_by::<Hmac<Sha256>>(&keys, "HS256", &good);
    Access::verify(&by_hand, &keys, NOW).expect("the other tool makes good tokens, too");
    forged.push(forge_by::<Hmac<Sha384>>(&keys, "HS384", &good));
    forged.push(forge_by::<Hmac<Sha512>>(&keys, "HS512", &good));
    for alg in ["HS384", "HS512", "RS256", "none"] {
        forged.push(forge_by::<Hmac<Sha256>>(&keys, alg, &good));
    }
    forged.push(forge_by::<Hmac<Sha384>>(&keys, "HS256", &good));
    for (claim, value) in [("iss", "other".into()), ("exp", "soon".into()), ("sub", 7.into())] {
        let mut claims = good.clone();
        claims[claim] = value;
        forged.push(forge(&keys, &header(&keys), &claims));
    }
    for claim in ["sub", "sid", "iat", "exp", "iss"] {
        let mut claims = good.clone();
        claims.as_object_mut().expect("an object").remove(claim);
        forged.push(forge(&keys, &header(&keys), &claims));
    }
    for token in forged {
        assert_eq!(reason(Access::verify(&token, &keys, NOW)), "the token is not valid", "{token:.80}");
    }
}

fn access_of_another(access: &Access) -> Access {
    Access { user: UserId::generate(), ..*access }
}

#[test]
fn a_refresh_token_can_be_given_again_and_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = keys(folder.path()).ring();
    for generation in [0, 1, i64::MAX] {
        let refresh = Refresh { session: SessionId::generate(), generation };
        let token = refresh.sign(&keys);
        assert_eq!((token.len(), &token), (100, &refresh.sign(&keys)));
        assert_eq!(Refresh::verify(&token, &keys).expect("good"), refresh);
    }
}

#[test]
fn a_refresh_token_with_any_changed_character_is_refused() {
    let (folder, foreign) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (keys, foreign) = (keys(folder.path()).ring(), keys(foreign.path()).ring());
    let refresh = Refresh { session: SessionId::generate(), generation: 1 };
    let token = refresh.sign(&keys);
    let mut forged =
        vec![String::new(), "x".to_owned(), "A".repeat(100), "A".repeat(1_000_000), refresh.sign(&foreign)];
    for position in 0..token.len() {
        forged.push(token[..position].to_owned());
        let swapped = if token[position..].starts_with('A') { "B" } else { "A" };
        forged.push(format!("{}{swapped}{}", &token[..position], &token[position + 1..]));
    }
    forged.push(access().sign(&keys).expect("signed"));
    for token in forged {
        assert_eq!(reason(Refresh::verify(&token, &keys)), "the token is not valid", "{token:.120}");
    }
}

#[test]
fn a_spent_refresh_token_is_answered_for_half_a_minute_and_then_ends_the_session() {
    let judge = |generation, after_ms| {
        let refresh = Refresh { session: SessionId::generate(), generation };
        refresh.judge(5, NOW, NOW + Duration::from_millis(after_ms))
    };
    assert_eq!(judge(5, 0), Rotation::Advance);
    assert_eq!(judge(5, 86_400_000), Rotation::Advance);
    assert_eq!(judge(4, 0), Rotation::Repeat);
    assert_eq!(judge(4, 30_000), Rotation::Repeat);
    assert_eq!(judge(4, 30_001), Rotation::Reuse);
    for other in [3, 0, 6, i64::MAX, i64::MIN] {
        assert_eq!(judge(other, 0), Rotation::Reuse, "{other}");
    }
}

#[test]
fn a_session_that_was_restored_takes_a_later_generation_once() {
    let judge =
        |generation, rotated_at| Refresh { session: SessionId::generate(), generation }.judge(5, rotated_at, NOW);
    for later in [6, 40, i64::MAX] {
        assert_eq!(judge(later, RESTORED), Rotation::CatchUp, "{later}");
        assert_eq!(judge(later, NOW), Rotation::Reuse, "{later}");
    }
    assert_eq!(judge(5, RESTORED), Rotation::Advance);
    assert_eq!(judge(4, RESTORED), Rotation::Reuse);
}

#[test]
fn random_tokens_differ_and_are_found_by_their_digest() {
    let mut seen = HashSet::new();
    for _ in 0..1_000 {
        for token in [RandomToken::bot(), RandomToken::link()] {
            assert!(token.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(TokenDigest::of(token.expose()), token.digest);
            assert!(!format!("{token:?}").contains(token.expose()));
            assert!(seen.insert(token.text));
        }
    }
    assert!(RandomToken::bot().expose().starts_with("maru_bot_"));
    assert_ne!(TokenDigest::of("a"), TokenDigest::of("b"));
}

#[test]
fn an_invite_code_is_sixteen_unambiguous_characters_however_it_is_typed() {
    let mut used = HashSet::new();
    for _ in 0..1_000 {
        let invite = RandomToken::code();
        let code = invite.expose();
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4]);
        used.extend(code.chars().filter(|character| *character != '-'));
        let typed = format!(" {} ", code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"));
        assert!(TokenDigest::of_code(&typed) == invite.digest, "{typed}");
    }
    assert_eq!(used.len(), 32);
    assert!(used.is_disjoint(&HashSet::from(['I', 'L', 'O', 'U'])));
}

mod fuzz {
    use super::super::*;
    use crate::clock;
    use crate::credentials::cursors;
    use crate::credentials::keys::SigningKeys;
    use crate::credentials::passes::{DevicePass, FilePass};

    #[test]
    fn no_changed_token_opens_a_door() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = SigningKeys::open(folder.path()).expect("keys").ring();
        let (user, session) = (UserId::generate(), SessionId::generate());
        let access = Access::new(user, session, clock::now(), Duration::from_secs(3_600)).sign(&keys).expect("a token");
        let refresh = Refresh { session, generation: 7 }.sign(&keys);
        let (file, device) =
            (FilePass(session).sign(&keys), DevicePass { user, session, at: clock::now() }.sign(&keys));
        let cursor = cursors::seal("s5", user, &keys).expect("a cursor");
        let seeds = [&access, &refresh, &file, &device, &cursor].map(|token| token.as_bytes());
        crate::fuzzing::fuzz("tokens", &seeds, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            if seeds.contains(&bytes) {
                return;
            }
            assert!(Access::verify(text, &keys, clock::now()).is_err());
            assert!(Refresh::verify(text, &keys).is_err());
            assert!(FilePass::verify(text, &keys).is_none() && DevicePass::verify(text, &keys).is_none());
            assert!(cursors::open(text, user, &keys).is_none());
        });
    }
}
