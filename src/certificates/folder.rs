//! What is kept of fetched certificates: in `certificates/` of the data folder, for its owner alone.

use super::pair::Unusable;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use instant_acme::AccountCredentials;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const FOLDER: &str = "certificates";
/// The key and the chain, in one file, so that they are always of the same day.
const CERTIFICATE: &str = "certificate.pem";
/// How the file begins, with the directory of the authority; what stands outside of its blocks is nothing to PEM.
const FETCHED_FROM: &str = "# fetched from ";
const ACCOUNT: &str = "account.json";
const ATTEMPTS: &str = "attempts.json";

/// The account that an authority knows this server by.
#[derive(Deserialize, Serialize)]
pub struct StoredAccount {
    /// The address of the authority's directory.
    pub directory: String,
    pub contact: Option<String>,
    pub credentials: AccountCredentials,
}

/// How a domain was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Method {
    #[serde(rename = "tls-alpn-01")]
    Tls,
    #[serde(rename = "http-01")]
    Http,
}

impl Method {
    /// As in RFC 8555 and RFC 8737.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tls => "TLS-ALPN-01",
            Self::Http => "HTTP-01",
        }
    }
}

/// An order that the authority has taken, and the key that is to be certified.
// No Debug: the key is a secret.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingOrder {
    pub url: String,
    /// In PEM.
    pub key: String,
    pub made_at: Timestamp,
}

/// What came of asking the authority, so that a restart goes on where the last process was.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attempts {
    /// Which authority was asked, and for what: other settings begin anew.
    pub directory: String,
    pub domains: Vec<String>,
    pub fetched_at: Option<Timestamp>,
    /// How the last certificate was proven.
    pub method: Option<Method>,
    /// Attempts since then that the authority refused.
    pub failures: u32,
    /// Attempts in a row that did not reach it, or not to the end.
    pub unreached: u32,
    /// Nothing is asked before then.
    pub not_before: Option<Timestamp>,
    /// An order that is not at its end: it is gone on with, so that nothing is issued twice.
    pub order: Option<PendingOrder>,
}

pub struct Folder(PathBuf);

impl Folder {
    /// Makes it where it is missing.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join(FOLDER);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| words(&folder, &error))?;
        Ok(Self(folder))
    }

    /// As it is, or is not.
    pub fn of(data_dir: &Path) -> Self {
        Self(data_dir.join(FOLDER))
    }

    /// That what was fetched cannot be used, for the operator.
    pub fn unusable(&self, problem: &Unusable) -> Error {
        Error::Unavailable(format!("{}: {problem}", self.0.join(CERTIFICATE).display()))
    }

    /// The key and the chain in PEM; none was fetched yet.
    pub fn certificate(&self) -> Result<Option<Vec<u8>>> {
        self.read(CERTIFICATE)
    }

    /// The directory of the authority that it was fetched from, if that is known.
    pub fn certificate_directory(&self) -> Result<Option<String>> {
        let pem = self.certificate()?.unwrap_or_default();
        let first = pem.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let directory = std::str::from_utf8(first).ok().and_then(|line| line.strip_prefix(FETCHED_FROM));
        Ok(directory.map(str::to_owned))
    }

    /// `directory` is the authority's that it was fetched from.
    pub fn keep_certificate(&self, directory: &str, pem: &str) -> Result<()> {
        self.write(CERTIFICATE, format!("{FETCHED_FROM}{directory}\n{pem}").as_bytes())
    }

    pub fn account(&self) -> Result<Option<StoredAccount>> {
        self.read_json(ACCOUNT)
    }

    pub fn keep_account(&self, account: &StoredAccount) -> Result<()> {
        self.write(ACCOUNT, &serde_json::to_vec_pretty(account).map_err(Error::internal)?)
    }

    pub fn attempts(&self) -> Result<Option<Attempts>> {
        self.read_json(ATTEMPTS)
    }

    pub fn keep_attempts(&self, attempts: &Attempts) -> Result<()> {
        self.write(ATTEMPTS, &serde_json::to_vec_pretty(attempts).map_err(Error::internal)?)
    }

    /// Where the attempts are noted, for the operator.
    pub fn attempts_path(&self) -> PathBuf {
        self.0.join(ATTEMPTS)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.0.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(words(&path, &error)),
        }
    }

    fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        // Not the error's own text: keys stand in them.
        serde_json::from_slice(&bytes).map(Some).map_err(|_| Error::Unavailable(self.damaged(name)))
    }

    /// What is wrong with an account whose key cannot be used, in words for the operator.
    pub fn damaged_account(&self) -> String {
        self.damaged(ACCOUNT)
    }

    fn damaged(&self, name: &str) -> String {
        format!("{} is damaged; remove it", self.0.join(name).display())
    }

    /// Replaces a file whole or not at all. Nothing that was begun is left behind: there are keys in it.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.0.join(name);
        let temporary = self.0.join(format!("{name}.tmp"));
        let write = || -> io::Result<()> {
            remove(&temporary)?;
            // New, so that it has these rights whatever lay there.
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            File::open(&self.0)?.sync_all()
        };
        write().map_err(|error| {
            if let Err(error) = remove(&temporary) {
                tracing::debug!(%error, "a file that could not be written stays half written");
            }
            words(&path, &error)
        })
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn words(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}
