//! The requests of one HTTP/2 connection: whether there are any, and that each of them goes on.

use hyper::rt::Executor;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};

/// A request that neither sends nor takes anything for so long is given up: flow control lets a client hold it up for
/// ever, while its connection looks alive. On the slowest line something passes within that.
const STANDS_STILL: Duration = Duration::from_secs(5 * 60);

/// What runs the requests of a connection, and counts them.
#[derive(Clone)]
pub struct Streams {
    counted: watch::Sender<Counted>,
    patience: Duration,
}

#[derive(Clone, Copy, Default)]
struct Counted {
    running: usize,
    ever: bool,
}

/// Counts as running until it is dropped.
struct Running(watch::Sender<Counted>);

impl Streams {
    pub fn new() -> Self {
        Self { counted: watch::Sender::new(Counted::default()), patience: STANDS_STILL }
    }

    /// Waits until a first request has come.
    pub async fn begun(&self) {
        let mut counted = self.counted.subscribe();
        // It cannot end before `self`.
        drop(counted.wait_for(|counted| counted.ever).await);
    }

    /// Waits until there has been no request for so long.
    pub async fn idle(&self, time: Duration) {
        let mut counted = self.counted.subscribe();
        loop {
            drop(counted.wait_for(|counted| counted.running == 0).await);
            let again = counted.wait_for(|counted| counted.running > 0);
            if tokio::time::timeout(time, again).await.is_err() {
                return;
            }
        }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, request: F) {
        self.counted.send_modify(|counted| *counted = Counted { running: counted.running + 1, ever: true });
        let (running, patience) = (Running(self.counted.clone()), self.patience);
        tokio::spawn(async move {
            let _running = running;
            if (Moving { request: Box::pin(request), patience, end: Box::pin(sleep(patience)) }).await.is_none() {
                tracing::debug!("a request was given up: the client takes nothing");
            }
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|counted| counted.running -= 1);
    }
}

/// A future that is given up, with nothing, once it has not been woken for too long.
struct Moving<F> {
    request: Pin<Box<F>>,
    patience: Duration,
    end: Pin<Box<Sleep>>,
}

impl<F: Future> Future for Moving<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(done) = self.request.as_mut().poll(cx) {
            return Poll::Ready(Some(done));
        }
        if !self.end.is_elapsed() {
            let end = Instant::now() + self.patience;
            self.end.as_mut().reset(end);
        }
        self.end.as_mut().poll(cx).map(|()| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::{mpsc, oneshot};
    use tokio::time::timeout;

    const BOUND: Duration = Duration::from_secs(10);

    fn impatient(patience: Duration) -> Streams {
        Streams { patience, ..Streams::new() }
    }

    #[tokio::test]
    async fn a_request_that_stands_still_is_given_up_and_one_that_goes_on_is_not() {
        let streams = impatient(Duration::from_secs(2));
        let (kept, dropped) = oneshot::channel::<()>();
        streams.execute(async move {
            let _kept = kept;
            std::future::pending::<()>().await;
        });
        let (steps, mut taken) = mpsc::channel(1);
        let (done, ended) = oneshot::channel();
        streams.execute(async move {
            while taken.recv().await.is_some() {}
            let _listening = done.send(());
        });
        // It outlives by far the other, which began at the same moment.
        let mut dropped = Box::pin(timeout(BOUND, dropped));
        let mut step = tokio::time::interval(Duration::from_millis(20));
        let mut after = 0;
        while after < 40 {
            tokio::select! {
                gone = &mut dropped, if after == 0 => {
                    assert!(gone.expect("it is given up").is_err());
                    after = 1;
                }
                _ = step.tick() => {
                    after += u32::from(after > 0);
                    steps.send(()).await.expect("it is still there");
                }
            }
        }
        drop(steps);
        timeout(BOUND, ended).await.expect("in time").expect("it comes to its end");
    }

    #[tokio::test]
    async fn it_is_known_when_the_first_has_come_and_when_there_are_none() {
        let streams = Streams::new();
        assert!(timeout(Duration::from_millis(20), streams.begun()).await.is_err());
        let (end, ended) = oneshot::channel::<()>();
        streams.execute(async move {
            let _ended = ended.await;
        });
        timeout(BOUND, streams.begun()).await.expect("it has begun");
        let mut idle = Box::pin(streams.idle(Duration::from_millis(20)));
        assert!(timeout(Duration::from_millis(200), idle.as_mut()).await.is_err(), "one is running");
        drop(end);
        timeout(BOUND, idle).await.expect("none is running");
    }
}
