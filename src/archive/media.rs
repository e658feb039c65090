//! The files of an archive: which are shown, where they lie in it, and their bytes.

use crate::backup::{copy_content, make_folder, words};
use crate::blobs::{self, Blobs, Hash, Variant};
use crate::contract::FileKind;
use crate::error::Result;
use crate::ids::FileId;
use crate::storage::{Kept, Moment};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// In an archive.
const FOLDER: &str = "files";

/// What a browser opens without running anything of it. Whatever else is kept under a name that it downloads.
const HARMLESS: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/avif", "avif"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("video/quicktime", "mov"),
    ("audio/mpeg", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/m4a", "m4a"),
    ("audio/ogg", "ogg"),
    ("audio/wav", "wav"),
    ("audio/flac", "flac"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
];
/// By their names, of files whose bytes tell nothing.
const HARMLESS_ENDINGS: &[&str] =
    &["txt", "md", "csv", "log", "docx", "xlsx", "pptx", "hwp", "hwpx", "odt", "ods", "odp", "gz", "tar", "7z"];

/// Where a file lies, from the folder of the archive.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub original: String,
    pub small: Option<String>,
    pub large: Option<String>,
    pub kind: FileKind,
}

/// The files that an archive shows.
#[derive(Default)]
pub(super) struct Media {
    places: HashMap<FileId, Option<Place>>,
    /// What has to be copied: by path.
    needed: BTreeMap<String, (Hash, Variant)>,
}

impl Media {
    /// Sees to it that a file is in the archive. `name` tells what its bytes do not.
    pub async fn want(&mut self, moment: &mut Moment, file: FileId, name: &str) -> Result<()> {
        if self.places.contains_key(&file) {
            return Ok(());
        }
        let place = moment.kept(file).await?.map(|kept| self.place(&kept, name));
        self.places.insert(file, place);
        Ok(())
    }

    fn place(&mut self, kept: &Kept, name: &str) -> Place {
        let original = self.need(kept, Variant::Original, &ending(&kept.media_type, name));
        let mut small = None;
        let mut large = None;
        if let Some(media_type) = &kept.thumbnails {
            let ending = ending(media_type, "");
            small = Some(self.need(kept, Variant::Small, &ending));
            large = Some(self.need(kept, Variant::Large, &ending));
        }
        Place { original, small, large, kind: kept.kind }
    }

    fn need(&mut self, kept: &Kept, variant: Variant, ending: &str) -> String {
        let path = format!("{FOLDER}/{}.{ending}", blobs::name(&kept.hash, variant));
        self.needed.insert(path.clone(), (kept.hash, variant));
        path
    }

    /// None when the server does not have it.
    pub fn get(&self, file: FileId) -> Option<&Place> {
        self.places.get(&file).and_then(Option::as_ref)
    }

    /// What is shown, by path from the folder of the archive.
    pub fn needed(&self) -> impl Iterator<Item = (&str, &Hash, Variant)> {
        self.needed.iter().map(|(path, (hash, variant))| (path.as_str(), hash, *variant))
    }

    /// Copies what is shown. Answers with how many bytes it is, and with what the server does not have.
    pub async fn copy(self, blobs: &Blobs, archive: &Path) -> Result<(u64, Vec<String>)> {
        let (mut bytes, mut missing) = (0, Vec::new());
        for (path, (hash, variant)) in self.needed {
            let target = archive.join(&path);
            if let Some(folder) = target.parent() {
                make_folder(folder)?;
            }
            match copy_content(blobs, &hash, variant, None, &target).await? {
                Some(_) => bytes += std::fs::metadata(&target).map_err(|error| words(&target, &error))?.len(),
                None => missing.push(path),
            }
        }
        Ok((bytes, missing))
    }
}

fn ending(media_type: &str, name: &str) -> String {
    if let Some((_, ending)) = HARMLESS.iter().find(|(known, _)| *known == media_type) {
        return (*ending).to_owned();
    }
    let named = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    named.filter(|ending| HARMLESS_ENDINGS.contains(&ending.as_str())).unwrap_or_else(|| "download".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_is_kept_under_a_name_that_it_downloads() {
        for (media_type, name, expected) in [
            ("image/png", "a.html", "png"),
            ("text/html", "a.html", "download"),
            ("application/octet-stream", "a.svg", "download"),
            ("application/octet-stream", "notes.TXT", "txt"),
            ("application/octet-stream", "a.txt/../../x", "download"),
            ("application/octet-stream", "none", "download"),
        ] {
            assert_eq!(ending(media_type, name), expected, "{media_type} {name}");
        }
    }
}
