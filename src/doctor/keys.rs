//! The signing keys, without which no server starts, read as its start reads them.

use super::Finding;
use crate::config::Config;
use crate::credentials::keys::{FILE_NAME, KeyError, SigningKeys};

/// Nothing where the configuration gives them, which has been looked through.
pub(super) fn check(config: &Config) -> Option<Finding> {
    if config.signing_key.is_some() {
        return None;
    }
    let name = "keys";
    Some(match SigningKeys::examine(&config.data_dir) {
        Ok(Some(_)) => Finding::ok(name, format!("{FILE_NAME} can be used, and is read by its owner alone")),
        Ok(None) => Finding::ok(name, "none yet: the first start makes one"),
        Err(KeyError::Exposed { path, mode }) => {
            let seen = format!(
                "others can read or change {} (mode {mode:03o}), and sign in as anybody: no server starts so",
                path.display()
            );
            let fix = format!("chmod 600 {}; if others may have read it, `maru rotate-key`", path.display());
            Finding::failure(name, seen, fix)
        }
        Err(KeyError::Malformed { path, problem }) => {
            let seen = format!("{} is no list of signing keys ({problem}): no server starts so", path.display());
            let fix = "restore it from a backup, or move it away: a new one is made, everybody has to log in again, and second factors are set up anew";
            Finding::failure(name, seen, fix)
        }
        Err(error) => Finding::failure(name, error.to_string(), "run this, and Maru, as the user that owns the folder"),
    })
}
