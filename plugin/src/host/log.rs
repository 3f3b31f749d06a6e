//! The log: our own lines, to every open session's host, and nowhere else.
//!
//! Lines of the libraries below us are not passed on: what a TLS or HTTP library finds worth a
//! trace line is not ours to vouch for, and no medical value may ever stand in a log (P3).

use std::fmt::{self, Write as _};
use std::sync::{Arc, Once, PoisonError, RwLock, Weak};

use mynaq_interface::c;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::HostLink;

static HOSTS: RwLock<Vec<Weak<HostLink>>> = RwLock::new(Vec::new());

/// Adds a host to those who get the log.
pub(super) fn attach(host: &Arc<HostLink>) {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        // This library's own copy of `tracing`: a host's subscriber is not touched by it.
        let ours = tracing_subscriber::registry().with(ToHosts);
        let _ = tracing::subscriber::set_global_default(ours);
    });
    let mut hosts = HOSTS.write().unwrap_or_else(PoisonError::into_inner);
    hosts.retain(|known| known.strong_count() > 0);
    hosts.push(Arc::downgrade(host));
}

struct ToHosts;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ToHosts {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target().starts_with("mynaq")
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = match *event.metadata().level() {
            Level::ERROR => c::LOG_ERROR,
            Level::WARN => c::LOG_WARN,
            Level::INFO => c::LOG_INFO,
            Level::DEBUG => c::LOG_DEBUG,
            Level::TRACE => c::LOG_TRACE,
        };
        // The list is copied: a host may open or close a session from within its log.
        let hosts = HOSTS.read().unwrap_or_else(PoisonError::into_inner).clone();
        for host in hosts.iter().filter_map(Weak::upgrade) {
            host.log(level, event.metadata().target(), &line.text);
        }
    }
}

#[derive(Default)]
struct Line {
    text: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = if field.name() == "message" {
            write!(self.text, "{value:?} ")
        } else {
            write!(self.text, "{}={value:?} ", field.name())
        };
    }
}
