//! Makes a snapshot: a copy of the database first, then every content that it names.

use super::manifest::{Amount, CONTENTS, MANIFEST, MANIFEST_SUM, Manifest, Part, contents, hex};
use super::snapshots::{self, Held, make_folder, sync_folder, write_file};
use super::{DATA, words};
use crate::blobs::{self, Blobs, Hash, Variant};
use crate::clock;
use crate::config::Config;
use crate::credentials::keys;
use crate::error::{Error, Result};
use crate::storage::{self, DATABASE, NeededContent};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::iter::Peekable;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What an earlier snapshot did not give.
#[derive(Default)]
pub(super) struct Copied {
    /// Contents that were copied.
    pub amount: Amount,
    /// Names of those that it had, and that were not what was written any more.
    pub decayed: Vec<String>,
}

/// Fills the folder of a snapshot that is not whole before this returns. Answers with its manifest, and with what no
/// earlier snapshot gave.
///
/// # Errors
/// In words for the operator.
pub(super) async fn fill(config: &Config, held: &Held, snapshot: &Path) -> Result<(Manifest, Copied)> {
    let created_at = clock::now();
    let data = snapshot.join(DATA);
    make_folder(&data.join(blobs::FOLDER))?;
    let blobs = Blobs::open(config)?;
    // What the copy names is still there when it is its turn.
    let _pin = blobs.pin()?;
    let database = data.join(DATABASE);
    storage::copy_database(&config.data_dir, &database).await?;
    settle(&database)?;
    let holds = storage::count(&database).await?;
    let mut parts = vec![Part::of(snapshot, &format!("{DATA}/{DATABASE}"))?];
    // Keys that the configuration gives are kept with the configuration.
    let signing_keys = config.data_dir.join(keys::FILE_NAME);
    if config.signing_key.is_none() && signing_keys.exists() {
        let copy = data.join(keys::FILE_NAME);
        fs::copy(&signing_keys, &copy).map_err(|error| words(&copy, &error))?;
        settle(&copy)?;
        parts.push(Part::of(snapshot, &format!("{DATA}/{}", keys::FILE_NAME))?);
    }
    let mut manifest = Manifest::new(created_at, holds, parts);
    let needed = storage::needed_contents(&database).await?;
    let copied = copy_contents(&blobs, held, snapshot, needed, &mut manifest).await?;
    manifest.parts.push(Part::of(snapshot, CONTENTS)?);
    let (text, sum) = manifest.written()?;
    write_file(&snapshot.join(MANIFEST_SUM), |file| file.write_all(sum.as_bytes()))?;
    write_file(&snapshot.join(MANIFEST), |file| file.write_all(&text))?;
    sync_folder(&data)?;
    sync_folder(snapshot)?;
    Ok((manifest, copied))
}

/// Brings a file to the disk, for its owner alone.
fn settle(path: &Path) -> Result<()> {
    let settle = || {
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        File::open(path)?.sync_all()
    };
    settle().map_err(|error| words(path, &error))
}

async fn copy_contents(
    blobs: &Blobs,
    held: &Held,
    snapshot: &Path,
    needed: Vec<NeededContent>,
    manifest: &mut Manifest,
) -> Result<Copied> {
    let path = snapshot.join(CONTENTS);
    let list = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut list = BufWriter::new(list.map_err(|error| words(&path, &error))?);
    let mut earlier = Earlier::latest(&held.folder)?;
    let mut folders = BTreeSet::new();
    let mut copied = Amount::default();
    for content in needed {
        // In the order of their names, as the lists are.
        for variant in [Variant::Original, Variant::Large, Variant::Small] {
            if variant != Variant::Original && !content.has_thumbnails {
                continue;
            }
            let name = blobs::name(&content.hash, variant);
            let target = snapshot.join(DATA).join(blobs::FOLDER).join(&name);
            if let Some(folder) = target.parent()
                && folders.insert(folder.to_owned())
            {
                make_folder(folder)?;
            }
            let size = (variant == Variant::Original).then_some(content.size);
            let part = match earlier.link(&name, size, &target)? {
                Some(part) => part,
                None => match copy_content(blobs, &content.hash, variant, size, &target).await? {
                    Some(sha256) => {
                        let bytes = fs::metadata(&target).map_err(|error| words(&target, &error))?.len();
                        copied.add(bytes);
                        Part { name: path_of(&name), bytes, sha256 }
                    }
                    None => {
                        manifest.missing.push(name);
                        continue;
                    }
                },
            };
            manifest.contents.add(part.bytes);
            let mut line = serde_json::to_vec(&part).map_err(Error::internal)?;
            line.push(b'\n');
            list.write_all(&line).map_err(|error| words(&path, &error))?;
        }
    }
    let list = list.into_inner().map_err(|error| words(&path, error.error()))?;
    list.sync_all().map_err(|error| words(&path, &error))?;
    folders.iter().try_for_each(|folder| sync_folder(folder))?;
    sync_folder(&snapshot.join(DATA).join(blobs::FOLDER))?;
    Ok(Copied { amount: copied, decayed: earlier.decayed })
}

