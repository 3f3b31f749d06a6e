//! What hospitals share of their electronic records: the elements of all of it are assumed.

use mynaq_interface::{ClaimDate, Institution};

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

/// How a part is spelt: its element, the element of an item, and the elements in it.
struct Spelling {
    part: &'static str,
    item: &'static str,
    name: &'static str,
    code: &'static str,
    detail: &'static str,
    date: &'static str,
}

const DISEASES: Spelling = Spelling {
    part: "DiagnosisNameInfo",
    item: "DiagnosisNameInf",
    name: "DiagnosisName",
    code: "DiagnosisCd",
    detail: "",
    date: "DiagnosisDate",
};
const ALLERGIES: Spelling = Spelling {
    part: "AllergyInfo",
    item: "AllergyInf",
    name: "AllergyName",
    code: "AllergyCd",
    detail: "Reaction",
    date: "ConfirmedDate",
};
const INFECTIONS: Spelling = Spelling {
    part: "InfectiousInfo",
    item: "InfectiousInf",
    name: "InfectiousName",
    code: "InfectiousCd",
    detail: "Result",
    date: "ConfirmedDate",
};
const CONTRAINDICATIONS: Spelling = Spelling {
    part: "ContraindicationInfo",
    item: "ContraindicationInf",
    name: "ContraindicationName",
    code: "ContraindicationCd",
    detail: "",
    date: "ConfirmedDate",
};
const TESTS: Spelling = Spelling {
    part: "TestInfo",
    item: "TestInf",
    name: "TestName",
    code: "TestCd",
    detail: "TestValue",
    date: "TestDate",
};

impl Records {
    /// Reads them from an answer's body.
    pub(super) fn read(body: &Element) -> Self {
        Records {
            diseases: part(body, &DISEASES),
            allergies: part(body, &ALLERGIES),
            infections: part(body, &INFECTIONS),
            contraindications: part(body, &CONTRAINDICATIONS),
            tests: part(body, &TESTS),
        }
    }
}

/// Items count before a statement that there are none: what is written down is not overlooked.
fn part(body: &Element, spelling: &Spelling) -> Part {
    let mut parts = body.all(spelling.part).peekable();
    if parts.peek().is_none() {
        return Part::NotAsked;
    }
    let (mut items, mut none_stated) = (Vec::new(), false);
    for part in parts {
        none_stated |= part.text("NoneStated") == Some("1");
        items.extend(part.all(spelling.item).filter_map(|element| item(element, spelling)));
    }
    if items.is_empty() && none_stated { Part::StatedNone } else { Part::Holds(items) }
}

fn item(element: &Element, spelling: &Spelling) -> Option<Item> {
    let code = owned(element, spelling.code);
    Some(Item {
        name: owned(element, spelling.name).or_else(|| code.clone())?,
        code,
        detail: owned(element, spelling.detail),
        unit: owned(element, "TestUnit"),
        date: date(element, spelling.date),
        institution: institution(element, "MedInstNm", "MedInstCd"),
        // Whatever stands there but a plain "told" is taken for untold.
        undisclosed: element.text("UndisclosedFlag").is_some_and(|flag| flag != "0"),
    })
}
