//! The bytes of a page as text: by what it says of itself, and Korean pages that say nothing are read, too.

use super::head::read_head;
use encoding_rs::{EUC_KR, Encoding, UTF_8, WINDOWS_1252, X_USER_DEFINED};

/// `declared` is the charset that its headers name.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> String {
    let named = |label: &str| Encoding::for_label(label.trim().as_bytes()).filter(|found| *found != X_USER_DEFINED);
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode_with_bom_removal(bytes).0.into_owned();
    }
    let encoding = declared.and_then(named).or_else(|| {
        // Every encoding of the web but UTF-16 has its tags as ASCII has them.
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
        read_head(&text, None).charset.as_deref().and_then(named).map(Encoding::output_encoding)
    });
    let encoding = encoding.unwrap_or_else(|| guess(bytes));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The first that fits of what pages are written in that do not say it.
fn guess(bytes: &[u8]) -> &'static Encoding {
    // The last character may be cut off.
    let is_utf8 = std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
    let is_korean = || !EUC_KR.decode_without_bom_handling(bytes).1;
    if is_utf8 {
        UTF_8
    } else if is_korean() {
        EUC_KR
    } else {
        WINDOWS_1252
    }
}

#[cfg(test)]
mod tests {
    use super::{EUC_KR, decode};

    #[test]
    fn a_page_is_read_in_what_it_is_written_in() {
        let korean = |text: &str| EUC_KR.encode(text).0.into_owned();
        for (bytes, declared) in [
            ("<title>안녕</title>".as_bytes().to_vec(), None),
            (b"\xEF\xBB\xBF<title>\xEC\x95\x88\xEB\x85\x95</title>".to_vec(), Some("euc-kr")),
            (korean("<title>안녕</title>"), Some("EUC-KR")),
            (korean("<title>안녕</title>"), None),
            (korean("<meta charset=ks_c_5601-1987><title>안녕</title>"), None),
            (korean("<meta http-equiv='Content-Type' content='text/html; charset=euc-kr'><title>안녕</title>"), None),
        ] {
            assert!(decode(&bytes, declared).contains("<title>안녕</title>"), "{declared:?} {bytes:?}");
        }
        assert!(decode(b"<title>caf\xE9</title>", Some("iso-8859-1")).contains("café"));
        assert!(decode(b"<title>caf\xE9 \xFF\xFE</title>", None).contains("café"));
        assert!(decode("<title>안녕</title>".as_bytes(), Some("no such charset")).contains("안녕"));
    }
}
