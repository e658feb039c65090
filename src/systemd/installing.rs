//! Puts Maru into systemd's care, and takes it out again.

use super::account::Account;
use super::installed::is_packaged;
use super::machine::{Machine, words};
use super::settings::{CONFIG, Wanted, settings};
use super::units::{Additions, DATA_DIR, SECRETS, Units};
use crate::config::{Config, secret_names};
use crate::error::{Error, Result};
use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

const CONFIG_FOLDER: &str = "/etc/maru";
const SERVICE: &str = "/etc/systemd/system/maru.service";
const SOCKET: &str = "/etc/systemd/system/maru.socket";
/// What the units of a package start.
const PACKAGED_PROGRAM: &str = "/usr/bin/maru";
const SERVICE_ADDITIONS: &str = "/etc/systemd/system/maru.service.d/10-maru.conf";
const SOCKET_ADDITIONS: &str = "/etc/systemd/system/maru.socket.d/10-maru.conf";
const USER: &str = "/etc/sysusers.d/maru.conf";
const USER_TEXT: &str = include_str!("../../packaging/systemd/sysusers.conf");
/// Where the program is put when it lies where a service cannot reach it, such as a home folder.
const PROGRAM: &str = "/usr/local/bin/maru";
const FORMER_PROGRAM: &str = "/usr/local/bin/maru.previous";
/// Folders that the unit hides from the service, or that are gone when it ends.
const OUT_OF_REACH: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// What is about to be installed.
#[derive(Debug)]
pub struct Installation {
    machine: Machine,
    config: Config,
    /// The program that is running, when it has to be copied.
    copied_from: Option<PathBuf>,
    /// Units, and what is added to those of a package: a path and a text each.
    files: [(&'static str, String); 2],
    is_packaged: bool,
}

impl Installation {
    /// Plans to install `running`, a program; changes nothing.
    ///
    /// # Errors
    /// In words for the operator: settings that are not valid, or that a service cannot have.
    pub fn plan(machine: Machine, running: &Path, wanted: &Wanted) -> Result<Self> {
        let config = settings(&machine, wanted)?;
        check_backup_folder(&config)?;
        let is_packaged = is_packaged(&machine);
        if is_packaged && running != Path::new(PACKAGED_PROGRAM) {
            return Err(Error::Conflict(format!(
                "Maru is installed as a package here, whose service starts {PACKAGED_PROGRAM}: bring it up to date by \
                 its package; after a change of settings: {PACKAGED_PROGRAM} service install"
            )));
        }
        let is_reachable = ["/usr", "/opt"].iter().any(|folder| running.starts_with(folder));
        let program = if is_reachable { running } else { Path::new(PROGRAM) };
        let secrets: Vec<_> = secret_names().filter(|name| machine.at(SECRETS).join(name).exists()).collect();
        let files = if is_packaged {
            let Additions { service, socket } = Additions::new(&config, &secrets);
            [(SERVICE_ADDITIONS, service), (SOCKET_ADDITIONS, socket)]
        } else {
            let Units { service, socket } = Units::new(program, &config, &secrets);
            [(SERVICE, service), (SOCKET, socket)]
        };
        let copied_from = Some(running).filter(|running| *running != program).map(Path::to_owned);
        Ok(Self { machine, config, copied_from, files, is_packaged })
    }

    /// The files with their places, as `systemctl cat` shows them.
    pub fn print(&self) -> String {
        let [(service_path, service), (socket_path, socket)] = &self.files;
        format!("# {service_path}\n{service}\n# {socket_path}\n{}", socket.trim_end())
    }

    /// Carries it out, and answers when the service is ready, with what was done.
    ///
    /// # Errors
    /// In words for the operator. What was begun is brought to its end by another run.
    pub fn carry_out(&self) -> Result<Vec<String>> {
        let machine = &self.machine;
        machine.check_may_change()?;
        self.check_ours()?;
        Account::check(machine)?;
        let mut done = Vec::new();
        if let Some(running) = &self.copied_from {
            copy_program(machine, running, &mut done)?;
        }
        if !self.is_packaged {
            machine.write(USER, USER_TEXT.as_bytes(), 0o644)?;
            machine.run("systemd-sysusers", &[&machine.at(USER).to_string_lossy()])?;
        }
        self.write_config(&mut done)?;
        self.make_backup_folder(&mut done)?;
        // Before the units change: afterwards systemd tells what it read, and no more what is open.
        let in_the_way = self.in_the_way()?;
        if !in_the_way.is_empty() {
            machine.run("systemctl", &[&["stop"], &in_the_way[..]].concat())?;
        }
        if self.is_packaged {
            // Of an installation before the package, whose units it would hide.
            for path in [SERVICE, SOCKET].into_iter().filter(|path| machine.at(path).exists()) {
                machine.remove(path)?;
                done.push(format!("removed {path}, which stood before that of the package"));
            }
        }
        if !self.is_packaged {
            remove_additions(machine)?;
        }
        for (path, text) in &self.files {
            machine.write(path, text.as_bytes(), 0o644)?;
        }
        done.push(format!("wrote {} and {}", self.files[0].0, self.files[1].0));
        machine.run("systemctl", &["daemon-reload"])?;
        machine.run("systemctl", &["--quiet", "enable", "maru.socket", "maru.service"])?;
        machine.run("systemctl", &["start", "maru.socket"])?;
        machine.run("systemctl", &["restart", "maru.service"])?;
        done.push("started; its log, with the link that makes the first account: journalctl -u maru".to_owned());
        Ok(done)
    }

    fn check_ours(&self) -> Result<()> {
        let units = own_units();
        let own = [(SERVICE, &units.service), (SOCKET, &units.socket)].map(|(path, text)| (path, text.as_str()));
        let written = self.files.iter().map(|(path, text)| (*path, text.as_str()));
        own.into_iter()
            .chain(written)
            .chain(additions().iter().map(|(path, text)| (*path, text.as_str())))
            .chain([(USER, USER_TEXT)])
            .try_for_each(|(path, text)| self.machine.check_ours(path, text))
    }

    /// Units to be stopped first: systemd opens a port anew only while nobody serves on it. None where the ports that are
    /// open are the right ones, so that nobody is refused.
    fn in_the_way(&self) -> Result<Vec<&'static str>> {
        let ask = |unit| self.machine.run("systemctl", &["show", unit, "--property=ActiveState,Listen"]);
        let is_up =
            |shown: &str| !shown.lines().any(|line| matches!(line, "ActiveState=inactive" | "ActiveState=failed"));
        let (service, socket) = (ask("maru.service")?, ask("maru.socket")?);
        let listens = socket.lines().filter_map(|line| line.strip_prefix("Listen=")).flat_map(str::split_whitespace);
        let mut open: Vec<_> = listens.filter(|word| !word.starts_with('(')).map(str::to_owned).collect();
        let mut wanted: Vec<_> = self.config.public_ports().iter().map(ToString::to_string).collect();
        open.sort();
        wanted.sort();
        if is_up(&socket) && open == wanted {
            return Ok(Vec::new());
        }
        let units = [("maru.service", service), ("maru.socket", socket)];
        Ok(units.into_iter().filter(|(_, shown)| is_up(shown)).map(|(unit, _)| unit).collect())
    }

    /// The service's user reads the settings, root alone the secrets, and nobody else either; whoever made them, and how.
    fn write_config(&self, done: &mut Vec<String>) -> Result<()> {
        let machine = &self.machine;
        machine.make_folder(CONFIG_FOLDER, 0o750)?;
        machine.make_folder(SECRETS, 0o700)?;
        let path = machine.at(CONFIG);
        if path.exists() {
            let found = fs::metadata(&path).map_err(|error| words(&path, &error))?;
            let mode = found.permissions().mode() & 0o750 | 0o040;
            fs::set_permissions(&path, Permissions::from_mode(mode)).map_err(|error| words(&path, &error))?;
        } else {
            machine.write(CONFIG, fresh_config(&self.config).as_bytes(), 0o640)?;
            done.push(format!("wrote {CONFIG}, for your settings"));
        }
        let folder = machine.at(CONFIG_FOLDER);
        machine.run("chgrp", &["maru", &folder.to_string_lossy(), &path.to_string_lossy()]).map(drop)
    }

    fn make_backup_folder(&self, done: &mut Vec<String>) -> Result<()> {
        let Some(folder) = self.config.backup.dir.as_deref().filter(|folder| folder.is_absolute()) else {
            return Ok(());
        };
        let path = self.machine.at(folder);
        if !path.exists() {
            fs::create_dir_all(&path).map_err(|error| words(&path, &error))?;
            fs::set_permissions(&path, Permissions::from_mode(0o700)).map_err(|error| words(&path, &error))?;
            self.machine.run("chown", &["maru:", &path.to_string_lossy()])?;
            done.push(format!("made {} for backups", folder.display()));
        } else if Account::of_the_service(&self.machine)?
            .is_some_and(|account| fs::metadata(&path).is_ok_and(|found| found.uid() != account.id))
        {
            done.push(format!(
                "backups need rights in {0}: if it is for Maru alone, chown -R maru: {0}",
                folder.display()
            ));
        }
        Ok(())
    }
}

/// What a package left, whose own ports would be opened in the place of those in the units.
fn remove_additions(machine: &Machine) -> Result<()> {
    additions().iter().try_for_each(|(path, _)| machine.remove(path))
}

/// Additions of ours, to compare with.
fn additions() -> [(&'static str, String); 2] {
    let Additions { service, socket } = Additions::new(&Config::default(), &[]);
    [(SERVICE_ADDITIONS, service), (SOCKET_ADDITIONS, socket)]
}

/// Units of ours, to compare with: how they begin does not depend on the settings.
fn own_units() -> Units {
    Units::new(Path::new(PROGRAM), &Config::default(), &[])
}

fn check_backup_folder(config: &Config) -> Result<()> {
    let Some(folder) = &config.backup.dir else { return Ok(()) };
    let shown = folder.display();
    if folder.to_string_lossy().contains(char::is_control) {
        return Err(Error::Conflict(
            "backup.dir has a character that no unit file can name, such as a line break".to_owned(),
        ));
    }
    if OUT_OF_REACH.iter().any(|place| folder.starts_with(place)) {
        return Err(Error::Conflict(format!(
            "backup.dir: the service does not get at {shown}; name a folder elsewhere, such as /var/backups/maru"
        )));
    }
    Ok(())
}

/// The former one is kept: an older database is served by it alone.
fn copy_program(machine: &Machine, running: &Path, done: &mut Vec<String>) -> Result<()> {
    let program = fs::read(running).map_err(|error| words(running, &error))?;
    let target = machine.at(PROGRAM);
    let former = match fs::read(&target) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        read => Some(read.map_err(|error| words(&target, &error))?),
    };
    if let Some(former) = former.filter(|former| *former != program) {
        machine.write(FORMER_PROGRAM, &former, 0o755)?;
        done.push(format!("kept the former program as {FORMER_PROGRAM}"));
    }
    machine.write(PROGRAM, &program, 0o755)?;
    done.push(format!("copied the program to {PROGRAM}"));
    Ok(())
}

/// Stops the service and removes its units. Answers with what was done.
///
/// # Errors
/// In words for the operator.
pub fn uninstall(machine: &Machine) -> Result<Vec<String>> {
    machine.check_may_change()?;
    if is_packaged(machine) {
        return Err(Error::Conflict("Maru is installed as a package here: remove that".to_owned()));
    }
    let units = own_units();
    let files = [(SERVICE, "maru.service", units.service), (SOCKET, "maru.socket", units.socket)];
    let there: Vec<_> = files.iter().filter(|(path, ..)| machine.at(path).exists()).collect();
    if there.is_empty() {
        return Err(Error::Conflict(format!("{SERVICE} is not there: nothing was installed by maru service install")));
    }
    let added = additions();
    let ours = files.iter().map(|(path, _, text)| (*path, text.as_str()));
    let ours = ours.chain(added.iter().map(|(path, text)| (*path, text.as_str()))).chain([(USER, USER_TEXT)]);
    ours.into_iter().try_for_each(|(path, text)| machine.check_ours(path, text))?;
    let names: Vec<_> = there.iter().map(|(_, name, _)| *name).collect();
    machine.run("systemctl", &[&["--quiet", "disable", "--now"], &names[..]].concat())?;
    [SERVICE, SOCKET, USER].into_iter().try_for_each(|path| machine.remove(path))?;
    remove_additions(machine)?;
    machine.run("systemctl", &["daemon-reload"])?;
    Ok(vec![
        "stopped and removed the service".to_owned(),
        format!("kept: {DATA_DIR} (all data), {CONFIG_FOLDER}, the user maru, and the program"),
    ])
}

fn fresh_config(config: &Config) -> String {
    let mut usual = Config::default().listen;
    if config.serves_https() {
        usual.set_port(443);
    }
    let mark = if config.listen == usual { "# " } else { "" };
    let listen = config.listen;
    let domains: String = config.domain.iter().map(|domain| format!("\"{domain}\", ")).collect();
    let domain = if domains.is_empty() { domains } else { format!("domain = [{}]\n", domains.trim_end_matches(", ")) };
    format!(
        "# Settings of the service; `maru config` lists them all.\n\
         # After a change of listen, domain, tls or backup.dir, which the units know: maru service install\n\
         # After any other: systemctl restart maru, or for log_level alone, systemctl reload maru.\n\
         {mark}listen = \"{listen}\"\n{domain}"
    )
}
