//! The audit log: read in pages, or as lines.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::contract::{AuditAct, AuditEntry, AuditLog, MAX_LIST_LIMIT};
use crate::error::{Error, Result};
use crate::storage::AuditFilter;
use serde_json::Value;

/// Entries of a page unless another number is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// A page, newest first.
///
/// # Errors
/// `Forbidden` for who is no administrator; `Invalid` for a cursor that is none.
pub async fn page(
    app: &App,
    actor: &Actor,
    filter: AuditFilter,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<AuditLog> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let before = cursor.map(str::parse::<i64>).transpose();
    let before = before.map_err(|_| Error::invalid("cursor", "this is no cursor that the server gave"))?;
    let entries = app.storage.audit_log(By::from(actor), &filter, before, limit).await?;
    let cursor = entries.last().filter(|_| entries.len() >= limit as usize).map(|last| last.id.to_string());
    Ok(AuditLog { entries, cursor })
}

/// A part of the log as lines of JSON, newest first, and the entry that the next part is before; none when there is no
/// other.
///
/// # Errors
/// As `page`.
pub async fn lines(
    app: &App,
    actor: &Actor,
    filter: &AuditFilter,
    before: Option<i64>,
) -> Result<(String, Option<i64>)> {
    let entries = app.storage.audit_log(By::from(actor), filter, before, MAX_LIST_LIMIT).await?;
    let last = entries.last().filter(|_| entries.len() >= MAX_LIST_LIMIT as usize).map(|last| last.id);
    let mut text = String::new();
    for entry in &entries {
        text += &serde_json::to_string(entry).map_err(Error::internal)?;
        text.push('\n');
    }
    Ok((text, last))
}

/// A page for whoever owns the data folder.
pub async fn page_for_operator(app: &App, filter: AuditFilter, before: Option<i64>, limit: u32) -> Result<Vec<Value>> {
    let entries = app.storage.audit_log(By::Operator, &filter, before, limit).await?;
    entries.iter().map(|entry: &AuditEntry| serde_json::to_value(entry).map_err(Error::internal)).collect()
}

/// An act by its name.
///
/// # Errors
/// `Invalid` for what is none.
pub fn act(name: &str) -> Result<AuditAct> {
    let found = AuditAct::ALL.iter().find(|act| act.as_str() == name);
    found.copied().ok_or_else(|| Error::invalid("act", "this is no act that the audit log tells of"))
}
