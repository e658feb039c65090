//! Who is typing where, until when. Never stored.

use crate::contract::TYPING_EXPIRES_MS;
use crate::ids::{MessageId, RoomId, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Somebody in a room, or in one thread of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypingIn {
    pub user: UserId,
    pub room: RoomId,
    pub thread_root: Option<MessageId>,
}

#[derive(Default)]
pub struct Typing {
    until: Mutex<HashMap<TypingIn, Instant>>,
}

impl Typing {
    /// Somebody types, for the next six seconds.
    pub fn start(&self, who: TypingIn) {
        self.lock().insert(who, Instant::now() + Duration::from_millis(TYPING_EXPIRES_MS));
    }

    /// True when they were typing until now.
    pub fn stop(&self, who: TypingIn) -> bool {
        self.lock().remove(&who).is_some()
    }

    /// Somebody is in the room no longer; that they left says enough.
    pub fn forget(&self, user: UserId, room: RoomId) {
        self.lock().retain(|who, _| who.user != user || who.room != room);
    }

    /// Those whose time is over or whom `gone` names; they type no longer.
    pub fn take_ended(&self, gone: impl Fn(UserId) -> bool) -> Vec<TypingIn> {
        let now = Instant::now();
        self.lock().extract_if(|who, until| *until <= now || gone(who.user)).map(|(who, _)| who).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TypingIn, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
