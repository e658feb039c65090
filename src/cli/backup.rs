//! `maru backup`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use clap::Args;
use maru::backup::{self, Made};
use maru::config::{Config, rounded};
use maru::data_dir;
use maru::storage::Inventory;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// The folder that the backup is put into, beside earlier ones; backup.dir of the configuration by default.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

pub fn run(config: &Config, arguments: Arguments) -> Result<Output, Problem> {
    let Some(folder) = arguments.to.or_else(|| config.backup.dir.clone()) else {
        return Err(Problem("name the folder that the backup is put into with --to, or set backup.dir".to_owned()));
    };
    if !data_dir::is_in_use(&config.data_dir) {
        let dir = config.data_dir.display();
        return Err(Problem(format!("there is no data of Maru in {dir}; name its folder with --data-dir")));
    }
    let Made { snapshot, manifest, copied } = runtime()?.block_on(backup::run(config, &folder, None))?;
    let contents = manifest.contents;
    let (all, new) = (rounded(contents.bytes), rounded(copied.bytes));
    let remark = format!("{} of {all}, of which {new} are new; restored once to be sure", held(manifest.holds));
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

/// What a database holds, on a line.
pub fn held(Inventory { users, rooms, messages, files, .. }: Inventory) -> String {
    format!("people: {users}, rooms: {rooms}, messages: {messages}, files: {files}")
}
