//! What is released: archives that have everything and run, a Debian package that installs and goes again, an image whose
//! parts are there.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use maru::systemd::{Installation, Machine, Wanted};
use support::{maru, run_maru};
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a program of the system to its end, and answers with what it printed.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output: Output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{command:?} ended with {}\n{stdout}\n{stderr}", output.status);
    stdout
}

/// Packs the program of this build, without its debug information, into a folder.
fn pack(folder: &Path) -> PathBuf {
    let (program, out) = (folder.join("maru"), folder.join("out"));
    if !program.exists() {
        run(Command::new("strip").arg("-o").arg(&program).arg(maru().get_program()));
    }
    let mut command = Command::new(root().join("scripts/package"));
    command.args(["--quick", "--program"]).arg(&program).arg("--out").arg(&out).env("SOURCE_DATE_EPOCH", "1767225600");
    run(&mut command);
    out
}

fn only(folder: &Path, ending: &str) -> PathBuf {
    let entries = fs::read_dir(folder).expect("the packages").map(|entry| entry.expect("a file").path());
    let mut found: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    assert_eq!(found.len(), 1, "{ending}: {found:?}");
    found.remove(0)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[tokio::test]
async fn an_archive_has_everything_runs_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = pack(folder.path());
    let sums = fs::read_to_string(out.join("SHA256SUMS")).expect("the sums");
    run(Command::new("sha256sum").args(["--check", "SHA256SUMS"]).current_dir(&out));
    assert_eq!(sums.lines().count(), 2, "archive and Debian package: {sums}");
    fs::remove_dir_all(&out).expect("removed");
    pack(folder.path());
    assert_eq!(fs::read_to_string(out.join("SHA256SUMS")).expect("the sums"), sums, "the same source, the same bytes");

    let archive = only(&out, ".tar.gz");
    run(Command::new("tar").arg("--extract").arg("--file").arg(&archive).current_dir(folder.path()));
    let name = archive.file_name().expect("a name").to_string_lossy().replace(".tar.gz", "");
    let unpacked = folder.path().join(&name);
    for file in [
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "man/maru.1",
        "man/maru-serve.1",
        "completions/maru.bash",
        "completions/_maru",
        "completions/maru.fish",
        "systemd/sysusers.conf",
    ] {
        assert_eq!(mode(&unpacked.join(file)), 0o644, "{file}");
    }
    let program = unpacked.join("maru");
    assert_eq!(mode(&program), 0o755);
    let version = run(Command::new(&program).arg("--version"));
    assert!(version.starts_with(&format!("maru {}", env!("CARGO_PKG_VERSION"))), "{version}");

    // The units are those that the program itself would install for a start.
    let machine = Machine::below(&folder.path().join("machine"), "");
    let plan = Installation::plan(machine, Path::new("/usr/local/bin/maru"), &Wanted::default());
    let print = plan.expect("a machine that has nothing yet").print();
    for unit in ["maru.service", "maru.socket"] {
        let packed = fs::read_to_string(unpacked.join("systemd").join(unit)).expect("a unit");
        assert!(print.contains(packed.trim_end()), "{unit}\n{packed}\n{print}");
    }
    run(Command::new("bash").arg("-n").arg(unpacked.join("completions/maru.bash")));
}

/// A system that has nothing but dpkg's own records.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"] {
            fs::create_dir_all(folder.path().join(path)).expect("a folder");
        }
        for path in ["var/lib/dpkg/status", "var/lib/dpkg/available"] {
            fs::write(folder.path().join(path), "").expect("a file");
        }
        Self(folder)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Nothing outside of it is touched: scripts are told where they work, and ownership is pretended.
    fn dpkg(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("fakeroot");
        command.arg("dpkg").arg(format!("--root={}", self.0.path().display()));
        command.arg(format!("--log={}", self.path("dpkg.log").display()));
        command.args(["--force-script-chrootless", "--force-not-root", "--force-depends", "--force-architecture"]);
        // A caller who is not root may not have it.
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        run(command.args(arguments))
    }
}

