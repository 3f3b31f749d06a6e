//! The gate's table, written a second time from what `plugin/src/gate/TABLE.md` says in words.

use mynaq_host_sdk::{Consciousness, ErrorCode, Identity, Reason};

/// The patient's word, or why it cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Given,
    Unobtainable(Reason),
    Refused,
}

/// Cards as far as the rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Ordinary,
    NewerGeneration,
    WithoutPin,
    WithoutPhoto,
    BasicResident,
    Phone,
    OptedOut,
}

/// What was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) identity: Option<Identity>,
    pub(crate) consent: Option<Word>,
    pub(crate) card: Option<Sort>,
    /// For consent that was given, when it was given; now, for everything else.
    pub(crate) level: Option<Consciousness>,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// With this 同意区分.
    Open(u8),
    Waiting,
    Closed(ErrorCode),
    /// Closed, and nothing more is asked in the case.
    Over(ErrorCode),
}

impl Point {
    /// The rule that decides, and what follows from it.
    pub(crate) fn decide(&self) -> (&'static str, Verdict) {
        use Consciousness::{Alert, Unrousable};
        use Verdict::{Closed, Open, Over, Waiting};
        let Point { identity, consent, card, level } = *self;
        let reason = match consent {
            Some(Word::Refused) => return ("G-01", Over(ErrorCode::GateRefused)),
            Some(Word::Unobtainable(reason)) => Some(reason),
            Some(Word::Given) | None => None,
        };
        match (card, identity) {
            (Some(Sort::OptedOut), _) => return ("G-02", Over(ErrorCode::GateOptedOut)),
            (Some(Sort::Phone), _) => return ("G-03", Closed(ErrorCode::CardPhone)),
            (Some(Sort::BasicResident), _) => {
                return ("G-04", Closed(ErrorCode::CardBasicResident));
            }
            (_, Some(Identity::Failed)) => return ("G-05", Closed(ErrorCode::GateIdentityFailed)),
            (Some(Sort::WithoutPhoto), Some(Identity::Visual)) => {
                return ("G-06", Closed(ErrorCode::GateNoPhoto));
            }
            (Some(Sort::WithoutPin), Some(Identity::Pin)) => {
                return ("G-07", Closed(ErrorCode::CardNoPin));
            }
            _ => {}
        }
        if consent == Some(Word::Given) && level == Some(Unrousable) {
            return ("G-08", Closed(ErrorCode::GateConsentImpossible));
        }
        // A reason covers the level it names and everything worse.
        if let (Some(reason), Some(level)) = (reason, level) {
            let unfit = Closed(ErrorCode::GateReasonUnfit);
            match reason {
                Reason::Unconscious if level < Unrousable => return ("G-09", unfit),
                Reason::ImpairedConsciousness if level == Alert => return ("G-10", unfit),
                _ => {}
            }
        }
        if card.is_none() {
            return ("G-11", Waiting);
        }
        if identity.is_none() {
            return ("G-12", Waiting);
        }
        match reason {
            _ if consent.is_none() => ("G-13", Waiting),
            None => ("G-14", Open(1)),
            Some(Reason::Unconscious) => ("G-15", Open(3)),
            Some(Reason::ImpairedConsciousness) => ("G-16", Open(3)),
            Some(Reason::CannotCommunicate) => ("G-17", Open(3)),
        }
    }
}

/// The table on paper, point by point.
mod on_paper {
    use super::*;

    fn identity(written: &str) -> Option<Identity> {
        match written {
            "not yet" => None,
            "visual" => Some(Identity::Visual),
            "PIN" => Some(Identity::Pin),
            "failed" => Some(Identity::Failed),
            other => panic!("{other:?} is no identity check"),
        }
    }

    fn consent(written: &str) -> Option<Word> {
        match written {
            "not yet" => None,
            "given" => Some(Word::Given),
            "refused" => Some(Word::Refused),
            reason => Some(Word::Unobtainable(Reason::from_name(reason).expect("a reason"))),
        }
    }

    fn card(written: &str) -> Option<Sort> {
        match written {
            "not yet" => None,
            "ordinary" => Some(Sort::Ordinary),
            "newer generation" => Some(Sort::NewerGeneration),
            "no PIN" => Some(Sort::WithoutPin),
            "no photo" => Some(Sort::WithoutPhoto),
            "住基カード" => Some(Sort::BasicResident),
            "phone" => Some(Sort::Phone),
            "opted out" => Some(Sort::OptedOut),
            other => panic!("{other:?} is no card"),
        }
    }

    const LEVELS: [Option<Consciousness>; 5] = [
        None,
        Some(Consciousness::Alert),
        Some(Consciousness::Awake),
        Some(Consciousness::Rousable),
        Some(Consciousness::Unrousable),
    ];

    /// The cells of a line of a table; none of anything else.
    fn cells(line: &str) -> Option<Vec<&str>> {
        let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
        Some(cells.split(" | ").collect())
    }

    #[test]
    fn the_model_of_the_gate_decides_every_point_as_the_table_on_paper_does() {
        let paper = mynaq_conformance::parts().root.join("plugin/src/gate/TABLE.md");
        let paper = std::fs::read_to_string(paper).expect("the table");
        let (rules, points) = paper.split_once("## Every point").expect("every point");
        let verdicts: std::collections::BTreeMap<_, _> = rules
            .lines()
            .filter_map(cells)
            .filter(|cells| cells[0].starts_with("G-"))
            .map(|cells| (cells[0], cells[1]))
            .collect();
        let english = |cell: &'static str| cell.rsplit(" / ").next().unwrap_or(cell);
        let points: &'static str = points.to_owned().leak();
        let mut seen = 0;
        for cells in points.lines().filter_map(cells).filter(|cells| cells.len() == 8).skip(1) {
            if cells[0].starts_with("---") {
                continue;
            }
            for (level, cell) in LEVELS.iter().zip(&cells[3..]) {
                let point = Point {
                    identity: identity(english(cells[0])),
                    consent: consent(english(cells[1])),
                    card: card(english(cells[2])),
                    level: *level,
                };
                let (rule, verdict) = point.decide();
                let (sign, words) = match verdict {
                    Verdict::Open(class) => ("○", format!("**開 / open**, 同意区分 {class}")),
                    Verdict::Waiting => ("…", "待 / waiting".to_owned()),
                    Verdict::Closed(code) => ("×", format!("閉 / closed, `{code}`")),
                    Verdict::Over(code) => ("■", format!("終 / over, `{code}`")),
                };
                assert_eq!(*cell, format!("{sign} {rule}"), "{point:?}");
                assert_eq!(verdicts.get(rule), Some(&words.as_str()), "{point:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, 4 * 6 * 8 * 5, "every point");
    }
}
