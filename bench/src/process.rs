//! A server as a child process: its console, its processor time, its memory, its end.

use crate::failure::{Failure, Result};
use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lines of standard error that are kept for the case that something goes wrong.
const KEPT_LINES: usize = 40;

/// A running child. Dropping it kills it.
pub struct Process {
    name: String,
    child: Child,
    stdout: Receiver<String>,
    stderr: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts a command without standard input.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            Failure::Other(format!("{name}: {} cannot be run: {error}", command.get_program().display()))
        })?;
        let (lines, stdout) = mpsc::channel();
        let stderr = Arc::new(Mutex::new(Vec::new()));
        if let Some(stream) = child.stdout.take() {
            // Nobody may be listening to later lines; they are read so that the child never waits for the pipe.
            collect(stream, move |line| drop(lines.send(line)));
        }
        if let Some(stream) = child.stderr.take() {
            let kept = Arc::clone(&stderr);
            collect(stream, move |line| {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == KEPT_LINES {
                    kept.remove(0);
                }
                kept.push(line);
            });
        }
        Ok(Self { name: name.to_owned(), child, stdout, stderr })
    }

    /// Waits for the line of standard output of which `find` makes something.
    ///
    /// # Errors
    /// When the process ends before, or does not print it within `bound`.
    pub fn printed<T>(&self, bound: Duration, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let until = Instant::now() + bound;
        loop {
            match self.stdout.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(self.failure("was not ready in time")),
                Err(RecvTimeoutError::Disconnected) => return Err(self.failure("ended at its start")),
            }
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Processor time of all its threads so far, of the ended ones too, user and system together: what
    /// `/proc/PID/stat` shows as utime and stime, in nanoseconds instead of ticks of 10 ms.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cpu(&self) -> Result<Duration> {
        let clock = clock_getcpuclockid(self.pid()).map_err(|_| self.failure("is gone"))?;
        Ok(Duration::from(clock.now()?))
    }

    /// Resident memory in bytes, as `VmRSS` in `/proc/PID/status` has it.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn resident(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most memory in bytes that was ever resident.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn peak_resident(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| self.failure("is gone"))
    }

    /// Asks it to end with SIGTERM, and kills it when it does not within `bound`.
    ///
    /// # Errors
    /// When it had to be killed, or ended badly.
    pub fn stop(mut self, bound: Duration) -> Result<()> {
        kill(self.pid(), Signal::SIGTERM)?;
        let until = Instant::now() + bound;
        // Its standard output closes when it ends, which is something to wait for.
        while self.stdout.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok() {}
        if Instant::now() >= until {
            return Err(self.failure("did not stop in time"));
        }
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(self.failure(&format!("ended with {status}"))) }
    }

    /// Kills it with SIGKILL, and returns when it is gone.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn failure(&self, what: &str) -> Failure {
        let lines = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        Failure::Other(format!("{} {what}\n{}", self.name, lines.join("\n")))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is as good.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Processor time of the bench itself so far.
///
/// # Errors
/// When the system has no such clock.
pub fn own_cpu() -> Result<Duration> {
    Ok(Duration::from(ClockId::CLOCK_PROCESS_CPUTIME_ID.now()?))
}

/// Reads a stream to its end on a thread of its own.
fn collect(stream: impl Read + Send + 'static, mut take: impl FnMut(String) + Send + 'static) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { break };
            take(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
    });
}
