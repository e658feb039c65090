//! What `maru service` does to a machine. systemd does not run where tests do, so this machine is a folder, and its
//! `systemctl` writes down what it is asked for and answers what a test tells it to.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use maru::systemd::{Installation, Machine, Wanted, status, uninstall};
use tempfile::TempDir;

const SERVICE: &str = "/etc/systemd/system/maru.service";
const SOCKET: &str = "/etc/systemd/system/maru.socket";
const CONFIG: &str = "/etc/maru/maru.toml";
const PACKAGED: &str = "/usr/lib/systemd/system/maru.service";

const RECORDER: &str = r#"#!/bin/sh
folder=$(dirname "$0")/..
echo "$(basename "$0") $*" >>"$folder/calls"
answer="$folder/answers/$(basename "$0") $1 $2"
if [ -e "$answer" ]; then cat "$answer"; fi
test ! -e "$answer fails"
"#;

struct Scratch {
    folder: TempDir,
    machine: Machine,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |path: &str| folder.path().join(path);
        for path in ["answers", "bin", "home", "root/run/systemd/system", "root/etc", "root/usr/local/bin"] {
            fs::create_dir_all(below(path)).expect("a folder");
        }
        fs::write(below("recorder"), RECORDER).expect("written");
        fs::set_permissions(below("recorder"), fs::Permissions::from_mode(0o755)).expect("it can be run");
        for program in ["systemctl", "systemd-sysusers", "getent", "chgrp", "chown"] {
            symlink("../recorder", below("bin").join(program)).expect("a link");
        }
        fs::write(below("home/maru"), "a program").expect("written");
        let search = format!("{}:/usr/bin:/bin", below("bin").display());
        let machine = Machine::below(&below("root"), search);
        Self { folder, machine }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.machine.at(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.at(path)).expect("it is there").permissions().mode() & 0o7777
    }

    /// What `systemctl show` and its like say from now on.
    fn answer(&self, call: &str, text: &str) {
        fs::write(self.folder.path().join("answers").join(call), text).expect("written");
    }

    fn is_up(&self, listens: &[&str]) {
        self.answer("systemctl show maru.service", "ActiveState=active\n");
        let ports: String = listens.iter().map(|port| format!("Listen={port} (Stream)\n")).collect();
        self.answer("systemctl show maru.socket", &format!("{ports}ActiveState=active\n"));
    }

    fn is_down(&self) {
        for unit in ["maru.service", "maru.socket"] {
            self.answer(&format!("systemctl show {unit}"), "ActiveState=inactive\n");
        }
    }

    /// What was asked of `systemctl` since the last time, but questions.
    fn asked(&self) -> Vec<String> {
        let calls = self.folder.path().join("calls");
        let text = fs::read_to_string(&calls).unwrap_or_default();
        let _none = fs::remove_file(calls);
        let asked = text.lines().filter_map(|line| line.strip_prefix("systemctl "));
        asked.filter(|asked| !asked.starts_with("show ")).map(str::to_owned).collect()
    }

    fn install_as(&self, running: &Path) -> Result<String, String> {
        let plan = Installation::plan(self.machine.clone(), running, &Wanted::default());
        let done = plan.and_then(|installation| installation.carry_out());
        done.map(|done| done.join("\n")).map_err(|error| error.to_string())
    }

    fn install(&self) -> Result<String, String> {
        self.install_as(&self.folder.path().join("home/maru"))
    }

    fn uninstall(&self) -> Result<String, String> {
        uninstall(&self.machine).map(|done| done.join("\n")).map_err(|error| error.to_string())
    }
}

const STARTED: [&str; 4] =
    ["daemon-reload", "--quiet enable maru.socket maru.service", "start maru.socket", "restart maru.service"];

