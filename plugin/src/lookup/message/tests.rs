use proptest::prelude::*;

use super::*;

fn answer(header: &str, body: &str) -> Result<Answer, Error> {
    let document = format!(
        "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ1</ArbitraryFileIdentifier>{header}\
         </MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>"
    );
    Answer::read(document.as_bytes(), "MQ1")
}

const DONE: &str = "<SegmentOfResult>1</SegmentOfResult>";
const PERSON: &str = "<ResultOfQualificationConfirmation><Name>模擬　太郎</Name></ResultOfQualificationConfirmation>";

fn refused(header: &str, body: &str) -> ErrorCode {
    match answer(header, body).unwrap() {
        Answer::Refused(error) => error.code(),
        Answer::Found(_) => panic!("found"),
    }
}

fn found(sections: &str) -> Found {
    let body = format!(
        "<ProcessingResultStatus>1</ProcessingResultStatus>\
         <ResultList>{PERSON}</ResultList>{sections}"
    );
    match answer(DONE, &body).unwrap() {
        Answer::Found(found) => *found,
        Answer::Refused(error) => panic!("{error}"),
    }
}

#[test]
fn an_answer_to_another_request_is_thrown_away() {
    let error = Answer::read(
        b"<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ2</ArbitraryFileIdentifier></MessageHeader></XmlMsg>",
        "MQ1",
    );
    assert_eq!(error.unwrap_err().code(), ErrorCode::GatewayMismatch);
}

#[test]
fn nobody_several_and_refusals_are_told_apart() {
    let status = "<ProcessingResultStatus>1</ProcessingResultStatus>";
    let two = format!("{status}<ResultList>{PERSON}{PERSON}</ResultList>");
    let five = format!("{status}<QualificationValidity>5</QualificationValidity>");
    assert_eq!(refused(DONE, &two), ErrorCode::GatewayAmbiguous);
    assert_eq!(refused(DONE, &five), ErrorCode::GatewayAmbiguous);
    assert_eq!(refused(DONE, status), ErrorCode::GatewayNotRegistered);
    for segment in ["9", "3", "2"] {
        let header = format!(
            "<SegmentOfResult>{segment}</SegmentOfResult><ErrorCode>SIM-OPTOUT</ErrorCode>"
        );
        assert_eq!(refused(&header, ""), ErrorCode::GatewayOptedOut);
    }
}

#[test]
fn absent_and_empty_sections_are_different() {
    let absent = found("");
    assert!(absent.claims.is_none() && absent.dispensing.is_none() && absent.checkups.is_none());
    let empty = found("<MeTrMonthInf/><CzDiInf/><SpecificHealthCheckupInfo/>");
    assert!(empty.claims.unwrap().is_empty());
    assert!(empty.dispensing.unwrap().is_empty());
    assert!(empty.checkups.unwrap().is_empty());
}

#[test]
fn prefixed_and_bare_names_read_the_same() {
    for (open, name, close) in [("Cz", "Cz", "Cz"), ("", "", "")] {
        let section = format!(
            "<CzDiInf><{open}DiMonthInf><{name}MeTrDiHNm>模擬薬局</{name}MeTrDiHNm>\
             <{name}DiDateInfs><{name}DiDateInf><{name}DiDate>20261005</{name}DiDate>\
             <{name}DrugInfs><{name}DrugInf><{name}DrugN>薬</{name}DrugN></{name}DrugInf></{name}DrugInfs>\
             </{name}DiDateInf></{name}DiDateInfs></{close}DiMonthInf></CzDiInf>"
        );
        let months = found(&section).dispensing.unwrap();
        assert_eq!(months[0].treated_at.as_ref().unwrap().name, "模擬薬局");
        assert_eq!(months[0].days[0].drugs[0].name, "薬");
        assert_eq!(months[0].days[0].date, ClaimDate::parse("20261005"));
    }
}

#[test]
fn acts_are_told_apart() {
    let kind = |name: &str, class: &str| {
        let xml =
            format!("<MeTrInf><SinInfN>{name}</SinInfN><MeTrIdCl>{class}</MeTrIdCl></MeTrInf>");
        months::act(&Element::parse(xml.as_bytes()).unwrap()).unwrap().kind
    };
    assert_eq!(kind("人工腎臓（慢性維持透析１）", "40"), ActKind::Dialysis);
    assert_eq!(kind("水晶体再建術", "50"), ActKind::Surgery);
    assert_eq!(kind("創傷処置", "40"), ActKind::Treatment);
}

