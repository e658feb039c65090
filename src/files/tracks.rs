//! Whether a film has sound alone: what microphones record comes in the same containers as films.

use std::io::{self, Read, Seek, SeekFrom};

/// Parts of a file that are looked at, however they are nested.
const MOST_PARTS: u32 = 256;
/// Enough for the head of any part, and for what is asked of it.
const HEAD: usize = 24;

/// False where it cannot be told.
pub(super) fn has_sound_alone(media_type: &str, file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut walk = Walk { file, left: MOST_PARTS, sound: false, pictures: false };
    match media_type {
        "video/mp4" => walk.boxes(0, end)?,
        "video/webm" => walk.elements(0, end)?,
        _ => return Ok(false),
    }
    Ok(walk.sound && !walk.pictures)
}

struct Walk<'a, F> {
    file: &'a mut F,
    left: u32,
    sound: bool,
    pictures: bool,
}

impl<F: Read + Seek> Walk<'_, F> {
    /// The parts of an MP4, which are called boxes. None lies in two others, and each takes some room.
    fn boxes(&mut self, mut at: u64, end: u64) -> io::Result<()> {
        while at < end && self.take_one() {
            let head = self.read(at)?;
            let Some((size, kind, inside)) = box_head(&head, end - at) else { return Ok(()) };
            match &kind {
                b"moov" | b"trak" | b"mdia" => self.boxes(at + inside, at + size)?,
                b"hdlr" => match head.get(inside as usize + 8..inside as usize + 12) {
                    Some(b"soun") => self.sound = true,
                    Some(b"vide") => self.pictures = true,
                    _ => {}
                },
                _ => {}
            }
            at += size;
        }
        Ok(())
    }

    /// The parts of a WebM, which are called elements; those that say what tracks there are come before the sound itself.
    fn elements(&mut self, mut at: u64, end: u64) -> io::Result<()> {
        const SEGMENT: u64 = 0x1853_8067;
        const TRACKS: u64 = 0x1654_AE6B;
        const TRACK: u64 = 0xAE;
        const TYPE_OF_TRACK: u64 = 0x83;
        while at < end && self.take_one() {
            let head = self.read(at)?;
            let Some((id, id_length)) = number(&head, false) else { return Ok(()) };
            let Some((size, size_length)) = number(&head[id_length..], true) else { return Ok(()) };
            let inside = at + (id_length + size_length) as u64;
            let is_endless = size == (1 << (7 * size_length)) - 1;
            let behind = if is_endless { end } else { inside.saturating_add(size) };
            match id {
                SEGMENT | TRACKS | TRACK => self.elements(inside, behind.min(end))?,
                TYPE_OF_TRACK => match head.get(id_length + size_length) {
                    Some(1) => self.pictures = true,
                    Some(2) => self.sound = true,
                    _ => {}
                },
                _ => {}
            }
            at = behind;
        }
        Ok(())
    }

    fn take_one(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn read(&mut self, at: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(at))?;
        let mut head = Vec::with_capacity(HEAD);
        self.file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        Ok(head)
    }
}

/// The size of a box, its kind, and where its inside begins; none unless it fits into what is left.
fn box_head(head: &[u8], left: u64) -> Option<(u64, [u8; 4], u64)> {
    let short = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    let kind = head.get(4..8)?.try_into().ok()?;
    let (size, inside) = match short {
        0 => (left, 8),
        1 => (u64::from_be_bytes(head.get(8..16)?.try_into().ok()?), 16),
        size => (u64::from(size), 8),
    };
    (inside..=left).contains(&size).then_some((size, kind, inside))
}

