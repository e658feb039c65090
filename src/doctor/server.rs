//! The servers that run on the data folder, if any do, and the ports that they have or need.

use super::holder::{self, Holder};
use super::{Finding, folder};
use crate::config::{Config, is_same_place};
use crate::control::{self, Done, Request, Status};
use std::io;
use std::net::{SocketAddr, TcpListener};

/// The servers of the folder: how each is, or why it does not say so.
pub(super) struct Servers(Vec<Result<Status, String>>);

impl Servers {
    /// # Errors
    /// Why nobody can be asked.
    pub async fn ask(config: &Config) -> Result<Self, String> {
        let told = control::ask_all(&config.data_dir, &Request::Status).await.map_err(|error| error.to_string())?;
        let answers = told.into_iter().map(|told| {
            let who = told.process.map_or_else(String::new, |process| format!("process {process}: "));
            match told.answer {
                Ok(Done::Status(status)) => Ok(status),
                Ok(_) => Err(format!("{who}its answer is not understood; it may be another version")),
                Err(why) => Err(format!("{who}{why}")),
            }
        });
        Ok(Self(answers.collect()))
    }

    /// Of those that answered.
    pub fn statuses(&self) -> impl Iterator<Item = &Status> {
        self.0.iter().flatten()
    }
}

pub(super) fn check(config: &Config, servers: &Result<Servers, String>) -> Vec<Finding> {
    let servers = match servers {
        Err(why) => return vec![unknown(config, why)],
        Ok(Servers(servers)) => servers,
    };
    if servers.is_empty() {
        return none_runs(config);
    }
    let is_alone = servers.len() == 1 && config.redis.is_none();
    let findings = servers.iter().flat_map(|server| match server {
        Err(why) => vec![unknown(config, why)],
        Ok(status) if is_alone => vec![self::server(status), own_port(config, status)],
        // Each has a port of its own, which the configuration of this command cannot name.
        Ok(status) => vec![self::server(status)],
    });
    findings.collect()
}

fn none_runs(config: &Config) -> Vec<Finding> {
    let metrics = config.metrics_listen.map(|address| free_port("metrics port", "metrics_listen", address));
    let none = Finding::ok("server", "none runs on this folder at the moment");
    let redirect = config.redirect_listen();
    let redirect = redirect.map(|address| free_port("redirect port", "tls.redirect_listen", address));
    [none, free_port("port", "listen", config.listen)].into_iter().chain(redirect).chain(metrics).collect()
}

fn unknown(config: &Config, why: &str) -> Finding {
    let fix = match folder::is_ours(&config.data_dir) {
        true => "look at its log (`maru logs` says where that is), and restart it",
        false => "run this as the user that owns the folder",
    };
    Finding::failure("server", format!("a server of this folder: {why}"), fix)
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
    let Some(company) = &status.company else {
        return Finding::ok("server", format!("Maru {version} runs (process {process})"));
    };
    let at = status.address.map_or_else(String::new, |address| format!(" on {address}"));
    match &company.fault {
        Some(fault) => {
            let seen = format!("Maru {version} runs{at} (process {process}), and does not hear the others: {fault}");
            Finding::warning("server", seen, "bring Redis back; until then typing and presence stay with each server")
        }
        None => {
            let others = match company.servers.saturating_sub(1) {
                0 => "no others".to_owned(),
                1 => "1 other".to_owned(),
                others => format!("{others} others"),
            };
            Finding::ok("server", format!("Maru {version} runs{at} (process {process}), and hears {others}"))
        }
    }
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
