//! The secrets that sign tokens: where they lie, how they are made, rotated and forgotten.

mod shared;

use self::shared::Edition;
use super::hs256;
use crate::clock::{self, Timestamp};
use crate::config::Secret;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
    time::Duration,
};

/// The key file in the data folder.
pub const FILE_NAME: &str = "signing-keys.json";
const SECRET_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{path}: {source}", path = .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(
        "{path} can be read or written by others (mode {mode:03o}), who could then sign in as anybody. \
         Run `chmod 600 {path}`, and `maru rotate-key --forget-former` if others may have read it",
        path = .path.display()
    )]
    Exposed { path: PathBuf, mode: u32 },
    /// What is wrong is told without the file's content.
    #[error(
        "{path} is no list of signing keys ({problem}). Restore it from a backup, \
         or move it away: a new key is then made, everybody has to log in again, and codes of second factors are good \
         for nothing until these were set up anew",
        path = .path.display()
    )]
    Malformed { path: PathBuf, problem: &'static str },
    #[error("the signing key is given by the configuration; change signing_key there, the new secret first")]
    Configured,
}

/// The keys in use, and the file they come from. The first key signs, all of them verify.
pub struct SigningKeys {
    file: Option<PathBuf>,
    ring: RwLock<Arc<KeyRing>>,
    /// Held while the file changes, so that nobody who verifies a token waits for the disk.
    rotating: Mutex<()>,
    /// Where other servers use the same file and may rotate, too: which file it was that was read.
    shared: OnceLock<Mutex<Option<Edition>>>,
}

/// One state of the keys; never empty.
pub struct KeyRing {
    first: SigningKey,
    older: Vec<SigningKey>,
}

/// A key, and what is derived from it for each purpose.
pub struct SigningKey {
    kid: String,
    secret: Vec<u8>,
    created_at: Timestamp,
    pub(super) access_encoding: EncodingKey,
    pub(super) access_decoding: DecodingKey,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredKey {
    kid: String,
    secret: String,
    created_at: Timestamp,
}

impl SigningKeys {
    /// Reads the key file of a data folder, and makes it when it is absent. Blocks on the disk.
    pub fn open(data_dir: &Path) -> Result<Self, KeyError> {
        let file = data_dir.join(FILE_NAME);
        if !file.try_exists().map_err(|source| KeyError::Io { path: file.clone(), source })? {
            create(&file, &KeyRing { first: SigningKey::generate(), older: Vec::new() })?;
        }
        let ring = read(&file)?;
        Ok(Self::of(Some(file), ring))
    }

    /// Reads the key file of a data folder as `open` does, and makes nothing; none when there is none. Blocks on the disk.
    pub fn examine(data_dir: &Path) -> Result<Option<KeyRing>, KeyError> {
        let file = data_dir.join(FILE_NAME);
        let exists = file.try_exists().map_err(|source| KeyError::Io { path: file.clone(), source })?;
        if exists { read(&file).map(Some) } else { Ok(None) }
    }

    /// The keys that the configuration gives, newest first.
    pub fn configured(secrets: &Secret) -> Result<Self, KeyError> {
        let mut keys = secrets.expose().split_whitespace().map(|secret| {
            let digest: [u8; 32] =
                Sha256::new().chain_update("maru signing key id\0").chain_update(secret).finalize().into();
            SigningKey::new(kid_from(&digest), secret.as_bytes().to_vec(), Timestamp::from_millis(0))
        });
        let first = keys.next().ok_or(KeyError::Configured)?;
        Ok(Self::of(None, KeyRing { first, older: keys.collect() }))
    }

    fn of(file: Option<PathBuf>, ring: KeyRing) -> Self {
        Self { file, ring: RwLock::new(Arc::new(ring)), rotating: Mutex::new(()), shared: OnceLock::new() }
    }

    /// Follows what other servers do to the file from here on.
    pub fn share(&self) {
        let _shared_before = self.shared.set(Mutex::new(None));
    }

    pub fn ring(&self) -> Arc<KeyRing> {
        if let (Some(known), Some(file)) = (self.shared.get(), &self.file) {
            self.follow(known, file);
        }
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again when it is another: one that was rotated takes the place of the former.
    fn follow(&self, known: &Mutex<Option<Edition>>, file: &Path) {
        let Ok(found) = Edition::of(file) else { return };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == Some(found) {
            return;
        }
        match read(file) {
            Ok(ring) => {
                *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
                *known = Some(found);
            }
            Err(error) => tracing::error!(%error, "the signing keys of another server cannot be read"),
        }
    }

    /// Puts a new key in front, and forgets those that were replaced more than `session_lifetime` ago: no token that
    /// they signed can be good any more. Nobody is logged out. Blocks on the disk.
    pub fn rotate(&self, session_lifetime: Duration) -> Result<(), KeyError> {
        self.change(|ring| rotated(ring, SigningKey::generate(), session_lifetime))
    }

    /// Forgets all keys but the one that signs: nothing that the others signed is good any more. Blocks on the disk.
    pub fn forget_former(&self) -> Result<(), KeyError> {
        self.change(|ring| KeyRing { first: ring.first.clone_key(), older: Vec::new() })
    }

    fn change(&self, change: impl FnOnce(&KeyRing) -> KeyRing) -> Result<(), KeyError> {
        let file = self.file.as_deref().ok_or(KeyError::Configured)?;
        let _one_at_a_time = self.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        let _one_server_at_a_time = shared::locked_folder(file)?;
        let changed = change(&read(file)?);
        replace(file, &changed)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(changed);
        Ok(())
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring();
        let kids: Vec<_> = ring.all().map(SigningKey::kid).collect();
        f.debug_struct("SigningKeys").field("file", &self.file).field("kids", &kids).finish_non_exhaustive()
    }
}

impl KeyRing {
    /// The key that signs.
    pub fn signing(&self) -> &SigningKey {
        &self.first
    }

