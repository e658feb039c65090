//! docs/protocol.md tells of every command and event that there is, and of no other.

use maru::contract::{COMMANDS, EVENTS};
use serde_json::Value;
use std::collections::BTreeSet;

/// Events of other services; whatever follows is theirs.
const APP_PREFIX: &str = "app:";

#[test]
fn every_command_and_event_has_an_entry() {
    let document = read();
    for (table, names) in [("| command |", COMMANDS), ("| event |", EVENTS)] {
        let entries = first_cells(&document, table);
        assert!(!entries.is_empty(), "there is no table that begins with {table}");
        for name in names {
            assert!(entries.contains(*name), "`{name}` has no row in the table that begins with {table}");
        }
        for entry in &entries {
            assert!(is_known(entry), "the table that begins with {table} has `{entry}`, which does not exist");
        }
    }
}

#[test]
fn no_heading_and_no_entry_names_what_does_not_exist() {
    let document = read();
    for line in headings(&document).into_iter().chain(rows(&document)) {
        for name in names_in(line) {
            assert!(is_known(name), "`{name}` does not exist: {line}");
        }
    }
}

#[test]
fn every_example_is_json_and_every_packet_of_it_exists() {
    let document = read();
    let packets: BTreeSet<String> = json_blocks(&document).iter().flat_map(|block| packets(block)).collect();
    for name in &packets {
        assert!(is_known(name), "an example has `{name}`, which does not exist");
    }
    for name in COMMANDS.iter().chain(EVENTS) {
        assert!(packets.contains(*name), "`{name}` has no example");
    }
}

#[test]
fn every_link_within_the_document_leads_somewhere() {
    let document = read();
    let anchors: BTreeSet<String> = headings(&document).into_iter().map(anchor).collect();
    for link in document.split("](#").skip(1) {
        let target = link.split(')').next().unwrap_or_default();
        assert!(anchors.contains(target), "nothing is called #{target}");
    }
}

fn read() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.md");
    std::fs::read_to_string(path).expect("docs/protocol.md can be read")
}

fn is_known(name: &str) -> bool {
    COMMANDS.contains(&name) || EVENTS.contains(&name) || name.starts_with(APP_PREFIX)
}

/// The lines outside of code.
fn prose(document: &str) -> Vec<&str> {
    let mut code = false;
    let outside = document.lines().filter(|line| {
        let fence = line.starts_with("```");
        code ^= fence;
        !code && !fence
    });
    outside.collect()
}

fn headings(document: &str) -> Vec<&str> {
    prose(document).into_iter().filter(|line| line.starts_with('#')).collect()
}

fn rows(document: &str) -> Vec<&str> {
    prose(document).into_iter().filter(|line| line.starts_with('|')).collect()
}

/// The names in backticks in the first column of the table whose first line begins like this.
fn first_cells<'d>(document: &'d str, begins: &str) -> BTreeSet<&'d str> {
    let lines = prose(document).into_iter().skip_while(|line| !line.starts_with(begins));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| row.split('`').nth(1)).collect()
}

/// What stands in backticks and looks like `noun:verb`.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter(|text| {
        text.split_once(':').is_some_and(|(noun, verb)| {
            !noun.is_empty() && !verb.is_empty() && !verb.contains(char::is_whitespace) && !verb.starts_with('/')
        })
    })
}

/// As it is made of a heading on GitHub.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>().replace(' ', "-")
}

/// Each block is one JSON value after another.
fn json_blocks(document: &str) -> Vec<Vec<Value>> {
    let blocks = document.split("\n```json\n").skip(1).map(|rest| rest.split("\n```").next().unwrap_or_default());
    let parsed = blocks.map(|text| {
        let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
        let values = values.unwrap_or_else(|error| panic!("{error} in:\n{text}"));
        assert!(!values.is_empty(), "an empty block");
        values
    });
    parsed.collect()
}

/// The names of what is sent and heard in a block: `["event", payload]`.
fn packets(block: &[Value]) -> Vec<String> {
    let named = block.iter().filter_map(Value::as_array).map(|packet| {
        assert!(packet.len() == 2 && packet[1].is_object(), "no packet: {packet:?}");
        packet[0].as_str().expect("an event has a name").to_owned()
    });
    named.collect()
}
