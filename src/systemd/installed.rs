//! The service of this machine, if there is one: whether it is started with it, and what it is given.

use super::machine::Machine;
use super::units::SECRETS;
use super::variables::{assignments, variables};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where packages put units.
const OF_PACKAGES: [&str; 2] = ["/usr/lib/systemd/system", "/lib/systemd/system"];
/// Where units are looked for, the first of a name being the one that counts.
const FOLDERS: [&str; 5] =
    ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", OF_PACKAGES[0], OF_PACKAGES[1]];
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

/// What a unit says, with what is added to it (`systemctl edit` does) behind it; none when there is no such unit.
///
/// # Errors
/// In words for the operator: a file that may not be read.
pub fn unit_text(machine: &Machine, name: &str) -> Result<Option<String>, String> {
    let Some(unit) = unit(machine, name) else { return Ok(None) };
    let mut additions = BTreeMap::new();
    // Of several with the same name the first one counts; they are read in the order of their names.
    for folder in FOLDERS.into_iter().rev() {
        let entries = fs::read_dir(machine.at(folder).join(format!("{name}.d"))).into_iter().flatten().flatten();
        let files = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "conf"));
        additions.extend(files.filter_map(|path| Some((path.file_name()?.to_owned(), path))));
    }
    let mut text = String::new();
    for path in [unit].into_iter().chain(additions.into_values()) {
        text += &fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        text.push('\n');
    }
    Ok(Some(text))
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
    if installed(machine).is_none_or(|found| found.is_masked) {
        return Ok(None);
    }
    let text = unit_text(machine, UNIT)?.unwrap_or_default();
    let mut given = vec![("CREDENTIALS_DIRECTORY".into(), machine.at(SECRETS).into_os_string())];
    // The files win over the units; of the same kind, the later ones do. With nothing behind it, a word begins anew.
    for (name, value) in written(&text)?.into_iter().chain(filed(machine, &text)?) {
        let name = OsString::from(name);
        given.retain(|(known, _)| *known != name);
        given.push((name, value.into()));
    }
    Ok(Some(given))
}

fn written(unit: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for line in values(unit, "Environment") {
        found.extend(assignments(line).map_err(|problem| format!("{UNIT}: {problem}"))?);
    }
    Ok(found)
}

fn filed(machine: &Machine, unit: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for path in values(unit, "EnvironmentFile") {
        let path = machine.at(path.trim_start_matches('-'));
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            read => read.map_err(|error| format!("{}: {error}", path.display()))?,
        };
        let of_file = variables(&text).map_err(|problem| format!("{}, {problem}", path.display()))?;
        found.extend(of_file.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    Ok(found)
}

/// What a unit says for a word, each time it does, as of the last time that it says nothing.
pub fn values<'u>(unit: &'u str, word: &str) -> Vec<&'u str> {
    let mut values = Vec::new();
    for (found, value) in unit.lines().filter_map(|line| line.trim().split_once('=')) {
        match value.trim() {
            _ if found.trim_end() != word => {}
            "" => values.clear(),
            value => values.push(value),
        }
    }
    values
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
        // The file wins over the unit, whichever comes first in the alphabet.
        write(
            root,
            "etc/systemd/system/maru.service.d/override.conf",
            "[Service]\nEnvironment=MARU_LISTEN=9 MARU_LOG_LEVEL=a\n",
        );
        write(
            root,
            "usr/lib/systemd/system/maru.service.d/override.conf",
            "[Service]\nEnvironment=MARU_DOMAIN=hidden\n",
        );
        expect(&[("MARU_LISTEN", "127.0.0.1:1"), ("MARU_LOG_LEVEL", "debug")]);
        write(root, "etc/maru/maru.env", "\n");
        expect(&[("MARU_LISTEN", "9"), ("MARU_LOG_LEVEL", "a")]);
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
