//! What a snapshot says of itself: when it was made, what it holds, and the checksum of every part.

use super::words;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::storage::Inventory;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Describes the snapshot; `sha256sum --check` understands the file with its checksum.
pub const MANIFEST: &str = "manifest.json";
pub const MANIFEST_SUM: &str = "manifest.json.sha256";
/// One line of JSON for each content.
pub const CONTENTS: &str = "contents.jsonl";
/// The format of all this.
const FORMAT: u32 = 1;
/// How much is read at once to be hashed.
const READ_BYTES: usize = 256 * 1024;

/// The first page of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    format: u32,
    /// Of the Maru that made it.
    pub version: String,
    /// When it was begun: everything that was acknowledged before is in it.
    pub created_at: Timestamp,
    pub holds: Inventory,
    pub contents: Amount,
    /// Names of contents that the database names and the store did not have, or not as they should be.
    pub missing: Vec<String>,
    /// The database, the keys, and the list of contents.
    pub(super) parts: Vec<Part>,
}

/// Contents, or some of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub number: u64,
    pub bytes: u64,
}

impl Amount {
    pub(crate) fn add(&mut self, bytes: u64) {
        self.number += 1;
        self.bytes += bytes;
    }
}

/// A file of the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Its path, with slashes.
    pub name: String,
    pub bytes: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(created_at: Timestamp, holds: Inventory, parts: Vec<Part>) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at,
            holds,
            contents: Amount::default(),
            missing: Vec::new(),
            parts,
        }
    }

    /// What the snapshot takes, in bytes, together with what it shares with others.
    pub fn bytes(&self) -> u64 {
        self.contents.bytes + self.parts.iter().map(|part| part.bytes).sum::<u64>()
    }

    /// Reads the manifest of a snapshot.
    ///
    /// # Errors
    /// `Conflict` when it is not what was written, or of a newer format.
    pub fn read(snapshot: &Path) -> Result<Self> {
        let (path, sum) = (snapshot.join(MANIFEST), snapshot.join(MANIFEST_SUM));
        let text = fs::read(&path).map_err(|error| words(&path, &error))?;
        let expected = fs::read_to_string(&sum).map_err(|error| words(&sum, &error))?;
        if expected != sum_of(&text) {
            return Err(damaged(&path));
        }
        let found: Self = serde_json::from_slice(&text).map_err(|_| damaged(&path))?;
        if found.format != FORMAT {
            let (path, format) = (path.display(), found.format);
            return Err(Error::Conflict(format!("{path} is of format {format}, and this Maru knows {FORMAT}")));
        }
        Ok(found)
    }

    /// As it is written, and what is written beside it.
    pub(super) fn written(&self) -> Result<(Vec<u8>, String)> {
        let mut text = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        text.push(b'\n');
        let sum = sum_of(&text);
        Ok((text, sum))
    }
}

impl Part {
    /// The part as it is on the disk now.
    pub fn of(root: &Path, name: &str) -> Result<Self> {
        let path = root.join(name);
        let (bytes, sha256) = hash_file(&path)?;
        Ok(Self { name: name.to_owned(), bytes, sha256 })
    }

    /// # Errors
    /// `Conflict` when it is not what was written.
    pub fn check(&self, root: &Path) -> Result<()> {
        if Self::of(root, &self.name)? == *self { Ok(()) } else { Err(damaged(&root.join(&self.name))) }
    }

    /// As `check`, for one of many that may be links to the same bytes.
    pub(super) fn check_once(&self, root: &Path, known: &mut Known) -> Result<()> {
        let path = root.join(&self.name);
        let (bytes, sha256) = known.hash(&path)?;
        if bytes == self.bytes && sha256 == self.sha256 { Ok(()) } else { Err(damaged(&path)) }
    }

    /// As `check`, but of its size alone.
    pub fn check_size(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.name);
        let found = fs::metadata(&path).map_err(|error| words(&path, &error))?;
        if found.len() == self.bytes { Ok(()) } else { Err(damaged(&path)) }
    }
}

/// What was read of files that have several names, by device and number: each is read once.
#[derive(Default)]
pub(super) struct Known(HashMap<(u64, u64), (u64, String)>);

impl Known {
    fn hash(&mut self, path: &Path) -> Result<(u64, String)> {
        let found = fs::metadata(path).map_err(|error| words(path, &error))?;
        let place = (found.dev(), found.ino());
        if let Some(known) = self.0.get(&place) {
            return Ok(known.clone());
        }
        let hashed = hash_file(path)?;
        if found.nlink() > 1 {
            self.0.insert(place, hashed.clone());
        }
        Ok(hashed)
    }
}

/// The contents of a snapshot, whose list was checked.
pub(super) fn contents(snapshot: &Path) -> Result<impl Iterator<Item = Result<Part>> + use<>> {
    let path = snapshot.join(CONTENTS);
    let file = File::open(&path).map_err(|error| words(&path, &error))?;
    Ok(BufReader::new(file).lines().map(move |line| {
        let line = line.map_err(|error| words(&path, &error))?;
        serde_json::from_str(&line).map_err(|_| damaged(&path))
    }))
}

/// As `sha256sum` writes it.
fn sum_of(manifest: &[u8]) -> String {
    format!("{}  {MANIFEST}\n", hex(&Sha256::digest(manifest)))
}

fn hash_file(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).map_err(|error| words(path, &error))?;
    let (mut hasher, mut buffer, mut bytes) = (Sha256::new(), vec![0; READ_BYTES], 0);
    loop {
        match file.read(&mut buffer).map_err(|error| words(path, &error))? {
            0 => return Ok((bytes, hex(&hasher.finalize()))),
            read => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

pub(crate) fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn damaged(path: &Path) -> Error {
    Error::Conflict(format!("the backup is damaged: {} is not what was written", path.display()))
}
