//! The line over HTTPS: mutual TLS to the configured gateway and nowhere else.
//!
//! `tls` whom we believe · `identity` who we are · `sealed` a drill's certificates are not production's
//! · `parking` a connection kept ready · `name` names into addresses · `answer` what comes back ·
//! `trouble` what a failed attempt means.

mod answer;
mod identity;
mod name;
mod parking;
mod sealed;
mod tls;
mod trouble;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode, LookUpPhase};
use reqwest::{Client, Proxy, Response, Url, redirect};
use tokio::time::timeout;

use self::parking::{Ask, ERRAND, Errand, Lot, Parking};
use self::trouble::Trouble;
use super::transport::{Line, Message, News, Pending, Reply, Setback, Transport};
use crate::config::{Https, Mode, Times};

/// While an answer is awaited, a line on which nothing comes through any more is noticed this soon.
const PULSE: Duration = Duration::from_secs(5);

/// The gateway over the closed line. It keeps TLS sessions to resume, and no connection: what waits
/// for the next look-up keeps the last answer in its buffers (P3).
pub(super) struct HttpsWay {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    url: Url,
    times: Times,
    trouble: Trouble,
}

impl HttpsWay {
    pub(super) fn open(https: &Https, times: Times, mode: Mode) -> Result<Self, Error> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls::tls(https, mode)?)
            // One endpoint: no redirect, no proxy from the environment leads elsewhere.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .https_only(true)
            .dns_resolver(Arc::new(name::System))
            .connect_timeout(times.connect)
            .connector_layer(Parking)
            .pool_max_idle_per_host(0)
            .tcp_nodelay(true)
            .tcp_keepalive(PULSE)
            .tcp_keepalive_interval(PULSE)
            .tcp_keepalive_retries(2)
            .http2_keep_alive_interval(PULSE)
            .http2_keep_alive_timeout(PULSE);
        if let Some(proxy) = &https.proxy {
            let proxy = Proxy::all(proxy.clone())
                .map_err(|error| Error::new(ErrorCode::ConfigInvalid).detail(error))?;
            builder = builder.proxy(proxy);
        }
        let client = builder
            .build()
            .map_err(|error| Error::new(ErrorCode::ConfigCredentials).detail(chain(&error)))?;
        let ends = trouble::ends(&identity::shown(&https.identity)?);
        let trouble = Trouble { by_proxy: https.proxy.is_some(), own_certificate_ends: ends };
        let shared = Shared { client, url: https.url.clone(), times, trouble };
        Ok(HttpsWay { shared: Arc::new(shared) })
    }
}

impl Transport for HttpsWay {
    fn line(&self) -> Box<dyn Line> {
        Box::new(HttpsLine { shared: Arc::clone(&self.shared), lot: Arc::default() })
    }
}

/// One case's line: at most one connection waits, and each carries one request.
struct HttpsLine {
    shared: Arc<Shared>,
    lot: Arc<Lot>,
}

impl Line for HttpsLine {
    fn warm(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            let Some(_opening) = self.lot.wants_one() else { return };
            let never_sent = self.shared.client.post(self.shared.url.clone()).send();
            let opened = ERRAND.scope((Errand::Park, Arc::clone(&self.lot)), never_sent).await;
            if let Err(error) = opened
                && !self.lot.is_ready()
            {
                tracing::debug!(error = %chain(&error), "no line yet");
            }
        })
    }

    fn exchange<'a>(
        &'a self,
        message: &'a Message,
        news: &'a (dyn News + Sync),
    ) -> Pending<'a, Result<Reply, Setback>> {
        Box::pin(async move {
            let whole = self.shared.times.answer;
            match timeout(whole, self.attempt(message, news)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(late(format_args!("the answer was not whole after {whole:?}"))),
            }
        })
    }
}

impl HttpsLine {
    async fn attempt(&self, message: &Message, news: &(dyn News + Sync)) -> Result<Reply, Setback> {
        if !self.lot.is_ready() {
            news.phase(LookUpPhase::Connecting);
            self.lot.settled().await;
        }
        let request = self
            .shared
            .client
            .post(self.shared.url.clone())
            .header("content-type", "application/xml; charset=Shift_JIS")
            .body(message.bytes.to_vec());
        let ask = Arc::new(Ask::default());
        let errand = (Errand::Ask(Arc::clone(&ask)), Arc::clone(&self.lot));
        let response = self.first_byte(&ask, ERRAND.scope(errand, request.send()), news).await?;
        news.phase(LookUpPhase::Receiving);
        answer::read(response, news).await.map(|xml| Reply { xml: Some(xml), pdf: None })
    }

    /// Opening the connection has its own limit, in the client; from then on the gateway's runs.
    async fn first_byte(
        &self,
        ask: &Ask,
        sending: impl Future<Output = reqwest::Result<Response>>,
        news: &(dyn News + Sync),
    ) -> Result<Response, Setback> {
        tokio::pin!(sending);
        let sent = tokio::select! {
            biased;
            sent = &mut sending => sent,
            () = ask.connected.notified() => {
                news.phase(LookUpPhase::Asking);
                let limit = self.shared.times.first_byte;
                timeout(limit, sending)
                    .await
                    .map_err(|_| late(format_args!("no first byte after {limit:?}")))?
            }
        };
        sent.map_err(|error| self.shared.trouble.of(&error, ask.had_waited()))
    }
}

fn late(what: impl fmt::Display) -> Setback {
    Error::new(ErrorCode::NetworkTimeout).detail(what).into()
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl fmt::Debug for HttpsWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpsWay({})", self.shared.url)
    }
}

impl fmt::Debug for HttpsLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpsLine({})", self.shared.url)
    }
}
