//! Images as bytes alone: freed of their metadata, measured, and made small. What cannot be read to its end is no image.

mod clean;
mod workers;

pub use workers::{LARGEST_FILE, Workers};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The longest side of a thumbnail, in pixels.
const SMALL: u32 = 320;
const LARGE: u32 = 1_280;
/// The side of an avatar, in pixels.
const AVATAR: u32 = 256;
/// The longest side of an emoji, in pixels.
const EMOJI: u32 = 128;
/// The most pixels of an image: larger ones are not decoded.
const MOST_PIXELS: u64 = 50_000_000;
const LONGEST_SIDE: u32 = 32_768;
/// The most bytes that a decoded image may take.
const MOST_DECODED: u64 = 208 * 1024 * 1024;
const JPEG_QUALITY: u8 = 82;
/// A longer colour profile is left out of thumbnails.
const LONGEST_PROFILE: usize = 64 * 1024;

/// The formats that are read; all others are files like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
}

/// What is kept of an image.
pub struct Prepared {
    /// The image as it came, without metadata and without anything behind its end.
    pub clean: Vec<u8>,
    /// As it is shown, in pixels.
    pub width: u32,
    pub height: u32,
    pub animated: bool,
    /// The mean of its pixels: `#rrggbb`.
    pub color: String,
    /// The type of both thumbnails, which are no larger than the image.
    pub thumbnails: &'static str,
    pub small: Vec<u8>,
    pub large: Vec<u8>,
}

/// How a picture is shown that nobody opens.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub format: Format,
    /// It stands alone, and not beside words.
    pub alone: bool,
}

/// A picture as it is shown, upright and without anything else that came with it.
pub struct Shown {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// The mean of its pixels: `#rrggbb`.
    pub color: String,
}

/// The part of an image that becomes an avatar, in pixels of the image as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Crop {
    pub x: u32,
    pub y: u32,
    pub size: u32,
}

/// Why something is not shown as an image; for the log.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error("its structure is broken")]
    Broken,
    #[error("{0} × {1} pixels are too many")]
    TooLarge(u32, u32),
    #[error("the part to cut out lies outside of it")]
    Outside,
    #[error(transparent)]
    Undecodable(#[from] image::ImageError),
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    #[error("decoding it failed badly")]
    Panicked,
}

impl Format {
    /// The format of a media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Some(match media_type {
            "image/jpeg" => Self::Jpeg,
            "image/png" => Self::Png,
            "image/gif" => Self::Gif,
            "image/webp" => Self::WebP,
            _ => return None,
        })
    }

    fn codec(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

/// The bytes that an image takes once it is decoded, known from its head.
fn decoded_bytes(bytes: &[u8], format: Format) -> Result<u64, Unfit> {
    Ok(decoder(bytes, format)?.total_bytes())
}

fn decoder(bytes: &[u8], format: Format) -> Result<impl ImageDecoder + '_, Unfit> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.codec());
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_DECODED);
    reader.limits(limits);
    let decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_DECODED {
        return Err(Unfit::TooLarge(width, height));
    }
    Ok(decoder)
}

/// An image upright, its colour profile, and how it was turned.
struct Decoded {
    image: DynamicImage,
    profile: Option<Vec<u8>>,
    orientation: Orientation,
}

fn decode(bytes: &[u8], format: Format) -> Result<Decoded, Unfit> {
    let mut decoder = decoder(bytes, format)?;
    let orientation = decoder.orientation()?;
    // One of another colour space, such as that of print, does not fit the pixels that the decoder gives.
    let is_rgb = |profile: &Vec<u8>| profile.len() <= LONGEST_PROFILE && profile.get(16..20) == Some(b"RGB ");
    let profile = decoder.icc_profile()?.filter(is_rgb);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(Decoded { image, profile, orientation })
}

