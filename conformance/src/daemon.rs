//! A pcscd that tests start, stop and kill, and readers they plug in and pull out.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::built::{parts, run};
use crate::compiler::Compiler;

/// Where the cards of a stage's first and second slot connect to: those of the virtual reader that
/// is always there, and of [`CREW`] and [`SPARE`].
pub(crate) const PORTS: [u16; 2] = [35963, 35964];

/// A reader that can be plugged in. A stage's first slot is its.
pub const CREW: UsbReader =
    UsbReader { name: "Crew Reader 00 00", product: "0001", port: PORTS[0] };
/// Another one. A stage's second slot is its.
pub const SPARE: UsbReader =
    UsbReader { name: "Spare Reader 00 00", product: "0002", port: PORTS[1] };

const DRIVERS: &str = "/usr/lib/pcsc/drivers";
const STAND_IN: &str = "/run/udev.so";
const EVENTS: &str = "/run/usb";
const NO_READERS: &str = "/run/no-readers";
/// So long a daemon that was started may take to hear of readers.
const PATIENCE: Duration = Duration::from_secs(10);

/// A USB reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsbReader {
    /// How pcscd names it.
    pub name: &'static str,
    product: &'static str,
    port: u16,
}

impl UsbReader {
    /// The file that is there while it is plugged in.
    fn node(self) -> PathBuf {
        Path::new("/run/bus").join(self.product).join(self.port.to_string())
    }
}

