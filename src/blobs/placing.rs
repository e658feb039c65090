//! Brings what was written to the place where it is kept.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Links a file to where it is kept. What lies there is of an attempt that came to nothing, and may be made otherwise.
pub(super) fn put_in_place(file: &Path, target: &Path) -> io::Result<()> {
    let folder = target.parent().unwrap_or(target);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match fs::hard_link(file, target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(target)?;
            fs::hard_link(file, target)?;
        }
        linked => linked?,
    }
    File::open(folder)?.sync_all()?;
    // The folder may be new, too.
    folder.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_again_is_there_once_as_it_was_made_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, target) = (folder.path().join("draft"), folder.path().join("ab").join("abcd"));
        fs::write(&file, "made").expect("written");
        for _ in 0..2 {
            put_in_place(&file, &target).expect("kept");
        }
        fs::remove_file(&file).expect("it goes");
        assert_eq!(fs::read_to_string(&target).expect("it stays"), "made");
        fs::write(&file, "made otherwise").expect("written");
        put_in_place(&file, &target).expect("kept");
        assert_eq!(fs::read_to_string(&target).expect("it is there"), "made otherwise");
        let names: Vec<_> = fs::read_dir(folder.path().join("ab")).expect("a folder").flatten().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }
}
