//! A long inbox: opened by its index alone, kept within its bounds.

use super::inbox;
use crate::clock::{self, Timestamp};
use crate::ids::NotificationId;
use crate::notice::Notice;
use crate::storage::Storage;
use crate::storage::plans::{opened, plan};
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Writes notifications of one moment, as many read and as many unread.
async fn fill(storage: &Storage, read: i64, unread: i64, at: Timestamp) {
    let query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2)
        INSERT INTO notifications (user_id, type, text, silent, created_at, read_at)
        SELECT 1, 'system', 'number ' || i, 0, ?3, CASE WHEN i <= ?1 THEN ?3 END FROM n WHERE ?1 + ?2 > 0";
    let at = at.as_millis();
    let filled = storage.writer.run(move |transaction| {
        Box::pin(async move {
            let query = sqlx::query(query).bind(read).bind(unread).bind(at);
            query.execute(&mut transaction.connection).await?;
            Ok(())
        })
    });
    filled.await.expect("filled");
}

#[tokio::test]
async fn an_inbox_of_100_000_is_opened_by_its_indexes_alone() {
    let (_folder, storage, mina) = opened().await;
    fill(&storage, 50_000, 50_000, clock::now()).await;
    let steps = plan(&storage, inbox::page()).await;
    assert!(
        steps.iter().any(|step| step.contains("USING INDEX notifications_of_user (user_id=? AND rowid<?)")),
        "{steps:?}"
    );
    let is_cheap = |step: &String| step.starts_with("SEARCH") || step.starts_with("CORRELATED SCALAR SUBQUERY");
    assert!(steps.iter().all(is_cheap), "nothing is scanned or sorted: {steps:?}");
    let steps = plan(&storage, format!("SELECT {} FROM users u WHERE u.id = 1", inbox::COUNT_UNREAD)).await;
    assert!(steps.iter().any(|step| step.contains("COVERING INDEX unread_notifications (user_id=?)")), "{steps:?}");
    let (page, unread) = storage.notifications(mina, None, false, 50).await.expect("a page");
    assert_eq!((page.len(), unread), (50, 50_000));
    assert_eq!(page[0].message, "number 100000");
    let middle = Some(NotificationId(page[49].id.0 - 40_000));
    let (page, _) = storage.notifications(mina, middle, false, 50).await.expect("a page");
    assert_eq!(page[0].message, "number 59950");
}

#[tokio::test]
async fn all_are_read_in_portions_and_what_comes_meanwhile_stays_unread() {
    let (_folder, storage, mina) = opened().await;
    fill(&storage, 0, 4_500, clock::now()).await;
    let last = storage.read_notifications(mina, None).await.expect("a portion").expect_err("more is left");
    fill(&storage, 0, 1, clock::now()).await;
    storage.read_notifications(mina, Some(last)).await.expect("a portion").expect_err("more is left");
    let unread = storage.read_notifications(mina, Some(last)).await.expect("a portion").expect("the last");
    assert_eq!(unread, 1);
}

#[tokio::test]
async fn old_ones_go_after_ninety_days_and_a_thousand_read_ones_are_kept() {
    let (_folder, storage, mina) = opened().await;
    let now = clock::now();
    fill(&storage, 1_500, 2_000, now - DAY * 91).await;
    fill(&storage, 3_500, 70, now - DAY * 89).await;
    while storage.sweep_notifications(now).await.expect("a portion") {}
    let (page, unread) = storage.notifications(mina, None, false, 5_000).await.expect("a page");
    assert_eq!((page.len(), unread), (3_570, 70));
    while storage.shorten_inboxes().await.expect("a portion") {}
    let (page, unread) = storage.notifications(mina, None, false, 5_000).await.expect("a page");
    assert_eq!((page.len(), unread), (1_070, 70));
    assert!(
        page.iter().all(|one| !one.read || one.message["number ".len()..].parse::<i64>().is_ok_and(|at| at > 2_500))
    );
}

#[tokio::test]
async fn who_has_not_read_what_goes_is_told_how_many_are_left() {
    let (folder, storage, _) = opened().await;
    let now = clock::now();
    fill(&storage, 10, 0, now - DAY * 92).await;
    fill(&storage, 0, 7, now - DAY * 91).await;
    fill(&storage, 5, 3, now - DAY * 89).await;
    drop(storage);
    let opened = Storage::open(folder.path(), Duration::from_secs(1)).await.expect("a database");
    let (storage, mut notices) = (opened.storage, opened.notices);
    let sweep = async || while storage.sweep_notifications(now).await.expect("a portion") {};
    let told = async {
        let mut told = Vec::new();
        while let Some(committed) = notices.recv().await {
            for notice in committed.notices {
                match notice {
                    Notice::Tell(_, event) => told.push(serde_json::to_value(event).expect("an event")),
                    Notice::Then(finish) | Notice::ThenEverywhere(finish) => {
                        finish();
                        return told;
                    }
                    _ => {}
                }
            }
        }
        told
    };
    let ((), told) = tokio::join!(sweep(), told);
    assert_eq!(told, [json!({ "unread": 3 })], "once, and neither as read nor with what it was");
}
