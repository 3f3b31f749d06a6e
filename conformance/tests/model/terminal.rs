//! The terminal with everything on it, as the manual says it behaves: shifts and rights, the reader,
//! the line, the department's list, and up to three cases.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mynaq_host_sdk::{Decision, ErrorCode, Factor, OptOut};

use crate::case::{Case, Deed, LastTry, Record};
use crate::moves::{
    Card, Command, Crew, Hand, Move, Proof, RosterFile, Said, Seen, Setup, Slot, Takeover, Typed,
};
use crate::table::Word;
use crate::told::{Hearing, Told};

/// Tries a PIN has.
const TRIES: u8 = 3;

#[derive(Debug)]
pub(crate) struct Terminal {
    setup: Setup,
    /// As it lies on the disk, and as the plugin has read it last.
    roster: RosterFile,
    roster_read: RosterFile,
    shifts: BTreeMap<Crew, Vec<Factor>>,
    /// How many lines the ledger has of log-ins, openings, and refusals of either.
    pub(crate) lines_of_rights: usize,
    pub(crate) cases: Vec<Case>,
    slots: [Option<usize>; 3],
    /// Readings that wait for a card: first come, first served.
    waiting: VecDeque<Waiting>,
    pub(crate) lying: Option<Laying>,
    layings: u64,
    /// Tries left to a PIN, where not all.
    tries: BTreeMap<Card, u8>,
    list: BTreeSet<Card>,
    held: bool,
    line_is_there: bool,
    /// How many requests the gateway has got.
    pub(crate) viewings: usize,
}

/// A card that lies on the reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Laying {
    card: Card,
    hand: Hand,
    number: u64,
    /// The case it was read for first: it serves no other.
    whose: Option<usize>,
}

/// A reading that waits for a card.
#[derive(Debug)]
struct Waiting {
    case: usize,
    task: Task,
    /// The laying it was told of that it will not do.
    told_of: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
enum Task {
    Read,
    Pin {
        typed: Typed,
        /// Whose card it must be, as far as that is known.
        holder: Option<Card>,
        /// Whether the last try may be spent.
        last_try: bool,
    },
}

/// How a reading of a card ended.
enum Ended {
    /// The card was read, by PIN or without.
    Read(bool),
    Trouble(&'static [ErrorCode]),
}

type Answer = Option<ErrorCode>;

impl Terminal {
    pub(crate) fn new(setup: Setup) -> Self {
        Terminal {
            setup,
            roster: RosterFile::Good,
            roster_read: RosterFile::Good,
            shifts: BTreeMap::new(),
            lines_of_rights: 0,
            cases: Vec::new(),
            slots: [None; 3],
            waiting: VecDeque::new(),
            lying: None,
            layings: 0,
            tries: BTreeMap::new(),
            list: BTreeSet::new(),
            held: false,
            line_is_there: true,
            viewings: 0,
        }
    }

    /// The case at a slot, open or closed.
    pub(crate) fn case_at(&self, slot: Slot) -> Option<usize> {
        self.slots[slot]
    }

    /// What the department lets its crews take over.
    pub(crate) fn takeover(&self) -> Takeover {
        self.setup.takeover
    }

    /// The shift ends, and every case with it.
    pub(crate) fn end(&mut self) {
        self.cases.iter_mut().filter(|case| !case.is_closed).for_each(Case::close);
    }

    /// Whether there is anything a move can be made with.
    pub(crate) fn applies(&self, one: &Move) -> bool {
        match one {
            Move::Open(slot, _) => self.slots[*slot].is_none_or(|case| self.cases[case].is_closed),
            Move::Roster(_) => self.setup.roster.is_some(),
            // Who hears what when two wait for one card is `layings.rs`'s to show.
            Move::In(slot, Command::ReadCard | Command::Pin(_)) => self.slots[*slot]
                .is_some_and(|case| self.waiting.iter().all(|waiting| waiting.case == case)),
            Move::In(slot, _) => self.slots[*slot].is_some(),
            _ => true,
        }
    }

    /// The answers a move may get: one, except where nothing says which of two comes first.
    pub(crate) fn answers(&self, one: &Move) -> Vec<Answer> {
        match *one {
            Move::LogIn(crew, proof) => {
                self.by_either_roster(|roster| self.log_in(crew, proof, roster))
            }
            Move::Open(_, crew) => self.by_either_roster(|roster| self.right(crew, roster)),
            Move::In(slot, command) => match self.slots[slot].map(|case| &self.cases[case]) {
                Some(case) if case.is_closed => vec![Some(ErrorCode::UnknownHandle)],
                Some(case) => self.answers_in(case, command),
                None => vec![],
            },
            _ => vec![None],
        }
    }

