//! What a file is, by its first bytes and never by its name; and which kinds a browser may show.

use super::tracks;
use crate::contract::FileKind;
use crate::images::Format;
use std::io::{self, Read, Seek};

/// How many bytes tell what a file is.
const HEAD: usize = 8 * 1024;

const TEXT: &str = "text/plain";
const UNKNOWN: &str = "application/octet-stream";

/// What the first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sniffed {
    pub media_type: &'static str,
    /// An image is one only after it has been read.
    pub kind: FileKind,
    pub image: Option<Format>,
}

/// What a file is.
pub(super) fn sniff_file(file: &mut (impl Read + Seek)) -> io::Result<Sniffed> {
    let mut head = Vec::with_capacity(HEAD);
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let sniffed = sniff(&head);
    if sniffed.kind != FileKind::Video || !tracks::has_sound_alone(sniffed.media_type, file)? {
        return Ok(sniffed);
    }
    let media_type = if sniffed.media_type == "video/webm" { "audio/webm" } else { "audio/mp4" };
    Ok(Sniffed { media_type, kind: FileKind::Audio, image: None })
}

fn sniff(head: &[u8]) -> Sniffed {
    let media_type = match infer::get(head).map(|found| found.mime_type()) {
        Some(known) => known,
        None if is_text(head) => TEXT,
        None => UNKNOWN,
    };
    let (media_type, kind, image) = match media_type {
        "image/jpeg" => (media_type, FileKind::Other, Some(Format::Jpeg)),
        "image/png" => (media_type, FileKind::Other, Some(Format::Png)),
        "image/gif" => (media_type, FileKind::Other, Some(Format::Gif)),
        "image/webp" => (media_type, FileKind::Other, Some(Format::WebP)),
        "video/mp4" | "video/webm" | "video/quicktime" => (media_type, FileKind::Video, None),
        "video/x-m4v" => ("video/mp4", FileKind::Video, None),
        "audio/mpeg" | "audio/ogg" | "audio/aac" => (media_type, FileKind::Audio, None),
        "audio/m4a" => ("audio/mp4", FileKind::Audio, None),
        "audio/x-wav" => ("audio/wav", FileKind::Audio, None),
        "audio/x-flac" => ("audio/flac", FileKind::Audio, None),
        other => (other, FileKind::Other, None),
    };
    Sniffed { media_type, kind, image }
}

/// UTF-8 without what only programs write; the last character may be cut off by the end of the head.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty() && !valid.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_they_begin_with() {
        for (head, media_type, kind) in [
            (b"\xFF\xD8\xFF\xE0".as_slice(), "image/jpeg", FileKind::Other),
            (b"<!DOCTYPE html><script>", "text/html", FileKind::Other),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", TEXT, FileKind::Other),
            (b"<?xml version='1.0'?><svg>", "text/xml", FileKind::Other),
            (b"%PDF-1.7", "application/pdf", FileKind::Other),
            (b"\0\0\0\x18ftypisom", "video/mp4", FileKind::Video),
            (b"OggS", "audio/ogg", FileKind::Audio),
            (b"ID3\x04", "audio/mpeg", FileKind::Audio),
            ("안녕하세요".as_bytes(), TEXT, FileKind::Other),
            (&"안녕".as_bytes()[..5], TEXT, FileKind::Other),
            (b"a\0b", UNKNOWN, FileKind::Other),
            (b"", UNKNOWN, FileKind::Other),
        ] {
            let found = sniff(head);
            assert_eq!((found.media_type, found.kind), (media_type, kind), "{head:?}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn any_bytes_are_some_kind_of_file_and_an_image_only_where_it_is_read_as_one() {
        let seeds: [&[u8]; 7] = [
            b"\xFF\xD8\xFF\xE0\0\x10JFIF\0",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"<!DOCTYPE html><script>",
            b"<?xml version='1.0'?><svg>",
            b"\0\0\0\x18ftypisom",
            b"RIFF\x24\0\0\0WEBPVP8 ",
            "안녕하세요".as_bytes(),
        ];
        crate::fuzzing::fuzz("sniffing", &seeds, |bytes| {
            let Sniffed { media_type, kind, image } = sniff(&bytes[..bytes.len().min(HEAD)]);
            assert!(media_type.is_ascii() && media_type.contains('/'));
            assert_ne!(kind, FileKind::Image, "what is an image is known once it was read");
            assert_eq!(image.is_some(), Format::of_media_type(media_type).is_some());
        });
    }
}
