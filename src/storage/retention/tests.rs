use super::*;
use crate::actor::By;
use crate::clock;
use crate::contract::{Message, ReportOutcome, ReportStatus, RoomKind, ServerRole, UpdateTeam};
use crate::ids::{MessageId, UserId};
use crate::storage::plans::{another, opened, person};
use crate::storage::{AppendMessage, FirstRoom, Meant, NewAccount, NewReport, NewRoom, Place, Whom};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(2 * 24 * 3_600);

async fn make_room(storage: &Storage, owner: UserId, participants: Vec<UserId>) -> RoomId {
    let room = NewRoom { kind: RoomKind::Private, name: Some("Room".to_owned()), topic: None, participants };
    storage.create_room(owner, room, 100).await.expect("a room").room.id
}

async fn send(storage: &Storage, author: UserId, room: RoomId, content: &str, root: Option<i64>) -> i64 {
    let message = AppendMessage {
        room,
        author,
        content: content.to_owned(),
        objection: None,
        client_message_id: None,
        reply_to: None,
        thread_root: root.map(|seq| crate::ids::MessageId { room, seq }),
        also_in_room: false,
        streamed: false,
        mentions: Meant::default(),
        files: Vec::new(),
        links: Vec::new(),
    };
    storage.append_message(message).await.expect("sent").seq
}

async fn joon(storage: &Storage) -> UserId {
    let account = NewAccount {
        username: crate::credentials::usernames::Username::parse("username", "joon").expect("a name"),
        display_name: "Joon".to_owned(),
        role: crate::contract::ServerRole::Member,
        bot: false,
        password_hash: None,
    };
    storage.create_account(account, None, FirstRoom::Nowhere).await.expect("an account").id
}

async fn page(storage: &Storage, user: UserId, room: RoomId) -> Vec<Message> {
    storage.history(user, room, Place::Newest, 100, None).await.expect("a page").messages
}

async fn expire_all(storage: &Storage, now: Timestamp) -> usize {
    let mut portions = 0;
    while storage.expire_messages(now).await.expect("a portion") {
        portions += 1;
    }
    portions
}

#[tokio::test]
async fn what_is_past_its_time_is_in_no_page_and_counts_for_nobody() {
    let (_folder, storage, mina) = opened().await;
    let joon = joon(&storage).await;
    let room = make_room(&storage, mina, vec![joon]).await;
    let root = send(&storage, mina, room, "a root", None).await;
    for number in 0..500 {
        send(&storage, mina, room, &format!("old {number}"), None).await;
    }
    send(&storage, joon, room, "a reply", Some(root)).await;
    let unread = storage.room_summary(joon, room).await.expect("a room").unread;
    assert_eq!(unread, 501);
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    assert_eq!(expire_all(&storage, clock::now()).await, 0, "nothing is a day old yet");

    let portions = expire_all(&storage, clock::now() + SOON).await;
    assert!(portions > 2, "{portions}");
    assert!(page(&storage, joon, room).await.is_empty());
    let summary = storage.room_summary(joon, room).await.expect("a room");
    assert_eq!(summary.unread, 0);
    assert_eq!(summary.room.cleared_before, summary.room.last_seq + 1);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE content <> '' OR system IS NOT NULL")
        .fetch_one(&storage.readers)
        .await
        .expect("a count");
    assert_eq!(left, 0);

    let next = send(&storage, mina, room, "new", None).await;
    assert_eq!(next, summary.room.last_seq + 1, "numbers stay without gaps");
    assert_eq!(page(&storage, joon, room).await.len(), 1);
    assert_eq!(storage.room_summary(joon, room).await.expect("a room").unread, 1);
    assert_eq!(storage.mark_read(joon, room, next).await.expect("read"), 0);
    assert_eq!(storage.mark_unread(joon, room, 1).await.expect("unread"), 1);
}

#[tokio::test]
async fn whoever_had_read_half_of_what_goes_has_the_rest_to_read() {
    let (_folder, storage, mina) = opened().await;
    let joon = joon(&storage).await;
    let room = make_room(&storage, mina, vec![joon]).await;
    let mut seqs = Vec::new();
    for number in 0..6 {
        let author = if number % 3 == 2 { joon } else { mina };
        seqs.push(send(&storage, author, room, "text", None).await);
    }
    storage.mark_unread(joon, room, seqs[0]).await.expect("unread again");
    storage.mark_read(joon, room, seqs[1]).await.expect("read");
    let before = storage.room_summary(joon, room).await.expect("a room").unread;
    assert_eq!(before, 2);
    // All but the last one are old.
    age(&storage, format!("seq < {}", seqs[5])).await;
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    expire_all(&storage, clock::now()).await;
    let summary = storage.room_summary(joon, room).await.expect("a room");
    assert_eq!((summary.unread, summary.room.cleared_before), (0, seqs[5]), "the last one is Joon's own");
    assert_eq!(storage.room_summary(mina, room).await.expect("a room").unread, 1);
    assert_eq!(page(&storage, mina, room).await.len(), 1);
}