    /// A new roster is read when somebody logs in or opens a case, on a thread that does not keep them
    /// waiting: they may be answered by the old one yet.
    fn by_either_roster(&self, answer: impl Fn(RosterFile) -> Answer) -> Vec<Answer> {
        vec![answer(self.roster_read), answer(self.roster)]
    }

    fn log_in(&self, crew: Crew, proof: Proof, roster: RosterFile) -> Answer {
        let rule = self.setup.roster?;
        let two = matches!(proof, Proof::Two | Proof::OtherTwo);
        if rule.two_factors && !two {
            return Some(ErrorCode::GateTwoFactors);
        }
        on_roster(roster, crew)
    }

    fn right(&self, crew: Crew, roster: RosterFile) -> Answer {
        let rule = self.setup.roster?;
        if rule.required && !self.shifts.contains_key(&crew) {
            return Some(ErrorCode::GateNotLoggedIn);
        }
        on_roster(roster, crew)
    }

    fn answers_in(&self, case: &Case, command: Command) -> Vec<Answer> {
        let wrong_state = Some(ErrorCode::WrongState);
        let when = |it: bool, answer: ErrorCode| it.then_some(answer);
        let not_due = when(case.notice.is_none(), ErrorCode::WrongState);
        let no_record = when(case.record.is_none(), ErrorCode::WrongState);
        match command {
            Command::Cancel | Command::Close => return vec![None],
            Command::Record => return vec![no_record],
            Command::Export("json") => return vec![no_record],
            Command::Export(_) if case.record.is_none() => {
                return vec![wrong_state, Some(ErrorCode::FormatUnknown)];
            }
            Command::Export(_) => return vec![Some(ErrorCode::FormatUnknown)],
            Command::Notice(_) | Command::NoticePage(_) => return vec![not_due],
            Command::OptOut(_) => {
                let no_card = when(case.holder().is_none(), ErrorCode::WrongState);
                return match (self.setup.list, no_card) {
                    (true, no_card) => vec![no_card],
                    (false, None) => vec![Some(ErrorCode::ConfigInvalid)],
                    (false, no_card) => vec![Some(ErrorCode::ConfigInvalid), no_card],
                };
            }
            _ => {}
        }
        // What is wrong with what was handed in may be said before or after where the case stands.
        let fault = match command {
            Command::Consent(Said::NothingAndWhy) => Some(ErrorCode::GateReasonRequired),
            Command::Pin(Typed::TooLittle) => Some(ErrorCode::CardPinMalformed),
            Command::Observe(seen) if !is_on_the_scale(seen) => Some(ErrorCode::BadDocument),
            Command::DecideAll(Some("no_such"), _) => Some(ErrorCode::FieldUnknown),
            _ => None,
        };
        let stands = case.over().or_else(|| self.stands(case, command));
        match (fault, stands) {
            (Some(_), Some(_)) => vec![fault, stands],
            (Some(fault), None) => vec![Some(fault)],
            (None, stands) => vec![stands],
        }
    }

    /// Why a command that is rightly put does not work where the case stands.
    fn stands(&self, case: &Case, command: Command) -> Answer {
        let when = |it: bool, answer: ErrorCode| it.then_some(answer);
        match command {
            Command::ReadCard | Command::Pin(_) => when(case.reads, ErrorCode::WrongState),
            Command::AllowLastTry => {
                when(case.reads || case.last_try.is_none(), ErrorCode::WrongState)
            }
            Command::LookUp(_) if case.look_up.is_some() => Some(ErrorCode::WrongState),
            Command::LookUp(_) => case.closed().or_else(|| self.right(case.crew, self.roster_read)),
            Command::WrongPatient => when(case.card.is_none(), ErrorCode::WrongState),
            Command::Decide(name, decision) => {
                let Some(record) = &case.record else { return Some(ErrorCode::WrongState) };
                let Some(field) = record.fields.iter().find(|field| field.name == name) else {
                    return Some(ErrorCode::FieldUnknown);
                };
                if field.value.is_none() {
                    return Some(ErrorCode::WrongState);
                }
                record.may(|field| field.name == name, decision, false, self.setup.takeover)
            }
            Command::DecideAll(section, decision) => {
                let Some(record) = &case.record else { return Some(ErrorCode::WrongState) };
                if !record.fields.iter().any(|field| field.is_of(section)) {
                    return Some(ErrorCode::FieldUnknown);
                }
                record.may(|field| field.is_of(section), decision, true, self.setup.takeover)
            }
            _ => None,
        }
    }

