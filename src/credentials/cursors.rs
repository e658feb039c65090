//! Where a list goes on, handed out sealed: whoever gets it back cannot read, make or change it, and it is good for
//! one user alone.

use super::keys::KeyRing;
use super::sealed;
use crate::error::Result;
use crate::ids::UserId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const PURPOSE: &str = "maru search cursor 1";
/// Far above any of ours, in characters; longer ones are not looked at.
const LONGEST: usize = 512;

/// base64url of the sealed text, whose length it tells.
///
/// # Errors
/// `Internal` when the cipher fails.
pub fn seal(text: &str, user: UserId, keys: &KeyRing) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(sealed::seal(PURPOSE, text.as_bytes(), &user.to_string(), keys)?))
}

/// The text; none when it was not sealed for this user, or with a key that is forgotten.
pub fn open(text: &str, user: UserId, keys: &KeyRing) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= LONGEST)?).ok()?;
    String::from_utf8(sealed::open(PURPOSE, &bytes, &user.to_string(), keys)?).ok()
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
