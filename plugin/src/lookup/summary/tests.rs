//! The merged lists equal what happened. The oracle knows the events and how they were told; it shares
//! nothing with the merging.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::message::Answer;
use super::*;
use crate::card::trial::heap::most_held;

/// Medicines that must not be taken for each other: strength, form and brand differ.
const MEDICINES: [&str; 6] = [
    "架空プリン錠2.5mg",
    "架空プリン錠5mg",
    "架空プリンOD錠5mg",
    "架空プリン錠5mg「模擬」",
    "テストミン散10%",
    "ﾃｽﾄﾐﾝ点眼液0.1%",
];
const PHARMACIES: [(&str, &str); 3] =
    [("模擬薬局本店", "9942000001"), ("模擬薬局", "9942000002"), ("見本調剤薬局", "9942000003")];
/// The day of every viewing here: 2026-11-25.
fn today() -> Date {
    Date::from_calendar_date(2026, CalendarMonth::November, 25).unwrap()
}

/// A medicine was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Dispensing {
    medicine: usize,
    pharmacy: usize,
    month: u8,
    day: u8,
}

/// How one source tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Dispensed,
    Claimed,
    /// A claim that knows the month only.
    ClaimedByMonth,
}

/// Noise that changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    AsIs,
    Wide,
    Spaced,
}

impl Writing {
    fn of(self, name: &str) -> String {
        match self {
            Writing::AsIs => name.to_owned(),
            // Digits and Latin letters in full width, as claims often have them.
            Writing::Wide => name
                .chars()
                .map(|c| match c {
                    '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
                    other => other,
                })
                .collect(),
            Writing::Spaced => name.replace("錠", "錠　").replace("散", "散 "),
        }
    }
}

fn told() -> impl Strategy<Value = Vec<(Dispensing, Vec<Way>, Writing)>> {
    let event = (0..MEDICINES.len(), 0..PHARMACIES.len(), 9..=11u8, 1..=25u8)
        .prop_map(|(medicine, pharmacy, month, day)| Dispensing { medicine, pharmacy, month, day });
    let ways = prop_oneof![
        subsequence(vec![Way::Dispensed, Way::Claimed], 1..=2),
        subsequence(vec![Way::Dispensed, Way::ClaimedByMonth], 1..=2),
    ];
    let writing = select(vec![Writing::AsIs, Writing::Wide, Writing::Spaced]);
    prop::collection::vec((event, ways, writing), 0..12)
}

/// The answer of a gateway that knows this, each telling in a month of its own and in any order.
fn answer(told: &[(Dispensing, Vec<Way>, Writing)]) -> String {
    let (mut claims, mut dispensed) = (String::from("<MeTrMonthInf/>"), String::new());
    for (event, ways, writing) in told {
        let Dispensing { medicine, pharmacy, month, day } = event;
        let (place, code) = PHARMACIES[*pharmacy];
        for way in ways {
            // The register of e-prescriptions writes names as they are.
            let writing = if *way == Way::Dispensed { Writing::AsIs } else { *writing };
            let name = writing.of(MEDICINES[*medicine]);
            let day = match way {
                Way::ClaimedByMonth => String::new(),
                _ => format!("<DiDate>2026{month:02}{day:02}</DiDate>"),
            };
            let inside = format!(
                "<MeTrDiHCd>{code}</MeTrDiHCd><MeTrDiHNm>{place}</MeTrDiHNm>\
                 <MeTrMonth>2026{month:02}</MeTrMonth><DiDateInfs><DiDateInf>{day}<DrugInfs><DrugInf>\
                 <DrugN>{name}</DrugN></DrugInf></DrugInfs></DiDateInf></DiDateInfs>"
            );
            match way {
                Way::Dispensed => write!(dispensed, "<DiMonthInf>{inside}</DiMonthInf>").unwrap(),
                _ => write!(claims, "<MeTrMonthInf>{inside}</MeTrMonthInf>").unwrap(),
            }
        }
    }
    format!(
        "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ1</ArbitraryFileIdentifier>\
         <SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>\
         <ProcessingResultStatus>1</ProcessingResultStatus><ResultList>\
         <ResultOfQualificationConfirmation><Name>模擬　花子</Name></ResultOfQualificationConfirmation>\
         </ResultList>{claims}<CzDiInf>{dispensed}</CzDiInf></MessageBody></XmlMsg>"
    )
}