    /// What follows from a move that was answered so.
    pub(crate) fn make(&mut self, one: &Move, answer: Answer) -> Hearing {
        let mut hearing = Hearing::default();
        match (*one, answer) {
            (Move::LogIn(crew, proof), answer) => {
                self.roster_read = self.roster;
                self.lines_of_rights += 1;
                if answer.is_none() {
                    self.shifts.insert(crew, proof.factors());
                }
            }
            (Move::LogOut(crew), _) => drop(self.shifts.remove(&crew)),
            (Move::Open(slot, crew), answer) => {
                self.roster_read = self.roster;
                self.lines_of_rights += 1;
                if answer.is_none() {
                    self.slots[slot] = Some(self.cases.len());
                    hearing.tell(self.cases.len(), Told::Opened);
                    self.cases.push(Case::new(crew));
                }
            }
            (Move::Lay(card, hand), _) => {
                self.layings += 1;
                self.lying = Some(Laying { card, hand, number: self.layings, whose: None });
            }
            (Move::Lift, _) => self.lying = None,
            (Move::Hold, _) => self.held = true,
            (Move::Release, _) => {
                self.held = false;
                if self.line_is_there {
                    self.each_look_up(&mut hearing, Case::answer);
                }
            }
            // Look-ups go on by themselves until it is there again.
            (Move::LineGoes, _) => self.line_is_there = false,
            (Move::LineComes, _) => {
                self.line_is_there = true;
                let arrive =
                    self.cases.iter_mut().map(Case::arrives).filter(|arrives| *arrives).count();
                self.viewings += arrive;
                if !self.held {
                    self.each_look_up(&mut hearing, Case::answer);
                }
            }
            (Move::Roster(file), _) => self.roster = file,
            (Move::In(slot, command), answer) => {
                if let Some(case) = self.slots[slot].filter(|case| !self.cases[*case].is_closed) {
                    self.make_in(case, command, answer, &mut hearing);
                }
            }
        }
        self.serve(&mut hearing);
        hearing
    }

    fn each_look_up(&mut self, hearing: &mut Hearing, end: fn(&mut Case, &mut dyn FnMut(Told))) {
        for (number, case) in self.cases.iter_mut().enumerate() {
            end(case, &mut |told| hearing.tell(number, told));
        }
    }

    fn make_in(&mut self, number: usize, command: Command, answer: Answer, hearing: &mut Hearing) {
        let refused_by_roster = answer.is_some_and(is_of_rights);
        if matches!(command, Command::LookUp(_)) && refused_by_roster {
            self.lines_of_rights += 1;
            self.roster_read = self.roster;
        }
        if answer.is_some() {
            return;
        }
        let case = &mut self.cases[number];
        let mut tell = |told| hearing.tell(number, told);
        match command {
            Command::ReadCard => self.wait(number, Task::Read),
            Command::Pin(typed) => {
                let allowed = case.last_try.take().filter(|last_try| last_try.allowed);
                let holder = allowed.map(|last_try| last_try.of);
                let holder = holder.or(case.card.map(|held| held.card));
                self.wait(number, Task::Pin { typed, holder, last_try: allowed.is_some() });
            }
            Command::Compare(matches) => case.check(matches.identity(), &mut tell),
            Command::AllowLastTry => {
                if let Some(last_try) = &mut case.last_try {
                    last_try.allowed = true;
                }
                case.deeds.push(Deed::LastTryAllowed);
                tell(Told::LastTryAllowed);
            }
            Command::Consent(said) => {
                let word = match said {
                    Said::Yes => Word::Given,
                    Said::No => Word::Refused,
                    Said::Nothing(reason) => Word::Unobtainable(reason),
                    Said::NothingAndWhy => return,
                };
                case.hear(word, &mut tell);
            }
            Command::Observe(seen) => case.see(seen, &mut tell),
            Command::LookUp(scope) => {
                self.roster_read = self.roster;
                if let Some(code) = self.right(self.cases[number].crew, self.roster) {
                    return hearing.tell(number, Told::Trouble(one_of_rights(code)));
                }
                let factors = self.shifts.get(&self.cases[number].crew).map_or(&[][..], |it| it);
                let factors = told_to_the_gateway(factors);
                let case = &mut self.cases[number];
                if !case.permit(scope, factors, &mut tell) || !self.line_is_there {
                    return;
                }
                case.arrives();
                self.viewings += 1;
                if !self.held {
                    case.answer(&mut tell);
                }
            }
            Command::Cancel => {
                if case.give_up() {
                    tell(Told::Trouble(&[ErrorCode::NetworkCancelled]));
                }
                if std::mem::take(&mut case.reads) {
                    hearing.tell_beside(number, Told::Trouble(&[ErrorCode::CardCancelled]));
                }
            }
            Command::Decide(name, decision) => {
                decide(case, |field| field == name, decision, &mut tell);
            }
            Command::DecideAll(section, decision) => {
                let fields = case.record.iter().flat_map(|record| &record.fields);
                let names: Vec<_> = fields
                    .filter(|field| field.is_of(section) && field.taken.is_none())
                    .map(|field| field.name.clone())
                    .collect();
                decide(case, |field| names.iter().any(|name| name == field), decision, &mut tell);
            }
            Command::Record => {}
            Command::Export(format) => {
                let fields = case.accepted();
                case.deeds.push(Deed::Exported(format, fields));
            }
            Command::Notice(notice) => {
                case.deeds.push(Deed::Notice(notice));
                tell(Told::NoticeRecorded(notice));
            }
            Command::NoticePage(language) => case.deeds.push(Deed::NoticePrinted(language)),
            Command::WrongPatient => {
                if case.reads {
                    tell(Told::Trouble(&[ErrorCode::CardCancelled]));
                }
                case.set_card_aside(&mut tell);
            }
            Command::OptOut(change) => {
                let Some(card) = case.holder() else { return };
                match change {
                    OptOut::Add => self.list.insert(card),
                    OptOut::Remove => self.list.remove(&card),
                };
                case.list_changed(card, change, &mut tell);
            }
            Command::Close => case.close(),
        }
    }

