//! What sockets ask, carried out: sends of one socket together, everything else one after the other.

use super::inbox::{Inbox, Packet};
use super::link::{Ack, Link};
use super::routes::{ROUTES, Route};
use crate::app::App;
use crate::contract::{CommandFailed, ErrorBody, Failure};
use crate::error::{Error, Result};
use crate::metrics;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use serde_json::value::to_raw_value;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tracing::Instrument;

/// Sends of one socket that may be under way together.
const UNDER_WAY: usize = 64;

/// Commands that were begun since the start: the number of each is its id in the log.
static CARRIED_OUT: AtomicU64 = AtomicU64::new(1);

/// Works off what a socket asks, until nothing is left or the link ends.
pub(super) async fn work_off(inbox: Arc<Inbox>, link: Arc<Link>) {
    let mut under_way = FuturesOrdered::new();
    loop {
        if link.ended.is_cancelled() {
            break;
        }
        if under_way.len() < UNDER_WAY && has_room(&link).await {
            let Some(packet) = inbox.next(under_way.is_empty()) else {
                if under_way.is_empty() {
                    return;
                }
                tokio::select! {
                    _ = under_way.next() => {}
                    () = inbox.arrived.notified() => {}
                }
                continue;
            };
            let route = ROUTES.get(packet.name.as_str());
            let work = carry_out(inbox.app.clone(), link.clone(), route, packet);
            if route.is_some_and(|route| route.pipelined) {
                under_way.push_back(work);
            } else {
                while under_way.next().await.is_some() {}
                work.await;
            }
        } else {
            under_way.next().await;
        }
    }
    // What was begun is finished: it may be half way to the disk.
    while under_way.next().await.is_some() {}
}

/// Waits until the client has taken most of its answers. False when it is cut off because it takes none.
async fn has_room(link: &Link) -> bool {
    let Some(connection) = link.connection() else { return true };
    if connection.room().await.is_err() {
        link.cut("slow consumer");
        return false;
    }
    true
}

async fn carry_out(app: Arc<App>, link: Arc<Link>, route: Option<&'static Route>, packet: Packet) {
    let Packet { name, payload, ack } = packet;
    let counted = route.map_or_else(|| metrics::commands(&name), |route| route.counted);
    let id = CARRIED_OUT.fetch_add(1, Ordering::Relaxed);
    let span = tracing::debug_span!("command", id, name, user = %link.actor.user);
    let begun = Instant::now();
    let work = async {
        let payload = payload?;
        let Some(route) = route else {
            return Err(Error::Invalid { field: None, message: format!("there is no command {name}") });
        };
        (route.run)(app, link.actor, payload).await
    };
    match whatever_happens(&name, id, work).instrument(span).await {
        Ok(answer) => {
            counted.note(None);
            if let Some(ack) = ack {
                link.acknowledge(ack, &answer.ack);
            }
            if let Some(echo) = answer.echo {
                link.tell(&echo);
            }
        }
        Err(error) => {
            counted.note(Some(error.code()));
            refuse(&link, &name, ack, &error);
        }
    }
    counted.time.took(begun.elapsed());
}

/// A command that panics, which the log tells of by itself, is answered as any other fault of ours.
async fn whatever_happens<T>(name: &str, id: u64, work: impl Future<Output = Result<T>>) -> Result<T> {
    let Ok(result) = AssertUnwindSafe(work).catch_unwind().await else {
        return Err(Error::internal("it panicked"));
    };
    if let Err(Error::Internal(source)) = &result {
        tracing::error!(command = name, id, error = %source, "a command failed");
    }
    result
}

fn refuse(link: &Link, name: &str, ack: Option<Ack>, error: &Error) {
    match ack {
        Some(ack) => match to_raw_value(&Failure::from(error)) {
            Ok(failure) => link.acknowledge(ack, &failure),
            Err(error) => tracing::error!(%error, "a refusal could not be encoded"),
        },
        None => link.tell(&failed(name, error).into()),
    }
}

pub(super) fn failed(name: &str, error: &Error) -> CommandFailed {
    let ErrorBody { code, message, retry_after_ms, field, flaw, expected_index, .. } = ErrorBody::from(error);
    CommandFailed { event: name.to_owned(), code, message, retry_after_ms, field, flaw, expected_index }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_that_panics_is_an_internal_error() {
        let at_once = whatever_happens::<()>("a", 1, async { panic!("at once") }).await;
        let later = whatever_happens::<()>("b", 2, async {
            tokio::task::yield_now().await;
            panic!("later")
        });
        for result in [at_once, later.await] {
            assert!(matches!(result, Err(Error::Internal(_))), "{result:?}");
        }
        assert_eq!(whatever_happens("c", 3, async { Ok(5) }).await.ok(), Some(5));
    }
}
