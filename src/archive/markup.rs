//! Messages as HTML: what people write in Markdown, as the web client shows it. Nothing of a text becomes a tag or an
//! attribute by itself; whatever is not understood stays the text that it is.

use super::escaped::escape;
use super::inline::inline;
use std::fmt::Write;

/// Quotes and lists inside each other; what lies deeper is shown as text.
const DEEPEST: u8 = 6;

/// What texts refer to.
#[derive(Default)]
pub(super) struct References {
    /// What stands behind an `@` that means somebody, the longest first.
    pub names: Vec<String>,
    /// The team's emoji: each name, and where its picture is, from the page.
    pub emoji: Vec<(String, String)>,
}

/// A text as HTML.
pub(super) fn render(text: &str, references: &References) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let lines: Vec<&str> = text.lines().collect();
    blocks(&lines, references, DEEPEST, &mut out);
    out
}

fn blocks(lines: &[&str], references: &References, depth: u8, out: &mut String) {
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim_start();
        if line.is_empty() {
            at += 1;
        } else if let Some(fence) = fence_of(line) {
            at = code(lines, at, fence, out);
        } else if depth > 0 && line.starts_with('>') {
            let end = run(lines, at, |line| line.trim_start().starts_with('>'));
            let inner: Vec<&str> =
                lines[at..end].iter().map(|line| line.trim_start().trim_start_matches('>').trim_start()).collect();
            out.push_str("<blockquote>");
            blocks(&inner, references, depth - 1, out);
            out.push_str("</blockquote>");
            at = end;
        } else if depth > 0 && item_of(lines[at]).is_some() {
            at = list(lines, at, references, depth - 1, out);
        } else if is_rule(line) {
            out.push_str("<hr>");
            at += 1;
        } else if let Some(heading) = heading_of(line) {
            out.push_str("<p><strong>");
            inline(heading, references, DEEPEST, out);
            out.push_str("</strong></p>");
            at += 1;
        } else if line.contains('|') && lines.get(at + 1).is_some_and(|next| is_table_line(next)) {
            at = table(lines, at, references, out);
        } else {
            let begins_other = |line: &str| {
                let line = line.trim_start();
                line.is_empty() || fence_of(line).is_some() || line.starts_with('>') || item_of(line).is_some()
            };
            let end = at + 1 + lines[at + 1..].iter().take_while(|line| !begins_other(line)).count();
            out.push_str("<p>");
            inline(&lines[at..end].join("\n"), references, DEEPEST, out);
            out.push_str("</p>");
            at = end;
        }
    }
}

fn run(lines: &[&str], at: usize, belongs: impl Fn(&str) -> bool) -> usize {
    at + lines[at..].iter().take_while(|line| belongs(line)).count()
}

fn fence_of(line: &str) -> Option<&str> {
    let length = |mark: char| line.chars().take_while(|character| *character == mark).count();
    let length = length('`').max(length('~'));
    (length >= 3 && !line[length..].contains('`')).then(|| &line[..length])
}

fn code(lines: &[&str], at: usize, fence: &str, out: &mut String) -> usize {
    let inside = &lines[at + 1..];
    let length = inside.iter().take_while(|line| !line.trim().starts_with(fence)).count();
    out.push_str("<div class=\"code\"><pre tabindex=\"0\"><code>");
    out.push_str(&escape(&inside[..length].join("\n")));
    out.push_str("</code></pre></div>");
    at + length + 2
}

fn is_rule(line: &str) -> bool {
    let marks: String = line.chars().filter(|character| !character.is_whitespace()).collect();
    marks.len() >= 3 && ["-", "*", "_"].iter().any(|mark| marks.replace(mark, "").is_empty())
}

fn heading_of(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim())
}

/// How far an item is indented with its mark, its number if it has one, and its text.
fn item_of(line: &str) -> Option<(usize, Option<u32>, &str)> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|mark| text.strip_prefix(mark)) {
        return (!is_rule(text)).then_some((indent, None, rest));
    }
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let rest = text[digits..].strip_prefix(". ").or_else(|| text[digits..].strip_prefix(") "))?;
    let number = text[..digits].parse().ok().filter(|_| digits <= 9)?;
    Some((indent, Some(number), rest))
}

