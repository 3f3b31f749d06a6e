//! The request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mynaq_interface::Factor;
use zeroize::Zeroizing;

use crate::gate::Viewing;

/// The request, in Shift_JIS (it holds nothing but ASCII).
pub(in crate::lookup) fn request(facility: &str, viewing: &Viewing) -> Zeroizing<Vec<u8>> {
    let factors = factors(&viewing.crew().factors);
    let certificate = Zeroizing::new(BASE64.encode(viewing.card().der()));
    Zeroizing::new(
        format!(
            "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\r\n\
             <XmlMsg><MessageHeader>\
             <MedicalInstitutionCode>{facility}</MedicalInstitutionCode>\
             <ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier>\
             <ReferenceClassification>1</ReferenceClassification>\
             </MessageHeader><MessageBody>\
             <ConsentClassification>{consent}</ConsentClassification>\
             <MedicalTreatmentFlag>{treatment}</MedicalTreatmentFlag>\
             <InformationRequestPattern>{pattern}</InformationRequestPattern>\
             <EmergencyViewingRight>{right}</EmergencyViewingRight>{factors}\
             <UserCertificate>{certificate}</UserCertificate>\
             </MessageBody></XmlMsg>",
            identifier = viewing.request(),
            consent = viewing.consent_class(),
            treatment = viewing.treatment_class(),
            pattern = viewing.request_pattern(),
            right = viewing.viewing_right(),
            certificate = certificate.as_str(),
        )
        .into_bytes(),
    )
}

/// The first two factors of the viewer's log-in that are of different kinds: the kind (OQSCD041) and
/// the way (OQSCD042) of each. Nothing where nobody had to log in.
fn factors(proved: &[Factor]) -> String {
    let Some(first) = proved.first() else { return String::new() };
    let second = proved.iter().find(|factor| factor.kind() != first.kind());
    let element = |number: u8, factor: &Factor| {
        let (kind, way) = (factor.kind().code(), factor.method_code());
        format!(
            "<AuthenticationFactor{number}>{kind}</AuthenticationFactor{number}>\
             <AuthenticationMethod{number}>{way}</AuthenticationMethod{number}>"
        )
    };
    element(1, first) + &second.map(|factor| element(2, factor)).unwrap_or_default()
}
