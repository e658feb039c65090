//! How features' results become HTTP: the same envelope as an acknowledgement, with the status of its code.

use crate::contract::{Failure, Success};
use crate::error::Error;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// `{ "success": true, …fields }`.
pub struct Answer<T> {
    status: StatusCode,
    fields: T,
}

/// What a handler of the API gives.
pub type Reply<T> = Result<Answer<T>, HttpError>;

impl<T> Answer<T> {
    pub fn ok(fields: T) -> Self {
        Self { status: StatusCode::OK, fields }
    }

    pub fn created(fields: T) -> Self {
        Self { status: StatusCode::CREATED, fields }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        (self.status, private(), Json(Success::new(self.fields))).into_response()
    }
}

/// `{ "success": false, "error": { … } }`.
pub struct HttpError(pub Error);

impl From<Error> for HttpError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        if let Error::Internal(source) = &self.0 {
            tracing::error!(error = %source, "a request failed");
        }
        let status = StatusCode::from_u16(self.0.code().http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, private(), Json(Failure::from(&self.0))).into_response();
        if let Error::RateLimited { retry_after } = &self.0 {
            let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Answers are for one reader at one moment.
fn private() -> [(header::HeaderName, &'static str); 2] {
    [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")]
}

pub async fn no_such_resource() -> HttpError {
    HttpError(Error::NotFound("the resource"))
}

/// The log tells of a panic by itself.
pub fn panicked() -> Response {
    let failure = Failure::from(&Error::internal("it panicked"));
    (StatusCode::INTERNAL_SERVER_ERROR, private(), Json(failure)).into_response()
}

/// The header `Allow`, which says what would be right, comes from the router.
pub async fn wrong_method(method: Method) -> Response {
    let message = format!("this resource does not take {method}");
    let error = HttpError(Error::Invalid { field: None, message });
    (StatusCode::METHOD_NOT_ALLOWED, error).into_response()
}