#[tokio::test]
async fn the_debian_package_installs_program_user_and_units_and_goes_without_the_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let deb = only(&pack(folder.path()), ".deb");
    let deb = deb.to_str().expect("a plain path");
    let control = run(Command::new("dpkg-deb").args(["--info", deb]));
    assert!(control.contains("libc6 (>= 2."), "{control}");
    let listed = run(Command::new("dpkg-deb").args(["--contents", deb]));
    assert!(listed.lines().all(|line| line.contains(" root/root ")), "{listed}");
    for path in
        ["usr/share/man/man1/maru.1.gz", "usr/share/doc/maru/copyright", "usr/share/bash-completion/completions/maru"]
    {
        assert!(listed.contains(path), "{path} is not in {listed}");
    }

    let scratch = Scratch::new();
    scratch.dpkg(&["--install", deb]);
    let version = run(Command::new(scratch.path("usr/bin/maru")).arg("--version"));
    assert!(version.starts_with("maru "), "{version}");
    let service = fs::read_to_string(scratch.path("usr/lib/systemd/system/maru.service")).expect("the unit");
    assert!(service.contains("\nExecStart=/usr/bin/maru serve\n") && !service.contains("\n@"), "{service}");
    assert!(scratch.path("usr/lib/systemd/system/maru.socket").exists());
    let users = fs::read_to_string(scratch.path("etc/passwd")).expect("users");
    assert!(users.lines().any(|line| line.starts_with("maru:") && line.contains(":/var/lib/maru:")), "{users}");
    for (path, expected) in [("etc/maru", 0o750), ("etc/maru/maru.toml", 0o640), ("etc/maru/secrets", 0o700)] {
        assert_eq!(mode(&scratch.path(path)), expected, "{path}");
    }
    let wanted = scratch.path("etc/systemd/system/multi-user.target.wants/maru.service");
    let port = scratch.path("etc/systemd/system/sockets.target.wants/maru.socket");
    assert!(wanted.is_symlink() && port.is_symlink(), "it starts with the machine, also when that is only being made");
    // The settings that it brings are settings.
    let config = scratch.path("etc/maru/maru.toml");
    let output = run_maru(&["config", "--config", config.to_str().expect("a plain path")], &[], "").await;
    assert!(output.status.success(), "{output:?}");

    let kept = scratch.path("var/lib/maru/maru.db");
    fs::create_dir_all(kept.parent().expect("a folder")).expect("a folder");
    fs::write(&kept, "messages").expect("data");
    scratch.dpkg(&["--remove", "maru"]);
    assert!(!scratch.path("usr/bin/maru").exists() && config.exists(), "settings stay when it is removed");
    // An administrator's choices outlive an update, or a while without it.
    fs::set_permissions(&config, fs::Permissions::from_mode(0o660)).expect("its mode is set");
    scratch.dpkg(&["--install", deb]);
    assert_eq!(mode(&config), 0o660);
    assert!(wanted.is_symlink(), "it starts with the machine again");
    fs::remove_file(&config).expect("removed");
    scratch.dpkg(&["--install", deb]);
    assert!(!config.exists());
    scratch.dpkg(&["--remove", "maru"]);
    let said = scratch.dpkg(&["--purge", "maru"]);
    assert!(said.contains("Maru's data is kept"), "{said}");
    assert!(!scratch.path("etc/maru").exists() && kept.exists(), "data stay in any case");
    assert!(!wanted.is_symlink());
}

