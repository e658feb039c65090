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
    let (mut sent, mut heard) = (BTreeSet::new(), BTreeSet::new());
    for (name, is_sent) in json_blocks(&document).iter().flat_map(|block| packets(block)) {
        assert!(is_known(&name), "an example has `{name}`, which does not exist");
        let names = if is_sent { &mut sent } else { &mut heard };
        names.insert(name);
    }
    for name in COMMANDS {
        assert!(sent.contains(*name), "`{name}` is sent in no example");
    }
    for name in EVENTS {
        assert!(heard.contains(*name), "`{name}` is heard in no example");
    }
}

#[test]
fn the_tables_have_the_fields_of_the_contract() {
    let (document, contract) = (read(), maru::contract::typescript());
    for [command, payload, acknowledgement] in cells(&document, "| command |") {
        let (payload_type, ack_type) = types_of(&contract, command);
        assert_eq!(fields_in(payload), fields_of(&contract, payload_type), "the payload of {command}");
        assert_eq!(fields_in(acknowledgement), fields_of(&contract, ack_type), "the acknowledgement of {command}");
    }
    let (_, events) = contract.split_once("interface ServerEvents {").expect("the events");
    for [event, payload, _] in cells(&document, "| event |") {
        // What is a thing as a whole, or another service's, is told elsewhere.
        if !payload.contains('[') && !event.contains(APP_PREFIX) {
            let (_, named) = events.split_once(&format!("\n  '{}': ", event.trim_matches('`'))).expect(event);
            assert_eq!(fields_in(payload), fields_of(&contract, named.lines().next().expect("a type")), "{event}");
        }
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

/// The names in a block, `["event", payload]`, and whether it is sent: then an acknowledgement follows, or no event is
/// called so.
fn packets(block: &[Value]) -> Vec<(String, bool)> {
    let named = block.iter().enumerate().filter_map(|(at, value)| Some((at, value.as_array()?))).map(|(at, packet)| {
        assert!(packet.len() == 2 && packet[1].is_object(), "no packet: {packet:?}");
        let name = packet[0].as_str().expect("an event has a name");
        let is_acknowledged = block.get(at + 1).is_some_and(|next| next["success"].is_boolean());
        (name.to_owned(), is_acknowledged || (COMMANDS.contains(&name) && !EVENTS.contains(&name)))
    });
    named.collect()
}

/// The first three cells of each row of the table whose first line begins like this.
fn cells<'d>(document: &'d str, begins: &str) -> Vec<[&'d str; 3]> {
    let lines = prose(document).into_iter().skip_while(|line| !line.starts_with(begins));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| {
        let mut cells = row.split('|').skip(1).map(str::trim);
        [(); 3].map(|()| cells.next().expect("a cell"))
    });
    cells.collect()
}

/// The fields that a cell names: those that may be absent end with `?`, as do those of which there is one or another.
fn fields_in(cell: &str) -> BTreeSet<String> {
    let named = cell.split(", ").flat_map(|group| {
        let is_choice = group.contains(" or ");
        group.split('`').skip(1).step_by(2).map(move |name| match name.strip_suffix('?') {
            None if is_choice => format!("{name}?"),
            _ => name.to_owned(),
        })
    });
    named.collect()
}

/// The types of a command's payload and acknowledgement.
fn types_of<'c>(contract: &'c str, command: &str) -> (&'c str, &'c str) {
    let (_, entry) = contract.split_once(&format!("\n  '{}': {{ payload: ", command.trim_matches('`'))).expect(command);
    let (payload, rest) = entry.split_once("; ack: ").expect("an acknowledgement");
    (payload, rest.split_once(" }").expect("an end").0)
}

/// The fields of a type, as `fields_in` writes them.
fn fields_of(contract: &str, name: &str) -> BTreeSet<String> {
    let (_, declared) = contract.split_once(&format!("export type {name} = ")).expect(name);
    let Some(body) = declared.strip_prefix('{') else {
        assert!(declared.starts_with("Record<symbol, never>;"), "{name} is no object");
        return BTreeSet::new();
    };
    let (mut fields, mut depth, mut at_name) = (BTreeSet::new(), 0, true);
    for token in without_comments(body).split_inclusive(['{', '}', '<', '>', '[', ']', '(', ')', ',', ':']) {
        let (text, end) = token.split_at(token.len() - 1);
        match end {
            ":" if depth == 0 && at_name => {
                fields.insert(text.trim().to_owned());
                at_name = false;
            }
            "," if depth == 0 => at_name = true,
            "{" | "<" | "[" | "(" => depth += 1,
            "}" | ">" | "]" | ")" if depth > 0 => depth -= 1,
            "}" => return fields,
            _ => {}
        }
    }
    panic!("{name} has no end");
}

fn without_comments(code: &str) -> String {
    code.split("/**")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("*/").map_or("", |(_, rest)| rest) })
        .collect()
}
