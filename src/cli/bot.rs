//! `maru bot …`.

use super::Output;
use super::operator::{Folder, perform};
use super::problem::Problem;
use clap::{Args, Subcommand};
use maru::config::Config;
use maru::control::{Done, Request};

#[derive(Subcommand)]
pub enum Command {
    /// Makes a bot and prints its token, once.
    Create(Create),
    /// Gives a bot another token and prints it, once. The former one is void at once, and its connections end.
    RotateToken(RotateToken),
}

#[derive(Args)]
pub struct RotateToken {
    /// Which bot; upper and lower case are alike.
    #[arg(long)]
    username: String,
}

#[derive(Args)]
pub struct Create {
    /// What it is mentioned by: 2 to 32 letters, digits, '.', '_' and '-'.
    #[arg(long)]
    username: String,
    /// What people see; the username by default.
    #[arg(long)]
    display_name: Option<String>,
    /// The rooms that it is a member of, by name or id, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "ROOMS")]
    rooms: Vec<String>,
}

pub fn run(config: Config, command: Command) -> Result<Output, Problem> {
    let done = match command {
        Command::Create(Create { username, display_name, rooms }) => {
            let rooms = rooms.iter().map(|room| room.trim().to_owned()).filter(|room| !room.is_empty()).collect();
            let request = Request::CreateBot { username, display_name, rooms };
            perform(config, request, Folder::MustExist, "maru bot create")?
        }
        Command::RotateToken(RotateToken { username }) => {
            perform(config, Request::RotateBotToken { username }, Folder::MustExist, "maru bot rotate-token")?
        }
    };
    match done {
        Done::Bot { username, token } => {
            let remark = format!("this is the token of the bot {username}; it is not shown again");
            Ok(Output::result(token).with_remark(remark))
        }
        _ => Err(Problem::unexpected()),
    }
}
