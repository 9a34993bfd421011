//! Counts by key: never more than there may be, and no larger than they have to be.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::cell::Cell;

/// In so many parts, each of which grows, is cleaned and shrinks by itself: nobody waits for a million.
const PARTS: usize = 64;
/// How often one of them is cleaned, in nanoseconds.
const PAUSE: u64 = 250_000_000;

/// The keys are hashes already.
#[derive(Default)]
pub(super) struct Unchanged(u64);

impl Hasher for Unchanged {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

type Part<T> = HashMap<u64, T, BuildHasherDefault<Unchanged>>;

/// What is kept by key.
pub(super) struct Table<T> {
    /// Made for the first of them.
    parts: Vec<Part<T>>,
    /// The most in each part.
    room: usize,
    /// Which part is cleaned next, and when.
    next: usize,
    due: u64,
}

fn part_of(key: u64) -> usize {
    // The map itself goes by the lowest and the highest bits.
    (key >> 32) as usize % PARTS
}

impl<T: Cell> Table<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { parts: Vec::new(), room: most.div_ceil(PARTS).max(1), next: 0, due: 0 }
    }

    pub(super) fn get(&self, key: u64) -> Option<T> {
        self.parts.get(part_of(key))?.get(&key).copied()
    }

    pub(super) fn put(&mut self, key: u64, value: T, now: u64) {
        if self.parts.is_empty() {
            self.parts.resize_with(PARTS, Part::default);
        }
        let room = self.room;
        let part = &mut self.parts[part_of(key)];
        if let Some(kept) = part.get_mut(&key) {
            *kept = value;
            return;
        }
        if part.len() >= room || part.len() == part.capacity() {
            clean(part, now);
            if part.len() >= room {
                forget_half(part);
            }
        }
        part.insert(key, value);
    }

    /// Cleans the next part, if it is time.
    pub(super) fn clean(&mut self, now: u64) {
        if now < self.due || self.parts.is_empty() {
            return;
        }
        self.due = now.saturating_add(PAUSE);
        let part = &mut self.parts[self.next];
        clean(part, now);
        self.next = (self.next + 1) % PARTS;
    }

    /// How many there are, and how many there is room for without growing.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.parts.iter().map(HashMap::len).sum(), self.parts.iter().map(HashMap::capacity).sum())
    }
}

fn clean<T: Cell>(part: &mut Part<T>, now: u64) {
    part.retain(|_, cell| cell.idle_at() > now);
    if part.capacity() > 4 * part.len().max(4) {
        part.shrink_to(2 * part.len());
    }
}

/// Makes room: the half that is the first to be as if it were not there.
fn forget_half<T: Cell>(part: &mut Part<T>) {
    let mut times: Vec<_> = part.values().map(|cell| cell.idle_at()).collect();
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    let median = *median;
    // Many may be equal.
    let mut left = middle + 1;
    part.retain(|_, cell| {
        let goes = cell.idle_at() <= median && left > 0;
        left -= usize::from(goes);
        !goes
    });
}
