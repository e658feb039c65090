//! A batch of sends is decided one after the other, and written as one.

use super::facts::{Counters, Facts};
use super::rows::Rows;
use super::{AppendMessage, Appended, Mentioned};
use crate::clock::{self, Timestamp};
use crate::contract::{
    Message, MessageKind, MessageNew, MessageStream, MessageUpdated, StreamStarted, StreamState, UserRef,
};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId};
use crate::notice::Notice;
use crate::storage::files::Enclosed;
use crate::storage::notifications::{self, Said};
use crate::storage::transaction::Transaction;
use crate::storage::{messages, threads};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// The sends of a transaction, and what becomes of their rooms.
pub(super) struct Batch {
    now: Timestamp,
    rooms: HashMap<i64, Counters>,
    /// What this batch itself stored under a sender's key.
    earlier: HashMap<(i64, String), (Option<RoomId>, Appended)>,
    rows: Rows,
    told: Vec<Notice>,
    /// Where in `told` the new state of a thread's root belongs: index, room, root and the root's new rev.
    thread_updates: Vec<(usize, i64, i64, i64)>,
    /// Messages that may concern people in particular; most do not.
    concerning: Vec<Said>,
    /// An author has unread notifications of a room written in.
    notified: bool,
    /// Who has written in which room with slow mode, in this batch.
    slowed: HashSet<(i64, i64)>,
}

impl Batch {
    /// One without sends yet, in these rooms by their keys.
    pub(super) fn new(rooms: HashMap<i64, Counters>) -> Self {
        Self {
            now: clock::now(),
            rooms,
            earlier: HashMap::new(),
            rows: Rows::default(),
            told: Vec::new(),
            thread_updates: Vec::new(),
            concerning: Vec::new(),
            notified: false,
            slowed: HashSet::new(),
        }
    }

    /// Decides one send. What it refuses leaves no trace; the outer error is that of the whole batch.
    pub(super) async fn append(
        &mut self,
        transaction: &mut Transaction,
        mut command: AppendMessage,
        facts: Facts,
        mentioned: Mentioned,
        enclosed: Vec<Enclosed>,
    ) -> Result<Result<Appended>> {
        if let Some(answer) = self.stored_before(&command, &facts) {
            return Ok(answer);
        }
        if let Err(error) = judge(&mut command, &facts).and_then(|()| self.follow_rules(&command, &facts)) {
            return Ok(Err(error));
        }
        let message_id = transaction.allot_message_id().await?;
        let Some(room) = self.rooms.get_mut(&facts.room_key) else {
            return Ok(Err(Error::NotFound("the room")));
        };
        room.touched = true;
        room.last_seq += 1;
        room.rev += 1;
        room.counted += i64::from(command.counts());
        let appended = Appended { seq: room.last_seq, rev: room.rev, created_at: self.now, duplicate: false };
        self.rows.add(message_id, &command, &facts, &mentioned, appended, room.counted);
        self.rows.enclose(message_id, facts.room_key, &enclosed, self.now);
        self.rows.link(message_id, &command.links, self.now);
        if let Some(key) = &command.client_message_id {
            self.earlier.insert((facts.author_key, key.clone()), (Some(command.room), appended));
        }
        self.notified |= facts.notified;
        self.concerning.extend(concern(&command, &facts, &mentioned, &enclosed, appended.seq));
        let thread_root = command.thread_root;
        self.told.push(announce(command, facts.author, mentioned, enclosed, appended));
        if let Some(root) = thread_root {
            self.advance_root(facts.room_key, root.seq, appended.seq);
        }
        Ok(Ok(appended))
    }

    /// The answer to a send that was stored before: the id alone decides, whatever the content.
    fn stored_before(&self, command: &AppendMessage, facts: &Facts) -> Option<Result<Appended>> {
        let key = command.client_message_id.as_ref()?;
        let in_batch = self.earlier.get(&(facts.author_key, key.clone()));
        let (room, appended) = in_batch.or(facts.stored.as_ref())?;
        if *room != Some(command.room) {
            let message = "this clientMessageId was used in another room".to_owned();
            return Some(Err(Error::Conflict(message)));
        }
        Some(Ok(Appended { duplicate: true, ..*appended }))
    }

    /// Most rooms have no rules.
    fn follow_rules(&mut self, command: &AppendMessage, facts: &Facts) -> Result<()> {
        let Some(rules) = &facts.rules else { return Ok(()) };
        let place = (facts.room_key, facts.author_key);
        rules.judge(command.author, !command.counts(), self.slowed.contains(&place), self.now)?;
        if rules.are_slow() {
            self.slowed.insert(place);
        }
        Ok(())
    }

    /// A reply changes its root: the root takes a rev of its own.
    fn advance_root(&mut self, room_key: i64, root: i64, reply: i64) {
        if let Some(room) = self.rooms.get_mut(&room_key) {
            room.rev += 1;
            self.rows.add_reply(room_key, root, reply, room.rev);
            self.thread_updates.push((self.told.len(), room_key, root, room.rev));
        }
    }

