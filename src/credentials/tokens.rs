//! Every token there is: signed access tokens, derived refresh tokens, and random ones kept as a digest.

use super::keys::{KID_LENGTH, KeyRing};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
    ids::{SessionId, UserId},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{fmt, sync::LazyLock, time::Duration};
use subtle::ConstantTimeEq;
use ulid::Ulid;

const ISSUER: &str = "maru";
const NOT_VALID: Error = Error::Unauthenticated("the token is not valid");
const EXPIRED: Error = Error::Unauthenticated("the token has expired");
/// Far above any token of ours; longer ones are not looked at.
const MAX_TOKEN_BYTES: usize = 2_048;

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub user: UserId,
    pub session: SessionId,
    /// Whole seconds.
    pub issued_at: Timestamp,
    /// Whole seconds; from this moment on the token is not good any more.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
    iss: String,
}

impl Access {
    /// For `lifetime` from `now`, both cut to whole seconds, and at least one second.
    pub fn new(user: UserId, session: SessionId, now: Timestamp, lifetime: Duration) -> Self {
        let issued_at = from_seconds(now.as_millis().div_euclid(1_000));
        Self { user, session, issued_at, expires_at: issued_at + Duration::from_secs(lifetime.as_secs().max(1)) }
    }

    /// The JWT.
    pub fn sign(&self, keys: &KeyRing) -> Result<String> {
        let key = keys.signing();
        let header = Header { kid: Some(key.kid().to_owned()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            sub: self.user,
            sid: self.session,
            iat: self.issued_at.as_millis() / 1_000,
            exp: self.expires_at.as_millis() / 1_000,
            iss: ISSUER.to_owned(),
        };
        encode(&header, &claims, &key.access_encoding).map_err(Error::internal)
    }

    /// Reads a JWT of ours that is still good at `now`. `unauthenticated` with the reason otherwise. Whether the
    /// session still stands is not looked at here.
    pub fn verify(token: &str, keys: &KeyRing, now: Timestamp) -> Result<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(NOT_VALID);
        }
        let header = decode_header(token).map_err(|_| NOT_VALID)?;
        let key = header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or(NOT_VALID)?;
        let claims = decode::<Claims>(token, &key.access_decoding, &VALIDATION).map_err(|_| NOT_VALID)?.claims;
        let (issued_at, expires_at) = (from_seconds(claims.iat), from_seconds(claims.exp));
        if expires_at <= now {
            return Err(EXPIRED);
        }
        Ok(Self { user: claims.sub, session: claims.sid, issued_at, expires_at })
    }
}

/// The expiry is compared by `verify`, against our own clock and without leeway.
static VALIDATION: LazyLock<Validation> = LazyLock::new(|| {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["sub", "exp", "iss"]);
    validation.validate_exp = false;
    validation
});

fn from_seconds(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds.saturating_mul(1_000))
}

/// Which session a refresh token belongs to, and how often that session had been refreshed when it was given out.
/// The token follows from these and the signing key: it is never stored, and can be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub session: SessionId,
    pub generation: i64,
}

const REFRESH_VERSION: u8 = 1;
const REFRESH_PURPOSE: &str = "maru refresh token 1";
/// A ULID in text.
const SESSION_LENGTH: usize = 26;
const MAC_LENGTH: usize = 32;

impl Refresh {
    /// base64url of: version, kid, session, generation (big endian), and an HMAC over all of them. 100 characters.
    pub fn sign(&self, keys: &KeyRing) -> String {
        let key = keys.signing();
        let mut bytes = vec![REFRESH_VERSION];
        bytes.extend_from_slice(key.kid().as_bytes());
        bytes.extend_from_slice(self.session.to_string().as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        let mac = key.sign(REFRESH_PURPOSE, &[&bytes]);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a refresh token of ours, spent or not: see [`Refresh::judge`].
    pub fn verify(token: &str, keys: &KeyRing) -> Result<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(NOT_VALID);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| NOT_VALID)?;
        Self::from_bytes(&bytes, keys).ok_or(NOT_VALID)
    }

