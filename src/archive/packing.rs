//! An archive as one file to download: a .zip with one folder in it.

use super::bounds::Bounds;
use super::media::Media;
use crate::backup::words;
use crate::blobs::Blobs;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use futures_util::{Stream, StreamExt, stream};
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What files have when they are unpacked.
const MODE: u32 = 0o100_644;
/// So much is written at once.
const WRITE_BYTES: usize = 256 * 1024;

/// A file that is being packed.
pub(super) struct Packing<'a> {
    archive: ZipArchiveWriter<BufWriter<File>>,
    target: &'a Path,
    /// Of the folder in it.
    name: &'a str,
    at: UtcDateTime,
    bounds: &'a Bounds,
}

impl<'a> Packing<'a> {
    /// Begins a file that is not there yet, with everything in a folder of this name.
    pub fn begin(target: &'a Path, name: &'a str, at: Timestamp, bounds: &'a Bounds) -> Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(target);
        let file = file.map_err(|error| words(target, &error))?;
        let archive = ZipArchiveWriter::new(BufWriter::with_capacity(WRITE_BYTES, file));
        Ok(Self { archive, target, name, at: UtcDateTime::from_unix(at.as_millis().div_euclid(1000)), bounds })
    }

    /// Packs the pages that lie in a folder.
    ///
    /// # Errors
    /// As `Bounds::check`, and those of the disk.
    pub async fn put_pages(&mut self, pages: &Path) -> Result<()> {
        for path in files(pages)? {
            let bytes = fs::read(&path).map_err(|error| words(&path, &error))?;
            let inside = path.strip_prefix(pages).map_err(Error::internal)?.to_string_lossy().into_owned();
            self.put(&inside, Compression::default(), stream::iter([Ok(Bytes::from(bytes))])).await?;
        }
        Ok(())
    }

    /// Packs the bytes of the files that the pages show. Answers with the paths of those that the server does not have.
    ///
    /// # Errors
    /// As `Bounds::check`, and those of the disk and of where files are kept.
    pub async fn put_media(&mut self, media: &Media, blobs: &Blobs) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for (path, hash, variant) in media.needed() {
            match blobs.read(hash, variant, None).await {
                Err(Error::NotFound(_)) => missing.push(path.to_owned()),
                read => {
                    let (size, bytes) = read?;
                    self.bounds.check(size)?;
                    // What people upload is compressed as it is.
                    self.put(path, Compression::none(), bytes).await?;
                }
            }
        }
        Ok(missing)
    }

    async fn put(
        &mut self,
        path: &str,
        level: Compression,
        mut bytes: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> Result<()> {
        let failed = |error: io::Error| words(self.target, &error);
        let path = format!("{}/{path}", self.name);
        let begun = self.archive.new_file(path.as_str()).compression_method(CompressionMethod::DEFLATE);
        // As made on Unix: names of other scripts are otherwise misread by some programs.
        let begun = begun.last_modified(self.at).unix_permissions(MODE);
        let (mut entry, config) = begun.start().map_err(Error::internal)?;
        let mut content = config.wrap(DeflateEncoder::new(&mut entry, level));
        while let Some(part) = bytes.next().await {
            let part = part.map_err(|error| Error::Unavailable(format!("a file could not be read: {error}")))?;
            self.bounds.check(part.len() as u64)?;
            content.write_all(&part).map_err(failed)?;
        }
        let (encoder, sums) = content.finish().map_err(Error::internal)?;
        encoder.finish().map_err(failed)?;
        entry.finish(sums).map_err(Error::internal)?;
        Ok(())
    }

    /// Brings it to the disk. Answers with its size in bytes.
    pub fn finish(self) -> Result<u64> {
        let failed = |error: io::Error| words(self.target, &error);
        let written = self.archive.finish().map_err(Error::internal)?;
        let file = written.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        Ok(file.metadata().map_err(failed)?.len())
    }
}

/// The files of a folder and of those in it, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error: io::Error| words(folder, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}
