//! Contents as bytes alone: kept once under the hash of what was uploaded, in a folder or in a bucket; and the drafts that
//! become them.

mod begun;
mod bucket;
mod draft;
mod drafts;
mod holds;
mod pins;
mod placing;

pub use bucket::StoreState;
pub use draft::{Draft, Hash};
pub use drafts::{Drafts, Turn};
pub use holds::{Hold, Holds};
pub use pins::{Pin, Removal};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::ids::FileId;
use bucket::Bucket;
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
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// In the data folder.
pub const FOLDER: &str = "files";
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
    local: LocalFileSystem,
    /// Where new contents go, if not into the folder.
    bucket: Option<Bucket>,
    pub drafts: Drafts,
    /// Held by what is about to use a content, and by what removes one that nothing uses.
    pub holds: Holds,
}

impl Blobs {
    /// Makes the folders where they are missing.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn open(config: &Config) -> Result<Self> {
        let folder = config.data_dir.join(FOLDER);
        let failed = |error: &dyn std::fmt::Display| {
            Error::Unavailable(format!("the folder of files {} cannot be used: {error}", folder.display()))
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder.join(INCOMING)).map_err(|error| failed(&error))?;
        let local = LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(&error))?.with_fsync(true);
        pins::make_lock(&folder).map_err(|error| failed(&error))?;
        let bucket = Bucket::open(&config.files, &folder)?;
        Ok(Self { local, bucket, drafts: Drafts::default(), holds: Holds::default(), folder })
    }

    /// Takes up what a crash left of uploads to the bucket: for the one process that has the data folder, before it keeps
    /// anything.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn take_up(&self) -> Result<()> {
        self.bucket.as_ref().map_or(Ok(()), Bucket::take_up)
    }

    /// Other servers work on the same contents from here on.
    ///
    /// # Errors
    /// The disk's.
    pub fn share(&self) -> Result<()> {
        self.holds.share(&self.folder)
    }

    /// Whether contents can be kept. What is wrong with the disk is told by what fails.
    pub fn state(&self) -> StoreState {
        self.bucket.as_ref().map_or(StoreState::Usable, Bucket::state)
    }

    /// Looks after the bucket, if there is one, until the server stops.
    pub async fn watch(&self) {
        if let Some(bucket) = &self.bucket {
            bucket.watch().await;
        }
    }

    /// While it is held, no process removes a content of this data folder: for copying them.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn pin(&self) -> Result<Pin> {
        Pin::take(&self.folder)
    }

    /// The right to remove contents. None while they are copied.
    pub fn removal(&self) -> Result<Option<Removal>> {
        Removal::take(&self.folder)
    }

    /// Where an upload is written until it is finished.
    pub fn draft_path(&self, file: FileId) -> PathBuf {
        self.folder.join(INCOMING).join(file.to_string())
    }

    /// Keeps other servers off an upload that is not finished; none while one of them works on it.
    ///
    /// # Errors
    /// The disk's.
    pub fn lock_draft(&self, file: FileId) -> Result<Option<File>> {
        drafts::lock(&self.draft_path(file)).map_err(io_failure)
    }

    /// A file for what is made of a draft.
    pub fn side_path(&self, file: FileId, variant: Variant) -> PathBuf {
        let suffix = if variant == Variant::Original { "-clean" } else { suffix(variant) };
        self.folder.join(INCOMING).join(format!("{file}{suffix}"))
    }

    /// Keeps a file, which has to be on the disk, as a content that is held, and that nothing uses yet. It is there, durably,
    /// when this returns; so is the file.
    ///
    /// # Errors
    /// `Unavailable` when the bucket does not take it.
    pub async fn keep(&self, file: &Path, hash: &Hash, variant: Variant) -> Result<()> {
        if let Some(bucket) = &self.bucket {
            return bucket.put(file, &key(hash, variant)).await;
        }
        let (file, target) = (file.to_owned(), self.folder.join(name(hash, variant)));
        tokio::task::spawn_blocking(move || placing::put_in_place(&file, &target))
            .await
            .map_err(Error::internal)?
            .map_err(io_failure)
    }

    /// The bytes of a range, from where they are kept as they are asked for.
    ///
    /// # Errors
    /// `NotFound` when there is no such content, `Unavailable` when the bucket cannot be reached.
    pub async fn read(
        &self,
        hash: &Hash,
        variant: Variant,
        range: Option<Range<u64>>,
    ) -> Result<(u64, BoxStream<'static, io::Result<Bytes>>)> {
        let key = key(hash, variant);
        let options = GetOptions { range: range.clone().map(GetRange::Bounded), ..GetOptions::default() };
        let found = match (self.local.get_opts(&key, options.clone()).await, &self.bucket) {
            // The folder still has what was uploaded before there was a bucket.
            (Err(object_store::Error::NotFound { .. }), Some(bucket)) => bucket.get(&key, options).await?,
            (found, _) => found.map_err(failure)?,
        };
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
            let key = key(hash, variant);
            match self.local.delete(&key).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failure(error)),
            }
            if let Some(bucket) = &self.bucket {
                bucket.delete(&key).await?;
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
        free_bytes(&self.folder)
    }
}

/// Bytes that are free for us on the disk of a folder.
///
/// # Errors
/// When the folder is not there.
pub fn free_bytes(folder: &Path) -> Result<u64> {
    let found = nix::sys::statvfs::statvfs(folder).map_err(|error| io_failure(error.into()))?;
    // The types differ from system to system.
    #[expect(clippy::useless_conversion, reason = "they are u64 here, and u32 elsewhere")]
    Ok(u64::from(found.blocks_available()).saturating_mul(u64::from(found.fragment_size())))
}

/// Whether the bucket of files, if there is one, is not another's, and can be written, read and cleared.
///
/// # Errors
/// `Conflict` when it is another's, `Unavailable` for the rest, in words for the operator.
pub async fn try_store(config: &Config) -> Result<()> {
    match Bucket::open(&config.files, &config.data_dir.join(FOLDER))? {
        Some(bucket) => bucket.try_out().await,
        None => Ok(()),
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

/// What a content is called in the folder or the bucket, with slashes.
pub fn name(hash: &Hash, variant: Variant) -> String {
    let hash = hash.to_string();
    format!("{}/{hash}{}", &hash[..2], suffix(variant))
}

fn key(hash: &Hash, variant: Variant) -> Key {
    Key::from(name(hash, variant))
}

fn suffix(variant: Variant) -> &'static str {
    match variant {
        Variant::Original => "",
        Variant::Small => "-small",
        Variant::Large => "-large",
    }
}

/// The bytes of a range of a file, read as they are asked for.
pub fn from_file(mut file: File, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
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
