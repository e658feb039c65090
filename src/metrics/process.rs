//! What the system knows of this process.

use std::fs;

/// Zero, or none, is what the system does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process {
    /// Memory that it has in RAM, in bytes.
    pub resident: u64,
    /// Files and sockets that it has open.
    pub open_files: usize,
    /// How many it may have.
    pub most_files: Option<u64>,
    /// The time of all processors that it has taken, in seconds.
    pub cpu_seconds: f64,
    pub threads: u64,
}

impl Process {
    /// Reads it now: about as long as it has files open, half a microsecond each.
    pub fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        Self {
            resident: number(&status, "VmRSS:") * 1024,
            threads: number(&status, "Threads:"),
            // Reading the folder opens it.
            open_files: fs::read_dir("/proc/self/fd").map_or(0, |files| files.count().saturating_sub(1)),
            most_files: rlimit::Resource::NOFILE.get_soft().ok(),
            cpu_seconds: cpu_seconds(),
        }
    }
}

/// The number behind a name in `/proc/self/status`.
fn number(status: &str, name: &str) -> u64 {
    let found = status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    found.unwrap_or(0)
}

fn cpu_seconds() -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let taken = getrusage(UsageWho::RUSAGE_SELF);
    taken.map_or(0.0, |taken| (taken.user_time() + taken.system_time()).num_microseconds() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_tells_what_this_process_takes() {
        let before = Process::read();
        assert!(before.resident > 1_000_000 && before.threads > 0 && before.most_files.is_some(), "{before:?}");
        let file = fs::File::open("/proc/self/status").unwrap();
        assert!(Process::read().cpu_seconds >= before.cpu_seconds);
        // Other tests of this process open files as well: this looks whether any is seen.
        assert!(Process::read().open_files > 2, "{file:?}");
    }
}
