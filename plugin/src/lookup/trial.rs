//! What holds of any answer, whoever made it up: the fuzzer (`plugin/fuzz`), the files it or somebody
//! else has found, or nobody. Panics where it does not hold.

use mynaq_interface::{ErrorCode, Scope};
use time::{Date, Month};

use super::message::Answer;
use super::summary;

/// The request everybody here answers.
pub(super) const REQUEST: &str = "MQ1";

/// An answer is read, refused with a code of the way or the gateway, or unreadable; what is shown is
/// about one person, for this request, and every item of it has a name; its beginning names the same
/// person or nobody.
pub(crate) fn answer(bytes: &[u8]) {
    let first = Answer::first_part(bytes, REQUEST);
    let found = match Answer::read(bytes, REQUEST) {
        Ok(Answer::Found(found)) => *found,
        Ok(Answer::Refused(error)) => {
            assert!(error.code().name().starts_with("gateway."), "{error}");
            assert_eq!(first, None, "named, and then refused");
            return;
        }
        Err(error) => {
            let known = [ErrorCode::GatewayUnreadable, ErrorCode::GatewayMismatch];
            assert!(known.contains(&error.code()), "{error}");
            return;
        }
    };
    if let Some(first) = first {
        assert_eq!(first, found.patient, "the beginning names somebody else");
    }
    let day = Date::from_calendar_date(2026, Month::November, 25).expect("a day");
    let summary = summary::build(found, Scope::Full, day);
    let medicines = summary.medications.items().iter().chain(summary.prescriptions.items());
    assert!(medicines.map(|it| &it.name).all(|name| !name.is_empty()));
    assert!(summary.diseases.items().iter().all(|it| !it.name.is_empty()));
    assert!(summary.medications.items().iter().all(|it| !it.provenance.is_empty()));
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/answer")
    }

    /// An answer about a synthetic person, with every element there is.
    fn whole() -> String {
        let drug = |prefix: &str| {
            format!(
                "<{prefix}DrugInfs><{prefix}DrugInf><{prefix}DrugC>610000001</{prefix}DrugC>\
                 <{prefix}DrugN>架空錠5mg</{prefix}DrugN><{prefix}IngreN>架空</{prefix}IngreN>\
                 <{prefix}Qua1>1</{prefix}Qua1><{prefix}Unit>錠</{prefix}Unit></{prefix}DrugInf>\
                 </{prefix}DrugInfs>"
            )
        };
        let month = |prefix: &str, inside: &str| {
            format!(
                "<{prefix}MeTrDiHCd>9942000001</{prefix}MeTrDiHCd>\
                 <{prefix}MeTrDiHNm>模擬薬局</{prefix}MeTrDiHNm><{prefix}PrlsHNm>模擬病院</{prefix}PrlsHNm>\
                 <{prefix}MeTrMonth>202610</{prefix}MeTrMonth><{prefix}InOut>2</{prefix}InOut>\
                 <{prefix}DiDateInfs><{prefix}DiDateInf><{prefix}DiDate>20261005</{prefix}DiDate>\
                 {inside}</{prefix}DiDateInf></{prefix}DiDateInfs>"
            )
        };
        let acts = "<MeTrInfs><MeTrInf><SinInfN>人工腎臓</SinInfN><SinInfCd>140000001</SinInfCd>\
                    <MeTrIdCl>40</MeTrIdCl></MeTrInf></MeTrInfs>";
        let (claims, cz, sh) =
            (month("", &(drug("") + acts)), month("Cz", &drug("Cz")), month("Sh", &drug("Sh")));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>\
             <ArbitraryFileIdentifier>{REQUEST}</ArbitraryFileIdentifier>\
             <SegmentOfResult>1</SegmentOfResult><ErrorMessage>お知らせ</ErrorMessage></MessageHeader>\
             <MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>\
             <QualificationValidity>1</QualificationValidity><ResultList>\
             <ResultOfQualificationConfirmation><Name>模擬　花子</Name><KanaName>ﾓｷﾞ</KanaName>\
             <Sex1>2</Sex1><Birth>S40/01/02</Birth></ResultOfQualificationConfirmation></ResultList>\
             <MeTrMonthInf>{claims}</MeTrMonthInf><CzDiInf><CzDiMonthInf>{cz}</CzDiMonthInf></CzDiInf>\
             <ShPrInf><ShPrMonthInf>{sh}</ShPrMonthInf></ShPrInf><SpecificHealthCheckupInfo>\
             <EffectiveTime>20260401</EffectiveTime></SpecificHealthCheckupInfo><DiagnosisNameInfo>\
             <DiagnosisNameInf><DiagnosisName>架空症</DiagnosisName><UndisclosedFlag>1</UndisclosedFlag>\
             </DiagnosisNameInf></DiagnosisNameInfo><AllergyInfo><NoneStated>1</NoneStated></AllergyInfo>\
             <InfectiousInfo/><TestInfo><TestInf><TestName>検査</TestName><TestValue>1</TestValue>\
             </TestInf></TestInfo></MessageBody></XmlMsg>"
        )
    }

    fn seeds() -> [(&'static str, Vec<u8>); 3] {
        let refused = whole().replace("<SegmentOfResult>1", "<SegmentOfResult>9");
        let bare = whole().replace("encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"");
        let ascii = bare.chars().filter(char::is_ascii).collect::<String>().into_bytes();
        [("whole", whole().into_bytes()), ("refused", refused.into_bytes()), ("shift-jis", ascii)]
    }

    #[test]
    fn the_whole_of_it_is_read() {
        assert!(matches!(Answer::read(whole().as_bytes(), REQUEST), Ok(Answer::Found(_))));
    }

    #[test]
    fn every_file_of_the_corpus_holds() {
        let files: Vec<_> =
            std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= 3);
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            assert!(std::panic::catch_unwind(|| answer(&bytes)).is_ok(), "{}", file.display());
        }
    }

    #[test]
    fn what_the_corpus_began_with_can_be_made_again() {
        for (name, bytes) in seeds() {
            let file = folder().join(name);
            if std::env::var_os("MYNAQ_WRITE").is_some() {
                std::fs::create_dir_all(folder()).unwrap();
                std::fs::write(&file, &bytes).unwrap();
            }
            let stale = std::fs::read(&file).unwrap_or_default() != bytes;
            assert!(!stale, "{name} is stale: run this test with MYNAQ_WRITE=yes");
        }
    }
}
