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

/// Ours on a line of a unit (`Environment="A=1" B=2`): words, of which any part may stand in quotes.
///
/// # Errors
/// In words for the operator: a backslash, or a quote that does not end.
pub(super) fn assignments(line: &str) -> Result<Vec<(String, String)>, String> {
    if !line.contains("MARU_") {
        return Ok(Vec::new());
    }
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in line.chars() {
        match (character, quote) {
            ('\\', _) => return Err("a variable has a backslash in its value".to_owned()),
            (character, Some(open)) if character == open => quote = None,
            ('"' | '\'', None) => quote = Some(character),
            (character, None) if character.is_whitespace() => words.push(std::mem::take(&mut word)),
            (character, _) => word.push(character),
        }
    }
    if quote.is_some() {
        return Err("a quote around a variable does not end".to_owned());
    }
    words.push(word);
    let pairs = words.iter().filter_map(|word| word.split_once('=')).filter(|(name, _)| name.starts_with("MARU_"));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
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

    #[test]
    fn a_line_of_a_unit_may_have_several() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (line, expected) in [
            ("MARU_LISTEN=127.0.0.1:1", vec![pair("MARU_LISTEN", "127.0.0.1:1")]),
            ("\"MARU_A=1 2\" OTHER=x  MARU_B='3 4'", vec![pair("MARU_A", "1 2"), pair("MARU_B", "3 4")]),
            ("PATH=C:\\", vec![]),
        ] {
            assert_eq!(assignments(line).as_ref(), Ok(&expected), "{line}");
        }
        assert!(assignments("MARU_A=\"1").is_err() && assignments("MARU_A=1\\").is_err());
    }
}
