//! Two readers of the simulator's desk, reached as the operating system's would be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use mynaq_simulator::{Desk, Reply, Session, Slot, World};
use zeroize::Zeroizing;

use crate::card::link::{
    Connect, Count, Link, LinkFault, Lying, Seen, Sharing, Sight, Turn, Watch,
};

static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(mynaq_simulator::today()).unwrap()));

pub(super) fn world() -> &'static World {
    &WORLD
}

pub(super) const READERS: [&str; 2] = ["Table 00", "Table 01"];

/// A table with two readers, which can be unplugged.
#[derive(Clone)]
pub(super) struct Table {
    slots: [Slot; 2],
    plugged: [Arc<AtomicBool>; 2],
    serving: Arc<AtomicBool>,
    /// Whether another program keeps the cards to itself.
    held: Arc<AtomicBool>,
    /// Lets go of whoever waits for a card that says nothing.
    released: Arc<AtomicBool>,
}

impl Table {
    pub(super) fn new() -> Self {
        let desk = Desk::new(Arc::clone(&WORLD));
        let on = || Arc::new(AtomicBool::new(true));
        Table {
            slots: [desk.first(), desk.second()],
            plugged: [on(), on()],
            serving: on(),
            held: Arc::default(),
            released: Arc::default(),
        }
    }

    pub(super) fn first(&self) -> Slot {
        self.slots[0].clone()
    }

    pub(super) fn second(&self) -> Slot {
        self.slots[1].clone()
    }

    pub(super) fn plug(&self, reader: usize, plugged: bool) {
        self.plugged[reader].store(plugged, Ordering::SeqCst);
    }

    pub(super) fn serve(&self, serving: bool) {
        self.serving.store(serving, Ordering::SeqCst);
    }

    pub(super) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::SeqCst);
    }

    pub(super) fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }

    pub(super) fn watch(&self) -> TableWatch {
        TableWatch {
            table: self.clone(),
            lying: [None, None],
            changes: [0; 2],
            arrivals: [None; 2],
            arrived: 0,
            last: None,
            interrupted: Arc::default(),
        }
    }

    pub(super) fn connector(&self) -> impl Fn() -> Box<dyn Connect> + Clone + Send + 'static {
        let table = self.clone();
        move || Box::new(TableConnect(table.clone()))
    }
}

pub(super) struct TableWatch {
    table: Table,
    lying: [Option<Session>; 2],
    changes: [u32; 2],
    /// None while a reader is away.
    arrivals: [Option<u32>; 2],
    arrived: u32,
    last: Option<Sight>,
    interrupted: Arc<AtomicBool>,
}

impl TableWatch {
    fn now(&mut self) -> Sight {
        let serving = self.table.serving.load(Ordering::SeqCst);
        let mut seen = Vec::new();
        for at in 0..READERS.len() {
            if serving && self.table.plugged[at].load(Ordering::SeqCst) {
                seen.push(self.look_at(at));
            } else {
                (self.arrivals[at], self.lying[at]) = (None, None);
            }
        }
        if serving { Sight::Readers(seen) } else { Sight::Absent("stopped".into()) }
    }

    /// Counts as a service does: from the beginning when the reader has come.
    fn look_at(&mut self, at: usize) -> Seen {
        let slot = &self.table.slots[at];
        let arrival = self.arrivals[at].unwrap_or_else(|| {
            self.arrived += 1;
            (self.changes[at], self.lying[at]) = (0, slot.connect());
            self.arrived
        });
        self.arrivals[at] = Some(arrival);
        if !self.lying[at].as_ref().is_some_and(Session::is_there) {
            let before = self.lying[at].take().is_some();
            self.lying[at] = slot.connect();
            self.changes[at] += u32::from(before) + u32::from(self.lying[at].is_some());
        }
        let lying = match &self.lying[at] {
            None => Lying::Nothing,
            Some(card) if card.atr().is_some_and(|atr| atr.is_empty()) => Lying::Mute,
            Some(_) => Lying::Card,
        };
        let count = Count { arrival, changes: self.changes[at] };
        Seen { reader: READERS[at].into(), lying, count }
    }
}

impl Watch for TableWatch {
    fn look(&mut self, patience: Duration) -> Sight {
        let until = Instant::now() + patience;
        loop {
            let now = self.now();
            let over = Instant::now() >= until || self.interrupted.load(Ordering::SeqCst);
            if over || self.last.as_ref() != Some(&now) {
                self.last = Some(now.clone());
                return now;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn interrupter(&self) -> Box<dyn Fn() + Send> {
        let interrupted = Arc::clone(&self.interrupted);
        Box::new(move || interrupted.store(true, Ordering::SeqCst))
    }
}

struct TableConnect(Table);

impl Connect for TableConnect {
    fn talk(
        &mut self,
        reader: &str,
        sharing: Sharing,
        turn: &dyn Turn,
        talk: &mut dyn FnMut(&mut dyn Link),
    ) -> Result<(), LinkFault> {
        let at = READERS.iter().position(|known| *known == reader).unwrap();
        if !self.0.plugged[at].load(Ordering::SeqCst) || !self.0.serving.load(Ordering::SeqCst) {
            return Err(LinkFault::ServiceGone);
        }
        while self.0.held.load(Ordering::SeqCst) {
            turn.waiting(true);
            std::thread::sleep(Duration::from_millis(1));
        }
        turn.waiting(false);
        let mut card = self.0.slots[at].connect().ok_or(LinkFault::Removed)?;
        card.power_on();
        let mut link = TableLink { card, gone: false, released: Arc::clone(&self.0.released) };
        talk(&mut link);
        if sharing == Sharing::Exclusive {
            link.card.power_off();
        }
        Ok(())
    }
}

struct TableLink {
    card: Session,
    gone: bool,
    released: Arc<AtomicBool>,
}

impl Link for TableLink {
    /// As pcscd was seen to do it: no bytes from a card that goes away in the middle, and an error of
    /// the transport from then on.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        if self.gone {
            return Err(LinkFault::NotPassed("NOT_TRANSACTED".into()));
        }
        let exchange = self.card.exchange(apdu);
        if exchange.reply == Reply::Silence {
            while self.card.is_there() && !self.released.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        std::thread::sleep(exchange.delay);
        let answer = exchange.into_answer();
        self.gone = answer.is_none();
        Ok(Zeroizing::new(answer.unwrap_or_default()))
    }
}
