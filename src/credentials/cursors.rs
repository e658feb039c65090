//! Where a list goes on, handed out sealed: whoever gets it back cannot read, make or change it, and it is good for
//! one user alone.

use super::keys::{KID_LENGTH, KeyRing, SigningKey};
use crate::error::{Error, Result};
use crate::ids::UserId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

const PURPOSE: &str = "maru search cursor 1";
/// Far above any of ours, in characters; longer ones are not looked at.
const LONGEST: usize = 512;

/// base64url of: kid, nonce, and the text encrypted with its tag. Its length tells that of the text.
///
/// # Errors
/// `Internal` when the cipher fails.
pub fn seal(text: &str, user: UserId, keys: &KeyRing) -> Result<String> {
    let key = keys.signing();
    let nonce: [u8; NONCE_LEN] = rand::random();
    let mut sealed = text.as_bytes().to_vec();
    let cipher = cipher(key).ok_or_else(failed)?;
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    cipher.seal_in_place_append_tag(nonce_used, of(user), &mut sealed).map_err(|_| failed())?;
    Ok(URL_SAFE_NO_PAD.encode([key.kid().as_bytes(), &nonce, &sealed].concat()))
}

/// The text; none when it was not sealed for this user, or with a key that is forgotten.
pub fn open(sealed: &str, user: UserId, keys: &KeyRing) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(Some(sealed).filter(|sealed| sealed.len() <= LONGEST)?).ok()?;
    let (kid, rest) = bytes.split_at_checked(KID_LENGTH)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
    let cipher = cipher(keys.find(std::str::from_utf8(kid).ok()?)?)?;
    let mut sealed = sealed.to_vec();
    let text = cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), of(user), &mut sealed).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn of(user: UserId) -> Aad<String> {
    Aad::from(user.to_string())
}

fn cipher(key: &SigningKey) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key.sign(PURPOSE, &[])).ok()?;
    Some(LessSafeKey::new(key))
}

fn failed() -> Error {
    Error::internal("a cursor could not be sealed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keys::SigningKeys;
    use std::time::Duration;

    #[test]
    fn a_cursor_is_opened_by_its_user_alone_and_as_long_as_its_key_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = SigningKeys::open(folder.path()).expect("keys");
        let (mina, joon) = (UserId::generate(), UserId::generate());
        let sealed = seal("s5", mina, &keys.ring()).expect("a cursor");
        assert_eq!(open(&sealed, mina, &keys.ring()).as_deref(), Some("s5"));
        assert_eq!(open(&sealed, joon, &keys.ring()), None);
        assert_ne!(sealed, seal("s5", mina, &keys.ring()).expect("a cursor"), "it does not tell what it is alike");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(open(&changed, mina, &keys.ring()), None, "{at}");
        }
        for wrong in ["", "A", "s5", &sealed[..sealed.len() - 1], &"A".repeat(LONGEST + 1)] {
            assert_eq!(open(wrong, mina, &keys.ring()), None, "{wrong}");
        }
        keys.rotate(Duration::from_secs(60)).expect("another key");
        assert_eq!(open(&sealed, mina, &keys.ring()).as_deref(), Some("s5"));
        let others = tempfile::tempdir().expect("a folder");
        let others = SigningKeys::open(others.path()).expect("keys");
        assert_eq!(open(&sealed, mina, &others.ring()), None);
    }
}
