//! The data folder: made for its owner alone, and held by one process at a time.

use crate::ids::NodeId;
use crate::locks;
use nix::unistd::{Uid, User, geteuid};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Holds the folder while it is locked.
pub const LOCK: &str = "maru.lock";
const DATABASE: &str = "maru.db";
/// The name of the cluster whose folder it is.
const CLUSTER: &str = "cluster.name";
/// What this start of the machine is called.
const STARTED: &str = "/proc/sys/kernel/random/boot_id";
/// What the first server of a cluster is called while it brings the database up to date.
const PREPARING: &str = "the first server of a cluster, which prepares it";
/// What the servers of a cluster are called, of whom each may go before the others.
const TOGETHER: &str = "maru serve, as servers of a cluster, which others join with the same --redis";
/// The database of a restore that is not finished: such a folder is not served.
pub const RESTORING: &str = "maru.db.restoring";

/// The hold on a data folder. Others may have it when this is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Claim(File);

#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error("the data folder {} is in use by {by}; stop that first, or name another folder with --data-dir", .dir.display())]
    Held { dir: PathBuf, by: String },
    #[error(
        "a backup or an export was being brought into {}, and that was not finished; remove the folder, and do it again",
        .dir.display()
    )]
    Restoring { dir: PathBuf },
    #[error(
        "the data folder {} belongs to {owner}: what root makes there, {owner} could not use; run this as that user: \
         sudo -u {owner} maru …",
        .dir.display()
    )]
    Foreign { dir: PathBuf, owner: String },
    #[error(
        "the data folder {} cannot be used: {}: {source}; name a folder that this user may write with --data-dir or data_dir",
        .dir.display(), .path.display()
    )]
    Io { dir: PathBuf, path: PathBuf, source: io::Error },
}

impl ClaimError {
    /// Whether the folder is about to be free for another server of the cluster.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Held { by, .. } if by.starts_with(PREPARING))
    }
}

/// Whether a folder has been used by Maru. One that may not be looked into counts as used: opening it says why not.
pub fn is_in_use(dir: &Path) -> bool {
    dir.join(DATABASE).try_exists().unwrap_or(true)
}

/// Makes the folder where it is missing, and holds it. `who` is what others are told meanwhile: `maru user list`.
/// Whatever else lies in the folder stays as it is.
///
/// # Errors
/// As [`hold`], and `Restoring` when only half of a backup is in it.
pub fn claim(dir: &Path, who: &str) -> Result<Claim, ClaimError> {
    let claim = hold(dir, who)?;
    let restoring = dir.join(RESTORING);
    if restoring.try_exists().map_err(failed(dir, &restoring))? {
        return Err(ClaimError::Restoring { dir: dir.to_owned() });
    }
    // SQLite gives its other files the mode of this one: in a folder that others may enter, they still read nothing.
    let database = dir.join(DATABASE);
    OpenOptions::new().append(true).create(true).mode(0o600).open(&database).map_err(failed(dir, &database))?;
    Ok(claim)
}

/// Keeps root, who may do everything, from what its owner has to do: files of root would lock the owner out, and root
/// would follow wherever the owner's links lead. A folder that is not there yet is nobody's.
///
/// # Errors
/// `Foreign`.
pub fn check_owner(dir: &Path) -> Result<(), ClaimError> {
    let Ok(found) = fs::metadata(dir) else { return Ok(()) };
    if !geteuid().is_root() || found.uid() == 0 {
        return Ok(());
    }
    let known = User::from_uid(Uid::from_raw(found.uid())).ok().flatten();
    let owner = known.map_or_else(|| format!("'#{}'", found.uid()), |user| user.name);
    Err(ClaimError::Foreign { dir: dir.to_owned(), owner })
}

