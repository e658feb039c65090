//! `maru restore`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use clap::Args;
use maru::backup::Plan;
use maru::config::{Config, rounded};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// A backup, or a folder of backups, of which the latest is meant.
    from: PathBuf,
    /// The folder that it is restored into, which must be empty or not there; --data-dir by default.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Looks through the backup, tells what would be done, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

pub fn run(config: &Config, arguments: Arguments) -> Result<Output, Problem> {
    let target = arguments.to.unwrap_or_else(|| config.data_dir.clone());
    let plan = Plan::make(&arguments.from, &target)?;
    let told = tell(&plan);
    let runtime = runtime()?;
    runtime.block_on(plan.verify())?;
    if arguments.dry_run {
        return Ok(Output::result(told).with_remark("the backup is sound; nothing was changed"));
    }
    runtime.block_on(plan.carry_out())?;
    let target = target.display();
    Ok(Output::result(told).with_remark(format!("restored; start it with: maru serve --data-dir {target}")))
}

fn tell(plan: &Plan) -> String {
    let manifest = &plan.manifest;
    let holds = manifest.holds;
    let mut lines = vec![
        format!("backup     {}", plan.snapshot.display()),
        format!("made       {} by Maru {}", manifest.created_at, manifest.version),
        format!("holds      {holds}"),
        format!("goes into  {}, {}", plan.target.display(), rounded(plan.bytes())),
    ];
    if !manifest.missing.is_empty() {
        lines.push(format!("lacks      the content of {} files, which was missing already", manifest.missing.len()));
    }
    lines.join("\n")
}