/// In the snapshot.
fn path_of(content: &str) -> String {
    format!("{DATA}/{}/{content}", blobs::FOLDER)
}

/// Answers with the checksum; with none, and leaves nothing, when the store does not have it, or not as it should be.
pub(crate) async fn copy_content(
    blobs: &Blobs,
    hash: &Hash,
    variant: Variant,
    size: Option<u64>,
    target: &Path,
) -> Result<Option<String>> {
    let (found, mut bytes) = match blobs.read(hash, variant, None).await {
        Err(Error::NotFound(_)) => return Ok(None),
        read => read?,
    };
    if size.is_some_and(|size| size != found) {
        return Ok(None);
    }
    let open = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(target);
    let mut file = open().map_err(|error| words(target, &error))?;
    let (mut hasher, mut written) = (Sha256::new(), 0);
    while let Some(part) = bytes.next().await {
        let part = part.map_err(|error| Error::Unavailable(format!("a file could not be read: {error}")))?;
        file.write_all(&part).map_err(|error| words(target, &error))?;
        hasher.update(&part);
        written += part.len() as u64;
    }
    file.sync_all().map_err(|error| words(target, &error))?;
    if written != found {
        return Err(Error::Unavailable(format!("a file ended after {written} of {found} bytes")));
    }
    Ok(Some(hex(&hasher.finalize())))
}

/// The contents of the latest snapshot, in the order of their names.
struct Earlier {
    snapshot: PathBuf,
    contents: Peekable<Box<dyn Iterator<Item = Part>>>,
    decayed: Vec<String>,
}

impl Earlier {
    /// One that is damaged counts as empty.
    fn latest(folder: &Path) -> Result<Self> {
        let Some((_, snapshot)) = snapshots::whole_until_now(folder)?.pop() else { return Ok(Self::empty()) };
        let checked = Manifest::read(&snapshot).and_then(|manifest| {
            manifest.parts.iter().filter(|part| part.name == CONTENTS).try_for_each(|part| part.check(&snapshot))?;
            contents(&snapshot)
        });
        match checked {
            Ok(found) => {
                let contents: Box<dyn Iterator<Item = Part>> = Box::new(found.map_while(Result::ok));
                Ok(Self { snapshot, contents: contents.peekable(), decayed: Vec::new() })
            }
            Err(error) => {
                tracing::warn!(%error, "the latest backup is not built upon");
                Ok(Self::empty())
            }
        }
    }

    fn empty() -> Self {
        let contents: Box<dyn Iterator<Item = Part>> = Box::new(std::iter::empty());
        Self { snapshot: PathBuf::new(), contents: contents.peekable(), decayed: Vec::new() }
    }

    /// Links a content that is there, of that size, and still what was written: what all snapshots share is otherwise lost
    /// in all of them. Names have to be asked for in their order.
    fn link(&mut self, name: &str, size: Option<u64>, target: &Path) -> Result<Option<Part>> {
        let path = path_of(name);
        while self.contents.next_if(|part| part.name < path).is_some() {}
        let Some(part) = self.contents.next_if(|part| part.name == path) else { return Ok(None) };
        if size.is_some_and(|size| size != part.bytes) {
            return Ok(None);
        }
        if let Err(error) = part.check(&self.snapshot) {
            tracing::error!(%error, "a file of the latest backup is not what it was; it is copied anew");
            self.decayed.push(name.to_owned());
            return Ok(None);
        }
        match fs::hard_link(self.snapshot.join(&path), target) {
            Ok(()) => Ok(Some(part)),
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(words(target, &error)),
            // Not every file system has links; then it is copied once more.
            Err(_) => Ok(None),
        }
    }
}
