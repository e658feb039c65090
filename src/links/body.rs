//! The body of an answer, of which no more is taken than is wanted, whatever comes and however it is packed.

use super::fetch::Fault;
use bytes::Bytes;
use flate2::write::GzDecoder;
use http_body_util::BodyExt;
use hyper::body::Body;
use std::io::{self, Write};

/// The most bytes that are taken off the network for one body.
pub(super) const MOST_BYTES: usize = 5 * 1024 * 1024;

/// What is to become of a body.
pub(super) struct Wanted {
    /// The most bytes, unpacked.
    pub most: usize,
    /// Whether what comes first is enough when there is more.
    pub cut: bool,
    /// What ends it when it has come; searched without regard to case.
    pub until: Option<&'static [u8]>,
    pub is_packed: bool,
}

/// Takes a body as far as it is wanted.
///
/// # Errors
/// `TooLarge` for more than may be, unless the rest may be cut; `Network` when it ends early; `Packed`.
pub(super) async fn read<B>(mut body: B, wanted: Wanted) -> Result<Vec<u8>, Fault>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    if !wanted.cut && body.size_hint().lower() > MOST_BYTES as u64 {
        return Err(Fault::TooLarge);
    }
    let kept = Kept { bytes: Vec::new(), most: wanted.most, is_full: false };
    let mut unpacking =
        if wanted.is_packed { Unpacking::Gzip(Box::new(GzDecoder::new(kept))) } else { Unpacking::Plain(kept) };
    let (mut taken, mut searched) = (0, 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        taken += data.len();
        let unpacked = unpacking.take(&data);
        let kept = unpacking.kept();
        if kept.is_full || taken > MOST_BYTES {
            return if wanted.cut { Ok(unpacking.finish()) } else { Err(Fault::TooLarge) };
        }
        unpacked.map_err(|_| Fault::Packed)?;
        if let Some(end) = wanted.until {
            let from = searched_again(searched, end.len());
            searched = kept.bytes.len();
            if kept.bytes[from..].windows(end.len()).any(|part| part.eq_ignore_ascii_case(end)) {
                return Ok(unpacking.finish());
            }
        }
    }
    Ok(unpacking.finish())
}

/// What is looked for may have come in two parts.
fn searched_again(searched: usize, length: usize) -> usize {
    searched.saturating_sub(length)
}

/// What has come, up to the most that is wanted.
struct Kept {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(self.most - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..fits]);
        self.is_full |= fits < bytes.len();
        // That nothing more is taken ends the unpacking.
        if self.is_full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(fits) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Unpacking {
    Plain(Kept),
    Gzip(Box<GzDecoder<Kept>>),
}

impl Unpacking {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(kept) => kept.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes).and_then(|()| decoder.flush()),
        }
    }

    fn kept(&self) -> &Kept {
        match self {
            Self::Plain(kept) => kept,
            Self::Gzip(decoder) => decoder.get_ref(),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Plain(kept) => kept.bytes,
            Self::Gzip(mut decoder) => {
                // What was cut off has no end; what had come by then is flushed all the same.
                let _cut = decoder.try_finish();
                std::mem::take(&mut decoder.get_mut().bytes)
            }
        }
    }
}