    pub fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.all().find(|key| key.kid == kid)
    }

    /// The ids of all keys, that of the one that signs first.
    pub fn kids(&self) -> Vec<String> {
        self.all().map(|key| key.kid.clone()).collect()
    }

    fn all(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.first).chain(&self.older)
    }
}

impl SigningKey {
    /// Eight characters that are no secret.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// An HMAC-SHA256 over `parts`, with a key of its own for each purpose, so that what is signed for one is
    /// worthless for another. The caller sees to it that the parts cannot be cut differently.
    pub fn sign(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = hmac_sha256(&self.secret, &[purpose.as_bytes()]);
        hmac_sha256(&key, parts)
    }

    fn generate() -> Self {
        let secret: [u8; SECRET_BYTES] = rand::random();
        Self::new(kid_from(&rand::random::<[u8; 32]>()), secret.to_vec(), clock::now())
    }

    fn new(kid: String, secret: Vec<u8>, created_at: Timestamp) -> Self {
        hs256::provide();
        let access = hmac_sha256(&secret, &[b"maru access token 1"]);
        let (access_encoding, access_decoding) = (EncodingKey::from_secret(&access), DecodingKey::from_secret(&access));
        Self { kid, secret, created_at, access_encoding, access_decoding }
    }

    fn clone_key(&self) -> Self {
        Self::new(self.kid.clone(), self.secret.clone(), self.created_at)
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; its constructor cannot fail")]
fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Six bytes as eight characters.
fn kid_from(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(&bytes[..6])
}

fn rotated(ring: &KeyRing, new: SigningKey, session_lifetime: Duration) -> KeyRing {
    let mut older = Vec::new();
    let mut replaced_at = new.created_at;
    for key in ring.all() {
        // A key signs until the next one is made, however old it is itself.
        if new.created_at.since(replaced_at) <= session_lifetime {
            older.push(key.clone_key());
        }
        replaced_at = key.created_at;
    }
    KeyRing { first: new, older }
}

fn read(path: &Path) -> Result<KeyRing, KeyError> {
    let io_error = |source| KeyError::Io { path: path.to_owned(), source };
    let malformed = |problem| KeyError::Malformed { path: path.to_owned(), problem };
    let file = File::open(path).map_err(io_error)?;
    let mode = file.metadata().map_err(io_error)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode });
    }
    let text = io::read_to_string(file).map_err(io_error)?;
    let stored: Vec<StoredKey> = serde_json::from_str(&text).map_err(|_| malformed("not the expected JSON"))?;
    let mut keys = Vec::with_capacity(stored.len());
    for key in stored {
        let secret = URL_SAFE_NO_PAD.decode(&key.secret).map_err(|_| malformed("a secret is not base64url"))?;
        if secret.len() < SECRET_BYTES {
            return Err(malformed("a secret is too short"));
        }
        if key.kid.len() != KID_LENGTH || keys.iter().any(|other: &SigningKey| other.kid == key.kid) {
            return Err(malformed("a kid is doubled or not eight characters long"));
        }
        keys.push(SigningKey::new(key.kid, secret, key.created_at));
    }
    let mut keys = keys.into_iter();
    let first = keys.next().ok_or_else(|| malformed("the list is empty"))?;
    Ok(KeyRing { first, older: keys.collect() })
}

/// The length of a kid in characters (ASCII).
pub(super) const KID_LENGTH: usize = 8;

/// Makes the file whole or not at all. When somebody else made it meanwhile, theirs stays.
fn create(path: &Path, ring: &KeyRing) -> Result<(), KeyError> {
    put(path, ring, |temporary| match fs::hard_link(temporary, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(temporary),
        Err(error) => Err(error),
        Ok(()) => fs::remove_file(temporary),
    })
}

/// Replaces the file whole or not at all.
fn replace(path: &Path, ring: &KeyRing) -> Result<(), KeyError> {
    put(path, ring, |temporary| fs::rename(temporary, path))
}

fn put(path: &Path, ring: &KeyRing, settle: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), KeyError> {
    let stored: Vec<_> = ring
        .all()
        .map(|key| StoredKey {
            kid: key.kid.clone(),
            secret: URL_SAFE_NO_PAD.encode(&key.secret),
            created_at: key.created_at,
        })
        .collect();
    let temporary = path.with_extension(format!("{}.tmp", ring.first.kid));
    let write = || {
        let mut text = serde_json::to_vec_pretty(&stored)?;
        text.push(b'\n');
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()?;
        settle(&temporary)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|source: io::Error| {
        // Best effort: what failed is told, and the leftover harms nothing.
        let _ = fs::remove_file(&temporary);
        KeyError::Io { path: path.to_owned(), source }
    })
}

#[cfg(test)]
mod tests;
