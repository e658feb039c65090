//! What the script of an archive searches in, without a server: for each token of the texts the messages that have it, in
//! files by the token's first letter, and the messages themselves, some hundred to a file. The tokens are those of the
//! server's own search.

use crate::backup::words;
use crate::error::{Error, Result};
use crate::fulltext::index_text;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// In an archive.
pub(super) const FOLDER: &str = "search";
/// Letters are spread over so many files; the script knows it, too.
const DRAWERS: u32 = 128;
/// What begins so and has no letter is a sign of the server's index to itself.
const PRIVATE: char = '\u{e000}';
/// Messages of one file.
const SHEET: usize = 400;

/// An index that is being written. Nothing of it is held in memory but the last messages.
pub(super) struct Index {
    folder: PathBuf,
    drawers: BTreeMap<u32, BufWriter<File>>,
    sheet: Vec<serde_json::Value>,
    sheets: usize,
    /// The number of the next message.
    next: u32,
    /// The files of pages, in the order in which they were begun.
    pages: Vec<String>,
}

impl Index {
    pub fn begin(archive: &Path) -> Result<Self> {
        let folder = archive.join(FOLDER);
        crate::backup::make_folder(&folder)?;
        let (drawers, sheet, pages) = (BTreeMap::new(), Vec::new(), Vec::new());
        Ok(Self { folder, drawers, sheet, sheets: 0, next: 0, pages })
    }

    /// Notes a message of a page: its anchor there, who wrote it, when, and what.
    pub fn add(&mut self, page: &str, anchor: i64, author: &str, when: &str, text: &str) -> Result<()> {
        if self.pages.last().is_none_or(|last| last != page) {
            self.pages.push(page.to_owned());
        }
        let mut tokens = String::new();
        index_text(text, &mut tokens);
        index_text(author, &mut tokens);
        let is_token = |token: &&str| token.chars().any(char::is_alphanumeric) || !token.starts_with(PRIVATE);
        let tokens: BTreeSet<&str> = tokens.split_ascii_whitespace().filter(is_token).collect();
        for token in tokens {
            let drawer = token.chars().next().map_or(0, |first| u32::from(first) % DRAWERS);
            let path = self.folder.join(format!("{drawer}.unsorted"));
            let file = match self.drawers.entry(drawer) {
                std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => {
                    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
                    place.insert(BufWriter::new(file.map_err(|error| words(&path, &error))?))
                }
            };
            writeln!(file, "{token} {}", self.next).map_err(|error| words(&path, &error))?;
        }
        let page = self.pages.len() - 1;
        self.sheet.push(serde_json::json!([page, anchor, author, when, text]));
        self.next += 1;
        if self.sheet.len() == SHEET { self.put_sheet() } else { Ok(()) }
    }

    fn put_sheet(&mut self) -> Result<()> {
        let sheet = std::mem::take(&mut self.sheet);
        self.put(&format!("m{}", self.sheets), &serde_json::json!(sheet))?;
        self.sheets += 1;
        Ok(())
    }

    /// Writes what is left. Answers with how many messages there are.
    pub fn finish(mut self) -> Result<u32> {
        if !self.sheet.is_empty() {
            self.put_sheet()?;
        }
        let drawers = std::mem::take(&mut self.drawers);
        let there: Vec<u32> = drawers.keys().copied().collect();
        for (drawer, file) in drawers {
            let path = self.folder.join(format!("{drawer}.unsorted"));
            file.into_inner().map_err(|error| words(&path, error.error()))?;
            let entries = sorted(&path).map_err(|error| words(&path, &error))?;
            self.put(&format!("w{drawer}"), &serde_json::json!(entries))?;
            fs::remove_file(&path).map_err(|error| words(&path, &error))?;
        }
        let about = serde_json::json!({
            "messages": self.next, "sheet": SHEET, "drawers": DRAWERS, "there": there, "pages": self.pages
        });
        self.put("about", &about)?;
        Ok(self.next)
    }

    /// Data as a script: pages of a folder may not read other files, but they may run them.
    fn put(&self, name: &str, data: &serde_json::Value) -> Result<()> {
        let text = serde_json::to_string(data).map_err(Error::internal)?;
        super::put(&self.folder.join(format!("{name}.js")), &format!("maruArchive({name:?},{text})\n"))
    }
}

/// The tokens of a drawer in order, each with the differences between the numbers of its messages.
fn sorted(path: &Path) -> io::Result<Vec<(String, Vec<u32>)>> {
    let mut entries: BTreeMap<String, (u32, Vec<u32>)> = BTreeMap::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let Some((token, number)) = line.split_once(' ') else { continue };
        let number: u32 = number.parse().map_err(io::Error::other)?;
        match entries.get_mut(token) {
            Some((last, differences)) => {
                differences.push(number - *last);
                *last = number;
            }
            None => {
                entries.insert(token.to_owned(), (number, vec![number]));
            }
        }
    }
    Ok(entries.into_iter().map(|(token, (_, differences))| (token, differences)).collect())
}
