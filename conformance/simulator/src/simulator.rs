//! Everything running at once, on one thread of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::card::Habits;
use crate::control;
use crate::error::Error;
use crate::gateway::{Gateway, Viewing};
use crate::slot::LoggedApdu;
use crate::table::Table;
use crate::wire;
use crate::world::World;

/// Where to listen and how to behave. All addresses must be loopback; port 0 takes any free one.
#[derive(Clone, Debug)]
pub struct Options {
    /// The gateway's address.
    pub gateway: SocketAddr,
    /// The drill listener's address.
    pub drill: SocketAddr,
    /// The control page's address; no page without it.
    pub control: Option<SocketAddr>,
    /// Where pcscd's virtual reader listens (port 35963); no plugging in without it.
    pub vpcd: Option<SocketAddr>,
    /// The card that lies there from the start.
    pub card: Option<String>,
    /// See [`Simulator::tear_at`].
    pub tear_at: Option<u64>,
    /// How cards behave.
    pub habits: Habits,
    /// How long the gateway thinks before it answers.
    pub answer_delay: Duration,
}

impl Default for Options {
    /// Free ports on 127.0.0.1, no control page, no pcscd, no card, no delay.
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Options {
            gateway: any,
            drill: any,
            control: None,
            vpcd: None,
            card: None,
            tear_at: None,
            habits: Habits::default(),
            answer_delay: Duration::ZERO,
        }
    }
}

/// A running simulator. Dropping it hangs up on everybody and waits for its thread.
pub struct Simulator {
    table: Arc<Table>,
    gateway: Arc<Gateway>,
    addresses: Addresses,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Addresses {
    gateway: SocketAddr,
    drill: SocketAddr,
    control: Option<SocketAddr>,
}

/// Listeners that are open and not yet served.
struct Listeners {
    gateway: TcpListener,
    drill: TcpListener,
    control: Option<TcpListener>,
}

impl Simulator {
    /// Starts; when this returns, every listener accepts.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] for an address others could reach, [`Error::Start`] when it is taken,
    /// [`Error::UnknownCard`] for the card.
    pub fn start(world: Arc<World>, options: Options) -> Result<Simulator, Error> {
        if let Some(pcscd) = options.vpcd {
            on_loopback("--vpcd", pcscd)?;
        }
        let listeners = Listeners {
            gateway: bind("--gateway", options.gateway)?,
            drill: bind("--drill", options.drill)?,
            control: options.control.map(|address| bind("--control", address)).transpose()?,
        };
        let addresses = Addresses {
            gateway: bound(&listeners.gateway)?,
            drill: bound(&listeners.drill)?,
            control: listeners.control.as_ref().map(bound).transpose()?,
        };
        let gateway = Arc::new(Gateway::new(Arc::clone(&world), options.answer_delay)?);
        let table = Arc::new(Table::new(world));
        table.slot.set_habits(options.habits);
        if let Some(n) = options.tear_at {
            table.slot.tear_at(n);
        }
        if let Some(id) = &options.card {
            table.tap(id)?;
        }
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let shared = (Arc::clone(&table), Arc::clone(&gateway));
        let thread = std::thread::Builder::new()
            .name("mynaq-simulator".into())
            .spawn(move || run(listeners, options.vpcd, shared, stopped, &ready))
            .map_err(|source| Error::Start { what: "a thread", source })?;
        let simulator =
            Simulator { table, gateway, addresses, stop: Some(stop), thread: Some(thread) };
        match started.recv() {
            Ok(Ok(())) => Ok(simulator),
            Ok(Err(source)) => Err(Error::Start { what: "the runtime", source }),
            Err(_) => Err(Error::Data("the simulator's thread ended at once".into())),
        }
    }

    /// Where the gateway listens; `https://` and this is its address.
    pub fn gateway(&self) -> SocketAddr {
        self.addresses.gateway
    }

