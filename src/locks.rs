//! Who has a lock of the system on a file.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;

/// The processes that have a file locked (flock), as far as this one may see them: those of other containers it may not.
/// In the order of their numbers.
pub fn holders(file: &File) -> Vec<u32> {
    let Ok(found) = file.metadata() else { return Vec::new() };
    let mut processes = named(&fs::read_to_string("/proc/locks").unwrap_or_default(), found.ino());
    processes.sort_unstable();
    processes.dedup();
    processes
}

/// Those that have a lock on the file with this number. The device is left out: some file systems name another one here.
fn named(locks: &str, inode: u64) -> Vec<u32> {
    let locks = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let processes = locks.filter_map(|fields| match fields[..] {
        // Who waits for a lock has an arrow in place of the kind.
        [_, "FLOCK", _, _, process, place, ..] => {
            let is_it = place.rsplit(':').next()?.parse() == Ok(inode);
            process.parse().ok().filter(|process| is_it && *process != 0)
        }
        _ => None,
    });
    processes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_lock_is_found_and_who_waits_is_not() {
        let locks = "1: FLOCK  ADVISORY  WRITE 12 fe:00:77 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 13 fe:00:77 0 EOF\n\
                     2: POSIX  ADVISORY  WRITE 14 fe:00:77 0 EOF\n3: FLOCK  ADVISORY  READ 0 fe:00:77 0 EOF\n\
                     4: FLOCK  ADVISORY  READ 15 fe:00:771 0 EOF\n";
        assert_eq!(named(locks, 77), [12]);
    }

    #[test]
    fn a_lock_of_this_process_is_seen_as_long_as_it_has_it() {
        let file = tempfile::tempfile().expect("a file");
        assert!(holders(&file).is_empty());
        file.lock_shared().expect("locked");
        assert_eq!(holders(&file), [std::process::id()]);
        file.unlock().expect("unlocked");
        assert!(holders(&file).is_empty());
    }
}
