//! People with real accounts, made the way people make them.

use serde_json::{Value, json};

use super::{
    http::Http,
    options::{ConnectError, Options},
    socket::Socket,
};

/// The password of everybody whom a test makes.
pub const PASSWORD: &str = "wooden floor, open sky";

/// Somebody who is logged in once. A clone is the same person in the same session.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub session_id: String,
    pub access_token: String,
    pub refresh_token: String,
    http: Http,
}

impl Person {
    /// The HTTP interface with this person's access token.
    pub fn http(&self) -> Http {
        self.http.clone()
    }

    /// The same person in the same session, at another server.
    pub fn at(&self, http: &Http) -> Person {
        Person { http: http.clone().bearer(&self.access_token), ..self.clone() }
    }

    /// A websocket connection.
    pub async fn connect(&self) -> Socket {
        match self.connect_with(Options::websocket()).await {
            Ok(socket) => socket,
            Err(error) => panic!("{} could not connect: {error}", self.username),
        }
    }

    /// A connection with these options, as this person unless they name another `token`.
    pub async fn connect_with(&self, options: Options) -> Result<Socket, ConnectError> {
        let address = self.http.address();
        let options = options.auth_default("token", &self.access_token).trust_default(address.trust.as_ref());
        Socket::connect(&address.url(), options).await
    }

    /// Logs the same person in once more: a second session.
    pub async fn log_in(&self) -> Person {
        let login = json!({
            "username": self.username,
            "password": PASSWORD,
            "tokenTransport": "body",
        });
        let anonymous = Http::new(self.http.address().clone());
        let answer = anonymous.post_ok("/api/v1/auth/login", &login).await;
        Self::from_answer(&answer, &anonymous)
    }

    pub(super) async fn set_up(http: &Http, token: &str) -> Self {
        let setup = json!({
            "token": token,
            "username": "admin",
            "displayName": "Admin",
            "password": PASSWORD,
            "tokenTransport": "body",
        });
        Self::from_answer(&http.post_ok("/api/v1/setup", &setup).await, http)
    }

    pub(super) async fn invite(admin: &Person, http: &Http, username: &str) -> Self {
        Self::invite_with(admin, http, username, json!({ "uses": 1 })).await
    }

    pub(super) async fn invite_with(admin: &Person, http: &Http, username: &str, wish: Value) -> Self {
        let invite = admin.http.post_ok("/api/v1/invites", &wish).await;
        let registration = json!({
            "inviteCode": invite["code"],
            "username": username,
            "displayName": username,
            "password": PASSWORD,
            "tokenTransport": "body",
        });
        let answer = http.post_ok("/api/v1/auth/register", &registration).await;
        Self::from_answer(&answer, http)
    }

    fn from_answer(answer: &Value, http: &Http) -> Self {
        let text = |value: &Value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => panic!("a login's answer lacks a field: {answer}"),
        };
        let access_token = text(&answer["accessToken"]);
        Self {
            id: text(&answer["user"]["id"]),
            username: text(&answer["user"]["username"]),
            session_id: text(&answer["sessionId"]),
            refresh_token: text(&answer["refreshToken"]),
            http: http.clone().bearer(&access_token),
            access_token,
        }
    }
}
