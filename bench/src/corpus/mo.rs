//! The texts of a catalogue of translations as gettext compiles it (`.mo`).

/// Its originals and its translations; nothing for what is no catalogue.
pub fn texts(bytes: &[u8]) -> Vec<String> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    if word(0) != Some(0x9504_12de) {
        return Vec::new();
    }
    let (Some(count), Some(originals), Some(translations)) = (word(8), word(12), word(16)) else { return Vec::new() };
    let text = |table: usize, index: usize| {
        let (length, start) = (word(table + index * 8)?, word(table + index * 8 + 4)?);
        Some(String::from_utf8_lossy(bytes.get(start..start + length)?).into_owned())
    };
    // The first original is empty, its translation is about the catalogue.
    let pairs = (1..count).flat_map(|index| [text(originals, index), text(translations, index)]);
    pairs.flatten().map(|text| readable(&text)).collect()
}

/// Without the context before an original, and without the marks of keys (`~File`, `파일(~F)`).
fn readable(text: &str) -> String {
    let text = text.rsplit('\u{4}').next().unwrap_or_default();
    text.replace(['~', '_', '\0', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn originals_and_translations_are_read() {
        let texts_of = [("", "Language: ko"), ("menu\u{4}~File", "파일")];
        let header = 28;
        let (mut tables, mut strings) = (Vec::new(), Vec::new());
        let strings_at = header + texts_of.len() * 16;
        for side in [0, 1] {
            for (original, translation) in texts_of {
                let text = if side == 0 { original } else { translation };
                let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
                tables.extend(word(text.len()));
                tables.extend(word(strings_at + strings.len()));
                strings.extend(text.as_bytes());
                strings.push(0);
            }
        }
        let mut file = Vec::new();
        for number in [0x9504_12de_u32, 0, 2, 28, 28 + 16, 0, 0] {
            file.extend(number.to_le_bytes());
        }
        file.extend(tables);
        file.extend(strings);
        assert_eq!(texts(&file), [" File", "파일"]);
        assert!(texts(b"no catalogue").is_empty());
        assert!(texts(&file[..40]).iter().all(String::is_empty));
    }
}
