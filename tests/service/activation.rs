//! Ports that were opened before the program began, and stay open when it ends.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::support::{Process, free_port, maru, run_maru, without_settings};

const BOUND: Duration = Duration::from_secs(20);

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("its address")
}

fn serve(command: &mut Command, listen: SocketAddr, data: &Path) {
    command.args(["serve", "--listen", &listen.to_string(), "--data-dir"]).arg(data);
}

/// Starts a server that gets a listening socket as systemd hands it over: as file 3, announced in the environment.
fn start_with(listener: &TcpListener, listen: SocketAddr, data: &Path) -> Process {
    let program = maru();
    let mut command = Command::new("sh");
    for (name, value) in program.get_envs() {
        assert!(value.is_none(), "{name:?} is removed");
        command.env_remove(name);
    }
    // A shell can put a file in its place and name its own process, which then becomes the server.
    let script = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
    command.args(["-c", script, "sh"]).arg(program.get_program());
    serve(&mut command, listen, data);
    let socket = OwnedFd::from(listener.try_clone().expect("another handle"));
    Process::start_on(&mut command, socket.into())
}

async fn listening(process: &Process) {
    process.printed("where it listens", BOUND, |line| line.contains("listening on").then_some(())).await;
}

/// One request on a connection of its own.
async fn healthy(address: SocketAddr) -> Result<(), reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(BOUND).build()?;
    client.get(format!("http://{address}/healthz")).send().await?.error_for_status().map(drop)
}

#[tokio::test]
async fn systemd_starts_it_for_the_first_who_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut command = without_settings("systemd-socket-activate");
    command.args(["--listen", &free.to_string()]).arg(maru().get_program());
    serve(&mut command, free, &folder.path().join("data"));
    let mut server = Process::start(&mut command);
    server.logged("Listening on", BOUND).await;
    healthy(free).await.expect("who came first is served");
    listening(&server).await;
    server.send_sigterm();
    assert!(server.exited(BOUND).await.success());
}

#[tokio::test]
async fn the_doctor_takes_a_port_that_systemd_keeps_open_for_the_servers_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = address(&TcpListener::bind("127.0.0.1:0").expect("a free port"));
    let mut command = without_settings("systemd-socket-activate");
    let keeper = Process::start(command.args(["--listen", &free.to_string()]).arg(maru().get_program()));
    keeper.logged("Listening on", BOUND).await;
    let data = folder.path().to_str().expect("a path");
    let listen = free.to_string();
    let told = run_maru(&["doctor", "--json", "--data-dir", data], &[("MARU_LISTEN", &listen)], "").await;
    let report: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    let port = report["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "port");
    let port = port.expect("the port");
    assert_eq!(port["outcome"], "ok", "{port}");
    assert!(port["seen"].as_str().expect("text").contains("systemd keeps"), "{port}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_while_the_server_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = address(&listener);
    let mut first = start_with(&listener, address, &data);
    listening(&first).await;

    let done = Arc::new(AtomicBool::new(false));
    let comers: Vec<_> = (0..4)
        .map(|_| {
            let done = done.clone();
            tokio::spawn(async move {
                let mut served = 0;
                while !done.load(Ordering::Relaxed) {
                    healthy(address).await.unwrap_or_else(|error| panic!("after {served}: {error:?}"));
                    served += 1;
                }
                served
            })
        })
        .collect();
    healthy(address).await.expect("the first life");
    first.send_sigterm();
    assert!(first.exited(BOUND).await.success());
    // Nobody serves now, and whoever comes waits.
    let waits = tokio::spawn(healthy(address));
    let second = start_with(&listener, address, &data);
    waits.await.expect("it ran").expect("who came between the lives is served by the second");
    listening(&second).await;
    healthy(address).await.expect("the second life");
    done.store(true, Ordering::Relaxed);
    for comer in comers {
        assert!(comer.await.expect("nobody was refused") > 0);
    }
}

#[tokio::test]
async fn a_port_that_the_settings_do_not_name_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    // Who asked for one address alone is not served on all of them.
    let everywhere = TcpListener::bind("0.0.0.0:0").expect("a free port");
    let narrow = SocketAddr::from(([127, 0, 0, 1], address(&everywhere).port()));
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], 0));
    for (given, listen) in [(&listener, elsewhere), (&everywhere, narrow)] {
        let mut server = start_with(given, listen, &folder.path().join("data"));
        assert_eq!(server.exited(BOUND).await.code(), Some(1));
        let words = format!("systemd opened {}, where nothing of the settings listens", address(given));
        assert!(server.stderr().contains(&words), "{}", server.transcript());
    }
}
