//! What can happen on a terminal: what the host asks, and what the world does.

use std::fmt;

use mynaq_host_sdk::{
    CardForm, Decision, DoorKind, Factor, Identity, Notice, NoticeLanguage, OptOut, Reason, Scope,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// What the configuration says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) door: DoorKind,
    /// None: nobody has to log in.
    pub(crate) roster: Option<LogInRule>,
    /// Whether the department keeps an opt-out list.
    pub(crate) list: bool,
    pub(crate) takeover: Takeover,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct LogInRule {
    pub(crate) required: bool,
    pub(crate) two_factors: bool,
}

/// What the department lets its crews take over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takeover {
    /// Nothing is configured: field by field.
    Unsaid,
    /// Field by field; the patient's own data all at once, and no medicines.
    Mixed,
    /// Everything at once.
    All,
}

/// A crew member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Crew {
    Asa,
    Beni,
    /// On the roster, but may not view.
    Reviewer,
    /// On no roster.
    Stranger,
}

impl Crew {
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Crew::Asa => "C-07",
            Crew::Beni => "C-08",
            Crew::Reviewer => "R-01",
            Crew::Stranger => "X-99",
        }
    }
}

/// How somebody proved at log-in who they are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof {
    /// Two factors of different kinds.
    Two,
    /// Another two.
    OtherTwo,
    /// Two of one kind.
    OneKind,
    One,
    Nothing,
}

impl Proof {
    pub(crate) fn factors(self) -> Vec<Factor> {
        match self {
            Proof::Two => vec![Factor::IdPassword, Factor::IcCard],
            Proof::OtherTwo => vec![Factor::OneTimePassword, Factor::Vein],
            Proof::OneKind => vec![Factor::IdPassword, Factor::Pin],
            Proof::One => vec![Factor::Fingerprint],
            Proof::Nothing => vec![],
        }
    }
}

/// The roster as it lies on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RosterFile {
    Good,
    /// This member was revoked.
    Revoked(Crew),
    /// This member is not on it.
    Without(Crew),
    /// It has run out.
    Ended,
    /// It cannot be read.
    Broken,
}

/// A card of the simulator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Card(pub(crate) &'static str);

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Card {
    /// 住基カード.
    pub(crate) const BASIC_RESIDENT: Card = Card("X01");
    /// My Number Card without a certificate.
    pub(crate) const WITHOUT_CERTIFICATE: Card = Card("X04");
    /// 顔認証マイナンバーカード.
    pub(crate) const WITHOUT_PIN: Card = Card("P04");
    pub(crate) const EXPIRED: Card = Card("P06");
    pub(crate) const NOT_REGISTERED: Card = Card("P13");
    pub(crate) const OPTED_OUT: Card = Card("P14");
}

/// How a card is laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    Steady,
    /// The card answers nonsense to the first command.
    Stutters,
    /// The card is pulled at this command of the first reading, 1 or 2.
    Pulls(u64),
}

/// One of three places a crew has cases at.
pub(crate) type Slot = usize;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    Lay(Card, Hand),
    Lift,
    In(Slot, Command),
    Open(Slot, Crew),
    LogIn(Crew, Proof),
    LogOut(Crew),
    /// The gateway answers nobody for a while.
    Hold,
    /// It answers everybody.
    Release,
    LineGoes,
    LineComes,
    /// Another roster is put in the place of the old one.
    Roster(RosterFile),
}

/// What a host asks of a case.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Command {
    ReadCard,
    Compare(Matches),
    Pin(Typed),
    AllowLastTry,
    Consent(Said),
    Observe(Seen),
    LookUp(Scope),
    Cancel,
    Decide(&'static str, Decision),
    DecideAll(Option<&'static str>, Decision),
    Record,
    Export(&'static str),
    Notice(Notice),
    NoticePage(NoticeLanguage),
    WrongPatient,
    OptOut(OptOut),
    Close,
}

/// Whether the face is the photo's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matches {
    Yes,
    No,
}

impl Matches {
    pub(crate) const fn identity(self) -> Identity {
        match self {
            Matches::Yes => Identity::Visual,
            Matches::No => Identity::Failed,
        }
    }
}

/// What was typed; every card's PIN is 1234.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    Right,
    Wrong,
    /// Three digits.
    TooLittle,
}

impl Typed {
    pub(crate) const fn digits(self) -> &'static str {
        match self {
            Typed::Right => "1234",
            Typed::Wrong => "4321",
            Typed::TooLittle => "123",
        }
    }
}

