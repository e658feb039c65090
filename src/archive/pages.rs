//! The pages of an archive: their frame, and the first one.

use super::escaped::escape;
use super::message::{Shown, Writer};
use super::words::fill;
use super::{Shared, index, put};
use crate::contract::{RoomKind, UserRef};
use crate::error::Result;
use crate::storage::{Person, RoomOf};
use jiff::civil::Date;
use std::fmt::Write;
use std::path::Path;

/// A page of a day's messages that was filled.
pub(super) struct Page {
    /// From the folder of the archive.
    pub file: String,
    pub date: Date,
    /// From 1; a day with many messages has several.
    pub part: usize,
    pub messages: Vec<Shown>,
}

/// A page as the others lead to it.
#[derive(Clone)]
pub(super) struct Link {
    pub file: String,
    pub date: Date,
    pub part: usize,
    pub messages: usize,
}

impl Page {
    pub fn link(&self) -> Link {
        Link { file: self.file.clone(), date: self.date, part: self.part, messages: self.messages.len() }
    }
}

/// From a page of messages to the folder of the archive.
pub(super) const ROOT: &str = "../../";

/// Writes a page of messages between its neighbours.
pub(super) fn put_page(
    shared: &Shared,
    archive: &Path,
    room: &str,
    page: &Page,
    neighbours: (Option<&Link>, Option<&Link>),
) -> Result<()> {
    let words = shared.words;
    let date = title_of(shared, page.date, page.part);
    let link = |neighbour: Option<&Link>, class: &str, word: &str| match neighbour {
        Some(there) => {
            let title = escape(&title_of(shared, there.date, there.part));
            format!("<a class=\"{class}\" href=\"{ROOT}{}\" title=\"{title}\">{word}</a>", there.file)
        }
        None => format!("<span class=\"{class}\"></span>"),
    };
    let (earlier, later) = (link(neighbours.0, "earlier", words.earlier), link(neighbours.1, "later", words.later));
    let is_alone = neighbours.0.is_none() && neighbours.1.is_none();
    let turn = |tag: &str, label: &str| {
        if is_alone { String::new() } else { format!("<{tag} class=\"turn\"{label}>{earlier}{later}</{tag}>") }
    };
    let messages = Writer { shared, root: ROOT }.list(&page.messages);
    let body = format!(
        "<p class=\"above\"><bdi>{}</bdi></p><h1>{}</h1>{}<ol class=\"messages\">{messages}</ol>{}",
        escape(room),
        escape(&date),
        turn("nav", &format!(" aria-label=\"{}\"", words.days)),
        turn("div", ""),
    );
    put(&archive.join(&page.file), &frame(shared, &format!("{date} · {room}"), ROOT, &body))
}

fn title_of(shared: &Shared, date: Date, part: usize) -> String {
    let day = shared.language.day(date);
    if part > 1 { format!("{day} ({part})") } else { day }
}

/// A room with its pages.
pub(super) struct Chapter {
    pub room: RoomOf,
    pub title: String,
    pub pages: Vec<Link>,
}

/// What a room is called: a direct one by the others in it.
pub(super) fn title(room: &RoomOf, person: Option<&Person>) -> String {
    if let Some(name) = &room.name {
        return name.clone();
    }
    let is_other = |user: &&UserRef| person.is_none_or(|person| person.user.id != user.id);
    let names: Vec<&str> = room.members.iter().filter(is_other).map(|user| user.display_name.as_str()).collect();
    if names.is_empty() {
        room.members.first().map(|user| user.display_name.clone()).unwrap_or_default()
    } else {
        names.join(", ")
    }
}

