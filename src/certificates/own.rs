//! Certificates that the operator provides as files, and exchanges whenever they like.

use super::Certificates;
use super::pair::Pair;
use crate::clock::{self, Timestamp};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often the files are looked at. Looking at all of them, not at their times, finds every change.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What stood in both files.
type Print = [u8; 32];

/// Where both lie.
#[derive(Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn read(&self) -> Result<(Print, Result<Pair>)> {
        let read = |setting: &str, path: &Path| {
            let words = |error: io::Error| Error::Unavailable(format!("{setting}: {}: {error}", path.display()));
            std::fs::read(path).map_err(words)
        };
        let certificate = read("tls.certificate", &self.certificate)?;
        let key = read("tls.key", &self.key)?;
        let print = Sha256::new().chain_update(Sha256::digest(&certificate)).chain_update(Sha256::digest(&key));
        let words = |problem| {
            let (certificate, key) = (self.certificate.display(), self.key.display());
            Error::Unavailable(format!("tls.certificate {certificate} with tls.key {key}: {problem}"))
        };
        Ok((print.finalize().into(), Pair::read(&certificate, &key).map_err(words)))
    }
}

pub struct Own {
    files: Files,
    /// What is in use.
    used: Mutex<Option<Print>>,
}

impl Own {
    pub fn new(certificate: &Path, key: &Path) -> Self {
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        Self { files, used: Mutex::default() }
    }

    /// Reads the files for the first time.
    ///
    /// # Errors
    /// In words for the operator; also for a certificate that is out of date, with which no client would speak.
    pub fn open(&self, now: Timestamp) -> Result<Pair> {
        let (print, pair) = self.files.read()?;
        let pair = pair.and_then(|pair| self.not_over(pair, now))?;
        if now < pair.validity.not_before {
            let (path, from) = (self.files.certificate.display(), pair.validity.not_before);
            tracing::warn!(%path, %from, "the certificate is not good yet, or this machine's clock is wrong");
        }
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(print);
        Ok(pair)
    }

    /// Reads the files as they are, also when they are out of date.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn look(&self) -> Result<Pair> {
        self.files.read()?.1
    }

    fn not_over(&self, pair: Pair, now: Timestamp) -> Result<Pair> {
        if pair.validity.is_over(now) {
            let (path, end) = (self.files.certificate.display(), pair.validity.not_after);
            return Err(Error::Unavailable(format!("tls.certificate: {path}: the certificate ended at {end}")));
        }
        Ok(pair)
    }

    /// One that takes the place of another has to be good already.
    fn in_time(&self, pair: Pair, now: Timestamp) -> Result<Pair> {
        if now < pair.validity.not_before {
            let (path, from) = (self.files.certificate.display(), pair.validity.not_before);
            return Err(Error::Unavailable(format!(
                "tls.certificate: {path}: the certificate is good only from {from}"
            )));
        }
        self.not_over(pair, now)
    }

    /// Takes the files over whenever they change to something that can be used.
    pub async fn watch(&self, certificates: &Certificates) {
        let mut watched = Watched::new(self.used.lock().unwrap_or_else(PoisonError::into_inner).take());
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let files = self.files.clone();
            // A disk that hangs is not to hold up anything else.
            let read = tokio::task::spawn_blocking(move || files.read()).await.map_err(Error::internal).flatten();
            let found = read.map(|(print, pair)| (print, pair.and_then(|pair| self.in_time(pair, clock::now()))));
            match watched.look(found) {
                Look::Nothing => {}
                Look::Newer(pair) => certificates.exchange(pair),
                Look::Restored => {
                    certificates.note(None);
                    tracing::info!("the certificate that is in use lies on the disk again");
                }
                Look::Unusable(problem) => {
                    tracing::error!(%problem, "the certificate on the disk cannot be used; the old one stays in use");
                    certificates.note(Some(problem));
                }
            }
        }
    }
}

/// What is known of the files from looking at them before.
struct Watched<P> {
    used: Option<P>,
    seen: Option<P>,
    /// The fault that was told last, while it lasts.
    told: Option<String>,
}

/// What looking at the files once more has shown.
#[derive(Debug, PartialEq, Eq)]
enum Look<T> {
    Nothing,
    Newer(T),
    /// What is in use was put back.
    Restored,
    Unusable(String),
}

impl<P: PartialEq + Copy> Watched<P> {
    fn new(used: Option<P>) -> Self {
        Self { used, seen: used, told: None }
    }

    fn look<T>(&mut self, found: Result<(P, Result<T>)>) -> Look<T> {
        let print = found.as_ref().ok().map(|(print, _)| *print);
        // Between two looks the same: nobody is writing them at the moment.
        if std::mem::replace(&mut self.seen, print) != print {
            return Look::Nothing;
        }
        if print.is_some() && print == self.used {
            return if self.told.take().is_some() { Look::Restored } else { Look::Nothing };
        }
        match found.and_then(|(_, pair)| pair) {
            Ok(pair) => {
                (self.used, self.told) = (print, None);
                Look::Newer(pair)
            }
            Err(error) => {
                let problem = error.to_string();
                if self.told.as_ref() == Some(&problem) {
                    return Look::Nothing;
                }
                self.told = Some(problem.clone());
                Look::Unusable(problem)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(why: &str) -> Error {
        Error::Unavailable(why.to_owned())
    }

    #[test]
    fn a_fault_is_told_once_and_taken_back_when_the_former_files_are() {
        let mut watched = Watched::new(Some(1));
        let mut twice = |print: i32, pair: fn() -> Result<&'static str>| {
            let looks = [watched.look(Ok((print, pair()))), watched.look(Ok((print, pair())))];
            let [first, second] = looks;
            assert_eq!(first, Look::Nothing, "it may still be written");
            (second, watched.look(Ok((print, pair()))))
        };
        let unusable = || Look::Unusable(broken("mismatch").to_string());
        assert_eq!(twice(2, || Err(broken("mismatch"))), (unusable(), Look::Nothing));
        assert_eq!(twice(1, || Ok("one")), (Look::Restored, Look::Nothing));
        assert_eq!(twice(2, || Err(broken("mismatch"))), (unusable(), Look::Nothing), "told anew");
        assert_eq!(twice(3, || Ok("three")), (Look::Newer("three"), Look::Nothing));
        assert_eq!(twice(1, || Ok("one")), (Look::Newer("one"), Look::Nothing));
    }

    #[test]
    fn files_that_are_gone_are_told_once() {
        let mut watched = Watched::new(Some(1));
        let mut look = || watched.look::<()>(Err(broken("no such file")));
        assert_eq!(look(), Look::Nothing);
        assert!(matches!(look(), Look::Unusable(_)));
        assert_eq!(look(), Look::Nothing);
    }
}
