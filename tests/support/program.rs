//! The real program on a free port, with a data folder of its own.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::{Arc, RwLock},
    time::Duration,
};

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{
    http::Http,
    people::Person,
    process::{Output, Process},
    trust::Trust,
};

/// How long the program may take to serve, and a command to finish.
const BOUND: Duration = Duration::from_secs(20);

/// How long the program may take to drain: 10 s are promised.
const DRAIN_BOUND: Duration = Duration::from_secs(12);

/// Where the program listens at present; a restart moves it.
#[derive(Clone, Default)]
pub struct Address {
    url: Arc<RwLock<String>>,
    /// By whose word it is believed, where it is reached by HTTPS.
    pub trust: Option<Trust>,
}

impl Address {
    /// Of whatever serves there.
    pub fn of(url: &str) -> Self {
        Self { url: Arc::new(RwLock::new(url.to_owned())), trust: None }
    }

    pub fn url(&self) -> String {
        self.url.read().expect("no writer panics").clone()
    }

    /// A program that encrypts is reached by its name, which alone its certificate has.
    fn set(&self, url: String) {
        let port = url.rsplit(':').next().unwrap_or_default();
        let url = match &self.trust {
            Some(trust) if url.starts_with("https://") => format!("https://{}:{port}", trust.name),
            _ => url,
        };
        *self.url.write().expect("no writer panics") = url;
    }
}

/// Settings of the program to be.
#[derive(Default)]
pub struct Builder {
    env: Vec<(String, String)>,
    arguments: Vec<String>,
    listen: Option<String>,
    trust: Option<Trust>,
    data_dir: Option<PathBuf>,
}

impl Builder {
    /// Serves this folder instead of one of its own.
    pub fn data_dir(mut self, folder: PathBuf) -> Self {
        self.data_dir = Some(folder);
        self
    }

    /// Sets an environment variable, also for later restarts and commands.
    pub fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.env.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds an argument to `serve`.
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Serves at this address instead of a free port.
    pub fn listen(mut self, address: String) -> Self {
        self.listen = Some(address);
        self
    }

    /// Its clients speak HTTPS with it, under a name.
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Starts the program and waits until it listens.
    pub async fn spawn(self) -> TestApp {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let address = Address { trust: self.trust.clone(), ..Address::default() };
        let data_dir = self.data_dir.clone().unwrap_or_else(|| folder.path().join("data"));
        let process = start(&self, &data_dir, &address).await;
        TestApp {
            http: Http::new(address.clone()),
            settings: self,
            address,
            process,
            folder,
            admin: OnceCell::new(),
            past: String::new(),
        }
    }
}

/// A running program. When its test fails, everything that it printed is shown.
pub struct TestApp {
    // The order matters: the process ends before its folder goes.
    process: Process,
    folder: TempDir,
    settings: Builder,
    address: Address,
    http: Http,
    admin: OnceCell<Person>,
    /// What the processes before the present one printed.
    past: String,
}

impl TestApp {
    /// Starts the program with its default settings.
    pub async fn spawn() -> Self {
        Self::builder().spawn().await
    }

    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// The HTTP interface as nobody in particular sees it.
    pub fn http(&self) -> Http {
        self.http.clone()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.settings.data_dir.clone().unwrap_or_else(|| self.folder.path().join("data"))
    }

    /// The id of the process, for looking at its memory or its files.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Everything that was printed, standard output and logs, by earlier processes too.
    pub fn transcript(&self) -> String {
        self.past.clone() + &self.process.transcript()
    }

    /// Waits until the log says something.
    pub async fn logged(&self, text: &str) {
        self.process.logged(text, BOUND).await;
    }

    /// The one-time token of the setup link that is printed while there are no users.
    pub async fn setup_token(&self) -> String {
        let token = |line: &str| {
            let (_, token) = line.split_once("/setup#")?;
            Some(token.split_whitespace().next()?.to_owned())
        };
        self.process.printed("a setup link", BOUND, token).await
    }

