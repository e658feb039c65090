//! `maru user …`.

use super::Output;
use super::operator::{Folder, perform};
use super::password;
use super::problem::Problem;
use clap::{Args, Subcommand, ValueEnum};
use maru::clock::Timestamp;
use maru::config::Config;
use maru::contract::ServerRole;
use maru::control::{Done, Request};
use maru::storage::Account;

#[derive(Subcommand)]
pub enum Command {
    /// Makes an account, which joins General.
    Create(Create),
    /// Takes somebody's password away and logs them out everywhere.
    ResetPassword(ResetPassword),
    /// Lists all accounts, oldest first.
    List,
    /// Ends an account. What it wrote stays, under its display name.
    Deactivate(Named),
}

#[derive(Args)]
pub struct Named {
    /// Whose account; upper and lower case are alike.
    #[arg(long)]
    username: String,
}

#[derive(Args)]
pub struct Create {
    #[command(flatten)]
    named: Named,
    /// What people see; the username by default.
    #[arg(long)]
    display_name: Option<String>,
    /// Administrators invite people, and govern every room that they are in.
    #[arg(long, value_enum, default_value_t = Role::Member)]
    role: Role,
    /// Reads the password from standard input; without it, a link is printed with which it is chosen.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
pub struct ResetPassword {
    #[command(flatten)]
    named: Named,
    /// Reads the new password from standard input; without it, a link is printed with which it is chosen.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Admin,
    Member,
}

pub fn run(config: Config, command: Command) -> Result<Output, Problem> {
    match command {
        Command::Create(command) => create(config, command),
        Command::ResetPassword(command) => reset_password(config, command),
        Command::List => list(config),
        Command::Deactivate(Named { username }) => {
            let request = Request::DeactivateUser { username };
            match perform(config, request, Folder::MustExist, "maru user deactivate")? {
                Done::Deactivated { username } => Ok(Output::result(format!("deactivated {username}"))),
                _ => Err(Problem::unexpected()),
            }
        }
    }
}

fn create(config: Config, command: Create) -> Result<Output, Problem> {
    let role = match command.role {
        Role::Admin => ServerRole::Admin,
        Role::Member => ServerRole::Member,
    };
    let password = command.password_stdin.then(password::from_stdin).transpose()?;
    let request =
        Request::CreateUser { username: command.named.username, display_name: command.display_name, role, password };
    match perform(config, request, Folder::MayBeNew, "maru user create")? {
        Done::User { username, link, server_has_admin } => {
            let mut remarks = Vec::new();
            if link.is_some() {
                remarks.push(format!("created {username}, who chooses a password with this link within 24 hours"));
            }
            if !server_has_admin {
                remarks.push("nobody administers this server yet: make an account with --role admin".to_owned());
            }
            let result = link.unwrap_or_else(|| format!("created {username}"));
            Ok(Output::result(result).with_remark(remarks.join("\n")))
        }
        _ => Err(Problem::unexpected()),
    }
}

fn reset_password(config: Config, command: ResetPassword) -> Result<Output, Problem> {
    let password = command.password_stdin.then(password::from_stdin).transpose()?;
    let request = Request::ResetPassword { username: command.named.username, password };
    match perform(config, request, Folder::MustExist, "maru user reset-password")? {
        Done::User { username, link: None, .. } => {
            Ok(Output::result(format!("{username} has a new password and is logged out everywhere")))
        }
        Done::User { username, link: Some(link), .. } => {
            let remark = format!(
                "{username} is logged out everywhere, and chooses a new password with this link within 24 hours"
            );
            Ok(Output::result(link).with_remark(remark))
        }
        _ => Err(Problem::unexpected()),
    }
}

fn list(config: Config) -> Result<Output, Problem> {
    let mut rows = vec![["USERNAME", "DISPLAY NAME", "ROLE", "CREATED", "LAST SEEN", "STATE"].map(str::to_owned)];
    let mut after = None;
    loop {
        let request = Request::ListUsers { after };
        let Done::Users(page) = perform(config.clone(), request, Folder::MustExist, "maru user list")? else {
            return Err(Problem::unexpected());
        };
        let Some(last) = page.last() else { return Ok(Output::result(table(&rows))) };
        after = Some(last.id);
        rows.extend(page.iter().map(row));
    }
}

fn row(account: &Account) -> [String; 6] {
    let role = match (account.bot, account.role) {
        (true, _) => "bot",
        (false, ServerRole::Admin) => "admin",
        (false, ServerRole::Member) => "member",
    };
    let moment = |moment: Option<Timestamp>| moment.map_or_else(|| "-".to_owned(), |moment| moment.to_string());
    let state = account.deactivated_at.map_or_else(|| "active".to_owned(), |at| format!("deactivated {at}"));
    let names = (account.username.clone(), account.display_name.clone());
    [names.0, names.1, role.to_owned(), account.created_at.to_string(), moment(account.last_seen_at), state]
}

/// Columns that stand below each other, two blanks between them.
fn table(rows: &[[String; 6]]) -> String {
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| columns_of(&row[column])).max().unwrap_or_default());
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(columns_of(cell)))));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many columns of a terminal a text takes: the letters of Korean, Chinese and Japanese take two each.
fn columns_of(text: &str) -> usize {
    let wide = |character| {
        matches!(character, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}')
    };
    text.chars().map(|character| if wide(character) { 2 } else { 1 }).sum()
}