/// Writes the first page.
pub(super) fn put_overview(
    shared: &Shared,
    archive: &Path,
    person: Option<&Person>,
    chapters: &[Chapter],
) -> Result<()> {
    let words = shared.words;
    let writer = Writer { shared, root: "" };
    let mut body = String::new();
    let title = match (person, chapters.first()) {
        (Some(person), _) => {
            let _infallible = write!(
                body,
                "<div class=\"title\">{}<h1><bdi>{}</bdi></h1></div><section aria-labelledby=\"account\">\
                 <h2 id=\"account\">{}</h2><dl><dt>{}</dt><dd><bdi>{}</bdi></dd><dt>{}</dt><dd>{}</dd></dl><p>{}</p></section>",
                writer.avatar(&person.user),
                escape(&person.user.display_name),
                words.account,
                words.username,
                escape(&person.username),
                words.since,
                escape(&shared.language.day(shared.local(person.created_at).date())),
                words.own_data
            );
            let _infallible = write!(body, "<h2>{}</h2>", words.conversations);
            person.user.display_name.clone()
        }
        (None, Some(chapter)) => {
            let _infallible = write!(
                body,
                "<p class=\"above\">{}</p><h1><bdi>{}</bdi></h1>",
                words.kind(chapter.room.kind),
                escape(&chapter.title)
            );
            chapter.title.clone()
        }
        (None, None) => String::new(),
    };
    for chapter in chapters {
        let inside = inside(&writer, chapter);
        if person.is_some() {
            let kind = words.kind(chapter.room.kind);
            let _infallible = write!(
                body,
                "<details class=\"room\"><summary><bdi>{}</bdi> <span class=\"note\">{kind} · {}</span></summary>{inside}</details>",
                escape(&chapter.title),
                fill(words.messages, &chapter.pages.iter().map(|page| page.messages).sum::<usize>().to_string()),
            );
        } else {
            body.push_str(&inside);
        }
    }
    let made = words.made.replacen("{}", &shared.language.day(shared.local(shared.made_at).date()), 1);
    let made = fill(&made, shared.zone.iana_name().unwrap_or("UTC"));
    let _infallible = write!(body, "<footer><p>{}</p></footer>", escape(&made));
    let body = format!(
        "<section id=\"found\" aria-labelledby=\"results\" hidden><h1 id=\"results\">{}</h1>\
         <p id=\"state\" role=\"status\"></p><ol class=\"hits\"></ol><button type=\"button\" id=\"more\" hidden>{}</button></section>\
         <div id=\"overview\">{body}</div>",
        words.results, words.more
    );
    put(&archive.join("index.html"), &frame(shared, &title, "", &body))
}

fn inside(writer: &Writer<'_>, chapter: &Chapter) -> String {
    let words = writer.shared.words;
    let room = &chapter.room;
    let mut out = String::new();
    if let Some(topic) = &room.topic {
        let _infallible = write!(out, "<p>{}</p>", escape(topic));
    }
    let is_pair = room.kind == RoomKind::Direct && room.members.len() <= 2;
    if !is_pair && !room.members.is_empty() {
        let _infallible =
            write!(out, "<details class=\"members\"><summary>{} ({})</summary><ul>", words.members, room.members.len());
        for member in &room.members {
            let name = escape(&member.display_name);
            let _infallible = write!(out, "<li>{} <bdi>{name}</bdi></li>", writer.avatar(member));
        }
        out.push_str("</ul></details>");
    }
    if chapter.pages.is_empty() {
        let _infallible = write!(out, "<p class=\"gone\">{}</p>", words.nothing);
    }
    let mut month = None;
    for page in chapter.pages.iter().rev() {
        let of = (page.date.year(), page.date.month());
        if month != Some(of) {
            let name = escape(&writer.shared.language.month(page.date));
            let end = if month.is_some() { "</ul>" } else { "" };
            let _infallible = write!(out, "{end}<h3>{name}</h3><ul class=\"days\">");
            month = Some(of);
        }
        let messages = fill(words.messages, &page.messages.to_string());
        let label = escape(&format!("{} · {messages}", title_of(writer.shared, page.date, page.part)));
        let part = if page.part > 1 { format!("–{}", page.part) } else { String::new() };
        let _infallible = write!(
            out,
            "<li><a href=\"{}\" title=\"{label}\"><b>{}{part}</b> <span>{}</span></a></li>",
            page.file,
            page.date.day(),
            page.messages
        );
    }
    if month.is_some() {
        out.push_str("</ul>");
    }
    out
}

/// A whole page. Scripts and styles are those that know the archive's own word, which no message can: it is made afterwards.
fn frame(shared: &Shared, title: &str, root: &str, body: &str) -> String {
    let words = shared.words;
    let nonce = &shared.nonce;
    let texts = serde_json::json!({
        "none": words.none_found, "found": words.found, "searching": words.searching,
    });
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; media-src 'self' file:; \
         style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" nonce=\"{nonce}\" href=\"{root}archive.css\">\n\
         <script nonce=\"{nonce}\" src=\"{root}archive.js\" defer data-root=\"{root}\" data-search=\"{search_folder}\" data-texts=\"{texts}\"></script>\n\
         </head>\n<body>\n<header class=\"top\"><a class=\"home\" href=\"{root}index.html\">{home}</a>\
         <form role=\"search\" class=\"find\"><input type=\"search\" name=\"q\" aria-label=\"{search}\" placeholder=\"{search}\" \
         autocomplete=\"off\"><button type=\"submit\">{button}</button></form></header>\n\
         <noscript><p class=\"noscript\">{noscript}</p></noscript>\n<main>{body}</main>\n</body>\n</html>\n",
        lang = words.code,
        title = escape(title),
        texts = escape(&texts.to_string()),
        search_folder = index::FOLDER,
        home = words.overview,
        search = words.search,
        button = words.search_button,
        noscript = words.needs_script,
    )
}
