//! The part of a message that shows why it was found.

use super::expression::Words;
use super::matches::{self, Match};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// What a snippet shows at most, in user-perceived characters.
const LENGTH: usize = 160;
/// So far a cut moves to stand between two words.
const NEAR: usize = 12;
/// Of the marks that somebody heaps on a letter; emoji and all scripts need fewer characters for one.
const MAX_CHARS_IN_ONE: usize = 16;
const CUT: char = '…';

/// A part of a message on one line, with what to light up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// Begins and ends with `…` where something was cut off; blanks and line breaks in a row are one blank.
    pub text: String,
    /// What matches, in order and apart from each other, each from its first to after its last UTF-16 code unit of
    /// `text`, which is how JavaScript counts.
    pub ranges: Vec<(u32, u32)>,
}

/// About 160 user-perceived characters around the place where most of the words stand close together; the beginning
/// when none does. Words light up as [`Words::loose`] finds them.
pub fn snippet(content: &str, words: &Words) -> Snippet {
    let pieces = pieces(content);
    let matches = matches::find(content, words);
    let lit: Vec<Lit> = matches.iter().filter_map(|found| lit(found, &pieces)).collect();
    let shown = window(&lit, &pieces);
    write(content, &pieces, &lit, shown)
}

/// A grapheme, or blanks in a row.
struct Piece {
    range: Range<usize>,
    is_blank: bool,
}

/// A match in pieces.
struct Lit {
    range: Range<usize>,
    term: usize,
}

/// The pieces of a text without the blanks around it.
fn pieces(content: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (start, grapheme) in content.grapheme_indices(true) {
        let is_blank = grapheme.chars().all(|character| character.is_whitespace() || character.is_control());
        let range = start..start + grapheme.len();
        match pieces.last_mut() {
            Some(last) if is_blank && last.is_blank => last.range.end = range.end,
            None if is_blank => {}
            // Where nothing is joined they show nothing, and nobody can look for them.
            _ if grapheme.chars().all(is_joiner) => {}
            _ => pieces.push(Piece { range, is_blank }),
        }
    }
    if pieces.last().is_some_and(|last| last.is_blank) {
        pieces.pop();
    }
    pieces
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn lit(found: &Match, pieces: &[Piece]) -> Option<Lit> {
    let start = pieces.partition_point(|piece| piece.range.end <= found.range.start);
    let end = pieces.partition_point(|piece| piece.range.start < found.range.end);
    (start < end).then_some(Lit { range: start..end, term: found.term })
}

/// The pieces to show.
fn window(lit: &[Lit], pieces: &[Piece]) -> Range<usize> {
    if pieces.len() <= LENGTH {
        return 0..pieces.len();
    }
    let best = densest(lit);
    let spare = LENGTH.saturating_sub(best.len());
    // More of what follows than of what goes before: it is read on from the words.
    let start = best.start.saturating_sub(spare / 3).min(pieces.len() - LENGTH);
    let end = start + LENGTH;
    let blank = |mut range: Range<usize>| range.find(|at| pieces[*at].is_blank);
    let from = if start == 0 { None } else { blank(start..best.start.min(start + NEAR)).map(|at| at + 1) };
    let to = if end == pieces.len() { None } else { blank(best.end.max(end - NEAR).min(end)..end) };
    from.unwrap_or(start)..to.unwrap_or(end)
}

/// Where most of the words, and then most matches, stand within the length of a snippet; the first of such places.
fn densest(lit: &[Lit]) -> Range<usize> {
    let terms = lit.iter().map(|lit| lit.term + 1).max().unwrap_or(0);
    let mut counts = vec![0_usize; terms];
    let (mut distinct, mut next) = (0, 0);
    let mut best = (0, 0, 0..0);
    for (at, first) in lit.iter().enumerate() {
        // The first one always fits: should it be longer than a snippet, its beginning is shown.
        while next <= at || lit.get(next).is_some_and(|lit| lit.range.end <= first.range.start + LENGTH) {
            distinct += usize::from(counts[lit[next].term] == 0);
            counts[lit[next].term] += 1;
            next += 1;
        }
        if (distinct, next - at) > (best.0, best.1) {
            let end = lit[at..next].iter().map(|lit| lit.range.end).max().unwrap_or(first.range.end);
            best = (distinct, next - at, first.range.start..end);
        }
        counts[first.term] -= 1;
        distinct -= usize::from(counts[first.term] == 0);
    }
    best.2
}

fn write(content: &str, pieces: &[Piece], lit: &[Lit], shown: Range<usize>) -> Snippet {
    let mut text = String::new();
    let mut length = 0;
    let mut push = |character: char| {
        text.push(character);
        length += u32::try_from(character.len_utf16()).unwrap_or(0);
        length
    };
    let mut offset = if shown.start > 0 { push(CUT) } else { 0 };
    // For each piece shown, and the end, the code unit where it begins.
    let mut offsets = vec![offset];
    for piece in &pieces[shown.clone()] {
        if piece.is_blank {
            offset = push(' ');
        } else {
            content[piece.range.clone()].chars().take(MAX_CHARS_IN_ONE).for_each(|character| offset = push(character));
        }
        offsets.push(offset);
    }
    if shown.end < pieces.len() {
        push(CUT);
    }
    let visible = |range: &Range<usize>| range.start.max(shown.start)..range.end.min(shown.end);
    let ranges = lit.iter().map(|lit| visible(&lit.range)).filter(|range| !range.is_empty());
    let ranges = ranges.map(|range| (offsets[range.start - shown.start], offsets[range.end - shown.start]));
    Snippet { ranges: apart(ranges), text }
}

/// Makes one of ranges that overlap or touch; they come by where they begin.
fn apart(ranges: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut apart: Vec<(u32, u32)> = Vec::new();
    for (start, end) in ranges {
        match apart.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((start, end)),
        }
    }
    apart
}

#[cfg(test)]
mod tests;
