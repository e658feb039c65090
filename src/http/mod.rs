//! HTTP: the JSON API, the embedded web client, health; and the door through which sockets come.

mod admin;
mod admission;
mod announcements;
mod answer;
mod archives;
mod auth;
mod backups;
mod beginners;
mod below;
pub mod client;
mod emoji;
mod encryption;
mod extract;
mod fence;
mod files;
mod head;
mod health;
mod invites;
mod messages;
mod moderation;
mod notifications;
mod openings;
mod origin;
mod people;
mod query;
mod redirect;
mod refresh_cookie;
mod refusals;
mod reminders;
mod request;
mod rooms;
mod search;
mod server;
mod sessions;
mod site;
mod streams;
mod tasks;
mod two_factor;
mod users;
mod watching;

pub use admission::Admission;
pub use redirect::redirect_router;
pub use server::{Listening, listen, take_over};
pub use watching::metrics_router;

use crate::app::App;
use crate::error::Result;
use crate::realtime::SocketLayer;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use tower::util::option_layer;

/// Everything that is served on the main port.
pub fn router(app: Arc<App>, sockets: SocketLayer) -> Result<Router> {
    let api = Router::new()
        .merge(rooms::router())
        .merge(messages::router())
        .merge(moderation::router())
        .merge(notifications::router())
        .merge(search::router())
        .merge(files::router())
        .merge(tasks::router())
        .merge(reminders::router())
        .merge(users::router())
        .merge(people::router())
        .merge(emoji::router())
        .merge(auth::router())
        .merge(sessions::router())
        .merge(two_factor::router())
        .merge(invites::router())
        .merge(backups::router())
        .merge(watching::router())
        .merge(admin::router())
        .merge(announcements::router())
        .merge(archives::router())
        .fallback(answer::no_such_resource)
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(from_fn(request::traced));
    let client = client::router(&app)?;
    let cors = option_layer(origin::cors(&app));
    let router = Router::new()
        .nest("/api/v1", api)
        .merge(health::router())
        .merge(watching::guarded())
        .method_not_allowed_fallback(answer::wrong_method)
        .with_state(app.clone())
        .merge(client)
        .layer(sockets)
        .layer(from_fn_with_state(app.clone(), openings::check))
        .layer(from_fn_with_state(app, origin::check))
        .layer(cors)
        // Applies the layers once: a router that waits for its state applies them anew for every connection, and the
        // Socket.IO layer would then not find the sessions of long-polling.
        .with_state(());
    Ok(router)
}
