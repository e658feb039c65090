//! What a browser is told that installs the client: named as the team is.

use super::{Sent, embedded, gunzip};
use crate::app::App;
use crate::error::{Error, Result};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

pub const MANIFEST: &str = "manifest.webmanifest";

/// None where the team has no name, or nothing is embedded: then it is as it is embedded.
///
/// # Errors
/// Those of storage.
pub async fn named(app: &App) -> Result<Option<Response>> {
    let Some(name) = app.storage.team().await?.name else { return Ok(None) };
    let Some(Sent { bytes, unpacked, .. }) = embedded(MANIFEST, &HeaderMap::new()) else { return Ok(None) };
    let bytes = if unpacked { gunzip(&bytes).map_err(Error::internal)? } else { bytes };
    let mut manifest: Map<String, Value> = serde_json::from_slice(&bytes).map_err(Error::internal)?;
    for field in ["name", "short_name"] {
        manifest.insert(field.to_owned(), Value::String(name.clone()));
    }
    let text = serde_json::to_string(&manifest).map_err(Error::internal)?;
    let headers = [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "no-cache")];
    Ok(Some((headers, text).into_response()))
}