fn summary(xml: &str) -> Summary {
    match Answer::read(xml.as_bytes(), "MQ1").unwrap() {
        Answer::Found(found) => build(*found, Scope::Summary, today()),
        Answer::Refused(error) => panic!("{error}"),
    }
}

proptest! {
    /// One line for each medicine of each pharmacy: none lost, none twice, every source with every day.
    #[test]
    fn merged_medications_are_what_was_dispensed(told in told()) {
        let mut expected = BTreeMap::<(usize, usize), BTreeSet<(Source, ClaimDate)>>::new();
        for (event, ways, _) in &told {
            let known = expected.entry((event.medicine, event.pharmacy)).or_default();
            for way in ways {
                let day = ClaimDate::day(2026, event.month, event.day).unwrap();
                known.insert(match way {
                    Way::Dispensed => (Source::Dispensing, day),
                    Way::Claimed => (Source::Claim, day),
                    Way::ClaimedByMonth => {
                        (Source::Claim, ClaimDate::month(2026, event.month).unwrap())
                    }
                });
            }
        }
        let summary = summary(&answer(&told));
        let mut merged = BTreeMap::new();
        for item in summary.medications.items() {
            let written = |name: &str| {
                [Writing::AsIs, Writing::Wide, Writing::Spaced]
                    .iter()
                    .any(|writing| writing.of(name) == item.name)
            };
            let medicine = MEDICINES.iter().position(|name| written(name)).unwrap();
            let place = item.dispensed_by.as_ref().unwrap();
            let pharmacy = PHARMACIES.iter().position(|(_, code)| place.code.as_deref() == Some(code));
            let provenance = &item.provenance;
            let known: BTreeSet<_> = provenance.iter().map(|it| (it.source, it.date.unwrap())).collect();
            prop_assert_eq!(known.len(), provenance.len(), "a source twice: {:?}", item);
            let last = known.iter().map(|(_, date)| *date).max();
            prop_assert_eq!(Some(item.date), last, "the last day: {:?}", item);
            let twice = merged.insert((medicine, pharmacy.unwrap()), known);
            prop_assert!(twice.is_none(), "a medicine twice: {:?}", item);
        }
        prop_assert_eq!(merged, expected);
        prop_assert!(summary.left_out.is_empty());
        let dates: Vec<_> = summary.medications.items().iter().map(|item| item.date).collect();
        prop_assert!(dates.is_sorted_by(|a, b| a >= b), "newest first: {:?}", dates);
    }
}

#[test]
fn what_has_no_day_is_named_and_not_lost() {
    let event = Dispensing { medicine: 0, pharmacy: 0, month: 11, day: 5 };
    let xml = answer(&[(event, vec![Way::Claimed], Writing::AsIs)])
        .replace("20261105", "someday")
        .replace("<MeTrMonth>202611</MeTrMonth>", "<MeTrMonth>?</MeTrMonth>");
    let summary = summary(&xml);
    assert!(summary.medications.items().is_empty());
    let named: Vec<_> = summary.left_out.iter().map(|it| (&*it.section, &*it.name)).collect();
    assert!(named.contains(&("medications", MEDICINES[0])), "{named:?}");
}

