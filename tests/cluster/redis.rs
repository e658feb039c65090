//! A Redis that can be killed, comes back empty, says nothing for a while, and may want a password or speak TLS.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use super::support::{Process, free_port, succeeded, without_settings};

const BOUND: Duration = Duration::from_secs(20);

pub struct Redis {
    port: u16,
    folder: TempDir,
    given: Vec<String>,
    process: Process,
}

impl Redis {
    pub async fn start() -> Self {
        Self::with(|_, port| listening_on(port)).await
    }

    /// With these arguments, which may name files of its folder.
    pub async fn with(given: impl FnOnce(&Path, u16) -> Vec<String>) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a folder"));
        let given = given(folder.path(), port);
        let process = Self::serve(&given, &folder).await;
        Self { port, folder, given, process }
    }

    /// With a certificate of an authority that nobody else knows, which lies in `authority`.
    pub async fn encrypted() -> Self {
        Self::with(|folder, port| {
            certify(folder);
            let file = |name: &str| folder.join(name).display().to_string();
            let mut given: Vec<String> =
                ["--port", "0", "--tls-auth-clients", "no", "--bind", "127.0.0.1"].map(str::to_owned).to_vec();
            for (name, value) in [
                ("--tls-port", port.to_string()),
                ("--tls-cert-file", file("server.pem")),
                ("--tls-key-file", file("server.key")),
                ("--tls-ca-cert-file", file(AUTHORITY)),
            ] {
                given.extend([name.to_owned(), value]);
            }
            given
        })
        .await
    }

    async fn serve(given: &[String], folder: &TempDir) -> Process {
        let mut command: Command = without_settings("redis-server");
        command.args(given).args(["--save", "", "--appendonly", "no", "--dir"]).arg(folder.path());
        let process = Process::start(&mut command);
        process.logged("Ready to accept connections", BOUND).await;
        process
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// How often it was asked for the members of a set.
    pub async fn sets_asked_for(&self) -> u64 {
        let said = self.tell(&["INFO", "commandstats"]).await;
        let calls = said.split_once("cmdstat_smembers:calls=").and_then(|(_, calls)| calls.split_once(','));
        calls.map_or(0, |(calls, _)| calls.parse().expect("a number"))
    }

    /// The certificate of whoever vouches for it.
    pub fn authority(&self) -> String {
        self.folder.path().join(AUTHORITY).display().to_string()
    }

    /// Has it do something, as its operator.
    pub async fn tell(&self, words: &[&str]) -> String {
        let mut command = without_settings("redis-cli");
        command.args(["-p", &self.port.to_string()]).args(words);
        succeeded(Process::run(&mut command, "", BOUND).await).stdout
    }

    pub async fn logged(&self, text: &str) {
        self.process.logged(text, BOUND).await;
    }

    /// Ends it, with everything that it knew.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    pub async fn restart(&mut self) {
        self.process = Self::serve(&self.given, &self.folder).await;
    }

    /// It takes connections and answers nothing until `go_on`.
    pub fn stand_still(&self) {
        self.process.send_signal("STOP");
    }

    pub fn go_on(&self) {
        self.process.send_signal("CONT");
    }
}

pub fn listening_on(port: u16) -> Vec<String> {
    vec!["--port".to_owned(), port.to_string(), "--bind".to_owned(), "127.0.0.1".to_owned()]
}

/// Who knows which Redis of several leads, and has another lead when that one dies.
pub struct Sentinel {
    port: u16,
    _folder: TempDir,
    _process: Process,
}

impl Sentinel {
    /// Watches a Redis as `team`, once it knows its replica.
    pub async fn of(leader: &Redis) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a folder"));
        let file = folder.path().join("sentinel.conf");
        let settings = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor team 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds team 1000\nsentinel failover-timeout team 4000\n",
            leader.port
        );
        std::fs::write(&file, settings).expect("written");
        let mut command = without_settings("redis-server");
        command.arg(&file).arg("--sentinel");
        let process = Process::start(&mut command);
        process.logged("+slave slave", BOUND).await;
        Self { port, _folder: folder, _process: process }
    }

    /// The first of them is not there.
    pub fn url(&self) -> String {
        format!("redis+sentinel://127.0.0.1:{},127.0.0.1:{}/team", free_port(), self.port)
    }
}

const AUTHORITY: &str = "authority.pem";

/// Makes an authority and a certificate of it for this machine.
fn certify(folder: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let (authority_key, key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let vouched = authority.self_signed(&authority_key).expect("a certificate");
    let issuer = Issuer::new(authority, authority_key);
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).expect("names").signed_by(&key, &issuer).expect("a certificate");
    for (name, text) in
        [(AUTHORITY, vouched.pem()), ("server.pem", certificate.pem()), ("server.key", key.serialize_pem())]
    {
        std::fs::write(folder.join(name), text).expect("written");
    }
}