/// What the host says the patient said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Said {
    Yes,
    No,
    Nothing(Reason),
    /// That consent cannot be had, and no reason.
    NothingAndWhy,
}

/// What the crew sees.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen {
    Jcs(u16),
    /// Eyes, voice, movement.
    Gcs(u8, u8, u8),
    Form(CardForm),
    Cpa(bool),
}

/// Any configuration.
pub(crate) fn setup() -> impl Strategy<Value = Setup> {
    let roster = (any::<bool>(), any::<bool>())
        .prop_map(|(required, two_factors)| LogInRule { required, two_factors });
    let takeover = select(vec![Takeover::Unsaid, Takeover::Mixed, Takeover::All]);
    (select(vec![DoorKind::C, DoorKind::Rust]), weighted(0.6, roster), any::<bool>(), takeover)
        .prop_map(|(door, roster, list, takeover)| Setup { door, roster, list, takeover })
}

/// Up to so many moves. Somebody is mostly logged in and a case open, and many a case goes a way that
/// cases go, because little would happen otherwise; but any of these moves may be missing.
pub(crate) fn moves(longest: usize) -> impl Strategy<Value = Vec<Move>> {
    let some = prop_oneof![
        10 => any_move().prop_map(|one| vec![one]),
        3 => usual_way(),
        2 => something_under_way(),
        1 => reading_that_waits(),
        1 => pin_to_the_last_try(),
        1 => list_at_the_counter(),
        1 => rights_that_change(),
        1 => patient_who_changes(),
        1 => refusal_on_waking_up(),
        2 => next_patient(),
    ];
    (morning(), vec(some, 1..longest)).prop_map(move |(mut moves, rest)| {
        moves.extend(rest.into_iter().flatten());
        moves.truncate(longest);
        moves
    })
}

fn often(one: impl Strategy<Value = Move> + 'static) -> BoxedStrategy<Option<Move>> {
    weighted(0.9, one).boxed()
}

fn in_order(moves: Vec<BoxedStrategy<Option<Move>>>) -> impl Strategy<Value = Vec<Move>> {
    moves.prop_map(|moves| moves.into_iter().flatten().collect())
}

fn morning() -> impl Strategy<Value = Vec<Move>> {
    in_order(vec![
        often(Just(Move::LogIn(Crew::Asa, Proof::Two))),
        weighted(0.5, Just(Move::LogIn(Crew::Beni, Proof::OtherTwo))).boxed(),
        often(Just(Move::Open(0, Crew::Asa))),
        weighted(0.5, Just(Move::Open(1, Crew::Beni))).boxed(),
    ])
}

/// Moves that all are in one case, in order, each of them often.
fn in_one_case(
    moves: impl Fn(Slot) -> Vec<BoxedStrategy<Move>> + 'static,
) -> BoxedStrategy<Vec<Move>> {
    slot().prop_flat_map(move |slot| in_order(moves(slot).into_iter().map(often).collect())).boxed()
}

fn within(slot: Slot, command: impl Strategy<Value = Command> + 'static) -> BoxedStrategy<Move> {
    command.prop_map(move |command| Move::In(slot, command)).boxed()
}

/// Card, identity and consent: the gate opens.
fn to_the_gate(slot: Slot) -> Vec<BoxedStrategy<Move>> {
    vec![
        card().prop_map(|card| Move::Lay(card, Hand::Steady)).boxed(),
        within(slot, select(vec![Command::ReadCard, Command::Pin(Typed::Right)])),
        within(slot, Just(Command::Compare(Matches::Yes))),
        within(slot, said().prop_map(Command::Consent)),
    ]
}

/// To the gate, the look-up, and what is done with what it brings.
fn usual_way() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let mut moves = to_the_gate(slot);
        moves.push(within(slot, scope().prop_map(Command::LookUp)));
        moves.extend([(); 3].map(|()| within(slot, taking())));
        moves
    })
}

/// A look-up whose answer does not come, and what happens meanwhile.
fn something_under_way() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let mut moves = to_the_gate(slot);
        moves.extend([
            Just(Move::Hold).boxed(),
            within(slot, scope().prop_map(Command::LookUp)),
            any_move().boxed(),
            within(slot, command()),
            select(vec![Move::Release, Move::LineGoes, Move::In(slot, Command::Cancel)]).boxed(),
            Just(Move::LineComes).boxed(),
            Just(Move::Release).boxed(),
        ]);
        moves
    })
}

