use mynaq_host_sdk::{CardKind, Notice, PackIdentity, Trace, Validity};

use super::*;

fn events(view: &mut View, bodies: impl IntoIterator<Item = EventBody>) -> Vec<Wish> {
    bodies
        .into_iter()
        .enumerate()
        .filter_map(|(index, body)| {
            let at = "2026-11-22T03:04:05.000Z".to_owned();
            view.apply(Event { sequence: index as u64 + 1, at, quiet: false, body })
        })
        .collect()
}

fn open() -> EventBody {
    EventBody::Gate { state: GateState::Open, rule: None }
}

fn trouble(code: ErrorCode) -> EventBody {
    EventBody::Trouble {
        error: code.into(),
        goes_on: code == ErrorCode::CardRemoved,
        next_attempt_ms: None,
    }
}

fn card_read() -> EventBody {
    EventBody::CardRead {
        reader: "R".into(),
        card: CardFacts {
            kind: CardKind::MyNumber,
            validity: Validity::Valid,
            possession_proven: false,
            commands: 2,
            signing_certificate: None,
        },
    }
}

fn record(value: &str) -> EventBody {
    let field = Field {
        name: "Name".into(),
        label: "氏名".into(),
        state: FieldState::Offered { value: value.into() },
        transcription: None,
        sources: vec![],
        trace: Trace { rule: "patient.name".into(), read: vec![], changes: vec![] },
    };
    let pack =
        PackIdentity { name: "p".into(), version: "1".into(), mapping_sha256: String::new() };
    EventBody::Record { record: Box::new(Record { pack, card: None, fields: vec![field] }) }
}

fn gate_closed(code: ErrorCode) -> EventBody {
    EventBody::Gate { state: GateState::Closed { error: code.into() }, rule: None }
}

fn readers(state: ReaderState) -> EventBody {
    let readers = vec![ReaderFacts { name: "R".into(), state }];
    EventBody::Readers { service: ReaderService::Running, readers }
}

fn seen(observation: Observation) -> EventBody {
    EventBody::Observed { observation, consciousness: observation.consciousness() }
}

fn whats(view: &View) -> Vec<What> {
    view.timeline.iter().map(|moment| moment.what).collect()
}

fn refusal() -> EventBody {
    EventBody::ConsentRecorded { consent: Consent::Refused, reason: None }
}

fn shown(view: &View) -> Option<&FieldState> {
    field(view, "Name").map(|field| &field.state)
}

#[test]
fn the_gate_opening_asks_for_the_look_up_once() {
    let mut view = View::default();
    assert_eq!(events(&mut view, [open()]), [Wish::LookUp]);
    let sent = EventBody::LookUpSent { scope: mynaq_host_sdk::Scope::Summary, deadline_ms: 1500 };
    assert_eq!(events(&mut view, [open(), sent, open(), record("架空 花子"), open()]), []);
}

#[test]
fn after_a_failed_look_up_only_the_crew_asks_again() {
    let mut view = View::default();
    events(&mut view, [open(), trouble(ErrorCode::NetworkTimeout)]);
    assert_eq!(view.look_up, LookUp::Failed);
    assert_eq!(events(&mut view, [open()]), []);
}

#[test]
fn a_look_up_the_plugin_would_not_start_counts_as_failed() {
    let mut view = View::default();
    events(&mut view, [open(), trouble(ErrorCode::GateNoRecord)]);
    assert_eq!(view.look_up, LookUp::Failed);
}

#[test]
fn the_deadline_counts_from_the_sending() {
    let mut view = View::default();
    let sent = EventBody::LookUpSent { scope: mynaq_host_sdk::Scope::Summary, deadline_ms: 1500 };
    events(&mut view, [sent]);
    let until = OffsetDateTime::parse("2026-11-22T03:04:06.5Z", &Rfc3339).unwrap();
    assert_eq!(view.look_up, LookUp::Sent { until: Some(until) });
}

#[test]
fn an_offer_is_taken_left_and_taken_again() {
    let mut view = View::default();
    let decided = |decision| EventBody::Decided { field: "Name".into(), decision };
    events(&mut view, [record("架空 花子"), decided(Decision::Reject)]);
    assert_eq!(shown(&view), Some(&FieldState::Rejected { value: "架空 花子".into() }));
    events(&mut view, [decided(Decision::Accept)]);
    assert_eq!(shown(&view), Some(&FieldState::Accepted { value: "架空 花子".into() }));
}

#[test]
fn refusal_wipes_the_record_and_keeps_what_was_heard() {
    let mut view = View::default();
    view.heard.insert("Name".into(), "たろう".to_owned().into());
    events(&mut view, [record("架空 花子"), refusal()]);
    assert!(view.over());
    assert_eq!(shown(&view), None);
    assert_eq!(view.heard["Name"].as_str(), "たろう");
}

#[test]
fn an_offer_does_not_touch_what_was_heard() {
    let mut view = View::default();
    view.heard.insert("Name".into(), "たろう".to_owned().into());
    events(&mut view, [record("架空 花子")]);
    assert_eq!(view.heard["Name"].as_str(), "たろう");
    assert_eq!(shown(&view), Some(&FieldState::Offered { value: "架空 花子".into() }));
}

