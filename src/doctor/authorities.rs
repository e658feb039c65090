//! Files with the root certificates of authorities of one's own.

use super::Finding;
use super::lasting::{lasting, span};
use crate::certificates::Validity;
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::net;
use std::path::Path;

/// Nothing of those that are not used.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let fetches = !config.domain.is_empty() && config.tls.certificate.is_none();
    let acme = config.acme.ca_file.as_deref().filter(|_| fetches);
    let acme = acme.map(|file| look("acme authority", "acme.ca_file", file, clock::now()));
    let previews = config.link_preview_ca_file.as_deref().filter(|_| config.link_previews);
    let previews = previews.map(|file| look("preview authority", "link_preview_ca_file", file, clock::now()));
    acme.into_iter().chain(previews).collect()
}

fn look(name: &'static str, setting: &str, file: &Path, now: Timestamp) -> Finding {
    let roots = match net::roots_in(file) {
        Ok(roots) => roots,
        Err(problem) => {
            let fix =
                format!("let {setting} name a file of root certificates (PEM) that Maru may read, or leave it out");
            return Finding::failure(name, format!("{setting}: {problem}"), fix);
        }
    };
    let shown = file.display();
    let Some(last) = roots.iter().filter_map(Validity::of).max_by_key(|validity| validity.not_after) else {
        return Finding::ok(name, format!("{shown} has {} root certificates", roots.len()));
    };
    if last.is_over(now) {
        let ended = span(now.since(last.not_after));
        let seen =
            format!("{setting}: all that is in {shown} is out of date, for {ended} at least: nobody is recognised");
        return Finding::failure(name, seen, "put the present root certificates of the authority there, and restart");
    }
    lasting(name, &last, &format!("{shown} can be used"), now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    /// A root that is good until the end of a year.
    fn root(year: i32) -> String {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(year, 12, 31));
        params.self_signed(&KeyPair::generate().expect("a key")).expect("a root").pem()
    }

    #[test]
    fn roots_are_of_use_as_long_as_one_of_them_is_good() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("roots.pem");
        let now = Timestamp::parse("2026-01-01T00:00:00.000Z").expect("a moment");
        let look = |text: &str| {
            std::fs::write(&file, text).expect("written");
            look("acme authority", "acme.ca_file", &file, now)
        };
        for (text, outcome, words) in [
            (root(2030), Outcome::Ok, "can be used, and for"),
            (root(2020) + &root(2030), Outcome::Ok, "can be used"),
            (root(2020) + &root(2024), Outcome::Failure, "is out of date, for 366 days at least"),
            (String::new(), Outcome::Failure, "there is no certificate in it"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
                Outcome::Failure,
                "roots.pem",
            ),
        ] {
            let found = look(&text);
            assert_eq!(found.outcome, outcome, "{found:?}");
            assert!(found.seen.contains(words), "{words}: {found:?}");
        }
        std::fs::remove_file(&file).expect("removed");
        let missing = super::look("acme authority", "acme.ca_file", &file, now);
        assert!(missing.outcome == Outcome::Failure && missing.seen.starts_with("acme.ca_file: "), "{missing:?}");
    }
}
