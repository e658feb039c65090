//! `maru doctor`: what it says of a healthy server, and of each fault, which is brought about for real.

#[path = "../support/mod.rs"]
mod support;

mod faults;
mod proxy;
mod running;

use serde_json::Value;
use std::path::Path;
use support::{Output, TestApp, run_maru};

/// What was said of everything.
struct Report {
    succeeded: bool,
    json: Value,
}

impl Report {
    fn of(output: &Output) -> Self {
        let json = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"));
        Self { succeeded: output.status.success(), json }
    }

    fn checks(&self) -> &[Value] {
        self.json["checks"].as_array().expect("checks")
    }

    fn check(&self, name: &str) -> &Value {
        self.checks().iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name}: {}", self.json))
    }

    /// Those that are not ok and belong to what a test is about, rather than to the machine that it runs on.
    fn bad(&self) -> Vec<&Value> {
        let of_the_machine = ["memory", "space", "systemd", "open files", "time zone"];
        let is_ours = |check: &&Value| !of_the_machine.iter().any(|name| check["name"] == *name);
        self.checks().iter().filter(|check| check["outcome"] != "ok").filter(is_ours).collect()
    }

    /// A check has this outcome, tells of `seen`, and says how it is put right.
    fn assert(&self, name: &str, outcome: &str, seen: &str, fix: &str) {
        let check = self.check(name);
        let text = |field: &str| check[field].as_str().unwrap_or_default().to_owned();
        assert_eq!(check["outcome"], outcome, "{check}");
        assert!(text("seen").contains(seen) && text("fix").contains(fix), "{check}");
        assert_eq!(self.json["outcome"] == "failure", !self.succeeded, "{}", self.json);
        if outcome == "failure" {
            assert!(!self.succeeded, "a failure is no success");
        }
    }
}

/// What is said while a server runs, or after it.
async fn examined(app: &TestApp) -> Report {
    Report::of(&app.run_cli(&["doctor", "--json"], "").await)
}

/// What is said of a folder, with these settings.
async fn examined_at(folder: &Path, settings: &[(&str, &str)]) -> Report {
    let folder = folder.to_str().expect("a path");
    let given = settings.iter().any(|(name, _)| *name == "MARU_LISTEN");
    // The usual port may be taken on this machine.
    let settings = if given { settings.to_vec() } else { [settings, &[("MARU_LISTEN", "127.0.0.1:0")]].concat() };
    Report::of(&run_maru(&["doctor", "--json", "--data-dir", folder], &settings, "").await)
}
