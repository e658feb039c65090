//! One upload on its way to the disk: appended to, hashed as it comes, and never further acknowledged than synced.

use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
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
    /// Both as they were when it was last synced: what is behind that can be taken back without reading the rest anew.
    synced: (Sha256, u64),
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
        let synced = (hasher.clone(), length);
        Ok(Self { path: path.to_owned(), file, hasher, length, synced })
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
        self.file.sync_data()?;
        self.synced = (self.hasher.clone(), self.length);
        Ok(())
    }

    /// Takes back what was appended since it was last synced.
    pub fn rewind(&mut self) -> io::Result<()> {
        (self.hasher, self.length) = self.synced.clone();
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length)).map(|_| ())
    }

    pub fn hash(&self) -> Hash {
        Hash(self.hasher.clone().finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_leaves_what_was_synced_and_the_rest_is_not_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("draft");
        let mut draft = Draft::open(&path, 0).expect("opened");
        draft.write(b"kept").expect("written");
        draft.sync().expect("synced");
        // Whoever read it again would hash another beginning.
        std::fs::write(&path, "else").expect("written");
        for _ in 0..2 {
            draft.write(b", and damaged").expect("written");
            draft.rewind().expect("taken back");
            assert_eq!((draft.length(), std::fs::metadata(&path).expect("a file").len()), (4, 4));
        }
        draft.write(b" and gone on").expect("written");
        assert_eq!(draft.hash().as_bytes()[..], Sha256::digest(b"kept and gone on")[..]);
        assert_eq!(std::fs::read(&path).expect("a file"), b"else and gone on");
    }
}
