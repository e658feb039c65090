//! Restores a snapshot into an empty folder: looked through first, the database last, so that no half of it is served.

use super::manifest::{Known, MANIFEST, Manifest, Part, contents};
use super::snapshots::{make_folder, sync_folder, whole, whole_until_now};
use super::{DATA, proving, words};
use crate::data_dir::{self, LOCK, RESTORING};
use crate::error::{Error, Result};
use crate::storage::{self, DATABASE};
use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What is to be restored, and where to.
#[derive(Debug)]
pub struct Plan {
    pub snapshot: PathBuf,
    pub manifest: Manifest,
    pub target: PathBuf,
}

impl Plan {
    /// Plans to restore a snapshot, or the latest one of a folder of snapshots. Changes nothing.
    ///
    /// # Errors
    /// `Conflict` when there is none, or when the target holds anything.
    pub fn make(from: &Path, target: &Path) -> Result<Self> {
        let snapshot = if from.join(MANIFEST).exists() { from.to_owned() } else { latest(from)? };
        let manifest = Manifest::read(&snapshot)?;
        check_empty(target, None)?;
        Ok(Self { snapshot, manifest, target: target.to_owned() })
    }

    /// What is going to be written, in bytes.
    pub fn bytes(&self) -> u64 {
        self.manifest.bytes()
    }

    /// Looks through every byte of the snapshot.
    ///
    /// # Errors
    /// `Conflict` when something of it is not what was written.
    pub async fn verify(&self) -> Result<()> {
        proving::look_through(&self.manifest, &self.snapshot, &mut Known::default()).await
    }

    /// Restores what was verified. The folder is a data folder afterwards.
    ///
    /// # Errors
    /// In words for the operator. Then the target has no database, and is not served.
    pub async fn carry_out(&self) -> Result<()> {
        let held = data_dir::hold(&self.target, "maru restore");
        let _held = held.map_err(|error| Error::Conflict(error.to_string()))?;
        // A server may have begun there since it was looked at.
        check_empty(&self.target, Some(LOCK))?;
        // First, so that no server begins there when this is cut off.
        let unfinished = self.target.join(RESTORING);
        let database = format!("{DATA}/{DATABASE}");
        copy(&self.snapshot.join(&database), &unfinished)?;
        sync_folder(&self.target)?;
        let mut folders = BTreeSet::from([self.target.clone()]);
        for part in contents(&self.snapshot)? {
            self.put(&part?, &mut folders)?;
        }
        for part in self.manifest.parts.iter().filter(|part| part.name != database) {
            self.put(part, &mut folders)?;
        }
        storage::begin_epoch(&unfinished).await?;
        proving::check_holds(&self.manifest, &unfinished).await?;
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        put_database(&unfinished, &self.target)
    }

    /// Restores what belongs into a data folder.
    fn put(&self, part: &Part, folders: &mut BTreeSet<PathBuf>) -> Result<()> {
        let Some(name) = part.name.strip_prefix(DATA).and_then(|name| name.strip_prefix('/')) else { return Ok(()) };
        // The list was checked against the manifest; whoever wrote both may still not write elsewhere.
        if name.split('/').any(|step| step.is_empty() || step == "." || step == "..") {
            return Err(Error::Conflict(format!("the backup names a file that is none of its own: {name}")));
        }
        let target = self.target.join(name);
        let mut folder = target.parent();
        while let Some(path) =
            folder.filter(|path| path.starts_with(&self.target) && folders.insert(path.to_path_buf()))
        {
            make_folder(path)?;
            folder = path.parent();
        }
        copy(&self.snapshot.join(&part.name), &target)
    }
}

/// Gives the database of a data folder its name, under which it is served from now on.
pub(crate) fn put_database(unfinished: &Path, data_dir: &Path) -> Result<()> {
    let database = data_dir.join(DATABASE);
    // A rename alone would overwrite one that is there.
    let place = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&database);
    place.and_then(|_| fs::rename(unfinished, &database)).map_err(|error| words(&database, &error))?;
    sync_folder(data_dir)
}

/// The latest snapshot of a folder, but for those of a time to come.
fn latest(folder: &Path) -> Result<PathBuf> {
    if let Some((_, latest)) = whole_until_now(folder)?.pop() {
        return Ok(latest);
    }
    let from = folder.display();
    Err(Error::Conflict(match whole(folder)?.pop() {
        None => format!("there is no backup of Maru in {from}"),
        Some((_, latest)) => {
            let latest = latest.display();
            format!("the backups in {from} are of a time to come; name the one that is meant, such as {latest}")
        }
    }))
}

/// Whether a folder has nothing, or is not there; `but` may be in it.
pub(crate) fn check_empty(folder: &Path, but: Option<&str>) -> Result<()> {
    let mut entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| words(folder, &error))?,
    };
    let is_other =
        |entry: io::Result<DirEntry>| entry.map_or(true, |entry| but.is_none_or(|but| entry.file_name() != but));
    if entries.any(is_other) {
        let folder = folder.display();
        let why = format!("{folder} is not empty, and nothing is overwritten; name a new folder");
        return Err(Error::Conflict(why));
    }
    Ok(())
}

/// Copies a file to where there is none; it is on the disk, for its owner alone, when this returns.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).map_err(|error| words(from, &error))?;
    let mut write = || {
        let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        io::copy(&mut source, &mut target)?;
        target.sync_all()
    };
    write().map_err(|error| words(to, &error))
}
