//! Takes an image apart into its parts and puts together those that make the picture: where it was taken, with what and
//! by whom is not among them, and neither is what somebody hid behind its end.

use super::Format;

/// An image that ends where it says.
pub(super) struct Cleaned {
    pub bytes: Vec<u8>,
    pub animated: bool,
}

/// None when the structure is broken or unfinished.
pub(super) fn clean(bytes: &[u8], format: Format) -> Option<Cleaned> {
    let input = Input { bytes, at: 0 };
    let bytes = Vec::with_capacity(bytes.len());
    match format {
        Format::Jpeg => jpeg(input, bytes),
        Format::Png => png(input, bytes),
        Format::Gif => gif(input, bytes),
        Format::WebP => webp(input, bytes),
    }
}

/// Says in a clean JPEG how it is to be turned: the one piece of metadata that is part of the picture.
pub(super) fn turn_jpeg(clean: &mut Vec<u8>, orientation: u8) {
    let segment = [
        b"\xFF\xE1\x00\x22Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"
            .as_slice(),
        &[orientation],
        b"\x00\x00\x00\x00\x00\x00",
    ];
    clean.splice(2..2, segment.concat());
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
}

/// Those that come in steps have about ten; each costs as much as a whole image.
const MOST_SCANS: usize = 32;

fn jpeg(mut input: Input, mut out: Vec<u8>) -> Option<Cleaned> {
    let mut scans = 0;
    out.extend_from_slice(input.take(2).filter(|start| *start == b"\xFF\xD8")?);
    loop {
        if input.byte()? != 0xFF {
            return None;
        }
        let mut marker = input.byte()?;
        // Any number of these may stand before a marker.
        while marker == 0xFF {
            marker = input.byte()?;
        }
        match marker {
            0xD9 => {
                out.extend_from_slice(b"\xFF\xD9");
                return Some(Cleaned { bytes: out, animated: false });
            }
            0x00 | 0xD8 => return None,
            0x01 | 0xD0..=0xD7 => out.extend_from_slice(&[0xFF, marker]),
            _ => {
                let length = u16::from_be_bytes(input.array()?);
                let body = input.take(usize::from(length).checked_sub(2)?)?;
                if is_picture(marker, body) {
                    out.extend_from_slice(&[0xFF, marker]);
                    out.extend_from_slice(&length.to_be_bytes());
                    out.extend_from_slice(body);
                }
                if marker == 0xDA {
                    scans += 1;
                    if scans > MOST_SCANS {
                        return None;
                    }
                    out.extend_from_slice(scan(&mut input)?);
                }
            }
        }
    }
}

/// Whether a segment belongs to the picture: tables and frames, the size of a pixel, the colours.
fn is_picture(marker: u8, body: &[u8]) -> bool {
    match marker {
        0xE0 => body.starts_with(b"JFIF\0"),
        0xE2 => body.starts_with(b"ICC_PROFILE\0"),
        0xEE => body.starts_with(b"Adobe"),
        0xE1..=0xEF | 0xFE => false,
        _ => true,
    }
}

/// The coded data behind the head of a scan, up to the next marker.
fn scan<'a>(input: &mut Input<'a>) -> Option<&'a [u8]> {
    let rest = &input.bytes[input.at..];
    let ends = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF);
    let length = rest.windows(2).position(ends)?;
    input.take(length)
}

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";
const PNG_CHUNKS: [&[u8]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
    b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

fn png(mut input: Input, mut out: Vec<u8>) -> Option<Cleaned> {
    out.extend_from_slice(input.take(PNG.len()).filter(|start| *start == PNG)?);
    let mut animated = false;
    loop {
        let length = input.array()?;
        let name = input.take(4)?;
        let body = input.take(u32::from_be_bytes(length).try_into().ok()?)?;
        let checksum = input.take(4)?;
        animated |= name == b"acTL";
        if PNG_CHUNKS.contains(&name) {
            for part in [&length, name, body, checksum] {
                out.extend_from_slice(part);
            }
        }
        if name == b"IEND" {
            return Some(Cleaned { bytes: out, animated });
        }
    }
}

fn gif(mut input: Input, mut out: Vec<u8>) -> Option<Cleaned> {
    let head = input.take(13).filter(|head| head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"))?;
    out.extend_from_slice(head);
    out.extend_from_slice(colors(&mut input, head[10])?);
    let mut frames = 0;
    loop {
        let start = input.at;
        match input.byte()? {
            0x3B => {
                out.push(0x3B);
                return Some(Cleaned { bytes: out, animated: frames > 1 });
            }
            0x2C => {
                frames += 1;
                let flags = input.take(9)?[8];
                colors(&mut input, flags)?;
                input.byte()?;
                blocks(&mut input)?;
                out.extend_from_slice(&input.bytes[start..input.at]);
            }
            0x21 => {
                let label = input.byte()?;
                let first = blocks(&mut input)?;
                // How frames follow each other, and how often; what is written into them is not shown anyway.
                if label == 0xF9 || (label == 0xFF && matches!(first, b"NETSCAPE2.0" | b"ANIMEXTS1.0")) {
                    out.extend_from_slice(&input.bytes[start..input.at]);
                }
            }
            _ => return None,
        }
    }
}

fn colors<'a>(input: &mut Input<'a>, flags: u8) -> Option<&'a [u8]> {
    input.take(if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) })
}

/// Passes over blocks up to the empty one; answers with the first.
fn blocks<'a>(input: &mut Input<'a>) -> Option<&'a [u8]> {
    let mut first: Option<&[u8]> = None;
    loop {
        let length = input.byte()?;
        let block = input.take(length.into())?;
        if length == 0 {
            return Some(first.unwrap_or_default());
        }
        first.get_or_insert(block);
    }
}

const WEBP_CHUNKS: [&[u8]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// In the first byte of `VP8X`: that there are EXIF and XMP.
const WEBP_METADATA: u8 = 0x08 | 0x04;
const WEBP_ANIMATED: u8 = 0x02;

fn webp(mut input: Input, mut out: Vec<u8>) -> Option<Cleaned> {
    input.take(4).filter(|start| *start == b"RIFF")?;
    let size: usize = u32::from_le_bytes(input.array()?).try_into().ok()?;
    let mut body = Input { bytes: input.take(size)?, at: 0 };
    body.take(4).filter(|kind| *kind == b"WEBP")?;
    out.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    let mut animated = false;
    while body.at < body.bytes.len() {
        let name = body.take(4)?;
        let length = body.array()?;
        let padded = u32::from_le_bytes(length).checked_next_multiple_of(2)?;
        let data = body.take(padded.try_into().ok()?)?;
        if !WEBP_CHUNKS.contains(&name) {
            continue;
        }
        out.extend_from_slice(name);
        out.extend_from_slice(&length);
        match (name, data.split_first()) {
            (b"VP8X", Some((flags, rest))) => {
                animated = flags & WEBP_ANIMATED != 0;
                out.push(flags & !WEBP_METADATA);
                out.extend_from_slice(rest);
            }
            _ => out.extend_from_slice(data),
        }
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(Cleaned { bytes: out, animated })
}
