//! The machine: open files, memory, time zone, service manager.

use super::Finding;
use crate::systemd::{self, Machine};
use jiff::tz::TimeZone;
use std::fs;

/// Fewer clients than this are few.
const FEW_FILES: u64 = 4_096;
/// In KiB: what a server needs, and some for the system.
const LITTLE_MEMORY: u64 = 128 * 1024;

/// `process` is that of the running server.
pub(super) fn check(process: Option<u32>) -> Vec<Finding> {
    [open_files(process), memory(), Some(time_zone()), service()].into_iter().flatten().collect()
}

/// The hard limit: up to it the server helps itself.
fn open_files(process: Option<u32>) -> Option<Finding> {
    let of = process.map_or_else(|| "self".to_owned(), |process| process.to_string());
    let limits = fs::read_to_string(format!("/proc/{of}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let hard = line.split_whitespace().nth(1)?;
    let most: u64 = if hard == "unlimited" { u64::MAX } else { hard.parse().ok()? };
    Some(if most < FEW_FILES {
        let seen = format!("{most}: about as many clients can connect");
        Finding::warning("open files", seen, "raise the limit: LimitNOFILE=1048576 in the unit, or `ulimit -Hn`")
    } else {
        Finding::ok("open files", format!("{hard} are allowed: about as many clients can connect"))
    })
}

fn memory() -> Option<Finding> {
    let known = fs::read_to_string("/proc/meminfo").ok()?;
    let line = known.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let available: u64 = line.split_whitespace().next()?.parse().ok()?;
    let seen = format!("{} MiB are available", available / 1024);
    Some(if available < LITTLE_MEMORY {
        Finding::warning("memory", seen, "give the machine more memory, or stop what else runs on it")
    } else {
        Finding::ok("memory", seen)
    })
}

fn time_zone() -> Finding {
    match TimeZone::try_system() {
        Ok(zone) => Finding::ok("time zone", zone.iana_name().map_or("known to the system", |name| name).to_owned()),
        Err(error) => {
            let fix =
                "set TZ, or link /etc/localtime to a file of /usr/share/zoneinfo; until then nights are those of UTC";
            Finding::warning("time zone", format!("the system does not tell it: {error}"), fix)
        }
    }
}

/// What a unit says. Nothing where there is none, or systemd does not run.
pub(super) fn unit_text(name: &str) -> Option<String> {
    let machine = Machine::here();
    if machine.runs_systemd() { systemd::unit_text(&machine, name).ok().flatten() } else { None }
}

fn service() -> Option<Finding> {
    let machine = Machine::here();
    if !machine.runs_systemd() {
        return None;
    }
    let name = "systemd";
    Some(match systemd::installed(&machine) {
        Some(found) if found.is_masked => {
            let seen = format!("{} is masked: nobody starts Maru", found.unit.display());
            Finding::warning(name, seen, "sudo systemctl unmask maru.service maru.socket")
        }
        Some(found) if found.is_enabled => {
            Finding::ok(name, format!("{} starts it with the machine", found.unit.display()))
        }
        Some(found) => {
            let seen =
                format!("{} is not enabled: after a restart of the machine nobody starts Maru", found.unit.display());
            Finding::warning(name, seen, "sudo systemctl enable maru.socket maru.service")
        }
        None => {
            let fix = "`sudo maru service install` makes it a service";
            Finding::warning(name, "no unit: after a restart of the machine nobody starts Maru", fix)
        }
    })
}
