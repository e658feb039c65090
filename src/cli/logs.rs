//! `maru logs`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use maru::config::Config;
use maru::control::{self, Done, Request};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const HINT: &str = "log_level says how much is written, log_format how (`maru config` shows both)";

/// Of each server of the folder, once where several have the same.
pub fn run(config: &Config) -> Result<Output, Problem> {
    let servers = runtime()?.block_on(control::ask_all(&config.data_dir, &Request::Status))?;
    if servers.is_empty() {
        let dir = config.data_dir.display();
        return Err(Problem(format!(
            "no server runs on {dir}; it writes its log to standard error: under systemd that is read with \
             `journalctl -u maru`, in a container with `docker logs`"
        )));
    }
    let processes = servers.into_iter().map(|server| match server.answer {
        Ok(Done::Status(status)) => Ok(status.process),
        Ok(_) => Err(Problem::unexpected()),
        // Of one that does not answer, the log is of interest all the more.
        Err(why) => server.process.ok_or(Problem(why)),
    });
    let told: BTreeSet<String> = processes.map(|process| process.map(log_of)).collect::<Result<_, Problem>>()?;
    let told: Vec<String> = told.into_iter().collect();
    Ok(Output::result(told.join("\n")).with_remark(HINT))
}

fn log_of(process: u32) -> String {
    let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
    let error_goes_to = fs::read_link(format!("/proc/{process}/fd/2")).ok();
    let is_in_container = Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists();
    told(process, &read("cgroup"), error_goes_to.as_deref(), is_in_container)
}

/// How the log of a process is read: the command, or where its standard error goes. That is none where only root may see
/// it, as of a service that may bind ports below 1,024: what such a service writes is in the journal.
fn told(process: u32, cgroup: &str, error_goes_to: Option<&Path>, is_in_container: bool) -> String {
    let shown = error_goes_to.map(|path| path.display().to_string()).unwrap_or_default();
    if let Some(removed) = shown.strip_suffix(" (deleted)") {
        return format!("nowhere: {removed} was removed while process {process} writes to it; restart it");
    }
    if shown.starts_with('/') && !shown.starts_with("/dev/") {
        return format!("tail -f '{}'", shown.replace('\'', "'\\''"));
    }
    if let Some(unit) = unit(cgroup).filter(|_| shown.is_empty() || shown.starts_with("socket:")) {
        let of_a_user = if cgroup.contains("/user@") { "--user " } else { "" };
        return format!("journalctl {of_a_user}-u {unit} -f");
    }
    if is_in_container {
        return "docker logs -f NAME   (or podman, with the name of the container; on the machine outside of it)"
            .to_owned();
    }
    match shown.as_str() {
        "/dev/null" => format!("nowhere: the standard error of process {process} is thrown away; start it with 2>FILE"),
        terminal if terminal.starts_with("/dev/") => {
            format!("on the terminal {terminal}, where process {process} was started")
        }
        pipe if pipe.starts_with("pipe:") => {
            format!("in what reads the standard error of process {process}: it is a pipe")
        }
        _ => format!("on the standard error of process {process}"),
    }
}

/// The service that a process belongs to, from its control group.
fn unit(cgroup: &str) -> Option<&str> {
    cgroup.lines().find_map(|line| line.rsplit('/').find(|part| part.ends_with(".service")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_found_wherever_standard_error_goes() {
        let service = "0::/system.slice/maru.service\n";
        let of_a_user = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/maru.service\n";
        for (cgroup, error_goes_to, container, said) in [
            (service, Some("socket:[123]"), false, "journalctl -u maru.service -f"),
            (service, None, false, "journalctl -u maru.service -f"),
            (of_a_user, Some("socket:[123]"), false, "journalctl --user -u maru.service -f"),
            (service, Some("/var/log/maru.log"), false, "tail -f '/var/log/maru.log'"),
            (service, Some("/var/log/it's.log"), false, r"tail -f '/var/log/it'\''s.log'"),
            (service, Some("/var/log/maru.log (deleted)"), false, "/var/log/maru.log was removed"),
            ("0::/", Some("pipe:[7]"), true, "docker logs -f NAME"),
            ("0::/user.slice", Some("/dev/pts/3"), false, "on the terminal /dev/pts/3"),
            ("0::/user.slice", Some("/dev/null"), false, "thrown away"),
            ("0::/user.slice", Some("pipe:[7]"), false, "it is a pipe"),
            ("0::/user.slice", None, false, "on the standard error of process 42"),
        ] {
            let told = told(42, cgroup, error_goes_to.map(Path::new), container);
            assert!(told.contains(said), "{told}");
        }
    }
}
