//! Engine.IO over a websocket.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue},
    },
};

use super::{
    link::{CLOSE, Outbox, Outgoing, Phase},
    log::Log,
    options::{ConnectError, Options},
    packet::EnginePacket,
};

const BOUND: Duration = Duration::from_secs(10);

/// TCP, or TLS over it.
trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

type Stream = WebSocketStream<Box<dyn Carrier>>;

/// A websocket that is open and not served yet.
pub struct WebSocket {
    stream: Stream,
    tcp: std::net::TcpStream,
}

impl WebSocket {
    /// Opens a websocket and a new Engine.IO connection on it.
    pub async fn open(url: &str, options: &Options) -> Result<Self, ConnectError> {
        let mut websocket = Self::dial(url, options, "").await?;
        let first = websocket.read_text().await?;
        match EnginePacket::parse(&first) {
            Ok(EnginePacket::Open(_)) => Ok(websocket),
            _ => Err(ConnectError::Failed(format!("{first:?} came instead of the handshake"))),
        }
    }

    /// Opens a websocket beside the long-polling connection `sid` and asks whether it carries.
    pub async fn probe(url: &str, options: &Options, sid: &str) -> Result<Self, ConnectError> {
        let mut websocket = Self::dial(url, options, &format!("&sid={sid}")).await?;
        websocket.write("2probe").await?;
        let answer = websocket.read_text().await?;
        match EnginePacket::parse(&answer) {
            Ok(EnginePacket::Pong("probe")) => Ok(websocket),
            _ => Err(ConnectError::Failed(format!("{answer:?} came instead of the probe's answer"))),
        }
    }

    /// Makes a probed websocket the transport of its connection.
    pub async fn take_over(&mut self) -> Result<(), ConnectError> {
        self.write("5").await
    }

    async fn dial(url: &str, options: &Options, query: &str) -> Result<Self, ConnectError> {
        let (_, host) = url.split_once("://").ok_or_else(|| ConnectError::Failed(format!("{url} is no address")))?;
        let authority = host.split_once('/').map_or(host, |(authority, _)| authority);
        let address: SocketAddr = match (&options.trust, authority.rsplit_once(':')) {
            (Some(_), Some((_, port))) => (Ipv4Addr::LOCALHOST, port.parse().map_err(ConnectError::failed)?).into(),
            _ => authority.parse().map_err(ConnectError::failed)?,
        };
        let path = format!("ws://{host}/socket.io/?EIO=4&transport=websocket{query}");
        let mut request = path.into_client_request().map_err(ConnectError::failed)?;
        for (name, value) in &options.headers {
            let value = HeaderValue::from_str(value).map_err(ConnectError::failed)?;
            let name: HeaderName = name.parse().map_err(ConnectError::failed)?;
            request.headers_mut().insert(name, value);
        }
        let dialling = async {
            let (tcp, second) = connect_tcp(address, options.receive_buffer).await.map_err(ConnectError::failed)?;
            let carrier: Box<dyn Carrier> = match &options.trust {
                None => Box::new(tcp),
                Some(trust) => {
                    let name = ServerName::try_from(trust.name.clone()).map_err(ConnectError::failed)?;
                    let connector = trust.connector(&[b"http/1.1"]);
                    Box::new(connector.connect(name, tcp).await.map_err(ConnectError::failed)?)
                }
            };
            let (stream, _) = client_async(request, carrier).await.map_err(refusal)?;
            Ok(Self { stream, tcp: second })
        };
        timeout(BOUND, dialling).await.unwrap_or_else(|_| Err(ConnectError::failed("no websocket in time")))
    }

    async fn write(&mut self, packet: &str) -> Result<(), ConnectError> {
        let sent = self.stream.send(Message::text(packet)).await;
        sent.map_err(ConnectError::failed)
    }

    async fn read_text(&mut self) -> Result<String, ConnectError> {
        match timeout(BOUND, self.stream.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => Ok(text.to_string()),
            Ok(other) => Err(ConnectError::Failed(format!("{other:?} came instead of a packet"))),
            Err(_) => Err(ConnectError::failed("no packet in time")),
        }
    }

    /// The reading and the writing side, to be run beside each other, so that neither ever waits for the other;
    /// and a second handle of the TCP connection.
    pub fn serve(
        self,
        outbox: Outbox,
        phase: watch::Receiver<Phase>,
        answers: Outgoing,
        log: Arc<Log>,
    ) -> (std::net::TcpStream, impl Future<Output = ()>, impl Future<Output = ()>) {
        let (sink, stream) = self.stream.split();
        let reading = read(stream, phase, answers, log);
        (self.tcp, reading, write(sink, outbox))
    }
}

async fn connect_tcp(
    address: SocketAddr,
    receive_buffer: Option<u32>,
) -> std::io::Result<(TcpStream, std::net::TcpStream)> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    let tcp = socket.connect(address).await?;
    tcp.set_nodelay(true)?;
    let tcp = tcp.into_std()?;
    let second = tcp.try_clone()?;
    Ok((TcpStream::from_std(tcp)?, second))
}

/// An answer other than the upgrade, told as what it is.
fn refusal(error: Error) -> ConnectError {
    let Error::Http(response) = error else {
        return ConnectError::failed(error);
    };
    let status = response.status().as_u16();
    let body = response.into_body().unwrap_or_default();
    ConnectError::Http { status, body: String::from_utf8_lossy(&body).into_owned() }
}

async fn read(mut stream: SplitStream<Stream>, mut phase: watch::Receiver<Phase>, answers: Outgoing, log: Arc<Log>) {
    let mut farewell = None;
    loop {
        if phase.wait_for(|now| *now == Phase::Live).await.is_err() {
            return;
        }
        let frame = tokio::select! {
            frame = stream.next() => frame,
            _ = phase.changed() => continue,
        };
        match frame {
            Some(Ok(Message::Text(text))) => {
                if let Some(answer) = log.receive(&text) {
                    // It fails only when the writing side has met the end, which is soon met here too.
                    let _ = answers.send(answer);
                }
            }
            Some(Ok(Message::Binary(_))) => log.breach("a binary frame came".to_owned()),
            Some(Ok(Message::Close(frame))) => {
                farewell = Some(frame.map_or("a close frame".to_owned(), |frame| frame.to_string()));
            }
            // Tungstenite answers pings itself.
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                return log.close(farewell.unwrap_or_else(|| error.to_string()));
            }
            None => return log.close(farewell.unwrap_or_else(|| "end of stream".to_owned())),
        }
    }
}

async fn write(mut sink: SplitSink<Stream, Message>, mut outbox: Outbox) {
    while let Some(packet) = outbox.recv().await {
        let frame = match packet.as_str() {
            // Over a websocket, its own close frame is what ends the connection.
            CLOSE => Message::Close(None),
            _ => Message::text(packet),
        };
        let mut sent = sink.feed(frame).await;
        if sent.is_ok() && outbox.is_empty() {
            sent = sink.flush().await;
        }
        if sent.is_err() {
            // The reading side may still have the server's last words before it; it tells the end and its reason.
            return;
        }
    }
}