/// A reading that waits for a card, and what happens meanwhile.
fn reading_that_waits() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        vec![
            (card(), hand()).prop_map(|(card, hand)| Move::Lay(card, hand)).boxed(),
            within(slot, Just(Command::ReadCard)),
            Just(Move::Lift).boxed(),
            within(slot, select(vec![Command::ReadCard, Command::Pin(Typed::Right)])),
            any_move().boxed(),
            within(slot, command()),
            (card(), hand()).prop_map(|(card, hand)| Move::Lay(card, hand)).boxed(),
        ]
    })
}

fn pin_to_the_last_try() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let wrong = || within(slot, Just(Command::Pin(Typed::Wrong)));
        let right =
            within(slot, select(vec![Command::Pin(Typed::Right), Command::Pin(Typed::Wrong)]));
        let lay = card().prop_map(|card| Move::Lay(card, Hand::Steady)).boxed();
        let allow = within(slot, Just(Command::AllowLastTry));
        vec![lay, wrong(), wrong(), wrong(), allow, within(slot, command()), right]
    })
}

fn list_at_the_counter() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let change =
            || within(slot, select(vec![OptOut::Add, OptOut::Remove]).prop_map(Command::OptOut));
        vec![
            card().prop_map(|card| Move::Lay(card, Hand::Steady)).boxed(),
            within(slot, Just(Command::ReadCard)),
            change(),
            within(slot, command()),
            change(),
        ]
    })
}

/// The department takes a right away, and gives it back.
fn rights_that_change() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let mut moves = to_the_gate(slot);
        let look_up = || within(slot, scope().prop_map(Command::LookUp));
        let to_and_fro = select(vec![
            Move::LogOut(Crew::Asa),
            Move::LogIn(Crew::Asa, Proof::OtherTwo),
            Move::Roster(RosterFile::Good),
        ]);
        let [one, two, three, four] = [(); 4].map(|()| look_up());
        moves.extend([roster().boxed(), one, two, to_and_fro.boxed(), three, four]);
        moves
    })
}

/// The patient gets better or worse while the crew asks.
fn patient_who_changes() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let level = || select(vec![0, 2, 20, 200]).prop_map(|jcs| Command::Observe(Seen::Jcs(jcs)));
        let mut moves = vec![within(slot, level())];
        moves.extend(to_the_gate(slot));
        moves.push(within(slot, seen().prop_map(Command::Observe)));
        moves.push(within(slot, level()));
        moves.push(within(slot, scope().prop_map(Command::LookUp)));
        moves
    })
}

/// An unconscious patient is viewed, wakes up, and says no.
fn refusal_on_waking_up() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let mut moves = vec![
            within(slot, Just(Command::Observe(Seen::Jcs(300)))),
            Just(Move::Lay(Card("P01"), Hand::Steady)).boxed(),
        ];
        let commands = [
            Command::ReadCard,
            Command::Compare(Matches::Yes),
            Command::Consent(Said::Nothing(Reason::Unconscious)),
            Command::LookUp(Scope::Summary),
            Command::Observe(Seen::Jcs(1)),
            Command::Consent(Said::No),
        ];
        moves.extend(commands.map(|command| within(slot, Just(command))));
        moves
    })
}

fn next_patient() -> BoxedStrategy<Vec<Move>> {
    in_one_case(|slot| {
        let close = within(slot, Just(Command::Close));
        let open = select(vec![Crew::Asa, Crew::Beni]).prop_map(move |crew| Move::Open(slot, crew));
        vec![close, within(slot, command()), open.boxed()]
    })
}

/// Any move.
pub(crate) fn any_move() -> impl Strategy<Value = Move> {
    let crew = || select(vec![Crew::Asa, Crew::Beni, Crew::Reviewer, Crew::Stranger]);
    let proof =
        select(vec![Proof::Two, Proof::OtherTwo, Proof::OneKind, Proof::One, Proof::Nothing]);
    let line = select(vec![Move::Release, Move::Hold, Move::LineComes, Move::LineGoes]);
    prop_oneof![
        3 => Just(Move::Lift),
        10 => (card(), hand()).prop_map(|(card, hand)| Move::Lay(card, hand)),
        50 => (slot(), command()).prop_map(|(slot, command)| Move::In(slot, command)),
        5 => (slot(), crew()).prop_map(|(slot, crew)| Move::Open(slot, crew)),
        4 => line,
        3 => (crew(), proof).prop_map(|(crew, proof)| Move::LogIn(crew, proof)),
        2 => crew().prop_map(Move::LogOut),
        2 => roster(),
    ]
}

