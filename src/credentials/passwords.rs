//! Passwords: what they may be, and hashing them slowly without slowing anything else down.

use super::weakness;
use crate::error::{Error, PasswordWeakness, Result};
use argon2::{
    Argon2, Params,
    password_hash::{
        self, PasswordHasher, PasswordVerifier,
        phc::{Output, PasswordHash, Salt},
    },
};
use serde::Deserialize;
use std::{fmt, sync::Arc, thread::available_parallelism};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use unicode_normalization::UnicodeNormalization;

/// How many characters (code points, after NFKC) a new password has.
pub const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;
/// KiB of memory for one hash.
const MEMORY: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Each needs `MEMORY` and a whole core.
const MAX_AT_ONCE: usize = 4;
/// With 20 to 60 ms a hash the last in the line waits a few seconds, as long as somebody who logs in will.
const MAX_WAITING: usize = 128;

/// A password as somebody typed it, in NFKC, so that it does not matter how a keyboard composes it (NIST SP 800-63B).
/// It is never shown.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Password(String);

impl Password {
    /// Whether this may become a password of somebody with these names: it is long enough, and not among what is guessed
    /// first.
    ///
    /// # Errors
    /// `Password` with `field`.
    pub fn check(&self, field: &'static str, names: &[&str]) -> Result<()> {
        let length = self.0.chars().count();
        let weakness = match length {
            _ if length < *LENGTH.start() => Some(PasswordWeakness::TooShort),
            _ if length > *LENGTH.end() => Some(PasswordWeakness::TooLong),
            _ => weakness::of(&self.0, names),
        };
        weakness.map_or(Ok(()), |weakness| Err(Error::Password { field, weakness }))
    }
}

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Self(typed.nfkc().collect())
    }
}

impl From<&str> for Password {
    fn from(typed: &str) -> Self {
        Self(typed.nfkc().collect())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// Whether a password was the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// Right, but hashed with less effort than today's: hash it again and store that.
    RightButWeaklyHashed,
    Wrong,
}

/// The bounded line in which password work waits its turn.
#[derive(Clone, Debug)]
pub struct Passwords {
    at_once: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
    parameters: Params,
    /// Verified when there is no such user, at the same cost. No password gives it.
    nobody: Arc<str>,
}

/// The right to hash or verify one password; given back when that is done.
#[derive(Debug)]
pub struct Turn<'a> {
    passwords: &'a Passwords,
    permit: OwnedSemaphorePermit,
}

impl Passwords {
    /// One core is left to everybody who is talking.
    pub fn new() -> Result<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::with((cores - 1).clamp(1, MAX_AT_ONCE), MAX_WAITING)
    }

    fn with(at_once: usize, waiting: usize) -> Result<Self> {
        let parameters = Params::new(MEMORY, PASSES, LANES, None).map_err(Error::internal)?;
        let nobody = nobody(&parameters).map_err(Error::internal)?;
        Ok(Self {
            at_once: Arc::new(Semaphore::new(at_once)),
            in_line: Arc::new(Semaphore::new(waiting)),
            parameters,
            nobody,
        })
    }

    /// Waits for a turn; `unavailable` at once when the line is full. Whoever gives up leaves the line.
    pub async fn turn(&self) -> Result<Turn<'_>> {
        let _place = match self.in_line.try_acquire() {
            Ok(place) => place,
            Err(TryAcquireError::NoPermits) => {
                let message = "too many people are logging in at this moment; try again in a few seconds";
                return Err(Error::Unavailable(message.to_owned()));
            }
            Err(error @ TryAcquireError::Closed) => return Err(Error::internal(error)),
        };
        let permit = self.at_once.clone().acquire_owned().await.map_err(Error::internal)?;
        Ok(Turn { passwords: self, permit })
    }
}

