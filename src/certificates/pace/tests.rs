use super::*;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn patience_grows_and_stays_below_what_authorities_allow() {
    let seconds = |fault: &Fault| (0..9).map(|failures| patience(fault, failures).as_secs()).collect::<Vec<_>>();
    let unreached = seconds(&Fault::Unreachable(String::new()));
    assert_eq!(unreached, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    assert_eq!(seconds(&Fault::Unfinished(String::new())), unreached);
    let refused = seconds(&Fault::Unproven(String::new()));
    assert_eq!(refused, [300, 900, 2_700, 8_100, 24_300, 43_200, 43_200, 43_200, 43_200]);
    // The first attempt proves in two ways, each later one in one; and waits may be a fifth shorter.
    let within_an_hour = refused.iter().scan(0.0, |at, wait| {
        *at += *wait as f64 * 0.8;
        Some(*at)
    });
    assert!(2 + within_an_hour.filter(|at| *at < 3_600.0).count() <= 5);
    assert_eq!(patience(&Fault::Refused(String::new()), u32::MAX), REFUSED_MOST);
}

#[test]
fn an_attempt_that_is_cut_off_counts_like_one_that_was_refused() {
    let now = Timestamp::from_millis(0);
    for failures in 0..8 {
        let mut attempts = Attempts { failures, ..Attempts::default() };
        begin(&mut attempts, now);
        let wait = attempts.not_before.unwrap().since(now);
        assert_eq!(attempts.failures, failures + 1);
        assert!(wait >= refused(failures).mul_f64(0.8), "{failures}: {wait:?}");
    }
}

/// Good from 2026-01-01 to 2026-04-01: 90 days.
fn pair() -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec!["chat.example".to_owned()]).unwrap();
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2026, 4, 1));
    let certificate = parameters.self_signed(&key).unwrap().pem();
    Pair::read(certificate.as_bytes(), key.serialize_pem().as_bytes()).unwrap()
}

#[test]
fn a_certificate_is_renewed_a_third_before_its_end_whatever_the_clock_said_when_it_came() {
    let pair = pair();
    let (from, usual) = (pair.validity.not_before, pair.validity.not_after - 30 * DAY);
    assert_eq!(renewal(&pair, None, from), usual);
    assert_eq!(renewal(&pair, Some(from), from + DAY), usual);
    assert_eq!(renewal(&pair, Some(from + 59 * DAY), from + DAY), usual, "the clock was 59 days ahead");
    assert_eq!(renewal(&pair, Some(from - 3_650 * DAY), from + DAY), usual, "the clock was years behind");
    let late = renewal(&pair, Some(from + 70 * DAY), from + 71 * DAY);
    assert!(late < pair.validity.not_after, "it came late: {late}");
}

#[test]
fn a_clock_that_is_ahead_does_not_have_it_fetched_without_end() {
    let pair = pair();
    let ahead = pair.validity.not_after + 100 * DAY;
    assert_eq!(renewal(&pair, Some(ahead), ahead), ahead + REFUSED_MOST);
}
