//! `maru settings`.

use super::Output;
use super::operator::{Folder, perform};
use super::problem::Problem;
use clap::{Args, Subcommand};
use maru::config::Config;
use maru::contract::{TeamSettings, UpdateTeam, decode};
use maru::control::{Done, Request};
use serde_json::{Map, Value, json};

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
    // One after the other, so that what is wrong can be named.
    for (name, value) in &settings {
        let alone: maru::error::Result<UpdateTeam> = decode(&json!({ name: value }).to_string());
        alone.map_err(|error| Problem(format!("{name}: {error}")))?;
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
        "greeting",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_can_be_changed_is_listed() {
        let all = UpdateTeam {
            name: Some(None),
            accent: Some(None),
            create_rooms: Some(None),
            mention_everybody: Some(None),
            rooms_per_person: Some(None),
            file_bytes_per_person: Some(None),
            retention_days: Some(None),
            room_retention: Some(None),
            require_two_factor: Some(None),
            greeting: Some(None),
        };
        let all = serde_json::to_value(all).expect("an object");
        let mut names: Vec<&str> = all.as_object().expect("an object").keys().map(String::as_str).collect();
        let known = known(&TeamSettings::default()).unwrap_or_default();
        let mut known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(known, names);
    }
}
