//! Contents as bytes alone: kept once under the hash of what was uploaded, in a folder; and the drafts that become them.

mod draft;
mod drafts;

pub use draft::{Draft, Hash};
pub use drafts::{Drafts, Turn};

use crate::error::{Error, Result};
use crate::ids::FileId;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt};
use std::fs::{DirBuilder, File};
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::sync::RwLock;
use tokio_util::io::ReaderStream;

/// In the data folder.
const FOLDER: &str = "files";
/// In that folder: what is being uploaded.
const INCOMING: &str = "incoming";
/// How much is read from the disk at once for one reader.
const READ_BYTES: usize = 64 * 1024;

/// What is kept of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    Original,
    /// Fits into a square of 320 pixels.
    Small,
    /// Fits into a square of 1,280 pixels.
    Large,
}

/// Where contents are kept.
pub struct Blobs {
    folder: PathBuf,
    store: Arc<dyn ObjectStore>,
    pub drafts: Drafts,
    /// Held for reading by what is about to use a content, for writing by what removes those that nothing uses.
    pub in_use: RwLock<()>,
}

impl Blobs {
    /// Makes the folders where they are missing.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join(FOLDER);
        let failed = |error: &dyn std::fmt::Display| {
            Error::Unavailable(format!("the folder of files {} cannot be used: {error}", folder.display()))
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder.join(INCOMING)).map_err(|error| failed(&error))?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(&error))?.with_fsync(true);
        Ok(Self { store: Arc::new(store), drafts: Drafts::default(), in_use: RwLock::new(()), folder })
    }

    /// Where an upload is written until it is finished.
    pub fn draft_path(&self, file: FileId) -> PathBuf {
        self.folder.join(INCOMING).join(file.to_string())
    }

    /// A file for what is made of a draft.
    pub fn side_path(&self, file: FileId, variant: Variant) -> PathBuf {
        let suffix = if variant == Variant::Original { "-clean" } else { suffix(variant) };
        self.folder.join(INCOMING).join(format!("{file}{suffix}"))
    }

    /// Keeps a file, which has to be on the disk, as a content. It is there, durably, when this returns; so is the file.
    pub async fn keep(&self, file: &Path, hash: &Hash, variant: Variant) -> Result<()> {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let from = Key::from_iter([INCOMING, name]);
        self.store.copy(&from, &key(hash, variant)).await.map_err(failure)
    }

    /// The bytes of a range, from the disk as they are asked for.
    ///
    /// # Errors
    /// `NotFound` when there is no such content.
    pub async fn read(
        &self,
        hash: &Hash,
        variant: Variant,
        range: Option<Range<u64>>,
    ) -> Result<(u64, BoxStream<'static, io::Result<Bytes>>)> {
        let options = GetOptions { range: range.clone().map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&key(hash, variant), options).await.map_err(failure)?;
        let (size, range) = (found.meta.size, found.range.clone());
        let bytes = match found.payload {
            GetResultPayload::File(file, _) => from_file(file, range),
            GetResultPayload::Stream(bytes) => bytes.map(|part| part.map_err(io::Error::other)).boxed(),
        };
        Ok((size, bytes))
    }

    /// Removes what is kept of a content. What is gone already is no error.
    pub async fn remove(&self, hash: &Hash) -> Result<()> {
        for variant in [Variant::Original, Variant::Small, Variant::Large] {
            match self.store.delete(&key(hash, variant)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failure(error)),
            }
        }
        Ok(())
    }

    /// Removes what was written of an upload. What is gone already is no error.
    pub async fn discard(&self, file: FileId) -> Result<()> {
        let sides = [Variant::Original, Variant::Small, Variant::Large].map(|variant| self.side_path(file, variant));
        for path in sides.into_iter().chain([self.draft_path(file)]) {
            match tokio::fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_failure(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The uploads of which something lies on the disk.
    pub async fn left(&self) -> Result<Vec<FileId>> {
        let mut entries = tokio::fs::read_dir(self.folder.join(INCOMING)).await.map_err(io_failure)?;
        let mut found = Vec::new();
        while let Some(entry) = entries.next_entry().await.map_err(io_failure)? {
            let name = entry.file_name();
            let id: Option<FileId> = name.to_str().and_then(|name| name.split('-').next()?.parse().ok());
            found.extend(id);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Bytes that are free for us on the disk of the data folder.
    pub fn free_bytes(&self) -> Result<u64> {
        let found = nix::sys::statvfs::statvfs(&self.folder).map_err(|error| io_failure(error.into()))?;
        // The types differ from system to system.
        #[expect(clippy::useless_conversion, reason = "they are u64 here, and u32 elsewhere")]
        Ok(u64::from(found.blocks_available()).saturating_mul(u64::from(found.fragment_size())))
    }
}

/// A disk that is full passes; what else fails is a fault.
pub fn io_failure(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::Unavailable("the disk of the server is full".to_owned())
        }
        io::ErrorKind::ReadOnlyFilesystem => Error::Unavailable("the disk of the server is read-only".to_owned()),
        _ => Error::internal(error),
    }
}

fn failure(error: object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound("the file"),
        error => Error::internal(error),
    }
}

fn key(hash: &Hash, variant: Variant) -> Key {
    let name = hash.to_string();
    Key::from_iter([&name[..2], &format!("{name}{}", suffix(variant))])
}

fn suffix(variant: Variant) -> &'static str {
    match variant {
        Variant::Original => "",
        Variant::Small => "-small",
        Variant::Large => "-large",
    }
}

fn from_file(mut file: File, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
    let length = range.end - range.start;
    let opened = async move {
        let file = tokio::task::spawn_blocking(move || file.seek(SeekFrom::Start(range.start)).map(|_| file));
        let file = tokio::fs::File::from_std(file.await.map_err(io::Error::other)??);
        Ok::<_, io::Error>(ReaderStream::with_capacity(file.take(length), READ_BYTES))
    };
    stream::once(opened).map(|opened| opened.map_or_else(failing, StreamExt::boxed)).flatten().boxed()
}

fn failing(error: io::Error) -> BoxStream<'static, io::Result<Bytes>> {
    stream::once(async { Err(error) }).boxed()
}
