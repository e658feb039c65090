//! The pages of one room: a day has one, or several if it was a long one. One page at a time is held in memory, with the
//! whole threads that begin on it.

use super::Shared;
use super::index::Index;
use super::message::{Quote, Shown};
use super::pages::{Link, Page, ROOT, put_page};
use crate::contract::{Message, MessageKind};
use crate::error::Result;
use crate::storage::{MessagesOf, Moment, RoomOf};
use std::path::Path;

/// Messages that are read at once, and the most of a page without their threads.
const AT_ONCE: u32 = 200;

/// Writes the pages of a room with its number and title. Answers with the links to them.
pub(super) async fn write(
    moment: &mut Moment,
    shared: &mut Shared,
    index: &mut Index,
    archive: &Path,
    (room, number, title): (&RoomOf, usize, &str),
    of: MessagesOf<'_>,
) -> Result<Vec<Link>> {
    let mut chapter = Writing { index, archive, number, title, links: Vec::new(), starts: Vec::new(), held: None };
    let mut after = 0;
    loop {
        let messages = moment.messages(room, of, after, AT_ONCE).await?;
        let Some(last) = messages.last() else { break };
        after = last.seq;
        for message in messages {
            let date = shared.local(message.created_at).date();
            let is_whole = matches!(of, MessagesOf::All);
            chapter.turn_to(shared, date, message.seq)?;
            let shown = chapter.show(moment, shared, room, message, is_whole).await?;
            if let Some(page) = &mut chapter.held {
                page.messages.push(shown);
            }
        }
    }
    chapter.put_held(shared, None)?;
    Ok(chapter.links)
}

struct Writing<'a> {
    index: &'a mut Index,
    archive: &'a Path,
    number: usize,
    title: &'a str,
    /// Of the pages that were written, and of the held one.
    links: Vec<Link>,
    /// The number of the first message of each.
    starts: Vec<i64>,
    held: Option<Page>,
}

impl Writing<'_> {
    /// Begins another page where this message does not belong on the held one, which is written then.
    fn turn_to(&mut self, shared: &Shared, date: jiff::civil::Date, seq: i64) -> Result<()> {
        let part = match &self.held {
            Some(page) if page.date != date => 1,
            Some(page) if page.messages.len() < AT_ONCE as usize => return Ok(()),
            Some(page) => page.part + 1,
            None => 1,
        };
        // Nobody says that clocks only go forward: a day may come twice.
        let before = self.links.iter().filter(|link| link.date == date && part == 1).map(|link| link.part).max();
        let part = before.map_or(part, |before| before + 1);
        let ending = if part > 1 { format!("-{part}") } else { String::new() };
        let file = format!("rooms/{}/{date}{ending}.html", self.number + 1);
        let page = Page { file, date, part, messages: Vec::new() };
        self.put_held(shared, Some(page.link()))?;
        self.starts.push(seq);
        self.links.push(page.link());
        self.held = Some(page);
        Ok(())
    }

    /// Writes the held page, behind which `later` comes.
    fn put_held(&mut self, shared: &Shared, later: Option<Link>) -> Result<()> {
        let Some(page) = self.held.take() else { return Ok(()) };
        shared.check()?;
        let earlier = self.links.len().checked_sub(2).and_then(|at| self.links.get(at)).cloned();
        put_page(shared, self.archive, self.title, &page, (earlier.as_ref(), later.as_ref()))?;
        if let Some(link) = self.links.last_mut() {
            link.messages = page.messages.len();
        }
        for shown in &page.messages {
            self.note(shared, &page.file, shown)?;
            shown.replies.iter().try_for_each(|reply| self.note(shared, &page.file, reply))?;
        }
        Ok(())
    }

    /// Has a message found.
    fn note(&mut self, shared: &Shared, page: &str, shown: &Shown) -> Result<()> {
        let message = &shown.message;
        if message.deleted || message.hidden || message.kind == MessageKind::System {
            return Ok(());
        }
        let mut text = message.content.clone();
        for file in &message.files {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&file.name);
        }
        let when = shared.local(message.created_at).strftime("%Y-%m-%d %H:%M").to_string();
        self.index.add(page, message.seq, &message.user.display_name, &when, &text)
    }

    async fn show(
        &self,
        moment: &mut Moment,
        shared: &mut Shared,
        room: &RoomOf,
        message: Message,
        is_whole: bool,
    ) -> Result<Shown> {
        want(moment, shared, &message).await?;
        let quote = match (message.reply_to, message.thread_root) {
            (Some(of), _) => self.quote(moment, shared, room, of.seq, (is_whole, false)).await?,
            (None, Some(root)) => self.quote(moment, shared, room, root.seq, (is_whole, true)).await?,
            (None, None) => None,
        };
        let mut replies = Vec::new();
        if is_whole && message.thread.is_some() {
            let mut after = 0;
            loop {
                let next = moment.replies(room, message.seq, after, AT_ONCE).await?;
                let Some(last) = next.last() else { break };
                after = last.seq;
                for reply in next {
                    want(moment, shared, &reply).await?;
                    replies.push(Shown { message: reply, quote: None, replies: Vec::new() });
                }
            }
        }
        Ok(Shown { message, quote, replies })
    }

    async fn quote(
        &self,
        moment: &mut Moment,
        shared: &Shared,
        room: &RoomOf,
        seq: i64,
        (is_whole, is_thread): (bool, bool),
    ) -> Result<Option<Quote>> {
        let Some(message) = moment.message(room, seq).await? else { return Ok(None) };
        // A reply in a thread stands with the message that it replies to.
        let stands = message.thread_root.filter(|_| !message.also_in_room).map_or(seq, |root| root.seq);
        let page = self.starts.partition_point(|start| *start <= stands).checked_sub(1);
        let page = page.and_then(|page| self.links.get(page)).filter(|_| is_whole);
        let href = page.map(|page| format!("{ROOT}{}#m{seq}", page.file));
        let text = match (message.deleted, message.hidden) {
            (true, _) => shared.words.deleted.to_owned(),
            (_, true) => shared.words.hidden.to_owned(),
            _ => message.content,
        };
        Ok(Some(Quote { of: message.user, text, href, is_thread }))
    }
}

/// Sees to it that what a message shows is in the archive.
async fn want(moment: &mut Moment, shared: &mut Shared, message: &Message) -> Result<()> {
    shared.want_avatar(moment, &message.user).await?;
    for file in &message.files {
        shared.media.want(moment, file.id, &file.name).await?;
    }
    Ok(())
}
