//! What is announced takes its room on the disk from then on, whoever announces it and however close together.

use super::{NewFile, Quota};
use crate::error::{Error, FileLimit};
use crate::storage::plans::opened;

#[tokio::test]
async fn what_is_announced_at_once_does_not_take_the_same_room_on_the_disk_twice() {
    let (_folder, storage, mina) = opened().await;
    let quota = Quota { per_person: None, total: None, unfinished: 100, disk: 100 };
    let announce = || storage.begin_file(mina, NewFile { name: "a".to_owned(), size: 30, voice: None }, quota);
    let (first, second, third, fourth) = tokio::join!(announce(), announce(), announce(), announce());
    let mut taken = Vec::new();
    for announced in [first, second, third, fourth] {
        match announced {
            Ok(file) => taken.push(file),
            Err(Error::NoRoom { limit, .. }) => assert_eq!(limit, FileLimit::KeepFree),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(taken.len(), 3);
    // What has come is on the disk, and no more announced.
    storage.advance_file(taken[0], 30).await.expect("noted");
    announce().await.expect("there is room again");
}
