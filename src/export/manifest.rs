//! What an export says of itself: its format, what it holds, and the checksum of every part.

use crate::backup::{Amount, Part, write_file};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Describes the export. It is written last.
pub const MANIFEST: &str = "manifest.json";
/// One line of JSON for each file with bytes: its name, size and checksum.
pub(super) const LIST: &str = "files-list.jsonl";
/// The format of all this; docs/export.md describes it.
const FORMAT: u32 = 1;

/// The first page of an export.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    format: u32,
    /// Of the Maru that made it.
    pub version: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The files with lines, in the order in which one names what stands in those before.
    pub(super) kinds: Vec<Counted>,
    /// The files with bytes.
    pub files: Amount,
    /// Names of files with bytes that the server did not have, or not as they should be.
    pub missing: Vec<String>,
    /// The list of files with bytes.
    pub(super) list: Option<Part>,
}

/// A file with lines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Counted {
    #[serde(flatten)]
    pub part: Part,
    pub lines: u64,
}

impl Manifest {
    pub(super) fn new(created_at: Timestamp) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at,
            kinds: Vec::new(),
            files: Amount::default(),
            missing: Vec::new(),
            list: None,
        }
    }

    /// Reads the manifest of an export.
    ///
    /// # Errors
    /// `Conflict` when there is none, or one of a newer format.
    pub fn read(export: &Path) -> Result<Self> {
        let path = export.join(MANIFEST);
        let text = fs::read(&path)
            .map_err(|_| Error::Conflict(format!("{} is no export of Maru: it has no {MANIFEST}", export.display())))?;
        let found: Self = serde_json::from_slice(&text)
            .map_err(|error| Error::Conflict(format!("{} cannot be read: {error}", path.display())))?;
        if found.format != FORMAT {
            let (path, format) = (path.display(), found.format);
            return Err(Error::Conflict(format!("{path} is of format {format}, and this Maru knows {FORMAT}")));
        }
        Ok(found)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        text.push(b'\n');
        write_file(&folder.join(MANIFEST), |file| file.write_all(&text))
    }

    /// How many lines of a kind there are.
    pub fn lines(&self, kind: &str) -> u64 {
        let counted = self.kinds.iter().find(|counted| counted.part.name.strip_suffix(".jsonl") == Some(kind));
        counted.map_or(0, |counted| counted.lines)
    }
}
