//! The service of this machine, if there is one: whether it is started with it, and what it is given.

use super::SECRETS;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where units are looked for, the first of a name being the one that counts.
const FOLDERS: [&str; 4] =
    ["etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];
const UNIT: &str = "maru.service";
/// Where it is linked when it is started with the machine: by itself, or by its port.
const ENABLED: [&str; 2] = ["multi-user.target.wants/maru.service", "sockets.target.wants/maru.socket"];

/// A unit that was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Installed {
    pub unit: PathBuf,
    /// It is linked to nothing, so that it cannot be started.
    pub is_masked: bool,
    pub is_enabled: bool,
}

/// Where the unit of this name is on the machine whose files are below `root`.
pub fn unit(root: &Path, name: &str) -> Option<PathBuf> {
    FOLDERS.into_iter().map(|folder| root.join(folder).join(name)).find(|unit| unit.symlink_metadata().is_ok())
}

/// The service of the machine whose files are below `root`.
pub fn installed(root: &Path) -> Option<Installed> {
    let unit = unit(root, UNIT)?;
    let is_masked = fs::read_link(&unit).is_ok_and(|target| target == Path::new("/dev/null"));
    let links = FOLDERS.into_iter().flat_map(|folder| ENABLED.map(|link| root.join(folder).join(link)));
    let is_enabled = links.into_iter().any(|link| link.symlink_metadata().is_ok());
    Some(Installed { unit, is_masked, is_enabled })
}

/// The variables that systemd gives the service; none when there is no service.
///
/// # Errors
/// In words for the operator: a file with some of them that may not be read.
pub fn environment(root: &Path) -> Result<Option<Vec<(String, String)>>, String> {
    let Some(Installed { unit, is_masked: false, .. }) = installed(root) else { return Ok(None) };
    let text = fs::read_to_string(&unit).map_err(|error| format!("{}: {error}", unit.display()))?;
    let mut variables = vec![("CREDENTIALS_DIRECTORY".to_owned(), SECRETS.to_owned())];
    for line in text.lines() {
        if let Some(assignment) = line.strip_prefix("Environment=") {
            variables.extend(variable(assignment));
        } else if let Some(path) = line.strip_prefix("EnvironmentFile=") {
            let path = root.join(path.trim_start_matches('-').trim_start_matches('/'));
            match fs::read_to_string(&path) {
                Ok(text) => variables.extend(text.lines().filter_map(variable)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
    }
    Ok(Some(variables))
}

/// As systemd.exec(5) has it, but for values of several lines.
fn variable(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let (name, value) = line.split_once('=').filter(|_| !line.starts_with(['#', ';']))?;
    let value = value.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    Some((name.trim().to_owned(), quoted.unwrap_or(value).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn a_service_is_found_with_what_it_is_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        assert_eq!((installed(root), environment(root)), (None, Ok(None)));
        write(root, "usr/lib/systemd/system/maru.service", include_str!("../../packaging/systemd/maru.service"));
        let unit = root.join("usr/lib/systemd/system/maru.service");
        assert_eq!(installed(root), Some(Installed { unit, is_masked: false, is_enabled: false }));
        let expect = |more: &[(&str, &str)]| {
            let given = [
                ("CREDENTIALS_DIRECTORY", SECRETS),
                ("MARU_CONFIG", super::super::CONFIG),
                ("MARU_DATA_DIR", super::super::DATA_DIR),
            ];
            let given = given.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            assert_eq!(environment(root), Ok(Some(given.collect())));
        };
        expect(&[]);
        write(root, "etc/maru/maru.env", "# mine\nMARU_LISTEN=127.0.0.1:1\n\n MARU_LOG_LEVEL = \"debug\"\n;x=y\n");
        expect(&[("MARU_LISTEN", "127.0.0.1:1"), ("MARU_LOG_LEVEL", "debug")]);
    }

    #[test]
    fn a_service_is_started_with_the_machine_when_it_is_enabled_and_not_when_it_is_masked() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        write(root, "lib/systemd/system/maru.service", "[Service]\n");
        let wants = root.join("etc/systemd/system/sockets.target.wants");
        fs::create_dir_all(&wants).expect("a folder");
        symlink("/lib/systemd/system/maru.socket", wants.join("maru.socket")).expect("a link");
        assert!(installed(root).is_some_and(|found| found.is_enabled && !found.is_masked));
        symlink("/dev/null", root.join("etc/systemd/system/maru.service")).expect("a link");
        assert!(installed(root).is_some_and(|found| found.is_masked));
        assert_eq!(environment(root), Ok(None));
    }
}
