//! Whose a bucket is: an object in it names the data folder that writes and removes there. So a copy that was restored to
//! try it takes nothing away from the server that it is a copy of.

use super::{Bucket, Trouble};
use crate::error::Result;
use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path as Key;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use ulid::Ulid;

/// The object.
pub(super) const MARK: &str = "maru-owner";
/// What the object of a folder's bucket says, in that folder. It is in no backup.
const FILE: &str = "bucket-owner";

impl Bucket {
    /// Whose it is.
    pub(super) async fn marked(&self) -> object_store::Result<Option<Bytes>> {
        match self.store.get(&Key::from(MARK)).await {
            Ok(mark) => mark.bytes().await.map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Looks whether it is ours; one that is nobody's becomes ours.
    pub(super) async fn own(&self) -> Result<(), Trouble> {
        let folder = self.folder.clone();
        let name = tokio::task::spawn_blocking(move || make_name(&folder)).await;
        let name = Bytes::from(name.map_err(io::Error::other).flatten().map_err(Trouble::Folder)?);
        let mut found = self.marked().await?;
        if found.is_none() {
            self.store.put(&Key::from(MARK), name.clone().into()).await?;
            // Another may have done so at the same time.
            found = self.marked().await?;
        }
        let is_ours = found == Some(name);
        self.is_ours.store(is_ours, Ordering::Relaxed);
        if is_ours { Ok(()) } else { Err(Trouble::Foreign) }
    }

    /// Nothing is changed in a bucket that is another's.
    pub(super) async fn make_sure_it_is_ours(&self) -> Result<()> {
        if self.is_ours.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.own().await.map_err(|trouble| self.failure(&trouble))
    }
}

/// The name of a folder of files among those that may want a bucket; none as long as it never had one.
pub(super) fn name_of(folder: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(folder.join(FILE)) {
        Ok(name) => Ok(Some(name.trim_end().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same; a name is made where there is none. It is on the disk when this returns.
pub(super) fn make_name(folder: &Path) -> io::Result<String> {
    if let Some(name) = name_of(folder)? {
        return Ok(name);
    }
    let (name, unfinished) = (Ulid::generate().to_string(), folder.join(format!("{FILE}.new")));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(name.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(FILE))?;
    File::open(folder)?.sync_all()?;
    Ok(name)
}
