//! Whose turn it is, and what is left when nothing shows a page any more.

use super::{FoundPage, NewPage};
use crate::actor::By;
use crate::blobs::Hash;
use crate::clock::{self, Timestamp};
use crate::contract::{FileKind, RoomKind, ServerRole};
use crate::credentials::usernames::Username;
use crate::ids::{FileId, MessageId, RoomId, UserId};
use crate::storage::plans::opened;
use crate::storage::{AppendMessage, FirstRoom, Meant, NewAccount, NewContent, NewRoom, Picture, Storage};
use std::time::Duration;

const LATER: Duration = Duration::from_secs(3600);

async fn somebody(storage: &Storage, name: &str) -> UserId {
    let account = NewAccount {
        username: Username::parse("username", name).expect("a name"),
        display_name: name.to_owned(),
        role: ServerRole::Member,
        bot: false,
        password_hash: None,
    };
    storage.create_account(account, None, FirstRoom::Nowhere).await.expect("an account").id
}

async fn room(storage: &Storage, owner: UserId, others: &[UserId]) -> RoomId {
    let room =
        NewRoom { kind: RoomKind::Private, name: Some("Links".to_owned()), topic: None, participants: others.to_vec() };
    storage.create_room(owner, room, 10).await.expect("a room").room.id
}

async fn post(storage: &Storage, room: RoomId, author: UserId, links: &[&str]) -> MessageId {
    let message = AppendMessage {
        room,
        author,
        content: links.join(" "),
        objection: None,
        client_message_id: None,
        reply_to: None,
        thread_root: None,
        also_in_room: false,
        streamed: false,
        mentions: Meant::default(),
        files: Vec::new(),
        links: links.iter().map(|link| (*link).to_owned()).collect(),
    };
    MessageId { room, seq: storage.append_message(message).await.expect("a message").seq }
}

fn page(title: &str, image: Option<(FileId, i64)>, fresh_until: Timestamp) -> FoundPage {
    let page = NewPage { title: Some(title.to_owned()), image, ..NewPage::empty(fresh_until) };
    FoundPage::New(Box::new(page))
}

async fn pending(storage: &Storage) -> Vec<String> {
    storage.pending_links(&[], 100).await.expect("a list")
}

#[tokio::test]
async fn who_posts_many_links_holds_up_nobody() {
    let (_folder, storage, mina) = opened().await;
    let joon = somebody(&storage, "joon").await;
    let room = room(&storage, mina, &[joon]).await;
    for n in 0..3 {
        post(&storage, room, mina, &[&format!("http://a.example/{n}"), &format!("http://b.example/{n}")]).await;
    }
    post(&storage, room, joon, &["http://joon.example/"]).await;
    let order = pending(&storage).await;
    assert_eq!(order[..3], ["http://a.example/0", "http://joon.example/", "http://b.example/0"]);
    let rest = storage.pending_links(&["http://a.example/0"], 1).await.expect("a list");
    assert_eq!(rest, ["http://joon.example/"], "what is under way is left out");

    storage.give_up_links(clock::now() - LATER, 2).await.expect("done");
    let left = pending(&storage).await;
    assert_eq!(left.len(), 3, "of each the last two stay: {left:?}");
    storage.give_up_links(clock::now() + LATER, 2).await.expect("done");
    assert!(pending(&storage).await.is_empty());
}

#[tokio::test]
async fn what_is_given_up_for_one_who_posts_many_is_looked_up_for_the_others() {
    let (_folder, storage, mina) = opened().await;
    let joon = somebody(&storage, "joon").await;
    let room = room(&storage, mina, &[joon]).await;
    let shared = "http://shared.example/";
    post(&storage, room, mina, &[shared]).await;
    post(&storage, room, joon, &[shared]).await;
    post(&storage, room, mina, &["http://a.example/"]).await;
    storage.give_up_links(clock::now() - LATER, 1).await.expect("done");
    assert_eq!(pending(&storage).await, [shared, "http://a.example/"]);
    let query = "SELECT url FROM message_links ORDER BY message_id";
    let links: Vec<String> = sqlx::query_scalar(query).fetch_all(&storage.readers).await.expect("rows");
    assert_eq!(links, [shared, "http://a.example/"], "of mina's, the earlier one went");

    // A key that became another page's is none of this link's.
    let other = "http://other.example/";
    post(&storage, room, joon, &[other]).await;
    storage.settle_link(shared.to_owned(), page("Shared", None, clock::now() + LATER)).await.expect("done");
    let known = storage.fresh_page(shared, clock::now()).await.expect("an answer").expect("a page");
    storage.settle_link(other.to_owned(), FoundPage::Known(known)).await.expect("done");
    assert!(pending(&storage).await.contains(&other.to_owned()), "it is still to be looked up");
}

#[tokio::test]
async fn a_page_and_its_picture_go_when_they_are_stale_and_no_message_shows_them() {
    let (_folder, storage, mina) = opened().await;
    let room = room(&storage, mina, &[]).await;
    let url = "http://a.example/".to_owned();
    let picture = Picture { width: 1, height: 1, color: "#ff0000".to_owned(), animated: false, thumbnails: None };
    let content = NewContent {
        hash: Hash::from_bytes([7; 32]),
        size: 1,
        media_type: "image/png".to_owned(),
        kind: FileKind::Image,
        picture: Some(picture),
    };
    let content = storage.begin_content(content).await.expect("a content");
    let (image, now) = (FileId::generate(), clock::now());
    let message = post(&storage, room, mina, &[&url]).await;
    storage.settle_link(url.clone(), page("A", Some((image, content)), now + LATER)).await.expect("done");
    let is_unused = async || !storage.unused_contents().await.expect("a list").is_empty();
    let known = storage.fresh_page(&url, now).await.expect("a page").expect("it is fresh");
    assert!(storage.readable_file(mina, image).await.is_ok() && !is_unused().await);

    // It is stale, and shown; then another message shows it, and then none.
    storage.sweep_link_pages(now + 2 * LATER).await.expect("done");
    assert!(storage.readable_file(mina, image).await.is_ok());
    let other = post(&storage, room, mina, &[&url]).await;
    storage.settle_link(url.clone(), FoundPage::Known(known)).await.expect("done");
    storage.delete_message(By::Server, mina, message).await.expect("done");
    storage.sweep_link_pages(now + 2 * LATER).await.expect("done");
    assert!(storage.readable_file(mina, image).await.is_ok(), "the other message shows it");
    storage.delete_message(By::Server, mina, other).await.expect("done");
    assert!(storage.readable_file(mina, image).await.is_err());
    storage.sweep_link_pages(now).await.expect("done");
    assert_eq!(storage.fresh_page(&url, now).await.expect("an answer"), Some(known), "while it is fresh it is kept");
    assert!(!is_unused().await);
    storage.sweep_link_pages(now + 2 * LATER).await.expect("done");
    assert_eq!(storage.fresh_page(&url, now).await.expect("an answer"), None);
    assert!(is_unused().await, "what was kept of its picture can go");

    // What was known a moment ago and went meanwhile is looked up again.
    post(&storage, room, mina, &[&url]).await;
    storage.settle_link(url.clone(), FoundPage::Known(known)).await.expect("done");
    assert_eq!(pending(&storage).await, [url]);
}
