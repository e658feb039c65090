//! Two writers on one connection, over TCP alone and inside of TLS: whatever the system takes at a time, frames arrive
//! whole and each writer's in order.

use super::*;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use socket2::{Domain, Socket, Type};
use std::net::Ipv4Addr;
use std::pin::pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

#[derive(Clone, Copy, Debug)]
enum Carrier {
    Tcp,
    Tls,
}

const CARRIERS: [Carrier; 2] = [Carrier::Tcp, Carrier::Tls];

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

const CONNECTED: &[u8] = b"\x81\x0b40{\"sid\":1}";
const FRAMES: u32 = 400;
const LENGTH: u16 = 20_000;

/// A frame of one letter, and its number.
fn frame(letter: u8, number: u32) -> Vec<u8> {
    let mut frame = vec![0x81, 126];
    frame.extend(LENGTH.to_be_bytes());
    frame.extend(number.to_be_bytes());
    frame.resize(4 + usize::from(LENGTH), letter);
    frame
}

/// A connection that takes little at a time, and its other end.
async fn connection(carrier: Carrier) -> (Wire, Peer, Box<dyn Stream>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.set_send_buffer_size(4096).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(1).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener.into()).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, address) = listener.accept().await.unwrap();
    match carrier {
        Carrier::Tcp => {
            let (wire, peer) = Wire::new(stream, address, ());
            (wire, peer, Box::new(client))
        }
        Carrier::Tls => {
            let (server, connector) = configured();
            let name = ServerName::try_from("chat.example").unwrap();
            let (server, client) =
                tokio::join!(Transport::shake_hands(stream, server), connector.connect(name, client));
            let (wire, peer) = Wire::new(server.unwrap(), address, ());
            (wire, peer, Box::new(client.unwrap()))
        }
    }
}

