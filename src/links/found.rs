//! The links in the text of a message, as far as it is prose.

use url::Url;

/// A longer address is not looked up, in bytes.
const LONGEST: usize = 2_048;

/// The addresses that a text links to, without fragments, each once and in their order, at most `most`. What stands in
/// code is none, and neither is what has a name or password in it.
pub fn links(text: &str, most: usize) -> Vec<Url> {
    let mut found = Vec::new();
    if !text.contains("://") {
        return found;
    }
    let prose = without_code(text);
    let mut rest = prose.as_str();
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at]
            .rfind(|c: char| !c.is_alphanumeric())
            .map_or(0, |before| before + rest[before..].chars().next().map_or(0, char::len_utf8));
        let is_web = ["http", "https"].iter().any(|web| rest[scheme..at].eq_ignore_ascii_case(web));
        let (address, behind) = rest[scheme..].split_at(if is_web { end(&rest[scheme..]) } else { at - scheme + 3 });
        found.extend(is_web.then(|| parse(address)).flatten().filter(|url| !found.contains(url)));
        if found.len() == most {
            break;
        }
        rest = behind;
    }
    found
}

fn parse(address: &str) -> Option<Url> {
    let mut url = Url::parse(address).ok().filter(|_| address.len() <= LONGEST)?;
    url.set_fragment(None);
    let is_plain = url.username().is_empty() && url.password().is_none();
    (is_plain && url.host().is_some() && url.as_str().len() <= LONGEST).then_some(url)
}

/// Where an address ends that a text begins with: at a blank or what sets it off, without the punctuation of the
/// sentence. A bracket belongs to it when it was opened in it.
fn end(text: &str) -> usize {
    let mut open = 0_u32;
    let ends = |(_, character): &(usize, char)| match character {
        '(' => {
            open += 1;
            false
        }
        ')' if open > 0 => {
            open -= 1;
            false
        }
        ')' | '<' | '>' | '"' | '`' | '|' | '\\' | '「' | '」' | '『' | '』' | '《' | '》' | '“' | '”' => {
            true
        }
        other => other.is_whitespace() || other.is_control(),
    };
    let address = &text[..text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)];
    let punctuation = ['.', ',', ';', ':', '!', '?', '\'', '*', ']', '}', '~', '…', '。', '、', '’'];
    without_particle(address.trim_end_matches(punctuation)).len()
}

/// Without what stands right behind the host in Korean (`a.com에서`): a name whose last part is Latin has ended there.
fn without_particle(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + "://".len());
    let host = host..address[host..].find(['/', '?', '#']).map_or(address.len(), |at| host + at);
    let mut hangul = address[host.clone()].match_indices(|c| matches!(c, '가'..='힣')).map(|(at, _)| host.start + at);
    let ends_before = |at: &usize| {
        let name = address[host.start..*at].split(':').next().unwrap_or_default();
        let last = name.rsplit_once('.').map_or("", |(_, last)| last);
        last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    hangul.find(ends_before).map_or(address, |end| &address[..end])
}

/// The text with blanks in the place of what Markdown shows as code: blocks between fences, and spans between equal runs
/// of backticks.
fn without_code(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut fence: Option<(char, usize)> = None;
    for line in text.split_inclusive('\n') {
        let begin = line.trim_start_matches(' ');
        let mark = begin.chars().next().filter(|c| matches!(c, '`' | '~') && line.len() - begin.len() < 4);
        let run = mark.map_or(0, |mark| begin.len() - begin.trim_start_matches(mark).len());
        match (fence, mark) {
            (Some((opened, length)), Some(mark))
                if mark == opened && run >= length && begin[run..].trim().is_empty() =>
            {
                fence = None;
            }
            (Some(_), _) => {}
            (None, Some(mark)) if run >= 3 && !(mark == '`' && begin[run..].contains('`')) => fence = Some((mark, run)),
            (None, _) => {
                prose.push_str(line);
                continue;
            }
        }
        prose.push('\n');
    }
    without_spans(&prose)
}

