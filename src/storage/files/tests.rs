//! What is announced takes its room on the disk from then on, whoever announces it and however close together; and nobody
//! takes all of it by announcing.

use super::{NewFile, Quota};
use crate::error::{Error, FileLimit};
use crate::storage::plans::{another, opened};

#[tokio::test]
async fn what_is_announced_at_once_does_not_take_the_same_room_on_the_disk_twice() {
    let (_folder, storage, mina) = opened().await;
    let quota = Quota { per_person: None, total: None, unfinished: 100, disk: 100 };
    let [joon, sora, theo] =
        [another(&storage, "joon").await, another(&storage, "sora").await, another(&storage, "theo").await];
    let announce = |who| storage.begin_file(who, NewFile { name: "a".to_owned(), size: 30, voice: None }, quota);
    let (first, second, third, fourth) = tokio::join!(announce(mina), announce(joon), announce(sora), announce(theo));
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
    announce(another(&storage, "hana").await).await.expect("there is room again");
}

#[tokio::test]
async fn nobody_holds_more_than_half_of_what_the_disk_has_left_by_announcing_but_a_single_file_may_come() {
    let (_folder, storage, mina) = opened().await;
    let quota = Quota { per_person: None, total: None, unfinished: 100, disk: 100 };
    let announce = |size| storage.begin_file(mina, NewFile { name: "a".to_owned(), size, voice: None }, quota);
    let large = announce(90).await.expect("it is the only one");
    let refused = announce(1).await;
    assert!(matches!(refused, Err(Error::NoRoom { limit: FileLimit::UnfinishedPerPerson, most: None, .. })));
    // What has come is on the disk, and no more announced.
    storage.advance_file(large, 50).await.expect("noted");
    announce(10).await.expect("both hold half");
    assert!(announce(1).await.is_err());
    storage.drop_file(mina, large).await.expect("it is given up");
    announce(40).await.expect("there is room again");
}
