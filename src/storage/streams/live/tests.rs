use super::*;

fn begun(message: MessageId, author: UserId) -> Begun {
    let stored = Stored { message_key: 1, room_key: 1, author_key: 1, direct: false };
    Begun { message, stored, author, client: None, chunks_per_second: NonZeroU32::MAX }
}

fn feed(live: &Live, author: UserId, message: MessageId, index: i64) -> Option<Result<()>> {
    live.feed(author, None, Chunk { message, index, text: "x".to_owned(), most: 100 }, |_| {})
}

#[test]
fn what_a_failed_transaction_began_or_ended_is_as_it_was() {
    let live = Arc::new(Live::default());
    let (author, message) = (UserId::generate(), MessageId { room: RoomId::generate(), seq: 1 });
    drop(live.begin(begun(message, author)));
    assert!(feed(&live, author, message, 0).is_none(), "it was never open");

    live.begin(begun(message, author)).keep();
    assert!(matches!(feed(&live, author, message, 0), Some(Ok(()))));
    let (so_far, change) = live.end(message).expect("it is open");
    assert_eq!((so_far.text.as_str(), so_far.next_index), ("x", 1));
    assert!(matches!(feed(&live, author, message, 1), Some(Err(Error::Conflict(_)))), "it is about to end");
    assert!(live.end(message).is_none() && live.unwritten().is_empty());
    drop(change);
    assert!(matches!(feed(&live, author, message, 1), Some(Ok(()))), "it goes on where it was");

    live.end(message).expect("it is open").1.keep();
    assert!(feed(&live, author, message, 2).is_none());
}

#[test]
fn what_was_not_written_is_written_the_next_time() {
    let live = Arc::new(Live::default());
    let (author, message) = (UserId::generate(), MessageId { room: RoomId::generate(), seq: 1 });
    live.begin(begun(message, author)).keep();
    assert!(live.unwritten().is_empty());
    for index in 0..3 {
        feed(&live, author, message, index);
    }
    assert_eq!(live.unwritten().len(), 1);
    live.written(&[(message, 2)]);
    assert_eq!(live.unwritten().iter().map(|text| text.next_index).collect::<Vec<_>>(), [3]);
    live.written(&[(message, 3)]);
    assert!(live.unwritten().is_empty());
}
