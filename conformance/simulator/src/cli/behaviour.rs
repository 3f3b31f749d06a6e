//! How both slots and the cards in them behave.

use clap::Args;
use mynaq_simulator::{Atr, BeyondEnd, Extended, Habits, OnReselect, OnReset, Uid, Verified};

#[derive(Args)]
#[command(next_help_heading = "How cards and readers behave, in both slots")]
pub(super) struct Behaviour {
    /// Refuse extended APDUs with 6700.
    #[arg(long, group = "extended")]
    short_only: bool,
    /// Cut answers to extended APDUs to N bytes of data, and say 9000.
    #[arg(long, value_name = "N", group = "extended")]
    extended_cut: Option<u16>,
    /// Do not pass extended APDUs on: the answer is one byte.
    #[arg(long, group = "extended")]
    extended_lost: bool,
    /// Read at most N bytes at a time, whatever was asked for.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    le_clamp: Option<u16>,
    /// What a read beyond the end of a file gets: 6B00, or 6282 with what is left.
    #[arg(long, value_name = "6B00|6282", default_value = "6B00", value_parser = beyond_end)]
    beyond_end: BeyondEnd,
    /// Answer 6F00 to the first APDU after a cold start.
    #[arg(long)]
    first_6f00: bool,
    /// Keep verified PINs over a reset.
    #[arg(long)]
    keep_security: bool,
    /// Forget verified PINs when the same application is selected again.
    #[arg(long)]
    reselect_clears: bool,
    /// Answer 9000 to an empty VERIFY of a PIN that is verified.
    #[arg(long)]
    verified_answers_9000: bool,
    /// Answer FF CA 00 00 00 with a number that is another after each activation.
    #[arg(long)]
    uid: bool,
    /// The answer to reset, by name: jpki, government, other-chip, slow-chip, jukki, licence,
    /// contact, contact-long, contact-short, contact-81, contact-d1, contact-b3.
    #[arg(long, value_name = "NAME")]
    atr: Option<Atr>,
}

impl Behaviour {
    pub(super) fn habits(&self) -> Habits {
        let extended = match (self.short_only, self.extended_lost, self.extended_cut) {
            (true, ..) => Extended::Refused,
            (_, true, _) => Extended::Lost,
            (.., Some(most)) => Extended::Cut(most),
            (false, false, None) => Extended::Answered,
        };
        Habits {
            extended,
            le_clamp: self.le_clamp,
            beyond_end: self.beyond_end,
            first_6f00: self.first_6f00,
            on_reset: if self.keep_security { OnReset::Keeps } else { OnReset::Forgets },
            on_reselect: if self.reselect_clears { OnReselect::Clears } else { OnReselect::Keeps },
            verified: if self.verified_answers_9000 {
                Verified::Success
            } else {
                Verified::TriesLeft
            },
            uid: if self.uid { Uid::Random } else { Uid::Refused },
            atr: self.atr,
        }
    }
}

fn beyond_end(text: &str) -> Result<BeyondEnd, String> {
    match text.to_ascii_uppercase().as_str() {
        "6B00" => Ok(BeyondEnd::Refused),
        "6282" => Ok(BeyondEnd::Warned),
        _ => Err("expected 6B00 or 6282".into()),
    }
}