#[test]
fn records_of_hospitals_say_all_they_hold_and_how_they_hold_nothing() {
    let xml = answer(&[]).replace(
        "</MessageBody>",
        "<DiagnosisNameInfo><DiagnosisNameInf><DiagnosisName>架空症</DiagnosisName>\
         <DiagnosisDate>20250401</DiagnosisDate><UndisclosedFlag>1</UndisclosedFlag></DiagnosisNameInf>\
         <DiagnosisNameInf><DiagnosisName>見本症</DiagnosisName></DiagnosisNameInf></DiagnosisNameInfo>\
         <AllergyInfo><NoneStated>1</NoneStated></AllergyInfo><InfectiousInfo/>\
         <TestInfo><TestInf><TestName>ヘモグロビンA1c</TestName><TestValue>6.2</TestValue>\
         <TestUnit>%</TestUnit><TestDate>R08/10/01</TestDate></TestInf></TestInfo></MessageBody>",
    );
    let summary = summary(&xml);
    let diseases: Vec<_> =
        summary.diseases.items().iter().map(|it| (&*it.name, it.undisclosed)).collect();
    assert_eq!(diseases, [("架空症", true), ("見本症", false)]);
    let provenance = &summary.diseases.items()[0].provenance[0];
    assert_eq!((provenance.source, provenance.age_days), (Source::MedicalRecord, Some(603)));
    assert!(matches!(summary.allergies, Section::StatedNone { .. }));
    assert!(matches!(summary.infections, Section::NotInSource { .. }));
    assert_eq!(summary.contraindications, Section::NotAsked);
    let test = &summary.tests.items()[0];
    assert_eq!((test.value.as_deref(), test.date), (Some("6.2"), ClaimDate::day(2026, 10, 1)));
}

#[test]
fn each_section_says_who_was_asked_and_how_far_back() {
    let summary = summary(&answer(&[]));
    let since = |section: &[Asked]| {
        section.iter().map(|it| (it.source, it.since.unwrap().to_string())).collect::<Vec<_>>()
    };
    let both =
        [(Source::Claim, "2026-08-25".to_owned()), (Source::Dispensing, "2026-10-11".to_owned())];
    assert_eq!(since(summary.medications.asked()), both);
    assert_eq!(since(summary.surgeries.asked()), [(Source::Claim, "2021-11-25".to_owned())]);
    assert!(summary.prescriptions.asked().is_empty());
}

#[test]
fn an_answer_cut_at_any_byte_is_no_answer() {
    let all = [Way::Dispensed, Way::Claimed];
    let told: Vec<_> = (0..MEDICINES.len())
        .map(|medicine| {
            let event = Dispensing { medicine, pharmacy: medicine % 3, month: 10, day: 7 };
            (event, all.to_vec(), Writing::AsIs)
        })
        .collect();
    let xml = answer(&told).into_bytes();
    assert!(Answer::read(&xml, "MQ1").is_ok());
    for end in 0..xml.len() {
        let error = Answer::read(&xml[..end], "MQ1").unwrap_err();
        assert_eq!(error.code(), mynaq_interface::ErrorCode::GatewayUnreadable, "at byte {end}");
    }
}

#[test]
fn one_medicine_taken_in_two_ways_on_one_day_is_two_lines_and_amounts_of_two_sources_are_none() {
    let drug = |amount: &str| {
        format!(
            "<DrugInf><DrugN>架空錠5mg</DrugN><Qua1>{amount}</Qua1><SpInst>舌下</SpInst></DrugInf>"
        )
    };
    let month = |drugs: &str| {
        format!(
            "<MeTrMonth>202611</MeTrMonth><DiDateInfs><DiDateInf><DiDate>20261105</DiDate>\
             <DrugInfs>{drugs}</DrugInfs></DiDateInf></DiDateInfs>"
        )
    };
    let both = format!("{}{}", drug("1"), drug("2"));
    let claims = format!("<MeTrMonthInf>{}</MeTrMonthInf>", month(&both));
    let dispensed = format!("<CzDiInf><DiMonthInf>{}</DiMonthInf></CzDiInf>", month(&drug("1.0")));
    let xml =
        answer(&[]).replace("<MeTrMonthInf/>", &claims).replace("<CzDiInf></CzDiInf>", &dispensed);
    let summary = summary(&xml);
    let amounts: BTreeSet<_> =
        summary.medications.items().iter().filter_map(|it| it.quantity.as_deref()).collect();
    assert_eq!(amounts, BTreeSet::from(["1", "2"]), "{:#?}", summary.medications);
    assert_eq!(summary.medications.items()[0].instruction.as_deref(), Some("舌下"));
}

