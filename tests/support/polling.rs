//! Engine.IO over long-polling.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Response,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use tokio::sync::watch;

use super::{
    link::{Outbox, Outgoing, Phase},
    log::Log,
    options::{ConnectError, Options},
    packet::EnginePacket,
};

/// Longer than a server holds back a poll: its ping interval, which is 25 s by default.
const BOUND: Duration = Duration::from_secs(60);

/// What stands between two packets in one body.
const SEPARATOR: &str = "\u{1e}";

/// The most bytes of packets that are sent together; a larger packet travels alone.
const BATCH: usize = 65_536;

/// A long-polling connection: a loop of GETs that wait for packets, and POSTs one after the other.
#[derive(Clone)]
pub struct Polling {
    client: Client,
    address: String,
    sid: String,
}

impl Polling {
    pub async fn open(url: &str, options: &Options) -> Result<Self, ConnectError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &options.headers {
            let name: HeaderName = name.parse().map_err(ConnectError::failed)?;
            let value = HeaderValue::from_str(value).map_err(ConnectError::failed)?;
            headers.insert(name, value);
        }
        let client = Client::builder().no_proxy().timeout(BOUND).default_headers(headers);
        let client = match &options.trust {
            Some(trust) => trust.applied(client),
            None => client,
        };
        let client = client.build().map_err(ConnectError::failed)?;
        let address = format!("{url}/socket.io/?EIO=4&transport=polling");
        let response = client.get(&address).send().await;
        let response = response.map_err(ConnectError::failed)?;
        let status = response.status().as_u16();
        let body = response.text().await.map_err(ConnectError::failed)?;
        if status != 200 {
            return Err(ConnectError::Http { status, body });
        }
        let sid = handshake_sid(&body).ok_or_else(|| ConnectError::Failed(format!("{body:?} is no handshake")))?;
        let address = format!("{address}&sid={sid}");
        Ok(Self { client, address, sid })
    }

    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Polls until the connection ends or a websocket takes over. A pause takes effect after the poll under way,
    /// because breaking that off would lose what it carries.
    pub async fn read(self, mut phase: watch::Receiver<Phase>, answers: Outgoing, log: Arc<Log>) {
        loop {
            match phase.wait_for(|now| *now != Phase::Paused).await.as_deref() {
                Ok(Phase::Live) => {}
                Ok(Phase::Paused | Phase::HandingOver) | Err(_) => return,
            }
            let body = match text_of(self.client.get(&self.address).send().await).await {
                Ok(body) => body,
                Err(reason) => return log.close(reason),
            };
            if body.is_empty() {
                // How the server lets go of a poll whose session has ended; clients take it as the end, too.
                return log.close("an empty poll".to_owned());
            }
            for packet in body.split(SEPARATOR) {
                if let Some(answer) = log.receive(packet) {
                    // The writing side has ended when this fails, and has told the log why.
                    let _ = answers.send(answer);
                }
                if let Ok(EnginePacket::Close) = EnginePacket::parse(packet) {
                    return log.close("a close packet".to_owned());
                }
            }
        }
    }

    /// Posts packets in order until the connection ends, or until a websocket takes over: it gets the outbox then.
    pub async fn write(self, mut outbox: Outbox, mut phase: watch::Receiver<Phase>, log: Arc<Log>) -> Outbox {
        loop {
            let mut body = tokio::select! {
                biased;
                _ = phase.wait_for(|now| *now == Phase::HandingOver) => return outbox,
                packet = outbox.recv() => match packet {
                    Some(packet) => packet,
                    None => return outbox,
                },
            };
            while body.len() < BATCH
                && let Ok(packet) = outbox.try_recv()
            {
                body.push_str(SEPARATOR);
                body.push_str(&packet);
            }
            let request = self.client.post(&self.address);
            let request = request.header("content-type", "text/plain;charset=UTF-8");
            match text_of(request.body(body).send().await).await {
                Ok(answer) if answer == "ok" => {}
                Ok(answer) => log.breach(format!("a POST was answered {answer:?}")),
                Err(reason) => {
                    log.close(reason);
                    return outbox;
                }
            }
        }
    }
}

fn handshake_sid(body: &str) -> Option<String> {
    let Ok(EnginePacket::Open(handshake)) = EnginePacket::parse(body) else {
        return None;
    };
    let handshake: Value = serde_json::from_str(handshake).ok()?;
    Some(handshake["sid"].as_str()?.to_owned())
}

/// The body of a successful answer, or why the connection is over.
async fn text_of(answer: reqwest::Result<Response>) -> Result<String, String> {
    let response = answer.map_err(|error| error.to_string())?;
    let status = response.status();
    let body = response.text().await.map_err(|error| error.to_string())?;
    if status.is_success() { Ok(body) } else { Err(format!("HTTP {status}: {body}")) }
}