#[test]
fn a_service_is_installed_brought_up_to_date_and_taken_away() {
    let scratch = Scratch::new();
    scratch.is_down();
    let done = scratch.install().expect("installed");
    assert!(done.contains("copied the program to /usr/local/bin/maru"), "{done}");
    assert_eq!(scratch.asked(), STARTED);
    assert_eq!(scratch.read("/usr/local/bin/maru"), "a program");
    assert!(scratch.read(SERVICE).contains("\nExecStart=/usr/local/bin/maru serve\n"));
    assert!(scratch.read(SOCKET).contains("\nListenStream=0.0.0.0:8080\n"));
    assert!(scratch.read("/etc/sysusers.d/maru.conf").contains("u maru "));
    assert!(scratch.read(CONFIG).ends_with("\n# listen = \"0.0.0.0:8080\"\n"), "a domain given later moves it to 443");
    for (path, mode) in [("/etc/maru", 0o750), ("/etc/maru/secrets", 0o700), (CONFIG, 0o640), (SERVICE, 0o644)] {
        assert_eq!(scratch.mode(path), mode, "{path}");
    }

    // Where the port stays, nobody is refused; the program from before is kept.
    scratch.is_up(&["0.0.0.0:8080"]);
    fs::write(scratch.folder.path().join("home/maru"), "a newer program").expect("written");
    let done = scratch.install().expect("brought up to date");
    assert!(done.contains("kept the former program as /usr/local/bin/maru.previous"), "{done}");
    assert_eq!(scratch.asked(), STARTED);
    assert_eq!(scratch.read("/usr/local/bin/maru"), "a newer program");
    assert_eq!(scratch.read("/usr/local/bin/maru.previous"), "a program");

    // Where it moves, it is opened anew, whichever unit had it open.
    scratch.write(CONFIG, "domain = ['chat.example.com']\n");
    scratch.install().expect("brought up to date");
    assert_eq!(scratch.asked(), [&["stop maru.service maru.socket"], &STARTED[..]].concat());
    assert!(scratch.read(SOCKET).contains("\nListenStream=0.0.0.0:443\nListenStream=0.0.0.0:80\n"));
    scratch.is_up(&["0.0.0.0:80", "0.0.0.0:443"]);
    scratch.install().expect("brought up to date");
    assert_eq!(scratch.asked(), STARTED);

    let done = scratch.uninstall().expect("taken away");
    assert!(done.contains("kept: /var/lib/maru"), "{done}");
    assert_eq!(scratch.asked(), ["--quiet disable --now maru.service maru.socket", "daemon-reload"]);
    assert!(!scratch.at(SERVICE).exists() && !scratch.at(SOCKET).exists() && scratch.at(CONFIG).exists());
    let again = scratch.uninstall().expect_err("nothing is there");
    assert!(again.contains("nothing was installed"), "{again}");
}

#[test]
fn what_was_cut_off_is_brought_to_its_end_or_taken_back() {
    let scratch = Scratch::new();
    scratch.is_up(&["0.0.0.0:8080"]);
    scratch.write(CONFIG, "listen = '127.0.0.1:9000'\n");
    scratch.answer("systemctl daemon-reload  fails", "");
    let failed = scratch.install().expect_err("it is cut off");
    assert!(failed.contains("`systemctl daemon-reload` failed"), "{failed}");
    assert_eq!(scratch.asked(), ["stop maru.service maru.socket", "daemon-reload"], "the port is free first");
    fs::remove_file(scratch.folder.path().join("answers/systemctl daemon-reload  fails")).expect("removed");
    // Where somebody started the old port again, it is closed again.
    scratch.install().expect("installed");
    assert_eq!(scratch.asked(), [&["stop maru.service maru.socket"], &STARTED[..]].concat());

    fs::remove_file(scratch.at(SERVICE)).expect("removed");
    scratch.uninstall().expect("what is there is taken away");
    assert_eq!(scratch.asked(), ["--quiet disable --now maru.socket", "daemon-reload"]);
}

