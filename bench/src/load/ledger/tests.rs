use super::*;

const ROOM: &str = "01ROOM";

fn told(stamp: Stamp, seq: u64) -> String {
    format!(r#"["message:new",{{"message":{{"roomId":"{ROOM}","seq":{seq},"content":"{}"}}}}]"#, stamp.content("text"))
}

fn answer(seq: u64) -> String {
    format!(r#"[{{"success":true,"seq":{seq}}}]"#)
}

/// Two listeners, two messages; `hear` decides what they hear.
async fn outcome(hear: impl FnOnce(&Ledger, [Stamp; 2])) -> Result<()> {
    let ledger = Ledger::new(&[ROOM.to_owned()]);
    for _ in 0..2 {
        ledger.add_connection([0].into_iter());
    }
    let stamps = [ledger.sending(0, None), ledger.sending(0, None)];
    for (stamp, seq) in stamps.iter().zip(5..) {
        ledger.acked(stamp.message, answer(seq).as_bytes());
    }
    hear(&ledger, stamps);
    ledger.settle(Duration::from_millis(20)).await
}

fn broken(outcome: Result<()>) -> String {
    match outcome {
        Err(Failure::Broken(why)) => why,
        other => panic!("it was not found out: {other:?}"),
    }
}

#[tokio::test]
async fn everything_heard_once_and_in_order_is_well() {
    let all = |ledger: &Ledger, [first, second]: [Stamp; 2]| {
        for connection in 0..2 {
            ledger.heard(connection, told(first, 5).as_bytes());
            ledger.heard(connection, told(second, 6).as_bytes());
        }
    };
    outcome(all).await.unwrap();
}

#[tokio::test]
async fn a_lost_delivery_is_found_out() {
    let lost = |ledger: &Ledger, [first, second]: [Stamp; 2]| {
        ledger.heard(0, told(first, 5).as_bytes());
        ledger.heard(0, told(second, 6).as_bytes());
        ledger.heard(1, told(first, 5).as_bytes());
    };
    assert!(broken(outcome(lost).await).contains("3 of 4 deliveries came"));
}

#[tokio::test]
async fn a_doubled_delivery_is_found_out() {
    let doubled = |ledger: &Ledger, [first, second]: [Stamp; 2]| {
        for (connection, stamp, seq) in [(0, first, 5), (0, second, 6), (1, first, 5), (1, first, 5), (1, second, 6)] {
            ledger.heard(connection, told(stamp, seq).as_bytes());
        }
    };
    assert!(broken(outcome(doubled).await).contains("heard seq 5 of room number 0 after 5"));
}

#[tokio::test]
async fn a_disorder_is_found_out() {
    let disordered = |ledger: &Ledger, [first, second]: [Stamp; 2]| {
        for (connection, stamp, seq) in [(0, second, 6), (0, first, 5), (1, first, 5), (1, second, 6)] {
            ledger.heard(connection, told(stamp, seq).as_bytes());
        }
    };
    assert!(broken(outcome(disordered).await).contains("heard seq 5 of room number 0 after 6"));
}

#[tokio::test]
async fn another_seq_than_the_sender_was_told_is_found_out() {
    let swapped = |ledger: &Ledger, [first, second]: [Stamp; 2]| {
        for connection in 0..2 {
            ledger.heard(connection, told(second, 5).as_bytes());
            ledger.heard(connection, told(first, 6).as_bytes());
        }
    };
    assert!(broken(outcome(swapped).await).contains("but not the same"));
}

#[tokio::test]
async fn a_refusal_and_a_second_acknowledgement_are_found_out() {
    let ledger = Ledger::new(&[ROOM.to_owned()]);
    let stamp = ledger.sending(0, None);
    ledger.acked(stamp.message, br#"[{"success":false,"error":{"code":"internal"}}]"#);
    ledger.acked(stamp.message, answer(1).as_bytes());
    let why = broken(ledger.settle(Duration::from_millis(20)).await);
    assert!(why.contains("was refused") && why.contains("acknowledged twice"), "{why}");
}
