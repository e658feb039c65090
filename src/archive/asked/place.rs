//! Where somebody's archive lies, and what is known of it: in the data folder, so that every server of a cluster knows the
//! same. Whoever makes or removes one holds its lock, which the system takes away from a process that dies.

use super::KEPT;
use crate::backup::{make_folder, words};
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::contract::{Archive, ArchiveOf, ArchiveProblem, ArchiveState};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::storage::Holding;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// In the data folder.
const FOLDER: &str = "archives";
/// In the folder of somebody's archive.
const ABOUT: &str = "about.json";
const CANCELLED: &str = "cancelled";
const PAGES: &str = "pages";
const PACKED: &str = "archive.zip";
/// Other servers hold places, too: nobody is woken.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is known of an archive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct About {
    pub room: Option<RoomId>,
    pub name: String,
    pub asked_at: Timestamp,
    /// Whether its turn has come.
    pub begun: bool,
    pub made: Option<Made>,
    pub problem: Option<ArchiveProblem>,
}

/// An archive that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Made {
    pub at: Timestamp,
    pub file_name: String,
    pub bytes: u64,
    pub messages: u32,
    pub missing: usize,
    pub rooms: Vec<RoomId>,
    /// Whether it is noted that it was downloaded.
    pub downloaded: bool,
}

impl About {
    /// Who may have it.
    pub fn holding(&self) -> Holding<'_> {
        Holding { of: self.room, rooms: self.made.as_ref().map_or(&[], |made| &made.rooms) }
    }

    /// When it is removed.
    pub fn expires_at(&self) -> Timestamp {
        self.made.as_ref().map_or(self.asked_at, |made| made.at) + KEPT
    }

    /// Whether nobody goes on with it.
    fn is_settled(&self) -> bool {
        self.made.is_some() || self.problem.is_some()
    }

    /// As its owner is told of it. `held`: somebody is making it.
    pub fn archive(&self, held: bool) -> Archive {
        let made = self.made.as_ref();
        let (state, problem) = match (made, self.problem) {
            (Some(_), _) => (ArchiveState::Ready, None),
            (None, Some(problem)) => (ArchiveState::Failed, Some(problem)),
            (None, None) if !held => (ArchiveState::Failed, Some(ArchiveProblem::Stopped)),
            (None, None) if self.begun => (ArchiveState::Making, None),
            (None, None) => (ArchiveState::Waiting, None),
        };
        Archive {
            of: if self.room.is_some() { ArchiveOf::Room } else { ArchiveOf::Person },
            room_id: self.room,
            name: self.name.clone(),
            state,
            asked_at: self.asked_at,
            problem,
            file_name: made.map(|made| made.file_name.clone()),
            bytes: made.map(|made| made.bytes),
            messages: made.map(|made| made.messages),
            missing: made.map(|made| made.missing).filter(|missing| *missing > 0),
            expires_at: made.map(|_| self.expires_at()),
        }
    }
}

/// Somebody's place for an archive.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub user: UserId,
    folder: PathBuf,
    lock: PathBuf,
}

impl Place {
    pub fn of(config: &Config, user: UserId) -> Self {
        let all = config.data_dir.join(FOLDER);
        Self { user, folder: all.join(user.to_string()), lock: all.join(format!("{user}.lock")) }
    }

    /// Everybody's who has one.
    ///
    /// # Errors
    /// The disk's.
    pub fn all(config: &Config) -> Result<Vec<Self>> {
        let folder = config.data_dir.join(FOLDER);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| words(&folder, &error))?,
        };
        let named = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let named = named.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Ok(named.map(|user| Self::of(config, user)).collect())
    }

    pub fn pages(&self) -> PathBuf {
        self.folder.join(PAGES)
    }

    pub fn packed(&self) -> PathBuf {
        self.folder.join(PACKED)
    }

    pub fn cancelled(&self) -> PathBuf {
        self.folder.join(CANCELLED)
    }

    /// What is known of the archive; none when there is none.
    pub fn read(&self) -> Result<Option<About>> {
        let path = self.folder.join(ABOUT);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| words(&path, &error))?,
        };
        serde_json::from_slice(&text).map(Some).map_err(Error::internal)
    }

    /// How it is with the archive at this moment; none when there is none.
    pub fn archive(&self) -> Result<Option<Archive>> {
        let Some(about) = self.current()? else { return Ok(None) };
        if about.is_settled() || self.is_held()? {
            return Ok(Some(about.archive(true)));
        }
        // It may have been finished meanwhile.
        Ok(self.current()?.map(|about| about.archive(false)))
    }

    fn current(&self) -> Result<Option<About>> {
        Ok(self.read()?.filter(|about| about.expires_at() > clock::now()))
    }

    /// Notes what is known of it, for who holds it.
    pub fn write(&self, about: &About) -> Result<()> {
        let path = self.folder.join(ABOUT);
        let beside = self.folder.join(format!("{ABOUT}.new"));
        let text = serde_json::to_vec(about).map_err(Error::internal)?;
        let write = || {
            let open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
            open.and_then(|mut file| file.write_all(&text))?;
            fs::rename(&beside, &path)
        };
        write().map_err(|error| words(&path, &error))
    }

    /// Makes the folder anew, for who holds it.
    pub async fn begin(&self, about: &About) -> Result<()> {
        self.clear().await?;
        make_folder(&self.folder)?;
        self.write(about)
    }

    /// Removes everything, for who holds it.
    pub async fn clear(&self) -> Result<()> {
        let folder = self.folder.clone();
        // A long room has thousands of pages.
        tokio::task::spawn_blocking(move || remove(&folder)).await.map_err(Error::internal)?
    }

    /// Removes what an archive was made of, for who holds it. It waits for the disk.
    pub fn clear_parts(&self, is_made: bool) -> Result<()> {
        remove(&self.pages())?;
        if is_made { Ok(()) } else { remove(&self.packed()) }
    }

    /// Has whoever makes it give it up.
    pub fn cancel(&self) -> Result<()> {
        let path = self.cancelled();
        match OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(words(&path, &error)),
            _ => Ok(()),
        }
    }

    /// Whether somebody makes or removes it.
    fn is_held(&self) -> Result<bool> {
        match self.open_lock()?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(words(&self.lock, &error)),
        }
    }

    /// Holds it until what this answers with is dropped; none when somebody else does for longer than `within`.
    pub async fn hold(&self, within: Duration) -> Result<Option<File>> {
        let until = Instant::now() + within;
        loop {
            match self.try_hold()? {
                None if Instant::now() < until => tokio::time::sleep(LOOK_EVERY).await,
                held => return Ok(held),
            }
        }
    }

    /// Waits until it is given up.
    pub async fn given_up(&self) {
        while !self.cancelled().exists() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Holds it; none when somebody else does.
    pub fn try_hold(&self) -> Result<Option<File>> {
        let file = self.open_lock()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(words(&self.lock, &error)),
        }
    }

    fn open_lock(&self) -> Result<File> {
        if let Some(all) = self.lock.parent() {
            make_folder(all)?;
        }
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&self.lock);
        opened.map_err(|error| words(&self.lock, &error))
    }
}

/// Removes everybody's, for a server that has the data folder alone.
///
/// # Errors
/// The disk's.
pub fn clear(config: &Config) -> Result<()> {
    remove(&config.data_dir.join(FOLDER))
}

fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(words(path, &error)),
        _ => Ok(()),
    }
}