#[test]
fn settings_that_were_there_first_are_for_the_service_and_for_nobody_else() {
    let scratch = Scratch::new();
    scratch.is_down();
    scratch.write(CONFIG, "listen = '127.0.0.1:9000'\n[files]\nstore = 's3://team/maru'\ns3_access_key_id = 'AKIA'\n");
    scratch.write("/etc/maru/secrets/files.s3_secret_access_key", "its secret");
    for (path, mode) in [("/etc/maru", 0o755), ("/etc/maru/secrets", 0o755), (CONFIG, 0o600)] {
        fs::set_permissions(scratch.at(path), fs::Permissions::from_mode(mode)).expect("its mode is set");
    }
    scratch.install().expect("installed");
    for (path, mode) in [("/etc/maru", 0o750), ("/etc/maru/secrets", 0o700), (CONFIG, 0o640)] {
        assert_eq!(scratch.mode(path), mode, "{path}");
    }
    let credential = "LoadCredential=files.s3_secret_access_key:/etc/maru/secrets/files.s3_secret_access_key";
    assert!(scratch.read(SERVICE).lines().any(|line| line == credential), "{}", scratch.read(SERVICE));
    assert!(scratch.read(SOCKET).contains("\nListenStream=127.0.0.1:9000\n"));
}

#[test]
fn backups_go_where_the_service_gets_at_them_or_it_is_told() {
    let scratch = Scratch::new();
    scratch.is_down();
    for folder in ["/home/mina/backups", "/root/b", "/tmp/b"] {
        scratch.write(CONFIG, &format!("[backup]\ndir = '{folder}'\n"));
        let refused = scratch.install().expect_err(folder);
        assert!(refused.contains(&format!("the service does not get at {folder}")), "{refused}");
    }
    assert!(!scratch.at(SERVICE).exists() && scratch.asked().is_empty());
    scratch.write(CONFIG, "[backup]\ndir = '/mnt/my backups'\n");
    let done = scratch.install().expect("installed");
    assert!(done.contains("made /mnt/my backups for backups"), "{done}");
    assert_eq!(scratch.mode("/mnt/my backups"), 0o700);
    let calls = scratch.read("/../calls");
    assert!(calls.contains("chown maru: "), "{calls}");
    scratch.answer("getent passwd maru", "maru:x:998:998::/var/lib/maru:/usr/sbin/nologin\n");
    let done = scratch.install().expect("installed");
    assert!(done.contains("chown -R maru: /mnt/my backups"), "it belongs to somebody else: {done}");
}

#[test]
fn systemd_reads_the_folder_of_backups_as_it_is_written_in_the_settings() {
    let scratch = Scratch::new();
    scratch.is_down();
    scratch.write(CONFIG, "[backup]\ndir = '/mnt/my \"b\" 100% \\ $x;'\n");
    scratch.install().expect("installed");
    // It names in full what it does not take: a path that is not absolute.
    let unit = scratch.read(SERVICE).replace("ReadWritePaths=\"-/", "ReadWritePaths=\"-");
    let unit = unit.replace("/usr/local/bin/maru", "/bin/true");
    let copies = [("maru.service", unit), ("maru.socket", scratch.read(SOCKET))].map(|(name, text)| {
        let path = scratch.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    });
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(copies).output();
    let output = output.expect("systemd-analyze is there; on Debian it is in the package systemd");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is not absolute, ignoring: mnt/my \"b\" 100% \\ $x;\n"), "{said}");
}

#[test]
fn what_is_not_ours_stays_as_it_is() {
    for path in [SERVICE, SOCKET, "/etc/sysusers.d/maru.conf"] {
        let scratch = Scratch::new();
        scratch.is_down();
        scratch.write(path, "# of somebody else\n");
        for refused in [scratch.install(), uninstall_with_units(&scratch, path)] {
            let refused = refused.expect_err("it is not ours");
            assert!(refused.contains(&format!("{path} was not written by this command")), "{refused}");
        }
        assert_eq!(scratch.read(path), "# of somebody else\n");
        assert!(scratch.asked().is_empty());
    }
    let scratch = Scratch::new();
    scratch.is_down();
    scratch.answer("getent passwd maru", "maru:x:1000:1000:Maru:/home/maru:/bin/bash\n");
    let refused = scratch.install().expect_err("a person");
    assert!(refused.contains("is a person's account"), "{refused}");
    assert!(!scratch.at(CONFIG).exists() && !scratch.at(SERVICE).exists() && scratch.asked().is_empty());
}

