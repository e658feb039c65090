//! The command line.

mod audit;
mod backup;
mod bot;
mod config;
mod doctor;
mod export;
mod health;
mod import;
mod invite;
mod logs;
mod operator;
mod password;
mod problem;
mod restore;
mod rotate_key;
mod search;
mod serve;
mod service;
mod settings;
mod upgrade;
mod user;
mod version;

use clap::{Args, Parser, Subcommand};
use maru::config::{Config, ConfigError, Effective, Flags, parse_duration};
use maru::data_dir;
use maru::systemd::{self, Machine};
use problem::Problem;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Variables of the build (build.rs), which `cargo run` hands on: no mistyped settings.
const OF_THE_BUILD: [&str; 2] = ["MARU_COMMIT", "MARU_WEB"];

/// Maru, the room where your team talks: web client, chat server and storage in one program.
#[derive(Parser)]
#[command(name = "maru", disable_version_flag = true)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    /// Tells the version, the commit it was built from and the version of SQLite.
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What the command line sets. Everything else stands in the file or in MARU_* variables: `maru config` lists it.
#[derive(Args, Clone)]
struct Settings {
    /// The address and port to serve on, such as 127.0.0.1:8080.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The folder that holds everything; ./maru-data by default.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// The name under which people reach the server, with HTTPS; may be given more than once.
    #[arg(long, global = true, value_name = "DOMAIN")]
    domain: Vec<String>,
    /// The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file.
    #[arg(long, global = true, value_name = "URL")]
    redis: Option<String>,
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
    /// Asks the running server whether it serves, reads and writes; fails when it does not.
    Health,
    /// Makes accounts, lists and ends them, resets passwords, gives roles, ends sessions, erases people.
    #[command(subcommand)]
    User(user::Command),
    /// Makes invites.
    #[command(subcommand)]
    Invite(invite::Command),
    /// Makes bots, and gives them other tokens.
    #[command(subcommand)]
    Bot(bot::Command),
    /// Builds the search index anew, and tells how far it is.
    #[command(subcommand)]
    Search(search::Command),
    /// Makes a backup of everything while the server runs, or while it does not, and proves it by restoring it.
    Backup(backup::Arguments),
    /// Restores a backup into an empty folder, once every byte of it was looked through.
    Restore(restore::Arguments),
    /// Exports everything while the server runs, or while it does not: lines of JSON, and the bytes of all files.
    ///
    /// With --room or --person it makes pages for a browser instead, which are read and searched without a server.
    Export(export::Arguments),
    /// Imports an export of everything into an empty data folder.
    Import(import::Arguments),
    /// Changes the database to what this version needs, as its first start does, after a copy of what was before.
    Upgrade(upgrade::UpgradeArguments),
    /// Puts the copy back that was made before an update.
    Downgrade(upgrade::DowngradeArguments),
    /// Looks at everything that a server needs, and says how what is wrong is put right. Changes nothing.
    ///
    /// The exit status is 1 when something does not work, and 0 otherwise, with or without warnings.
    Doctor(doctor::Arguments),
    /// Says where the log of the running server is.
    Logs,
    /// Tells who did what to govern and to secure the server, the newest first.
    Audit(audit::Arguments),
    /// Tells what holds for the whole team, such as its name, or changes it.
    Settings(settings::Arguments),
    /// Puts a new key in use that signs tokens. Nobody is logged out, unless that is asked for.
    RotateKey(rotate_key::Arguments),
    /// Installs Maru as a service of systemd, removes it, tells how it fares.
    #[command(subcommand)]
    Service(service::Command),
}

/// What a command prints: results, that scripts may read, on standard output; remarks on standard error.
#[derive(Default)]
struct Output {
    result: String,
    remark: String,
    /// It was carried out, and what came of it is bad.
    is_bad: bool,
}

impl Output {
    fn result(text: impl Into<String>) -> Self {
        Self { result: text.into(), ..Self::default() }
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
            if output.is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
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
        Command::Serve => serve::run(&settings),
        Command::Config => Ok(config::run(&settings.load()?)),
        Command::Health => health::run(&settings.load()?.config),
        Command::User(command) => user::run(settings.load()?.config, command),
        Command::Invite(command) => invite::run(settings.load()?.config, command),
        Command::Bot(command) => bot::run(settings.load()?.config, command),
        Command::Search(command) => search::run(settings.load()?.config, command),
        Command::Backup(arguments) => backup::run(&settings.load()?.config, arguments),
        Command::Restore(arguments) => restore::run(&settings.load()?.config, arguments),
        Command::Export(arguments) => export::run(&settings.load()?.config, arguments),
        Command::Import(arguments) => import::run(settings.load()?.config, &arguments),
        Command::Upgrade(arguments) => upgrade::upgrade(&settings.load()?.config, arguments),
        Command::Downgrade(arguments) => upgrade::downgrade(&settings.load()?.config, &arguments),
        Command::Doctor(arguments) => doctor::run(settings.load_for_looking(), arguments),
        Command::Logs => logs::run(&settings.load_for_looking()?.config),
        Command::Audit(arguments) => audit::run(&settings.load()?.config, arguments),
        Command::Settings(arguments) => settings::run(settings.load()?.config, arguments),
        Command::RotateKey(arguments) => rotate_key::run(settings.load()?.config, &arguments),
        Command::Service(command) => service::run(settings, command),
    }
}

/// The value of an option that says how long.
fn duration(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("a whole number with s, m, h or d is allowed, such as 12h or 7d")
}

fn environment() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| !OF_THE_BUILD.iter().any(|of_build| name == of_build))
}

/// Variables that tell which server is meant.
const NAMES_A_SERVER: [&str; 4] = ["MARU_CONFIG", "MARU_DATA_DIR", "MARU_DOMAIN", "MARU_LISTEN"];

impl Settings {
    fn load(&self) -> Result<Effective, ConfigError> {
        let Self { config, listen, data_dir, domain, redis } = self.clone();
        let flags = Flags { config, listen, data_dir, domain, redis };
        Config::load(&flags, environment())
    }

    /// As `load`; but where nothing names a server, and none has its data here, the service of this machine is meant.
    fn load_for_looking(&self) -> Result<Effective, ConfigError> {
        let Self { config, listen, data_dir, domain, .. } = self;
        let is_named = config.is_some() || listen.is_some() || data_dir.is_some() || !domain.is_empty();
        let is_set = environment().any(|(name, _)| NAMES_A_SERVER.iter().any(|variable| name == *variable));
        if is_named || is_set || data_dir::is_in_use(&Config::default().data_dir) {
            return self.load();
        }
        match systemd::environment(&Machine::here()) {
            Ok(Some(given)) => Config::load(&Flags::default(), given),
            Ok(None) => self.load(),
            Err(problem) => Err(ConfigError(vec![format!("the service of this machine: {problem}")])),
        }
    }
}
