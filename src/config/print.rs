//! Writes the effective configuration as TOML that can be read back, with the source of each value.

use super::{Effective, settings::keys};
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
