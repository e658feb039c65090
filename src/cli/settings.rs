//! `maru settings`.

use super::Output;
use super::operator::{Folder, perform};
use super::problem::Problem;
use clap::{Args, Subcommand};
use maru::config::Config;
use maru::contract::{TeamSettings, UpdateTeam, decode};
use maru::control::{Done, Request};
use serde_json::{Map, Value};

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Changes settings of the team, for everybody at once.
    Set(Set),
}

#[derive(Args)]
struct Set {
    /// Such as name="Blue Lake" accent=teal retentionDays=365; with nothing behind the sign, a setting is taken away.
    #[arg(required = true, value_name = "NAME=VALUE", value_parser = pair)]
    settings: Vec<(String, Value)>,
}

fn pair(text: &str) -> Result<(String, Value), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a setting is written as name=value")?;
    let value = match (name, value) {
        (_, "") => Value::Null,
        ("name" | "greeting", text) => Value::String(text.to_owned()),
        (_, text) => text.parse::<u64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    };
    Ok((name.to_owned(), value))
}

pub fn run(config: Config, arguments: Arguments) -> Result<Output, Problem> {
    let request = match arguments.command {
        None => Request::ReadTeam,
        Some(Command::Set(Set { settings })) => Request::UpdateTeam(change(settings)?),
    };
    match perform(config, request, Folder::MustExist, "maru settings")? {
        Done::Team(settings) => told(&settings),
        _ => Err(Problem::unexpected()),
    }
}

fn change(settings: Vec<(String, Value)>) -> Result<UpdateTeam, Problem> {
    let known = known(&TeamSettings::default())?;
    if let Some((name, _)) = settings.iter().find(|(name, _)| !known.iter().any(|(known, _)| known == name)) {
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        return Err(Problem(format!("there is no setting {name}; there are {}", names.join(", "))));
    }
    let settings: Map<String, Value> = settings.into_iter().collect();
    Ok(decode(&Value::Object(settings).to_string())?)
}

/// The name of every setting with its value; `null` is none.
fn known(settings: &TeamSettings) -> Result<Vec<(String, Value)>, Problem> {
    let values = serde_json::to_value(settings).map_err(|error| Problem(error.to_string()))?;
    let all = [
        "name",
        "accent",
        "createRooms",
        "mentionEverybody",
        "roomsPerPerson",
        "fileBytesPerPerson",
        "retentionDays",
        "roomRetention",
        "requireTwoFactor",
    ];
    Ok(all.into_iter().map(|name| (name.to_owned(), values[name].clone())).collect())
}

fn told(settings: &TeamSettings) -> Result<Output, Problem> {
    let lines = known(settings)?.into_iter().map(|(name, value)| match value {
        Value::Null => format!("{name} ="),
        Value::String(text) => format!("{name} = {text}"),
        other => format!("{name} = {other}"),
    });
    Ok(Output::result(lines.collect::<Vec<_>>().join("\n")))
}