    /// Where the drill listener listens.
    pub fn drill(&self) -> SocketAddr {
        self.addresses.drill
    }

    /// Where the control page is, if there is one.
    pub fn control(&self) -> Option<SocketAddr> {
        self.addresses.control
    }

    /// Lays a card down, in place of the one that lies there.
    ///
    /// A card's PIN tries are remembered while the simulator runs.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id.
    pub fn tap(&self, id: &str) -> Result<(), Error> {
        self.table.tap(id)
    }

    /// Takes the card away.
    pub fn remove(&self) {
        self.table.slot.remove();
    }

    /// The id of the card that lies there.
    pub fn card(&self) -> Option<String> {
        self.table.slot.card_id()
    }

    /// Once, the card is gone instead of answering the `n`th command after it was laid down
    /// (counted from 1, over all readers).
    pub fn tear_at(&self, n: u64) {
        self.table.slot.tear_at(n);
    }

    /// Whether extended APDUs are refused with 6700.
    pub fn short_only(&self, short_only: bool) {
        self.table.slot.set_habits(Habits { short_only });
    }

    /// The last 10,000 commands to any card, oldest first.
    pub fn apdus(&self) -> Vec<LoggedApdu> {
        self.table.slot.log()
    }

    /// The last 10,000 well-formed requests, oldest first.
    pub fn viewings(&self) -> Vec<Viewing> {
        self.gateway.viewings.all()
    }

    /// Bytes that ever reached the gateway, the TLS handshake included.
    pub fn bytes_received(&self) -> u64 {
        self.gateway.meter.bytes()
    }

    /// Connections the gateway ever accepted.
    pub fn connections(&self) -> u64 {
        self.gateway.meter.connections()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The thread may be gone already; then there is nobody to tell.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(
    listeners: Listeners,
    vpcd: Option<SocketAddr>,
    shared: (Arc<Table>, Arc<Gateway>),
    stopped: oneshot::Receiver<()>,
    ready: &mpsc::Sender<std::io::Result<()>>,
) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(error))),
    };
    let served = serve(&runtime, listeners, vpcd, shared);
    let failed = served.is_err();
    let _ = ready.send(served);
    if !failed {
        // Either way it is time to stop: told so, or forgotten.
        let _ = runtime.block_on(stopped);
    }
    // A key that is being made is not waited for longer than this.
    runtime.shutdown_timeout(Duration::from_secs(5));
}

fn serve(
    runtime: &Runtime,
    listeners: Listeners,
    vpcd: Option<SocketAddr>,
    (table, gateway): (Arc<Table>, Arc<Gateway>),
) -> std::io::Result<()> {
    let _inside = runtime.enter();
    let slot = &table.slot;
    let drill = tokio::net::TcpListener::from_std(listeners.drill)?;
    runtime.spawn(wire::drill::listen(drill, Arc::clone(slot)));
    if let Some(pcscd) = vpcd {
        runtime.spawn(wire::vpcd::plug(pcscd, Arc::clone(slot)));
    }
    let lines = tokio::net::TcpListener::from_std(listeners.gateway)?;
    runtime.spawn(Arc::clone(&gateway).listen(lines));
    if let Some(page) = listeners.control {
        runtime.spawn(control::listen(tokio::net::TcpListener::from_std(page)?, table, gateway));
    }
    Ok(())
}

fn bind(what: &'static str, address: SocketAddr) -> Result<TcpListener, Error> {
    on_loopback(what, address)?;
    TcpListener::bind(address)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|source| Error::Start { what, source })
}

fn bound(listener: &TcpListener) -> Result<SocketAddr, Error> {
    listener.local_addr().map_err(|source| Error::Start { what: "a listener", source })
}

fn on_loopback(what: &'static str, address: SocketAddr) -> Result<(), Error> {
    if address.ip().is_loopback() { Ok(()) } else { Err(Error::NotLoopback { what, address }) }
}