#[test]
fn another_card_takes_identity_consent_and_record_with_it_and_says_so() {
    let mut view = View::default();
    let given = EventBody::ConsentRecorded { consent: Consent::Given, reason: None };
    let visual = EventBody::IdentityRecorded { identity: Identity::Visual };
    events(&mut view, [card_read(), visual, given, open(), record("架空 花子")]);
    let waiting = GateState::Waiting { missing: vec![Lack::Identity, Lack::Consent] };
    let wishes = events(
        &mut view,
        [
            EventBody::CardFound { reader: "R".into() },
            trouble(ErrorCode::CardChanged),
            EventBody::CardForgotten,
            card_read(),
            EventBody::Gate { state: waiting, rule: None },
        ],
    );
    assert_eq!(wishes, []);
    assert_eq!((view.identity, view.consent), (None, None));
    assert_eq!(shown(&view), None);
    assert_eq!(view.troubles[0].code(), ErrorCode::CardChanged);
    assert_eq!(events(&mut view, [open()]), [Wish::LookUp], "the new card is looked up");
}

#[test]
fn changes_of_the_patients_word_are_a_timeline() {
    let mut view = View::default();
    let why = Some(Reason::Unconscious);
    let word = |consent, reason| EventBody::ConsentRecorded { consent, reason };
    events(&mut view, [word(Consent::Unobtainable, why), word(Consent::Given, None)]);
    assert_eq!(
        whats(&view),
        [What::Consent(Consent::Unobtainable, why), What::Consent(Consent::Given, None)]
    );
    assert_eq!(view.consent, Some((Consent::Given, None)));
}

#[test]
fn a_reading_that_timed_out_has_stopped_and_one_interrupted_goes_on() {
    let awaited = || EventBody::CardAwaited { readers: vec!["R".into()] };
    let mut view = View::default();
    events(&mut view, [awaited(), trouble(ErrorCode::CardRemoved), awaited()]);
    assert!(view.reading());
    assert_eq!(view.troubles[0].code(), ErrorCode::CardRemoved, "still to be read");
    events(&mut view, [trouble(ErrorCode::CardTimeout)]);
    assert!(!view.reading());
    assert_eq!(view.troubles.len(), 1, "one message of a class");
}

#[test]
fn a_wrong_pin_does_not_undo_the_reading() {
    let mut view = View::default();
    let found = EventBody::CardFound { reader: "R".into() };
    events(&mut view, [card_read(), found, trouble(ErrorCode::CardPinWrong)]);
    assert!(matches!(view.card, CardState::Read { .. }));
}

#[test]
fn a_message_about_the_pin_goes_when_identity_is_established_another_way() {
    let mut view = View::default();
    let visual = EventBody::IdentityRecorded { identity: Identity::Visual };
    events(&mut view, [card_read(), trouble(ErrorCode::CardPinWrong), visual]);
    assert_eq!(view.troubles, []);
}

#[test]
fn the_readers_are_what_was_said_of_them_last() {
    let mut view = View::default();
    assert_eq!(view.readers, None, "nothing is claimed before it is known");
    let card = || vec![ReaderFacts { name: "R".into(), state: ReaderState::Card }];
    let running = || EventBody::Readers { service: ReaderService::Running, readers: card() };
    let absent = || EventBody::Readers { service: ReaderService::Absent, readers: vec![] };
    events(&mut view, [absent(), running()]);
    assert_eq!(view.readers, Some((ReaderService::Running, card())));
    events(&mut view, [card_read(), absent()]);
    assert_eq!(view.readers, Some((ReaderService::Absent, vec![])));
    assert!(matches!(view.card, CardState::Read { .. }), "what was read was read");
}

#[test]
fn the_last_try_is_allowed_until_the_patient_is_another_or_refuses() {
    for end in [EventBody::CardForgotten, refusal()] {
        let mut view = View::default();
        events(&mut view, [trouble(ErrorCode::CardPinLastTry)]);
        assert!(!view.last_try);
        events(&mut view, [EventBody::LastTryAllowed]);
        assert!(view.last_try && view.troubles.is_empty());
        events(&mut view, [end]);
        assert!(!view.last_try);
    }
}

#[test]
fn what_the_crew_sees_is_on_the_timeline_once() {
    let mut view = View::default();
    let none = Observation::default();
    let with_level = Observation { jcs: Some(200), ..none };
    let with_card = Observation { card_form: Some(CardForm::WithoutPhoto), ..with_level };
    let with_cpa = Observation { cpa: Some(true), ..with_card };
    // Each event holds all that is known; what was known before is no news.
    events(&mut view, [seen(with_level), seen(with_card), seen(with_cpa), seen(with_cpa)]);
    let level = Level { consciousness: Consciousness::Unrousable, jcs: Some(200) };
    assert_eq!(
        whats(&view),
        [What::Level(level), What::CardForm(CardForm::WithoutPhoto), What::Cpa(true)]
    );
    assert_eq!((view.level, view.cpa), (Some(level), true));
    events(&mut view, [seen(Observation { cpa: Some(false), ..with_cpa })]);
    assert_eq!(whats(&view).last(), Some(&What::Cpa(false)));
    assert!(!view.cpa);
}

