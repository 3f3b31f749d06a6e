//! Text to bytes and back, in the encodings of messages.

use encoding_rs::{EncoderResult, SHIFT_JIS};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Shift_JIS; `None` where a character is not in it.
pub(super) fn to_shift_jis(text: &str) -> Option<Vec<u8>> {
    let mut encoder = SHIFT_JIS.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
    let mut bytes = vec![0; room];
    let (result, _, written) = encoder.encode_from_utf8_without_replacement(text, &mut bytes, true);
    bytes.truncate(written);
    (result == EncoderResult::InputEmpty).then_some(bytes)
}

/// Shift_JIS; characters that are not in it become ●, as the national system writes them.
pub(super) fn to_shift_jis_with_dots(text: &str) -> Vec<u8> {
    let known = |letter: &char| to_shift_jis(letter.encode_utf8(&mut [0; 4])).is_some();
    let dotted: String =
        text.chars().map(|letter| if known(&letter) { letter } else { '●' }).collect();
    // ● is in it, so everything is.
    to_shift_jis(&dotted).unwrap_or_default()
}

/// UTF-16, little end first, with a byte order mark.
pub(super) fn to_utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Text of a document that declares Shift_JIS and is it. The error says what is wrong.
pub(super) fn from_shift_jis(bytes: &[u8]) -> Result<String, &'static str> {
    const DECLARATION: &str =
        "the document must begin with a declaration of version 1.0 and Shift_JIS";
    let end = bytes.windows(2).position(|pair| pair == b"?>").ok_or(DECLARATION)? + 2;
    let declaration = str::from_utf8(&bytes[..end]).map_err(|_| DECLARATION)?;
    let Ok(Event::Decl(said)) = Reader::from_str(declaration).read_event() else {
        return Err(DECLARATION);
    };
    let version = said.version().is_ok_and(|version| version == "1.0");
    let encoding = said.encoding().and_then(Result::ok);
    if !version || !encoding.is_some_and(|name| name.eq_ignore_ascii_case("shift_jis")) {
        return Err(DECLARATION);
    }
    SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| text.into_owned())
        .ok_or("the document is not Shift_JIS, although it says so")
}
