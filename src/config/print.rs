//! Writes the effective configuration as TOML that can be read back, with the source of each value.

use super::{Config, Effective, settings::keys};
use std::collections::BTreeMap;
use std::fmt::Write;

impl Effective {
    /// For `maru config`. Secrets are left out; their source is told.
    pub fn render(&self) -> String {
        let mut config = self.config.clone();
        let mut text = String::new();
        let mut section = "";
        for (key, source) in keys().zip(&self.sources) {
            let (key_section, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
            if key_section != section {
                section = key_section;
                let _ = writeln!(text, "[{section}]\n");
            }
            for line in key.about.lines() {
                let _ = writeln!(text, "#{line}");
            }
            let field = (key.field)(&mut config);
            let _ = writeln!(text, "# Allowed is {}.", field.allowed(&key.within));
            let _ = match field.written() {
                Some(_) if field.is_secret() => writeln!(text, "# {name} is hidden  # {source}"),
                Some(value) => writeln!(text, "{name} = {value}  # {source}"),
                None => writeln!(text, "# {name} is not set"),
            };
            text.push('\n');
        }
        text
    }
}

/// What each server of a cluster has for itself: its addresses, by what path it finds their folder, how it writes its log.
const OF_ITS_OWN: [&str; 6] =
    ["listen", "metrics_listen", "tls.redirect_listen", "data_dir", "log_format", "log_level"];

impl Config {
    /// The settings that servers of one cluster have alike, with their values; none where they are not set. Secrets are
    /// left out.
    pub fn shared(&self) -> BTreeMap<String, Option<String>> {
        let mut config = self.clone();
        let of_all = keys().filter(|key| !OF_ITS_OWN.contains(&key.name));
        let settings = of_all.filter_map(|key| {
            let field = (key.field)(&mut config);
            let written = (!field.is_secret()).then(|| field.written().map(|value| value.to_string()));
            Some((key.name.to_owned(), written?))
        });
        settings.collect()
    }
}
