//! What every answer tells a browser, whoever wrote it: it is what its type says, nobody frames it or embeds it elsewhere,
//! and as a page of its own it runs nothing. What says more by itself keeps that.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};

const FENCE: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    // Sites that the operator trusts ask by CORS, which this does not concern.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds what is missing.
pub fn put_up(headers: &mut HeaderMap) {
    for (name, value) in FENCE {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