fn roster() -> impl Strategy<Value = Move> {
    let crew = || select(vec![Crew::Asa, Crew::Beni]);
    prop_oneof![
        4 => Just(RosterFile::Good),
        3 => crew().prop_map(RosterFile::Revoked),
        2 => crew().prop_map(RosterFile::Without),
        1 => Just(RosterFile::Ended),
        1 => Just(RosterFile::Broken),
    ]
    .prop_map(Move::Roster)
}

fn slot() -> impl Strategy<Value = Slot> {
    prop_oneof![6 => Just(0_usize), 3 => Just(1_usize), 1 => Just(2_usize)]
}

fn card() -> impl Strategy<Value = Card> {
    prop_oneof![
        6 => Just(Card("P01")),
        4 => Just(Card("P02")),
        1 => Just(Card("P09")),
        1 => Just(Card::WITHOUT_PIN),
        1 => Just(Card::EXPIRED),
        1 => Just(Card::NOT_REGISTERED),
        2 => Just(Card::OPTED_OUT),
        1 => Just(Card::BASIC_RESIDENT),
        1 => Just(Card::WITHOUT_CERTIFICATE),
    ]
}

fn hand() -> impl Strategy<Value = Hand> {
    prop_oneof![
        6 => Just(Hand::Steady),
        1 => Just(Hand::Stutters),
        2 => (1..=2_u64).prop_map(Hand::Pulls),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let typed = prop_oneof![
        4 => Just(Typed::Right),
        4 => Just(Typed::Wrong),
        1 => Just(Typed::TooLittle),
    ];
    let opt_out = select(vec![OptOut::Remove, OptOut::Add]);
    let patient = prop_oneof![
        5 => Just(Command::ReadCard),
        4 => Just(Command::Compare(Matches::Yes)),
        1 => Just(Command::Compare(Matches::No)),
        4 => typed.prop_map(Command::Pin),
        1 => Just(Command::AllowLastTry),
        6 => said().prop_map(Command::Consent),
        4 => seen().prop_map(Command::Observe),
        7 => scope().prop_map(Command::LookUp),
        3 => Just(Command::Cancel),
    ];
    let end = prop_oneof![
        2 => Just(Command::WrongPatient),
        2 => opt_out.prop_map(Command::OptOut),
        1 => Just(Command::Close),
    ];
    prop_oneof![10 => patient, 4 => taking(), 2 => end]
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        4 => Just(Said::Yes),
        6 => select(Reason::ALL).prop_map(Said::Nothing),
        1 => Just(Said::NothingAndWhy),
        1 => Just(Said::No),
    ]
}

fn seen() -> impl Strategy<Value = Seen> {
    let jcs = select(vec![0, 1, 2, 3, 10, 20, 30, 100, 200, 300, 4, 400]);
    prop_oneof![
        5 => jcs.prop_map(Seen::Jcs),
        2 => (1..=4_u8, 1..=6_u8, 1..=6_u8).prop_map(|(eye, verbal, motor)| Seen::Gcs(eye, verbal, motor)),
        3 => select(CardForm::ALL).prop_map(Seen::Form),
        2 => any::<bool>().prop_map(Seen::Cpa),
    ]
}

fn scope() -> impl Strategy<Value = Scope> {
    select(Scope::ALL)
}

/// What a crew does with what was found.
fn taking() -> impl Strategy<Value = Command> {
    let field = select(vec![
        "SickInjuredPersonName",
        "SickInjuredPersonMedicalHistroy",
        "SickInjuredPersonMedicationDetail",
        // Left to the crew, whoever the patient is.
        "SickInjuredPersonAllergy",
        "NoSuchField",
    ]);
    let section =
        select(vec!["patient", "medications", "surgeries", "dialysis", "checkups", "no_such"]);
    let decision = || select(Decision::ALL);
    let format = prop_oneof![4 => Just("json"), 1 => Just("carrier-pigeon")];
    prop_oneof![
        3 => (field, decision()).prop_map(|(field, decision)| Command::Decide(field, decision)),
        2 => (weighted(0.7, section), decision())
            .prop_map(|(section, decision)| Command::DecideAll(section, decision)),
        2 => Just(Command::Record),
        2 => format.prop_map(Command::Export),
        1 => select(Notice::ALL).prop_map(Command::Notice),
        1 => select(NoticeLanguage::ALL).prop_map(Command::NoticePage),
    ]
}
