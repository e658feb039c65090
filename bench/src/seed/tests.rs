use super::*;
use crate::population::{Layout, Population};
use maru::data_dir;
use maru::ids::{RoomId, UserId};
use maru::storage::{Opened, Place, Storage};

async fn user_of(data: &Path, person: usize) -> UserId {
    let options = SqliteConnectOptions::new().filename(data.join("maru.db"));
    let mut db = SqliteConnection::connect_with(&options).await.unwrap();
    let username = crate::population::username(person);
    let query = sqlx::query_scalar("SELECT pid FROM users WHERE username = ?").bind(username);
    let pid: String = query.fetch_one(&mut db).await.unwrap();
    pid.parse().unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn what_was_seeded_reads_as_if_it_had_been_sent() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let population = Population::in_maru(Layout::apart(3, 4), &data).await.unwrap();
    write(&data, &population.rooms, History { messages: 1_100, spread: Spread::Zipf }, &texts::all()).await.unwrap();
    let user = user_of(&data, 0).await;
    let _claim = data_dir::claim(&data, "test").unwrap();
    let Opened { storage, .. } = Storage::open(&data, std::time::Duration::MAX).await.unwrap();
    let room: RoomId = population.rooms[0].parse().unwrap();

    let summary = storage.room_summary(user, room).await.unwrap();
    let said = i64::try_from(History { messages: 1_100, spread: Spread::Zipf }.shares(3)[0]).unwrap();
    assert_eq!(said, 600);
    let before = summary.room.last_seq - said;
    assert_eq!((summary.unread, summary.read_seq), (0, summary.room.last_seq));
    assert_eq!(summary.room.rev, summary.room.last_seq);
    let all = storage.history(user, room, Place::After(before), 1_000, None).await.unwrap().messages;
    assert_eq!(all.len(), 600);
    assert!(all.iter().zip(before + 1..).all(|(message, seq)| message.seq == seq && message.rev == seq));
    assert!(all.is_sorted_by_key(|message| message.created_at));
    let synced = storage.changes_since(user, room, summary.room.rev - 7).await.unwrap();
    assert_eq!((synced.messages.len(), synced.complete), (7, true));
    storage.close().await;
}

#[test]
fn the_shares_of_the_rooms_are_all_of_the_messages() {
    for spread in [Spread::Evenly, Spread::Zipf] {
        let shares = History { messages: 100_003, spread }.shares(500);
        assert_eq!(shares.iter().sum::<u64>(), 100_003);
        assert!(shares.is_sorted_by(|more, less| more >= less), "{spread:?}");
    }
}
