//! Statements and lines, made of the table of kinds.

use super::table::{Field, Form, Kind, List};
use crate::error::{Error, Result};
use serde_json::value::RawValue;

/// How the lines of a kind are read and written.
pub(super) struct Shape {
    kind: &'static Kind,
}

impl Shape {
    pub fn of(kind: &'static Kind) -> Self {
        Self { kind }
    }

    /// Selects an array of JSON for each row that is meant: its fields in order, then its lists, each an array of such arrays.
    pub fn select(&self, condition: &str) -> String {
        self.select_where(&format!("({}) AND ({condition})", self.kind.filter))
    }

    /// The same for each row that everything has.
    pub fn select_everything(&self) -> String {
        let Kind { filter, beside, .. } = self.kind;
        self.select_where(&format!("({filter}) OR ({beside})"))
    }

    fn select_where(&self, condition: &str) -> String {
        let Kind { table, order, .. } = self.kind;
        let mut values: Vec<String> = self.kind.fields.iter().map(|field| value(field, "t")).collect();
        values.extend(self.kind.lists.iter().map(list));
        let values = values.join(", ");
        match order {
            None => format!("SELECT json_array({values}) FROM {table} t NOT INDEXED WHERE {condition}"),
            Some(key) => format!("SELECT json_array({values}) FROM {table} t WHERE {condition} ORDER BY {key}"),
        }
    }

    /// Writes what was selected as a line.
    pub fn write(&self, row: &str, line: &mut String) -> Result<()> {
        let values: Vec<&RawValue> = serde_json::from_str(row).map_err(Error::internal)?;
        line.push('{');
        let mut is_first = true;
        write_fields(self.kind.fields, &values, line, &mut is_first);
        for (list, rows) in self.kind.lists.iter().zip(values.iter().skip(self.kind.fields.len())) {
            let rows: Vec<Vec<&RawValue>> = serde_json::from_str(rows.get()).map_err(Error::internal)?;
            if rows.is_empty() {
                continue;
            }
            begin(list.name, line, &mut is_first);
            line.push('[');
            for (at, row) in rows.iter().enumerate() {
                line.push_str(if at == 0 { "{" } else { ",{" });
                write_fields(list.fields, row, line, &mut true);
                line.push('}');
            }
            line.push(']');
        }
        line.push('}');
        Ok(())
    }

    /// Inserts the row of a line, which is `?1`.
    pub fn insert(&self) -> String {
        let Kind { table, fields, made, .. } = self.kind;
        let mut columns: Vec<&str> = fields.iter().map(|field| field.column).collect();
        let mut values: Vec<String> = fields.iter().map(|field| read(field, "?1", "?1")).collect();
        columns.extend(made.iter().map(|(column, _)| *column));
        values.extend(made.iter().map(|(_, value)| (*value).to_owned()));
        format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), values.join(", "))
    }

    /// Inserts what stands in the lists of a line, which is `?1`; its row's key is `?2`.
    pub fn insert_lists(&self) -> impl Iterator<Item = (&'static str, String)> {
        let table = self.kind.table;
        self.kind.lists.iter().map(move |list| {
            let List { name, fields, owned, .. } = list;
            let mut columns: Vec<&str> = fields.iter().map(|field| field.column).collect();
            let mut values: Vec<String> = fields.iter().map(|field| read(field, "x.value", "?1")).collect();
            columns.extend(owned.iter().map(|(column, _)| *column));
            values.extend(owned.iter().map(|(_, value)| (*value).to_owned()));
            let (columns, values) = (columns.join(", "), values.join(", "));
            let insert = format!(
                "INSERT INTO {} ({columns}) SELECT {values} FROM json_each(?1, '$.{name}') x JOIN {table} t ON t.rowid = ?2",
                list.table
            );
            (*name, insert)
        })
    }
}

fn write_fields(fields: &[Field], values: &[&RawValue], line: &mut String, is_first: &mut bool) {
    for (field, value) in fields.iter().zip(values) {
        if value.get() != "null" {
            begin(field.name, line, is_first);
            line.push_str(value.get());
        }
    }
}

fn begin(name: &str, line: &mut String, is_first: &mut bool) {
    line.push_str(if std::mem::take(is_first) { "\"" } else { ",\"" });
    line.push_str(name);
    line.push_str("\":");
}

/// A column of the table or alias as JSON.
fn value(field: &Field, table: &str) -> String {
    let column = format!("{table}.{}", field.column);
    match field.form {
        Form::Plain => column,
        Form::Flag => format!("json(CASE {column} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END)"),
        // With whole numbers alone: every millisecond stays.
        Form::Moment => {
            format!("strftime('%Y-%m-%dT%H:%M:%S', {column} / 1000, 'unixepoch') || printf('.%03dZ', {column} % 1000)")
        }
        Form::Json => format!("json({column})"),
        Form::Bytes => format!("lower(hex({column}))"),
        Form::Named(names) => {
            let (of, name) = names.place();
            let name = if name == "hash" { "lower(hex(n.hash))".to_owned() } else { format!("n.{name}") };
            format!("(SELECT {name} FROM {of} n WHERE n.id = {column})")
        }
        Form::MessageOfRoom => format!("(SELECT n.seq FROM messages n WHERE n.id = {column})"),
    }
}

/// What `value` made of a column, back; `json` has the field, and `line` is the whole line.
fn read(field: &Field, json: &str, line: &str) -> String {
    let text = format!("json_extract({json}, '$.{}')", field.name);
    match field.form {
        Form::Plain | Form::Flag => text,
        Form::Moment => {
            format!("CAST(strftime('%s', {text}) AS INTEGER) * 1000 + CAST(substr({text}, 21, 3) AS INTEGER)")
        }
        Form::Json => format!("({json} -> '$.{}')", field.name),
        Form::Bytes => format!("unhex({text})"),
        Form::Named(names) => {
            let (of, name) = names.place();
            let text = if name == "hash" { format!("unhex({text})") } else { text };
            format!("(SELECT n.id FROM {of} n WHERE n.{name} = {text})")
        }
        Form::MessageOfRoom => format!(
            "(SELECT n.id FROM messages n JOIN rooms o ON o.id = n.room_id
              WHERE o.pid = json_extract({line}, '$.room') AND n.seq = {text})"
        ),
    }
}

fn list(list: &List) -> String {
    let List { table, fields, of, order, .. } = list;
    let values: Vec<String> = fields.iter().map(|field| value(field, "x")).collect();
    format!(
        "json((SELECT json_group_array(json(line)) FROM (
            SELECT json_array({}) AS line FROM {table} x WHERE {of} ORDER BY {order})))",
        values.join(", ")
    )
}
