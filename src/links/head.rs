//! What the head of a page says of it.

use super::text::clean;
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use std::collections::HashMap;
use url::Url;

/// The longest of each, in characters.
const LONGEST_TITLE: usize = 200;
const LONGEST_DESCRIPTION: usize = 400;
const LONGEST_SITE_NAME: usize = 80;

/// What is told of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub title: Option<String>,
    pub description: Option<String>,
    pub site_name: Option<String>,
    pub image: Option<Url>,
    pub charset: Option<String>,
}

/// Reads a page up to the end of its head. Addresses in it are relative to where it was found; without that none is read.
pub fn read_head(html: &str, found_at: Option<&Url>) -> Head {
    let Collected { meta, title, mut charset } = collect(html);
    let first =
        |names: &[&str], most: usize| names.iter().find_map(|name| meta.get(*name).and_then(|text| clean(text, most)));
    let image = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"];
    let image = image.iter().find_map(|name| {
        let address = meta.get(*name).map(|address| address.trim()).filter(|address| !address.is_empty())?;
        found_at?.join(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    });
    if let Some((_, named)) = meta.get("content-type").and_then(|kind| kind.split_once("charset=")) {
        charset.get_or_insert_with(|| named.trim_matches(['"', '\'', ' ']).to_owned());
    }
    Head {
        title: first(&["og:title", "twitter:title"], LONGEST_TITLE).or_else(|| clean(&title?, LONGEST_TITLE)),
        description: first(&["og:description", "twitter:description", "description"], LONGEST_DESCRIPTION),
        site_name: first(&["og:site_name", "application-name"], LONGEST_SITE_NAME),
        image,
        charset,
    }
}

#[derive(Default)]
struct Collected {
    /// By name in lower case, the first of each.
    meta: HashMap<String, String>,
    title: Option<String>,
    charset: Option<String>,
}

fn collect(html: &str) -> Collected {
    let mut found = Collected::default();
    let mut emitter = DefaultEmitter::default();
    // What stands in a script or a style is no tag.
    emitter.naively_switch_states(true);
    let mut in_title = false;
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => match tag.name.as_slice() {
                b"meta" => take_meta(&mut found, &tag),
                b"title" if found.title.is_none() => {
                    in_title = true;
                    found.title = Some(String::new());
                }
                b"body" => break,
                _ => {}
            },
            Token::String(text) if in_title => {
                let title = found.title.get_or_insert_default();
                title.push_str(&String::from_utf8_lossy(&text));
            }
            Token::EndTag(tag) => match tag.name.as_slice() {
                b"title" => in_title = false,
                b"head" => break,
                _ => {}
            },
            _ => {}
        }
    }
    found
}

fn take_meta(found: &mut Collected, tag: &StartTag<()>) {
    let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
    if let Some(charset) = attribute(b"charset") {
        found.charset.get_or_insert(charset);
    }
    let name = attribute(b"property").or_else(|| attribute(b"name")).or_else(|| attribute(b"http-equiv"));
    if let (Some(name), Some(content)) = (name, attribute(b"content")) {
        let name = name.trim().to_ascii_lowercase();
        // One that says nothing leaves its place to the next.
        if !content.trim().is_empty() {
            found.meta.entry(name).or_insert(content);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Head {
        let found_at = Url::parse("https://example.com/news/today.html").expect("an address");
        read_head(html, Some(&found_at))
    }

    #[test]
    fn what_a_page_says_of_itself_comes_before_its_title() {
        let head = read(
            "<!doctype html><html><head><meta charset=utf-8><title>Plain &amp; old</title>
            <meta property='og:title' content='The &quot;news&quot;'>
            <META NAME=Description CONTENT='  What\nhappened  '>
            <meta property=og:site_name content='예제'><meta property='og:image' content='../a b.png'>
            </head><body><meta property=og:title content=late>",
        );
        assert_eq!(head.title.as_deref(), Some("The \"news\""));
        assert_eq!(head.description.as_deref(), Some("What happened"));
        assert_eq!(head.site_name.as_deref(), Some("예제"));
        assert_eq!(head.image.as_ref().map(Url::as_str), Some("https://example.com/a%20b.png"));
        assert_eq!(head.charset.as_deref(), Some("utf-8"));
    }

    #[test]
    fn what_only_looks_like_tags_is_not_read() {
        let head = read(
            "<script>document.write('<title>written</title>')</script><!-- <title>hidden</title> -->
            <style>a::after { content: '<title>styled</title>' }</style><title>a <b>real</b> one</title>
            <svg><title>drawn</title></svg><meta property='og:image' content='data:image/png;base64,AAAA'>",
        );
        assert_eq!(head, Head { title: Some("a <b>real</b> one".to_owned()), ..Head::default() });
        assert_eq!(read("<body><title>too late</title>"), Head::default());
        assert_eq!(read(""), Head::default());
        assert_eq!(read("<title>cut of").title.as_deref(), Some("cut of"));
    }

    #[test]
    fn an_empty_word_leaves_its_place_to_another() {
        let head =
            read("<meta property=og:title content=' '><meta name=twitter:title content=tweeted><title>t</title>");
        assert_eq!(head.title.as_deref(), Some("tweeted"));
        assert_eq!(read("<meta property=og:title content='\u{202e}'><title>t</title>").title.as_deref(), Some("t"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(html in "(.|<(title|meta|script|head|body)( (name|property|content|charset)=.?)?|>|</|<!--|-->|&amp;|'|\"){0,60}") {
            let head = read(&html);
            proptest::prop_assert!(head.title.is_none_or(|title| title.chars().count() <= LONGEST_TITLE));
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn any_page_tells_a_few_lines_at_most() {
        let seeds: [&[u8]; 4] = [
            b"<!doctype html><html><head><meta charset=utf-8><title>A page</title><meta name=description content=\"What it is\">",
            b"<meta property=og:title content='t'><meta property=og:image content=/a.png><base href=https://example.com/>",
            b"<title>a &amp; b &#x202e; &#0; &notanentity</title><script><!-- </script><body><meta property=og:title content=x>",
            b"<meta http-equiv=content-type content=\"text/html; charset=euc-kr\"><meta property=og:site_name content=S>",
        ];
        let here = Url::parse("https://example.com/a/b").expect("an address");
        crate::fuzzing::fuzz("pages", &seeds, |bytes| {
            let head = read_head(&String::from_utf8_lossy(bytes), Some(&here));
            assert!(
                head.title
                    .is_none_or(|title| title.chars().count() <= LONGEST_TITLE && !title.contains(char::is_control))
            );
            assert!(head.image.is_none_or(|image| matches!(image.scheme(), "http" | "https")));
        });
    }
}