proptest! {
    /// Whatever a server sends is an answer or an error; what is shown is for this request.
    #[test]
    fn no_answer_of_a_server_panics(
        at in any::<prop::sample::Index>(),
        with in prop::collection::vec(any::<u8>(), 0..8),
        cut in 0..40usize,
    ) {
        let mut document = format!(
            "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ1</ArbitraryFileIdentifier>{DONE}\
             </MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>\
             <ResultList>{PERSON}</ResultList><MeTrMonthInf><MeTrMonth>202610</MeTrMonth>\
             <DiDateInfs><DiDateInf><DrugInfs><DrugInf><DrugN>x</DrugN></DrugInf></DrugInfs>\
             </DiDateInf></DiDateInfs></MeTrMonthInf><CzDiInf/></MessageBody></XmlMsg>"
        ).into_bytes();
        let start = at.index(document.len());
        document.splice(start..(start + cut).min(document.len()), with);
        if let Ok(Answer::Found(found)) = Answer::read(&document, "MQ1") {
            prop_assert!(String::from_utf8_lossy(&document).contains("MQ1"));
            prop_assert!(found.claims.is_none_or(|months| months.len() <= 1));
        }
    }
}

#[test]
fn a_result_that_is_not_there_yet_is_asked_for_again() {
    assert_eq!(refused("<SegmentOfResult>2</SegmentOfResult>", ""), ErrorCode::GatewayBusy);
    assert_eq!(refused("<SegmentOfResult>3</SegmentOfResult>", ""), ErrorCode::GatewayFault);
    assert!(Error::from(ErrorCode::GatewayBusy).retry());
}

#[test]
fn what_must_be_there_once_is_not_chosen_from_two() {
    let header = "</MessageHeader><MessageHeader><ArbitraryFileIdentifier>MQ1\
                  </ArbitraryFileIdentifier><SegmentOfResult>1</SegmentOfResult>";
    let error = answer(header, "").unwrap_err();
    assert!(error.technical().unwrap().contains("more than once"), "{error}");
    let status = "<ProcessingResultStatus>1</ProcessingResultStatus>";
    let list = format!("<ResultList>{PERSON}</ResultList>");
    assert!(answer(DONE, &format!("{status}{list}")).is_ok());
    let valid = "<QualificationValidity>1</QualificationValidity>";
    for body in [
        format!("{status}{list}{list}"),
        format!("{status}{status}{list}"),
        format!("{status}{valid}{valid}{list}"),
        format!("{status}{}", list.replace("</Name>", "</Name><Name>別人</Name>")),
        format!(
            "{status}{}",
            list.replace(
                "</Name>",
                "</Name><Birth>19800101</Birth><Birthdate>19800102</Birthdate>"
            )
        ),
        format!(
            "{status}{}",
            list.replace("</Name>", "</Name><KanaName>ｱ</KanaName><NameKana>ｲ</NameKana>")
        ),
        format!(
            "{status}{}",
            list.replace("</Name>", "</Name><Sex1>1</Sex1><AdmGendCode>2</AdmGendCode>")
        ),
    ] {
        assert_eq!(answer(DONE, &body).unwrap_err().code(), ErrorCode::GatewayUnreadable, "{body}");
    }
}

/// The beginning of an answer names whom the whole of it is about, or nobody.
#[test]
fn the_first_part_agrees_with_the_whole_at_every_byte() {
    let body = format!(
        "<ProcessingResultStatus>1</ProcessingResultStatus>\
         <QualificationValidity>1</QualificationValidity><ResultList>{PERSON}</ResultList>\
         <MeTrMonthInf/>"
    );
    let document = format!(
        "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ1</ArbitraryFileIdentifier>{DONE}\
         </MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>"
    )
    .into_bytes();
    let Ok(Answer::Found(whole)) = Answer::read(&document, "MQ1") else { panic!() };
    let known = document.windows(13).position(|it| it == b"</ResultList>").unwrap() + 13;
    for end in 0..=document.len() {
        let first = Answer::first_part(&document[..end], "MQ1");
        assert_eq!(first, (end >= known).then(|| whole.patient.clone()), "at byte {end}");
        assert_eq!(Answer::first_part(&document[..end], "MQ2"), None);
    }
    let two = String::from_utf8(document).unwrap().replace(PERSON, &format!("{PERSON}{PERSON}"));
    assert_eq!(Answer::first_part(two.as_bytes(), "MQ1"), None, "never guessed");
    // Said behind the list, it may still be that there are several.
    let validity = "<QualificationValidity>1</QualificationValidity>";
    let one = two.replace(&format!("{PERSON}{PERSON}"), PERSON);
    let late = one.replace(validity, "").replace("<MeTrMonthInf/>", validity);
    assert!(Answer::read(late.as_bytes(), "MQ1").is_ok());
    assert_eq!(Answer::first_part(late.as_bytes(), "MQ1"), None);
}
