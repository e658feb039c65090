//! Two writers on one connection: whatever the system takes at a time, frames arrive whole and each writer's in order.

use super::*;
use socket2::{Domain, Socket, Type};
use std::net::Ipv4Addr;
use std::pin::pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
async fn connection() -> (Wire, Peer, TcpStream) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.set_send_buffer_size(4096).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(1).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener.into()).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, address) = listener.accept().await.unwrap();
    let (wire, peer) = Wire::new(stream, address);
    (wire, peer, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_two_writers_arrive_whole_and_in_their_order() {
    let (mut wire, peer, mut client) = connection().await;
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
    let (mut wire, peer, mut client) = connection().await;
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
    let (mut wire, peer, mut client) = connection().await;
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
    let (mut wire, peer, client) = connection().await;
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
    let (wire, _peer, _client) = connection().await;
    let given_up_after = SockRef::from(&wire.0.stream).tcp_user_timeout().unwrap();
    assert_eq!(given_up_after, Some(UNACKNOWLEDGED));
}

#[tokio::test]
async fn a_paused_connection_is_read_when_it_is_resumed() {
    let (mut wire, peer, mut client) = connection().await;
    peer.pause_reading();
    client.write_all(b"!").await.unwrap();
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
