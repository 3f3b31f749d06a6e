//! `TABLE.md`, written from the table: every rule, and every point with the rule that decides it.

use std::fmt::Write as _;
use std::path::Path;

use super::*;

const LEVELS: [&str; 5] = ["不明", "JCS 0", "JCS I", "JCS II", "JCS III"];

fn identity(identity: Option<Identity>) -> &'static str {
    match identity {
        None => "まだ / not yet",
        Some(Identity::Visual) => "目視 / visual",
        Some(Identity::Pin) => "暗証番号 / PIN",
        Some(Identity::Failed) => "できない / failed",
    }
}

fn consent(word: Option<Word>) -> String {
    match word {
        None => "まだ / not yet".into(),
        Some(Word::Given) => "口頭同意 / given".into(),
        Some(Word::Unobtainable(reason)) => format!("{} / {}", reason.label(), reason.name()),
        Some(Word::Refused) => "拒否 / refused".into(),
    }
}

fn card_name(card: Option<Card>) -> &'static str {
    match card {
        None => "まだ / not yet",
        Some(Card::Ordinary) => "マイナンバーカード / ordinary",
        Some(Card::NewerGeneration) => "新しい世代 / newer generation",
        Some(Card::FaceAuthentication) => "顔認証カード / no PIN",
        Some(Card::WithoutPhoto) => "顔写真なし / no photo",
        Some(Card::BasicResident) => "住基カード / 住基カード",
        Some(Card::Phone) => "スマートフォン / phone",
        Some(Card::OptedOut) => "閲覧を希望しない方 / opted out",
    }
}

fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Open { consent_class } => format!("**開 / open**, 同意区分 {consent_class}"),
        Verdict::Waiting => "待 / waiting".into(),
        Verdict::Closed(code) => format!("閉 / closed, `{}`", code.name()),
        Verdict::Over(code) => format!("終 / over, `{}`", code.name()),
    }
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Open { .. } => "○",
        Verdict::Waiting => "…",
        Verdict::Closed(_) => "×",
        Verdict::Over(_) => "■",
    }
}

fn page() -> String {
    let mut page = format!(
        "# The gate: who may be looked up\n\n\
         Written from `table.rs` (run the test `the_table_on_paper` with MYNAQ_WRITE=yes). What the crew has\n\
         established is one point: identity × consent with its reason × card × level of consciousness. The first\n\
         rule that names the point decides it; nothing else does.\n\n\
         隊員が確かめたこと（本人確認、同意とその理由、カード、意識レベル）の組み合わせごとに、最初に当てはまる規則が\n\
         決めます。ほかに判断する場所はありません。\n\n\
         - Level of consciousness is what the host hands over from the crew's own record; 不明: nothing was said.\n  \
         For consent that was **given** it is the level when it was said: a patient who loses consciousness\n  \
         afterwards has still consented. For a reason it is the level now: a patient who wakes up is asked.\n\
         - A reason covers the level it names and everything worse, so that a patient who gets worse closes nothing.\n\
         - 終 ends the matter: nothing is kept, nothing more is asked in this case. 閉 may open again by what is\n  \
         said next.\n\
         - Sent with every request that leaves: 同意区分 as below, 診療区分 {treatment}, 救急時閲覧権限 {right}, \
         情報要求パターン {patterns}.\n\n\
         ## The reasons, version {version}\n\n\
         | reason | the crew reads | English |\n|---|---|---|\n",
        treatment = table::TREATMENT_CLASS,
        right = table::VIEWING_RIGHT,
        patterns = Scope::ALL
            .iter()
            .map(|&scope| format!("{} (`{}`)", request_pattern(scope), scope.name()))
            .collect::<Vec<_>>()
            .join(", "),
        version = Reason::VERSION,
    );
    for reason in Reason::ALL {
        let (name, ja, en) = (reason.name(), reason.definition(), reason.definition_en());
        writeln!(page, "| `{name}` | {ja} | {en} |").unwrap();
    }
    page.push_str(
        "\n## The rules\n\n| rule | verdict | the crew reads | English |\n|---|---|---|---|\n",
    );
    for row in TABLE {
        writeln!(page, "| {} | {} | {} | {} |", row.name, verdict(row.verdict), row.ja, row.en)
            .unwrap();
    }
    page.push_str("\n## Every point\n\n○ open · … waiting · × closed · ■ over\n\n| identity | consent | card |");
    page.push_str(&LEVELS.map(|level| format!(" {level} |")).concat());
    page.push_str("\n|---|---|---|---|---|---|---|---|\n");
    for at in IDENTITIES {
        for word in words() {
            for seen in CARDS {
                write!(page, "| {} | {} | {} |", identity(at), consent(word), card_name(seen))
                    .unwrap();
                for level in levels() {
                    let point = Point { identity: at, consent: word, card: seen, level };
                    let row = decide(TABLE, &point).unwrap();
                    write!(page, " {} {} |", sign(row.verdict), row.name).unwrap();
                }
                page.push('\n');
            }
        }
    }
    page
}

#[test]
fn the_table_on_paper() {
    let page = page();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gate/TABLE.md");
    if std::env::var_os("MYNAQ_WRITE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "TABLE.md is stale: run this test with MYNAQ_WRITE=yes");
}
