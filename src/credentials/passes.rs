//! What lets a browser's pictures and players, which send no bearer token, read files: a pass that stands for a session.

use super::keys::{KID_LENGTH, KeyRing};
use crate::ids::SessionId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

const VERSION: u8 = 1;
const PURPOSE: &str = "maru file pass 1";
/// A ULID in text.
const SESSION_LENGTH: usize = 26;
const MAC_LENGTH: usize = 32;
/// Far above any pass of ours; longer ones are not looked at.
const MAX_BYTES: usize = 256;

/// Reads files in the name of a session as long as that lasts, and does nothing else. It follows from the session and
/// the signing key, and is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePass(pub SessionId);

impl FilePass {
    /// base64url of: version, kid, session, and an HMAC over all of them.
    pub fn sign(&self, keys: &KeyRing) -> String {
        let key = keys.signing();
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(key.kid().as_bytes());
        bytes.extend_from_slice(self.0.to_string().as_bytes());
        let mac = key.sign(PURPOSE, &[&bytes]);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// None when it is none of ours. Whether the session still stands is not looked at here.
    pub fn verify(text: &str, keys: &KeyRing) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= MAX_BYTES)?).ok()?;
        let (signed, mac) = bytes.split_last_chunk::<MAC_LENGTH>()?;
        let (version, rest) = signed.split_first()?;
        let (kid, session) = rest.split_at_checked(KID_LENGTH)?;
        let key = keys.find(std::str::from_utf8(kid).ok()?)?;
        let genuine: bool = key.sign(PURPOSE, &[signed]).ct_eq(mac).into();
        if *version != VERSION || session.len() != SESSION_LENGTH || !genuine {
            return None;
        }
        Some(Self(std::str::from_utf8(session).ok()?.parse().ok()?))
    }
}
