//! `maru doctor`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use clap::Args;
use maru::config::{ConfigError, Effective};
use maru::doctor::{self, Finding, Outcome, Report, Thoroughness};
use std::fmt::Write;
use std::io::IsTerminal;

#[derive(Args)]
pub struct Arguments {
    /// Compares every index of the database with its table, however long that takes.
    #[arg(long)]
    full: bool,
    /// Prints JSON, for programs.
    #[arg(long)]
    json: bool,
}

pub fn run(settings: Result<Effective, ConfigError>, arguments: Arguments) -> Result<Output, Problem> {
    let config = settings.map(|settings| settings.config);
    let runtime = runtime()?;
    let report = runtime.block_on(doctor::examine(&config, Thoroughness { full: arguments.full }));
    // A name that nobody resolves is asked for longer than anybody waits here.
    runtime.shutdown_background();
    let result = if arguments.json {
        serde_json::to_string_pretty(&report).map_err(std::io::Error::from)?
    } else {
        let is_coloured =
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
        written(&report, is_coloured)
    };
    Ok(Output { result, is_bad: report.outcome == Outcome::Failure, ..Output::default() })
}

fn written(report: &Report, is_coloured: bool) -> String {
    let paint =
        |code: &str, text: &str| if is_coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let width = report.checks.iter().map(|finding| finding.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Finding { name, outcome, seen, fix } in &report.checks {
        let mark = match outcome {
            Outcome::Ok => paint("32", "ok     "),
            Outcome::Warning => paint("33", "warning"),
            Outcome::Failure => paint("1;31", "failure"),
        };
        // Writing to a string cannot fail.
        let _infallible = writeln!(text, "{mark}  {}  {seen}", paint("1", &format!("{name:width$}")));
        if let Some(fix) = fix {
            let _infallible = writeln!(text, "{:9}{:width$}  {}", "", "", paint("36", &format!("→ {fix}")));
        }
    }
    let count = |outcome| report.checks.iter().filter(|finding| finding.outcome == outcome).count();
    let (warnings, failures) = (count(Outcome::Warning), count(Outcome::Failure));
    let of_a_kind = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let summary = match (failures, warnings) {
        (0, 0) => paint("32", "Everything is well."),
        _ => format!("{}, {}.", of_a_kind(failures, "failure"), of_a_kind(warnings, "warning")),
    };
    let _infallible = write!(text, "\n{summary}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(name: &'static str, outcome: Outcome, fix: Option<&str>) -> Finding {
        Finding { name, outcome, seen: "what was seen".to_owned(), fix: fix.map(str::to_owned) }
    }

    #[test]
    fn findings_stand_under_each_other_and_are_coloured_only_where_wanted() {
        let checks =
            vec![finding("port", Outcome::Ok, None), finding("certificate", Outcome::Failure, Some("renew it"))];
        let report = Report { outcome: Outcome::Failure, version: "1", checks };
        let plain = "ok       port         what was seen\nfailure  certificate  what was seen\n\
                     \u{20}                     → renew it\n\n1 failure, 0 warnings.";
        assert_eq!(written(&report, false), plain);
        let coloured = written(&report, true);
        assert!(coloured.contains("\x1b[1;31mfailure\x1b[0m") && coloured.contains("\x1b[32mok"), "{coloured:?}");
    }
}
