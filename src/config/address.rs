//! Addresses to listen on. `0.0.0.0` and `[::]` are every one that the machine has.

use std::net::SocketAddr;

fn is_everywhere(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_unspecified()
}

/// How people on this machine reach it, as `localhost:8080`.
pub fn reachable(address: SocketAddr) -> String {
    if is_everywhere(address) { format!("localhost:{}", address.port()) } else { address.to_string() }
}

/// Whether what is open is what is wanted, be it opened for IPv4 alone or for both.
pub fn is_same_place(open: SocketAddr, wanted: SocketAddr) -> bool {
    let is_same_ip = open.ip().to_canonical() == wanted.ip().to_canonical();
    open.port() == wanted.port() && (is_same_ip || (is_everywhere(open) && is_everywhere(wanted)))
}

/// Whether only one of the two can be listened on. Port 0 is another one each time.
pub(super) fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let is_same_ip = one.ip().to_canonical() == other.ip().to_canonical();
    one.port() == other.port() && one.port() != 0 && (is_same_ip || is_everywhere(one) || is_everywhere(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn every_address_is_one_place_however_it_is_written() {
        for everywhere in ["0.0.0.0:80", "[::]:80", "[::ffff:0.0.0.0]:80"] {
            assert_eq!(reachable(address(everywhere)), "localhost:80");
            for other in ["0.0.0.0:80", "[::]:80"] {
                assert!(is_same_place(address(everywhere), address(other)), "{everywhere} {other}");
            }
            for other in ["127.0.0.1:80", "[::1]:80"] {
                assert!(!is_same_place(address(everywhere), address(other)), "{everywhere} {other}");
                assert!(collide(address(everywhere), address(other)), "{everywhere} {other}");
                assert!(collide(address(other), address(everywhere)), "{everywhere} {other}");
            }
            assert!(!collide(address(everywhere), address("[::]:81")));
        }
        assert_eq!(reachable(address("[::1]:8080")), "[::1]:8080");
        assert!(is_same_place(address("[::ffff:127.0.0.1]:80"), address("127.0.0.1:80")));
        assert!(!collide(address("127.0.0.1:80"), address("127.0.0.2:80")));
        assert!(!collide(address("[::]:0"), address("127.0.0.1:0")));
    }
}
