//! Whether a browser shows a file or saves it, and under which name (RFC 6266, RFC 8187).

use axum::http::HeaderValue;
use std::fmt::Write;

/// `attachment; filename="…"; filename*=UTF-8''…`. The first name is for what does not know the second.
pub(super) fn disposition(inline: bool, name: &str) -> HeaderValue {
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let mut text = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
        let _infallible = if is_plain { write!(text, "{}", char::from(byte)) } else { write!(text, "%{byte:02X}") };
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_of_any_script_comes_through_and_none_breaks_out() {
        for (name, expected) in [
            ("cat.png", r#"inline; filename="cat.png"; filename*=UTF-8''cat.png"#),
            ("한 글.pdf", r#"inline; filename="_ _.pdf"; filename*=UTF-8''%ED%95%9C%20%EA%B8%80.pdf"#),
            (
                "a\"; x=\"\r\nb%41.txt",
                r#"inline; filename="a_; x=___b_41.txt"; filename*=UTF-8''a%22%3B%20x%3D%22%0D%0Ab%2541.txt"#,
            ),
        ] {
            assert_eq!(disposition(true, name), expected, "{name}");
        }
        assert!(disposition(false, "a").to_str().is_ok_and(|text| text.starts_with("attachment;")));
    }
}
