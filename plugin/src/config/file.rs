//! What may stand in the file. Unknown keys are refused.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use mynaq_interface::Transcription;
use serde::Deserialize;
use toml::Spanned;

use super::Mode;
use crate::gate::{Policy, SummarySection, TranscriptionRules};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) mode: Spanned<Mode>,
    pub(super) department: Spanned<Department>,
    pub(super) card: Card,
    pub(super) gateway: Spanned<Gateway>,
    pub(super) ledger: Folder,
    pub(super) packs: Folder,
    pub(super) roster: Option<Roster>,
    pub(super) opt_out: Option<OptOut>,
    #[serde(default)]
    pub(super) transcription: Transcriptions,
    #[serde(default)]
    pub(super) review: Review,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    pub(super) facility_code: Spanned<String>,
    pub(super) name: Option<Spanned<String>>,
    pub(super) name_kana: Option<Spanned<String>>,
    pub(super) contact: Option<Spanned<String>>,
    pub(super) url: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Card {
    pub(super) reader: Spanned<ReaderWord>,
    pub(super) drill_address: Option<Spanned<SocketAddr>>,
    #[serde(default = "default_wait")]
    pub(super) wait_seconds: Spanned<u64>,
    #[serde(default)]
    pub(super) authorities: Vec<PathBuf>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReaderWord {
    Pcsc,
    Drill,
}

/// Which of these belong to which transport is checked in `gateway`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gateway {
    #[serde(default)]
    pub(super) transport: TransportWord,
    pub(super) url: Option<Spanned<String>>,
    pub(super) authority: Option<Spanned<PathBuf>>,
    pub(super) certificate: Option<Spanned<PathBuf>>,
    pub(super) key: Option<Spanned<PathBuf>>,
    pub(super) pkcs12: Option<Spanned<PathBuf>>,
    pub(super) pkcs12_password_file: Option<Spanned<PathBuf>>,
    pub(super) windows_certificate: Option<Spanned<String>>,
    pub(super) proxy: Option<Spanned<String>>,
    pub(super) directory: Option<Spanned<PathBuf>>,
    #[serde(default = "default_connect")]
    pub(super) connect_seconds: Spanned<u64>,
    #[serde(default = "default_first_byte")]
    pub(super) first_byte_seconds: Spanned<u64>,
    #[serde(default = "default_answer")]
    pub(super) answer_seconds: Spanned<u64>,
    #[serde(default = "default_give_up")]
    pub(super) give_up_seconds: Spanned<u64>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TransportWord {
    #[default]
    Https,
    Folder,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Folder {
    pub(super) directory: Spanned<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roster {
    pub(super) file: PathBuf,
    #[serde(default)]
    pub(super) log_in: LogIn,
    #[serde(default = "yes")]
    pub(super) two_factors: bool,
    #[serde(default = "default_shift")]
    pub(super) shift_hours: Spanned<u64>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LogIn {
    #[default]
    Required,
    Optional,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OptOut {
    pub(super) file: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transcriptions {
    default: Option<Transcription>,
    #[serde(default)]
    sections: BTreeMap<SummarySection, Transcription>,
    #[serde(default)]
    packs: BTreeMap<String, PackTranscription>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackTranscription {
    default: Option<Transcription>,
    #[serde(default)]
    sections: BTreeMap<SummarySection, Transcription>,
}

/// Read by `mynaq review`; the plugin only sees that it is right.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    pub(super) consented_percent: Option<Spanned<u64>>,
}

impl From<Transcriptions> for TranscriptionRules {
    fn from(written: Transcriptions) -> Self {
        let policy = |default: Option<Transcription>, sections| Policy {
            default: default.unwrap_or(Policy::default().default),
            sections,
        };
        TranscriptionRules {
            packs: written
                .packs
                .into_iter()
                .map(|(pack, own)| (pack, policy(own.default, own.sections)))
                .collect(),
            all: policy(written.default, written.sections),
        }
    }
}

fn yes() -> bool {
    true
}

fn default_wait() -> Spanned<u64> {
    Spanned::new(0..0, 60)
}

fn default_connect() -> Spanned<u64> {
    Spanned::new(0..0, 5)
}

fn default_first_byte() -> Spanned<u64> {
    Spanned::new(0..0, 10)
}

fn default_answer() -> Spanned<u64> {
    Spanned::new(0..0, 60)
}

/// A tunnel, and a little more.
fn default_give_up() -> Spanned<u64> {
    Spanned::new(0..0, 120)
}

/// A day's duty and an hour to hand over.
fn default_shift() -> Spanned<u64> {
    Spanned::new(0..0, 25)
}
