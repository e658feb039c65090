//! Maru under systemd: what it tells, the ports that it is given, the units that it is started by. systemd itself does not
//! run where tests do; its tools do, and its protocols are spoken here.

#[path = "../support/mod.rs"]
mod support;

mod activation;
mod installing;
mod manager;
mod notifying;
mod units;
