//! The service of this machine, if there is one: whether it is started with it, and what it is given.

use super::machine::Machine;
use super::units::SECRETS;
use super::variables::{assignment, variables};
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where packages put units.
const OF_PACKAGES: [&str; 2] = ["/usr/lib/systemd/system", "/lib/systemd/system"];
/// Where units are looked for, the first of a name being the one that counts.
const FOLDERS: [&str; 4] = ["/etc/systemd/system", "/usr/local/lib/systemd/system", OF_PACKAGES[0], OF_PACKAGES[1]];
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

/// Where the unit of this name is on a machine.
pub fn unit(machine: &Machine, name: &str) -> Option<PathBuf> {
    let places = FOLDERS.into_iter().map(|folder| machine.at(folder).join(name));
    places.into_iter().find(|unit| unit.symlink_metadata().is_ok())
}

/// Whether the service came as a package.
pub(super) fn is_packaged(machine: &Machine) -> bool {
    OF_PACKAGES.iter().any(|folder| machine.at(folder).join(UNIT).exists())
}

/// The service of a machine.
pub fn installed(machine: &Machine) -> Option<Installed> {
    let unit = unit(machine, UNIT)?;
    let is_masked = fs::read_link(&unit).is_ok_and(|target| target == Path::new("/dev/null"));
    let links = FOLDERS.into_iter().flat_map(|folder| ENABLED.map(|link| machine.at(folder).join(link)));
    let is_enabled = links.into_iter().any(|link| link.symlink_metadata().is_ok());
    Some(Installed { unit, is_masked, is_enabled })
}

/// The variables that systemd gives the service, as far as they are its settings; none when there is no service.
///
/// # Errors
/// In words for the operator: a file with some of them that may not be read.
pub fn environment(machine: &Machine) -> Result<Option<Vec<(OsString, OsString)>>, String> {
    let Some(Installed { unit, is_masked: false, .. }) = installed(machine) else { return Ok(None) };
    let text = fs::read_to_string(&unit).map_err(|error| format!("{}: {error}", unit.display()))?;
    let mut given = vec![("CREDENTIALS_DIRECTORY".into(), machine.at(SECRETS).into_os_string())];
    let mut add = |(name, value): (&str, &str)| given.push((name.into(), value.into()));
    for line in text.lines() {
        if let Some(one) = line.strip_prefix("Environment=") {
            let found = assignment(one).map_err(|problem| format!("{}: {problem}", unit.display()))?;
            found.into_iter().for_each(&mut add);
        } else if let Some(path) = line.strip_prefix("EnvironmentFile=") {
            let path = machine.at(path.trim_start_matches('-'));
            let text = match fs::read_to_string(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                read => read.map_err(|error| format!("{}: {error}", path.display()))?,
            };
            let found = variables(&text).map_err(|problem| format!("{}, {problem}", path.display()))?;
            found.into_iter().for_each(&mut add);
        }
    }
    Ok(Some(given))
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
        let (root, machine) = (folder.path(), Machine::below(folder.path(), ""));
        assert_eq!((installed(&machine), environment(&machine)), (None, Ok(None)));
        write(root, "usr/lib/systemd/system/maru.service", include_str!("../../packaging/systemd/maru.service"));
        let unit = root.join("usr/lib/systemd/system/maru.service");
        assert_eq!(installed(&machine), Some(Installed { unit, is_masked: false, is_enabled: false }));
        let expect = |more: &[(&str, &str)]| {
            let given = [("MARU_CONFIG", super::super::CONFIG), ("MARU_DATA_DIR", super::super::DATA_DIR)];
            let given = given.iter().chain(more).map(|(name, value)| (OsString::from(name), OsString::from(value)));
            let secrets = ("CREDENTIALS_DIRECTORY".into(), machine.at(SECRETS).into_os_string());
            assert_eq!(environment(&machine), Ok(Some([secrets].into_iter().chain(given).collect())));
        };
        expect(&[]);
        write(root, "etc/maru/maru.env", "# mine\nMARU_LISTEN=127.0.0.1:1\n\n MARU_LOG_LEVEL = \"debug\"\n;x=y\n");
        expect(&[("MARU_LISTEN", "127.0.0.1:1"), ("MARU_LOG_LEVEL", "debug")]);
        write(root, "etc/maru/maru.env", "MARU_LISTEN=a\\");
        let refused = environment(&machine).expect_err("systemd reads on");
        assert!(refused.contains("etc/maru/maru.env, line 1: MARU_LISTEN"), "{refused}");
    }

    #[test]
    fn a_service_is_started_with_the_machine_when_it_is_enabled_and_not_when_it_is_masked() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, machine) = (folder.path(), Machine::below(folder.path(), ""));
        write(root, "lib/systemd/system/maru.service", "[Service]\n");
        let wants = root.join("etc/systemd/system/sockets.target.wants");
        fs::create_dir_all(&wants).expect("a folder");
        symlink("/lib/systemd/system/maru.socket", wants.join("maru.socket")).expect("a link");
        assert!(installed(&machine).is_some_and(|found| found.is_enabled && !found.is_masked));
        symlink("/dev/null", root.join("etc/systemd/system/maru.service")).expect("a link");
        assert!(installed(&machine).is_some_and(|found| found.is_masked));
        assert_eq!(environment(&machine), Ok(None));
    }
}
