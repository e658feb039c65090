//! Uploads to a bucket in parts, from their first part to their end: noted on the disk, since a bucket keeps the parts of
//! what a crash cut off, unseen and paid for, until somebody names it.

use object_store::MultipartId;
use object_store::path::Path as Key;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use ulid::Ulid;

/// What the names of notes begin with; no upload of a client is called so.
const PREFIX: &str = "parts-";

/// One upload in parts.
#[derive(Debug)]
pub(super) struct Begun {
    pub key: Key,
    pub upload: MultipartId,
    note: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Note {
    key: String,
    upload: MultipartId,
}

/// Those that came to nothing, and whose parts the bucket may still have.
#[derive(Debug, Default)]
pub(super) struct Left(Mutex<Vec<Begun>>);

impl Begun {
    /// Notes an upload before its first part is sent; the note survives a crash. Waits for the disk.
    pub fn note(folder: &Path, key: Key, upload: MultipartId) -> io::Result<Self> {
        let note = folder.join(format!("{PREFIX}{}", Ulid::generate()));
        let text = serde_json::to_vec(&Note { key: key.to_string(), upload: upload.clone() })?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&note)?;
        file.write_all(&text)?;
        file.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(Self { key, upload, note })
    }

    /// The bucket has nothing of it that nobody knows.
    pub fn forget(&self) {
        if let Err(error) = fs::remove_file(&self.note) {
            tracing::warn!(note = %self.note.display(), %error, "the note of an upload could not be removed");
        }
    }
}

impl Left {
    /// Adds what earlier processes noted.
    pub fn read(&self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
                continue;
            }
            let note = entry.path();
            match serde_json::from_slice(&fs::read(&note)?) {
                Ok(Note { key, upload }) => self.add(Begun { key: Key::from(key), upload, note }),
                // It was being written: no part had been sent.
                Err(_) => fs::remove_file(&note)?,
            }
        }
        Ok(())
    }

    pub fn add(&self, begun: Begun) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(begun);
    }

    pub fn take(&self) -> Vec<Begun> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_known_to_the_next_process_until_it_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let begun = |name: &str| Begun::note(folder, Key::from(name), format!("id of {name}")).expect("noted");
        let (kept, ended) = (begun("ab/abcd-small"), begun("cd/cdef"));
        ended.forget();
        fs::write(folder.join("parts-cut"), "{\"key\":\"e").expect("written");
        fs::write(folder.join("01ARZ3NDEKTSV4RRFFQ69G5FAV"), "a draft").expect("written");
        let left = Left::default();
        left.read(folder).expect("read");
        let left = left.take();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!((&left[0].key, &left[0].upload), (&kept.key, &kept.upload));
        assert_eq!(left[0].note, kept.note);
        assert_eq!(fs::read_dir(folder).expect("a folder").count(), 2, "the note that was cut off goes");
    }
}