/// The scripts' own words are run, with what they ask systemd for written down.
#[test]
fn a_service_that_cannot_start_leaves_a_whole_package() {
    const BOOTED: &str = "[ -z \"$DPKG_ROOT\" ] && [ -d /run/systemd/system ]";
    let scratch = Scratch::new();
    fs::write(scratch.path("etc/passwd"), "").expect("written");
    fs::write(scratch.path("etc/group"), "maru:x:998:\n").expect("written");
    let bin = scratch.path("bin");
    fs::create_dir(&bin).expect("a folder");
    for program in ["systemctl", "systemd-sysusers", "deb-systemd-helper", "deb-systemd-invoke", "chgrp"] {
        let path = bin.join(program);
        let text = format!("#!/bin/sh\necho \"{program} $*\" >>\"$CALLS\"\ntest ! -e \"$CALLS.$1\"\n");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be run");
    }
    let calls = scratch.path("calls");
    let script = |name: &str, arguments: &[&str]| {
        let text = fs::read_to_string(root().join("packaging/debian").join(name)).expect("the script");
        assert!(text.contains(BOOTED) || name == "preinst", "{name}");
        let mut command = Command::new("sh");
        command.arg("-c").arg(text.replace(BOOTED, "true")).arg(name).args(arguments);
        command.env("DPKG_ROOT", scratch.0.path()).env("CALLS", &calls);
        let output = command.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).output().expect("sh runs");
        let asked = fs::read_to_string(&calls).unwrap_or_default();
        let _none = fs::remove_file(&calls);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned(), asked)
    };
    for version in ["", "0.0.9"] {
        let (done, said, asked) = script("postinst", &["configure", version]);
        assert!(done && said.is_empty(), "{said}");
        let started =
            "systemctl daemon-reload\ndeb-systemd-invoke start maru.socket\ndeb-systemd-invoke restart maru.service\n";
        assert!(asked.ends_with(started), "{asked}");
    }
    for failing in ["start", "restart"] {
        fs::write(scratch.path(&format!("calls.{failing}")), "").expect("written");
        let (done, said, _) = script("postinst", &["configure", ""]);
        assert!(done && said.contains("Maru could not be started"), "{said}");
    }
    let (done, _, asked) = script("prerm", &["remove"]);
    assert!(done && asked == "systemctl --quiet stop maru.service maru.socket\n", "{asked}");
    assert_eq!(script("prerm", &["upgrade", "0.2.0"]).2, "");
    assert!(script("postrm", &["remove"]).0);

    // Nor is a person made to run it.
    assert!(script("preinst", &["install"]).0);
    for (account, expected) in
        [("998:998::/home/maru:/bin/sh", true), ("1000:1000:Maru,,,:/home/maru:/bin/bash", false)]
    {
        fs::write(scratch.path("etc/passwd"), format!("root:x:0:0:root:/root:/bin/sh\nmaru:x:{account}\n"))
            .expect("written");
        let (done, said, _) = script("preinst", &["install"]);
        assert_eq!(done, expected, "{said}");
        assert_eq!(said.contains("is a person's account"), !expected);
    }
}

/// It is not built here: what can be known of it without that is.
#[test]
fn the_image_is_made_of_what_is_there_and_runs_as_nobody_in_particular() {
    let text = fs::read_to_string(root().join("Dockerfile")).expect("the Dockerfile");
    for line in text.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from=")) {
        for source in line.split_whitespace().skip(1).collect::<Vec<_>>().split_last().expect("a target").1 {
            assert!(root().join(source).exists(), "{line}: there is no {source}");
        }
    }
    let last = text.rsplit("\nFROM ").next().expect("a stage");
    for line in ["USER 10001:10001", "VOLUME /var/lib/maru", "ENTRYPOINT [\"/usr/bin/maru\"]", "CMD [\"serve\"]"] {
        assert!(last.lines().any(|found| found == line), "{line} is not in {last}");
    }
    assert!(last.contains("CMD [\"/usr/bin/maru\", \"health\"]"), "its health is asked of the program itself: {last}");
    let compose = fs::read_to_string(root().join("compose.yaml")).expect("compose.yaml");
    assert!(compose.contains("data:/var/lib/maru"), "the volume is the one of the image: {compose}");
    if let Ok(output) = Command::new("hadolint").arg(root().join("Dockerfile")).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    } else {
        eprintln!("left out: hadolint is not installed");
    }
}