#[tokio::test]
async fn whoever_comes_back_is_told_of_nothing_that_is_past_its_time_by_then() {
    let (_folder, storage, mina) = opened().await;
    let room = make_room(&storage, mina, vec![]).await;
    let known = storage.room_summary(mina, room).await.expect("a room").room.rev;
    send(&storage, mina, room, "old", None).await;
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    expire_all(&storage, clock::now() + SOON).await;
    let new = send(&storage, mina, room, "new", None).await;
    let synced = storage.changes_since(mina, room, known).await.expect("what is lacking");
    let told: Vec<_> = synced.messages.iter().map(|message| (message.seq, message.content.as_str())).collect();
    assert_eq!((told, synced.complete), (vec![(new, "new")], true));
    assert_eq!(synced.rev, storage.room_summary(mina, room).await.expect("a room").room.rev);
}

#[tokio::test]
async fn a_room_may_keep_what_the_whole_server_does_not() {
    let (_folder, storage, mina) = opened().await;
    let (kept, followed) = (make_room(&storage, mina, vec![]).await, make_room(&storage, mina, vec![]).await);
    for room in [kept, followed] {
        send(&storage, mina, room, "text", None).await;
    }
    let change = UpdateTeam { retention_days: Some(Some(1)), ..UpdateTeam::default() };
    storage.update_team(By::Operator, change).await.expect("decided");
    storage.set_retention(person(mina), kept, Some(0)).await.expect("decided");
    let doomed = storage.would_expire(person(mina), Scope::Room(followed), 1).await.expect("a number");
    assert_eq!(doomed.messages, 0);
    expire_all(&storage, clock::now() + SOON).await;
    assert!(page(&storage, mina, followed).await.is_empty());
    assert_eq!(page(&storage, mina, kept).await.len(), 2);
}

#[tokio::test]
async fn what_was_cut_off_goes_on_where_it_was() {
    let (folder, storage, mina) = opened().await;
    let room = make_room(&storage, mina, vec![]).await;
    for number in 0..450 {
        send(&storage, mina, room, &format!("old {number}"), None).await;
    }
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    assert!(storage.expire_messages(clock::now() + SOON).await.expect("one portion"));
    let kept = page(&storage, mina, room).await;
    let cleared = storage.room_summary(mina, room).await.expect("a room").room.cleared_before;
    assert_eq!((kept.len(), cleared), (100, 1 + AT_ONCE));
    storage.close().await;

    let opened = Storage::open(folder.path(), Duration::from_secs(1)).await.expect("a database");
    let mut notices = opened.notices;
    tokio::spawn(async move {
        while let Some(told) = notices.recv().await {
            for notice in told.notices {
                if let Notice::Then(finish) | Notice::ThenEverywhere(finish) = notice {
                    finish();
                }
            }
        }
    });
    expire_all(&opened.storage, clock::now() + SOON).await;
    assert!(page(&opened.storage, mina, room).await.is_empty());
}

#[tokio::test]
async fn what_would_go_is_what_goes_and_nothing_behind_the_first_that_stays_is_counted() {
    let (_folder, storage, mina) = opened().await;
    let room = make_room(&storage, mina, Vec::new()).await;
    let mut seqs = Vec::new();
    for number in 0..6 {
        seqs.push(send(&storage, mina, room, &format!("message {number}"), None).await);
    }
    // The clock was set back after the third, and nothing is removed from behind what stays.
    age(&storage, format!("seq <> {}", seqs[3])).await;
    let doomed = async || storage.would_expire(person(mina), Scope::Room(room), 1).await.expect("a number").messages;
    assert_eq!(doomed().await, 3);
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    expire_all(&storage, clock::now()).await;
    let left: Vec<i64> = page(&storage, mina, room).await.iter().map(|message| message.seq).collect();
    assert_eq!(left, &seqs[3..]);
    assert_eq!(doomed().await, 0);
}