    /// Writes what was decided, and tells of it. The last of a transaction commits it in the same call.
    pub(super) async fn write(self, transaction: &mut Transaction, last: bool) -> Result<()> {
        let Self { rooms, mut rows, told, thread_updates, now, concerning, notified, slowed, .. } = self;
        rows.note_slowed(&slowed, now);
        let marks = if notified || !concerning.is_empty() { rows.marks() } else { Vec::new() };
        let is_all = thread_updates.is_empty() && concerning.is_empty() && marks.is_empty();
        rows.write(transaction, &rooms, now, last && is_all).await?;
        let mut updates = thread_updates.iter().peekable();
        // As it is after the batch, whichever of its replies it is told with.
        let mut roots: HashMap<(i64, i64), Message> = HashMap::new();
        for (index, notice) in told.into_iter().enumerate() {
            transaction.tell(notice);
            while let Some((_, room_key, root, rev)) = updates.next_if(|(at, ..)| *at == index + 1) {
                let Some(room) = rooms.get(room_key) else { continue };
                let message = match roots.entry((*room_key, *root)) {
                    Entry::Occupied(loaded) => loaded.into_mut(),
                    Entry::Vacant(vacant) => {
                        let connection = &mut transaction.connection;
                        vacant.insert(messages::load(connection, *room_key, room.pid, *root).await?)
                    }
                };
                message.rev = *rev;
                transaction.tell(Notice::to_room(room.pid, MessageUpdated { message: message.clone() }));
            }
        }
        let changed: Vec<(i64, i64)> = thread_updates.iter().map(|(_, room, root, _)| (*room, *root)).collect();
        threads::tell_followers(transaction, &changed).await?;
        notifications::notify_of(transaction, &concerning, now).await?;
        // Whoever writes in a room has read what was there.
        notifications::read_with_rooms(transaction, &marks, now).await
    }
}

/// What may concern people in particular: others are spared the look at who that is.
fn concern(
    command: &AppendMessage,
    facts: &Facts,
    mentioned: &Mentioned,
    enclosed: &[Enclosed],
    seq: i64,
) -> Option<Said> {
    let may_concern =
        facts.direct || command.thread_root.is_some() || command.reply_to.is_some() || !mentioned.is_empty();
    let alone = enclosed.first().filter(|_| command.content.is_empty()).map(|first| &first.file);
    let voice_ms = alone.and_then(|file| file.voice.as_ref()).map(|voice| voice.duration_ms);
    // What is written bit by bit concerns people when there is something to be read.
    (may_concern && !command.streamed).then(|| Said {
        room: (facts.room_key, command.room),
        seq,
        by: (facts.author_key, facts.author.clone()),
        thread_root: command.thread_root.map(|root| root.seq),
        reply_to: command.reply_to.map(|replied| replied.seq),
        direct: facts.direct && command.counts(),
        only: None,
        streamed: false,
        excerpt: match (voice_ms, alone) {
            (Some(ms), _) => notifications::voice_text(ms),
            // A message without words is told by the name of its file.
            (None, Some(file)) => notifications::excerpt(&file.name),
            (None, None) => notifications::excerpt(&command.content),
        },
        voice_ms,
    })
}

fn judge(command: &mut AppendMessage, facts: &Facts) -> Result<()> {
    if command.reply_to.is_some() && !facts.reply_known {
        return Err(Error::NotFound("the message replied to"));
    }
    if command.thread_root.is_some() && !facts.thread_known {
        return Err(Error::NotFound("the thread's first message"));
    }
    command.objection.take().map_or(Ok(()), Err)
}

fn announce(
    command: AppendMessage,
    author: UserRef,
    mentioned: Mentioned,
    enclosed: Vec<Enclosed>,
    appended: Appended,
) -> Notice {
    let also_in_room = command.thread_root.is_some() && command.also_in_room;
    let stream = command.streamed.then_some(MessageStream { state: StreamState::Open, next_index: 0, error: None });
    let message = Message {
        id: MessageId { room: command.room, seq: appended.seq },
        room_id: command.room,
        seq: appended.seq,
        rev: appended.rev,
        kind: if command.streamed { MessageKind::Stream } else { MessageKind::Text },
        user: author,
        content: command.content,
        system: None,
        stream,
        client_message_id: command.client_message_id,
        reply_to: command.reply_to,
        thread_root: command.thread_root,
        thread: None,
        also_in_room,
        mentions: mentioned.people.into_iter().map(|(_, pid)| pid).collect(),
        mentions_group: mentioned.group.map(|group| group.named()),
        files: enclosed.into_iter().map(|enclosed| enclosed.file).collect(),
        previews: Vec::new(),
        reactions: Vec::new(),
        pinned: false,
        created_at: appended.created_at,
        edited_at: None,
        deleted: false,
        hidden: false,
        saved: false,
    };
    match message.kind {
        MessageKind::Stream => Notice::to_room(command.room, StreamStarted { message }),
        MessageKind::Text | MessageKind::System => Notice::to_room(command.room, MessageNew { message }),
    }
}
