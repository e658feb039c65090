//! What administrators do for the whole server: they read what was done, decide what holds for the team, and look after
//! rooms, storage and background work without reading what others wrote.

pub mod announcements;
pub mod audit;
pub mod jobs;
pub mod retention;
pub mod rooms;
pub mod team;
pub mod usage;
