//! The wire as a client sees it: websocket frames, Engine.IO and Socket.IO packets, connections.

pub mod connection;
pub mod frame;
pub mod http;
pub mod packet;
