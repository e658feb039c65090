//! `maru service …`.

use super::problem::Problem;
use super::{Output, Settings};
use clap::{Args, Subcommand};
use maru::systemd::{self, CONFIG, DATA_DIR, Installation, Machine, Wanted};
use std::path::Path;

#[derive(Subcommand)]
pub enum Command {
    /// Installs Maru as a service and starts it; after an update or a change of settings, brings the service up to date.
    Install(Install),
    /// Stops the service and removes it. Data, settings and the program stay.
    Uninstall,
    /// Tells how the service fares; fails when it is not up.
    Status,
}

#[derive(Args)]
pub struct Install {
    /// Prints the units, and changes nothing.
    #[arg(long)]
    print: bool,
}

pub fn run(settings: Settings, command: Command) -> Result<Output, Problem> {
    match command {
        Command::Install(Install { print }) => {
            let installation = plan(settings)?;
            if print {
                return Ok(Output::result(installation.print()));
            }
            Ok(Output::result(installation.carry_out()?.join("\n")))
        }
        Command::Uninstall => Ok(Output::result(systemd::uninstall(&Machine::here())?.join("\n"))),
        Command::Status => status(),
    }
}

fn plan(settings: Settings) -> Result<Installation, Problem> {
    let Settings { listen, data_dir, config, domain, redis } = settings;
    if redis.is_some() {
        return Err(Problem(format!(
            "the service finds its Redis in {CONFIG}; set redis there, and leave --redis out"
        )));
    }
    if data_dir.is_some_and(|folder| Path::new(&folder) != Path::new(DATA_DIR)) {
        return Err(Problem(format!(
            "the service keeps its data in {DATA_DIR}; put a folder that is to be served there, and leave --data-dir out"
        )));
    }
    if config.is_some_and(|file| file != Path::new(CONFIG)) {
        return Err(Problem(format!("the service reads {CONFIG}; put the file there, and leave --config out")));
    }
    let running = std::env::current_exe().and_then(|path| path.canonicalize());
    let running = running.map_err(|error| Problem(format!("this program cannot be found: {error}")))?;
    Ok(Installation::plan(Machine::here(), &running, &Wanted { listen, domain })?)
}

fn status() -> Result<Output, Problem> {
    let (facts, up) = systemd::status(&Machine::here())?;
    let told: Vec<_> = facts.iter().map(|(name, value)| format!("{name:<9} {value}")).collect();
    let told = told.join("\n");
    if up { Ok(Output::result(told)) } else { Err(Problem(format!("the service is not up\n{told}"))) }
}
