//! What the wire alone costs: two servers that speak the same packets and keep nothing.
//!
//! A floor checks no token, stores nothing and has no membership to ask for, so that no chat server over websockets can
//! be cheaper than it except by writing less often.

mod messages;
mod raw;
mod rooms;
mod tungstenite;

use crate::failure::Result;
use crate::population::Given;
use clap::ValueEnum;
use std::io::Write;
use std::path::Path;
use tokio::net::TcpListener;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// A channel for each socket; tungstenite builds each frame.
    Tungstenite,
    /// Frames are encoded once and written straight to the TCP sockets.
    Raw,
}

const HANDSHAKE: &str =
    r#"0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
const CONNECTED: &str = r#"40{"sid":"floor"}"#;
const READY: &str = r#"42["ready",{}]"#;

/// Serves until it is ended from outside.
///
/// # Errors
/// When the population cannot be read or no port is free.
pub fn serve(kind: Kind, population: &Path) -> Result<()> {
    let given: Given = serde_json::from_slice(&std::fs::read(population)?)?;
    rlimit::increase_nofile_limit(u64::MAX)?;
    // As many workers as the machine has cores, as Maru.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut out = std::io::stdout();
        writeln!(out, "listening on http://{}", listener.local_addr()?)?;
        out.flush()?;
        match kind {
            Kind::Tungstenite => tungstenite::serve(listener, given).await,
            Kind::Raw => raw::serve(listener, given).await,
        }
    })
}
