//! `maru user …`.

use super::Output;
use super::operator::{Folder, perform};
use super::password;
use super::problem::Problem;
use clap::{Args, Subcommand, ValueEnum};
use maru::clock::Timestamp;
use maru::config::Config;
use maru::contract::ServerRole;
use maru::control::{Done, Login, Request};
use maru::ids::SessionId;
use maru::storage::Account;

#[derive(Subcommand)]
pub enum Command {
    /// Makes an account, which joins General unless it is a guest's.
    Create(Create),
    /// Takes somebody's password away and logs them out everywhere.
    ResetPassword(ResetPassword),
    /// Takes the second factor of somebody away who has lost it, and logs them out everywhere. The password stays.
    ResetTwoFactor(Named),
    /// Lists all accounts, oldest first.
    List,
    /// Ends an account. What it wrote stays, under its display name.
    Deactivate(Named),
    /// Lets somebody in again who was deactivated, and prints a link with which a password is chosen.
    Reactivate(Named),
    /// Gives somebody another role on the server.
    Role(ChangeRole),
    /// Lists where somebody is logged in, what was used last first.
    Sessions(Named),
    /// Logs somebody out everywhere, or ends one session.
    EndSessions(EndSessions),
    /// Erases somebody for good: account, name, picture, sessions, and whatever was theirs alone.
    Erase(Erase),
}

#[derive(Args)]
pub struct ChangeRole {
    #[command(flatten)]
    named: Named,
    #[arg(long, value_enum)]
    role: Role,
}

#[derive(Args)]
pub struct EndSessions {
    #[command(flatten)]
    named: Named,
    /// This one alone, as `maru user sessions` lists it; all of them by default.
    #[arg(long, value_name = "ID")]
    session: Option<String>,
}

#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    named: Named,
    /// What becomes of the messages: they stay under "Deleted person", or go with their files.
    #[arg(long, value_enum)]
    messages: Messages,
    /// Says that this is meant: nothing brings back what was erased.
    #[arg(long)]
    yes: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Messages {
    Keep,
    Delete,
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
    /// Owners make administrators; administrators invite people, and govern every room that they are in; guests see only
    /// the rooms that somebody adds them to.
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
pub enum Role {
    Owner,
    Admin,
    Member,
    Guest,
}

impl From<Role> for ServerRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Admin => Self::Admin,
            Role::Member => Self::Member,
            Role::Guest => Self::Guest,
        }
    }
}

pub fn run(config: Config, command: Command) -> Result<Output, Problem> {
    match command {
        Command::Create(command) => create(config, command),
        Command::ResetPassword(command) => reset_password(config, command),
        Command::ResetTwoFactor(Named { username }) => {
            let request = Request::ResetTwoFactor { username };
            match perform(config, request, Folder::MustExist, "maru user reset-two-factor")? {
                Done::TwoFactorReset { username } => {
                    Ok(Output::result(format!("{username} logs in without a code now")))
                }
                _ => Err(Problem::unexpected()),
            }
        }
        Command::List => list(&config),
        Command::Deactivate(Named { username }) => {
            let request = Request::DeactivateUser { username };
            match perform(config, request, Folder::MustExist, "maru user deactivate")? {
                Done::Deactivated { username } => Ok(Output::result(format!("deactivated {username}"))),
                _ => Err(Problem::unexpected()),
            }
        }
        Command::Reactivate(Named { username }) => reactivate(config, username),
        Command::Role(command) => change_role(config, command),
        Command::Sessions(Named { username }) => sessions(config, username),
        Command::EndSessions(command) => end_sessions(config, command),
        Command::Erase(command) => erase(config, command),
    }
}

fn reactivate(config: Config, username: String) -> Result<Output, Problem> {
    match perform(config, Request::ReactivateUser { username }, Folder::MustExist, "maru user reactivate")? {
        Done::User { username, link: Some(link), .. } => {
            let remark = format!("{username} may log in again, and chooses a password with this link within 24 hours");
            Ok(Output::result(link).with_remark(remark))
        }
        _ => Err(Problem::unexpected()),
    }
}

fn change_role(config: Config, ChangeRole { named, role }: ChangeRole) -> Result<Output, Problem> {
    let role = ServerRole::from(role);
    let request = Request::ChangeRole { username: named.username, role };
    match perform(config, request, Folder::MustExist, "maru user role")? {
        Done::RoleChanged { username } => Ok(Output::result(format!("{username} is {} now", role.as_str()))),
        _ => Err(Problem::unexpected()),
    }
}

