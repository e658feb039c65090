//! One upload on its way to the disk: appended to, hashed as it comes, and never further acknowledged than synced.

use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How much is read at once to hash anew what an earlier process wrote.
const READ_BYTES: usize = 256 * 1024;

/// The SHA-256 of a content.
#[derive(Clone, Copy, PartialEq, Eq, std::hash::Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// A file that grows. Its methods wait for the disk: they belong on a thread that may.
pub struct Draft {
    pub path: PathBuf,
    file: File,
    hasher: Sha256,
    length: u64,
}

impl Draft {
    /// Opens or makes the file, of which `length` bytes are known to be on the disk; what lies behind them is cut off.
    ///
    /// # Errors
    /// `UnexpectedEof` when it has fewer.
    pub fn open(path: &Path, length: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if file.metadata()?.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.set_len(length)?;
        if length == 0
            && let Some(folder) = path.parent()
        {
            // That there is such a file has to be on the disk, too.
            File::open(folder)?.sync_all()?;
        }
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => hasher.update(&buffer[..read]),
            }
        }
        Ok(Self { path: path.to_owned(), file, hasher, length })
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Appends; it is on the disk after `sync`.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    pub fn hash(&self) -> Hash {
        Hash(self.hasher.clone().finalize().into())
    }
}