/// A number whose first byte tells how many it has, with them; of a size without the bit that tells it.
fn number(bytes: &[u8], is_size: bool) -> Option<(u64, usize)> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let whole = bytes.get(..length).filter(|_| length <= 8)?;
    let number = whole.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some((if is_size { number & ((1 << (7 * length)) - 1) } else { number }, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn mp4_box(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        let size = u32::try_from(inside.len() + 8).expect("it is small").to_be_bytes();
        [&size, kind.as_slice(), inside].concat()
    }

    fn track(handler: &[u8; 4]) -> Vec<u8> {
        let handler = mp4_box(b"hdlr", &[&[0; 8], handler.as_slice(), &[0; 13]].concat());
        mp4_box(
            b"trak",
            &[mp4_box(b"tkhd", &[0; 84]), mp4_box(b"mdia", &[mp4_box(b"mdhd", &[0; 24]), handler].concat())].concat(),
        )
    }

    fn mp4(parts: &[Vec<u8>]) -> Vec<u8> {
        [mp4_box(b"ftyp", b"isom\0\0\0\0isommp42"), parts.concat()].concat()
    }

    fn element(id: &[u8], inside: &[u8]) -> Vec<u8> {
        [id, &[0x80 | u8::try_from(inside.len()).expect("it is small")], inside].concat()
    }

    /// As browsers record it: nobody knows yet how long it will be.
    fn webm(types: &[u8]) -> Vec<u8> {
        let head = element(&[0x1A, 0x45, 0xDF, 0xA3], &[&[0x42, 0x82, 0x84], b"webm".as_slice()].concat());
        let tracks: Vec<u8> =
            types.iter().flat_map(|kind| element(&[0xAE], &[0xD7, 0x81, 1, 0x83, 0x81, *kind])).collect();
        let segment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        let information = element(&[0x15, 0x49, 0xA9, 0x66], &[0xEC, 0x80]);
        let sound =
            [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, 0, 0x83, 0x81, 1];
        [head, segment.to_vec(), information, element(&[0x16, 0x54, 0xAE, 0x6B], &tracks), sound.to_vec()].concat()
    }

    fn told(media_type: &str, file: &[u8]) -> bool {
        has_sound_alone(media_type, &mut Cursor::new(file)).expect("it is read")
    }

    #[test]
    fn what_has_sound_and_no_pictures_is_told_from_films() {
        let moov =
            |handlers: &[&[u8; 4]]| mp4_box(b"moov", &handlers.iter().flat_map(|kind| track(kind)).collect::<Vec<_>>());
        let sound = mp4_box(b"mdat", &[9; 3000]);
        for (handlers, alone) in [
            (vec![b"soun"], true),
            (vec![b"soun", b"text"], true),
            (vec![b"vide", b"soun"], false),
            (vec![b"soun", b"vide"], false),
            (vec![b"vide"], false),
            (vec![], false),
        ] {
            let moov = moov(&handlers);
            for file in [mp4(&[moov.clone(), sound.clone()]), mp4(&[sound.clone(), moov])] {
                assert_eq!(told("video/mp4", &file), alone, "{handlers:?}");
            }
        }
        for (types, alone) in
            [(&[2][..], true), (&[2, 17], true), (&[1, 2], false), (&[2, 1], false), (&[1], false), (&[], false)]
        {
            assert_eq!(told("video/webm", &webm(types)), alone, "{types:?}");
        }
    }

    #[test]
    fn what_is_cut_off_or_lies_about_its_sizes_is_no_voice_and_ends_the_search() {
        let whole = mp4(&[mp4_box(b"moov", &track(b"soun"))]);
        assert!(!told("video/mp4", &whole[..whole.len() - 1]));
        // Boxes within boxes, and such that take no room, or more than there is.
        let mut nested = track(b"soun");
        for _ in 0..2000 {
            nested = mp4_box(b"moov", &nested);
        }
        for file in [nested, vec![0, 0, 0, 1, b'm', b'o', b'o', b'v'], [0, 0, 0, 4, b'm', b'o', b'o', b'v'].repeat(99)]
        {
            assert!(!told("video/mp4", &file));
        }
        let whole = webm(&[2]);
        for length in 0..whole.len() {
            told("video/webm", &whole[..length]);
        }
        for file in
            [vec![0; 5000], vec![0xFF; 5000], [0x18, 0x53, 0x80, 0x67, 0xFF].repeat(2000), [0xEC, 0x80].repeat(5000)]
        {
            assert!(!told("video/webm", &file));
        }
    }
}
