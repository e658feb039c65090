//! Sounds as browsers record them.

use super::noise;
use base64::{Engine, engine::general_purpose::STANDARD};

/// A WebM as browsers record it, with these kinds of tracks (1 pictures, 2 sound).
pub fn webm(tracks: &[u8], seed: u32) -> Vec<u8> {
    let element = |id: &[u8], inside: &[u8]| [id, &[0x80 | u8::try_from(inside.len()).unwrap()], inside].concat();
    let tracks: Vec<u8> =
        tracks.iter().flat_map(|kind| element(&[0xAE], &[0xD7, 0x81, 1, 0x83, 0x81, *kind])).collect();
    [
        &element(&[0x1A, 0x45, 0xDF, 0xA3], b"\x42\x82\x84webm"),
        [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF].as_slice(),
        &element(&[0x16, 0x54, 0xAE, 0x6B], &tracks),
        &[0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &noise(4_000, seed),
    ]
    .concat()
}

/// The loudness of its parts.
pub fn peaks() -> String {
    STANDARD.encode((0..64).map(|part| part * 4).collect::<Vec<u8>>())
}