/// As [`claim`], together with the other servers of a cluster; with true for the first one, which has the folder alone
/// until it lets others in with `share`.
///
/// # Errors
/// As [`claim`]; `Held` by what is no server of a cluster, or by one that prepares the folder (`is_passing`).
pub fn claim_together(dir: &Path) -> Result<(Claim, bool), ClaimError> {
    match claim(dir, PREPARING) {
        Ok(claim) => Ok((claim, true)),
        Err(held @ ClaimError::Held { .. }) => {
            let path = dir.join(LOCK);
            let file = OpenOptions::new().read(true).write(true).open(&path).map_err(failed(dir, &path))?;
            match file.try_lock_shared() {
                Ok(()) => Ok((Claim(file), false)),
                Err(TryLockError::WouldBlock) => Err(held),
                Err(TryLockError::Error(source)) => Err(failed(dir, &path)(source)),
            }
        }
        Err(error) => Err(error),
    }
}

/// The name of the cluster that has a folder: made by its first server, read by the others.
///
/// # Errors
/// The system's.
pub fn cluster_name(dir: &Path) -> io::Result<String> {
    if let Some(name) = known_cluster_name(dir)? {
        return Ok(name);
    }
    let name = NodeId::generate().to_string().to_ascii_lowercase();
    let path = dir.join(CLUSTER);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    writeln!(file, "{name}")?;
    file.sync_all()?;
    Ok(name)
}

/// The name of the cluster that has a folder; none where none has had it yet.
///
/// # Errors
/// The system's.
pub fn known_cluster_name(dir: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(dir.join(CLUSTER)) {
        Ok(name) => Ok(Some(name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a folder is called on this machine until that starts anew, and no other folder: no copy of it either. None where the
/// system does not tell.
pub fn identity(dir: &Path) -> Option<String> {
    let started = fs::read_to_string(STARTED).ok()?;
    let found = fs::metadata(dir).ok()?;
    Some(format!("{}/{}/{}", started.trim(), found.dev(), found.ino()))
}

/// As [`claim`], for a folder that is to get its database by other means.
///
/// # Errors
/// `Held` when another process has it; `Foreign` for root where it is another's; `Io` when it cannot be made or written.
pub fn hold(dir: &Path, who: &str) -> Result<Claim, ClaimError> {
    let failed = |path: &Path| failed(dir, path);
    check_owner(dir)?;
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed(dir))?;
    let path = dir.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut by = String::new();
            // Who holds it may be writing its name at this moment; then it has none.
            let _unnamed = file.read_to_string(&mut by);
            let mut by = Some(by.trim()).filter(|by| !by.is_empty()).unwrap_or("another process").to_owned();
            if by == TOGETHER {
                by += &all_of(&locks::holders(&file));
            }
            return Err(ClaimError::Held { dir: dir.to_owned(), by });
        }
        Err(TryLockError::Error(source)) => return Err(failed(&path)(source)),
    }
    let claim = Claim(file);
    claim.sign(who).map_err(failed(&path))?;
    Ok(claim)
}

/// As `(processes 12, 34)`, or nothing where this process may see none of them.
fn all_of(processes: &[u32]) -> String {
    let numbers = processes.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    match processes.len() {
        0 => String::new(),
        1 => format!(" (process {numbers})"),
        _ => format!(" (processes {numbers})"),
    }
}

fn failed(dir: &Path, path: &Path) -> impl FnOnce(io::Error) -> ClaimError + use<> {
    let (dir, path) = (dir.to_owned(), path.to_owned());
    move |source| ClaimError::Io { dir, path, source }
}

impl Claim {
    /// Lets other servers of the cluster in.
    ///
    /// # Errors
    /// The system's.
    pub fn share(&self) -> io::Result<()> {
        self.0.try_lock_shared().map_err(io::Error::from)
    }

    /// Writes down who holds the folder, for whoever finds it held.
    ///
    /// # Errors
    /// The system's.
    pub fn sign(&self, who: &str) -> io::Result<()> {
        self.write(&format!("{who} (process {})", std::process::id()))
    }

    /// As `sign`, for one of those who hold the folder together: they are counted when somebody finds it held.
    ///
    /// # Errors
    /// The system's.
    pub fn sign_together(&self) -> io::Result<()> {
        self.write(TOGETHER)
    }

    fn write(&self, words: &str) -> io::Result<()> {
        let mut file = &self.0;
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{words}")
    }
}

/// Removes what an earlier process left at a path, if that is a socket.
///
/// # Errors
/// `AlreadyExists` when something else is there.
pub fn remove_stale_socket(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is no socket of ours is in the way")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
