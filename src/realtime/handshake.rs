//! The handshake: who wants to connect, with what, and why not.

use crate::actor::Actor;
use crate::app::App;
use crate::auth;
use crate::config::Network;
use crate::directory::Place;
use crate::error::{Error, Result};
use crate::ids::{ClientId, RoomId, UserId};
use crate::net::Peer;
use serde::Deserialize;
use socketioxide::extract::SocketRef;
use std::collections::HashMap;
use std::time::Duration;

/// More rooms than this cannot be named in a handshake.
const MAX_KNOWN_ROOMS: usize = 10_000;

/// When an address with too many connections may try again.
const TOO_MANY_CONNECTIONS: Duration = Duration::from_secs(10);

/// What a client sends with its CONNECT packet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with a token")]
pub struct Handshake {
    token: Option<String>,
    client_id: Option<ClientId>,
    user_id: Option<UserId>,
    epoch: Option<String>,
    #[serde(default)]
    rooms: HashMap<RoomId, i64>,
}

/// Why a connection was refused: `code: text`.
#[derive(Debug)]
pub struct Refusal(String);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Error::Internal(source) = &error {
            tracing::error!(error = %source, "a handshake failed");
        }
        Self(format!("{}: {error}", error.code().as_str()))
    }
}

/// Somebody who may connect.
pub struct Admitted {
    pub actor: Actor,
    pub client: ClientId,
    /// It counts for the network where the client is, through trusted proxies.
    pub place: Place,
    /// The rooms, and the rev of each, that the client has.
    pub known: Vec<(RoomId, i64)>,
    /// What it came with, where that is a bot's: it may be replaced until the connection is one of those that end then.
    pub bot_token: Option<String>,
}

/// Establishes who is connecting.
///
/// # Errors
/// `Unauthenticated`, `RateLimited` when there are too many connections, `Invalid` for what the handshake says,
/// `Unavailable` while the server stops.
pub async fn admit(app: &App, socket: &SocketRef, handshake: Result<Handshake, String>) -> Result<Admitted> {
    if app.draining.is_cancelled() {
        return Err(Error::Unavailable("the server is about to restart".to_owned()));
    }
    let handshake = handshake.map_err(|reason| {
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Error::invalid("auth", reason)
    })?;
    let token = handshake.token.ok_or(Error::Unauthenticated("a token is needed"))?;
    if handshake.rooms.len() > MAX_KNOWN_ROOMS {
        return Err(Error::invalid("rooms", format!("at most {MAX_KNOWN_ROOMS} rooms can be named")));
    }
    let mut actor: Actor = auth::authenticate(app, &token).await?;
    if handshake.user_id.is_some_and(|user| user != actor.user) {
        return Err(Error::Unauthenticated("the token is not of this user"));
    }
    let peer = socket.req_parts().extensions.get::<Peer>();
    let peer = peer.ok_or_else(|| Error::internal("a socket without its peer"))?;
    let address = app.config.client_address(peer.address, &socket.req_parts().headers);
    let network = Network::of_client(address);
    let most = app.config.limits.connections_per_address.get() as usize;
    let place = app.directory.reserve(network, most);
    let place = place.ok_or(Error::RateLimited { retry_after: TOO_MANY_CONNECTIONS })?;
    let client = handshake.client_id.unwrap_or_else(ClientId::generate);
    actor.client = Some(client);
    actor.address = Some(address);
    let bot_token = actor.bot.then_some(token);
    Ok(Admitted { actor, client, place, bot_token, known: known(app, handshake.epoch.as_deref(), handshake.rooms) })
}

/// What a client has of another epoch is void: a rev that nobody has makes it start afresh.
fn known(app: &App, epoch: Option<&str>, rooms: HashMap<RoomId, i64>) -> Vec<(RoomId, i64)> {
    let current = epoch.is_none_or(|epoch| epoch == app.epoch);
    rooms.into_iter().map(|(room, rev)| (room, if current { rev } else { -1 })).collect()
}