/// Takes an image apart. Needs as much memory as `decoded_bytes` and half as much again.
fn prepare(bytes: &[u8], format: Format) -> Result<Prepared, Unfit> {
    let clean::Cleaned { bytes: mut clean, animated } = clean::clean(bytes, format).ok_or(Unfit::Broken)?;
    let Decoded { image, profile, orientation } = decode(bytes, format)?;
    let (width, height) = image.dimensions();
    if orientation != Orientation::NoTransforms {
        match format {
            Format::Jpeg => clean::turn_jpeg(&mut clean, orientation.to_exif()),
            // Browsers do not agree on what these formats say of it.
            Format::Png | Format::Gif => clean = encoded(&image, profile.as_deref(), "image/png")?,
            Format::WebP => {
                clean = Vec::new();
                let rgba = image.to_rgba8();
                let encoder = WebPEncoder::new_lossless(&mut clean);
                encoder.write_image(rgba.as_raw(), width, height, image::ExtendedColorType::Rgba8)?;
            }
        }
    }
    let thumbnails = kind_of(&image);
    let large = within(&image, LARGE);
    drop(image);
    let small = within(&large, SMALL);
    Ok(Prepared {
        clean,
        width,
        height,
        animated,
        color: mean(&small),
        thumbnails,
        small: encoded(&small, profile.as_deref(), thumbnails)?,
        large: encoded(&large, profile.as_deref(), thumbnails)?,
    })
}

/// An avatar of a part of an image, or of its middle.
fn avatar(bytes: &[u8], format: Format, crop: Option<Crop>) -> Result<Vec<u8>, Unfit> {
    let Decoded { image, profile, .. } = decode(bytes, format)?;
    let (width, height) = image.dimensions();
    let side = width.min(height);
    let crop = crop.unwrap_or(Crop { x: (width - side) / 2, y: (height - side) / 2, size: side });
    let fits = |from: u32, most: u32| from.checked_add(crop.size).is_some_and(|end| end <= most);
    if crop.size == 0 || !fits(crop.x, width) || !fits(crop.y, height) {
        return Err(Unfit::Outside);
    }
    let part = within(&image.crop_imm(crop.x, crop.y, crop.size, crop.size), AVATAR);
    encoded(&part, profile.as_deref(), kind_of(&part))
}

/// An emoji of an image as a whole.
fn emoji(bytes: &[u8], format: Format) -> Result<Vec<u8>, Unfit> {
    let Decoded { image, profile, .. } = decode(bytes, format)?;
    let small = within(&image, EMOJI);
    encoded(&small, profile.as_deref(), kind_of(&small))
}

/// Makes of a picture what is shown of it.
fn show(bytes: &[u8], look: Look) -> Result<Shown, Unfit> {
    clean::clean(bytes, look.format).ok_or(Unfit::Broken)?;
    let Decoded { image, profile, .. } = decode(bytes, look.format)?;
    let shown = within(&image, if look.alone { LARGE } else { SMALL });
    let media_type = kind_of(&shown);
    let (width, height) = shown.dimensions();
    let bytes = encoded(&shown, profile.as_deref(), media_type)?;
    Ok(Shown { bytes, media_type, width, height, color: mean(&shown) })
}

/// The type that an image is given out as.
fn kind_of(image: &DynamicImage) -> &'static str {
    if image.color().has_alpha() { "image/png" } else { "image/jpeg" }
}

/// The image in 8 bits a channel, in a square of `side` pixels; never enlarged.
fn within(image: &DynamicImage, side: u32) -> DynamicImage {
    let fitting = match image.dimensions() {
        (width, height) if width <= side && height <= side => image.clone(),
        _ => image.thumbnail(side, side),
    };
    if fitting.color().has_alpha() { fitting.into_rgba8().into() } else { fitting.into_rgb8().into() }
}

fn encoded(image: &DynamicImage, profile: Option<&[u8]>, kind: &str) -> Result<Vec<u8>, Unfit> {
    let mut bytes = Vec::new();
    let profile = profile.map(<[u8]>::to_vec);
    // A format that takes no profile goes without.
    if kind == "image/jpeg" {
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        let _without = profile.map(|profile| encoder.set_icc_profile(profile));
        image.write_with_encoder(encoder)?;
    } else {
        let mut encoder = PngEncoder::new(&mut bytes);
        let _without = profile.map(|profile| encoder.set_icc_profile(profile));
        image.write_with_encoder(encoder)?;
    }
    Ok(bytes)
}

/// The mean colour of what can be seen.
fn mean(image: &DynamicImage) -> String {
    let (mut sums, mut weights) = ([0_u64; 3], 0_u64);
    for (_, _, image::Rgba([red, green, blue, alpha])) in image.pixels() {
        let weight = u64::from(alpha);
        weights += weight;
        for (sum, channel) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u64::from(channel) * weight;
        }
    }
    let [red, green, blue] = sums.map(|sum| sum / weights.max(1));
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests;
