//! Variables as units have them, and the files that units name for more.

/// Ours among the variables of a file that systemd reads, each on a line.
///
/// # Errors
/// As [`assignment`], with the line.
pub(super) fn variables(text: &str) -> Result<Vec<(&str, &str)>, String> {
    let found = text.lines().enumerate().filter_map(|(at, line)| {
        let found = assignment(line).map_err(|problem| format!("line {}: {problem}", at + 1));
        found.transpose()
    });
    found.collect()
}

/// One of ours (`NAME=value`), whose value may stand in quotes.
///
/// # Errors
/// In words for the operator: what systemd would read in another way.
pub(super) fn assignment(text: &str) -> Result<Option<(&str, &str)>, String> {
    let parts = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    let Some((name, value)) = parts.filter(|(name, _)| name.starts_with("MARU_")) else { return Ok(None) };
    let inner = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let value = inner.unwrap_or(value);
    // systemd reads more than this, as values on several lines: what is not understood alike is not guessed.
    if value.contains(['\\', '"', '\'']) {
        return Err(format!("{name} has a quote or a backslash in its value"));
    }
    Ok(Some((name, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_quotes_or_plainly_and_what_is_read_in_two_ways_is_refused() {
        let text =
            "# MARU_LISTEN=1\n;MARU_LISTEN=2\n\nOTHER=\\\n MARU_LISTEN = '127.0.0.1:1' \nMARU_LOG_LEVEL=\"debug\"\n";
        assert_eq!(variables(text), Ok(vec![("MARU_LISTEN", "127.0.0.1:1"), ("MARU_LOG_LEVEL", "debug")]));
        for value in ["/mnt/a\\", "'a'b'", "\"a"] {
            let refused = variables(&format!("\nMARU_BACKUP_DIR={value}")).expect_err(value);
            assert!(refused.starts_with("line 2: MARU_BACKUP_DIR has"), "{refused}");
        }
    }
}