#[tokio::test]
async fn what_is_past_its_time_is_read_by_no_thread_and_says_nothing_of_where_it_came_from() {
    let (_folder, storage, mina) = opened().await;
    let room = make_room(&storage, mina, vec![]).await;
    let message = AppendMessage {
        room,
        author: mina,
        content: "alone".to_owned(),
        objection: None,
        client_message_id: Some("from-a-phone".to_owned()),
        reply_to: None,
        thread_root: None,
        also_in_room: false,
        streamed: false,
        mentions: Meant::default(),
        files: Vec::new(),
        links: Vec::new(),
    };
    let alone = storage.append_message(message).await.expect("sent").seq;
    let root = send(&storage, mina, room, "a root", None).await;
    let gone = send(&storage, mina, room, "an old reply", Some(root)).await;
    age(&storage, "true".to_owned()).await;
    let kept = send(&storage, mina, room, "a reply", Some(root)).await;
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    expire_all(&storage, clock::now()).await;
    let thread = async |seq: i64| {
        let root = Some(crate::ids::MessageId { room, seq });
        let page = storage.history(mina, room, Place::Newest, 100, root).await.expect("a page");
        page.messages.iter().map(|message| message.seq).collect::<Vec<_>>()
    };
    assert_eq!(thread(alone).await, Vec::<i64>::new());
    assert_eq!(thread(gone).await, Vec::<i64>::new());
    assert_eq!(thread(root).await, [root, kept], "what replies are left of is shown with them");
    let known: i64 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE client_message_id IS NOT NULL")
        .fetch_one(&storage.readers)
        .await
        .expect("a count");
    assert_eq!(known, 0);
}

/// Has messages be two days old.
async fn age(storage: &Storage, which: String) {
    let aged = format!("UPDATE messages SET created_at = created_at - 172800000 WHERE {which}");
    let age = storage.writer.run(move |transaction| {
        Box::pin(async move {
            sqlx::query(sqlx::AssertSqlSafe(aged)).execute(&mut transaction.connection).await?;
            Ok(())
        })
    });
    age.await.expect("aged");
}

async fn report(storage: &Storage, user: UserId, message: MessageId) {
    let report = NewReport { message, reason: "unfair".to_owned(), objection: None };
    storage.report_message(user, report).await.expect("reported");
}

#[tokio::test]
async fn what_administrators_have_to_decide_about_outlives_the_time_of_its_room_and_no_other_report_does() {
    let (_folder, storage, mina) = opened().await;
    let (joon, sora) = (joon(&storage).await, another(&storage, "sora").await);
    storage.change_role(By::Operator, Whom::Id(sora), ServerRole::Admin).await.expect("an administrator");
    let room = make_room(&storage, mina, vec![joon]).await;
    let of_owner = MessageId { room, seq: send(&storage, mina, room, "something bad", None).await };
    let of_member = MessageId { room, seq: send(&storage, joon, room, "something else", None).await };
    report(&storage, joon, of_owner).await;
    report(&storage, mina, of_member).await;
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    expire_all(&storage, clock::now() + SOON).await;
    assert!(page(&storage, mina, room).await.is_empty());

    let listed = async |user: UserId| storage.reports(user, None, None, None, 10).await.expect("a page").0;
    assert!(listed(mina).await.is_empty(), "the room's own go with what they are of");
    let kept = listed(sora).await;
    assert_eq!((kept.len(), &*kept[0].content, kept[0].message.deleted), (1, "something bad", true));
    let told = async || {
        let query = "SELECT count(*) FROM notifications WHERE type = 'report'";
        sqlx::query_scalar::<_, i64>(query).fetch_one(&storage.readers).await.expect("a count")
    };
    assert_eq!(told().await, 1, "of what is left to decide");
    let by = By::from(&person(sora));
    let resolved = storage.resolve_report(by, sora, kept[0].id, ReportOutcome::Dismissed).await.expect("resolved");
    assert_eq!((resolved.status, resolved.outcome), (ReportStatus::Resolved, Some(ReportOutcome::Dismissed)));
    assert!(listed(sora).await.is_empty());
    assert_eq!(told().await, 0);
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM reports").fetch_one(&storage.readers).await.expect("a count");
    assert_eq!(left, 0, "it is past its time");
}

#[tokio::test]
async fn what_is_past_its_time_is_hidden_no_more_where_replies_keep_its_place() {
    let (_folder, storage, mina) = opened().await;
    let room = make_room(&storage, mina, Vec::new()).await;
    let root = send(&storage, mina, room, "a root", None).await;
    let reply = send(&storage, mina, room, "a reply", Some(root)).await;
    storage.hide_message(By::from(&person(mina)), mina, MessageId { room, seq: root }, true).await.expect("hidden");
    age(&storage, format!("seq < {reply}")).await;
    storage.set_retention(person(mina), room, Some(1)).await.expect("decided");
    expire_all(&storage, clock::now()).await;
    let root = Some(MessageId { room, seq: root });
    let thread = storage.history(mina, room, Place::Newest, 100, root).await.expect("a page").messages;
    let told: Vec<_> = thread.iter().map(|message| (message.seq, message.deleted, message.hidden)).collect();
    assert_eq!(told, [(root.map_or(0, |root| root.seq), true, false), (reply, false, false)]);
    let aside: i64 =
        sqlx::query_scalar("SELECT count(*) FROM hidden_messages").fetch_one(&storage.readers).await.expect("a count");
    assert_eq!(aside, 0);
}