    fn from_bytes(bytes: &[u8], keys: &KeyRing) -> Option<Self> {
        let (signed, mac) = bytes.split_last_chunk::<MAC_LENGTH>()?;
        let (version, rest) = signed.split_first()?;
        let (kid, rest) = rest.split_at_checked(KID_LENGTH)?;
        let (session, generation) = rest.split_at_checked(SESSION_LENGTH)?;
        let key = keys.find(std::str::from_utf8(kid).ok()?)?;
        let genuine: bool = key.sign(REFRESH_PURPOSE, &[signed]).ct_eq(mac).into();
        if *version != REFRESH_VERSION || !genuine {
            return None;
        }
        let session = std::str::from_utf8(session).ok()?.parse().ok()?;
        Some(Self { session, generation: i64::from_be_bytes(generation.try_into().ok()?) })
    }

    /// What to do with this token, when its session stands at generation `current` since `rotated_at`.
    pub fn judge(&self, current: i64, rotated_at: Timestamp, now: Timestamp) -> Rotation {
        if self.generation == current {
            Rotation::Advance
        } else if self.generation > current && rotated_at == RESTORED {
            Rotation::CatchUp
        } else if self.generation.checked_add(1) == Some(current) && now.since(rotated_at) <= REPEAT_WITHIN {
            Rotation::Repeat
        } else {
            Rotation::Reuse
        }
    }
}

/// When a session was last rotated, for one that came back with a backup and was not rotated since. Its client may hold
/// a token that was given out after the backup.
pub const RESTORED: Timestamp = Timestamp::from_millis(0);

/// How long a spent refresh token answers with its successor.
pub const REPEAT_WITHIN: Duration = Duration::from_secs(30);

/// What a refresh token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The newest token: the session goes one generation on.
    Advance,
    /// Given out after the backup that the session came back with: once, the session goes on from that generation.
    CatchUp,
    /// Just spent, by another tab or in an answer that was lost: the current generation is given again.
    Repeat,
    /// Spent long ago, so in two hands: the session ends.
    Reuse,
}

/// A random token: told once, kept as a digest.
pub struct RandomToken {
    text: String,
    pub digest: TokenDigest,
}

/// The SHA-256 of a random token. Enough for secrets that nobody can guess, unlike passwords.
#[derive(Clone, Copy)]
pub struct TokenDigest([u8; 32]);

/// How every bot token begins, so that one that leaked is recognised.
pub const BOT_PREFIX: &str = "maru_bot_";

impl RandomToken {
    /// `maru_bot_` and 256 bits.
    pub fn bot() -> Self {
        Self::of(format!("{BOT_PREFIX}{}", random_text()))
    }

    /// For the links that set up the server or reset a password: 256 bits, as it stands in a URL.
    pub fn link() -> Self {
        Self::of(random_text())
    }

    /// The code of an invite, or one for recovery: 80 bits in Crockford's base 32, in groups that can be read out:
    /// `7ZK3-09QM-XW4T-E1AB`.
    pub fn code() -> Self {
        let text = Ulid::from_parts(0, rand::random()).to_string();
        let groups: Vec<_> = [10, 14, 18, 22].into_iter().filter_map(|start| text.get(start..start + 4)).collect();
        let text = groups.join("-");
        Self { digest: TokenDigest::of_code(&text), text }
    }

    /// The token itself, to be shown once.
    pub fn expose(&self) -> &str {
        &self.text
    }

    fn of(text: String) -> Self {
        Self { digest: TokenDigest::of(&text), text }
    }
}

fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

impl TokenDigest {
    /// Of a bot's token or a link's, as it was sent.
    pub fn of(token: &str) -> Self {
        use sha2::Digest;
        Self(Sha256::digest(token).into())
    }

    /// Of such a code as somebody typed it: case, hyphens and blanks do not count, O is 0, I and L are 1.
    pub fn of_code(code: &str) -> Self {
        let characters = code.chars().filter(|character| *character != '-' && !character.is_whitespace());
        let canonical: String = characters
            .map(|character| match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        Self::of(&canonical)
    }

    /// A digest that was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In constant time.
impl PartialEq for TokenDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenDigest {}

impl fmt::Debug for RandomToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomToken(hidden)")
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(hidden)")
    }
}

#[cfg(test)]
mod tests;
