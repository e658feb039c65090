//! A span for each request, with an id that is also given back; never a query string, a header or a body.

use crate::metrics;
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;

const API: &str = "/api/v1/";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn traced(request: Request, next: Next) -> Response {
    let id = ulid::Ulid::from_parts(crate::clock::now().as_millis().unsigned_abs(), rand::random()).to_string();
    let path = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, method = %request.method(), path);
    async move {
        let mut response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), "answered");
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// A request to the API, which is counted when it was answered, by whatever answers it, or when nobody waits for the
/// answer any more.
pub struct Counted {
    begun: Instant,
    is_upload: bool,
    status: Option<StatusCode>,
}

impl Counted {
    /// None for a path that is not the API's.
    pub fn begin(path: &str, is_upload: bool) -> Option<Self> {
        path.starts_with(API).then(|| Self { begun: Instant::now(), is_upload, status: None })
    }

    pub fn answered(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        // How long an upload takes is a matter of the sender.
        let took = Some(self.begun.elapsed()).filter(|_| !self.is_upload);
        metrics::asked(self.status.map(|status| status.as_u16()), took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many were abandoned, answered with 5xx, and timed.
    fn counts() -> [u64; 3] {
        let timed = metrics::HTTP_TIME.read().counts.iter().sum();
        [metrics::HTTP_REQUESTS[0].value(), metrics::HTTP_REQUESTS[5].value(), timed]
    }

    #[test]
    fn a_request_is_counted_however_it_ends() {
        let grew = |from: [u64; 3]| -> [u64; 3] { std::array::from_fn(|place| counts()[place] - from[place]) };
        let before = counts();
        assert!(Counted::begin("/socket.io/", false).is_none());
        // As a panic and a time limit are answered.
        for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE] {
            Counted::begin("/api/v1/me", false).expect("of the API").answered(status);
        }
        assert_eq!(grew(before), [0, 2, 2]);
        drop(Counted::begin("/api/v1/me", false));
        assert_eq!(grew(before), [1, 2, 3]);
        Counted::begin("/api/v1/files", true).expect("of the API").answered(StatusCode::BAD_GATEWAY);
        assert_eq!(grew(before), [1, 3, 3], "an upload takes as long as it takes");
    }
}
