//! The wire as a client sees it: websocket frames, Engine.IO and Socket.IO packets, one connection.

pub mod connection;
pub mod frame;
pub mod packet;
