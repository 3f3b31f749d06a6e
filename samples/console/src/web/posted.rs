//! A form that was sent: by a browser we know, from a page of ours.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use zeroize::Zeroizing;

use super::Console;
use super::browser::{Browser, Known};
use crate::token;
use std::sync::Arc;

/// The fields of a form. They may hold a PIN: they are wiped when dropped and cannot be printed.
pub(super) struct Posted {
    pub(super) browser: Arc<Browser>,
    /// Sent by the page's script, which takes the new state from the live stream.
    pub(super) live: bool,
    fields: Vec<(String, Zeroizing<String>)>,
}

impl Posted {
    pub(super) fn get(&self, name: &str) -> Option<&Zeroizing<String>> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Fields whose names begin so, without that beginning.
    pub(super) fn under<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Zeroizing<String>)> {
        self.fields
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value)))
    }
}

impl FromRequest<Console> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let Known(browser) = Known::from_request_parts(&mut parts, console).await?;
        let live = parts.headers.contains_key("x-live");
        let body = Bytes::from_request(Request::from_parts(parts, body), console)
            .await
            .map_err(BytesRejection::into_response)?;
        let fields = read(&body);
        let posted = Posted { browser, live, fields };
        match posted.get("csrf") {
            Some(csrf) if token::same(csrf, &posted.browser.csrf) => Ok(posted),
            _ => Err((StatusCode::FORBIDDEN, "画面を開き直してください").into_response()),
        }
    }
}

/// Reads `application/x-www-form-urlencoded`, without leaving copies of a PIN behind.
fn read(body: &[u8]) -> Vec<(String, Zeroizing<String>)> {
    body.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let mut half = || Zeroizing::new(decode(halves.next().unwrap_or_default()));
            (half().to_string(), half())
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    // As long as it can become, so that growing never leaves a copy.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', _, _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(body: &str) -> Vec<(String, String)> {
        read(body.as_bytes()).into_iter().map(|(name, value)| (name, value.to_string())).collect()
    }

    #[test]
    fn forms_are_read_as_browsers_write_them() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("pin=1234&heard.memo=%E5%B1%B1+a%2Bb&empty=&bare"),
            [
                pair("pin", "1234"),
                pair("heard.memo", "山 a+b"),
                pair("empty", ""),
                pair("bare", "")
            ]
        );
    }

    #[test]
    fn broken_escapes_are_taken_as_they_are() {
        let value = |body| pairs(body)[0].1.clone();
        assert_eq!(value("a=%"), "%");
        assert_eq!(value("a=%4"), "%4");
        assert_eq!(value("a=%zz"), "%zz");
        assert_eq!(value("a=%FF"), "\u{FFFD}");
    }
}
