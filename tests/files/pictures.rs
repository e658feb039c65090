//! Images that are made for the tests, good ones and such that nobody should send.

use image::codecs::gif::GifEncoder;
use image::{Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

/// Red on its left half, blue on its right.
pub fn two_colors(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
}

fn encoded(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("it can be encoded");
    bytes.into_inner()
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&two_colors(width, height), ImageFormat::Png)
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&two_colors(width, height), ImageFormat::Jpeg)
}

pub fn webp(width: u32, height: u32) -> Vec<u8> {
    encoded(&two_colors(width, height), ImageFormat::WebP)
}

/// Two frames.
pub fn gif(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let frames =
        [[255, 0, 0, 255], [0, 0, 255, 255]].map(|color| Frame::new(RgbaImage::from_pixel(width, height, Rgba(color))));
    GifEncoder::new(&mut bytes).encode_frames(frames).expect("it can be encoded");
    bytes
}

/// An EXIF block as cameras write it: an orientation, and a text where others put the place.
pub fn exif(orientation: u8, secret: &str) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0]);
    tiff.extend(b"\x01\x0E\0\x02");
    tiff.extend(u32::try_from(secret.len()).unwrap().to_be_bytes());
    tiff.extend(38_u32.to_be_bytes());
    tiff.extend([0; 4]);
    tiff.extend(secret.as_bytes());
    tiff
}

/// A JPEG with EXIF, XMP, a comment, and something behind its end.
pub fn photo(width: u32, height: u32, orientation: u8, secret: &str) -> Vec<u8> {
    let plain = jpeg(width, height);
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], length.as_slice(), body].concat()
    };
    let exif = [b"Exif\0\0".as_slice(), &exif(orientation, secret)].concat();
    let xmp = format!("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>{secret}</x:xmpmeta>");
    let parts = [
        &plain[..2],
        &segment(0xE1, &exif),
        &segment(0xE1, xmp.as_bytes()),
        &segment(0xED, secret.as_bytes()),
        &segment(0xFE, secret.as_bytes()),
        &plain[2..],
        secret.as_bytes(),
    ];
    parts.concat()
}

/// A PNG chunk of any name, put in front of the last one.
pub fn with_chunk(png: &[u8], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let end = png.len() - 12;
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    // Nobody checks the sum of a chunk that is thrown away.
    [&png[..end], &length, name, body, &[0; 4], &png[end..]].concat()
}

/// A PNG that says of itself that it is this large, with the right sum.
pub fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut png = png(8, 8);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
        crc
    })
}
