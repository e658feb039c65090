//! What servers on one data folder have to have alike.

use crate::config::Config;
use crate::credentials::keys::{KeyError, SigningKeys};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a server goes by, as far as it concerns the others. No secret is among it: of keys, only their ids.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// The ids of the signing keys, that of the one that signs first.
    keys: Vec<String>,
    settings: BTreeMap<String, Option<String>>,
}

/// A setting that two servers have differently, in words for the operator.
pub struct Difference {
    pub setting: String,
    pub here: String,
    pub there: String,
}

impl Terms {
    /// Those of a server with this configuration. Blocks on the disk.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub fn of(config: &Config) -> Result<Self, KeyError> {
        let keys = match &config.signing_key {
            Some(given) => SigningKeys::configured(given)?.ring().kids(),
            // All servers have this file, and follow each other's changes of it.
            None => SigningKeys::examine(&config.data_dir)?.map(|ring| ring.kids()).unwrap_or_default(),
        };
        Ok(Self { keys, settings: config.shared() })
    }

    /// Whether each believes what the other signs.
    pub fn believes(&self, other: &Self) -> bool {
        let knows = |one: &Self, other: &Self| other.keys.first().is_none_or(|signing| one.keys.contains(signing));
        knows(self, other) && knows(other, self)
    }

    /// The other settings that differ. One that another version does not know is none of them.
    pub fn differences(&self, there: &Self) -> Vec<Difference> {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
        let both = self.settings.iter().filter_map(|(name, here)| Some((name, here, there.settings.get(name)?)));
        let differing = both.filter(|(_, here, there)| here != there);
        differing
            .map(|(name, here, there)| Difference { setting: name.clone(), here: shown(here), there: shown(there) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(keys: &[&str], settings: &[(&str, Option<&str>)]) -> Terms {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)));
        Terms { keys: keys.iter().map(|key| (*key).to_owned()).collect(), settings: settings.collect() }
    }

    #[test]
    fn keys_can_be_exchanged_one_server_after_the_other_and_no_faster() {
        type Keys = &'static [&'static str];
        let believe = |one: Keys, other: Keys| terms(one, &[]).believes(&terms(other, &[]));
        let steps: [(Keys, Keys); 3] =
            [(&["old"], &["old", "new"]), (&["old", "new"], &["new", "old"]), (&["new", "old"], &["new"])];
        for (before, after) in steps {
            assert!(believe(before, after) && believe(after, before), "{before:?} {after:?}");
        }
        let leaps: [(Keys, Keys); 3] = [(&["old"], &["new", "old"]), (&["old", "new"], &["new"]), (&["old"], &["new"])];
        for (before, after) in leaps {
            assert!(!believe(before, after) && !believe(after, before), "{before:?} {after:?}");
        }
    }

    #[test]
    fn only_settings_that_both_know_can_differ() {
        let here = terms(&[], &[("public_url", Some("\"https://a\"")), ("read_receipts", Some("true")), ("new", None)]);
        let there = terms(&[], &[("public_url", None), ("read_receipts", Some("true")), ("old", Some("1"))]);
        let found = here.differences(&there);
        let [difference] = &found[..] else { panic!("one differs") };
        assert_eq!(
            (&*difference.setting, &*difference.here, &*difference.there),
            ("public_url", "\"https://a\"", "not set")
        );
    }
}
