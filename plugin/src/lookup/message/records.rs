//! What hospitals share of their electronic records: the elements of all of it are assumed.

use mynaq_interface::{ClaimDate, Institution};

use super::unread::Unread;
use super::{date, institution, owned};
use crate::lookup::xml::Element;

/// What a part of the records says.
#[derive(Debug)]
pub(in crate::lookup) enum Part {
    /// The element is absent: not asked, or not given.
    NotAsked,
    /// It states that there is none.
    StatedNone,
    /// What it holds; perhaps nothing.
    Holds(Vec<Item>),
}

/// One item of any part.
#[derive(Debug)]
pub(in crate::lookup) struct Item {
    pub(in crate::lookup) name: String,
    pub(in crate::lookup) code: Option<String>,
    /// The reaction, the result, the value.
    pub(in crate::lookup) detail: Option<String>,
    pub(in crate::lookup) unit: Option<String>,
    pub(in crate::lookup) date: Option<ClaimDate>,
    pub(in crate::lookup) institution: Option<Institution>,
    /// 未告知.
    pub(in crate::lookup) undisclosed: bool,
}

/// The five parts beside prescriptions, which come as e-prescriptions.
#[derive(Debug)]
pub(in crate::lookup) struct Records {
    pub(in crate::lookup) diseases: Part,
    pub(in crate::lookup) allergies: Part,
    pub(in crate::lookup) infections: Part,
    pub(in crate::lookup) contraindications: Part,
    pub(in crate::lookup) tests: Part,
}

/// How a part is spelt: its section, its element, the element of an item, and the elements in it.
struct Spelling {
    section: &'static str,
    part: &'static str,
    item: &'static str,
    name: &'static str,
    code: &'static str,
    detail: &'static str,
    date: &'static str,
}

const DISEASES: Spelling = Spelling {
    section: "diseases",
    part: "DiagnosisNameInfo",
    item: "DiagnosisNameInf",
    name: "DiagnosisName",
    code: "DiagnosisCd",
    detail: "",
    date: "DiagnosisDate",
};
const ALLERGIES: Spelling = Spelling {
    section: "allergies",
    part: "AllergyInfo",
    item: "AllergyInf",
    name: "AllergyName",
    code: "AllergyCd",
    detail: "Reaction",
    date: "ConfirmedDate",
};
const INFECTIONS: Spelling = Spelling {
    section: "infections",
    part: "InfectiousInfo",
    item: "InfectiousInf",
    name: "InfectiousName",
    code: "InfectiousCd",
    detail: "Result",
    date: "ConfirmedDate",
};
const CONTRAINDICATIONS: Spelling = Spelling {
    section: "contraindications",
    part: "ContraindicationInfo",
    item: "ContraindicationInf",
    name: "ContraindicationName",
    code: "ContraindicationCd",
    detail: "",
    date: "ConfirmedDate",
};
const TESTS: Spelling = Spelling {
    section: "tests",
    part: "TestInfo",
    item: "TestInf",
    name: "TestName",
    code: "TestCd",
    detail: "TestValue",
    date: "TestDate",
};

impl Records {
    /// Reads them from an answer's body.
    pub(super) fn read(body: &Element, unread: &mut Unread) -> Self {
        let mut part = |spelling| part(body, spelling, unread);
        Records {
            diseases: part(&DISEASES),
            allergies: part(&ALLERGIES),
            infections: part(&INFECTIONS),
            contraindications: part(&CONTRAINDICATIONS),
            tests: part(&TESTS),
        }
    }
}

/// The elements of all parts.
pub(super) const PARTS: [&str; 5] =
    [DISEASES.part, ALLERGIES.part, INFECTIONS.part, CONTRAINDICATIONS.part, TESTS.part];

/// Items count before a statement that there are none: what is written down is not overlooked. Where
/// there is neither, and something that cannot be read, it is as if nobody had been asked.
fn part(body: &Element, spelling: &Spelling, unread: &mut Unread) -> Part {
    let Spelling { section, part, .. } = spelling;
    let mut parts = body.all(part).peekable();
    if parts.peek().is_none() {
        return Part::NotAsked;
    }
    let (mut items, mut none_stated, before) = (Vec::new(), false, unread.count());
    for child in parts.flat_map(Element::children) {
        if child.name == "NoneStated" {
            none_stated |= child.own_text() == Some("1");
        } else if child.name == spelling.item {
            match item(child, spelling) {
                Some(item) => items.push(item),
                None if child.is_empty() => {}
                None => unread.name(section, &child.name),
            }
        } else {
            unread.name(section, &child.name);
        }
    }
    match (items.is_empty(), none_stated) {
        (true, _) if unread.count() > before => Part::NotAsked,
        (true, true) => Part::StatedNone,
        _ => Part::Holds(items),
    }
}

/// One without a name is known by its code, or by what is said of it.
fn item(element: &Element, spelling: &Spelling) -> Option<Item> {
    let code = owned(element, spelling.code);
    let detail = owned(element, spelling.detail);
    Some(Item {
        name: owned(element, spelling.name).or_else(|| code.clone()).or_else(|| detail.clone())?,
        code,
        detail,
        unit: owned(element, "TestUnit"),
        date: date(element, spelling.date),
        institution: institution(element, "MedInstNm", "MedInstCd"),
        // Whatever stands there but a plain "told" is taken for untold.
        undisclosed: element.text("UndisclosedFlag").is_some_and(|flag| flag != "0"),
    })
}
