//! Reading a payload, with an error that names the field.

use crate::error::Error;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, Unexpected};

/// Reads a payload, which must be one JSON object. Unknown fields are ignored.
///
/// # Errors
/// `Invalid` with the path of the offending field.
pub fn decode<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    if !json.trim_start().starts_with('{') {
        return Err(Error::Invalid { field: None, message: "the payload must be an object".to_owned() });
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let refused = |path: &str, error: &serde_json::Error| {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or_default();
        Error::Invalid { field: field_at(path, message), message: message.to_owned() }
    };
    let payload = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| refused(&error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| refused(ROOT, &error))?;
    Ok(payload)
}

/// The path of what stands in no field.
const ROOT: &str = ".";

/// The field that is wrong, by the path to where reading stopped and by serde's words.
pub fn field_at(path: &str, message: &str) -> Option<String> {
    let named = ["missing field `", "duplicate field `"].iter().find_map(|begins| message.strip_prefix(begins));
    let named = named.and_then(|rest| rest.strip_suffix('`'));
    match (named, path) {
        (Some(name), ROOT) => Some(name.to_owned()),
        (Some(name), path) => Some(format!("{path}.{name}")),
        (None, ROOT) => None,
        (None, path) => Some(path.to_owned()),
    }
}

/// Reads the `limit` of a page, however large or small: it is clamped to what is allowed, never refused.
pub fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(asked) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    if asked.fract() != 0.0 {
        return Err(de::Error::invalid_value(Unexpected::Float(asked), &"an integer"));
    }
    // The cast saturates.
    Ok(Some(asked as u32))
}

/// Reads a field of a change: absent leaves it, `null` takes it away.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{CreateRoom, MarkRead};

    fn field_of<T: DeserializeOwned>(json: &str) -> Option<String> {
        match decode::<T>(json) {
            Err(Error::Invalid { field, .. }) => field,
            Err(_) | Ok(_) => Some("not refused as invalid".to_owned()),
        }
    }

    #[test]
    fn an_error_names_the_missing_or_wrong_field() {
        assert_eq!(field_of::<MarkRead>(r#"{"roomId":"x"}"#).as_deref(), Some("seq"));
        assert_eq!(field_of::<MarkRead>(r#"{"roomId":"x","seq":"1"}"#).as_deref(), Some("seq"));
        assert_eq!(field_of::<MarkRead>(r#"{"roomId":"x","seq":1,"seq":2}"#).as_deref(), Some("seq"));
        assert_eq!(field_of::<CreateRoom>(r#"{"kind":"public","name":"\ud800"}"#).as_deref(), Some("name"));
        assert_eq!(
            field_of::<CreateRoom>(r#"{"kind":"public","participants":[1]}"#).as_deref(),
            Some("participants[0]")
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let twice = r#"{"roomId":"x","seq":1} {"seq":2}"#;
        for payload in ["[]", "\"text\"", "null", "5", "[{\"roomId\":\"x\",\"seq\":1}]", twice] {
            assert_eq!(field_of::<MarkRead>(payload), None);
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_harm() {
        let deep = format!("{{\"roomId\":{}", "[".repeat(30_000));
        assert!(matches!(decode::<MarkRead>(&deep), Err(Error::Invalid { .. })));
    }
}
