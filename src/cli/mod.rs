//! The command line.

mod backup;
mod bot;
mod config;
mod invite;
mod operator;
mod password;
mod problem;
mod restore;
mod rotate_key;
mod search;
mod serve;
mod user;
mod version;

use clap::{Args, Parser, Subcommand};
use maru::config::{Config, Effective, Flags};
use problem::Problem;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Variables of the build (build.rs), which `cargo run` hands on: no mistyped settings.
const OF_THE_BUILD: [&str; 2] = ["MARU_COMMIT", "MARU_WEB"];

/// Maru, the room where your team talks: web client, chat server and storage in one program.
#[derive(Parser)]
#[command(name = "maru", disable_version_flag = true)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    /// Tells the version, the commit it was built from and the version of SQLite.
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What the command line sets. Everything else stands in the file or in MARU_* variables: `maru config` lists it.
#[derive(Args)]
struct Settings {
    /// The address and port to serve on, such as 127.0.0.1:8080.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The folder that holds everything; ./maru-data by default.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until it is told to stop. The default.
    Serve,
    /// Prints the effective configuration, with the source of each value; secrets are hidden.
    Config,
    /// Makes accounts, lists and deactivates them, resets passwords.
    #[command(subcommand)]
    User(user::Command),
    /// Makes invites.
    #[command(subcommand)]
    Invite(invite::Command),
    /// Makes bots.
    #[command(subcommand)]
    Bot(bot::Command),
    /// Builds the search index anew, and tells how far it is.
    #[command(subcommand)]
    Search(search::Command),
    /// Makes a backup of everything while the server runs, or while it does not, and proves it by restoring it.
    Backup(backup::Arguments),
    /// Restores a backup into an empty folder, once every byte of it was looked through.
    Restore(restore::Arguments),
    /// Puts a new key in use that signs tokens. Nobody is logged out.
    RotateKey,
}

/// What a command prints: results, that scripts may read, on standard output; remarks on standard error.
#[derive(Default)]
struct Output {
    result: String,
    remark: String,
}

impl Output {
    fn result(text: impl Into<String>) -> Self {
        Self { result: text.into(), remark: String::new() }
    }

    fn with_remark(mut self, text: impl Into<String>) -> Self {
        self.remark = text.into();
        self
    }
}

/// Carries out what the arguments say. Ends the process with 2 when they are not understood.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match carry_out(cli) {
        Ok(output) => {
            print(&mut std::io::stdout(), &output.result);
            print(&mut std::io::stderr(), &output.remark);
            ExitCode::SUCCESS
        }
        Err(Problem(text)) => {
            print(&mut std::io::stderr(), &format!("maru: {text}"));
            ExitCode::FAILURE
        }
    }
}

/// Whoever closed the other end does not want to read it.
fn print(to: &mut impl Write, text: &str) {
    if !text.is_empty() {
        let _closed = writeln!(to, "{text}").and_then(|()| to.flush());
    }
}

fn carry_out(cli: Cli) -> Result<Output, Problem> {
    if cli.version {
        return version::run();
    }
    let settings = cli.settings;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(settings.load()?.config),
        Command::Config => Ok(config::run(&settings.load()?)),
        Command::User(command) => user::run(settings.load()?.config, command),
        Command::Invite(command) => invite::run(settings.load()?.config, &command),
        Command::Bot(command) => bot::run(settings.load()?.config, command),
        Command::Search(command) => search::run(settings.load()?.config, command),
        Command::Backup(arguments) => backup::run(&settings.load()?.config, arguments),
        Command::Restore(arguments) => restore::run(&settings.load()?.config, arguments),
        Command::RotateKey => rotate_key::run(settings.load()?.config),
    }
}

impl Settings {
    fn load(self) -> Result<Effective, Problem> {
        let flags = Flags { config: self.config, listen: self.listen, data_dir: self.data_dir };
        let environment = std::env::vars_os().filter(|(name, _)| !OF_THE_BUILD.iter().any(|of_build| name == of_build));
        Ok(Config::load(&flags, environment)?)
    }
}