    fn wait(&mut self, case: usize, task: Task) {
        self.cases[case].reads = true;
        self.waiting.push_back(Waiting { case, task, told_of: None });
    }

    /// The reader serves one reading after the other, as long as a card lies there that will do.
    fn serve(&mut self, hearing: &mut Hearing) {
        let cases = &self.cases;
        self.waiting.retain(|waiting| cases[waiting.case].reads);
        while let (Some(first), Some(lying)) = (self.waiting.front_mut(), self.lying) {
            let number = first.case;
            let mut tell = |told| hearing.tell(number, told);
            if let Hand::Pulls(_) = lying.hand {
                self.lying = None;
                // Digits wait for the card they were typed for, once it is known whose it is.
                match first.task {
                    Task::Pin { holder: None, .. } => {
                        self.ended(Ended::Trouble(&[ErrorCode::CardRemoved]), lying.card, hearing);
                    }
                    Task::Read | Task::Pin { holder: Some(_), .. } => {
                        tell(Told::GoesOn(ErrorCode::CardRemoved));
                    }
                }
                return;
            }
            let another = lying.whose.is_some_and(|case| case != number);
            // A card that was seen to be of the wrong kind is of the wrong kind for everybody.
            if another && lying.card != Card::BASIC_RESIDENT {
                if first.told_of.replace(lying.number) != Some(lying.number) {
                    tell(Told::GoesOn(ErrorCode::CardOtherCase));
                }
                return;
            }
            if let Some(lying) = &mut self.lying {
                lying.whose.get_or_insert(number);
            }
            if lying.card == Card::BASIC_RESIDENT {
                if first.told_of.replace(lying.number) != Some(lying.number) {
                    tell(Told::GoesOn(ErrorCode::CardBasicResident));
                }
                return;
            }
            let task = first.task;
            let ended = self.read(task, lying.card);
            self.ended(ended, lying.card, hearing);
        }
    }

    fn read(&mut self, task: Task, card: Card) -> Ended {
        if card == Card::WITHOUT_CERTIFICATE {
            return Ended::Trouble(&[ErrorCode::CardNoCertificate]);
        }
        let Task::Pin { typed, holder, last_try } = task else { return Ended::Read(false) };
        // Digits that were typed for one card never reach another.
        if holder.is_some_and(|holder| holder != card) {
            return Ended::Trouble(&[ErrorCode::CardChanged]);
        }
        if card == Card::WITHOUT_PIN {
            return Ended::Trouble(&[ErrorCode::CardNoPin]);
        }
        let tries = self.tries.entry(card).or_insert(TRIES);
        match (*tries, typed) {
            (0, _) => Ended::Trouble(&[ErrorCode::CardPinLocked]),
            (1, _) if !last_try => Ended::Trouble(&[ErrorCode::CardPinLastTry]),
            (_, Typed::Right) => {
                *tries = TRIES;
                Ended::Read(true)
            }
            (_, Typed::Wrong | Typed::TooLittle) => {
                *tries -= 1;
                match *tries {
                    0 => Ended::Trouble(&[ErrorCode::CardPinLocked]),
                    _ => Ended::Trouble(&[ErrorCode::CardPinWrong]),
                }
            }
        }
    }

