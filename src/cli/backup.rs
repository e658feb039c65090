//! `maru backup`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use clap::{Args, Subcommand};
use maru::backup::{self, Kept, Made};
use maru::config::{Config, rounded};
use maru::control::{self, Asked, Request};
use maru::data_dir;
use maru::storage::{self, DATABASE};
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The folder that the backup is put into, beside earlier ones; backup.dir of the configuration by default.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the backups of a folder, the newest first: when each was made, what it takes and holds, and whether it is whole.
    List(List),
}

#[derive(Args)]
struct List {
    /// The folder of backups; backup.dir of the configuration by default.
    folder: Option<PathBuf>,
    /// Reads every byte of each and compares it with what was written; fails when something is not.
    #[arg(long)]
    verify: bool,
}

pub fn run(config: &Config, arguments: Arguments) -> Result<Output, Problem> {
    match arguments.command {
        Some(Command::List(List { folder, verify })) => {
            let Some(folder) = folder.or_else(|| config.backup.dir.clone()) else {
                return Err(Problem("name the folder (maru backup list FOLDER), or set backup.dir".to_owned()));
            };
            list(&folder, verify)
        }
        None => make(config, arguments.to),
    }
}

fn list(folder: &Path, verify: bool) -> Result<Output, Problem> {
    let kept = if verify { runtime()?.block_on(backup::verify(folder))? } else { backup::list(folder)? };
    if kept.is_empty() {
        return Err(Problem(format!("there is no backup of Maru in {}", folder.display())));
    }
    let is_bad = verify && kept.iter().any(|kept| kept.manifest.is_err());
    let lines: Vec<_> = kept.iter().map(|kept| told(kept, verify)).collect();
    Ok(Output { result: lines.join("\n"), is_bad, ..Output::default() })
}

/// One backup, on a line.
fn told(kept: &Kept, was_verified: bool) -> String {
    let name = kept.snapshot.file_name().unwrap_or_default().to_string_lossy();
    let manifest = match &kept.manifest {
        Ok(manifest) => manifest,
        Err(error) => return format!("{name}  damaged: {error}"),
    };
    let state = match manifest.missing.len() {
        _ if kept.is_future() => "of a time to come: does not count".to_owned(),
        0 if was_verified => "every byte is as it was written".to_owned(),
        0 => "restored once to be sure".to_owned(),
        missing => format!("lacks the content of {missing} files, which was missing already"),
    };
    format!("{name}  {:>9}  {}; {state}", rounded(manifest.bytes()), manifest.holds)
}

/// Tells the audit log of it: that of the running server, or else the database itself.
async fn note(config: &Config, snapshot: &Path) -> maru::error::Result<()> {
    let snapshot = snapshot.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match control::ask(&config.data_dir, &Request::NoteBackup { snapshot: snapshot.clone() }).await? {
        Asked::Answered(_) => Ok(()),
        Asked::NoServer => storage::note_backup(&config.data_dir.join(DATABASE), &snapshot).await,
    }
}

fn make(config: &Config, to: Option<PathBuf>) -> Result<Output, Problem> {
    let Some(folder) = to.or_else(|| config.backup.dir.clone()) else {
        return Err(Problem("name the folder that the backup is put into with --to, or set backup.dir".to_owned()));
    };
    if !data_dir::is_in_use(&config.data_dir) {
        let dir = config.data_dir.display();
        return Err(Problem(format!("there is no data of Maru in {dir}; name its folder with --data-dir")));
    }
    let Made { snapshot, manifest, copied, decayed } = runtime()?.block_on(backup::run(config, &folder, None))?;
    let noted = runtime()?.block_on(note(config, &snapshot));
    let contents = manifest.contents;
    let (all, new) = (rounded(contents.bytes), rounded(copied.bytes));
    let mut remark = format!("{} of {all}, of which {new} are new; restored once to be sure", manifest.holds);
    if let Err(error) = noted {
        remark += &format!("\nthe audit log could not be told of it: {error}");
    }
    if !decayed.is_empty() {
        let (number, names) = (decayed.len(), decayed.join(", "));
        let folder = folder.display();
        remark += &format!(
            "\n{number} files of the backup before are not what was written there, and were copied anew: {names}\n\
             look at the disk; which backups share them is told by: maru backup list --verify {folder}"
        );
    }
    if !manifest.missing.is_empty() {
        let missing = manifest.missing.join(", ");
        let snapshot = snapshot.display();
        return Err(Problem(format!(
            "the backup {snapshot} was made, and is not complete: these files are named by the database and not kept: \
             {missing}\n{remark}"
        )));
    }
    Ok(Output::result(snapshot.display().to_string()).with_remark(remark))
}
