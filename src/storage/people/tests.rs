use super::*;
use crate::actor::By;
use crate::storage::plans::opened;
use crate::storage::{Erased, Whom};

#[tokio::test]
async fn who_was_erased_is_seen_no_more_and_says_nothing_of_their_availability() {
    let (_folder, storage, mina) = opened().await;
    storage.saw(&[mina], clock::now()).await.expect("seen");
    let erased = storage.erase(By::Operator, Whom::Id(mina), "mina".to_owned(), Erased::WithoutMessages);
    erased.await.expect("erased");
    storage.saw(&[mina], clock::now()).await.expect("whoever else was seen is");
    let status =
        UserStatus { status: Availability::Away, text: Some("at the lake".to_owned()), emoji: None, until: None };
    let refused = storage.set_status(mina, status).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    let (_, status, last_seen) = storage.statuses(&[mina]).await.expect("statuses").remove(0);
    assert_eq!((status.text, last_seen), (None, None));
    let left: Option<i64> =
        sqlx::query_scalar("SELECT last_seen_at FROM users").fetch_one(&storage.readers).await.expect("a row");
    assert_eq!(left, None);
}
