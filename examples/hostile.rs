//! Feeds mutated and random documents to the checker and says how many ran and how long the slowest took.
//!
//! `cargo run --release --example hostile -- FOLDER COUNT`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tidings::check::{Options, check};

/// A small generator of numbers (xorshift): the same every time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

const PIECES: [&str; 24] = [
    "<",
    ">",
    "&",
    "\"",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<item>",
    "<entry>",
    "&lt;b&gt;",
    "&#x0;",
    "xmlns=\"\"",
    "<!DOCTYPE x [",
    "<!ENTITY a \"&a;&a;\">",
    "&a;",
    "<?xml version=\"1.0\"?>",
    "\u{feff}",
    "\0",
    "\u{fffe}",
    "[[[[",
    "{\"a\":",
];

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.throw(6) {
        let at = dice.throw(bytes.len() + 1);
        match dice.throw(6) {
            0 => bytes.insert(at, dice.throw(256) as u8),
            1 if at < bytes.len() => bytes[at] = dice.throw(256) as u8,
            2 => drop(bytes.drain(at..(at + dice.throw(40)).min(bytes.len()))),
            3 => drop(bytes.splice(at..at, PIECES[dice.throw(PIECES.len())].bytes())),
            4 => bytes.truncate(at),
            _ => {
                let piece: Vec<u8> = bytes[at..(at + dice.throw(200)).min(bytes.len())].to_vec();
                let to = dice.throw(bytes.len() + 1);
                (0..=dice.throw(3)).for_each(|_| drop(bytes.splice(to..to, piece.iter().copied())));
            }
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "tests/check".to_owned()));
    let count: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let seeds: Vec<Vec<u8>> = files.map(|entry| std::fs::read(entry.path()).unwrap_or_default()).collect();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let options = Options { now: Some(chrono::Utc::now()), ..Options::default() };
    let (mut slowest, mut findings) = (Duration::ZERO, 0);
    for _ in 0..count {
        let mut bytes = seeds.get(dice.throw(seeds.len())).cloned().unwrap_or_default();
        mutate(&mut bytes, &mut dice);
        let start = Instant::now();
        findings += check(&bytes, &options).findings.len();
        slowest = slowest.max(start.elapsed());
    }
    println!("{count} inputs, {findings} findings, slowest {slowest:?}");
}
