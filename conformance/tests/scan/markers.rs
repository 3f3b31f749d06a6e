//! What is searched for: everything planted in a person, in every form it may take in memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mynaq_conformance::{parts, planted, world};
use mynaq_simulator::people::Person;

/// Shorter texts are not searched for. A process has some 10^7 bytes that are not zero, and there are
/// some 10^3 markers: 10^10 comparisons, of which one in 10^14 hits by chance where six bytes are alike.
const SHORTEST: usize = 6;
/// Of longer ones every piece of this many bytes is searched for as well: what is left on a stack is
/// often a register's worth.
const PIECE: usize = 8;
/// What the index goes by; nothing shorter can be searched for at all.
const BEGINNING: usize = 4;

/// How something stands in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    Utf8,
    ShiftJis,
    Utf16,
    Der,
    Base64,
    Pin,
}

/// One thing to search for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Marker {
    pub(crate) bytes: Vec<u8>,
    pub(crate) form: Form,
    /// Whether it is a whole value: it can only be there because of the patient. A piece of one may
    /// be a piece of something else too.
    pub(crate) whole: bool,
    /// Where it comes from.
    pub(crate) of: String,
}

/// Many, to be searched for at once.
#[derive(Debug, Clone)]
pub(crate) struct Markers {
    all: Vec<Marker>,
    /// By their first bytes.
    beginnings: BTreeMap<[u8; BEGINNING], Vec<usize>>,
    /// Whether one begins with these two bytes.
    first_two: Vec<bool>,
}

impl Markers {
    fn new(all: impl IntoIterator<Item = Marker>) -> Self {
        let all: BTreeSet<Marker> = all.into_iter().collect();
        let all: Vec<_> = all.into_iter().collect();
        let mut beginnings: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut first_two = vec![false; 1 << 16];
        for (number, marker) in all.iter().enumerate() {
            let beginning = *marker.bytes.first_chunk().unwrap();
            beginnings.entry(beginning).or_default().push(number);
            first_two[two(&marker.bytes)] = true;
        }
        Markers { all, beginnings, first_two }
    }

    /// Everything the gateway knows of a person, and these values of their record.
    pub(crate) fn of_data(person: &Person, values: &[String]) -> Self {
        let planted = planted(person);
        // Its words are there anyway.
        let pack = parts().root.join("adapters/packs/record-app/mapping.toml");
        let pack = std::fs::read_to_string(pack).unwrap();
        Self::new(planted.iter().chain(values).flat_map(|text| {
            let forms = [(Form::Utf8, text.clone().into_bytes()), (Form::Utf16, utf_16(text))];
            let forms = forms.into_iter().chain(shift_jis(text).map(|it| (Form::ShiftJis, it)));
            let wholes = forms.filter(|(_, bytes)| bytes.len() >= SHORTEST).map(|(form, bytes)| {
                let whole = planted.contains(text) && !pack.contains(text);
                Marker { bytes, form, whole, of: text.clone() }
            });
            wholes.chain(pieces(text)).collect::<Vec<_>>()
        }))
    }

    /// A person's certificate, except for what also stands in another's.
    pub(crate) fn of_card(person: &Person, another: &Person) -> Self {
        let [own, other] =
            [person, another].map(|person| world().certificate(&person.id).unwrap().to_vec());
        Self::of_bytes(&own, &other, Form::Der, person)
    }

    /// The same in base64, as it is sent.
    pub(crate) fn of_request(person: &Person, another: &Person) -> Self {
        let [own, other] = [person, another]
            .map(|person| BASE64.encode(world().certificate(&person.id).unwrap()).into_bytes());
        Self::of_bytes(&own, &other, Form::Base64, person)
    }

    fn of_bytes(own: &[u8], other: &[u8], form: Form, person: &Person) -> Self {
        let other: HashSet<_> = other.windows(PIECE).collect();
        let pieces = own.chunks_exact(PIECE).enumerate();
        Self::new(pieces.filter(|(_, piece)| !other.contains(piece)).map(|(number, piece)| {
            let of = format!("{}'s certificate at {}", person.id, number * PIECE);
            Marker { bytes: piece.to_vec(), form, whole: false, of }
        }))
    }

    /// The command that takes a PIN to the card.
    pub(crate) fn of_pin_command(digits: &str) -> Self {
        let bytes = [b"\x00\x20\x00\x98\x04", digits.as_bytes()].concat();
        let of = "the PIN's command".to_owned();
        Self::new([Marker { bytes, form: Form::Pin, whole: true, of }])
    }

    /// The digits of a PIN alone. So short a thing may stand anywhere by chance.
    pub(crate) fn of_digits(digits: &str) -> Self {
        let (bytes, of) = (digits.into(), "the PIN's digits".to_owned());
        Self::new([Marker { bytes, form: Form::Pin, whole: false, of }])
    }

    pub(crate) fn and(self, others: &Self) -> Self {
        Self::new(self.all.into_iter().chain(others.all.iter().cloned()))
    }

    /// Those that are left when these are not searched for.
    pub(crate) fn without(self, known: &BTreeSet<Marker>) -> Self {
        Self::new(self.all.into_iter().filter(|marker| !known.contains(marker)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Marker> {
        self.all.iter()
    }

    /// Every one that is there, and where it stands.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Vec<(usize, &Marker)> {
        const PAGE: usize = 4096;
        let mut found = Vec::new();
        for (number, page) in bytes.chunks(PAGE).enumerate() {
            if page == &[0; PAGE][..page.len()] {
                continue;
            }
            let begin = number * PAGE;
            for at in begin..begin + page.len() {
                let Some(beginning) = bytes[at..].first_chunk() else { break };
                if !self.first_two[two(beginning)] {
                    continue;
                }
                let alike = self.beginnings.get(beginning).into_iter().flatten();
                let markers = alike.map(|number| &self.all[*number]);
                let there = markers.filter(|marker| bytes[at..].starts_with(&marker.bytes));
                found.extend(there.map(|marker| (at, marker)));
            }
        }
        found
    }
}

fn two(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// None for what it does not have.
fn shift_jis(text: &str) -> Option<Vec<u8>> {
    let mut encoder = encoding_rs::SHIFT_JIS.new_encoder();
    let longest = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
    let mut bytes = Vec::with_capacity(longest);
    let (result, _) = encoder.encode_from_utf8_to_vec_without_replacement(text, &mut bytes, true);
    (result == encoding_rs::EncoderResult::InputEmpty).then_some(bytes)
}

/// A form of a text; none where it has none.
type Way = fn(&str) -> Option<Vec<u8>>;

/// From every character on so many as make up a piece, in each form.
fn pieces(text: &str) -> Vec<Marker> {
    let ways: [(Form, Way); 3] = [
        (Form::Utf8, |text| Some(text.into())),
        (Form::Utf16, |text| Some(utf_16(text))),
        (Form::ShiftJis, shift_jis),
    ];
    let mut pieces = Vec::new();
    for (begin, _) in text.char_indices() {
        let rest = &text[begin..];
        for (form, way) in ways {
            let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let long = ends.filter_map(|end| way(&rest[..end])).find(|bytes| bytes.len() >= PIECE);
            pieces.extend(long.map(|bytes| Marker {
                bytes,
                form,
                whole: false,
                of: format!("a piece of {text}"),
            }));
        }
    }
    pieces
}
