//! The bytes of files, under the hashes by which lines name them.

use super::Unfinished;
use super::manifest::Manifest;
use crate::backup::{Part, copy_content, make_folder, sync_folder, words};
use crate::blobs::{self, Blobs, Variant};
use crate::error::{Error, Result};
use crate::storage::NeededContent;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;

/// Copies what is kept of contents, and lists it. What the store does not have is noted as missing.
pub(super) async fn copy(
    blobs: &Blobs,
    folder: &Unfinished,
    needed: Vec<NeededContent>,
    manifest: &mut Manifest,
) -> Result<()> {
    let root = folder.path();
    let path = root.join(super::manifest::LIST);
    let list = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut list = BufWriter::new(list.map_err(|error| words(&path, &error))?);
    let mut folders = BTreeSet::from([root.join(blobs::FOLDER)]);
    for content in needed {
        for variant in [Variant::Original, Variant::Large, Variant::Small] {
            if variant != Variant::Original && !content.has_thumbnails {
                continue;
            }
            let name = format!("{}/{}", blobs::FOLDER, blobs::name(&content.hash, variant));
            let target = root.join(&name);
            if let Some(folder) = target.parent()
                && folders.insert(folder.to_owned())
            {
                make_folder(folder)?;
            }
            let size = (variant == Variant::Original).then_some(content.size);
            let Some(sha256) = copy_content(blobs, &content.hash, variant, size, &target).await? else {
                manifest.missing.push(name);
                continue;
            };
            let bytes = fs::metadata(&target).map_err(|error| words(&target, &error))?.len();
            manifest.files.add(bytes);
            let line = serde_json::to_string(&Part { name, bytes, sha256 }).map_err(Error::internal)?;
            writeln!(list, "{line}").map_err(|error| words(&path, &error))?;
        }
    }
    let list = list.into_inner().map_err(|error| words(&path, error.error()))?;
    list.sync_all().map_err(|error| words(&path, &error))?;
    folders.iter().filter(|folder| folder.exists()).try_for_each(|folder| sync_folder(folder))?;
    manifest.list = Some(Part::of(root, super::manifest::LIST)?);
    Ok(())
}
