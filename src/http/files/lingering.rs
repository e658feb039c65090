//! The body of an upload: what is refused is still read for a moment, so that its client hears why instead of finding its
//! connection cut while it sends.

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

const BYTES: usize = 8 * 1024 * 1024;
const TIME: Duration = Duration::from_secs(5);

pub(super) struct Lingering(Option<BodyDataStream>);

impl Lingering {
    pub(super) fn new(body: Body) -> Self {
        Self(Some(body.into_data_stream()))
    }
}

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let next = body.poll_next_unpin(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        next
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(mut body) = self.0.take() else { return };
        let read = async move {
            let mut passed = 0;
            while let Some(Ok(bytes)) = body.next().await {
                passed += bytes.len();
                if passed > BYTES {
                    return;
                }
            }
        };
        tokio::spawn(tokio::time::timeout(TIME, read));
    }
}