fn sessions(config: Config, username: String) -> Result<Output, Problem> {
    let request = Request::ListSessions { username };
    let Done::Sessions(found) = perform(config, request, Folder::MustExist, "maru user sessions")? else {
        return Err(Problem::unexpected());
    };
    let heading = ["ID", "BEGUN", "LAST USED", "ADDRESS", "PROGRAM"].map(str::to_owned);
    let row = |login: Login| {
        let Login { id, created_at, last_used_at, user_agent, address } = login;
        [id.to_string(), created_at.to_string(), last_used_at.to_string(), address, user_agent]
    };
    Ok(Output::result(table(&std::iter::once(heading).chain(found.into_iter().map(row)).collect::<Vec<_>>())))
}

fn end_sessions(config: Config, EndSessions { named, session }: EndSessions) -> Result<Output, Problem> {
    let session = session.map(|id| id.parse::<SessionId>()).transpose();
    let session =
        session.map_err(|_| Problem("that is no id of a session; `maru user sessions` lists them".to_owned()))?;
    let request = Request::EndSessions { username: named.username, session };
    match perform(config, request, Folder::MustExist, "maru user end-sessions")? {
        Done::SessionsEnded { ended: 1 } => Ok(Output::result("ended one session")),
        Done::SessionsEnded { ended } => Ok(Output::result(format!("ended {ended} sessions"))),
        _ => Err(Problem::unexpected()),
    }
}

fn erase(config: Config, Erase { named, messages, yes }: Erase) -> Result<Output, Problem> {
    if !yes {
        let problem = "nothing brings back what was erased; say --yes if that is meant. To keep the account, use \
                       `maru user deactivate`";
        return Err(Problem(problem.to_owned()));
    }
    let request = Request::EraseUser { username: named.username, delete_messages: messages == Messages::Delete };
    match perform(config, request, Folder::MustExist, "maru user erase")? {
        Done::Erasing { username } => {
            let remark = "what others have of the name is removed in the background; backups have it until they expire";
            Ok(Output::result(format!("erased {username}")).with_remark(remark))
        }
        _ => Err(Problem::unexpected()),
    }
}

fn create(config: Config, command: Create) -> Result<Output, Problem> {
    let role = command.role.into();
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
                remarks.push("nobody administers this server yet: make an account with --role owner".to_owned());
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

fn list(config: &Config) -> Result<Output, Problem> {
    let heading =
        ["USERNAME", "DISPLAY NAME", "ROLE", "TWO-FACTOR", "CREATED", "LAST SEEN", "STATE"].map(str::to_owned);
    let accounts = all(config, "maru user list")?;
    Ok(Output::result(table(&std::iter::once(heading).chain(accounts.iter().map(row)).collect::<Vec<_>>())))
}

/// All accounts, the oldest first, for the command `who`.
pub fn all(config: &Config, who: &str) -> Result<Vec<Account>, Problem> {
    let (mut accounts, mut after) = (Vec::new(), None);
    loop {
        let request = Request::ListUsers { after };
        let Done::Users(page) = perform(config.clone(), request, Folder::MustExist, who)? else {
            return Err(Problem::unexpected());
        };
        let Some(last) = page.last() else { return Ok(accounts) };
        after = Some(last.id);
        accounts.extend(page);
    }
}

fn row(account: &Account) -> [String; 7] {
    let role = if account.bot { "bot" } else { account.role.as_str() };
    let moment = |moment: Option<Timestamp>| moment.map_or_else(|| "-".to_owned(), |moment| moment.to_string());
    let state = account.deactivated_at.map_or_else(|| "active".to_owned(), |at| format!("deactivated {at}"));
    let two_factor = if account.two_factor { "yes" } else { "-" };
    let (created, seen) = (account.created_at.to_string(), moment(account.last_seen_at));
    let (username, display_name) = (account.username.clone(), account.display_name.clone());
    [username, display_name, role.to_owned(), two_factor.to_owned(), created, seen, state]
}

/// Columns that stand below each other, two blanks between them.
fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|column| rows.iter().map(|row| columns_of(&row[column])).max().unwrap_or_default());
    let line = |row: &[String; COLUMNS]| {
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
