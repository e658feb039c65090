//! The server that runs on the data folder, if one does, and the ports that it has or needs.

use super::holder::{self, Holder};
use super::{Finding, folder};
use crate::config::{Config, is_same_place};
use crate::control::{self, Asked, Done, Request, Status};
use crate::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

const WITHIN: Duration = Duration::from_secs(3);

/// A server that answers.
pub(super) struct Running {
    pub status: Status,
}

impl Running {
    /// Asks the server; none when there is none.
    pub async fn ask(config: &Config) -> Result<Option<Self>, String> {
        let asked = tokio::time::timeout(WITHIN, control::ask(&config.data_dir, &Request::Status)).await;
        match asked {
            Ok(Ok(Asked::Answered(Done::Status(status)))) => Ok(Some(Self { status })),
            Ok(Ok(Asked::Answered(_))) => Err("its answer is not understood; it may be another version".to_owned()),
            Ok(Ok(Asked::NoServer)) => Ok(None),
            Ok(Err(Error::Internal(source))) => Err(source.to_string()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("it does not answer within {} s", WITHIN.as_secs())),
        }
    }
}

pub(super) fn check(config: &Config, running: &Result<Option<Running>, String>) -> Vec<Finding> {
    match running {
        Err(why) => {
            let fix = match folder::is_ours(&config.data_dir) {
                true => "look at its log (`maru logs` says where that is), and restart it",
                false => "run this as the user that owns the folder",
            };
            vec![Finding::failure("server", format!("the server of this folder: {why}"), fix)]
        }
        Ok(Some(running)) => vec![server(&running.status), own_port(config, &running.status)],
        Ok(None) => {
            let metrics = config.metrics_listen.map(|address| free_port("metrics port", "metrics_listen", address));
            let none = Finding::ok("server", "none runs on this folder at the moment");
            let redirect = config.redirect_listen();
            let redirect = redirect.map(|address| free_port("redirect port", "tls.redirect_listen", address));
            [none, free_port("port", "listen", config.listen)].into_iter().chain(redirect).chain(metrics).collect()
        }
    }
}

fn server(status: &Status) -> Finding {
    let Status { version, process, fault, .. } = status;
    if let Some(fault) = fault {
        return Finding::failure("server", format!("it runs (process {process}), but {fault}"), "its log says more");
    }
    if version != env!("CARGO_PKG_VERSION") {
        let seen = format!("Maru {version} runs (process {process}); this program is {}", env!("CARGO_PKG_VERSION"));
        return Finding::warning("server", seen, "restart it, to put this program in use");
    }
    Finding::ok("server", format!("Maru {version} runs (process {process})"))
}

fn own_port(config: &Config, status: &Status) -> Finding {
    let Some(address) = status.address else {
        return Finding::warning("port", "the server is starting", "ask again in a moment");
    };
    if config.listen.port() != 0 && !is_same_place(address, config.listen) {
        let seen = format!("the server has {address}, and the configuration says {}", config.listen);
        return Finding::warning("port", seen, "restart the server, or give this command the same configuration");
    }
    Finding::ok("port", format!("the server has {address}"))
}

/// The service manager has it for the server; others have it instead of the server.
fn taken(name: &'static str, setting: &str, address: SocketAddr) -> Finding {
    let fix = |how: &str| format!("stop the program that has it{how}, or set {setting} to another port");
    match Holder::of(address.port()) {
        Some(holder) if holder.is_service_manager() => {
            Finding::ok(name, format!("systemd keeps {address} open, and starts the server for who comes"))
        }
        Some(Holder { process, name: program }) => {
            let seen = format!("another program has {address}: {program} (process {process})");
            Finding::failure(name, seen, fix(""))
        }
        None if holder::is_promised(address.port()) => {
            Finding::ok(name, format!("{address} is open, as systemd keeps it for the server (maru.socket)"))
        }
        None => Finding::failure(name, format!("another program has {address}"), fix(" (sudo ss -ltnp shows it)")),
    }
}

fn free_port(name: &'static str, setting: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(name, format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken(name, setting, address),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let fix =
                "ports below 1024 need a right, which the service has (`maru service install`); or take a higher one";
            Finding::failure(name, format!("{address} may not be taken: {error}"), fix)
        }
        Err(error) => {
            let fix = format!("set {setting} to an address of this machine");
            Finding::failure(name, format!("{address} cannot be taken: {error}"), fix)
        }
    }
}
