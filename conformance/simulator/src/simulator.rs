//! Everything running at once, on one thread of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::card::{Extended, Habits};
use crate::control;
use crate::desk::Desk;
use crate::error::Error;
use crate::gateway::{Gateway, GatewayFaults, Pace, Refusal, Viewing};
use crate::options::Options;
use crate::place::LoggedApdu;
use crate::slot::Slot;
use crate::terminal::{FolderFaults, Terminal};
use crate::tries::TriesBook;
use crate::wire;
use crate::world::World;

/// A running simulator. Dropping it hangs up on everybody and waits for its thread.
pub struct Simulator {
    desk: Desk,
    gateway: Arc<Gateway>,
    terminal: Option<Arc<Terminal>>,
    addresses: Addresses,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What its thread works on.
type Shared = (Desk, Arc<Gateway>, Option<Arc<Terminal>>);

struct Addresses {
    gateway: SocketAddr,
    drill: SocketAddr,
    drill2: Option<SocketAddr>,
    control: Option<SocketAddr>,
}

/// Listeners that are open and not yet served.
struct Listeners {
    gateway: TcpListener,
    drill: TcpListener,
    drill2: Option<TcpListener>,
    control: Option<TcpListener>,
}

impl Simulator {
    /// Starts; when this returns, every listener accepts.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] for an address others could reach, [`Error::Start`] when it is taken,
    /// [`Error::UnknownCard`] for a card, [`Error::File`] and [`Error::Data`] for kept tries.
    pub fn start(world: Arc<World>, options: Options) -> Result<Simulator, Error> {
        for (what, pcscd) in [("--vpcd", options.vpcd), ("--vpcd2", options.vpcd2)] {
            pcscd.map_or(Ok(()), |pcscd| on_loopback(what, pcscd))?;
        }
        let listeners = Listeners {
            gateway: bind("--gateway", options.gateway)?,
            drill: bind("--drill", options.drill)?,
            drill2: options.drill2.map(|address| bind("--drill2", address)).transpose()?,
            control: options.control.map(|address| bind("--control", address)).transpose()?,
        };
        let addresses = Addresses {
            gateway: bound(&listeners.gateway)?,
            drill: bound(&listeners.drill)?,
            drill2: listeners.drill2.as_ref().map(bound).transpose()?,
            control: listeners.control.as_ref().map(bound).transpose()?,
        };
        let pace = Pace { each_way: options.round_trip / 2, kbit: options.line_rate };
        let gateway = Gateway::new(Arc::clone(&world), options.answer_delay, pace)?;
        gateway.set_faults(options.faults);
        let gateway = Arc::new(gateway);
        let at = |root: &PathBuf| Terminal::at(root, options.folder_faults.clone()).map(Arc::new);
        let terminal = options.folder.as_ref().map(at).transpose()?;
        let book = options.keep_tries.as_ref().map_or(Ok(TriesBook::new()), TriesBook::kept_in)?;
        let book = options.pin_tries.iter().try_fold(book, |book, (id, n)| book.with(id, *n))?;
        let desk = Desk::with_tries(world, book);
        for (slot, card) in [(desk.first(), &options.card), (desk.second(), &options.card2)] {
            slot.set_habits(options.habits);
            slot.set_timing(options.timing);
            slot.play(&options.script)?;
            card.as_ref().map_or(Ok(()), |id| slot.tap(id))?;
        }
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let shared = (desk.clone(), Arc::clone(&gateway), terminal.clone());
        let thread = std::thread::Builder::new()
            .name("mynaq-simulator".into())
            .spawn(move || run(listeners, [options.vpcd, options.vpcd2], shared, stopped, &ready))
            .map_err(|source| Error::Start { what: "a thread", source })?;
        let simulator = Simulator {
            desk,
            gateway,
            terminal,
            addresses,
            stop: Some(stop),
            thread: Some(thread),
        };
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

    /// Where the second slot's drill listener listens, if there is one.
    pub fn drill2(&self) -> Option<SocketAddr> {
        self.addresses.drill2
    }

    /// Where the control page is, if there is one.
    pub fn control(&self) -> Option<SocketAddr> {
        self.addresses.control
    }

    /// The first slot.
    pub fn first(&self) -> Slot {
        self.desk.first()
    }

    /// The second slot.
    pub fn second(&self) -> Slot {
        self.desk.second()
    }

    /// [`Slot::tap`] of the first slot.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id.
    pub fn tap(&self, id: &str) -> Result<(), Error> {
        self.first().tap(id)
    }

    /// [`Slot::remove`] of the first slot.
    pub fn remove(&self) {
        self.first().remove();
    }

    /// [`Slot::card`] of the first slot.
    pub fn card(&self) -> Option<String> {
        self.first().card()
    }

    /// [`Slot::tear_at`] of the first slot.
    pub fn tear_at(&self, n: u64) {
        self.first().tear_at(n);
    }

    /// Whether extended APDUs are refused with 6700 in the first slot.
    pub fn short_only(&self, short_only: bool) {
        let extended = if short_only { Extended::Refused } else { Extended::Answered };
        self.first().set_habits(Habits { extended, ..self.first().habits() });
    }

    /// [`Slot::apdus`] of the first slot.
    pub fn apdus(&self) -> Vec<LoggedApdu> {
        self.first().apdus()
    }

    /// Holds back every answer of the gateway until it is told otherwise. Requests are taken and
    /// entered as before.
    pub fn hold_answers(&self, hold: bool) {
        self.gateway.held.send_replace(hold);
    }

    /// Takes these faults of the gateway in place of the ones before; connections and requests count
    /// from 1 again, and a black hole that is still open closes.
    pub fn set_faults(&self, faults: GatewayFaults) {
        self.gateway.set_faults(faults);
    }

    /// Has the terminal do these in place of the ones before.
    pub fn set_folder_faults(&self, faults: FolderFaults) {
        if let Some(terminal) = &self.terminal {
            terminal.set_faults(faults);
        }
    }

    /// The last 20,000 well-formed requests, oldest first. One that came several times, the same each
    /// time, is one.
    pub fn viewings(&self) -> Vec<Viewing> {
        self.gateway.viewings.all()
    }

    /// What the gateway did not take: each reason once, in the order in which they were first met.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.gateway.refusals.all()
    }

