//! The line between terminal and gateway, which can go away and come back.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A line to one gateway. Dropping it ends it.
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    gateway: SocketAddr,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    is_gone: bool,
    is_over: bool,
    calls: Vec<Call>,
}

/// One connection.
struct Call {
    terminal: TcpStream,
    gateway: TcpStream,
    /// Ends when the terminal has hung up.
    up: JoinHandle<()>,
    down: JoinHandle<()>,
}

impl Line {
    /// A line to a gateway.
    ///
    /// # Errors
    /// When this machine has no port left.
    pub fn to(gateway: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { gateway, inside: Mutex::default() });
        let line = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || {
            for terminal in listener.incoming().flatten() {
                if !line.take(terminal) {
                    return;
                }
            }
        });
        Ok(Line { address, shared, accepting: Some(accepting) })
    }

    /// Where the terminal calls.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The line goes away.
    pub fn goes(&self) {
        let calls = {
            let mut inside = self.shared.lock();
            inside.is_gone = true;
            std::mem::take(&mut inside.calls)
        };
        calls.into_iter().for_each(Call::end);
    }

    /// Whether there come to be so many connections, soon.
    pub fn comes_to(&self, connections: usize) -> bool {
        let until = Instant::now() + Duration::from_secs(5);
        loop {
            let mut inside = self.shared.lock();
            inside.calls.retain(|call| !(call.up.is_finished() && call.down.is_finished()));
            if inside.calls.len() == connections || Instant::now() > until {
                return inside.calls.len() == connections;
            }
            drop(inside);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The line is there again.
    pub fn comes(&self) {
        self.shared.lock().is_gone = false;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        // So that it looks up.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
        self.goes();
    }
}

impl Shared {
    /// Says whether to go on.
    fn take(&self, terminal: TcpStream) -> bool {
        let mut inside = self.lock();
        if inside.is_over {
            return false;
        }
        if !inside.is_gone
            && let Ok(call) = Call::begin(terminal, self.gateway)
        {
            inside.calls.push(call);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn begin(terminal: TcpStream, gateway: SocketAddr) -> std::io::Result<Self> {
        let gateway = TcpStream::connect(gateway)?;
        for end in [&terminal, &gateway] {
            end.set_nodelay(true)?;
        }
        let up = carry(terminal.try_clone()?, gateway.try_clone()?);
        let down = carry(gateway.try_clone()?, terminal.try_clone()?);
        Ok(Call { terminal, gateway, up, down })
    }

    fn end(self) {
        // Whoever has hung up already need not be told. A connection that waits for a look-up is read
        // by nobody: its end hangs up when it is used.
        let _ = self.gateway.shutdown(Shutdown::Both);
        let _ = self.terminal.shutdown(Shutdown::Both);
        let _ = self.up.join();
        let _ = self.down.join();
    }
}

/// Carries bytes one way until nobody sends any more; what cannot be delivered is lost.
fn carry(mut from: TcpStream, mut to: TcpStream) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut bytes = [0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let _ = to.write_all(&bytes[..count]);
        }
        let _ = to.shutdown(Shutdown::Write);
    })
}
