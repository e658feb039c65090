//! Chat-sized messages of real Korean and English, cut from manuals and translations (`bench/corpus` fetches them).

mod html;
mod mo;

use crate::failure::{Failure, Result};
use crate::random::Random;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Of how many messages in a hundred the text is taken from the Korean ones, so that 73 have Hangul.
const KOREAN: usize = 74;
/// What messages are aimed at in bytes: most are short, some are long.
const MEAN: f64 = 81.0;
const SHORTEST: f64 = 4.0;
const LONGEST: f64 = 1_000.0;
/// Other lines are the buttons and captions of which pages have the same again and again.
const LEAST_LINE: usize = 6;

/// The words of each language in the order in which they were written.
pub struct Corpus {
    korean: String,
    english: String,
}

/// What a corpus is made of.
pub struct Size {
    pub korean_bytes: usize,
    pub english_bytes: usize,
}

impl Corpus {
    /// Reads whatever pages and catalogues are in a folder; a line that is there more than once is taken once.
    ///
    /// # Errors
    /// When there is hardly any text.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut files = Vec::new();
        walk(folder, &mut files)?;
        // The order of a folder is not the same everywhere.
        files.sort();
        let mut known = HashSet::new();
        let mut corpus = Self { korean: String::new(), english: String::new() };
        for file in files {
            let lines = match file.extension().and_then(|extension| extension.to_str()) {
                Some("html") => html::lines(&String::from_utf8_lossy(&fs::read(&file)?)),
                Some("mo") => mo::texts(&fs::read(&file)?).iter().flat_map(|text| html::lines(text)).collect(),
                _ => continue,
            };
            for line in lines.into_iter().filter(|line| line.len() >= LEAST_LINE) {
                let of = if line.chars().any(is_hangul) { &mut corpus.korean } else { &mut corpus.english };
                if line.bytes().any(|byte| byte.is_ascii_lowercase() || !byte.is_ascii()) && known.insert(line.clone())
                {
                    of.push_str(&line);
                    of.push(' ');
                }
            }
        }
        if corpus.korean.len().min(corpus.english.len()) < 100_000 {
            let folder = folder.display();
            return Err(Failure::Other(format!("there is hardly any text in {folder}; bench/corpus fetches it")));
        }
        Ok(corpus)
    }

    pub fn size(&self) -> Size {
        Size { korean_bytes: self.korean.len(), english_bytes: self.english.len() }
    }

    /// So many stretches of running text, each beginning at any word: the same in every run. Where there is less text
    /// than that, it is cut several times over, each time elsewhere.
    pub fn messages(&self, count: usize) -> Vec<String> {
        let mut random = Random(0x0063_6f72_7075);
        let text = |random: &mut Random| if random.below(100) < KOREAN { &self.korean } else { &self.english };
        (0..count).map(|_| cut(text(&mut random), &mut random)).collect()
    }
}

fn cut(text: &str, random: &mut Random) -> String {
    let goal = (-MEAN * (1.0 - random.share()).ln()).clamp(SHORTEST, LONGEST) as usize;
    let mut start = random.below(text.len());
    // To the next word; the last one is followed by a blank, too.
    start = text.as_bytes()[start..].iter().position(|byte| *byte == b' ').map_or(0, |blank| start + blank + 1);
    let wanted = (start + goal).min(text.len());
    let rest = text.as_bytes()[wanted..].iter().position(|byte| *byte == b' ').unwrap_or(0);
    match text[start..wanted + rest].trim() {
        "" => text.split(' ').next().unwrap_or_default().to_owned(),
        message => message.to_owned(),
    }
}

/// A syllable.
pub fn is_hangul(character: char) -> bool {
    matches!(character, '가'..='힣')
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else if entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_whole_words_and_the_same_in_every_run() {
        let corpus = Corpus {
            korean: "회의록은 공유 폴더에 ".repeat(900),
            english: "see the shared folder ".repeat(900),
        };
        let messages = corpus.messages(2_000);
        let words: HashSet<&str> = messages.iter().flat_map(|message| message.split(' ')).collect();
        assert_eq!(words, HashSet::from(["회의록은", "공유", "폴더에", "see", "the", "shared", "folder"]));
        assert_eq!(messages, corpus.messages(2_000));
        let korean = messages.iter().filter(|message| message.chars().any(is_hangul)).count();
        assert!((1_400..1_560).contains(&korean), "{korean}");
    }
}