impl Turn<'_> {
    /// The PHC string to store for a new password. The caller has checked it.
    pub async fn hash(self, password: &Password) -> Result<String> {
        let (parameters, password) = (self.passwords.parameters.clone(), password.clone());
        self.run(move || Argon2::from(parameters).hash_password(password.0.as_bytes()).map(|hash| hash.to_string()))
            .await
    }

    /// Compares with the stored PHC string. Without one (no such user, or one without a password) the answer is
    /// `Wrong` after the same time.
    pub async fn verify(self, stored: Option<&str>, password: &Password) -> Result<Verdict> {
        let stored: Arc<str> = stored.map_or_else(|| self.passwords.nobody.clone(), Arc::from);
        let (parameters, password) = (self.passwords.parameters.clone(), password.clone());
        self.run(move || {
            let stored = PasswordHash::new(&stored)?;
            match Argon2::default().verify_password(password.0.as_bytes(), &stored) {
                Ok(()) if is_weaker(&Params::try_from(&stored)?, &parameters) => Ok(Verdict::RightButWeaklyHashed),
                Ok(()) => Ok(Verdict::Right),
                Err(password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// The permit goes with the work: a caller who gives up does not let more of it run at once.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permit;
        let work = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
    }
}

fn is_weaker(stored: &Params, today: &Params) -> bool {
    stored.m_cost() < today.m_cost() || stored.t_cost() < today.t_cost()
}

/// A hash in today's form whose output is random, so that nothing needs to be computed for it.
fn nobody(parameters: &Params) -> password_hash::Result<Arc<str>> {
    let hash = PasswordHash {
        algorithm: argon2::Algorithm::Argon2id.ident(),
        version: Some(argon2::Version::V0x13.into()),
        params: parameters.try_into()?,
        salt: Some(Salt::new(&rand::random::<[u8; Salt::RECOMMENDED_LENGTH]>())?),
        hash: Some(Output::new(&rand::random::<[u8; Params::DEFAULT_OUTPUT_LEN]>())?),
    };
    Ok(hash.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;

    async fn hash(passwords: &Passwords, password: &str) -> String {
        passwords.turn().await.expect("a turn").hash(&password.into()).await.expect("hashed")
    }

    async fn verify(passwords: &Passwords, stored: Option<&str>, password: &str) -> Verdict {
        passwords.turn().await.expect("a turn").verify(stored, &password.into()).await.expect("verified")
    }

    #[tokio::test]
    async fn a_password_is_known_again_however_it_is_composed_and_no_other_is() {
        let passwords = Passwords::new().expect("passwords");
        let stored = hash(&passwords, "비밀번호 café").await;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash(&passwords, "비밀번호 café").await);
        let decomposed: String = "비밀번호 café".nfd().collect();
        assert_eq!(verify(&passwords, Some(&stored), &decomposed).await, Verdict::Right);
        for wrong in ["", "비밀번호 cafe", "비밀번호 Café", "비밀번호 café ", "비밀번호 café\0"] {
            assert_eq!(verify(&passwords, Some(&stored), wrong).await, Verdict::Wrong, "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn an_unknown_user_costs_the_work_of_a_wrong_password() {
        let mut passwords = Passwords::new().expect("passwords");
        let real = hash(&passwords, "the right one").await;
        let [real, nobody] = [&*real, &*passwords.nobody].map(|text| PasswordHash::new(text).expect("a hash"));
        assert_eq!((nobody.algorithm, nobody.version, nobody.params), (real.algorithm, real.version, real.params));
        assert_eq!(nobody.salt.map(|salt| salt.len()), real.salt.map(|salt| salt.len()));
        assert_eq!(nobody.hash.map(|hash| hash.len()), real.hash.map(|hash| hash.len()));
        assert_eq!(verify(&passwords, None, "the right one").await, Verdict::Wrong);

        passwords.nobody = "no hash".into();
        let turn = passwords.turn().await.expect("a turn");
        assert!(turn.verify(None, &"a wrong one".into()).await.is_err(), "the work is really done");
    }

    #[tokio::test]
    async fn a_hash_with_less_effort_than_todays_is_reported() {
        let passwords = Passwords::new().expect("passwords");
        let weak = Argon2::from(Params::new(8_192, 1, 1, None).expect("parameters"));
        let stored = weak.hash_password(b"the right one").expect("hashed").to_string();
        assert_eq!(verify(&passwords, Some(&stored), "the right one").await, Verdict::RightButWeaklyHashed);
        assert_eq!(verify(&passwords, Some(&stored), "a wrong one").await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_stored_text_that_is_no_hash_is_a_fault_of_ours() {
        let passwords = Passwords::new().expect("passwords");
        let turn = passwords.turn().await.expect("a turn");
        assert!(matches!(turn.verify(Some("plain"), &"plain".into()).await, Err(Error::Internal(_))));
    }

    #[tokio::test]
    async fn whoever_comes_to_a_full_line_is_told_so_and_whoever_gives_up_leaves_it() {
        let passwords = Passwords::with(1, 2).expect("passwords");
        let turn = passwords.turn().await.expect("a turn");
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(passwords.turn())).collect();
        for place in &mut waiting {
            assert!(futures_util::poll!(place).is_pending());
        }
        assert!(matches!(passwords.turn().await, Err(Error::Unavailable(_))));
        waiting.pop();
        drop(turn);
        for place in join_all(waiting.drain(..).map(async |place| place.await.map(drop))).await {
            place.expect("a turn");
        }
        passwords.turn().await.expect("the line is empty again");
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_still_counts_as_running() {
        let passwords = Passwords::with(1, 1).expect("passwords");
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let turn = passwords.turn().await.expect("a turn");
        let mut abandoned = Box::pin(turn.run(move || Ok(finished.recv().is_ok())));
        assert!(futures_util::poll!(&mut abandoned).is_pending());
        drop(abandoned);
        let mut next = Box::pin(passwords.turn());
        assert!(futures_util::poll!(&mut next).is_pending());
        finish.send(()).expect("still running");
        next.await.expect("a turn, once it is done");
    }

    #[test]
    fn a_new_password_has_8_to_256_characters() {
        for (password, good) in [
            ("kd92!q7".to_owned(), false),
            ("kd92!q7#".to_owned(), true),
            ("하늘이맑은날에는".to_owned(), true),
            ("하늘이맑은날에는".nfd().take(16).collect(), false),
            ("tea 🐈 ".repeat(42) + "4tea", true),
            ("tea 🐈 ".repeat(42) + "4 tea", false),
            (String::new(), false),
        ] {
            assert_eq!(Password::from(password.as_str()).check("password", &[]).is_ok(), good, "{password}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", Password::from("hunter2")).contains("hunter2"));
    }
}