    /// The first administrator, who is made at the first call.
    pub async fn admin(&self) -> Person {
        let setup = async || Person::set_up(&self.http, &self.setup_token().await).await;
        self.admin.get_or_init(setup).await.clone()
    }

    /// Registers a new member with an invite of the administrator.
    pub async fn person(&self, username: &str) -> Person {
        Person::invite(&self.admin().await, &self.http, username).await
    }

    /// Registers a new guest in these rooms, in which the administrator is.
    pub async fn guest(&self, username: &str, rooms: &[&str]) -> Person {
        let wish = serde_json::json!({ "role": "guest", "rooms": rooms });
        Person::invite_with(&self.admin().await, &self.http, username, wish).await
    }

    /// Kills the program with SIGKILL; `restart` goes on from there.
    pub fn kill9(&mut self) {
        self.process.kill();
    }

    /// Sends SIGTERM and waits until the program has drained and ended.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.process.send_sigterm();
        self.process.exited(DRAIN_BOUND).await
    }

    /// Sends SIGTERM and does not wait, so that the test can watch the draining.
    pub fn begin_terminate(&self) {
        self.process.send_sigterm();
    }

    /// Has the configuration read again.
    pub fn send_sighup(&self) {
        self.process.send_signal("HUP");
    }

    /// Waits until the program has ended by itself.
    pub async fn exited(&mut self) -> ExitStatus {
        self.process.exited(DRAIN_BOUND).await
    }

    /// Starts the program again on the same folder, with the same settings and another port, which the people of
    /// this app know at once. A program that still runs is terminated before.
    pub async fn restart(&mut self) {
        if self.process.runs() {
            self.terminate().await;
        }
        self.past = self.transcript() + "\n=== restarted\n";
        self.process = start(&self.settings, &self.data_dir(), &self.address).await;
    }

    /// Sets an environment variable for later restarts and commands.
    pub fn configure(&mut self, name: &str, value: impl ToString) {
        self.settings.env.push((name.to_owned(), value.to_string()));
    }

    /// Runs `maru` with these arguments on this app's data folder, whether the server runs or not.
    pub async fn run_cli(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut command = maru();
        command.args(arguments).arg("--data-dir").arg(self.data_dir());
        command.envs(self.settings.env.iter().cloned());
        Process::run(&mut command, stdin, BOUND).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.transcript());
        }
    }
}

/// Runs `maru` with exactly these arguments and variables, to its end.
pub async fn run_maru(arguments: &[&str], env: &[(&str, &str)], stdin: &str) -> Output {
    let mut command = maru();
    command.args(arguments).envs(env.iter().copied());
    Process::run(&mut command, stdin, BOUND).await
}

/// `maru`, to be started by the test itself.
pub fn maru() -> Command {
    without_settings(env!("CARGO_BIN_EXE_maru"))
}

/// A program that is told nothing of what the tests' own environment says to `maru`.
pub fn without_settings(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MARU_") {
            command.env_remove(name);
        }
    }
    command
}

async fn start(settings: &Builder, data_dir: &Path, address: &Address) -> Process {
    let mut command = maru();
    command
        .args(["serve", "--listen", settings.listen.as_deref().unwrap_or("127.0.0.1:0"), "--data-dir"])
        .arg(data_dir)
        .args(&settings.arguments)
        .envs(settings.env.iter().cloned());
    let process = Process::start(&mut command);
    let url = |line: &str| {
        let (_, rest) = line.split_once("listening on ")?;
        let url = rest.split_whitespace().next()?;
        url.starts_with("http").then(|| url.to_owned())
    };
    address.set(process.printed("where it listens", BOUND, url).await);
    process
}

/// A port that is free at the moment, for what has to be told one before it starts. It is none of those that the
/// system gives to connections, or one of them could have it first.
pub fn free_port() -> u16 {
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(|| rand::random_range(10_000..30_000)).find(free).expect("a free port")
}
