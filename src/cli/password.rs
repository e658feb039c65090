//! Passwords come on standard input: a command line can be read by others, and shells keep it.

use super::problem::Problem;
use std::io::Read;

/// Far more than any password.
const MOST_BYTES: u64 = 16 * 1024;

/// The whole of standard input but one line break at its end.
pub fn from_stdin() -> Result<String, Problem> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(MOST_BYTES + 1).read_to_string(&mut text);
    read.map_err(|error| Problem(format!("the password cannot be read from standard input: {error}")))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(Problem("the password on standard input is too long".to_owned()));
    }
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.to_owned())
}
