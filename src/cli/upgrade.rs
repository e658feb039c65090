//! `maru upgrade` and `maru downgrade`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use clap::Args;
use maru::clock::Timestamp;
use maru::config::{Config, rounded};
use maru::storage::{Trial, Upgrade};
use maru::upgrades::{self, Return};
use std::time::UNIX_EPOCH;

#[derive(Args)]
pub struct UpgradeArguments {
    /// Tries it on a copy beside the database, tells what it takes and what is new, and changes nothing. A server may run
    /// meanwhile, an older one too.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub struct DowngradeArguments {
    /// The schema of the copy to go back to; by default that from before the last update.
    #[arg(long, value_name = "SCHEMA")]
    to: Option<i64>,
    /// Looks through the copy, tells what would be done, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

pub fn upgrade(config: &Config, arguments: UpgradeArguments) -> Result<Output, Problem> {
    if arguments.dry_run {
        let trial = runtime()?.block_on(upgrades::rehearse(config))?;
        return Ok(tell_trial(&trial).with_remark("nothing was changed"));
    }
    let Upgrade { from, to, .. } = runtime()?.block_on(upgrades::carry_out(&config.data_dir))?;
    if from == to {
        return Ok(Output::result(format!("the database is that of this version (schema {to})")));
    }
    let output = Output::result(format!("changed the database from schema {from} to {to}"));
    Ok(if from > 0 { output.with_remark("the way back, while no server runs: maru downgrade") } else { output })
}

fn tell_trial(Trial { upgrade, steps, changing, copying, copy_bytes, more_bytes }: &Trial) -> Output {
    let version = upgrade.version.as_deref();
    let used_by = version.map(|version| format!(", used by Maru {version}")).unwrap_or_default();
    let mut lines = vec![
        format!("database   schema {}{used_by}", upgrade.from),
        format!("becomes    schema {}, for Maru {}", upgrade.to, env!("CARGO_PKG_VERSION")),
    ];
    if steps.is_empty() {
        lines.push("changes    none".to_owned());
    } else {
        lines.extend(steps.iter().enumerate().map(|(at, (name, took))| {
            let head = if at == 0 { "changes" } else { "" };
            format!("{head:<10} {}: {name}, {} ms", upgrade.from + 1 + at as i64, took.as_millis())
        }));
        lines.push(format!(
            "takes      {} ms, and {} ms for the copy before",
            changing.as_millis(),
            copying.as_millis()
        ));
        let (copy, more) = (rounded(*copy_bytes), rounded(*more_bytes));
        lines.push(format!("needs      {copy} for the copy that is kept, and {more} meanwhile"));
    }
    let notes = upgrades::notes_since(version);
    if !notes.is_empty() {
        lines.push(format!("\nWhat is new\n\n{notes}"));
    }
    Output::result(lines.join("\n"))
}

pub fn downgrade(config: &Config, arguments: &DowngradeArguments) -> Result<Output, Problem> {
    let runtime = runtime()?;
    let plan = runtime.block_on(Return::plan(&config.data_dir, arguments.to))?;
    let told = tell_return(&plan);
    if arguments.dry_run {
        return Ok(Output::result(told).with_remark("the copy is sound; nothing was changed"));
    }
    let aside = runtime.block_on(plan.carry_out())?;
    Ok(Output::result(told).with_remark(format!(
        "done; what was there is kept as {}: remove it once you are sure. Start the version of Maru that knows schema {}, or a \
         newer one, which changes the database again",
        aside.display(),
        plan.copy.schema
    )))
}

fn tell_return(plan: &Return) -> String {
    let made = plan.copy.of.duration_since(UNIX_EPOCH).unwrap_or_default();
    let made = Timestamp::from_millis(i64::try_from(made.as_millis()).unwrap_or(i64::MAX));
    let used_by = plan.version.as_ref().map(|version| format!(", used by Maru {version}")).unwrap_or_default();
    [
        format!("database   schema {}{used_by}", plan.holds.schema),
        format!("holds      {}", plan.holds),
        format!("becomes    schema {}, a copy of {made}", plan.copy_holds.schema),
        format!("holds      {}", plan.copy_holds),
        "goes       whatever was written since that copy".to_owned(),
    ]
    .join("\n")
}