    /// The first reading ended.
    fn ended(&mut self, ended: Ended, card: Card, hearing: &mut Hearing) {
        let Some(Waiting { case: number, .. }) = self.waiting.pop_front() else { return };
        let case = &mut self.cases[number];
        case.reads = false;
        let mut tell = |told| hearing.tell(number, told);
        match ended {
            Ended::Read(by_pin) => case.take(card, by_pin, self.list.contains(&card), &mut tell),
            Ended::Trouble(codes) => {
                if codes == [ErrorCode::CardPinLastTry] {
                    case.last_try = Some(LastTry { of: card, allowed: false });
                }
                tell(Told::Trouble(codes));
            }
        }
    }
}

/// What the roster says of somebody, for the unit every case is opened in.
fn on_roster(roster: RosterFile, crew: Crew) -> Answer {
    match (roster, crew) {
        (RosterFile::Broken, _) => Some(ErrorCode::GateRosterUnreadable),
        (RosterFile::Ended, _) => Some(ErrorCode::GateRosterExpired),
        (_, Crew::Stranger) => Some(ErrorCode::GateCrewUnknown),
        (RosterFile::Without(other), _) if other == crew => Some(ErrorCode::GateCrewUnknown),
        (RosterFile::Revoked(other), _) if other == crew => Some(ErrorCode::GateCrewRevoked),
        (_, Crew::Reviewer) => Some(ErrorCode::GateCrewNoRight),
        (_, Crew::Asa | Crew::Beni) => None,
    }
}

const OF_RIGHTS: [[ErrorCode; 1]; 6] = [
    [ErrorCode::GateNotLoggedIn],
    [ErrorCode::GateRosterUnreadable],
    [ErrorCode::GateRosterExpired],
    [ErrorCode::GateCrewUnknown],
    [ErrorCode::GateCrewRevoked],
    [ErrorCode::GateCrewNoRight],
];

fn is_of_rights(code: ErrorCode) -> bool {
    OF_RIGHTS.as_flattened().contains(&code)
}

fn one_of_rights(code: ErrorCode) -> &'static [ErrorCode] {
    OF_RIGHTS.iter().find(|known| **known == [code]).map_or(&[], |known| known)
}

/// The first two factors of different kinds: the kind (OQSCD041) and the way (OQSCD042) of each.
fn told_to_the_gateway(factors: &[Factor]) -> Vec<(String, String)> {
    let codes = |factor: &Factor| match factor {
        Factor::IdPassword => ("1", "01"),
        Factor::Pin => ("1", "02"),
        Factor::Fingerprint => ("2", "01"),
        Factor::Vein => ("2", "04"),
        Factor::IcCard => ("3", "01"),
        Factor::OneTimePassword => ("3", "02"),
        other => panic!("nobody here logs in by {other:?}"),
    };
    let mut told: Vec<(&str, &str)> = Vec::new();
    for factor in factors {
        let (kind, way) = codes(factor);
        if told.len() < 2 && told.iter().all(|(known, _)| *known != kind) {
            told.push((kind, way));
        }
    }
    told.into_iter().map(|(kind, way)| (kind.to_owned(), way.to_owned())).collect()
}

fn is_on_the_scale(seen: Seen) -> bool {
    match seen {
        Seen::Jcs(jcs) => [0, 1, 2, 3, 10, 20, 30, 100, 200, 300].contains(&jcs),
        Seen::Gcs(eye, verbal, motor) => {
            (1..=4).contains(&eye) && (1..=5).contains(&verbal) && (1..=6).contains(&motor)
        }
        Seen::Form(_) | Seen::Cpa(_) => true,
    }
}

fn decide(
    case: &mut Case,
    which: impl Fn(&str) -> bool,
    decision: Decision,
    tell: &mut dyn FnMut(Told),
) {
    let fields = case.record.iter_mut().flat_map(|Record { fields }| fields);
    for field in fields.filter(|field| field.value.is_some() && which(&field.name)) {
        field.taken = Some(decision);
        case.deeds.push(Deed::Decided(field.name.clone(), decision));
        tell(Told::Decided(field.name.clone(), decision));
    }
}

impl crate::case::Field {
    /// Whether it comes from a section, or no section is asked for.
    fn is_of(&self, section: Option<&str>) -> bool {
        section.is_none_or(|section| self.sections.contains(section))
    }
}