#[test]
fn the_cards_form_goes_with_the_card_and_the_level_stays_with_the_patient() {
    let mut view = View::default();
    let form = Some(CardForm::FaceAuthentication);
    let observation = Observation { jcs: Some(0), card_form: form, ..Observation::default() };
    events(&mut view, [card_read(), seen(observation)]);
    assert_eq!(view.card_form, form);
    events(&mut view, [EventBody::CardForgotten]);
    assert_eq!(view.card_form, None);
    assert!(view.level.is_some());
}

#[test]
fn another_persons_card_takes_out_what_was_taken_over_and_leaves_what_was_heard() {
    let slot = FieldCapability {
        name: "Name".into(),
        label: "氏名".into(),
        max_chars: 20,
        codes: vec![],
        left_to_crew: None,
    };
    let mut view = View::of(vec![slot], vec![], true);
    view.heard.insert("Name".into(), "たろう".to_owned().into());
    let accepted = EventBody::Decided { field: "Name".into(), decision: Decision::Accept };
    let due = EventBody::NoticeDue { reason: Reason::Unconscious };
    events(&mut view, [card_read(), record("架空 花子"), due, accepted]);
    assert!(view.has_card());
    let withdrawn = EventBody::Withdrawn { fields: vec!["Name".into()] };
    let waiting = GateState::Waiting { missing: vec![Lack::Card, Lack::Identity, Lack::Consent] };
    let closing = [EventBody::CardForgotten, EventBody::Gate { state: waiting, rule: None }];
    let wishes = events(&mut view, [withdrawn].into_iter().chain(closing));
    assert_eq!(wishes, [Wish::ReadCard], "the patient's own card is asked for");
    assert_eq!(shown(&view), None);
    assert_eq!(view.heard["Name"].as_str(), "たろう");
    assert_eq!(view.withdrawn.as_deref(), Some(&["氏名".to_owned()][..]));
    assert_eq!(whats(&view).last(), Some(&What::WrongPatient(1)));
    assert_eq!(view.notice, Handing::NotDue);
    assert!(!view.has_card());
    events(&mut view, [card_read()]);
    assert_eq!(view.withdrawn, None);
    assert_eq!(events(&mut view, [open()]), [Wish::LookUp], "the right card is looked up");
}

#[test]
fn a_wrong_card_that_still_lies_there_is_not_read_again() {
    let withdrawn = || EventBody::Withdrawn { fields: vec![] };
    let mut view = View::default();
    events(&mut view, [readers(ReaderState::Card), card_read()]);
    assert_eq!(events(&mut view, [withdrawn(), EventBody::CardForgotten]), []);
    assert_eq!(events(&mut view, [readers(ReaderState::Card)]), []);
    assert_eq!(events(&mut view, [readers(ReaderState::Empty)]), [Wish::ReadCard]);
    assert_eq!(events(&mut view, [readers(ReaderState::Empty)]), [], "asked for once");

    // The case has ended meanwhile: no command would be taken.
    let mut view = View::default();
    events(&mut view, [readers(ReaderState::Card), card_read(), withdrawn(), refusal()]);
    assert_eq!(events(&mut view, [readers(ReaderState::Empty)]), []);
}

#[test]
fn a_case_is_as_quiet_as_its_last_event() {
    let mut view = View::default();
    let mut hear = |quiet| {
        let at = String::new();
        let body = readers(ReaderState::Empty);
        view.apply(Event { sequence: 1, at, quiet, body });
        view.quiet
    };
    assert_eq!([hear(false), hear(true), hear(false)], [false, true, false]);
}

#[test]
fn the_notice_is_due_also_after_the_patient_woke_up_and_refused() {
    let mut view = View::default();
    assert_eq!(view.notice, Handing::NotDue);
    let due = EventBody::NoticeDue { reason: Reason::Unconscious };
    events(&mut view, [card_read(), record("架空 花子"), due]);
    let end = [refusal(), EventBody::CardForgotten, gate_closed(ErrorCode::GateRefused)];
    events(&mut view, end);
    assert_eq!((shown(&view), view.notice), (None, Handing::Due));
    events(&mut view, [EventBody::NoticeRecorded { notice: Notice::HandedOver }]);
    assert_eq!(view.notice, Handing::Recorded(Notice::HandedOver));
}

#[test]
fn whoever_asked_not_to_be_looked_up_is_asked_no_more_and_nothing_alarms() {
    let mut view = View::default();
    events(&mut view, [card_read(), open(), trouble(ErrorCode::GatewayOptedOut)]);
    assert!(!view.over());
    let closing = [EventBody::CardForgotten, gate_closed(ErrorCode::GateOptedOut)];
    assert_eq!(events(&mut view, closing), []);
    assert!(view.over());
    assert_eq!(view.troubles, []);

    let mut view = View::default();
    events(&mut view, [gate_closed(ErrorCode::GateReasonUnfit)]);
    assert!(!view.over(), "another reason may be said");
}
