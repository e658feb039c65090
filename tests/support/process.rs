//! A child process: its console is collected line by line, and it never outlives its handle.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

/// How a process ended and what it printed.
#[derive(Clone, Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// The output of a process that ended well.
#[track_caller]
pub fn succeeded(output: Output) -> Output {
    assert!(output.status.success(), "{output:?}");
    output
}

#[derive(Default)]
struct Console {
    stdout: Vec<String>,
    stderr: Vec<String>,
    /// How many of the two streams have ended; both end with the process.
    ended: u8,
}

/// A running or ended child. Dropping it kills it.
pub struct Process {
    child: Child,
    console: Arc<watch::Sender<Console>>,
}

impl Process {
    /// Starts the command; standard input is empty.
    pub fn start(command: &mut Command) -> Self {
        let (process, stdin) = Self::start_with_stdin(command);
        drop(stdin);
        process
    }

    /// Starts the command, runs it to its end within `bound`, and feeds it `stdin` meanwhile.
    pub async fn run(command: &mut Command, stdin: &str, bound: Duration) -> Output {
        let (mut process, mut pipe) = Self::start_with_stdin(command);
        let input = stdin.to_owned();
        // A program that does not read its input to the end says so by its answer, not by this pipe.
        thread::spawn(move || drop(pipe.write_all(input.as_bytes())));
        let status = process.exited(bound).await;
        Output { status, stdout: process.stdout(), stderr: process.stderr() }
    }

    fn start_with_stdin(command: &mut Command) -> (Self, ChildStdin) {
        let mut process = Self::start_on(command, Stdio::piped());
        let stdin = process.child.stdin.take().expect("standard input is piped");
        (process, stdin)
    }

    /// Starts the command with this as its standard input.
    pub fn start_on(command: &mut Command, stdin: Stdio) -> Self {
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let console = Arc::new(watch::Sender::new(Console::default()));
        let stdout = child.stdout.take().expect("standard output is piped");
        let stderr = child.stderr.take().expect("standard error is piped");
        collect(stdout, &console, |console| &mut console.stdout);
        collect(stderr, &console, |console| &mut console.stderr);
        Self { child, console }
    }

    /// Waits for a line of standard output of which `find` makes something. Panics with everything that was printed
    /// when the process ends or `bound` passes before.
    pub async fn printed<T>(&self, what: &str, bound: Duration, find: impl Fn(&str) -> Option<T>) -> T {
        let mut changes = self.console.subscribe();
        let wait =
            changes.wait_for(|console| console.ended > 0 || console.stdout.iter().any(|line| find(line).is_some()));
        let found = match timeout(bound, wait).await {
            Ok(Ok(console)) => console.stdout.iter().find_map(|line| find(line)),
            _ => None,
        };
        found.unwrap_or_else(|| panic!("the program never printed {what}\n{}", self.transcript()))
    }

    /// Waits for a line of the log that holds `text`; panics like `printed`.
    pub async fn logged(&self, text: &str, bound: Duration) {
        let mut changes = self.console.subscribe();
        let said = |line: &String| line.contains(text);
        let wait = changes.wait_for(|console| console.stdout.iter().chain(&console.stderr).any(said));
        assert!(matches!(timeout(bound, wait).await, Ok(Ok(_))), "never logged: {text}\n{}", self.transcript());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills with SIGKILL and returns when the process is gone.
    pub fn kill(&mut self) {
        self.child.kill().expect("the child can be killed");
        self.child.wait().expect("the child can be waited for");
    }

    pub fn send_sigterm(&self) {
        self.send_signal("TERM");
    }

    /// Sends a signal. The standard library has no way to do so, a shell has it built in.
    pub fn send_signal(&self, name: &str) {
        let pid = self.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} was not sent");
    }

    /// Waits until the process has ended; panics with everything it printed when it has not within `bound`.
    pub async fn exited(&mut self, bound: Duration) -> ExitStatus {
        let mut changes = self.console.subscribe();
        // Its console closes with the process, which makes the end something that can be awaited.
        let ended = timeout(bound, changes.wait_for(|console| console.ended == 2)).await;
        assert!(ended.is_ok(), "the program still runs after {} s\n{}", bound.as_secs_f32(), self.transcript());
        self.child.wait().expect("the child can be waited for")
    }

    pub fn stdout(&self) -> String {
        self.console.borrow().stdout.join("\n")
    }

    pub fn stderr(&self) -> String {
        self.console.borrow().stderr.join("\n")
    }

    /// Everything printed so far.
    pub fn transcript(&self) -> String {
        let (stdout, stderr) = (self.stdout(), self.stderr());
        format!("--- standard output\n{stdout}\n--- standard error\n{stderr}\n---")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when the process has ended already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a stream to its end on a thread of its own, so that the child never waits for a full pipe.
fn collect(
    stream: impl Read + Send + 'static,
    console: &Arc<watch::Sender<Console>>,
    lines: fn(&mut Console) -> &mut Vec<String>,
) {
    let console = Arc::clone(console);
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            console.send_modify(|console| lines(console).push(line));
        }
        console.send_modify(|console| console.ended += 1);
    });
}