/// As many medicines as fit into an answer: an answer is read in the time one has for it.
#[test]
fn many_medicines_are_merged_at_once() {
    let drugs: String =
        (0..40_000).map(|n| format!("<DrugInf><DrugN>架空錠{n}mg</DrugN></DrugInf>")).collect();
    let month = format!(
        "<MeTrMonthInf><DiDateInfs><DiDateInf><DiDate>20261105</DiDate><DrugInfs>{drugs}</DrugInfs>\
         </DiDateInf></DiDateInfs></MeTrMonthInf>"
    );
    let begun = std::time::Instant::now();
    let summary = summary(&answer(&[]).replace("<MeTrMonthInf/>", &month));
    assert_eq!(summary.medications.items().len(), 40_000);
    // Comparing each with each would take minutes.
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// Medicines, and the names of what stands in no section.
fn names(summary: &Summary) -> (Vec<&str>, Vec<(&str, &str)>) {
    let medicines = summary.medications.items().iter().map(|it| &*it.name).collect();
    (medicines, summary.left_out.iter().map(|it| (&*it.section, &*it.name)).collect())
}

#[test]
fn what_is_written_in_two_lists_is_all_there() {
    let drug =
        |name: &str| format!("<DrugInfs><DrugInf><DrugN>{name}</DrugN></DrugInf></DrugInfs>");
    let day = |inside: &str| {
        format!("<DiDateInfs><DiDateInf><DiDate>20261105</DiDate>{inside}</DiDateInf></DiDateInfs>")
    };
    let two_lists = day(&(drug("架空錠甲") + &drug("架空錠乙"))) + &day(&drug("架空錠丙"));
    let two_names = day(&drug("架空錠丁</DrugN><DrugN>架空錠戊"));
    let claims = format!("<MeTrMonthInf>{two_lists}{two_names}</MeTrMonthInf>");
    let summary = summary(&answer(&[]).replace("<MeTrMonthInf/>", &claims));
    let (medicines, left_out) = names(&summary);
    assert_eq!(medicines, ["架空錠甲", "架空錠乙", "架空錠丙", "架空錠丁／架空錠戊"]);
    assert!(left_out.is_empty());
}

/// The layout is assumed: what it does not know is no absence (P5), and is named (P4).
#[test]
fn what_nobody_can_read_is_named_and_is_no_absence() {
    for (from, to, section, name) in [
        ("<CzDiInf></CzDiInf>", "<CzDiInf><CzNew><A>1</A></CzNew></CzDiInf>", "medications", "New"),
        ("<MeTrMonthInf/>", "<MeTrMonthInf><X><A>1</A></X></MeTrMonthInf>", "medications", "X"),
        (
            "<MeTrMonthInf/>",
            "<MeTrMonthInf><DiDateInfs><DiDateInf><DiDate>20261105</DiDate><DrugInfs><DrugInf>\
             <Qua1>1</Qua1></DrugInf></DrugInfs></DiDateInf></DiDateInfs></MeTrMonthInf>",
            "medications",
            "DrugInf",
        ),
        ("</MessageBody>", "<NewInfo><A>1</A></NewInfo></MessageBody>", "message", "NewInfo"),
    ] {
        let summary = summary(&answer(&[]).replace(from, to));
        let (_, left_out) = names(&summary);
        assert!(left_out.contains(&(section, name)), "{to}: {left_out:?}");
    }
    // Where nothing else was read, nobody has said that there is nothing.
    let both = answer(&[])
        .replace("<MeTrMonthInf/>", "<MeTrMonthInf><X><A>1</A></X></MeTrMonthInf>")
        .replace("<CzDiInf></CzDiInf>", "<CzDiInf><CzNew><A>1</A></CzNew></CzDiInf>");
    assert_eq!(summary(&both).medications, Section::NotAsked);
    for inside in [
        "<ConsFlg>0</ConsFlg>",
        "<NewInf><A>1</A></NewInf>",
        "<NoneStated>1</NoneStated><NewInf><A>1</A></NewInf>",
    ] {
        let part = format!("<AllergyInfo>{inside}</AllergyInfo></MessageBody>");
        let summary = summary(&answer(&[]).replace("</MessageBody>", &part));
        assert_eq!(summary.allergies, Section::NotAsked, "{inside}");
        assert!(names(&summary).1.iter().any(|(section, _)| *section == "allergies"), "{inside}");
    }
    // A reaction to something that is not named is still a reaction.
    let part = "<AllergyInfo><NoneStated>1</NoneStated><AllergyInf><Reaction>呼吸困難</Reaction>\
                </AllergyInf></AllergyInfo></MessageBody>";
    let summary = summary(&answer(&[]).replace("</MessageBody>", part));
    assert_eq!(summary.allergies.items()[0].name, "呼吸困難");
}

#[test]
fn two_operations_on_two_days_are_two_and_one_told_twice_is_one() {
    let day = |day: u8| {
        format!(
            "<DiDateInf><DiDate>202611{day:02}</DiDate><MeTrInfs><MeTrInf><SinInfN>架空術</SinInfN>\
             <MeTrIdCl>50</MeTrIdCl></MeTrInf></MeTrInfs></DiDateInf>"
        )
    };
    let month = |days: &str| {
        format!(
            "<MeTrMonthInf><MeTrDiHNm>模擬病院</MeTrDiHNm><DiDateInfs>{days}</DiDateInfs></MeTrMonthInf>"
        )
    };
    let claims = month(&(day(3) + &day(5))) + &month(&day(5));
    let summary = summary(&answer(&[]).replace("<MeTrMonthInf/>", &claims));
    let days: Vec<_> = summary.surgeries.items().iter().map(|it| it.date.to_string()).collect();
    assert_eq!(days, ["2026-11-05", "2026-11-03"]);
}

/// Whatever fits into an answer, reading and merging it takes less than 64 MiB.
#[test]
fn the_largest_answers_take_less_memory_than_they_may() {
    const MOST: usize = 64 << 20;
    const LARGEST: usize = 8 << 20;
    let claims = |drugs: &str| {
        let month = format!(
            "<MeTrMonthInf><DiDateInfs><DiDateInf><DiDate>20261105</DiDate><DrugInfs>{drugs}\
             </DrugInfs></DiDateInf></DiDateInfs></MeTrMonthInf>"
        );
        answer(&[]).replace("<MeTrMonthInf/>", &month)
    };
    let medicines: String = (0..49_000)
        .map(|n| format!("<DrugInf><DrugN>架空錠{n}{}</DrugN></DrugInf>", "長".repeat(35)))
        .collect();
    let nested = "<DrugInf><DrugN>薬</DrugN></DrugInf>".repeat(49_900);
    let same_day_by_day: String = (1..=49_000_u32)
        .map(|n| {
            let date = format!("{:04}{:02}{:02}", 1900 + n / 336, n % 12 + 1, n / 12 % 28 + 1);
            format!("<DiDateInf><DiDate>{date}</DiDate><PrDate/></DiDateInf>")
        })
        .take(30_000)
        .collect();
    let days = answer(&[]).replace(
        "<MeTrMonthInf/>",
        &format!("<MeTrMonthInf><DiDateInfs>{same_day_by_day}</DiDateInfs></MeTrMonthInf>"),
    );
    let half_width = {
        let mut bytes = b"<?xml version='1.0' encoding='Shift_JIS'?><XmlMsg><MessageBody>".to_vec();
        for _ in 0..(LARGEST - 200) / 4016 {
            bytes.extend(b"<A>");
            bytes.extend([0xB1].repeat(4009));
            bytes.extend(b"</A>");
        }
        bytes.extend(b"</MessageBody></XmlMsg>");
        bytes
    };
    let one_text = {
        let mut bytes = b"<?xml version='1.0' encoding='Shift_JIS'?><A>".to_vec();
        bytes.extend([0xB1].repeat(LARGEST - 100));
        bytes.extend(b"</A>");
        bytes
    };
    for (what, bytes) in [
        ("medicines with long names", claims(&medicines).into_bytes()),
        ("the same medicine again and again", claims(&nested).into_bytes()),
        ("days", days.into_bytes()),
        ("half-width kana", half_width),
        ("one text", one_text),
    ] {
        assert!(bytes.len() <= LARGEST, "{what}: {} bytes", bytes.len());
        let (_, most) = most_held(|| {
            if let Ok(Answer::Found(found)) = Answer::read(&bytes, "MQ1") {
                drop(build(*found, Scope::Full, today()));
            }
        });
        assert!(most + bytes.len() < MOST, "{what}: {} MiB", (most + bytes.len()) >> 20);
    }
}
