//! How far others are known to have committed.

use tokio::sync::watch;

/// Rung by what others say, which is looked up before it is believed.
pub(super) struct Bell(watch::Sender<i64>);

impl Bell {
    pub(super) fn new() -> (Self, watch::Receiver<i64>) {
        let (rung, heard) = watch::channel(0);
        (Self(rung), heard)
    }

    /// Somebody committed something under this number.
    pub(super) fn ring(&self, number: i64) {
        self.0.send_if_modified(|known| {
            let is_news = number > *known;
            *known = number.max(*known);
            is_news
        });
    }

    /// Something may have been missed.
    pub(super) fn ring_anyway(&self) {
        self.0.send_modify(|_| ());
    }

    /// Takes back a number that the log did not have when it was looked up, for the next true one to be news.
    pub(super) fn take_back(&self, rung: i64, newest: i64) {
        self.0.send_if_modified(|known| {
            if *known == rung && newest < rung {
                *known = newest;
            }
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_a_commit_that_there_is_not_silences_none_that_there_is() {
        let (bell, mut heard) = Bell::new();
        bell.ring(i64::MAX);
        assert!(heard.has_changed().unwrap());
        let rung = *heard.borrow_and_update();
        bell.take_back(rung, 5);
        assert!(!heard.has_changed().unwrap() && *heard.borrow() == 5);
        bell.ring(6);
        assert_eq!(*heard.borrow_and_update(), 6);
        // Rung meanwhile: it is to be looked up, too.
        bell.take_back(5, 4);
        assert_eq!(*heard.borrow(), 6);
    }
}
