//! Links that are given to people: each has its secret behind the `#`, which browsers keep to themselves.

use crate::app::App;
use crate::config::reachable;

/// Where people reach the server as far as it knows itself: `https://chat.example.com`, without a slash at the end.
pub fn base(app: &App) -> String {
    if let Some(url) = &app.config.public_url {
        return url.as_str().to_owned();
    }
    let scheme = if app.config.serves_https() { "https" } else { "http" };
    format!("{scheme}://{}", reachable(app.serving_on.get().copied().unwrap_or(app.config.listen)))
}

pub(super) fn setup(base: &str, token: &str) -> String {
    format!("{base}/setup#{token}")
}

pub(crate) fn reset(base: &str, token: &str) -> String {
    format!("{base}/reset#{token}")
}

pub(super) fn invite(base: &str, code: &str) -> String {
    format!("{base}/invite#{code}")
}
