//! Passes that a browser keeps in cookies: each follows from what it says and the signing key, and is never stored.

use super::keys::{KID_LENGTH, KeyRing};
use crate::clock::Timestamp;
use crate::ids::{SessionId, UserId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

const VERSION: u8 = 1;
const OF_FILES: &str = "maru file pass 1";
const OF_A_DEVICE: &str = "maru device pass 2";
/// A ULID in text.
const ID_LENGTH: usize = 26;
const MAC_LENGTH: usize = 32;
/// Far above any pass of ours; longer ones are not looked at.
const MAX_BYTES: usize = 256;

/// Reads files in the name of a session as long as that lasts, and does nothing else: for a browser's pictures and
/// players, which send no bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePass(pub SessionId);

impl FilePass {
    pub fn sign(&self, keys: &KeyRing) -> String {
        sign(OF_FILES, self.0.to_string().as_bytes(), keys)
    }

    /// None when it is none of ours. Whether the session still stands is not looked at here.
    pub fn verify(text: &str, keys: &KeyRing) -> Option<Self> {
        let session = verify(OF_FILES, text, keys)?;
        Some(Self(id(&session)?.parse().ok()?))
    }
}

/// Says that somebody has logged in with this browser before, wherever it is now. It lets nobody in: guesses of strangers
/// do not count for who has it, and its own do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevicePass {
    pub user: UserId,
    /// The login that it was given for, which may be over.
    pub session: SessionId,
    /// When it was given. It is void once the password is changed.
    pub at: Timestamp,
}

impl DevicePass {
    pub fn sign(&self, keys: &KeyRing) -> String {
        let Self { user, session, at } = self;
        sign(OF_A_DEVICE, format!("{user}{session}{}", at.as_millis()).as_bytes(), keys)
    }

    /// None when it is none of ours.
    pub fn verify(text: &str, keys: &KeyRing) -> Option<Self> {
        let body = verify(OF_A_DEVICE, text, keys)?;
        let (user, rest) = body.split_at_checked(ID_LENGTH)?;
        let (session, at) = rest.split_at_checked(ID_LENGTH)?;
        let at = std::str::from_utf8(at).ok()?.parse().ok()?;
        Some(Self {
            user: id(user)?.parse().ok()?,
            session: id(session)?.parse().ok()?,
            at: Timestamp::from_millis(at),
        })
    }
}

/// base64url of: version, kid, body, and an HMAC over all of them.
fn sign(purpose: &str, body: &[u8], keys: &KeyRing) -> String {
    let key = keys.signing();
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(key.kid().as_bytes());
    bytes.extend_from_slice(body);
    let mac = key.sign(purpose, &[&bytes]);
    bytes.extend_from_slice(&mac);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The body of a pass that was signed for this purpose.
fn verify(purpose: &str, text: &str, keys: &KeyRing) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= MAX_BYTES)?).ok()?;
    let (signed, mac) = bytes.split_last_chunk::<MAC_LENGTH>()?;
    let (version, rest) = signed.split_first()?;
    let (kid, body) = rest.split_at_checked(KID_LENGTH)?;
    let key = keys.find(std::str::from_utf8(kid).ok()?)?;
    let genuine: bool = key.sign(purpose, &[signed]).ct_eq(mac).into();
    (*version == VERSION && genuine).then(|| body.to_vec())
}

fn id(bytes: &[u8]) -> Option<&str> {
    Some(bytes).filter(|bytes| bytes.len() == ID_LENGTH).and_then(|bytes| std::str::from_utf8(bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keys::SigningKeys;

    #[test]
    fn a_pass_is_good_for_its_purpose_and_its_key_alone() {
        let [ours, others] = [(), ()].map(|()| {
            let folder = tempfile::tempdir().expect("a folder");
            SigningKeys::open(folder.path()).expect("keys").ring()
        });
        let (user, session) = (UserId::generate(), SessionId::generate());
        let at = Timestamp::from_millis(1_764_000_000_000);
        let (files, device) = (FilePass(session), DevicePass { user, session, at });
        let (file_pass, device_pass) = (files.sign(&ours), device.sign(&ours));
        assert_eq!(FilePass::verify(&file_pass, &ours), Some(files));
        assert_eq!(DevicePass::verify(&device_pass, &ours), Some(device));
        assert_eq!((FilePass::verify(&device_pass, &ours), DevicePass::verify(&file_pass, &ours)), (None, None));
        assert_eq!((FilePass::verify(&file_pass, &others), DevicePass::verify(&device_pass, &others)), (None, None));
        for at in 0..device_pass.len() {
            let mut changed = device_pass.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(DevicePass::verify(&changed, &ours), None, "{at}");
        }
    }
}
