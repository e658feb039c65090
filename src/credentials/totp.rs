//! Codes that an app makes of a shared secret every 30 seconds (RFC 6238), as every such app makes them: SHA-1, six digits.

use super::keys::KeyRing;
use super::sealed;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{SessionId, UserId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;
use std::fmt;
use subtle::ConstantTimeEq;

/// Seconds for which a code is shown.
const PERIOD: i64 = 30;
const DIGITS: usize = 6;
/// How many codes before and after the present one are taken: clocks differ, and typing takes a moment.
const SKEW: i64 = 1;
/// What RFC 4226 recommends, in bytes.
const SECRET_BYTES: usize = 20;
const OF_A_SECRET: &str = "maru second factor 1";
const OF_AN_ENROLMENT: &str = "maru second factor enrolment 1";
/// Far above any enrolment of ours, in characters; longer ones are not looked at.
const LONGEST: usize = 256;
const IN_A_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What somebody's app makes codes of. It is never shown but to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

/// The place of a code in time: which half minute since 1970 it is for.
pub type Step = i64;

impl Secret {
    pub fn generate() -> Self {
        Self(rand::random())
    }

    /// As people type it into an app: 32 letters and digits.
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// What apps read from a QR code. `issuer` is what the server is called, `account` whose it is there.
    pub fn url(&self, issuer: &str, account: &str) -> String {
        let [issuer, account] = [issuer, account].map(|text| utf8_percent_encode(text, IN_A_URL).to_string());
        let secret = self.to_base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={PERIOD}"
        )
    }

    /// The step of a code that is good at `now` and was made after the step `after`. Every code that could be meant is
    /// compared to its end.
    pub fn step_of(&self, code: &str, now: Timestamp, after: Step) -> Option<Step> {
        let present = now.as_millis().div_euclid(1_000 * PERIOD);
        let good = |step: &Step| bool::from(self.code(*step).as_bytes().ct_eq(code.as_bytes()));
        let steps: Vec<Step> = (present - SKEW..=present + SKEW).filter(good).collect();
        steps.into_iter().find(|step| *step > after)
    }

    fn code(&self, step: Step) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        // RFC 4226, 5.3: four bytes from where the last one says, without the sign.
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
        let chosen = bytes[offset..].iter().take(4).fold(0, |number: u32, byte| number << 8 | u32::from(*byte));
        format!("{:0DIGITS$}", (chosen & 0x7fff_ffff) % 10_u32.pow(DIGITS as u32))
    }

    /// As it is kept: for this user alone, and readable as long as the key is known.
    ///
    /// # Errors
    /// `Internal` when the cipher fails.
    pub fn seal(&self, user: UserId, keys: &KeyRing) -> Result<Vec<u8>> {
        sealed::seal(OF_A_SECRET, &self.0, &user.to_string(), keys)
    }

    /// None when its key is forgotten.
    pub fn open(kept: &[u8], user: UserId, keys: &KeyRing) -> Option<Self> {
        let bytes = sealed::open(OF_A_SECRET, kept, &user.to_string(), keys)?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Whether it is kept under the key that signs now.
    pub fn is_current(kept: &[u8], keys: &KeyRing) -> bool {
        sealed::is_current(kept, keys)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// A code of an app as somebody typed it: six digits of any width, with blanks wherever they like. None for anything else.
pub fn typed(text: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization;
    let digits = text.chars().take(LONGEST).nfkc().filter(|character| !character.is_whitespace() && *character != '-');
    let digits: String = digits.collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A secret that somebody is setting up and has not confirmed with a code. It is kept by who sets it up, and good for one
/// session alone.
pub struct Enrolment {
    pub secret: Secret,
    pub expires_at: Timestamp,
}

impl Enrolment {
    /// base64url of the sealed secret and its time.
    ///
    /// # Errors
    /// `Internal` when the cipher fails.
    pub fn seal(&self, session: SessionId, keys: &KeyRing) -> Result<String> {
        let bytes = [self.expires_at.as_millis().to_be_bytes().as_slice(), &self.secret.0].concat();
        Ok(URL_SAFE_NO_PAD.encode(sealed::seal(OF_AN_ENROLMENT, &bytes, &session.to_string(), keys)?))
    }

    /// None when it is of another session or its time is over.
    pub fn open(text: &str, session: SessionId, now: Timestamp, keys: &KeyRing) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= LONGEST)?).ok()?;
        let bytes = sealed::open(OF_AN_ENROLMENT, &bytes, &session.to_string(), keys)?;
        let (expires_at, secret) = bytes.split_first_chunk::<8>()?;
        let expires_at = Timestamp::from_millis(i64::from_be_bytes(*expires_at));
        (expires_at > now).then_some(Self { secret: Secret(secret.try_into().ok()?), expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keys::SigningKeys;
    use std::time::Duration;

    const RFC: Secret = Secret(*b"12345678901234567890");

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, of which apps show the last six digits.
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in vectors {
            assert_eq!(RFC.code(seconds / PERIOD), code);
            assert_eq!(RFC.step_of(code, at(seconds), 0), Some(seconds / PERIOD), "{seconds}");
        }
        assert_eq!(RFC.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_for_a_moment_before_and_after_its_time_and_never_twice() {
        let step = 37_037_036;
        let (code, begins) = (RFC.code(step), step * PERIOD);
        for (seconds, good) in
            [(begins - 31, false), (begins - 30, true), (begins, true), (begins + 59, true), (begins + 60, false)]
        {
            assert_eq!(RFC.step_of(&code, at(seconds), 0).is_some(), good, "{}", seconds - begins);
        }
        assert_eq!(RFC.step_of(&code, at(begins), step - 1), Some(step));
        assert_eq!(RFC.step_of(&code, at(begins), step), None, "it was used");
        assert_eq!(RFC.step_of(&code, at(begins), step + 1), None, "a later one was used");
        for wrong in ["", "28708", "2870820", "abcdef"] {
            assert_eq!(RFC.step_of(wrong, at(59), 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_taken_however_it_is_spaced_and_nothing_else_is_one() {
        for text in ["287082", " 287 082 ", "287-082", "２８７０８２"] {
            assert_eq!(typed(text).as_deref(), Some("287082"), "{text}");
        }
        for text in ["", "28708", "2870820", "28708a", "٢٨٧٠٨٢", "7ZK3-09QM-XW4T-E1AB", &"1".repeat(5_000)] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn apps_are_told_everything_and_names_of_any_script_stay_whole() {
        let url = RFC.url("푸른 호수", "kim:minsu");
        assert_eq!(
            url,
            "otpauth://totp/%ED%91%B8%EB%A5%B8%20%ED%98%B8%EC%88%98:kim%3Aminsu?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%ED%91%B8%EB%A5%B8%20%ED%98%B8%EC%88%98&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_secret_is_kept_for_one_person_and_outlives_the_rotation_of_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = SigningKeys::open(folder.path()).expect("keys");
        let (mina, joon) = (UserId::generate(), UserId::generate());
        let kept = RFC.seal(mina, &keys.ring()).expect("sealed");
        assert!(!kept.windows(RFC.0.len()).any(|part| part == RFC.0), "it is not to be read");
        assert_eq!(Secret::open(&kept, mina, &keys.ring()), Some(RFC));
        assert_eq!(Secret::open(&kept, joon, &keys.ring()), None);
        keys.rotate(Duration::from_secs(60)).expect("another key");
        assert_eq!(Secret::open(&kept, mina, &keys.ring()), Some(RFC));
        assert!(!Secret::is_current(&kept, &keys.ring()));
        keys.forget_former().expect("forgotten");
        assert_eq!(Secret::open(&kept, mina, &keys.ring()), None);
    }

    #[test]
    fn an_enrolment_is_good_for_its_session_and_its_time_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = SigningKeys::open(folder.path()).expect("keys").ring();
        let (here, there) = (SessionId::generate(), SessionId::generate());
        let text = Enrolment { secret: RFC, expires_at: at(100) }.seal(here, &keys).expect("sealed");
        let open = |session, seconds| Enrolment::open(&text, session, at(seconds), &keys).map(|found| found.secret);
        assert_eq!((open(here, 99), open(here, 100), open(there, 99)), (Some(RFC), None, None));
        let kept = URL_SAFE_NO_PAD.encode(RFC.seal(UserId::generate(), &keys).expect("sealed"));
        assert!(Enrolment::open(&kept, here, at(0), &keys).is_none(), "another purpose");
    }
}