fn without_spans(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        prose.push_str(&rest[..at]);
        let inside = &rest[at + run..];
        rest = closing(inside, run).map_or(inside, |end| &inside[end..]);
        prose.push('`');
    }
    prose.push_str(rest);
    prose
}

/// Where the run of as many backticks ends, within the paragraph.
fn closing(text: &str, run: usize) -> Option<usize> {
    let paragraph = text.find("\n\n").unwrap_or(text.len());
    let mut at = 0;
    while let Some(next) = text[at..paragraph].find('`') {
        let start = at + next;
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        at = start + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::links;

    fn found(text: &str) -> Vec<String> {
        links(text, 3).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_are_found_in_prose_as_people_write_them() {
        for (text, expected) in [
            ("see https://example.com/a, then go", vec!["https://example.com/a"]),
            ("(HTTP://Example.COM)", vec!["http://example.com/"]),
            (
                "[a page](https://example.com/a_(b)) and <https://example.org>.",
                vec!["https://example.com/a_(b)", "https://example.org/"],
            ),
            ("회의록은 https://example.com/회의 입니다", vec!["https://example.com/%ED%9A%8C%EC%9D%98"]),
            ("https://example.com에서 봐요", vec!["https://example.com/"]),
            ("https://a.example:8080은", vec!["https://a.example:8080/"]),
            ("https://한글.example에", vec!["https://xn--bj0bj06e.example/"]),
            ("https://한글.한국", vec!["https://xn--bj0bj06e.xn--3e0b707e/"]),
            ("「https://example.com/a」", vec!["https://example.com/a"]),
            ("**https://example.com/a**", vec!["https://example.com/a"]),
            ("https://example.com/a#b https://example.com/a#c", vec!["https://example.com/a"]),
            ("https://a.example/?q=1&r=2!", vec!["https://a.example/?q=1&r=2"]),
            ("http://[2606:4700::1]/x", vec!["http://[2606:4700::1]/x"]),
            (
                "1 https://a.example 2 https://b.example 3 https://c.example 4 https://d.example",
                vec!["https://a.example/", "https://b.example/", "https://c.example/"],
            ),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn code_other_schemes_and_passwords_are_no_links() {
        for text in [
            "`https://example.com`",
            "``a ` https://example.com``",
            "```\nhttps://example.com\n```",
            "~~~ text\nhttps://example.com\n```\nhttps://example.com",
            "ftp://example.com xhttps://example.com javascript://example.com file:///etc/passwd",
            "https://mina:secret@example.com/ https://mina@example.com/",
            "https:// http://. https://[::",
            "example.com and www.example.com",
            &format!("https://example.com/{}", "a".repeat(2_048)),
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        assert_eq!(found("`a` https://example.com/b `c`"), ["https://example.com/b"]);
        assert_eq!(found("```\ncode\n```\nhttps://example.com/b"), ["https://example.com/b"]);
        assert_eq!(found("a ` alone https://example.com/b"), ["https://example.com/b"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "(.|`{1,4}|~~~|\n|https?://|[ㄱ-힣]|\\(|\\)){0,80}") {
            proptest::prop_assert!(links(&text, 3).len() <= 3);
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn any_text_has_at_most_so_many_links_of_the_web() {
        let seeds: [&[u8]; 5] = [
            b"see https://example.com/a_(b)?c=d#e, and http://[2001:db8::1]:8080/.",
            b"`https://code.example/` ```\nhttps://fence.example\n``` ~~~ [x](https://example.com \"t\")",
            b"https://user:secret@example.com:443//a/../b%2f <https://example.com>",
            "https://한국.example/하늘을 https://xn--3e0b707e.example/".as_bytes(),
            b"javascript:alert(1) data:text/html,x file:///etc/passwd ftp://x HTTPS://EXAMPLE.COM",
        ];
        crate::fuzzing::fuzz("links", &seeds, |bytes| {
            let found = links(&String::from_utf8_lossy(bytes), 3);
            assert!(found.len() <= 3);
            for link in found {
                assert!(matches!(link.scheme(), "http" | "https") && link.password().is_none(), "{link}");
            }
        });
    }
}
