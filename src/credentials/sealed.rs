//! What is handed out or kept so that nobody without the signing key reads, makes or changes it: encrypted with a key of
//! its own for each purpose.

use super::keys::{KID_LENGTH, KeyRing, SigningKey};
use crate::error::{Error, Result};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// The kid, a nonce, and the bytes encrypted with their tag. Its length tells that of the bytes. It opens for who it is
/// `of` alone.
///
/// # Errors
/// `Internal` when the cipher fails.
pub(super) fn seal(purpose: &str, bytes: &[u8], of: &str, keys: &KeyRing) -> Result<Vec<u8>> {
    let key = keys.signing();
    let nonce: [u8; NONCE_LEN] = rand::random();
    let mut sealed = bytes.to_vec();
    let cipher = cipher(purpose, key).ok_or_else(failed)?;
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    cipher.seal_in_place_append_tag(nonce_used, Aad::from(of), &mut sealed).map_err(|_| failed())?;
    Ok([key.kid().as_bytes(), &nonce, &sealed].concat())
}

/// The bytes; none when they were sealed for another purpose, for somebody else, or with a key that is forgotten.
pub(super) fn open(purpose: &str, sealed: &[u8], of: &str, keys: &KeyRing) -> Option<Vec<u8>> {
    let (kid, rest) = sealed.split_at_checked(KID_LENGTH)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
    let cipher = cipher(purpose, keys.find(std::str::from_utf8(kid).ok()?)?)?;
    let mut sealed = sealed.to_vec();
    let bytes = cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(of), &mut sealed).ok()?;
    Some(bytes.to_vec())
}

/// Whether it was sealed with the key that signs now.
pub(super) fn is_current(sealed: &[u8], keys: &KeyRing) -> bool {
    sealed.starts_with(keys.signing().kid().as_bytes())
}

fn cipher(purpose: &str, key: &SigningKey) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key.sign(purpose, &[])).ok()?;
    Some(LessSafeKey::new(key))
}

fn failed() -> Error {
    Error::internal("nothing could be sealed")
}
