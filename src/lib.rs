//! Maru, the room where your team talks.

#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod actor;
pub mod app;
pub mod archive;
pub mod auth;
pub mod backup;
pub mod blobs;
pub mod certificates;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod contract;
pub mod control;
pub mod credentials;
pub mod data_dir;
pub mod directory;
pub mod doctor;
pub mod emoji;
pub mod error;
pub mod export;
pub mod files;
pub mod fulltext;
#[cfg(test)]
mod fuzzing;
pub mod governing;
pub mod http;
pub mod ids;
pub mod images;
pub mod jobs;
pub mod limits;
pub mod links;
pub mod locks;
pub mod logging;
pub mod messages;
pub mod metrics;
pub mod moderation;
pub mod net;
pub mod notice;
pub mod notifications;
pub mod people;
pub mod policy;
pub mod preferences;
pub mod presence;
pub mod previews;
pub mod probes;
pub mod realtime;
pub mod reminders;
pub mod rooms;
pub mod search;
mod serve;
pub mod services;
pub mod shelf;
pub mod storage;
pub mod systemd;
pub mod tasks;
pub mod text;
pub mod threads;
pub mod turns;
pub mod typing;
pub mod upgrades;
pub mod watching;

pub use serve::serve;
