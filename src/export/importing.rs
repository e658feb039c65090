//! Takes an export into an empty data folder: looked through first, compared with what came of it, the database last.

use super::file_of;
use super::manifest::{LIST, Manifest};
use crate::backup::{Part, check_empty, copy, make_folder, put_database, sync_folder, words, write_file};
use crate::blobs::{self, Variant};
use crate::data_dir::{self, LOCK, RESTORING};
use crate::error::{Error, Result};
use crate::storage::{Import, KINDS, Kind, Moment, NeededContent, note_import};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What is to be imported, and where to.
#[derive(Debug)]
pub struct Plan {
    pub export: PathBuf,
    pub manifest: Manifest,
    pub target: PathBuf,
}

impl Plan {
    /// Plans to import an export. Changes nothing.
    ///
    /// # Errors
    /// `Conflict` when there is none, when it has kinds that this Maru does not know or lacks some, or when the target
    /// holds anything.
    pub fn make(export: &Path, target: &Path) -> Result<Self> {
        let manifest = Manifest::read(export)?;
        let expected: Vec<String> = KINDS.iter().map(file_of).collect();
        let found: Vec<&str> = manifest.kinds.iter().map(|kind| kind.part.name.as_str()).collect();
        if found != expected {
            let version = &manifest.version;
            return Err(Error::Conflict(format!(
                "the export has other files than this Maru knows; import it with Maru {version}, which made it"
            )));
        }
        check_empty(target, None)?;
        Ok(Self { export: export.to_owned(), manifest, target: target.to_owned() })
    }

    /// Looks through every byte of the export.
    ///
    /// # Errors
    /// `Conflict` when something of it is not what was written.
    pub fn verify(&self) -> Result<()> {
        self.manifest.kinds.iter().try_for_each(|kind| self.check(&kind.part))?;
        let Some(list) = &self.manifest.list else {
            return Err(Error::Conflict("the export is damaged: it has no list of files".to_owned()));
        };
        self.check(list)?;
        for line in lines(&self.export.join(LIST))? {
            let part: Part = serde_json::from_str(&line?).map_err(|error| damaged(LIST, &error.to_string()))?;
            self.check(&part)?;
        }
        Ok(())
    }

    fn check(&self, part: &Part) -> Result<()> {
        if part.name.split('/').any(|step| step.is_empty() || step == "." || step == "..") {
            return Err(damaged(&part.name, "it names a file that is none of its own"));
        }
        let found = Part::of(&self.export, &part.name)?;
        if found == *part { Ok(()) } else { Err(damaged(&part.name, "it is not what was written")) }
    }

    /// Imports what was verified. The folder is a data folder afterwards, without passwords, sessions and keys.
    ///
    /// # Errors
    /// In words for the operator: what of the export does not fit. Then the target has no database, and is not served.
    pub async fn carry_out(&self) -> Result<()> {
        let held = data_dir::hold(&self.target, "maru import");
        let _held = held.map_err(|error| Error::Conflict(error.to_string()))?;
        // A server may have begun there since it was looked at.
        check_empty(&self.target, Some(LOCK))?;
        // First, so that no server begins there when this is cut off.
        let unfinished = self.target.join(RESTORING);
        // SQLite takes the file as it is: for its owner alone.
        write_file(&unfinished, |_| Ok(()))?;
        let mut import = Import::begin(&unfinished).await?;
        for kind in KINDS {
            self.take(&mut import, kind).await?;
        }
        import.finish().await?;
        let mut moment = Moment::of_import(&unfinished).await?;
        let compared = self.compare(&mut moment).await;
        let needed = moment.contents().await;
        moment.end().await;
        compared?;
        self.copy_files(&needed?)?;
        note_import(&unfinished, &self.noted()).await?;
        put_database(&unfinished, &self.target)
    }

    /// What the audit log has of it.
    fn noted(&self) -> serde_json::Value {
        let Manifest { version, created_at, .. } = &self.manifest;
        let [people, rooms, messages] = ["people", "rooms", "messages"].map(|kind| self.manifest.lines(kind));
        json!({ "version": version, "exportedAt": created_at, "people": people, "rooms": rooms, "messages": messages })
    }

    async fn take(&self, import: &mut Import, kind: &'static Kind) -> Result<()> {
        let name = file_of(kind);
        for (at, line) in lines(&self.export.join(&name))?.enumerate() {
            let line = line?;
            import.take(kind, &line).await.map_err(|error| match error {
                Error::Invalid { message, .. } => damaged(&name, &format!("line {}: {message}", at + 1)),
                other => other,
            })?;
        }
        Ok(())
    }

    /// Nothing of a line was lost, and nothing was taken for something else.
    async fn compare(&self, moment: &mut Moment) -> Result<()> {
        for kind in KINDS {
            let name = file_of(kind);
            let (mut written, mut at) = (lines(&self.export.join(&name))?, 0);
            let taken = moment
                .lines(kind, |line| {
                    at += 1;
                    match written.next().transpose()? {
                        Some(expected) if expected == line => Ok(()),
                        _ => Err(damaged(&name, &format!("line {at}: it cannot be kept as it is; it would be {line}"))),
                    }
                })
                .await?;
            if written.next().is_some() {
                return Err(damaged(&name, &format!("line {}: it would be lost", taken + 1)));
            }
        }
        Ok(())
    }

    fn copy_files(&self, needed: &[NeededContent]) -> Result<()> {
        let mut folders = BTreeSet::from([self.target.join(blobs::FOLDER)]);
        for content in needed {
            for variant in [Variant::Original, Variant::Large, Variant::Small] {
                if variant != Variant::Original && !content.has_thumbnails {
                    continue;
                }
                let name = format!("{}/{}", blobs::FOLDER, blobs::name(&content.hash, variant));
                if self.manifest.missing.contains(&name) {
                    continue;
                }
                let target = self.target.join(&name);
                if let Some(folder) = target.parent()
                    && folders.insert(folder.to_owned())
                {
                    make_folder(folder)?;
                }
                copy(&self.export.join(&name), &target)?;
            }
        }
        folders.iter().filter(|folder| folder.exists()).try_for_each(|folder| sync_folder(folder))
    }
}

fn lines(path: &Path) -> Result<impl Iterator<Item = Result<String>> + use<>> {
    let file = File::open(path).map_err(|error| words(path, &error))?;
    let path = path.to_owned();
    Ok(BufReader::new(file).lines().map(move |line| line.map_err(|error| words(&path, &error))))
}

fn damaged(name: &str, what: &str) -> Error {
    Error::Conflict(format!("the export is damaged: {name}: {what}"))
}
