//! A message as HTML, with what belongs to it.

use super::Shared;
use super::escaped::escape;
use super::markup::{References, render};
use super::words::fill;
use crate::clock::Timestamp;
use crate::config::rounded;
use crate::contract::{Attachment, FileKind, Message, MessageKind, Preview, Reaction, StreamState, UserRef};
use crate::ids::FileId;
use jiff::Zoned;
use std::fmt::Write;

/// Messages of the same author within so many milliseconds stand below one name.
const TOGETHER: i64 = 5 * 60 * 1_000;

/// A message with what is shown beside it.
pub(super) struct Shown {
    pub message: Message,
    pub quote: Option<Quote>,
    pub replies: Vec<Shown>,
}

/// What a message answers.
pub(super) struct Quote {
    pub of: UserRef,
    pub text: String,
    /// Where it stands, from the page; none when it is not in the archive.
    pub href: Option<String>,
    pub is_thread: bool,
}

/// Writes messages of one page.
pub(super) struct Writer<'a> {
    pub shared: &'a Shared,
    /// From the page to the folder of the archive.
    pub root: &'a str,
}

impl Writer<'_> {
    /// As items of a list. Returns nothing but the HTML.
    pub fn list(&self, messages: &[Shown]) -> String {
        let mut out = String::new();
        let mut before: Option<&Message> = None;
        for shown in messages {
            let message = &shown.message;
            let follows = before.is_some_and(|before| {
                before.user.id == message.user.id
                    && before.kind != MessageKind::System
                    && message.created_at.as_millis() - before.created_at.as_millis() < TOGETHER
            });
            self.item(shown, follows && shown.quote.is_none(), &mut out);
            before = Some(message);
        }
        out
    }

    fn item(&self, shown: &Shown, follows: bool, out: &mut String) {
        let message = &shown.message;
        let words = self.shared.words;
        if message.kind == MessageKind::System {
            let text = escape(&self.shared.language.system(message));
            let time = self.time(message.created_at);
            let _infallible = write!(out, "<li class=\"system\" id=\"m{}\"><p>{text} {time}</p></li>", message.seq);
            return;
        }
        let class = if follows { "message follows" } else { "message" };
        let _infallible = write!(out, "<li class=\"{class}\" id=\"m{}\">", message.seq);
        out.push_str(&self.avatar(&message.user));
        out.push_str("<div class=\"body\">");
        if let Some(quote) = &shown.quote {
            self.quote(quote, out);
        }
        let bot = if message.user.bot { format!(" <span class=\"tag\">{}</span>", words.bot) } else { String::new() };
        let (name, time) = (escape(&message.user.display_name), self.time(message.created_at));
        let _infallible = write!(out, "<p class=\"who\"><strong><bdi>{name}</bdi></strong>{bot} {time}");
        if message.edited_at.is_some() {
            let _infallible = write!(out, " <span class=\"note\">({})</span>", words.edited);
        }
        if message.pinned {
            let _infallible = write!(out, " <span class=\"tag\">{}</span>", words.pinned);
        }
        out.push_str("</p>");
        if message.deleted {
            let _infallible = write!(out, "<p class=\"gone\">{}</p>", words.deleted);
        } else if message.hidden {
            let _infallible = write!(out, "<p class=\"gone\">{}</p>", words.hidden);
        } else {
            self.content(message, out);
        }
        if !shown.replies.is_empty() {
            let title = fill(words.thread, &shown.replies.len().to_string());
            let replies = self.list(&shown.replies);
            let _infallible = write!(
                out,
                "<details class=\"thread\" open><summary>{title}</summary><ol class=\"messages\">{replies}</ol></details>"
            );
        }
        out.push_str("</div></li>");
    }

    fn content(&self, message: &Message, out: &mut String) {
        if !message.content.is_empty() {
            let html = render(&message.content, &self.references(message));
            let _infallible = write!(out, "<div class=\"markdown\">{html}</div>");
        }
        if message.stream.as_ref().is_some_and(|stream| stream.state == StreamState::Error) {
            let _infallible = write!(out, "<p class=\"gone\">{}</p>", self.shared.words.broken_off);
        }
        message.files.iter().for_each(|file| self.file(file, out));
        message.previews.iter().for_each(|preview| self.preview(preview, out));
        if !message.reactions.is_empty() {
            out.push_str("<ul class=\"reactions\">");
            message.reactions.iter().for_each(|reaction| self.reaction(reaction, out));
            out.push_str("</ul>");
        }
    }

    fn references(&self, message: &Message) -> References {
        let people = message.mentions.iter().filter_map(|id| self.shared.people.get(id));
        let mut names: Vec<String> = people
            .flat_map(|user| [user.username.clone(), Some(user.display_name.clone())])
            .flatten()
            .chain(message.mentions_group.iter().flat_map(|_| ["here".to_owned(), "room".to_owned()]))
            .collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let emoji = self.shared.emoji.iter().filter(|(name, _)| message.content.contains(name.as_str()));
        let emoji = emoji.filter_map(|(name, file)| Some((name.clone(), self.path(*file)?)));
        References { names, emoji: emoji.collect() }
    }

    fn path(&self, file: FileId) -> Option<String> {
        let place = self.shared.media.get(file)?;
        Some(format!("{}{}", self.root, place.small.as_ref().unwrap_or(&place.original)))
    }

    pub fn avatar(&self, user: &UserRef) -> String {
        let file = user.avatar.as_ref().and_then(|file| file.parse().ok());
        match file.and_then(|file| self.path(file)) {
            Some(path) => format!("<img class=\"avatar\" src=\"{}\" alt=\"\" loading=\"lazy\">", escape(&path)),
            None => {
                let initial: String = user.display_name.chars().take(1).flat_map(char::to_uppercase).collect();
                format!("<span class=\"avatar\" aria-hidden=\"true\">{}</span>", escape(&initial))
            }
        }
    }

    fn time(&self, moment: Timestamp) -> String {
        let local = self.shared.local(moment);
        let short = local.strftime("%H:%M");
        let long = format!("{} {}", self.shared.language.day(local.date()), local.strftime("%H:%M:%S"));
        format!("<time datetime=\"{moment}\" title=\"{}\">{short}</time>", escape(&long))
    }

    fn quote(&self, quote: &Quote, out: &mut String) {
        let words = self.shared.words;
        let title = if quote.is_thread { words.in_thread_of } else { words.replied_to };
        let title = fill(title, &quote.of.display_name);
        let text: String = quote.text.replace("**", "").replace(['`', '\n'], " ").chars().take(160).collect();
        let inside = format!("<span>{}</span> <q>{}</q>", escape(&title), escape(&text));
        match &quote.href {
            Some(href) => {
                let _infallible = write!(out, "<p class=\"quote\"><a href=\"{}\">{inside}</a></p>", escape(href));
            }
            None => {
                let _infallible = write!(out, "<p class=\"quote\">{inside}</p>");
            }
        }
    }

    fn file(&self, file: &Attachment, out: &mut String) {
        let name = escape(&file.name);
        let Some(place) = self.shared.media.get(file.id) else {
            let missing = self.shared.words.missing_file;
            let _infallible = write!(out, "<p class=\"gone\">{name}: {missing}</p>");
            return;
        };
        let original = format!("{}{}", self.root, place.original);
        let _infallible = match place.kind {
            FileKind::Image => {
                let shown = format!("{}{}", self.root, place.large.as_ref().unwrap_or(&place.original));
                let (width, height) = (file.width.unwrap_or(320), file.height.unwrap_or(240));
                write!(
                    out,
                    "<p class=\"picture\"><a href=\"{original}\"><img src=\"{shown}\" alt=\"{name}\" width=\"{width}\" \
                     height=\"{height}\" loading=\"lazy\"></a></p>"
                )
            }
            FileKind::Video => {
                write!(
                    out,
                    "<p class=\"picture\"><video src=\"{original}\" controls preload=\"none\" title=\"{name}\"></video></p>"
                )
            }
            FileKind::Audio => {
                write!(out, "<p><audio src=\"{original}\" controls preload=\"none\" title=\"{name}\"></audio></p>")
            }
            FileKind::Other => Ok(()),
        };
        if place.kind != FileKind::Image {
            let size = rounded(file.size.unsigned_abs());
            let _infallible = write!(
                out,
                "<p><a class=\"file\" href=\"{original}\" download=\"{name}\"><bdi>{name}</bdi> <span class=\"note\">{size}</span></a></p>"
            );
        }
    }

    fn preview(&self, preview: &Preview, out: &mut String) {
        if !(preview.url.starts_with("https://") || preview.url.starts_with("http://")) {
            return;
        }
        let Some(title) = preview.title.as_ref().or(preview.description.as_ref()) else { return };
        let site = preview.site_name.as_deref().unwrap_or_default();
        let _infallible = write!(
            out,
            "<p><a class=\"file\" href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\"><span class=\"note\">{}</span> {}</a></p>",
            escape(&preview.url),
            escape(site),
            escape(title)
        );
    }

    fn reaction(&self, reaction: &Reaction, out: &mut String) {
        let people: Vec<&str> = reaction
            .users
            .iter()
            .filter_map(|id| self.shared.people.get(id))
            .map(|user| user.display_name.as_str())
            .collect();
        let more = if usize::try_from(reaction.count).is_ok_and(|count| count > people.len()) { ", …" } else { "" };
        let own = reaction.emoji.strip_prefix(':').and_then(|emoji| emoji.strip_suffix(':'));
        let file = own.and_then(|own| self.shared.emoji.iter().find(|(name, _)| name == own));
        let emoji = match file.and_then(|(_, file)| self.path(*file)) {
            Some(path) => format!("<img class=\"emoji\" src=\"{path}\" alt=\"{}\">", escape(&reaction.emoji)),
            None => escape(&reaction.emoji),
        };
        let _infallible = write!(
            out,
            "<li title=\"{}{more}\">{emoji} <span>{}</span></li>",
            escape(&people.join(", ")),
            reaction.count
        );
    }
}

impl Shared {
    pub(super) fn local(&self, moment: Timestamp) -> Zoned {
        let moment = jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        moment.to_zoned(self.zone.clone())
    }
}
