//! The table in the terminal: each figure with its peers, the ratio to Node.js and the goal.

use super::goals::Of;
use super::{Results, cluster, goals, growth, search};
use crate::peers::Peer;
use std::fmt::Write;

/// A figure of a scenario's table.
pub struct Row {
    pub metric: &'static str,
    pub label: &'static str,
}

/// A scenario's part of the table.
pub struct Section {
    pub scenario: &'static str,
    pub title: &'static str,
    pub rows: &'static [Row],
}

macro_rules! rows {
    ($($metric:literal: $label:literal),+ $(,)?) => {
        &[$($crate::report::table::Row { metric: $metric, label: $label }),+]
    };
}
pub(super) use rows;

/// Of senders that wait for their acknowledgement, whatever the disk.
const WAITING_SENDERS: &[Row] = rows!(
    "messages_per_s": "acknowledged/s",
    "acked_p50_ms": "acknowledged p50, ms",
    "acked_p99_ms": "acknowledged p99, ms",
    "cpu_per_message_us": "CPU a message, µs",
);

pub const SECTIONS: &[Section] = &[
    Section {
        scenario: "trickle",
        title: "trickle: each message alone",
        rows: rows!(
            "cpu_per_delivery_us": "CPU a delivery, µs",
            "delivered_p50_ms": "delivered p50, ms",
            "delivered_p99_ms": "delivered p99, ms",
            "acked_p50_ms": "acknowledged p50, ms",
            "acked_p99_ms": "acknowledged p99, ms",
            "generator_per_delivery_us": "(load generator, µs)",
        ),
    },
    Section {
        scenario: "burst",
        title: "burst: 16 senders that do not wait, a room of 100",
        rows: rows!(
            "deliveries_per_s": "deliveries/s",
            "cpu_per_delivery_us": "CPU a delivery, µs",
            "delivered_p50_ms": "delivered p50, ms",
            "generator_per_delivery_us": "(load generator, µs)",
        ),
    },
    Section {
        scenario: "senders",
        title: "senders: each waits for its acknowledgement, 100 rooms of 10",
        rows: WAITING_SENDERS,
    },
    Section { scenario: "slow-disk", title: "slow-disk: the same with an fsync of 4 ms", rows: WAITING_SENDERS },
    Section {
        scenario: "latency",
        title: "latency: 1,000 clients in rooms of 10, 1,000 deliveries/s",
        rows: rows!(
            "acked_p50_ms": "acknowledged p50, ms",
            "acked_p99_ms": "acknowledged p99, ms",
            "delivered_p50_ms": "delivered p50, ms",
            "delivered_p99_ms": "delivered p99, ms",
            "cpu_per_delivery_us": "CPU a delivery, µs",
        ),
    },
    Section {
        scenario: "limits",
        title: "limits: 100 people in rooms of 10 talk, 100 messages/s, while others attack",
        rows: rows!(
            "delivered_p50_ms": "delivered p50, ms",
            "delivered_p99_ms": "delivered p99, ms",
            "acked_p99_ms": "acknowledged p99, ms",
            "resident_mib": "resident, MiB",
            "tried_per_s": "tried/s",
            "let_in": "let in",
            "refused": "refused",
            "cut": "cut off",
        ),
    },
];

const LABEL: usize = 26;
const CELL: usize = 12;

/// Everything that was measured, as text.
pub fn render(results: &Results) -> String {
    let mut text = String::new();
    for section in sections() {
        let cases = results.cases(section.scenario);
        if cases.is_empty() {
            continue;
        }
        let peers: Vec<Peer> = Peer::ALL
            .into_iter()
            .filter(|peer| results.samples.iter().any(|s| s.scenario == section.scenario && s.peer == *peer))
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{}", section.title);
        let _ = write!(text, "{:LABEL$}", "");
        for peer in &peers {
            let _ = write!(text, "{:>CELL$}", short(*peer));
        }
        let compared = if peers.contains(&Peer::Node) { "   Maru/Node  goal" } else { "" };
        let _ = writeln!(text, "{compared}");
        for (case, _) in cases {
            let _ = writeln!(text, "  {case}");
            for row in section.rows {
                line(&mut text, results, section.scenario, case, row, &peers);
            }
        }
    }
    text
}

/// A scenario's figures of Maru as a table for the documentation, a column for each case; none when it was not measured.
pub fn markdown(results: &Results, scenario: &str) -> Option<String> {
    let section = sections().find(|section| section.scenario == scenario)?;
    let cases = results.cases(scenario);
    let line = |label: &str, cells: &mut dyn Iterator<Item = String>| {
        format!("| {label} | {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut text = line("", &mut cases.iter().map(|(case, _)| (*case).to_owned()));
    text += &line("---", &mut cases.iter().map(|_| "---".to_owned()));
    for row in section.rows {
        let cell = |case: &str| results.median(scenario, case, Peer::Maru, row.metric).map_or(String::new(), figure);
        let cells: Vec<String> = cases.iter().map(|(case, _)| cell(case)).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            text += &line(row.label, &mut cells.into_iter());
        }
    }
    (!cases.is_empty()).then_some(text)
}

fn sections() -> impl Iterator<Item = &'static Section> {
    SECTIONS.iter().chain(growth::SECTIONS).chain(search::SECTIONS).chain(cluster::SECTIONS)
}

fn short(peer: Peer) -> &'static str {
    match peer {
        Peer::Maru => "Maru",
        Peer::Node => "Node.js",
        Peer::Tungstenite => "tungstenite",
        Peer::Raw => "raw frames",
    }
}

fn line(text: &mut String, results: &Results, scenario: &str, case: &str, row: &Row, peers: &[Peer]) {
    let median = |peer| results.median(scenario, case, peer, row.metric);
    let _ = write!(text, "    {:width$}", row.label, width = LABEL - 4);
    for peer in peers {
        let _ = write!(text, "{:>CELL$}", median(*peer).map_or("–".to_owned(), figure));
    }
    let ratio = median(Peer::Maru).zip(median(Peer::Node)).map(|(maru, node)| maru / node);
    if let Some(ratio) = ratio {
        let _ = write!(text, "{ratio:>CELL$.2}");
    }
    if let Some(goal) = goals::find(scenario, case, row.metric) {
        let judged = if goal.of == Of::Ratio { ratio } else { median(Peer::Maru) };
        if let Some(judged) = judged {
            let met = if goal.bound.is_met(judged) { "reached" } else { "NOT reached" };
            let _ = write!(text, "  {} {met}", goal.bound.text());
        }
    }
    text.push('\n');
}

/// Three significant digits, thousands in groups.
pub fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => {
            let digits = format!("{value:.0}");
            let mut grouped = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(3) {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            grouped
        }
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
