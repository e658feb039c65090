//! Search over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields};
use crate::app::App;
use crate::contract::*;
use crate::ids::RoomId;
use crate::search;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/search", get(messages))
}

#[derive(Deserialize)]
struct Asked {
    q: String,
    room: Option<RoomId>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
    sort: Option<SearchSort>,
    tz: Option<String>,
}

async fn messages(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(asked): Fields<Asked>,
) -> Reply<SearchMessagesAck> {
    let Asked { q: query, room: room_id, cursor, limit, sort, tz: time_zone } = asked;
    let command = SearchMessages { query, room_id, cursor, limit, sort, time_zone };
    Ok(Answer::ok(search::messages(&app, &actor, command).await?))
}
