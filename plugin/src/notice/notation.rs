//! The notation of our own texts: `{word|reading}`, and `{word}` for Japanese within another
//! language.

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Plain(&'a str),
    Read { word: &'a str, reading: &'a str },
    Japanese(&'a str),
}

/// The pieces of a text, in order. A brace that opens nothing is plain text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = first(rest);
        rest = after;
        Some(piece)
    })
}

fn first(text: &str) -> (Piece<'_>, &str) {
    let Some((inner, after)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        // Beginning at 1: a brace at 0 has just been found to open nothing.
        let end = text.char_indices().skip(1).find(|&(_, character)| character == '{');
        let (plain, after) = text.split_at(end.map_or(text.len(), |(at, _)| at));
        return (Piece::Plain(plain), after);
    };
    let piece = match inner.split_once('|') {
        Some((word, reading)) => Piece::Read { word, reading },
        None => Piece::Japanese(inner),
    };
    (piece, after)
}

#[cfg(test)]
mod tests {
    use super::Piece::{Japanese, Plain, Read};
    use super::*;

    fn read(text: &str) -> Vec<Piece<'_>> {
        pieces(text).collect()
    }

    #[test]
    fn words_with_readings_stand_between_plain_text() {
        assert_eq!(
            read("ご{家族|かぞく}の{方|かた}へ"),
            [
                Plain("ご"),
                Read { word: "家族", reading: "かぞく" },
                Plain("の"),
                Read { word: "方", reading: "かた" },
                Plain("へ"),
            ]
        );
        assert_eq!(read("card ({保険証})"), [Plain("card ("), Japanese("保険証"), Plain(")")]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_brace_that_opens_nothing_is_text() {
        assert_eq!(read("a{b"), [Plain("a"), Plain("{b")]);
        assert_eq!(read("}{{"), [Plain("}"), Plain("{"), Plain("{")]);
    }
}