/// Whether this process has namespaces of its own, with a folder for pcscd and its drivers; if not,
/// runs the test in one that has.
///
/// # Panics
/// When the test fails there, or something is missing.
pub fn in_own_namespaces(test: &str) -> bool {
    if std::env::var_os("MYNAQ_BESIDE_PCSCD").is_some() {
        return true;
    }
    let header = Path::new("/usr/include/PCSC/ifdhandler.h");
    assert!(
        header.exists(),
        "{} is missing: apt-get install -y --no-install-recommends libpcsclite-dev",
        header.display()
    );
    let output = run(Command::new(parts().root.join("conformance/with-pcscd.sh"))
        .arg("--bare")
        .arg(std::env::current_exe().expect("a test"))
        .args(["--exact", test, "--nocapture"])
        .env("MYNAQ_BESIDE_PCSCD", "yes"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}");
    #[allow(clippy::print_stderr, reason = "shown with --nocapture, and when the test fails")]
    {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    false
}

/// pcscd, running or not. Dropping it ends it.
#[derive(Debug)]
pub struct Daemon {
    readers: &'static str,
    plugged: Vec<UsbReader>,
    process: Option<Child>,
}

impl Daemon {
    /// One with the virtual reader of two slots that its package configures; it does not run yet.
    pub fn with_virtual_reader() -> Self {
        Daemon { readers: "/etc/reader.conf.d", plugged: Vec::new(), process: None }
    }

    /// One with no readers but those that are plugged in; it does not run yet.
    ///
    /// # Panics
    /// When what is needed cannot be made.
    pub fn with_usb() -> Self {
        let sources = parts().root.join("conformance/readers");
        let compiler = Compiler::c99().with(&["-shared", "-fPIC"]);
        compiler.compile(&sources.join("udev.c"), Path::new(STAND_IN));
        let compiler = compiler.including(Path::new("/usr/include/PCSC"));
        let bundle = fs::read_to_string(sources.join("Info.plist")).expect("Info.plist");
        // Real readers have no business here.
        fs::remove_dir_all(Path::new(DRIVERS).join("ifd-ccid.bundle")).unwrap_or_default();
        for reader in [CREW, SPARE] {
            let contents = Path::new(DRIVERS).join(format!("{}.bundle/Contents", reader.product));
            let library = contents.join("Linux");
            fs::create_dir_all(&library).expect("a bundle");
            let name = reader.name.trim_end_matches(" 00 00");
            let bundle = bundle.replace("PRODUCT", reader.product).replace("FRIENDLY", name);
            fs::write(contents.join("Info.plist"), bundle).expect("a bundle");
            compiler.compile(&sources.join("ifd.c"), &library.join("ifd.so"));
            let own = Path::new(DRIVERS).join("serial/libifdvpcd.so");
            fs::copy(own, library.join("libifdvpcd.so")).expect("the virtual reader");
        }
        fs::create_dir_all(NO_READERS).expect("a folder");
        Daemon { readers: NO_READERS, plugged: Vec::new(), process: None }
    }

    /// Starts it; it need not serve yet. The moment before.
    ///
    /// # Panics
    /// When it runs already or cannot be started.
    pub fn start(&mut self) -> Instant {
        assert!(self.process.is_none(), "pcscd runs already");
        // Ends with this thread, however that ends.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "/usr/sbin/pcscd", "--foreground"]);
        command.args(["--config", self.readers]);
        // Newer versions ask polkit, which does not run here.
        if help().contains("--disable-polkit") {
            command.arg("--disable-polkit");
        }
        if self.readers == NO_READERS {
            let words = |reader: &UsbReader| format!("{} {}", reader.product, reader.port);
            let plugged: Vec<_> = self.plugged.iter().map(words).collect();
            command.env("LD_PRELOAD", STAND_IN).env("MYNAQ_USB_EVENTS", EVENTS);
            command.env("MYNAQ_USB_PLUGGED", plugged.join(","));
        }
        let begun = Instant::now();
        self.process = Some(command.stdout(Stdio::null()).spawn().expect("setpriv of util-linux"));
        begun
    }

    /// Stops it as a system does. The moment before.
    ///
    /// # Panics
    /// When it does not run.
    pub fn stop(&mut self) -> Instant {
        let mut process = self.process.take().expect("a pcscd that runs");
        let begun = Instant::now();
        run(Command::new("sh").args(["-c", "kill -TERM $0"]).arg(process.id().to_string()));
        process.wait().expect("its end");
        begun
    }

    /// Kills it: it cleans nothing up. The moment before.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&mut self) -> Instant {
        let mut process = self.process.take().expect("a pcscd that runs");
        let begun = Instant::now();
        process.kill().expect("a signal");
        process.wait().expect("its end");
        begun
    }

    /// Plugs a reader in. The moment before.
    ///
    /// # Panics
    /// When it is plugged in already, or the daemon does not listen.
    pub fn plug(&mut self, reader: UsbReader) -> Instant {
        assert!(!self.plugged.contains(&reader), "{reader:?} is plugged in");
        self.plugged.push(reader);
        fs::create_dir_all(reader.node().parent().expect("a folder")).expect("a folder");
        fs::write(reader.node(), "").expect("a device");
        // pcscd keeps a reader that was pulled out in the middle of a command until that has ended,
        // and its port with it. A real one would come back under another number.
        let until = Instant::now() + PATIENCE;
        while self.process.is_some()
            && let Err(error) = TcpListener::bind((Ipv4Addr::UNSPECIFIED, reader.port))
        {
            assert!(Instant::now() < until, "{}: {error}", reader.port);
            std::thread::yield_now();
        }
        self.tell("add", reader)
    }

    /// Pulls a reader out. The moment before.
    ///
    /// # Panics
    /// When it is not plugged in, or the daemon does not listen.
    pub fn unplug(&mut self, reader: UsbReader) -> Instant {
        assert!(self.plugged.contains(&reader), "{reader:?} is not plugged in");
        self.plugged.retain(|plugged| *plugged != reader);
        fs::remove_file(reader.node()).expect("a device");
        self.tell("remove", reader)
    }

    /// Tells pcscd, if it runs; a later one finds what is plugged in.
    fn tell(&self, action: &str, reader: UsbReader) -> Instant {
        let mut begun = Instant::now();
        if self.process.is_none() {
            return begun;
        }
        let line = format!("{action} {} {}", reader.product, reader.port);
        let socket = UnixDatagram::unbound().expect("a socket");
        let until = begun + PATIENCE;
        while let Err(error) = socket.send_to(line.as_bytes(), EVENTS) {
            assert!(begun < until, "pcscd does not hear of readers: {error}");
            std::thread::yield_now();
            begun = Instant::now();
        }
        begun
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn help() -> String {
    let output = run(Command::new("/usr/sbin/pcscd").arg("--help"));
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}
