//! What goes wrong on the way to the gateway or in its answers, and when.

mod book;
mod message;
mod text;

use std::time::Duration;

pub(super) use book::{FaultBook, Greeting, Turn};
pub use message::{Bomb, MessageFault, Miscoding, Spelling};
pub use text::FAULT_KINDS;

/// Faults in force. An empty list is a gateway that behaves.
///
/// As text: `refuse@1 status:503:120@2 spelling:KanaName`; entries are separated by spaces, commas or
/// lines. [`FAULT_KINDS`] lists all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayFaults {
    /// Each fault and when it happens. Several may happen at once.
    pub list: Vec<(When, GatewayFault)>,
}

impl GatewayFaults {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        GatewayFaults::default()
    }

    /// The same, and this fault each time.
    #[must_use]
    pub fn always(mut self, fault: impl Into<GatewayFault>) -> Self {
        self.list.push((When::Always, fault.into()));
        self
    }

    /// The same, and this fault at the `n`th connection or request.
    #[must_use]
    pub fn at(mut self, n: u64, fault: impl Into<GatewayFault>) -> Self {
        self.list.push((When::At(n), fault.into()));
        self
    }
}

/// How often a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Each time.
    Always,
    /// Once: at this connection or request, counted from 1 since the faults were set.
    At(u64),
}

impl When {
    fn holds(self, n: u64) -> bool {
        self == When::Always || self == When::At(n)
    }
}

/// One fault, by the layer it happens in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayFault {
    /// Of the line.
    Line(LineFault),
    /// Of the handshake.
    Tls(TlsFault),
    /// Of the way an answer is delivered.
    Http(HttpFault),
    /// Of the answer itself.
    Message(MessageFault),
}

/// What the line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// A connection is accepted and closed.
    Refuse,
    /// A connection is accepted and reset (RST).
    Reset,
    /// A connection is closed when this many bytes have come in.
    CutHandshake(u64),
    /// The handshake is done, everything is taken, and nothing is ever answered.
    Silence,
    /// A connection is closed when this many bytes of the answer have gone out, counted on the
    /// socket: TLS included.
    Cut(u64),
    /// So long nothing comes before the first byte of an answer.
    Stall(Duration),
    /// The answer's body comes one byte at a time, each so long after the one before.
    Drip(Duration),
    /// A tunnel: for so long nothing is read and nothing is written on any connection, then all goes
    /// on. It begins at the `n`th request, otherwise when it is set.
    BlackHole(Duration),
}

/// What is wrong with the gateway's certificate, or with the client's in its eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The server's certificate has ended.
    Expired,
    /// It has not begun.
    NotYetValid,
    /// It was issued by an authority nobody trusts.
    OtherAuthority,
    /// It belongs to another name.
    OtherName,
    /// The client's certificate is refused with an alert.
    ClientAlert,
    /// The line is closed after the handshake, without a word.
    ClientClose,
}

/// What is wrong with the delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpFault {
    /// Another status than 200, and nothing else. The request is not looked at.
    Status {
        /// 400 to 599.
        status: u16,
        /// Seconds, for the header `Retry-After`.
        retry_after: Option<u32>,
    },
    /// A captive portal sends the client elsewhere (302). The request is not looked at.
    Redirect,
    /// A captive portal answers with its page (200, HTML). The request is not looked at.
    LoginPage,
    /// So many MiB of zeros, packed by gzip. The request is not looked at.
    GzipBomb(u32),
    /// An answer without end: so many MiB at most. The request is not looked at.
    Endless(u32),
    /// The answer claims to be of this type.
    ContentType(String),
    /// `Content-Length` promises 1,000 bytes more than come.
    ShortBody,
}

/// Whether connections or requests are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Connections,
    Requests,
}

impl GatewayFault {
    fn counted(&self) -> Counted {
        match self {
            GatewayFault::Tls(_)
            | GatewayFault::Line(
                LineFault::Refuse
                | LineFault::Reset
                | LineFault::CutHandshake(_)
                | LineFault::Silence,
            ) => Counted::Connections,
            GatewayFault::Line(_) | GatewayFault::Http(_) | GatewayFault::Message(_) => {
                Counted::Requests
            }
        }
    }
}

impl From<LineFault> for GatewayFault {
    fn from(fault: LineFault) -> Self {
        GatewayFault::Line(fault)
    }
}

impl From<TlsFault> for GatewayFault {
    fn from(fault: TlsFault) -> Self {
        GatewayFault::Tls(fault)
    }
}

impl From<HttpFault> for GatewayFault {
    fn from(fault: HttpFault) -> Self {
        GatewayFault::Http(fault)
    }
}

impl From<MessageFault> for GatewayFault {
    fn from(fault: MessageFault) -> Self {
        GatewayFault::Message(fault)
    }
}
