//! The units: systemd reads them without a word, and finds little to fear.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use maru::systemd::{Installation, Machine, Wanted};

use super::support::{example, placed, run_maru};

const CLUSTERING: &str = include_str!("../../docs/clustering.md");

/// The most exposure that `systemd-analyze security` may find, from 0 to 10.
const MOST_EXPOSURE: f64 = 2.0;

/// Writes the units that would be installed, with the program of this build in them.
fn units(folder: &Path) -> [PathBuf; 2] {
    // Not as this machine is, which may have Maru as a service.
    let machine = Machine::below(folder, "");
    let plan = Installation::plan(machine, Path::new(env!("CARGO_BIN_EXE_maru")), &Wanted::default()).expect("a plan");
    let printed = plan.print().replace("/usr/local/bin/maru", env!("CARGO_BIN_EXE_maru"));
    let (service, socket) = printed.split_once("# /etc/systemd/system/maru.socket\n").expect("two units");
    let service = service.strip_prefix("# /etc/systemd/system/maru.service\n").expect("the service first");
    let paths = ["maru.service", "maru.socket"].map(|name| folder.join(name));
    for (path, text) in paths.iter().zip([service, socket]) {
        std::fs::write(path, text).expect("written");
    }
    paths
}

fn systemd_analyze(arguments: &[&str], units: &[PathBuf]) -> Output {
    let output = Command::new("systemd-analyze").args(arguments).args(units).output();
    output.expect("systemd-analyze is there; on Debian it is in the package systemd")
}

#[tokio::test]
async fn systemd_reads_the_units_without_a_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let units = units(folder.path());
    let output = systemd_analyze(&["verify", "--man=no"], &units);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    // And it would say something.
    let service = std::fs::read_to_string(&units[0]).expect("the unit");
    std::fs::write(&units[0], service.replace("WatchdogSec=60s", "WatchdogSec=often")).expect("written");
    let output = systemd_analyze(&["verify", "--man=no"], &units);
    assert!(String::from_utf8_lossy(&output.stderr).contains("Failed to parse"), "{output:?}");
}

/// The commands of the guide, on the unit that would be installed.
#[tokio::test]
async fn the_units_of_several_servers_are_made_as_the_guide_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let [service, _] = units(folder.path());
    let example = example(CLUSTERING, "As a service", "sh");
    let (made, _) = example.split_once("\nsudo systemctl disable").expect("what makes the unit");
    let template = folder.path().join("maru@.service");
    let places = [
        ("systemctl cat maru.service", format!("cat {}", service.display())),
        ("sudo tee /etc/systemd/system/maru@.service", format!("tee {}", template.display())),
    ];
    let made = Command::new("sh").args(["-c", &placed(made.to_owned(), &places)]).output().expect("a shell");
    assert!(made.status.success(), "{made:?}");
    let text = std::fs::read_to_string(&template).expect("the unit");
    let starts = format!("ExecStart={} serve --listen 127.0.0.1:%i", env!("CARGO_BIN_EXE_maru"));
    assert!(text.lines().any(|line| line == starts), "{text}");
    assert!(!text.contains("maru.socket"), "{text}");
    let before = std::fs::read_to_string(&service).expect("the unit");
    let hardening = before
        .lines()
        .skip_while(|line| !line.starts_with("CapabilityBoundingSet"))
        .filter(|line| !line.starts_with("Also="));
    assert!(
        hardening.clone().count() > 20 && hardening.clone().all(|line| text.lines().any(|kept| kept == line)),
        "{text}"
    );
    let output = systemd_analyze(&["verify", "--man=no"], &[template]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[tokio::test]
async fn the_service_may_do_little() {
    let folder = tempfile::tempdir().expect("a folder");
    let [service, _] = units(folder.path());
    let output = systemd_analyze(&["security", "--offline=yes", "--no-pager"], &[service]);
    let table = String::from_utf8_lossy(&output.stdout);
    let (_, level) = table.split_once("Overall exposure level for maru.service: ").expect("a level");
    let level: f64 = level.split_whitespace().next().and_then(|level| level.parse().ok()).expect("a number");
    assert!(level <= MOST_EXPOSURE, "{level} is more than {MOST_EXPOSURE}\n{table}");
}

#[tokio::test]
async fn what_the_service_would_not_heed_is_refused() {
    for (arguments, words) in [
        (["--data-dir", "/srv/maru"], "the service keeps its data in /var/lib/maru"),
        (["--config", "/srv/maru.toml"], "the service reads /etc/maru/maru.toml"),
    ] {
        let output = run_maru(&[&["service", "install", "--print"], &arguments[..]].concat(), &[], "").await;
        assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""), "{output:?}");
        assert!(output.stderr.contains(words), "{output:?}");
    }
    let output = run_maru(&["service", "install", "--print", "--listen", "[::1]:9000"], &[], "").await;
    assert!(output.stdout.contains("\nListenStream=[::1]:9000\n"), "{output:?}");
}

/// Only where nothing can come of it: elsewhere these would change the machine.
#[tokio::test]
async fn without_systemd_nothing_is_installed_and_the_reason_is_told() {
    if Path::new("/run/systemd/system").exists() {
        return eprintln!("left out: systemd runs here");
    }
    for command in ["install", "uninstall", "status"] {
        let output = run_maru(&["service", command], &[], "").await;
        assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""), "{output:?}");
        assert!(output.stderr.contains("systemd does not run here"), "{output:?}");
    }
    assert!(!Path::new("/etc/systemd/system/maru.service").exists());
}
