//! The running text of a page: a line for each paragraph, heading, list item and table cell.

/// Tags that stand within a line.
const INLINE: [&str; 22] = [
    "a", "abbr", "acronym", "b", "bdi", "cite", "code", "em", "font", "i", "img", "kbd", "label", "mark", "q", "s",
    "small", "span", "strong", "sub", "sup", "u",
];
/// Elements whose content nobody reads.
const UNREAD: [&str; 4] = ["script", "style", "head", "svg"];

const ENTITIES: [(&str, &str); 10] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("copy", "©"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("hellip", "…"),
];

/// Takes the tags out of HTML and XHTML as programs write it; what is no tag stays.
pub fn lines(page: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        add(&mut lines, &rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = after(comment, "-->");
            continue;
        }
        let name = name(rest);
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        if name.is_empty() && !rest.starts_with("</") && !rest.starts_with("<!") && !rest.starts_with("<?") {
            add(&mut lines, "<");
            rest = &rest[1..];
            continue;
        }
        rest = &rest[end..];
        if UNREAD.contains(&name.as_str()) {
            rest = after(after(rest, &format!("</{name}")), ">");
        } else if !INLINE.contains(&name.as_str()) {
            lines.push(String::new());
        }
    }
    add(&mut lines, rest);
    let tidy = lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    tidy.filter(|line| !line.is_empty()).collect()
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.find(end).map_or("", |at| &text[at + end.len()..])
}

/// Of a tag that opens or closes an element; empty for what is none.
fn name(tag: &str) -> String {
    let tag = tag.trim_start_matches(['<', '/']);
    tag.chars().take_while(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn add(lines: &mut [String], text: &str) {
    let Some(line) = lines.last_mut() else { return };
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        line.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        match rest.find(';').and_then(|end| Some((entity(&rest[..end])?, end))) {
            Some((character, end)) => {
                line.push_str(&character);
                rest = &rest[end + 1..];
            }
            None => line.push('&'),
        }
    }
    line.push_str(rest);
}

fn entity(name: &str) -> Option<String> {
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        },
        None => return ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned()),
    };
    number.and_then(char::from_u32).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_text_stays_line_by_line() {
        let page = "<?xml version=\"1.0\"?><!DOCTYPE html><html><head><title>no</title></head><body>
            <h1>회의&nbsp;록</h1><!-- <p>no</p> --><p>One <b>bold</b>\n word,<br/>a &lt;b&gt; &#44032;&#x41; &unknown; &</p>
            <script>if (a < b) { no() }</script><ul><li>3 < 4<li>끝</ul>";
        assert_eq!(lines(page), ["회의 록", "One bold word,", "a <b> 가A &unknown; &", "3 < 4", "끝"]);
    }

    #[test]
    fn what_is_cut_off_is_no_reason_to_stop() {
        assert_eq!(lines("text <p"), ["text"]);
        assert_eq!(lines("text <!-- rest"), ["text"]);
        assert_eq!(lines("text <script> rest"), ["text"]);
    }
}
