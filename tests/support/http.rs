//! The HTTP interface, as somebody or nobody in particular uses it.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::program::Address;

const BOUND: Duration = Duration::from_secs(10);

/// A user of the HTTP interface. Paths begin with a slash. Answers are the status and the body: JSON where it is
/// JSON, else a string of it, null when it is empty.
#[derive(Clone)]
pub struct Http {
    client: Client,
    address: Address,
    bearer: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Http {
    pub(super) fn new(address: Address) -> Self {
        // Redirects are answers to be looked at; a proxy has no place between a test and its program.
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(BOUND);
        let client = match &address.trust {
            Some(trust) => trust.applied(client),
            None => client,
        };
        let client = client.build().expect("a client can be made");
        Self { client, address, bearer: None, headers: Vec::new() }
    }

    /// Nobody in particular at this URL, such as a proxy's.
    pub fn elsewhere(url: &str) -> Self {
        Self::new(Address::of(url))
    }

    /// The same with another `Authorization: Bearer`.
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(token.into());
        self
    }

    /// The same with one header more.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// As `post`, for what has to succeed.
    pub async fn post_ok(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert!((200..300).contains(&status) && answer["success"] == true, "POST {path} answered {status} {answer}");
        answer
    }

    /// A request to be finished by hand: for other methods, bodies that are no JSON, or headers of the answer.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.address.url()));
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    pub async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let response = request.send().await.expect("the program answers");
        let status = response.status().as_u16();
        let body = response.text().await.expect("the answer has an end");
        let body = match body.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        };
        (status, body)
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }
}

/// The status and the code of a refusal; panics when it is none, or lacks a text.
pub fn code((status, answer): &(u16, Value)) -> (u16, &str) {
    assert_eq!(answer["success"], false, "{answer}");
    assert!(answer["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
    (*status, answer["error"]["code"].as_str().expect("a code"))
}
