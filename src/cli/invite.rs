//! `maru invite …`.

use super::operator::{Folder, perform};
use super::problem::Problem;
use super::{Output, duration};
use clap::{Args, Subcommand, ValueEnum};
use maru::config::Config;
use maru::contract::ServerRole;
use maru::control::{Done, Request};
use std::time::Duration;

#[derive(Subcommand)]
pub enum Command {
    /// Makes an invite in the name of the first administrator who is in its rooms, and prints its link.
    Create(Create),
}

#[derive(Args)]
pub struct Create {
    /// How many people may register with it.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    uses: u32,
    /// How long it is good for, such as 12h or 7d.
    #[arg(long, default_value = "7d", value_parser = duration, value_name = "DURATION")]
    expires: Duration,
    /// What who registers with it becomes: guests see only the rooms that somebody adds them to.
    #[arg(long, value_enum, default_value_t = Role::Member)]
    role: Role,
    /// Rooms to be in from the beginning, by name or id; a guest needs one. May be given more than once, or with commas.
    #[arg(long, value_delimiter = ',', value_name = "ROOM")]
    rooms: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Member,
    Guest,
}

pub fn run(config: Config, command: Command) -> Result<Output, Problem> {
    let Command::Create(Create { uses, expires, role, rooms }) = command;
    let role = match role {
        Role::Member => ServerRole::Member,
        Role::Guest => ServerRole::Guest,
    };
    let request = Request::CreateInvite { uses, expires_in_seconds: expires.as_secs(), role, rooms };
    match perform(config, request, Folder::MustExist, "maru invite create")? {
        Done::Invite { url, uses, expires_at } => {
            let people = if uses == 1 { "one person".to_owned() } else { format!("{uses} people") };
            Ok(Output::result(url).with_remark(format!("{people} may register with it until {expires_at}")))
        }
        _ => Err(Problem::unexpected()),
    }
}
