//! The address that people use: its name, its certificate, and whether what asks there comes to this server as it should.

use super::Finding;
use super::certificate::{Flaw, Judged, Onlooker};
use super::lasting::{RENEW, lasting, span};
use crate::clock::{self, Timestamp};
use crate::config::{Config, PublicUrl, reachable};
use crate::control::{self, Done, Request, Status};
use crate::probes::{Arrival, HEADER};
use reqwest_0_13::{Client, StatusCode, redirect};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

/// For each question to the network.
const WITHIN: Duration = Duration::from_secs(3);
/// Any 16 bytes, as a websocket's client has to name some (RFC 6455, 4.1).
const KEY: &str = "bWFydSBkb2N0b3Igd2FzIQ==";

/// Nothing where there is no public address.
pub(super) async fn check(config: &Config, running: Option<&Status>) -> Vec<Finding> {
    let Some(public) = &config.public_url else { return Vec::new() };
    let origin = public.origin();
    let host = origin.host().to_owned();
    let port = origin.port().unwrap_or(if origin.is_https() { 443 } else { 80 });
    let addresses = match tokio::time::timeout(WITHIN, tokio::net::lookup_host((host.as_str(), port))).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect::<Vec<IpAddr>>(),
        Ok(Err(error)) => return vec![unresolved(&host, &error.to_string())],
        Err(_) => return vec![unresolved(&host, "no answer")],
    };
    let Some(running) = running else { return vec![resolved(&host, &addresses, false)] };
    let onlooker = Arc::new(Onlooker::new());
    let client = match client(&onlooker) {
        Ok(client) => client,
        Err(why) => return vec![Finding::warning("public address", why, "tell the makers of Maru")],
    };
    let arrival = arrive(config, &client, public).await;
    let leads_here = matches!(arrival, Ok(Some(_)));
    let mut findings = vec![resolved(&host, &addresses, leads_here)];
    findings.extend(onlooker.judge(&host, seconds()).map(|judged| certificate(&host, judged, clock::now())));
    findings.push(reached(config, public, &addresses, arrival, running));
    if leads_here {
        findings.push(websocket(&client, public).await);
    }
    findings
}

fn client(onlooker: &Arc<Onlooker>) -> Result<Client, String> {
    let tls = onlooker.settings().map_err(|error| error.to_string())?;
    let builder = Client::builder().tls_backend_preconfigured(tls).http1_only().no_proxy();
    builder.redirect(redirect::Policy::none()).timeout(WITHIN).build().map_err(|error| error.to_string())
}

fn seconds() -> u64 {
    u64::try_from(clock::now().as_millis() / 1000).unwrap_or(0)
}

fn unresolved(host: &str, why: &str) -> Finding {
    let fix = "make a DNS record for it that leads here, or correct public_url";
    Finding::failure("name", format!("{host} leads nowhere: {why}"), fix)
}

/// That it leads to another machine is as it should be where a proxy or a router stands before this one.
fn resolved(host: &str, addresses: &[IpAddr], leads_here: bool) -> Finding {
    let shown: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    let seen = format!("{host} leads to {}", shown.join(", "));
    if leads_here || addresses.iter().any(is_ours) {
        return Finding::ok("name", seen);
    }
    let fix = "right where a proxy or a router stands before this machine; else correct the DNS record";
    Finding::warning("name", format!("{seen}, which is no address of this machine"), fix)
}

/// The system binds only addresses of the machine.
fn is_ours(address: &IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(*address, 0)).is_ok()
}

fn certificate(host: &str, judged: Judged, now: Timestamp) -> Finding {
    let name = "certificate";
    match (judged.flaw, judged.validity) {
        (Some(Flaw::Expired), validity) => {
            let ago =
                validity.map_or_else(String::new, |validity| format!(" {} ago", span(now.since(validity.not_after))));
            Finding::failure(name, format!("it ended{ago}"), RENEW)
        }
        (Some(Flaw::NotYet), _) => {
            Finding::failure(name, "it is not good yet", "set the clock, or the one of who made the certificate")
        }
        (Some(Flaw::OtherName), _) => {
            let fix = format!("get one for {host}, or correct public_url");
            Finding::failure(name, format!("it is for another name than {host}"), fix)
        }
        (Some(Flaw::UnknownAuthority), _) => {
            let fix = "right where every device knows the authority that made it; else get one that browsers know";
            Finding::warning(name, "browsers do not know who vouches for it", fix)
        }
        (Some(Flaw::Other(why)), _) => Finding::failure(name, why, "get another one"),
        (None, Some(validity)) => lasting(name, &validity, &format!("it is good for {host}"), now),
        (None, None) => Finding::ok(name, format!("it is good for {host}")),
    }
}

