//! Who sends when.

use super::crowd::Crowd;
use crate::failure::{Failure, Result};
use futures_util::future::try_join_all;
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

/// A sender: a client's index and the room that it sends to.
pub type Sender = (usize, u32);

/// Sends `per_second` messages a second for `span`, each at its own moment, whatever became of those before; the
/// senders take turns. How many were sent.
pub async fn trickle(crowd: &Crowd, senders: &[Sender], per_second: u32, span: Duration) -> u64 {
    let began = Instant::now();
    let messages = (f64::from(per_second) * span.as_secs_f64()) as u64;
    for (index, (client, room)) in (0..messages).zip(senders.iter().cycle()) {
        sleep_until(began + Duration::from_secs_f64(index as f64 / f64::from(per_second))).await;
        crowd.post(*client, *room);
    }
    messages
}

/// Every sender sends `each` messages as fast as the connection takes them, all at the same time. How many were sent.
pub async fn burst(crowd: &Crowd, senders: &[Sender], each: u32) -> u64 {
    for _ in 0..each {
        for (client, room) in senders {
            crowd.post(*client, *room);
        }
        // What has come meanwhile is read.
        yield_now().await;
    }
    u64::from(each) * senders.len() as u64
}

/// Every sender sends, waits for the acknowledgement, and sends the next, until `span` is over. How many were sent.
///
/// # Errors
/// `Broken` when a send is not answered.
pub async fn waiting_senders(crowd: &Crowd, senders: &[Sender], span: Duration) -> Result<u64> {
    let until = Instant::now() + span;
    let work = senders.iter().map(|(client, room)| async move {
        let mut sent = 0_u64;
        while Instant::now() < until {
            crowd.send(*client, *room).await?;
            sent += 1;
        }
        Ok::<_, Failure>(sent)
    });
    Ok(try_join_all(work).await?.into_iter().sum())
}