/// The two ends of TLS, of which the client trusts the server.
fn configured() -> (Arc<ServerConfig>, TlsConnector) {
    let provider = Arc::new(crypto::ring::default_provider());
    let made = rcgen::generate_simple_self_signed(vec!["chat.example".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let server = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let server = server.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    (Arc::new(server), TlsConnector::from(Arc::new(client)))
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_two_writers_arrive_whole_and_in_their_order() {
    for carrier in CARRIERS {
        two_writers(carrier).await;
    }
}

async fn two_writers(carrier: Carrier) {
    let (mut wire, peer, mut client) = connection(carrier).await;
    peer.expect_websocket();
    peer.push(Bytes::from(frame(b'p', 0))).unwrap();
    peer.flush();
    let layer = tokio::spawn(async move {
        wire.write_all(CONNECTED).await.unwrap();
        for number in 0..FRAMES {
            wire.write_all(&frame(b'l', number)).await.unwrap();
        }
        wire
    });
    let direct = tokio::spawn(async move {
        for number in 1..FRAMES {
            peer.room().await.unwrap();
            peer.push(Bytes::from(frame(b'p', number))).unwrap();
            peer.flush();
        }
        peer
    });
    let mut first = [0; CONNECTED.len()];
    client.read_exact(&mut first).await.unwrap();
    assert_eq!(first, *CONNECTED, "nothing is told before the client knows that it is connected");
    let mut next = [0, 0];
    for _ in 0..2 * FRAMES {
        let mut read = vec![0; 4 + usize::from(LENGTH)];
        client.read_exact(&mut read).await.unwrap();
        let writer = usize::from(read.last() == Some(&b'p'));
        assert!(read == frame(if writer == 1 { b'p' } else { b'l' }, next[writer]), "a torn frame");
        next[writer] += 1;
    }
    assert_eq!(next, [FRAMES, FRAMES]);
    drop((layer.await.unwrap(), direct.await.unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_layer_gets_its_turn_though_frames_from_elsewhere_never_run_dry() {
    for carrier in CARRIERS {
        a_turn(carrier).await;
    }
}

async fn a_turn(carrier: Carrier) {
    let (mut wire, peer, mut client) = connection(carrier).await;
    peer.expect_websocket();
    wire.write_all(CONNECTED).await.unwrap();
    let full = Arc::new(Notify::new());
    let begun = full.clone();
    let pushing = tokio::spawn(async move {
        let mut number = 0;
        while peer.is_open() {
            let overflows = peer.push(Bytes::from(frame(b'p', number))).is_err();
            number += u32::from(!overflows);
            peer.flush();
            if overflows {
                full.notify_one();
            }
            if overflows || number % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
    });
    begun.notified().await;
    let ping = tokio::spawn(async move {
        wire.write_all(&frame(b'l', 0)).await.unwrap();
        wire
    });
    client.read_exact(&mut [0; CONNECTED.len()]).await.unwrap();
    let heard = async {
        let mut read = vec![0; 4 + usize::from(LENGTH)];
        while read.last() != Some(&b'l') {
            client.read_exact(&mut read).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard).await.expect("the layer is heard");
    drop((ping.await.unwrap(), client));
    pushing.await.unwrap();
}

#[tokio::test]
async fn a_client_is_connected_though_the_word_stands_behind_a_pong_and_a_long_refusal() {
    for carrier in CARRIERS {
        connected_at_last(carrier).await;
    }
}

async fn connected_at_last(carrier: Carrier) {
    let (mut wire, peer, mut client) = connection(carrier).await;
    peer.expect_websocket();
    peer.push(Bytes::from(frame(b'p', 0))).unwrap();
    let reason = format!(r#"44{{"message":"{}"}}"#, "x".repeat(300));
    let mut layers = b"\x8a\x02hi\x81\x7e".to_vec();
    layers.extend(u16::try_from(reason.len()).unwrap().to_be_bytes());
    layers.extend(reason.as_bytes());
    wire.write_all(&layers).await.unwrap();
    layers.extend(CONNECTED);
    wire.write_all(&layers).await.unwrap();
    let refused = layers.len() - CONNECTED.len();
    let mut read = vec![0; refused + layers.len() + 4 + usize::from(LENGTH)];
    client.read_exact(&mut read).await.unwrap();
    assert_eq!(read[refused..refused + layers.len()], layers);
    assert_eq!(read[refused + layers.len()..], frame(b'p', 0));
}

#[tokio::test]
async fn who_takes_nothing_overflows_and_holds_nothing_once_the_layer_is_gone() {
    for carrier in CARRIERS {
        an_overflow(carrier).await;
    }
}

async fn an_overflow(carrier: Carrier) {
    let (mut wire, peer, client) = connection(carrier).await;
    peer.expect_websocket();
    wire.write_all(CONNECTED).await.unwrap();
    let mut taken = 0;
    while peer.push(Bytes::from(frame(b'p', taken))).is_ok() {
        peer.flush();
        taken += 1;
    }
    assert!(taken > 100, "{taken} frames are no flood");
    drop(wire);
    while peer.is_open() {
        tokio::task::yield_now().await;
    }
    drop(client);
}

/// That it then ends is the system's part.
#[tokio::test]
async fn who_acknowledges_nothing_is_given_up_by_the_system() {
    let (wire, _peer, _client) = connection(Carrier::Tcp).await;
    let given_up_after = SockRef::from(wire.0.transport.tcp()).tcp_user_timeout().unwrap();
    assert_eq!(given_up_after, Some(UNACKNOWLEDGED));
}

#[tokio::test]
async fn a_paused_connection_is_read_when_it_is_resumed() {
    for carrier in CARRIERS {
        a_pause(carrier).await;
    }
}

async fn a_pause(carrier: Carrier) {
    let (mut wire, peer, mut client) = connection(carrier).await;
    peer.pause_reading();
    client.write_all(b"!").await.unwrap();
    client.flush().await.unwrap();
    let read = async { wire.read_u8().await.unwrap() };
    let resume = async {
        // Whatever could be read has come by then.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        peer.resume_reading();
        "resumed"
    };
    let mut read = pin!(read);
    tokio::select! {
        byte = &mut read => panic!("read {byte} while paused"),
        _ = resume => {}
    }
    assert_eq!(read.await, b'!');
}

/// What TLS has taken and the system has not is sent though nobody writes anything more.
#[tokio::test]
async fn a_large_frame_arrives_to_its_end_though_nothing_follows_it() {
    for carrier in CARRIERS {
        let (mut wire, peer, mut client) = connection(carrier).await;
        peer.expect_websocket();
        wire.write_all(CONNECTED).await.unwrap();
        client.read_exact(&mut [0; CONNECTED.len()]).await.unwrap();
        let large: Bytes = (0..3_000_000_u32).map(|at| at as u8).collect();
        peer.push(large.clone()).unwrap();
        peer.flush();
        let mut read = vec![0; large.len()];
        client.read_exact(&mut read).await.unwrap();
        assert!(read == large, "{carrier:?}: a torn frame");
    }
}

#[tokio::test]
async fn what_was_written_arrives_before_the_farewell() {
    for carrier in CARRIERS {
        let (mut wire, _peer, mut client) = connection(carrier).await;
        let text = vec![b'x'; 500_000];
        let written = text.clone();
        let writing = tokio::spawn(async move {
            wire.write_all(&written).await.unwrap();
            wire.shutdown().await.unwrap();
        });
        let mut read = Vec::new();
        // A TLS session that ends without its farewell is an error here.
        client.read_to_end(&mut read).await.unwrap();
        assert!(read == text, "{carrier:?}: {} of {} bytes", read.len(), text.len());
        writing.await.unwrap();
    }
}

/// Whoever never takes what is encrypted for them holds no more of it than the bound.
#[tokio::test]
async fn tls_takes_no_more_ahead_of_the_system_than_its_bound() {
    let (wire, _peer, _client) = connection(Carrier::Tls).await;
    let (mut taken, piece) = (0, vec![b'x'; 64 * 1024]);
    while let Ok(written) = wire.0.transport.try_write_vectored(&[IoSlice::new(&piece)]) {
        assert!(written <= 32 * 1024, "{written} bytes at once");
        taken += written;
        assert!(taken < 64 * 1024 * 1024, "it never says that nothing more fits");
    }
    let again = wire.0.transport.try_write_vectored(&[IoSlice::new(&piece)]);
    assert_eq!(again.unwrap_err().kind(), io::ErrorKind::WouldBlock);
}
