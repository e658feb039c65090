//! From one version to the next, and back: what changed between them, and the database as it was before.

use crate::clock;
use crate::config::Config;
use crate::data_dir::{self, is_in_use};
use crate::error::{Error, Result};
use crate::storage::{self, DATABASE, Inventory, KeptCopy, RETURNING, Trial, Upgrade};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const CHANGELOG: &str = include_str!("../CHANGELOG.md");

/// What the changelog says of the versions after this one, the newest first. All of it when it does not know the version.
pub fn notes_since(version: Option<&str>) -> String {
    notes(CHANGELOG, version)
}

fn notes(changelog: &str, version: Option<&str>) -> String {
    let sections = changelog.split("\n## ").skip(1);
    let is_known = |section: &&str| {
        let name = section.split(['\n', ' ']).next().unwrap_or_default();
        version.is_some_and(|version| name.trim_matches(['[', ']']) == version)
    };
    let newer: Vec<_> = sections.take_while(|section| !is_known(section)).map(str::trim).collect();
    newer.join("\n\n")
}

/// Tries on a copy what this version would do to the database, and changes nothing.
///
/// # Errors
/// In words for the operator: a newer database, no room, a change that fails.
pub async fn rehearse(config: &Config) -> Result<Trial> {
    check_used(&config.data_dir)?;
    data_dir::check_owner(&config.data_dir).map_err(|error| Error::Conflict(error.to_string()))?;
    storage::try_upgrade(&config.data_dir, config.files.keep_free.bytes()).await
}

/// Does it, while no server runs.
///
/// # Errors
/// As `rehearse`, and when the folder is in use.
pub async fn carry_out(data_dir: &Path) -> Result<Upgrade> {
    check_used(data_dir)?;
    let claim = data_dir::claim(data_dir, "maru upgrade").map_err(|error| Error::Conflict(error.to_string()))?;
    let upgraded = storage::upgrade(data_dir).await;
    drop(claim);
    upgraded
}

/// The way back to a copy from before an update.
#[derive(Debug)]
pub struct Return {
    pub copy: KeptCopy,
    pub copy_holds: Inventory,
    /// What is there now.
    pub holds: Inventory,
    /// The version that used the database last.
    pub version: Option<String>,
    data_dir: PathBuf,
    _claim: data_dir::Claim,
}

impl Return {
    /// Plans it: to the copy of that schema, or the latest one that is older than the database and that this program
    /// knows. The folder is held from now on.
    ///
    /// # Errors
    /// In words for the operator: no such copy, a damaged one, a folder that is in use.
    pub async fn plan(data_dir: &Path, schema: Option<i64>) -> Result<Self> {
        check_used(data_dir)?;
        let claim = data_dir::claim(data_dir, "maru downgrade").map_err(|error| Error::Conflict(error.to_string()))?;
        let database = data_dir.join(DATABASE);
        let (present, version) = storage::settle(&database).await?;
        let copies = storage::kept_copies(data_dir)?;
        check_not_returned(&copies, present, schema)?;
        let Some(copy) = choose(&copies, present, schema) else {
            let there: Vec<_> = copies.iter().map(|copy| copy.schema.to_string()).collect();
            let there = if there.is_empty() { "there is none".to_owned() } else { there.join(", ") };
            return Err(Error::Conflict(match schema {
                Some(schema) => {
                    format!("there is no copy of schema {schema} from before an update; there are: {there}")
                }
                None => format!(
                    "no copy is older than the database (schema {present}) and known to this program; copies: {there}"
                ),
            }));
        };
        Ok(Self {
            copy_holds: storage::inspect(&copy.path).await?,
            holds: storage::count(&database).await?,
            copy: copy.clone(),
            version,
            data_dir: data_dir.to_owned(),
            _claim: claim,
        })
    }

    /// Puts the copy in the place of the database. Answers with where the database is kept that was there: nothing is
    /// removed, and whatever cuts this off, one of the two is the database.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn carry_out(&self) -> Result<PathBuf> {
        let database = self.data_dir.join(DATABASE);
        let returning = self.data_dir.join(RETURNING);
        let made = copy_file(&self.copy.path, &returning).map_err(|error| words(&returning, &error));
        let made = match made {
            Ok(()) => storage::begin_epoch(&returning).await,
            Err(error) => Err(error),
        };
        if made.is_err() {
            // Best effort: the next one begins it anew.
            let _left = fs::remove_file(&returning);
        }
        made?;
        let moment = clock::now().to_string().replace(':', "-");
        let aside = self.data_dir.join(format!("{DATABASE}.undone-{moment}"));
        let place = || {
            // A second name, so that there is a database at any moment; not every file system has them.
            fs::hard_link(&database, &aside).or_else(|_| copy_file(&database, &aside))?;
            File::open(&returning)?.sync_all()?;
            fs::rename(&returning, &database)?;
            File::open(&self.data_dir)?.sync_all()
        };
        place().map_err(|error| words(&database, &error))?;
        Ok(aside)
    }
}

fn choose(copies: &[KeptCopy], present: i64, schema: Option<i64>) -> Option<&KeptCopy> {
    let known = storage::known_schema();
    match schema {
        Some(schema) => copies.iter().find(|copy| copy.schema == schema),
        None => {
            copies.iter().filter(|copy| copy.schema < present && copy.schema <= known).max_by_key(|copy| copy.schema)
        }
    }
}

/// Who went back once would go back further, to what is months old, by giving the same command again.
fn check_not_returned(copies: &[KeptCopy], present: i64, schema: Option<i64>) -> Result<()> {
    if schema.is_some() || copies.iter().all(|copy| copy.schema != present) {
        return Ok(());
    }
    let older: Vec<_> = copies.iter().map(|copy| copy.schema).filter(|schema| *schema < present).collect();
    let further = older.iter().max().map(|older| format!("; to go back further: maru downgrade --to {older}"));
    Err(Error::Conflict(format!("the copy of schema {present} was put back already{}", further.unwrap_or_default())))
}

/// For its owner alone, whoever may read the other.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut File::open(from)?, &mut target)?;
    target.sync_all()
}

fn check_used(data_dir: &Path) -> Result<()> {
    if is_in_use(data_dir) {
        return Ok(());
    }
    let dir = data_dir.display();
    Err(Error::Conflict(format!("there is no data of Maru in {dir}; name its folder with --data-dir")))
}

fn words(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_are_those_of_the_versions_in_between() {
        let changelog = "# Changelog\n\n## 0.3.0\n\nC\n\n## 0.2.0 (2026-02-01)\n\nB\n\n## 0.1.0\n\nA\n";
        for (version, expected) in [
            (Some("0.3.0"), ""),
            (Some("0.2.0"), "0.3.0\n\nC"),
            (Some("0.1.0"), "0.3.0\n\nC\n\n0.2.0 (2026-02-01)\n\nB"),
            (None, "0.3.0\n\nC\n\n0.2.0 (2026-02-01)\n\nB\n\n0.1.0\n\nA"),
        ] {
            assert_eq!(notes(changelog, version), expected, "{version:?}");
        }
    }

    #[test]
    fn the_changelog_begins_with_this_version() {
        assert_eq!(notes_since(Some(env!("CARGO_PKG_VERSION"))), "");
        assert!(!notes_since(None).is_empty());
    }
}
