//! The client's page where it is reached below a path: its addresses begin with that path. Everything else in the client
//! is found from there on.

use super::{PAGE, Sent, embedded, entity_tag, gunzip, quality};
use axum::body::Bytes;
use axum::http::HeaderMap;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const CODING: &str = "gzip";

/// The page, ready to be sent.
pub struct Moved {
    plain: Bytes,
    gzipped: Bytes,
    sha256: [u8; 32],
}

impl Moved {
    /// # Errors
    /// When the page that is embedded is none.
    pub fn new(path: &str) -> io::Result<Self> {
        let Sent { bytes, unpacked, .. } = embedded(PAGE, &HeaderMap::new()).ok_or(io::ErrorKind::NotFound)?;
        let page = if unpacked { gunzip(&bytes)? } else { bytes };
        let page = str::from_utf8(&page).map_err(io::Error::other)?;
        let plain = Bytes::from(below(page, path));
        Ok(Self { gzipped: gzip(&plain)?, sha256: Sha256::digest(&plain).into(), plain })
    }

    pub(super) fn best_coding(&self, request: &HeaderMap) -> Sent {
        let (bytes, coding, ending) = match quality(request, CODING) > 0.0 {
            true => (&self.gzipped, Some(CODING), "-gzip"),
            false => (&self.plain, None, ""),
        };
        Sent { bytes: bytes.clone(), coding, unpacked: false, tag: entity_tag(&self.sha256, ending) }
    }
}

/// The page names its own files alone, by the whole path, and nothing else in it looks like that.
fn below(page: &str, path: &str) -> String {
    page.replace("=\"/", &format!("=\"{path}/"))
}

fn gzip(bytes: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_page_begins_with_the_path() {
        let page = "<link href=\"/favicon.svg\" type=\"a/b\"><script src=\"/assets/app.js\"></script><a href=\"/\">";
        let expected = "<link href=\"/chat/favicon.svg\" type=\"a/b\"><script src=\"/chat/assets/app.js\"></script><a href=\"/chat/\">";
        assert_eq!(below(page, "/chat"), expected);
    }
}
