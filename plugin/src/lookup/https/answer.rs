//! What comes back over HTTPS: status, kind, bytes, all of it bounded.

use std::time::{Duration, SystemTime};

use mynaq_interface::{Error, ErrorCode};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::{Instant, MissedTickBehavior};
use zeroize::Zeroizing;

use super::super::transport::{News, Next, Setback};

/// An answer of a whole life's data fits well below this.
const LARGEST: usize = 8 * 1024 * 1024;

/// An answer that takes longer is looked at so often for what it holds already.
const LOOK: Duration = Duration::from_millis(100);

/// Reads the answer's body, if it is one of a gateway.
pub(super) async fn read(
    mut response: Response,
    news: &(dyn News + Sync),
) -> Result<Zeroizing<Vec<u8>>, Setback> {
    judge(&response)?;
    // Growing would copy what the wiped allocator then wipes; small answers never grow.
    let mut body = Zeroizing::new(Vec::with_capacity(64 * 1024));
    let mut looks = tokio::time::interval_at(Instant::now() + LOOK, LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let next = tokio::select! {
            biased;
            _ = looks.tick() => {
                news.so_far(&body);
                continue;
            }
            next = response.chunk() => next,
        };
        let lost = |error: reqwest::Error| {
            Error::new(ErrorCode::NetworkLost).detail(format_args!(
                "after {} bytes: {}",
                body.len(),
                super::chain(&error)
            ))
        };
        let Some(chunk) = next.map_err(lost)? else { return Ok(body) };
        if body.len() + chunk.len() > LARGEST {
            return Err(Error::new(ErrorCode::GatewayUnreadable)
                .detail(format_args!("an answer of more than {LARGEST} bytes"))
                .into());
        }
        body.extend_from_slice(&chunk);
    }
}

/// Whether this can be an answer, by what stands before its body.
fn judge(response: &Response) -> Result<(), Setback> {
    let status = response.status();
    let refused = |code| Setback::from(Error::new(code).detail(format_args!("HTTP {status}")));
    match status {
        StatusCode::OK => kind(response).map_err(Setback::from),
        StatusCode::TOO_MANY_REQUESTS => Err(not_before(ErrorCode::GatewayBusy, response)),
        StatusCode::SERVICE_UNAVAILABLE => Err(not_before(ErrorCode::GatewayMaintenance, response)),
        // The gateway sends nobody elsewhere; a captive portal does.
        _ if status.is_redirection() => Err(refused(ErrorCode::NetworkIntercepted)),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(refused(ErrorCode::GatewayCertificateRefused))
        }
        _ => Err(refused(ErrorCode::GatewayFault)),
    }
}

fn kind(response: &Response) -> Result<(), Error> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = header(CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let encoded = response.headers().contains_key(CONTENT_ENCODING)
        && header(CONTENT_ENCODING) != Some("identity");
    match kind.as_str() {
        "text/html" => Err(Error::new(ErrorCode::NetworkIntercepted).detail("a web page answered")),
        "application/xml" | "text/xml" if !encoded => Ok(()),
        "application/xml" | "text/xml" => Err(Error::new(ErrorCode::GatewayUnreadable)
            .detail("the answer is compressed, which nobody asked for")),
        _ => Err(Error::new(ErrorCode::GatewayUnreadable).detail("the answer is not XML")),
    }
}

/// The gateway says when it can be asked again: in so many seconds, or at a time.
fn not_before(code: ErrorCode, response: &Response) -> Setback {
    let said = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let next = said
        .and_then(|said| retry_after(said, SystemTime::now()))
        .map_or(Next::ByCode, Next::After);
    Setback { error: Error::new(code).detail(format_args!("HTTP {}", response.status())), next }
}

/// A `Retry-After`, by a clock.
fn retry_after(said: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = said.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    // The form of HTTP (IMF-fixdate) is one of RFC 2822's, but for the name of the zone.
    let said = said.trim().strip_suffix("GMT").map(|date| format!("{date}+0000"))?;
    let at = OffsetDateTime::parse(&said, &Rfc2822).ok()?;
    Some(SystemTime::from(at).duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_time() {
        // 1994-11-06 08:49:37 UTC, the example of RFC 9110, 5.6.7.
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let minute = Duration::from_secs(60);
        assert_eq!(retry_after("120", then), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(retry_after(date, then - minute), Some(minute));
        assert_eq!(retry_after(date, then + minute), Some(Duration::ZERO));
        for odd in ["", "soon", "-5", "1e3", "Sun, 06 Nov 1994 08:49:37"] {
            assert_eq!(retry_after(odd, then), None, "{odd}");
        }
    }
}
