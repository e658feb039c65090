//! Which snapshots go when there are newer ones.

use super::manifest::Manifest;
use super::snapshots::{Held, is_future, whole};
use crate::error::Result;
use std::num::NonZeroU32;

/// Removes the oldest beyond `keep`. One that is complete goes only when there are `keep` newer ones that are.
pub(super) fn expire(held: &Held, keep: NonZeroU32) -> Result<()> {
    let keep = usize::try_from(keep.get()).unwrap_or(usize::MAX);
    let (mut newer, mut newer_complete) = (0, 0);
    for (created_at, snapshot) in whole(&held.folder)?.into_iter().rev() {
        if is_future(created_at) {
            let snapshot = snapshot.display();
            tracing::warn!(%snapshot, "a backup is of a time to come; it is left alone, and does not count");
            continue;
        }
        // One that is damaged is not complete.
        let is_complete = Manifest::read(&snapshot).is_ok_and(|manifest| manifest.missing.is_empty());
        if (if is_complete { newer_complete } else { newer }) >= keep {
            held.remove(&snapshot)?;
        }
        newer += 1;
        newer_complete += usize::from(is_complete);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::manifest::{MANIFEST, MANIFEST_SUM};
    use super::super::snapshots::hold;
    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::Inventory;
    use std::fs;

    #[test]
    fn what_is_not_complete_takes_the_place_of_nothing_that_is_and_does_not_pile_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = hold(folder.path()).expect("held");
        let holds = Inventory { schema: 1, users: 0, rooms: 0, messages: 0, files: 0 };
        let make = |seconds: i64, is_complete: bool| {
            let mut manifest = Manifest::new(Timestamp::from_millis(seconds * 1_000), holds, Vec::new());
            manifest.missing.extend((!is_complete).then(|| "content".to_owned()));
            let unfinished = held.unfinished("new");
            fs::create_dir(&unfinished).expect("a folder");
            let (text, sum) = manifest.written().expect("a manifest");
            fs::write(unfinished.join(MANIFEST), text).expect("written");
            fs::write(unfinished.join(MANIFEST_SUM), sum).expect("written");
            held.publish(&unfinished, manifest.created_at).expect("it has a name");
        };
        let left = || -> Vec<i64> {
            let found = whole(folder.path()).expect("a list");
            found.into_iter().map(|(created_at, _)| created_at.as_millis() / 1_000).collect()
        };
        let keep = NonZeroU32::new(2).expect("some");
        for (seconds, is_complete) in [(1, true), (2, true), (3, true), (4, false), (5, false), (6, false)] {
            make(seconds, is_complete);
        }
        expire(&held, keep).expect("done");
        assert_eq!(left(), [2, 3, 5, 6]);
        make(7, true);
        make(32_503_680_000, true);
        expire(&held, keep).expect("done");
        assert_eq!(left(), [3, 6, 7, 32_503_680_000], "one from the future counts for nothing, and stays");
    }
}
