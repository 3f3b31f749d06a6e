//! A process's memory as the kernel shows it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use super::markers::{Marker, Markers};

const PAGE: usize = 4096;

/// One marker at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) marker: Marker,
    /// Its address, and what the kernel calls what stands there.
    pub(crate) place: String,
}

/// Searches everything a process may have written to. What is mapped from a file and cannot be
/// written to is what it was in the file.
///
/// # Panics
/// When the kernel does not let this process look: it must be root, or the other's parent and
/// `/proc/sys/kernel/yama/ptrace_scope` at most 1.
pub(crate) fn search(process: u32, markers: &Markers) -> Vec<Found> {
    let path = |name: &str| format!("/proc/{process}/{name}");
    let maps = fs::read_to_string(path("maps")).unwrap();
    let memory = File::open(path("mem")).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; be root, or allow a parent to look at its children: \
             sysctl kernel.yama.ptrace_scope=1",
            path("mem")
        )
    });
    let stacks = stacks(process);
    let mut found = Vec::new();
    for line in maps.lines() {
        let Some(mapping) = Mapping::parse(line) else { continue };
        let bytes = mapping.read(&memory);
        for (at, marker) in markers.found_in(&bytes) {
            let address = mapping.begin + at;
            let own = stacks.iter().find(|(pointer, _)| mapping.holds(**pointer));
            let name = own.map_or(mapping.name, |(_, thread)| thread);
            let place = format!("{address:x} {name}");
            found.push(Found { marker: marker.clone(), place });
        }
    }
    found
}

struct Mapping<'a> {
    begin: usize,
    end: usize,
    name: &'a str,
}

impl<'a> Mapping<'a> {
    /// `begin-end rwxp offset device inode name`; none for what is not looked at.
    fn parse(line: &'a str) -> Option<Self> {
        let (range, rest) = line.split_once(' ').unwrap();
        let (begin, end) = range.split_once('-').unwrap();
        let [begin, end] = [begin, end].map(|end| usize::from_str_radix(end, 16).unwrap());
        let name = rest.splitn(5, ' ').nth(4).unwrap().trim_start();
        let (readable, writable) = (rest.starts_with('r'), rest.as_bytes()[1] == b'w');
        // What the kernel maps into every process to tell the time by.
        let of_the_kernel = name.starts_with("[v");
        let of_a_file = name.starts_with('/');
        let wanted = readable && !of_the_kernel && (writable || !of_a_file);
        wanted.then_some(Mapping { begin, end, name })
    }

    fn holds(&self, address: usize) -> bool {
        (self.begin..self.end).contains(&address)
    }

    /// Its bytes. Pages that went meanwhile are zeros.
    fn read(&self, memory: &File) -> Vec<u8> {
        let mut bytes = vec![0; self.end - self.begin];
        if memory.read_exact_at(&mut bytes, self.begin as u64).is_err() {
            for (number, page) in bytes.chunks_mut(PAGE).enumerate() {
                if memory.read_exact_at(page, (self.begin + number * PAGE) as u64).is_err() {
                    page.fill(0);
                }
            }
        }
        bytes
    }
}

/// The threads' names by where their stack pointers are, as far as the kernel says.
fn stacks(process: u32) -> BTreeMap<usize, String> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    threads
        .filter_map(|thread| {
            let thread = thread.ok()?.path();
            // "number arguments… stack-pointer program-counter", or "running".
            let call = fs::read_to_string(thread.join("syscall")).ok()?;
            let pointer = call.split_whitespace().rev().nth(1)?.strip_prefix("0x")?;
            let pointer = usize::from_str_radix(pointer, 16).ok()?;
            let name = fs::read_to_string(thread.join("comm")).ok()?;
            Some((pointer, format!("stack of {}", name.trim_end())))
        })
        .collect()
}
