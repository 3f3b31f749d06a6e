//! Which browser asks. A browser sees the cases it opened and no others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HeaderMap};
use axum::http::request::Parts;
use axum::http::{StatusCode, header::HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};

use super::Console;
use crate::token;

const COOKIE_NAME: &str = "mynaq_console";
/// Twelve hours, so that a browser that crashed in the middle of a shift finds its cases again.
const SHIFT_SECONDS: u32 = 12 * 60 * 60;
/// The oldest is forgotten first.
const MOST: usize = 64;

/// One browser, known by its cookie.
#[derive(Debug)]
pub(super) struct Browser {
    /// Names the browser to the desk; the cookie's value.
    pub(super) name: String,
    /// Stands in every form of this browser's pages.
    pub(super) csrf: String,
}

/// All browsers this program has met.
#[derive(Debug, Default)]
pub(super) struct Browsers(Mutex<VecDeque<Arc<Browser>>>);

impl Browsers {
    pub(super) fn known(&self, headers: &HeaderMap) -> Option<Arc<Browser>> {
        let named = cookie(headers)?;
        let browsers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        browsers.iter().find(|browser| token::same(&browser.name, named)).cloned()
    }

    /// Meets a new browser; none if the system has no randomness.
    pub(super) fn meet(&self) -> Option<Arc<Browser>> {
        let browser = Arc::new(Browser { name: token::fresh()?, csrf: token::fresh()? });
        let mut browsers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if browsers.len() >= MOST {
            browsers.pop_front();
        }
        browsers.push_back(Arc::clone(&browser));
        Some(browser)
    }
}

impl Browser {
    /// Out of reach of scripts, and not sent along from anywhere else.
    pub(super) fn set_cookie(&self) -> Option<HeaderValue> {
        let name = &self.name;
        HeaderValue::from_str(&format!(
            "{COOKIE_NAME}={name}; Path=/; Max-Age={SHIFT_SECONDS}; HttpOnly; SameSite=Strict"
        ))
        .ok()
    }
}

/// A browser that is known. One that is not is sent to the first page, where it becomes known.
pub(super) struct Known(pub(super) Arc<Browser>);

impl FromRequestParts<Console> for Known {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Console,
    ) -> Result<Self, Self::Rejection> {
        match console.browsers.known(&parts.headers) {
            Some(browser) => Ok(Known(browser)),
            None if parts.method == axum::http::Method::GET => {
                Err(Redirect::to("/").into_response())
            }
            None => Err((StatusCode::FORBIDDEN, "画面を開き直してください").into_response()),
        }
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_cookie_alone() {
        let browsers = Browsers::default();
        let browser = browsers.meet().unwrap();
        let with = |value: String| {
            HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&value).unwrap())])
        };
        let known = |value: String| browsers.known(&with(value)).is_some();
        assert!(known(format!("a=b; {COOKIE_NAME}={}", browser.name)));
        assert!(!known(format!("{COOKIE_NAME}={}", browser.csrf)));
        assert!(!known(format!("{COOKIE_NAME}=")));
        assert!(!known("a=b".into()));
    }

    #[test]
    fn the_cookie_stays_out_of_reach() {
        let cookie = Browsers::default().meet().unwrap().set_cookie().unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    }
}
