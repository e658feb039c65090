//! The machine that a service is put on: its files, and the programs that change it.

use crate::error::{Error, Result};
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Files below a root, and programs by a search path.
#[derive(Clone, Debug)]
pub struct Machine {
    root: PathBuf,
    search: Option<OsString>,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        Self { root: PathBuf::from("/"), search: None }
    }

    /// One whose files lie below a folder, with its own `PATH`: so that what is done to a machine can be looked at.
    pub fn below(root: &Path, search: impl AsRef<OsStr>) -> Self {
        Self { root: root.to_owned(), search: Some(search.as_ref().to_owned()) }
    }

    /// Where a file of this machine lies. `path` is absolute.
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Whether systemd was what this machine was booted with.
    pub fn runs_systemd(&self) -> bool {
        self.at("/run/systemd/system").is_dir()
    }

    pub(super) fn check_booted(&self) -> Result<()> {
        if self.runs_systemd() {
            return Ok(());
        }
        Err(Error::Unavailable(
            "systemd does not run here; maru service install --print shows the units, and maru serve serves without it"
                .to_owned(),
        ))
    }

    /// Who owns the root may change services: on a whole machine, root.
    pub(super) fn check_may_change(&self) -> Result<()> {
        self.check_booted()?;
        let owner = fs::metadata(&self.root).map_err(|error| words(&self.root, &error))?.uid();
        if nix::unistd::geteuid().as_raw() != owner {
            return Err(Error::Unavailable("only root may change services; run it again with sudo".to_owned()));
        }
        Ok(())
    }

    /// Makes the folder where it is missing, with this mode in any case, whatever the umask and whoever made it.
    pub(super) fn make_folder(&self, path: &str, mode: u32) -> Result<()> {
        let path = self.at(path);
        let made = match DirBuilder::new().mode(mode).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => fs::set_permissions(&path, Permissions::from_mode(mode)),
        };
        made.map_err(|error| words(&path, &error))
    }

    /// Puts a file in the place of what was there, whole or not at all: a running program is never written into.
    pub(super) fn write(&self, path: &str, bytes: &[u8], mode: u32) -> Result<()> {
        let path = self.at(path);
        let unfinished = PathBuf::from(format!("{}.new", path.display()));
        let write = || {
            if let Some(folder) = path.parent() {
                DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
            }
            remove_if_there(&unfinished)?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished)?;
            file.set_permissions(Permissions::from_mode(mode))?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().map_err(|error| words(&path, &error))
    }

    pub(super) fn remove(&self, path: &str) -> Result<()> {
        let path = self.at(path);
        remove_if_there(&path).map_err(|error| words(&path, &error))
    }

    /// The text of a file; none when it is not there.
    pub(super) fn read(&self, path: &str) -> Result<Option<String>> {
        let path = self.at(path);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(words(&path, &error)),
        }
    }

    /// Whether a file was written by us, or is not there. Ours begin with the first line of `text`.
    ///
    /// # Errors
    /// `Conflict` when somebody else wrote it.
    pub(super) fn check_ours(&self, path: &str, text: &str) -> Result<()> {
        match self.read(path)? {
            Some(found) if found.lines().next() != text.lines().next() => Err(Error::Conflict(format!(
                "{path} was not written by this command, and stays as it is; remove it first if it is not needed"
            ))),
            _ => Ok(()),
        }
    }

    /// Runs a program to its end, and answers with what it printed.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.output(program, arguments)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let line = format!("{program} {}", arguments.join(" "));
            return Err(Error::Unavailable(format!("`{line}` failed: {}", said.trim())));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(super) fn output(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(program);
        command.args(arguments);
        if let Some(search) = &self.search {
            command.env("PATH", search);
        }
        let line = format!("{program} {}", arguments.join(" "));
        command.output().map_err(|error| Error::Unavailable(format!("`{line}` cannot be run: {error}")))
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

pub(super) fn words(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}
