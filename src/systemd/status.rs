//! How the service fares, as systemd knows it.

use super::machine::Machine;
use crate::config::rounded;
use crate::error::{Error, Result};

/// What systemd knows of the service: pairs of a name and a value, and whether it is up.
///
/// # Errors
/// When systemd does not run here, or does not know the service.
pub fn status(machine: &Machine) -> Result<(Vec<(&'static str, String)>, bool)> {
    machine.check_booted()?;
    let known = [
        ("state", "ActiveState"),
        ("since", "ActiveEnterTimestamp"),
        ("says", "StatusText"),
        ("process", "MainPID"),
        ("restarts", "NRestarts"),
        ("memory", "MemoryCurrent"),
        ("units", "LoadState"),
        ("at boot", "UnitFileState"),
    ];
    let shown = machine.run("systemctl", &["show", "maru.service", "--no-pager"])?;
    let find = |name: &str| {
        let value = shown.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        let value = value.filter(|value| !value.is_empty() && *value != "[not set]")?;
        let bytes = value.parse().ok().filter(|_| name == "MemoryCurrent").map(rounded);
        Some(bytes.unwrap_or_else(|| value.to_owned()))
    };
    if find("LoadState").as_deref() == Some("not-found") {
        return Err(Error::Conflict("the service is not installed; maru service install does that".to_owned()));
    }
    let up = matches!(find("ActiveState").as_deref(), Some("active" | "reloading"));
    Ok((known.into_iter().filter_map(|(name, property)| Some((name, find(property)?))).collect(), up))
}
