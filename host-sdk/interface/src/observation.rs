//! What the crew sees of patient and card (観察), as far as the gate needs it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::CardForm;

/// What the crew sees now. Every member is optional; one that is given replaces what was said of it
/// before, the others stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Level of consciousness, Japan Coma Scale: 0, 1, 2, 3, 10, 20, 30, 100, 200 or 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = [0, 1, 2, 3, 10, 20, 30, 100, 200, 300, null]))]
    pub jcs: Option<u16>,
    /// Level of consciousness, Glasgow Coma Scale. Where both are said, JCS counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gcs: Option<Gcs>,
    /// What the card looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_form: Option<CardForm>,
    /// Whether the patient is in cardiopulmonary arrest (心肺停止). While they are, nothing that
    /// happens in the case asks for attention: its events are `quiet`, and a card is waited for
    /// without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpa: Option<bool>,
}

/// The three answers of the Glasgow Coma Scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gcs {
    /// Eyes, 1 to 4.
    #[schemars(range(min = 1, max = 4))]
    pub eye: u8,
    /// Voice, 1 to 5.
    #[schemars(range(min = 1, max = 5))]
    pub verbal: u8,
    /// Movement, 1 to 6.
    #[schemars(range(min = 1, max = 6))]
    pub motor: u8,
}

/// How awake the patient is, as coarse as the gate looks. Ordered from awake to unrousable.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Consciousness {
    /// 清明: JCS 0, GCS 15.
    Alert,
    /// JCS I: awake without being roused.
    Awake,
    /// JCS II: can be roused.
    Rousable,
    /// JCS III: cannot be roused.
    Unrousable,
}

impl Consciousness {
    /// All of them, from awake to unrousable.
    pub const ALL: [Consciousness; 4] = [
        Consciousness::Alert,
        Consciousness::Awake,
        Consciousness::Rousable,
        Consciousness::Unrousable,
    ];

    /// What the crew calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Consciousness::Alert => "JCS 0",
            Consciousness::Awake => "JCS I",
            Consciousness::Rousable => "JCS II",
            Consciousness::Unrousable => "JCS III",
        }
    }
}

impl Gcs {
    /// Whether the answers are on the scale.
    const fn is_on_the_scale(self) -> bool {
        matches!((self.eye, self.verbal, self.motor), (1..=4, 1..=5, 1..=6))
    }

    /// The first digit of JCS asks what the eye of GCS asks: open by themselves, when roused, or not.
    const fn consciousness(self) -> Consciousness {
        match (self.eye, self.verbal, self.motor) {
            (4, 5, 6) => Consciousness::Alert,
            (4, _, _) => Consciousness::Awake,
            (2 | 3, _, _) => Consciousness::Rousable,
            _ => Consciousness::Unrousable,
        }
    }
}

impl Observation {
    /// The longest list of what is wrong is one line: the first value that is not on its scale.
    pub fn fault(&self) -> Option<&'static str> {
        if self.jcs.is_some_and(|jcs| band(jcs).is_none()) {
            return Some("`jcs` is 0, 1, 2, 3, 10, 20, 30, 100, 200 or 300");
        }
        if self.gcs.is_some_and(|gcs| !gcs.is_on_the_scale()) {
            return Some("`gcs` is eye 1 to 4, verbal 1 to 5, motor 1 to 6");
        }
        None
    }

    /// How awake the patient is, as far as it was said.
    pub fn consciousness(&self) -> Option<Consciousness> {
        self.jcs.and_then(band).or_else(|| self.gcs.map(Gcs::consciousness))
    }

    /// What is seen now, on top of what was seen before. Of the two scales the one said last counts.
    #[must_use]
    pub fn after(self, before: Observation) -> Observation {
        let level = self.jcs.is_some() || self.gcs.is_some();
        Observation {
            jcs: if level { self.jcs } else { before.jcs },
            gcs: if level { self.gcs } else { before.gcs },
            card_form: self.card_form.or(before.card_form),
            cpa: self.cpa.or(before.cpa),
        }
    }
}

const fn band(jcs: u16) -> Option<Consciousness> {
    match jcs {
        0 => Some(Consciousness::Alert),
        1..=3 => Some(Consciousness::Awake),
        10 | 20 | 30 => Some(Consciousness::Rousable),
        100 | 200 | 300 => Some(Consciousness::Unrousable),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gcs(eye: u8, verbal: u8, motor: u8) -> Option<Gcs> {
        Some(Gcs { eye, verbal, motor })
    }

    #[test]
    fn both_scales_are_read_as_far_as_the_gate_needs_them() {
        let level = |jcs, gcs| Observation { jcs, gcs, ..Observation::default() }.consciousness();
        assert_eq!(level(None, None), None);
        assert_eq!(level(Some(0), None), Some(Consciousness::Alert));
        assert_eq!(level(Some(3), None), Some(Consciousness::Awake));
        assert_eq!(level(Some(10), None), Some(Consciousness::Rousable));
        assert_eq!(level(Some(300), None), Some(Consciousness::Unrousable));
        assert_eq!(level(None, gcs(4, 5, 6)), Some(Consciousness::Alert));
        assert_eq!(level(None, gcs(4, 4, 6)), Some(Consciousness::Awake));
        assert_eq!(level(None, gcs(2, 2, 4)), Some(Consciousness::Rousable));
        assert_eq!(level(None, gcs(1, 5, 6)), Some(Consciousness::Unrousable));
        assert_eq!(level(Some(200), gcs(4, 5, 6)), Some(Consciousness::Unrousable), "JCS counts");
    }

    #[test]
    fn what_is_not_on_a_scale_is_named() {
        let fault = |jcs, gcs| Observation { jcs, gcs, ..Observation::default() }.fault();
        for jcs in [0, 1, 2, 3, 10, 20, 30, 100, 200, 300] {
            assert_eq!(fault(Some(jcs), None), None);
        }
        for jcs in [4, 9, 11, 40, 99, 101, 400, u16::MAX] {
            assert!(fault(Some(jcs), None).is_some_and(|fault| fault.contains("jcs")), "{jcs}");
        }
        assert_eq!(fault(None, gcs(4, 5, 6)), None);
        for gcs in
            [gcs(0, 5, 6), gcs(5, 5, 6), gcs(4, 0, 6), gcs(4, 6, 6), gcs(4, 5, 0), gcs(4, 5, 7)]
        {
            assert!(fault(None, gcs).is_some_and(|fault| fault.contains("gcs")), "{gcs:?}");
        }
    }

    #[test]
    fn a_newer_level_replaces_the_older_on_either_scale_and_nothing_else() {
        let form = Some(CardForm::WithoutPhoto);
        let before = Observation { jcs: Some(300), gcs: None, card_form: form, cpa: Some(true) };
        let woke = Observation { gcs: gcs(4, 5, 6), ..Observation::default() }.after(before);
        assert_eq!(woke.consciousness(), Some(Consciousness::Alert), "not the older JCS");
        assert_eq!((woke.card_form, woke.cpa), (form, Some(true)));
        assert_eq!(Observation::default().after(before), before);
    }
}
