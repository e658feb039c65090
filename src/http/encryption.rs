//! The beginning of an encrypted connection, which costs strangers little and the server nothing for long.

use crate::certificates::PROOF;
use crate::net::Transport;
use axum::http::HeaderValue;
use rustls::ServerConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// Who has not agreed on a session by then is disconnected.
const WITHIN: Duration = Duration::from_secs(10);

/// How connections are encrypted.
pub struct Encryption {
    config: Arc<ServerConfig>,
    /// What every answer says of coming back by HTTPS (RFC 6797).
    pub hsts: Option<HeaderValue>,
}

impl Encryption {
    /// `hsts` is how long browsers are told to come by HTTPS alone.
    pub fn new(config: Arc<ServerConfig>, hsts: Option<Duration>) -> Self {
        let hsts = hsts.and_then(|time| HeaderValue::from_str(&format!("max-age={}", time.as_secs())).ok());
        Self { config, hsts }
    }

    /// Agrees with the other end on a session. None when that came to nothing, or when it only wanted to see the proof
    /// of a domain.
    pub async fn begin(&self, stream: TcpStream) -> Option<Transport> {
        match tokio::time::timeout(WITHIN, Transport::shake_hands(stream, self.config.clone())).await {
            Ok(Ok(transport)) if transport.speaks(PROOF) => None,
            Ok(Ok(transport)) => Some(transport),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a connection was not encrypted");
                None
            }
            Err(_) => {
                tracing::debug!("a connection was not encrypted in time");
                None
            }
        }
    }
}
