use super::*;
use image::codecs::gif::GifEncoder;
use image::{Frame, Rgba, RgbaImage};

const FORMATS: [Format; 4] = [Format::Jpeg, Format::Png, Format::Gif, Format::WebP];

/// A small image with two halves, in any format; a GIF has two frames.
pub(super) fn picture(format: Format) -> Vec<u8> {
    let image =
        RgbaImage::from_fn(24, 16, |x, _| if x < 12 { Rgba([220, 20, 20, 255]) } else { Rgba([20, 20, 220, 255]) });
    let mut bytes = Cursor::new(Vec::new());
    match format {
        Format::Gif => {
            let frames = [Frame::new(image.clone()), Frame::new(image)];
            GifEncoder::new(&mut bytes).encode_frames(frames).expect("encoded");
        }
        Format::Jpeg => DynamicImage::from(image).into_rgb8().write_to(&mut bytes, ImageFormat::Jpeg).expect("encoded"),
        format => image.write_to(&mut bytes, format.codec()).expect("encoded"),
    }
    bytes.into_inner()
}

#[test]
fn a_clean_image_is_the_same_picture_and_stays_as_it_is() {
    for format in FORMATS {
        let bytes = picture(format);
        let once = clean::clean(&bytes, format).expect("whole");
        assert_eq!(once.animated, format == Format::Gif);
        let twice = clean::clean(&once.bytes, format).expect("whole");
        assert_eq!(once.bytes, twice.bytes, "{format:?}");
        let pixels = |bytes: &[u8]| decode(bytes, format).expect("an image").image.into_rgba8();
        assert_eq!(pixels(&bytes), pixels(&once.bytes), "{format:?}");
    }
}

#[test]
fn an_image_that_is_cut_off_anywhere_is_broken() {
    for format in FORMATS {
        let bytes = picture(format);
        for at in 0..bytes.len() {
            assert!(clean::clean(&bytes[..at], format).is_none(), "{format:?} cut at {at}");
        }
    }
}

#[test]
fn a_jpeg_of_endless_scans_is_broken() {
    let bytes = picture(Format::Jpeg);
    let at = bytes.windows(2).position(|pair| pair == b"\xFF\xDA").expect("a scan");
    let (head, scan) = (&bytes[..at], &bytes[at..bytes.len() - 2]);
    let of = |scans: usize| [head, &scan.repeat(scans), b"\xFF\xD9"].concat();
    assert!(clean::clean(&of(10), Format::Jpeg).is_some());
    assert!(clean::clean(&of(100), Format::Jpeg).is_none());
}

#[test]
fn damage_of_any_kind_is_survived() {
    let mut state = 0x2545_F491_u32;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        usize::try_from(state).expect("it fits") % below
    };
    for format in FORMATS {
        let whole = picture(format);
        for _ in 0..2_000 {
            let mut bytes = whole.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                bytes[at] = [0x00, 0xFF, 0x7F, 0x80][random(4)];
            }
            if let Some(cleaned) = clean::clean(&bytes, format) {
                assert!(cleaned.bytes.len() <= bytes.len());
            }
        }
    }
}

#[test]
fn a_turned_photo_says_so_in_34_bytes() {
    let mut clean = clean::clean(&picture(Format::Jpeg), Format::Jpeg).expect("whole").bytes;
    clean::turn_jpeg(&mut clean, 8);
    let decoded = decode(&clean, Format::Jpeg).expect("an image");
    assert_eq!(decoded.orientation.to_exif(), 8);
    assert_eq!(decoded.image.dimensions(), (16, 24));
}

mod fuzz {
    use super::super::*;
    use super::{FORMATS, picture};

    #[test]
    fn any_bytes_are_an_image_that_is_taken_apart_or_none() {
        let seeds = FORMATS.map(picture);
        let seeds = seeds.each_ref().map(Vec::as_slice);
        let mut turn = 0;
        crate::fuzzing::fuzz("images", &seeds, |bytes| {
            for format in FORMATS {
                if let Some(cleaned) = clean::clean(bytes, format) {
                    assert!(cleaned.bytes.len() <= bytes.len(), "nothing is added");
                    let again = clean::clean(&cleaned.bytes, format).expect("what is clean is whole");
                    assert_eq!(again.bytes, cleaned.bytes, "nothing was left");
                }
            }
            // Decoding takes its time: one format in turn, where it is small.
            turn += 1;
            let format = FORMATS[turn % FORMATS.len()];
            if decoded_bytes(bytes, format).is_ok_and(|bytes| bytes < 1 << 20) {
                let _whole = prepare(bytes, format);
            }
        });
    }
}
