//! What every test stands on: the real program, people who use it, and a Socket.IO client of our own.
//!
//! ```ignore
//! let app = TestApp::spawn().await;
//! let mina = app.person("mina").await.connect().await;
//! let ack = mina.call_ok("room:create", json!({ "kind": "public", "name": "Lunch" })).await;
//! ```
//!
//! Nothing here sleeps: every wait is for a fact, is bounded, and ends in a panic that tells what was seen instead.

#![expect(dead_code, reason = "each test file uses its own part of this")]
#![expect(unused_imports, reason = "each test file uses its own part of this")]
mod arrivals;
mod database;
mod documented;
mod examples;
mod facts;
mod http;
mod link;
mod log;
mod options;
mod packet;
mod payloads;
mod people;
mod polling;
mod process;
mod program;
mod routes;
mod scene;
mod socket;
mod talk;
mod trust;
mod websocket;

pub use arrivals::{back, connect_under_load, revs};
pub use documented::{PROTOCOL, documented, without_query};
pub use examples::{example, installed, placed};
pub use facts::until;
pub use http::{Http, code};
pub use log::Heard;
pub use options::{ConnectError, Options};
pub use payloads::{PIXEL, Payload, Place, payload};
pub use people::{PASSWORD, Person};
pub use process::{Output, Process, succeeded};
pub use program::{Builder, TestApp, free_port, maru, run_maru, without_settings};
pub use routes::{BESIDE_THE_API, mounted};
pub use scene::Scene;
pub use socket::{PendingAck, Socket};
pub use talk::{number, text};
pub use trust::Trust;
