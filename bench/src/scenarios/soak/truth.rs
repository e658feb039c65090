//! What is true of every room, and whether what clients are told agrees with it.
//!
//! Every change of a room takes its next `rev`, so the changes of a room are a list. Whoever hears a change first writes
//! it down, everybody else must hear the same one under that `rev`; a `sync` must carry exactly the messages of the
//! changes that a client lacks, as they are after the last of them.

use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// A message as the bench compares it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub room_id: String,
    pub seq: u64,
    pub rev: u64,
    pub content: String,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub reactions: Vec<Reaction>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Reaction {
    pub emoji: String,
    pub count: u64,
}

/// A change as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    New { seq: u64, content: String },
    Edited { seq: u64, content: String },
    Deleted { seq: u64 },
    Reacted { seq: u64, emoji: String, count: u64 },
}

impl Change {
    pub fn seq(&self) -> u64 {
        match self {
            Self::New { seq, .. } | Self::Edited { seq, .. } | Self::Deleted { seq } | Self::Reacted { seq, .. } => {
                *seq
            }
        }
    }
}

/// What is said to have happened to a room's message by an acknowledgement.
pub struct Acked {
    pub rev: u64,
    pub seq: u64,
}

/// A `sync` that waits until everything it speaks of is known.
pub struct Synced {
    pub known: u64,
    pub rev: u64,
    pub messages: Vec<Message>,
}

/// One room from the first change that the witness heard.
#[derive(Default)]
pub struct Room {
    /// What was there before the first change.
    base_rev: u64,
    pub base_seq: u64,
    changes: BTreeMap<u64, Change>,
    acked: Vec<Acked>,
    synced: Vec<Synced>,
}

impl Room {
    /// A room in which nothing has happened yet since this rev and seq.
    pub fn new(base_rev: u64, base_seq: u64) -> Self {
        Self { base_rev, base_seq, ..Self::default() }
    }

    /// Up to which rev every change is known.
    pub fn rev(&self) -> u64 {
        self.base_rev + self.changes.len() as u64
    }

    /// Notes a change, or compares it with what somebody else heard.
    ///
    /// # Errors
    /// When two heard different things.
    pub fn heard(&mut self, rev: u64, change: Change) -> Result<(), String> {
        match self.changes.get(&rev) {
            Some(known) if *known != change => Err(format!("rev {rev} was told as {known:?} and as {change:?}")),
            Some(_) => Ok(()),
            None => {
                self.changes.insert(rev, change);
                Ok(())
            }
        }
    }

    pub fn acked(&mut self, acked: Acked) {
        self.acked.push(acked);
    }

    pub fn synced(&mut self, synced: Synced) {
        self.synced.push(synced);
    }

    /// Compares the syncs of which everything is known by now, as far as the witness is: how many there were.
    ///
    /// # Errors
    /// With what a sync lacked or had too much.
    pub fn check_syncs(&mut self, witnessed: u64) -> Result<usize, String> {
        let (ripe, rest): (Vec<Synced>, Vec<Synced>) =
            std::mem::take(&mut self.synced).into_iter().partition(|synced| synced.rev <= witnessed);
        self.synced = rest;
        for synced in &ripe {
            self.check_sync(synced)?;
        }
        Ok(ripe.len())
    }

    fn check_sync(&self, synced: &Synced) -> Result<(), String> {
        let states = self.states(synced.rev);
        let mut lacked: BTreeMap<u64, u64> = BTreeMap::new();
        if synced.rev < synced.known {
            return Err(format!("a sync up to rev {} for who knew of rev {}", synced.rev, synced.known));
        }
        let lacking = (Bound::Excluded(synced.known), Bound::Included(synced.rev));
        for (rev, change) in self.changes.range(lacking) {
            lacked.insert(change.seq(), *rev);
        }
        let told: BTreeMap<u64, u64> = synced.messages.iter().map(|message| (message.seq, message.rev)).collect();
        if told != lacked || synced.messages.len() != lacked.len() {
            return Err(format!(
                "a sync from rev {} to {} carried (seq, rev) {told:?} instead of {lacked:?}",
                synced.known, synced.rev
            ));
        }
        synced.messages.iter().try_for_each(|message| compare(message, &states))
    }

