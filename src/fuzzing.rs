//! Feeds what reads bytes of strangers with bytes that nobody meant: what honest clients send, changed at random, and
//! changed again. Compiled for tests alone. Each target is a test in a module called `fuzz` beside what it tries, and
//! takes a moment among the others; `scripts/fuzz` runs it for as long as one likes. It is not guided by coverage.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// For how long each target is tried, in seconds.
const SECONDS: &str = "MARU_FUZZ_SECONDS";
const BY_DEFAULT: f64 = 0.25;
/// Another number leads to other inputs.
const SEED: &str = "MARU_FUZZ_SEED";
/// The longest input, in bytes.
const LONGEST: usize = 64 * 1024;
/// No input may take so long, on a machine that does something else besides.
const SLOW: Duration = Duration::from_secs(5);
/// Inputs that others are made from, beside the seeds.
const KEPT: usize = 256;
const CHANGES: usize = 6;
/// What often stands where it should not.
const ODD: [&[u8]; 24] = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"-",
    b"@",
    b"\r\n",
    b"%00",
    b"\\u0000",
    b"\\ud800",
    b"18446744073709551616",
    b"-1",
    b"1e999",
    b"null",
    "\u{202e}".as_bytes(),
    "\u{1f468}\u{200d}".as_bytes(),
    "\u{1100}\u{1161}".as_bytes(),
];

/// Tries `check` with changed seeds for as long as is set.
///
/// # Panics
/// With the input when `check` panics, or takes too long.
pub fn fuzz(target: &str, seeds: &[&[u8]], mut check: impl FnMut(&[u8])) {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<f64>().ok());
    let within = Duration::from_secs_f64(setting(SECONDS).unwrap_or(BY_DEFAULT));
    let mut chance = Chance((setting(SEED).unwrap_or(20_261_121.0) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut kept: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.to_vec()).collect();
    let (began, mut tried) = (Instant::now(), 0_u64);
    while began.elapsed() < within {
        let mut input = kept[chance.below(kept.len())].clone();
        let other = &kept[chance.below(kept.len())];
        for _ in 0..=chance.below(CHANGES) {
            chance.change(&mut input, other);
        }
        input.truncate(LONGEST);
        let started = Instant::now();
        let checked = catch_unwind(AssertUnwindSafe(|| check(&input)));
        assert!(checked.is_ok(), "{target} fails with {}", input.escape_ascii());
        assert!(started.elapsed() < SLOW, "{target} takes {:?} for {}", started.elapsed(), input.escape_ascii());
        tried += 1;
        // Some are changed further, so that inputs wander off.
        match kept.len() {
            few if few < seeds.len() + KEPT => kept.push(input),
            _ if chance.below(16) == 0 => {
                let place = seeds.len() + chance.below(KEPT);
                kept[place] = input;
            }
            _ => {}
        }
    }
    assert!(tried > 0, "{target} was not tried");
    eprintln!("fuzzed {target}: {tried} inputs in {:.1} s", began.elapsed().as_secs_f64());
}

struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(64) + 1)
    }

    fn change(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        let range = self.range(input.len());
        match self.below(7) {
            0 => drop(input.drain(range)),
            1 => drop(input.splice(range, ODD[self.below(ODD.len())].iter().copied())),
            2 => {
                let piece = self.range(other.len());
                drop(input.splice(range, other[piece].iter().copied()));
            }
            3 => {
                let piece = input[range].repeat(1 + self.below(40));
                let at = self.below(input.len() + 1);
                drop(input.splice(at..at, piece));
            }
            4 => {
                let bytes = self.next().to_le_bytes();
                let length = self.below(bytes.len()) + 1;
                drop(input.splice(range, bytes[..length].iter().copied()));
            }
            _ => {
                let at = self.below(input.len());
                let change = self.next() as u8;
                if let Some(byte) = input.get_mut(at) {
                    *byte = if change.is_multiple_of(2) { *byte ^ (1 << (change / 2 % 8)) } else { change };
                }
            }
        }
    }
}
