//! Websocket frames (RFC 6455), as far as a chat over text messages needs them.

/// A frame that was read; the payload is not unmasked.
pub struct Frame<'a> {
    pub opcode: u8,
    pub mask: Option<[u8; 4]>,
    pub payload: &'a [u8],
    /// Bytes of the whole frame, header included.
    pub length: usize,
}

pub const TEXT: u8 = 1;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// RFC 6455 wants this unpredictable against proxies that are fooled by a page; a server's work is the same.
const MASK: [u8; 4] = [0x5a, 0xc3, 0x17, 0x9e];

/// Reads the frame at the start of `bytes`; none when it is not there as a whole.
///
/// # Errors
/// With what came, for a message that was cut into several frames or has extension bits set.
pub fn read(bytes: &[u8]) -> Result<Option<Frame<'_>>, String> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0xf0 != 0x80 {
        return Err(format!("a frame that begins with {first:#04x}"));
    }
    let (length, header) = match second & 0x7f {
        126 => match rest.first_chunk::<2>() {
            Some(length) => (usize::from(u16::from_be_bytes(*length)), 4),
            None => return Ok(None),
        },
        127 => match rest.first_chunk::<8>() {
            Some(length) => (usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX), 10),
            None => return Ok(None),
        },
        short => (usize::from(short), 2),
    };
    let mask_bytes = if second & 0x80 == 0 { 0 } else { 4 };
    let Some(after) = bytes.get(header..) else { return Ok(None) };
    let mask = if mask_bytes == 0 {
        None
    } else {
        match after.first_chunk::<4>() {
            Some(mask) => Some(*mask),
            None => return Ok(None),
        }
    };
    let begin = header + mask_bytes;
    let Some(payload) = bytes.get(begin..begin.saturating_add(length)) else { return Ok(None) };
    Ok(Some(Frame { opcode: first & 0x0f, mask, payload, length: begin + length }))
}

/// Appends a masked frame, as clients send them.
pub fn write_masked(to: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    write_header(to, opcode, payload.len(), 0x80);
    to.extend_from_slice(&MASK);
    let begin = to.len();
    to.extend_from_slice(payload);
    unmask(&mut to[begin..], MASK);
}

/// Appends a frame without mask, as servers send them.
pub fn write(to: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    write_header(to, opcode, payload.len(), 0);
    to.extend_from_slice(payload);
}

fn write_header(to: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    to.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => to.push(masked | short),
        (_, Ok(medium)) => {
            to.push(masked | 126);
            to.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            to.push(masked | 127);
            to.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// Takes a mask off, or puts it on.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again_at_every_length_and_never_before_it_is_complete() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            let payload: Vec<u8> = (0..length).map(|index: usize| (index % 251) as u8).collect();
            let mut bytes = Vec::new();
            write_masked(&mut bytes, TEXT, &payload);
            for cut in (0..bytes.len()).step_by(1 + length / 10) {
                assert!(read(&bytes[..cut]).unwrap().is_none(), "{cut} of {} bytes", bytes.len());
            }
            let frame = read(&bytes).unwrap().unwrap();
            let mut found = frame.payload.to_vec();
            unmask(&mut found, frame.mask.unwrap());
            assert_eq!((frame.opcode, frame.length, found), (TEXT, bytes.len(), payload));
        }
    }

    #[test]
    fn a_message_in_pieces_is_an_error() {
        assert!(read(&[0x01, 0x00]).is_err());
    }
}