    /// Bytes that ever reached the gateway, the TLS handshake included.
    pub fn bytes_received(&self) -> u64 {
        self.gateway.meter.bytes()
    }

    /// Bytes that were ever said to the gateway: requests and what belongs to them, no handshakes.
    pub fn bytes_said(&self) -> u64 {
        self.gateway.meter.said()
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
    vpcd: [Option<SocketAddr>; 2],
    shared: Shared,
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
    vpcd: [Option<SocketAddr>; 2],
    (desk, gateway, terminal): Shared,
) -> std::io::Result<()> {
    let _inside = runtime.enter();
    let slots = [desk.first(), desk.second()];
    for ((slot, drill), pcscd) in
        slots.into_iter().zip([Some(listeners.drill), listeners.drill2]).zip(vpcd)
    {
        if let Some(drill) = drill {
            let drill = tokio::net::TcpListener::from_std(drill)?;
            runtime.spawn(wire::drill::listen(drill, slot.clone()));
        }
        if let Some(pcscd) = pcscd {
            runtime.spawn(wire::vpcd::plug(pcscd, slot.clone()));
        }
        runtime.spawn(wire::lay_down(slot));
    }
    let lines = tokio::net::TcpListener::from_std(listeners.gateway)?;
    runtime.spawn(Arc::clone(&gateway).listen(lines));
    if let Some(terminal) = terminal {
        runtime.spawn(terminal.serve(Arc::clone(&gateway)));
    }
    if let Some(page) = listeners.control {
        runtime.spawn(control::listen(tokio::net::TcpListener::from_std(page)?, desk, gateway));
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
