//! How much one person, or one bot, may ask for.

use super::settings::Limits;
use std::num::NonZeroU32;

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

/// The rates of one person or one bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub events: Rate,
    pub sends: Rate,
    pub searches: Rate,
    /// Of all messages that are streamed together.
    pub chunks: Rate,
    /// That are asked for.
    pub files: Rate,
    pub open_streams: NonZeroU32,
}

impl Limits {
    pub fn of_a_person(&self) -> Rates {
        Rates {
            events: Rate { per_second: self.events_per_second, burst: self.events_burst },
            sends: Rate { per_second: self.sends_per_second, burst: self.sends_burst },
            searches: Rate { per_second: self.searches_per_second, burst: self.searches_burst },
            chunks: self.chunks(self.open_streams),
            files: self.files(),
            open_streams: self.open_streams,
        }
    }

    pub fn of_a_bot(&self) -> Rates {
        Rates {
            events: Rate { per_second: self.bot_events_per_second, burst: self.bot_events_burst },
            sends: Rate { per_second: self.bot_sends_per_second, burst: self.bot_sends_burst },
            searches: Rate { per_second: self.bot_searches_per_second, burst: self.bot_searches_burst },
            chunks: self.chunks(self.bot_open_streams),
            files: self.files(),
            open_streams: self.bot_open_streams,
        }
    }

    fn files(&self) -> Rate {
        Rate { per_second: self.files_per_second, burst: self.files_burst }
    }

    fn chunks(&self, streams: NonZeroU32) -> Rate {
        let per_second = self.stream_chunks_per_second.saturating_mul(streams);
        Rate { per_second, burst: per_second }
    }
}
