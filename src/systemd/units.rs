//! The unit files, made to fit the settings: which ports are kept open, which folders may be written, which secrets are
//! handed over.

use crate::config::Config;
use std::fmt::Write;
use std::path::Path;

/// Where the service keeps its data.
pub const DATA_DIR: &str = "/var/lib/maru";
/// Where the service's secrets lie, each in a file that is named after its setting, for root alone.
pub const SECRETS: &str = "/etc/maru/secrets";

const SERVICE: &str = include_str!("../../packaging/systemd/maru.service");
const SOCKET: &str = include_str!("../../packaging/systemd/maru.socket");

/// The two units of the service.
#[derive(Debug, PartialEq, Eq)]
pub struct Units {
    pub service: String,
    pub socket: String,
}

/// What the settings add to the units that a package brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Additions {
    pub service: String,
    pub socket: String,
}

impl Units {
    /// Units that start `program`. `secrets` are the names of those that lie in [`SECRETS`].
    pub fn new(program: &Path, config: &Config, secrets: &[&str]) -> Self {
        let service = SERVICE
            .replace("@PROGRAM@", &escaped(program))
            .replace("@SECRETS@\n", &credentials(secrets))
            .replace("@PATHS@\n", &writable(config));
        let ports: Vec<_> = config.public_ports().iter().map(ToString::to_string).collect();
        Self { service, socket: SOCKET.replace("@LISTEN@", &ports.join("\nListenStream=")) }
    }
}

impl Additions {
    pub fn new(config: &Config, secrets: &[&str]) -> Self {
        const HEAD: &str = "# Of `maru service install`, which writes this file anew.";
        let (credentials, paths) = (credentials(secrets), writable(config));
        let ports: String = config.public_ports().iter().map(|port| format!("ListenStream={port}\n")).collect();
        Self {
            service: format!("{HEAD}\n[Service]\n{credentials}{paths}"),
            // An empty one takes back those that the unit names.
            socket: format!("{HEAD}\n[Socket]\nListenStream=\n{ports}"),
        }
    }
}

fn credentials(secrets: &[&str]) -> String {
    secrets.iter().map(|name| format!("LoadCredential={name}:{SECRETS}/{name}\n")).collect()
}

/// In quotes, in which systemd knows fewer escapes than in a command line.
fn writable(config: &Config) -> String {
    let Some(folder) = config.backup.dir.as_deref().filter(|folder| folder.is_absolute()) else {
        return String::new();
    };
    let folder = folder.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("ReadWritePaths=\"-{folder}\"\n")
}

/// A path as a word of a command line.
fn escaped(path: &Path) -> String {
    let mut word = String::new();
    for character in path.to_string_lossy().chars() {
        match character {
            '%' => word.push_str("%%"),
            ' ' => word.push_str("\\x20"),
            '"' | '\'' | '\\' | '$' | ';' => {
                let _ = write!(word, "\\x{:02x}", u32::from(character));
            }
            other => word.push(other),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Flags;

    #[test]
    fn units_fit_the_settings() {
        let mut config = Config::default();
        let units = Units::new(Path::new("/usr/bin/maru"), &config, &[]);
        assert!(units.service.contains("\nExecStart=/usr/bin/maru serve\n"), "{}", units.service);
        assert!(units.socket.contains("\nListenStream=0.0.0.0:8080\n"), "{}", units.socket);
        for text in [&units.service, &units.socket] {
            assert!(!text.lines().any(|line| line.starts_with('@')), "{text}");
        }
        assert!(!units.service.contains("LoadCredential=") && !units.service.contains("ReadWritePaths="));

        let flags = Flags { domain: vec!["chat.example.com".to_owned()], ..Flags::default() };
        let encrypted = Config::load(&flags, []).expect("settings").config;
        let units = Units::new(Path::new("/usr/bin/maru"), &encrypted, &[]);
        assert!(units.socket.contains("\nListenStream=0.0.0.0:443\nListenStream=0.0.0.0:80\n"), "{}", units.socket);

        config.listen = ([127, 0, 0, 1], 9000).into();
        config.backup.dir = Some("/mnt/100 %".into());
        let units = Units::new(Path::new("/opt/my maru/maru"), &config, &["signing_key"]);
        assert!(units.socket.contains("\nListenStream=127.0.0.1:9000\n"), "{}", units.socket);
        for line in [
            "LoadCredential=signing_key:/etc/maru/secrets/signing_key",
            "ReadWritePaths=\"-/mnt/100 %%\"",
            "ExecStart=/opt/my\\x20maru/maru serve",
        ] {
            assert!(units.service.lines().any(|found| found == line), "{line} is not in {}", units.service);
        }
        let additions = Additions::new(&config, &["signing_key"]);
        assert!(additions.service.contains("LoadCredential=signing_key:") && additions.service.contains("100 %%"));
        assert!(additions.socket.ends_with("\nListenStream=\nListenStream=127.0.0.1:9000\n"), "{}", additions.socket);
    }
}