/// Asks at the public address, and then what was seen of it: by whichever server of the folder a load balancer chose. None
/// when none saw anything.
async fn arrive(config: &Config, client: &Client, public: &PublicUrl) -> Result<Option<Arrival>, String> {
    let word = format!("{:032x}", rand::random::<u128>());
    if !ask(config, &Request::ExpectProbe { word: word.clone() })
        .await?
        .iter()
        .any(|done| matches!(done, Done::Expected))
    {
        return Err("the server does not answer".to_owned());
    }
    let request = client.get(format!("{}/api/v1/server", public.as_str())).header(HEADER, &word);
    let answer = request.send().await.map_err(|error| told(&error));
    // Whatever came of it: none is to expect it any longer.
    let seen = ask(config, &Request::TakeProbe { word }).await?;
    let status = answer?.status();
    match seen.into_iter().find_map(|done| if let Done::Probe(arrival) = done { arrival } else { None }) {
        Some(arrival) => Ok(Some(arrival)),
        None if status == StatusCode::OK => Ok(None),
        None => Err(format!("it answers {status}")),
    }
}

/// What all servers of the folder answer that do.
async fn ask(config: &Config, request: &Request) -> Result<Vec<Done>, String> {
    let told = control::ask_all(&config.data_dir, request).await.map_err(|error| error.to_string())?;
    Ok(told.into_iter().filter_map(|told| told.answer.ok()).collect())
}

/// The innermost cause, which says most.
fn told(error: &reqwest_0_13::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn reached(
    config: &Config,
    public: &PublicUrl,
    addresses: &[IpAddr],
    arrival: Result<Option<Arrival>, String>,
    running: &Status,
) -> Finding {
    let (name, shown) = ("public address", public.as_str());
    let Arrival { peer, client, forwarded } = match arrival {
        Ok(Some(arrival)) => arrival,
        Ok(None) => {
            let fix = "correct public_url, or let the proxy lead to this server";
            return Finding::failure(name, format!("{shown} leads to another server"), fix);
        }
        Err(why) => {
            let address =
                running.address.map_or_else(String::new, |address| format!(" and lead to {}", reachable(address)));
            let fix = format!("let the proxy, router or firewall pass requests on{address}");
            return Finding::failure(name, format!("{shown} cannot be reached from here: {why}"), fix);
        }
    };
    let is_trusted = config.trusts(peer);
    if forwarded && !is_trusted {
        let seen =
            format!("{shown} comes through a proxy at {peer}, which is not trusted: everybody seems to be at {peer}");
        return Finding::warning(name, seen, format!("set trusted_proxies = [\"{peer}\"]"));
    }
    // It speaks for itself alone; or somebody on this machine that is none of us asks in the name of others.
    let is_silent =
        !forwarded && public.origin().is_https() && peer.is_loopback() && !addresses.iter().any(IpAddr::is_loopback);
    if is_silent || (is_trusted && client == peer) {
        let seen = format!("{shown} comes through a proxy at {peer} that does not say for whom");
        let fix = "let the proxy set X-Forwarded-For, as docs/operating.md shows";
        return Finding::warning(name, seen, fix);
    }
    if !forwarded && !peer.is_loopback() && !is_ours(&peer) {
        let seen = format!("{shown} leads here, and this machine is seen as {peer}, which is no address of it");
        let fix = "right where a router does that; where a proxy does, let it set X-Forwarded-For";
        return Finding::warning(name, seen, fix);
    }
    let through = if forwarded { format!(", through the proxy at {peer}") } else { String::new() };
    Finding::ok(name, format!("{shown} leads here{through}; this machine is seen as {client}"))
}

async fn websocket(client: &Client, public: &PublicUrl) -> Finding {
    let request = client
        .get(format!("{}/socket.io/?EIO=4&transport=websocket", public.as_str()))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", KEY);
    let fix = "let the proxy pass Upgrade and Connection on with HTTP/1.1, as docs/operating.md shows";
    match request.send().await {
        Ok(answer) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
            Finding::ok("websocket", "a websocket comes through")
        }
        Ok(answer) => {
            let seen = format!("none comes through ({}): clients fall back to long-polling", answer.status());
            Finding::warning("websocket", seen, fix)
        }
        Err(error) => Finding::warning("websocket", format!("none comes through: {}", told(&error)), fix),
    }
}
