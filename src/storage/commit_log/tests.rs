use super::*;
use crate::contract::ServerDraining;
use crate::notice::{Audience, Notice};
use crate::storage::{DATABASE, Node};
use std::path::Path;
use tempfile::TempDir;

/// A server of a cluster, which tells everybody everything.
async fn server(folder: &Path, first: bool) -> (Storage, Log) {
    let node = Node { id: NodeId::generate(), first };
    let opened = Storage::open_among(folder, Duration::from_secs(1), Some(node)).await.expect("a database");
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
    (opened.storage, opened.log.expect("a log").0)
}

async fn two() -> (TempDir, Storage, Log) {
    let folder = tempfile::tempdir().expect("a folder");
    let (writes, _) = server(folder.path(), true).await;
    let (_, reads) = server(folder.path(), false).await;
    (folder, writes, reads)
}

async fn tell(storage: &Storage, times: u64) {
    for reconnect_in_ms in 0..times {
        let event = ServerDraining { reconnect_in_ms };
        storage.tell(Notice::Tell(Audience::Everybody, event.into())).await.expect("told");
    }
}

async fn change(storage: &Storage, sql: &'static str) {
    let work = storage.writer.run(move |transaction| {
        Box::pin(async move {
            sqlx::query(sql).execute(&mut transaction.connection).await?;
            Ok(())
        })
    });
    work.await.expect("changed");
}

fn numbers(portion: &Portion) -> Vec<i64> {
    portion.commits.iter().map(|logged| logged.number).collect()
}

#[tokio::test]
async fn what_others_committed_is_read_in_portions_of_a_bounded_number_and_size() {
    let (_folder, storage, mut log) = two().await;
    tell(&storage, 70).await;
    let first = log.behind(0).await.expect("read").expect("kept");
    assert_eq!((numbers(&first), first.is_last), ((1..=64).collect(), false));
    let rest = log.behind(64).await.expect("read").expect("kept");
    assert_eq!((numbers(&rest), rest.is_last), ((65..=70).collect(), true));
    change(&storage, "UPDATE cluster_log SET notices = printf('%.*c', 400000, ' ') || notices").await;
    let first = log.behind(0).await.expect("read").expect("kept");
    assert_eq!((numbers(&first), first.is_last), (vec![1, 2, 3], false));
    assert!(log.behind(70).await.expect("read").expect("nothing is lacking").commits.is_empty());
}

#[tokio::test]
async fn only_what_every_server_had_the_time_to_tell_is_removed_from_the_log_and_from_its_beginning() {
    let (_folder, storage, mut log) = two().await;
    tell(&storage, 6).await;
    assert!(!storage.sweep_log().await.expect("nothing is old"));
    assert_eq!(numbers(&log.behind(0).await.expect("read").expect("kept")).len(), 6);
    change(&storage, "UPDATE cluster_log SET at = at - 61000 WHERE id <= 4").await;
    storage.sweep_log().await.expect("swept");
    assert!(log.behind(0).await.expect("read").is_none(), "what is lacking is not kept");
    assert!(log.behind(3).await.expect("read").is_none());
    assert_eq!(numbers(&log.behind(4).await.expect("read").expect("kept")), [5, 6]);
    assert_eq!(log.follow_anew().await.expect("the newest"), 6);
    change(&storage, "UPDATE cluster_log SET at = at - 61000").await;
    storage.sweep_log().await.expect("swept");
    // Whoever has all of it is not behind.
    assert!(log.behind(6).await.expect("read").expect("nothing is lacking").commits.is_empty());
    tell(&storage, 1).await;
    assert_eq!(numbers(&log.behind(6).await.expect("read").expect("kept")), [7]);
}

#[tokio::test]
async fn a_fault_of_the_connection_does_not_last() {
    let (folder, storage, mut log) = two().await;
    tell(&storage, 1).await;
    let (database, aside) = (folder.path().join(DATABASE), folder.path().join("aside"));
    log.connection = None;
    std::fs::rename(&database, &aside).expect("moved");
    assert!(log.behind(0).await.is_err());
    std::fs::rename(&aside, &database).expect("moved back");
    assert_eq!(numbers(&log.behind(0).await.expect("read").expect("kept")), [1]);
}
