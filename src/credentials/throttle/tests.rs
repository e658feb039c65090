use super::*;
use std::net::Ipv4Addr;

const SECOND: Duration = Duration::from_secs(1);

/// 10 failures per account and address, 100 from everywhere, 100 per address, within 15 minutes.
fn throttle() -> Throttle {
    Throttle::of_passwords(&Limits::default())
}

fn address(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(number).into()
}

fn attempt(account: &str, from: impl Into<Origin>) -> Attempt<'_> {
    let Origin(address, device) = from.into();
    Attempt { account, address, device }
}

/// Where somebody comes from: an address, and perhaps with a pass.
#[derive(Clone, Copy)]
struct Origin(IpAddr, Option<SessionId>);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self(address, None)
    }
}

fn retry_after(throttle: &Throttle, account: &str, from: impl Into<Origin>, now: Duration) -> Option<Duration> {
    match throttle.check_at(attempt(account, from), now) {
        Ok(()) => None,
        Err(Error::RateLimited { retry_after }) => Some(retry_after),
        Err(other) => panic!("{other}"),
    }
}

/// Fails until it is not let in any more; how often that was.
fn guess(throttle: &Throttle, account: &str, from: impl Into<Origin> + Copy, now: Duration) -> usize {
    let let_in = || retry_after(throttle, account, from, now).is_none();
    std::iter::from_fn(|| let_in().then(|| throttle.failed_at(attempt(account, from), now))).take(100_000).count()
}

#[test]
fn guesses_are_let_in_until_the_budget_is_used_up_and_again_when_it_says() {
    let throttle = throttle();
    assert_eq!(guess(&throttle, "kim", address(1), SECOND), 10);
    let wait = retry_after(&throttle, "kim", address(1), SECOND).expect("throttled");
    assert_eq!(wait, Duration::from_secs(90));
    assert!(retry_after(&throttle, "kim", address(1), SECOND + wait - Duration::from_millis(1)).is_some());
    assert_eq!(guess(&throttle, "kim", address(1), SECOND + wait), 1);
    assert_eq!(guess(&throttle, "kim", address(1), SECOND * 10_000), 10);
}

#[test]
fn logins_that_succeed_are_not_counted_and_clear_the_slips_before_them() {
    let throttle = throttle();
    for _ in 0..1_000 {
        assert_eq!(retry_after(&throttle, "kim", address(1), SECOND), None);
        throttle.failed_at(attempt("kim", address(1)), SECOND);
        throttle.succeeded_at(attempt("kim", address(1)), SECOND);
    }
}

#[test]
fn one_address_that_tries_many_accounts_is_stopped_and_others_are_not() {
    let throttle = throttle();
    let tried = (0..1_000).filter(|number| {
        let account = format!("user{number}");
        let let_in = retry_after(&throttle, &account, address(1), SECOND).is_none();
        throttle.failed_at(attempt(&account, address(1)), SECOND);
        let_in
    });
    assert_eq!(tried.count(), 100);
    assert_eq!(retry_after(&throttle, "user1", address(2), SECOND), None);
}

#[test]
fn an_ipv6_subscriber_cannot_evade_with_further_addresses_of_his_network() {
    let throttle = throttle();
    let from = |host: u32| -> IpAddr { format!("2001:db8::{host:x}").parse().expect("an address") };
    assert_eq!((0..100).map(|host| guess(&throttle, "kim", from(host), SECOND)).sum::<usize>(), 10);
}

#[test]
fn many_addresses_together_have_one_budget_for_an_account() {
    let throttle = throttle();
    let guesses: usize = (0..1_000).map(|number| guess(&throttle, "kim", address(number), SECOND)).sum();
    assert_eq!(guesses, 100);
    assert_eq!(retry_after(&throttle, "lee", address(5), SECOND), None);
}

#[test]
fn nobody_can_lock_somebody_out_of_a_place_where_he_has_logged_in_before() {
    let throttle = throttle();
    throttle.succeeded_at(attempt("kim", address(1)), SECOND);
    for number in 2..1_000 {
        guess(&throttle, "kim", address(number), SECOND);
    }
    for number in 0..1_000 {
        throttle.failed_at(attempt(&format!("user{number}"), address(1)), SECOND);
    }
    assert_eq!(retry_after(&throttle, "kim", address(1), SECOND), None);
    assert!(retry_after(&throttle, "lee", address(1), SECOND).is_some());
    assert_eq!(guess(&throttle, "kim", address(1), SECOND), 10);
}