fn list(lines: &[&str], mut at: usize, references: &References, depth: u8, out: &mut String) -> usize {
    let Some((indent, number, _)) = item_of(lines[at]) else { return at + 1 };
    match number {
        Some(number) => {
            let _infallible = write!(out, "<ol start=\"{number}\">");
        }
        None => out.push_str("<ul>"),
    }
    while let Some((found, is_numbered, text)) = lines.get(at).and_then(|line| item_of(line)) {
        if found != indent || is_numbered.is_some() != number.is_some() {
            break;
        }
        let deeper = |line: &str| !line.trim().is_empty() && line.len() - line.trim_start().len() > indent;
        let end = at + 1 + lines[at + 1..].iter().take_while(|line| deeper(line)).count();
        let done = text.strip_prefix("[x] ").or_else(|| text.strip_prefix("[X] "));
        match (text.strip_prefix("[ ] "), done) {
            (Some(text), _) => task("box", text, references, out),
            (_, Some(text)) => task("box done", text, references, out),
            _ => {
                out.push_str("<li>");
                inline(text, references, DEEPEST, out);
            }
        }
        blocks(&lines[at + 1..end], references, depth, out);
        out.push_str("</li>");
        at = end;
    }
    out.push_str(if number.is_some() { "</ol>" } else { "</ul>" });
    at
}

fn task(class: &str, text: &str, references: &References, out: &mut String) {
    let _infallible = write!(out, "<li class=\"task\"><span class=\"{class}\"></span>");
    inline(text, references, DEEPEST, out);
}

fn is_table_line(line: &str) -> bool {
    line.contains('-') && line.contains('|') && line.chars().all(|character| "|-: \t".contains(character))
}

fn table(lines: &[&str], at: usize, references: &References, out: &mut String) -> usize {
    let end = at + 2 + lines[at + 2..].iter().take_while(|line| line.contains('|')).count();
    out.push_str("<div class=\"table\" tabindex=\"0\"><table><thead>");
    row(lines[at], "th", references, out);
    out.push_str("</thead><tbody>");
    lines[at + 2..end].iter().for_each(|line| row(line, "td", references, out));
    out.push_str("</tbody></table></div>");
    end
}

fn row(line: &str, cell: &str, references: &References, out: &mut String) {
    out.push_str("<tr>");
    for text in line.trim().trim_start_matches('|').trim_end_matches('|').split('|') {
        let _infallible = write!(out, "<{cell}>");
        inline(text.trim(), references, DEEPEST, out);
        let _infallible = write!(out, "</{cell}>");
    }
    out.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_and_what_is_html_stays_text() {
        let references = References {
            names: vec!["Mina Kim".to_owned(), "mina".to_owned()],
            emoji: vec![("party".to_owned(), "../files/p.png".to_owned())],
        };
        for (text, html) in [
            ("Hello\nthere", "<p>Hello<br>there</p>"),
            ("**bold** and *soft* ~~gone~~", "<p><strong>bold</strong> and <em>soft</em> <s>gone</s></p>"),
            ("**마루**는 집", "<p><strong>마루</strong>는 집</p>"),
            ("snake_case_name 2 * 3 * 4", "<p>snake_case_name 2 * 3 * 4</p>"),
            ("`<b>` \\*no\\*", "<p><code>&lt;b&gt;</code> *no*</p>"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
            (
                "```js\n<i>\n```\nend",
                "<div class=\"code\"><pre tabindex=\"0\"><code>&lt;i&gt;</code></pre></div><p>end</p>",
            ),
            ("> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"),
            (
                "- a\n  - b\n- [x] c",
                "<ul><li>a<ul><li>b</li></ul></li><li class=\"task\"><span class=\"box done\"></span>c</li></ul>",
            ),
            ("3. a", "<ol start=\"3\"><li>a</li></ol>"),
            (
                "@Mina Kim @minari @mina",
                "<p><span class=\"mention\">@Mina Kim</span> @minari <span class=\"mention\">@mina</span></p>",
            ),
            (":party: 10:30:00", "<p><img class=\"emoji\" src=\"../files/p.png\" alt=\":party:\"> 10:30:00</p>"),
            ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
            (
                "[x](https://a.b/\"onx=) https://a.b/c.",
                "<p><a href=\"https://a.b/&quot;onx=\" rel=\"noopener noreferrer\" target=\"_blank\">x</a> \
                 <a href=\"https://a.b/c\" rel=\"noopener noreferrer\" target=\"_blank\">https://a.b/c</a>.</p>",
            ),
        ] {
            assert_eq!(render(text, &references), html, "{text}");
        }
    }

    #[test]
    fn what_is_made_to_be_deep_or_long_ends() {
        for mark in ["> ", "- ", "**", "[", "*a", "`", "~~a ", "|-|\n"] {
            let html = render(&mark.repeat(4_000), &References::default());
            assert!(html.len() < 400_000, "{mark}: {}", html.len());
        }
    }
}
