//! The data folder: whose it is, who else gets in, and how much room there is.

use super::Finding;
use crate::blobs;
use crate::config::{Config, rounded};
use crate::data_dir::{self, RESTORING};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use ulid::Ulid;

/// What holds secrets or messages begins with one of these: copies of the database do, too.
const PRIVATE: [&str; 5] = ["maru.db", "signing-keys.json", "files", "certificates", "archives"];
/// Files and folders after which no further folder is looked into for who owns it.
const MOST_ENTRIES: usize = 100_000;
/// With less than this, the database itself is about to stop.
const LAST: u64 = 64 * 1024 * 1024;

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let dir = &config.data_dir;
    match fs::metadata(dir) {
        Ok(found) if found.is_dir() => {
            let mut findings = vec![rights(dir, &found), space(config)];
            findings.extend(strangers(dir, found.uid()));
            findings.extend(unfinished_restore(dir));
            findings
        }
        Ok(_) => {
            let fix = "name a folder with --data-dir or data_dir";
            vec![Finding::failure("folder", format!("{} is no folder", dir.display()), fix)]
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fix = "it is made at the first start; if there is one already, name it with --data-dir";
            vec![Finding::warning("folder", format!("{} does not exist yet", dir.display()), fix)]
        }
        Err(error) => {
            let fix = "run this as the user that owns the folder";
            vec![Finding::failure("folder", format!("{} cannot be looked at: {error}", dir.display()), fix)]
        }
    }
}

fn rights(dir: &Path, folder: &fs::Metadata) -> Finding {
    let (shown, mode) = (dir.display(), folder.mode() & 0o777);
    if mode & 0o022 != 0 {
        let who = if mode & 0o002 != 0 { "everybody" } else { "a group" };
        let seen = format!("{who} can change {shown} (mode {mode:03o})");
        return Finding::failure("folder", seen, format!("chmod 700 {shown}"));
    }
    for (name, found) in private(dir) {
        if found.uid() != folder.uid() {
            let seen = format!("{name} belongs to another user ({}) than its folder ({})", found.uid(), folder.uid());
            return Finding::failure("folder", seen, format!("chown -R --reference={shown} {shown}"));
        }
        let open = found.mode() & 0o077 & if found.is_dir() { 0o055 } else { 0o066 };
        // A folder that nobody else enters protects what is in it.
        if open != 0 && mode & 0o011 != 0 {
            let seen = format!("others can read {name} (mode {:03o})", found.mode() & 0o777);
            return Finding::failure("folder", seen, format!("chmod 700 {shown}"));
        }
    }
    // As root, everything can be written, and whatever a link of the owner's leads to.
    if data_dir::check_owner(dir).is_err() {
        return Finding::ok("folder", format!("{shown} can be changed by its owner alone"));
    }
    match probe(dir) {
        Ok(()) => Finding::ok("folder", format!("{shown} can be written, and only by its owner")),
        Err(error) => {
            let fix =
                format!("run Maru as its owner (user {}), or chown -R it to the one that runs Maru", folder.uid());
            Finding::failure("folder", format!("{shown} cannot be written: {error}"), fix)
        }
    }
}

/// Whether it belongs to who runs this, or that is root.
pub(super) fn is_ours(dir: &Path) -> bool {
    let user = |path: &Path| fs::metadata(path).map(|found| found.uid()).ok();
    let own = user(Path::new("/proc/self"));
    own == Some(0) || own == user(dir)
}

/// In the order of their names. What goes meanwhile is left out.
fn private(dir: &Path) -> BTreeMap<String, fs::Metadata> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?)));
    named.filter(|(name, _)| PRIVATE.iter().any(|private| name.starts_with(private))).collect()
}

/// What was left by a command that another user gave, most likely root: the server cannot write or remove it.
fn strangers(dir: &Path, owner: u32) -> Option<Finding> {
    let (mut open, mut seen, mut found) = (vec![dir.to_owned()], 0, Vec::new());
    while let Some(folder) = open.pop() {
        // What may not be read was told by its rights.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(of) = entry.metadata() else { continue };
            seen += 1;
            if of.uid() != owner {
                found.push((entry.path(), of.uid()));
            } else if of.is_dir() && seen < MOST_ENTRIES {
                open.push(entry.path());
            }
        }
    }
    let (first, user) = found.first()?;
    let first = first.strip_prefix(dir).unwrap_or(first).display();
    let others = if found.len() > 1 { format!(" and {} more belong", found.len() - 1) } else { " belongs".to_owned() };
    let seen = format!("{first}{others} to another user ({user}) than the folder ({owner})");
    let shown = dir.display();
    let fix = format!("chown -R --reference={shown} {shown}; and give commands as the user that runs Maru");
    Some(Finding::warning("owners", seen, fix))
}

/// Writes a file to the disk and removes it.
fn probe(dir: &Path) -> io::Result<()> {
    let path = dir.join(format!("maru-doctor.{}", Ulid::from_parts(0, rand::random())));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    let written = file.write_all(b"maru doctor\n").and_then(|()| file.sync_all());
    fs::remove_file(&path)?;
    written
}

fn space(config: &Config) -> Finding {
    let free = match blobs::free_bytes(&config.data_dir) {
        Ok(free) => free,
        Err(error) => return Finding::warning("space", format!("it is not known: {error}"), "look at `df`"),
    };
    let keep = config.files.keep_free.bytes();
    let fix = "make room on the disk, or move the data folder to a larger one";
    if free < LAST {
        return Finding::failure("space", format!("{} are free: messages cannot be written soon", rounded(free)), fix);
    }
    if free < keep {
        let seen =
            format!("{} are free, less than files.keep_free ({}): uploads are refused", rounded(free), rounded(keep));
        return Finding::failure("space", seen, format!("{fix}; or lower files.keep_free"));
    }
    if free < keep.saturating_mul(2) {
        let seen = format!("{} are free; below {} uploads are refused", rounded(free), rounded(keep));
        return Finding::warning("space", seen, fix);
    }
    Finding::ok("space", format!("{} are free", rounded(free)))
}

fn unfinished_restore(dir: &Path) -> Option<Finding> {
    let is_there = dir.join(RESTORING).try_exists().unwrap_or(true);
    is_there.then(|| {
        let fix = format!("remove {}, and restore the backup again", dir.display());
        Finding::failure("restore", "a backup or an export was being brought here, and that was not finished", fix)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_somebody_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let owner = fs::metadata(folder.path()).unwrap().uid();
        fs::create_dir_all(folder.path().join("files/ab")).unwrap();
        fs::write(folder.path().join("files/ab/one"), "").unwrap();
        assert!(strangers(folder.path(), owner).is_none());
        let told = strangers(folder.path(), owner + 1).unwrap();
        assert!(told.seen.starts_with("files belongs to another user"), "{}", told.seen);
        fs::write(folder.path().join("backups.json"), "").unwrap();
        let told = strangers(folder.path(), owner + 1).unwrap();
        assert!(told.seen.contains("and 1 more belong"), "{}", told.seen);
    }
}
