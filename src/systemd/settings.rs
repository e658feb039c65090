//! The settings that the service will have: what stands in its file, its variables and its secrets, and nothing of the
//! present environment.

use super::machine::Machine;
use super::units::{DATA_DIR, SECRETS};
use super::variables::variables;
use crate::config::{Config, Flags};
use crate::error::{Error, Result};
use std::ffi::OsString;
use std::path::Path;

/// What the service reads its settings from.
pub const CONFIG: &str = "/etc/maru/maru.toml";
/// Variables that win over it.
pub const VARIABLES: &str = "/etc/maru/maru.env";

/// What is asked for on the command line; good as long as there is no file yet.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub listen: Option<String>,
    pub domain: Vec<String>,
}

/// Reads them.
///
/// # Errors
/// In words for the operator: what is not valid, or asks for what stands elsewhere.
pub fn settings(machine: &Machine, wanted: &Wanted) -> Result<Config> {
    let environment = environment(machine)?;
    let file = Some(machine.at(CONFIG)).filter(|file| file.exists());
    let load = |wanted: &Wanted| {
        let Wanted { listen, domain } = wanted.clone();
        let flags = Flags { config: file.clone(), listen, domain, ..Flags::default() };
        Config::load(&flags, environment.clone()).map_err(|error| {
            let from = if machine.at(VARIABLES).exists() {
                format!("\n(variables are those of {VARIABLES})")
            } else {
                String::new()
            };
            Error::Conflict(format!("{error}{from}"))
        })
    };
    let written = load(&Wanted::default())?.config;
    let config = load(wanted)?.config;
    if file.is_some() && (&config.listen, &config.domain) != (&written.listen, &written.domain) {
        return Err(Error::Conflict(format!("the service listens where {CONFIG} says; change listen or domain there")));
    }
    if config.data_dir != Path::new(DATA_DIR) {
        return Err(Error::Conflict(format!(
            "the service keeps its data in {DATA_DIR}; leave MARU_DATA_DIR out of {VARIABLES}"
        )));
    }
    Ok(config)
}

/// What the unit gives the service.
fn environment(machine: &Machine) -> Result<Vec<(OsString, OsString)>> {
    let mut environment = vec![
        ("MARU_DATA_DIR".into(), DATA_DIR.into()),
        ("CREDENTIALS_DIRECTORY".into(), machine.at(SECRETS).into_os_string()),
    ];
    let text = machine.read(VARIABLES)?.unwrap_or_default();
    let given = variables(&text)
        .map_err(|problem| Error::Conflict(format!("{VARIABLES}, {problem}; that is written plainly in {CONFIG}")))?;
    for (name, value) in given {
        if name == "MARU_CONFIG" {
            return Err(Error::Conflict(format!("{VARIABLES}: {name}: the service reads {CONFIG}")));
        }
        environment.retain(|(known, _)| known != name);
        environment.push((name.into(), value.into()));
    }
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
        let root = tempfile::tempdir().expect("a folder");
        let machine = Machine::below(root.path(), "");
        for (path, text) in files {
            let path = machine.at(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        (root, machine)
    }

    #[test]
    fn a_secret_that_lies_where_systemd_takes_it_from_counts() {
        let toml = "[files]\nstore = 's3://team/maru'\ns3_access_key_id = 'AKIA'\n";
        let secret = format!("{SECRETS}/files.s3_secret_access_key");
        let (_root, machine) = machine(&[(CONFIG, toml), (&secret, "its secret\n")]);
        let config = settings(&machine, &Wanted::default()).expect("valid settings");
        assert!(config.files.s3_secret_access_key.is_some());
        fs::remove_file(machine.at(&secret)).expect("removed");
        let refused = settings(&machine, &Wanted::default()).expect_err("no secret").to_string();
        assert!(refused.contains("files.s3_secret_access_key are needed"), "{refused}");
    }

    #[test]
    fn variables_win_over_the_file_as_they_do_in_the_service() {
        let text =
            "# MARU_LISTEN=1.1.1.1:1\n\nOTHER=1\nMARU_LISTEN='127.0.0.1:9000'\nMARU_BACKUP_DIR=\"/mnt/my backups\"\n";
        let (_root, machine) = machine(&[(CONFIG, "listen = '127.0.0.1:8000'\n"), (VARIABLES, text)]);
        let config = settings(&machine, &Wanted::default()).expect("valid settings");
        assert_eq!(config.listen.to_string(), "127.0.0.1:9000");
        assert_eq!(config.backup.dir.as_deref(), Some(Path::new("/mnt/my backups")));
        for (line, words) in [
            ("MARU_LISTEN=nowhere", "/etc/maru/maru.env"),
            ("MARU_DATA_DIR=/srv/maru", "keeps its data in /var/lib/maru"),
            ("MARU_CONFIG=/srv/maru.toml", "the service reads /etc/maru/maru.toml"),
            ("MARU_BACKUP_DIR=/mnt/a\\", "line 1: MARU_BACKUP_DIR"),
        ] {
            fs::write(machine.at(VARIABLES), line).expect("written");
            let refused = settings(&machine, &Wanted::default()).expect_err(line).to_string();
            assert!(refused.contains(words), "{line}: {refused}");
        }
    }

    #[test]
    fn what_is_asked_for_holds_until_a_file_says_otherwise() {
        let wanted = Wanted { listen: Some("[::1]:9000".to_owned()), domain: Vec::new() };
        let (_root, fresh) = machine(&[]);
        assert_eq!(settings(&fresh, &wanted).expect("settings").listen.to_string(), "[::1]:9000");
        let (_root, written) = machine(&[(CONFIG, "listen = '127.0.0.1:8000'\n")]);
        let refused = settings(&written, &wanted).expect_err("two addresses").to_string();
        assert!(refused.contains("change listen or domain there"), "{refused}");
    }
}