#[test]
fn nobody_can_lock_a_browser_out_that_somebody_has_logged_in_with_wherever_it_is() {
    let throttle = throttle();
    for number in 2..1_000 {
        guess(&throttle, "kim", address(number), SECOND);
    }
    let [known, other] = [(), ()].map(|()| Origin(address(5), Some(SessionId::generate())));
    assert!(retry_after(&throttle, "kim", address(5), SECOND).is_some(), "who has no pass waits");
    assert_eq!(guess(&throttle, "kim", known, SECOND), 10, "its own guesses count");
    assert_eq!(guess(&throttle, "kim", Origin(address(6), known.1), SECOND), 0, "wherever it is");
    assert_eq!(retry_after(&throttle, "kim", other, SECOND), None);
    assert_eq!(retry_after(&throttle, "lee", address(7), SECOND), None, "and for it alone");
}

#[test]
fn however_many_browsers_somebody_has_logged_in_with_their_guesses_are_few_together() {
    let throttle = throttle();
    let browser = || Origin(address(5), Some(SessionId::generate()));
    let guesses: usize = (0..1_000).map(|_| guess(&throttle, "kim", browser(), SECOND)).sum();
    assert_eq!(guesses, 100 + 100, "those of browsers, then those of an address");
    assert!(retry_after(&throttle, "kim", address(6), SECOND).is_some(), "and those of the account are used up, too");
    assert_eq!(retry_after(&throttle, "lee", Origin(address(5), Some(SessionId::generate())), SECOND), None);
    assert_eq!(retry_after(&throttle, "kim", browser(), SECOND * 10_000), None);
}

#[test]
fn who_has_the_passes_of_an_account_keeps_nobody_out_who_has_none() {
    let throttle = throttle();
    throttle.succeeded_at(attempt("kim", address(1)), SECOND);
    for number in 2..1_000 {
        guess(&throttle, "kim", Origin(address(number), Some(SessionId::generate())), SECOND);
    }
    assert_eq!(guess(&throttle, "kim", address(1), SECOND), 10);
}

/// As many as are let in at once.
fn fill<'a>(throttle: &'a Throttle, mut begin: impl FnMut() -> Attempt<'a>) -> Vec<UnderWay<'a>> {
    std::iter::from_fn(|| throttle.begin(begin()).ok()).take(1_000).collect()
}

#[test]
fn one_address_has_so_many_logins_under_way_and_leaves_room_to_others() {
    let throttle = throttle();
    let begun = fill(&throttle, || attempt("kim", address(1)));
    assert_eq!(begun.len(), UNDER_WAY as usize);
    assert!(throttle.begin_choosing(address(1)).is_err(), "who chooses a password waits in the same line");
    let known = Origin(address(1), Some(SessionId::generate()));
    for other in [attempt("kim", address(2)), attempt("kim", known)] {
        assert!(throttle.begin(other).is_ok(), "{other:?}");
    }
    drop(begun);
    assert!(throttle.begin(attempt("lee", address(1))).is_ok());
    assert!(throttle.state().under_way.is_empty(), "who has gone is forgotten");
}

#[test]
fn neither_many_passes_nor_many_accounts_fill_the_line_from_one_address() {
    let throttle = throttle();
    let browser = || Origin(address(1), Some(SessionId::generate()));
    let begun = fill(&throttle, || attempt("kim", browser()));
    assert_eq!(begun.len(), 2 * UNDER_WAY as usize, "those of its browsers, and those of the address");
    let elsewhere = Origin(address(2), browser().1);
    assert!(throttle.begin(attempt("kim", elsewhere)).is_ok(), "her other browser has a place where it is");
    let more: Vec<_> = ["lee", "choi", "park"].map(|name| fill(&throttle, || attempt(name, browser()))).into();
    let in_all = begun.len() + more.iter().map(Vec::len).sum::<usize>();
    assert_eq!(in_all, UNDER_WAY_IN_ALL as usize);
    assert!(throttle.begin_choosing(address(2)).is_ok());
    drop((begun, more));
    assert!(throttle.state().under_way.is_empty(), "who has gone is forgotten");
}

#[test]
fn memory_is_bounded_and_the_worst_offender_is_not_forgotten() {
    let throttle = throttle();
    guess(&throttle, "kim", address(0), SECOND);
    for number in 1..200_000 {
        throttle.failed_at(attempt("lee", address(number)), SECOND);
        throttle.failed_at(attempt(&number.to_string(), address(number)), SECOND);
        throttle.failed_at(attempt(&number.to_string(), Origin(address(0), Some(SessionId::generate()))), SECOND);
        throttle.succeeded_at(attempt("lee", address(number)), SECOND + Duration::from_millis(number.into()));
    }
    assert!(retry_after(&throttle, "kim", address(0), SECOND).is_some());
    assert_eq!(guess(&throttle, "lee", address(199_999), SECOND * 200), 10, "the last one who logged in is familiar");
    let state = throttle.state();
    let State { pairs, addresses, accounts, browsers, familiar, .. } = &*state;
    for map in [&pairs.recovered, &addresses.recovered, &accounts.recovered, &browsers.recovered, familiar] {
        assert!(map.len() <= MAX_ENTRIES, "{}", map.len());
    }
}