fn uninstall_with_units(scratch: &Scratch, foreign: &str) -> Result<String, String> {
    let other = Scratch::new();
    other.is_down();
    other.install().expect("units of ours");
    for path in [SERVICE, SOCKET].iter().filter(|path| **path != foreign) {
        scratch.write(path, &other.read(path));
    }
    scratch.uninstall()
}

#[test]
fn a_package_keeps_its_units_and_settings_are_added_to_them() {
    let scratch = Scratch::new();
    scratch.is_down();
    scratch.install().expect("installed before there was a package");
    scratch.asked();
    scratch.write(PACKAGED, "[Service]\nExecStart=/usr/bin/maru serve\n");
    let refused = scratch.install().expect_err("the service would not start this program");
    assert!(refused.contains("/usr/bin/maru service install"), "{refused}");
    let refused = scratch.uninstall().expect_err("dpkg does that");
    assert!(refused.contains("installed as a package"), "{refused}");
    assert!(scratch.asked().is_empty());

    scratch.is_up(&["0.0.0.0:8080"]);
    scratch.write(CONFIG, "domain = ['chat.example.com']\n[backup]\ndir = '/mnt/backups'\n");
    scratch.write("/etc/maru/secrets/signing_key", "0123456789abcdef0123456789abcdef");
    let done = scratch.install_as(Path::new("/usr/bin/maru")).expect("settings are added");
    assert!(done.contains(&format!("removed {SERVICE}")), "{done}");
    assert!(!scratch.at(SERVICE).exists() && !scratch.at(SOCKET).exists());
    assert_eq!(scratch.asked(), [&["stop maru.service maru.socket"], &STARTED[..]].concat());
    let service = scratch.read("/etc/systemd/system/maru.service.d/10-maru.conf");
    assert!(service.contains("\nLoadCredential=signing_key:/etc/maru/secrets/signing_key\n"), "{service}");
    assert!(service.contains("\nReadWritePaths=\"-/mnt/backups\"\n"), "{service}");
    let socket = scratch.read("/etc/systemd/system/maru.socket.d/10-maru.conf");
    let ports = "[Socket]\nListenStream=\nListenStream=0.0.0.0:443\nListenStream=0.0.0.0:80\n";
    assert!(socket.ends_with(ports), "{socket}");

    std::fs::remove_file(scratch.at(PACKAGED)).expect("the package is removed, and leaves what is in /etc");
    scratch.is_up(&["0.0.0.0:443", "0.0.0.0:80"]);
    scratch.write(CONFIG, "listen = '127.0.0.1:9000'\n");
    scratch.install().expect("installed by hand again");
    for unit in ["service", "socket"] {
        let added = format!("/etc/systemd/system/maru.{unit}.d/10-maru.conf");
        assert!(!scratch.at(&added).exists(), "{added} would open the former ports");
    }
}

#[test]
fn the_state_of_the_service_is_told_as_systemd_knows_it() {
    let scratch = Scratch::new();
    scratch.answer("systemctl show maru.service", "LoadState=not-found\nActiveState=inactive\n");
    let refused = status(&scratch.machine).expect_err("it is not installed").to_string();
    assert!(refused.contains("maru service install does that"), "{refused}");
    for (state, expected) in [("active", true), ("reloading", true), ("activating", false), ("failed", false)] {
        let shown = format!(
            "LoadState=loaded\nActiveState={state}\nMainPID=17\nMemoryCurrent=1572864\nStatusText=\nNRestarts=[not set]\n"
        );
        scratch.answer("systemctl show maru.service", &shown);
        let (facts, up) = status(&scratch.machine).expect("it is known");
        assert_eq!(up, expected, "{state}");
        let fact = |name| facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(
            (fact("process"), fact("memory"), fact("says"), fact("restarts")),
            (Some("17"), Some("1.50 MiB"), None, None)
        );
    }
}
