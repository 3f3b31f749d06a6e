//! What a measurement says.

use serde_json::{Value, json};

/// Prints one result.
pub(crate) fn line(name: &str, unit: &str, members: Value) {
    let mut line = json!({ "name": name, "unit": unit });
    if let (Some(line), Value::Object(members)) = (line.as_object_mut(), members) {
        line.extend(members);
    }
    println!("{line}");
}

/// Ours beside a peer's; the ratio is what counts.
pub(crate) fn beside(name: &str, unit: &str, ours: f64, peer: f64, peer_name: &str) {
    let ratio = peer / ours;
    line(name, unit, json!({ "ours": ours, "peer": peer, "peer_name": peer_name, "ratio": ratio }));
}

/// The value below which a share of the values lies.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted[at.saturating_sub(1).min(sorted.len() - 1)]
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}