    /// Every message as it is after the change `rev`.
    pub fn states(&self, rev: u64) -> HashMap<u64, State> {
        let mut states: HashMap<u64, State> = HashMap::new();
        for change in self.changes.range(..=rev).map(|(_, change)| change) {
            let state = states.entry(change.seq()).or_default();
            match change {
                Change::New { content, .. } | Change::Edited { content, .. } => state.content.clone_from(content),
                Change::Deleted { .. } => *state = State { deleted: true, ..State::default() },
                Change::Reacted { emoji, count: 0, .. } => drop(state.reactions.remove(emoji)),
                Change::Reacted { emoji, count, .. } => drop(state.reactions.insert(emoji.clone(), *count)),
            }
        }
        states
    }

    /// The text of every message as it was sent.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.changes.values().filter_map(|change| match change {
            Change::New { content, .. } => Some(content.as_str()),
            Change::Edited { .. } | Change::Deleted { .. } | Change::Reacted { .. } => None,
        })
    }

    /// Checks the whole: changes without a hole, messages dense in their order, every acknowledgement told.
    ///
    /// # Errors
    /// With what is lost, doubled or disordered.
    pub fn check(&self) -> Result<(), String> {
        if let Some((rev, _)) = self.changes.keys().zip(self.base_rev + 1..).find(|(rev, expected)| **rev != *expected)
        {
            return Err(format!("nobody heard of the change before rev {rev}"));
        }
        let new = self.changes.values().filter(|change| matches!(change, Change::New { .. }));
        if let Some((change, expected)) =
            new.zip(self.base_seq + 1..).find(|(change, expected)| change.seq() != *expected)
        {
            return Err(format!("the message with seq {} came where {expected} was due", change.seq()));
        }
        for acked in &self.acked {
            if self.changes.get(&acked.rev).is_none_or(|change| change.seq() != acked.seq) {
                return Err(format!("rev {} of message {} was acknowledged and told to nobody", acked.rev, acked.seq));
            }
        }
        Ok(())
    }
}

/// A message after some of its changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub content: String,
    pub deleted: bool,
    pub reactions: BTreeMap<String, u64>,
}

/// # Errors
/// When a message that was read differs from what was told of it.
pub fn compare(message: &Message, states: &HashMap<u64, State>) -> Result<(), String> {
    // What was there before the first change is not compared.
    let Some(state) = states.get(&message.seq) else { return Ok(()) };
    let reactions = message.reactions.iter().map(|reaction| (reaction.emoji.clone(), reaction.count)).collect();
    let found = State { content: message.content.clone(), deleted: message.deleted, reactions };
    if found == *state {
        Ok(())
    } else {
        Err(format!("message {} reads as {found:?} instead of {state:?}", message.seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seq: u64, rev: u64, content: &str) -> Message {
        let content = content.to_owned();
        Message { room_id: "r".to_owned(), seq, rev, content, deleted: false, reactions: Vec::new() }
    }

    fn room() -> Room {
        let mut room = Room::new(1, 1);
        room.heard(2, Change::New { seq: 2, content: "a".to_owned() }).unwrap();
        room.heard(3, Change::New { seq: 3, content: "b".to_owned() }).unwrap();
        room.heard(4, Change::Edited { seq: 2, content: "c".to_owned() }).unwrap();
        room
    }

    #[test]
    fn a_sync_must_carry_each_changed_message_once_in_its_last_state() {
        let mut room = room();
        let synced = |messages| Synced { known: 2, rev: 4, messages };
        room.synced(synced(vec![message(3, 3, "b"), message(2, 4, "c")]));
        room.synced(Synced { known: 4, rev: 4, messages: Vec::new() });
        assert_eq!(room.check_syncs(4), Ok(2));
        for wrong in [
            vec![message(2, 4, "c")],
            vec![message(3, 3, "b"), message(2, 4, "a")],
            vec![message(3, 3, "b"), message(2, 4, "c"), message(2, 4, "c")],
        ] {
            room.synced(synced(wrong));
            assert!(room.check_syncs(4).is_err());
        }
    }

    #[test]
    fn a_lost_a_disordered_and_a_contradicted_change_are_found() {
        assert_eq!(room().check(), Ok(()));
        let mut lost = room();
        lost.heard(6, Change::Deleted { seq: 2 }).unwrap();
        assert!(lost.check().is_err());
        let mut disordered = room();
        disordered.heard(5, Change::New { seq: 5, content: "d".to_owned() }).unwrap();
        assert!(disordered.check().is_err());
        let mut untold = room();
        untold.acked(Acked { rev: 5, seq: 2 });
        assert!(untold.check().is_err());
        assert!(room().heard(2, Change::Deleted { seq: 2 }).is_err());
    }
}
