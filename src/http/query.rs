//! Reading a query string, with an error that names the field.

use crate::contract::field_at;
use crate::error::{Error, Result};
use percent_encoding::percent_decode_str;
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Reads `name=value&…`. Unknown names are ignored.
///
/// # Errors
/// `Invalid` with the field of the command that a name stands for.
pub fn read<T: DeserializeOwned>(query: &str) -> Result<T> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect::<Result<Vec<_>>>()?;
    let fields = MapDeserializer::new(pairs.into_iter());
    serde_path_to_error::deserialize(fields).map_err(|error| {
        let message = error.inner().to_string();
        let field = field_at(&error.path().to_string(), &message);
        Error::Invalid { field: field.map(|name| of_command(&name).to_owned()), message }
    })
}

/// The field of the command that a name in the query string stands for.
fn of_command(name: &str) -> &str {
    match name {
        "q" => "query",
        "tz" => "timeZone",
        "room" => "roomId",
        "assignee" => "assigneeId",
        same => same,
    }
}

fn pair(pair: &str) -> Result<(String, Text)> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = decoded(name).unwrap_or_default();
    match decoded(value) {
        Some(value) => Ok((name, Text(value))),
        None => Err(Error::invalid(of_command(&name), format!("`{name}` must be UTF-8"))),
    }
}

/// None for what is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(|text| text.into_owned())
}

/// A value, which is read as what is expected of it.
struct Text(String);

impl Text {
    fn parsed<T: std::str::FromStr>(&self, expected: &str) -> Result<T, ValueError> {
        self.0.parse().map_err(|_| ValueError::custom(format_args!("{expected} is expected")))
    }
}

impl<'de> Deserializer<'de> for Text {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_bool(self.parsed("true or false")?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_i64(self.parsed("an integer")?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_f64(self.parsed("a number")?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, ValueError> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{SearchSort, limit};
    use crate::ids::RoomId;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Fields {
        q: String,
        seq: Option<i64>,
        #[serde(default)]
        unread: bool,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
        sort: Option<SearchSort>,
        room: Option<RoomId>,
    }

    fn field_of(query: &str) -> Option<String> {
        match read::<Fields>(query) {
            Err(Error::Invalid { field, .. }) => field,
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn values_are_read_as_what_is_expected_of_them() {
        let all = read::<Fields>("q=%ED%9A%8C+%2B1&seq=-5&&unread=true&limit=1e9&sort=relevance&other=1&room=x");
        let all = all.expect("fields");
        assert_eq!((all.q.as_str(), all.seq, all.unread, all.limit), ("회 +1", Some(-5), true, Some(1_000_000_000)));
        assert!(all.sort.is_some() && all.room.is_some());
        assert_eq!(read::<Fields>("q=5").expect("text").q, "5");
        assert_eq!(read::<Fields>("q").expect("nothing said").q, "");
    }

    #[test]
    fn an_error_names_the_field_of_the_command() {
        for (query, field) in [
            ("", "query"),
            ("q=a&q=b", "query"),
            ("q=%ED%A0%80", "query"),
            ("q=%ff", "query"),
            ("q=a&room=%ff", "roomId"),
            ("q=a&seq=1.5", "seq"),
            ("q=a&seq=", "seq"),
            ("q=a&unread=yes", "unread"),
            ("q=a&limit=many", "limit"),
            ("q=a&limit=1.5", "limit"),
            ("q=a&limit=NaN", "limit"),
            ("q=a&sort=oldest", "sort"),
        ] {
            assert_eq!(field_of(query).as_deref(), Some(field), "{query}");
        }
    }
}
