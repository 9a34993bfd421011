//! Counts of this process.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cell::{Arrival, Window, nanos};
use super::rules::Amount;
use super::store::{Charge, Exhausted, Slot, Store};
use super::table::Table;

/// When to try again where it is not known when a call ends.
const SOON: Duration = Duration::from_secs(1);

/// Counts of this process: in each table at most so many keys, of which a million take 36 MB. Where there are more, those are forgotten
/// that would be whole again first. Keys of addresses have tables of their own: strangers do not have others forgotten.
pub struct LocalStore {
    /// Keys are known by their hashes: nobody outside can find two that have the same.
    hashes: RandomState,
    tables: Mutex<Tables>,
}

struct Tables {
    /// Without an address in the key, and with one.
    rates: [Table<Arrival>; 2],
    quotas: [Table<Window>; 2],
    /// How many run, by key; those of which none runs are not there.
    running: HashMap<u64, u32>,
}

/// What is written down once everybody has agreed: in which table, of which key.
enum Step {
    Rate(usize, u64, Arrival),
    Quota(usize, u64, Window),
    Runs(u64),
}

impl LocalStore {
    /// With so many keys of rates, and as many of quotas, at most.
    #[must_use]
    pub fn new(max_keys: usize) -> Self {
        let tables = Tables {
            rates: [Table::new(max_keys), Table::new(max_keys)],
            quotas: [Table::new(max_keys), Table::new(max_keys)],
            running: HashMap::new(),
        };
        Self { hashes: RandomState::new(), tables: Mutex::new(tables) }
    }

    /// How many keys there are, and how many there is room for at present.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let tables = self.tables();
        let (mut keys, mut room) = (tables.running.len(), tables.running.capacity());
        let sizes = tables.rates.iter().map(Table::size).chain(tables.quotas.iter().map(Table::size));
        for (more_keys, more_room) in sizes {
            keys += more_keys;
            room += more_room;
        }
        (keys, room)
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // A count is one value, so a panic elsewhere does not spoil it.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for LocalStore {
    fn take(&self, charges: &[Charge<'_>], now: Duration) -> Result<Vec<Slot>, Exhausted> {
        let now = nanos(now);
        let mut tables = self.tables();
        let mut steps = Vec::with_capacity(charges.len());
        let mut worst: Option<Exhausted> = None;
        for (at, Charge { key, amount }) in charges.iter().enumerate() {
            let hash = self.hashes.hash_one(key);
            let table = usize::from(key.address.is_some());
            let step = match amount {
                Amount::Rate(rate) => Arrival::take(tables.rates[table].get(hash), rate, now)
                    .map(|cell| Step::Rate(table, hash, cell)),
                Amount::Quota { max, window } => {
                    Window::take(tables.quotas[table].get(hash), *max, *window, now)
                        .map(|cell| Step::Quota(table, hash, cell))
                }
                Amount::Concurrent(max) if tables.running.get(&hash).is_some_and(|running| running >= max) => {
                    Err(SOON)
                }
                Amount::Concurrent(_) => Ok(Step::Runs(hash)),
            };
            match step {
                Ok(step) => steps.push(step),
                Err(wait) if worst.is_some_and(|worst| worst.wait >= wait) => {}
                Err(wait) => worst = Some(Exhausted { charge: at, wait }),
            }
        }
        if let Some(worst) = worst {
            return Err(worst);
        }
        let mut slots = Vec::new();
        for step in steps {
            match step {
                Step::Rate(table, key, cell) => tables.rates[table].put(key, cell, now),
                Step::Quota(table, key, cell) => tables.quotas[table].put(key, cell, now),
                Step::Runs(key) => {
                    *tables.running.entry(key).or_default() += 1;
                    slots.push(key);
                }
            }
        }
        let Tables { rates, quotas, .. } = &mut *tables;
        rates.iter_mut().for_each(|table| table.clean(now));
        quotas.iter_mut().for_each(|table| table.clean(now));
        Ok(slots)
    }

    fn give_back(&self, slots: &[Slot]) {
        let mut tables = self.tables();
        for slot in slots {
            if let Some(running) = tables.running.get_mut(slot) {
                *running -= 1;
                if *running == 0 {
                    tables.running.remove(slot);
                }
            }
        }
        let running = &mut tables.running;
        if running.capacity() > 64 + 4 * running.len() {
            let room = 2 * running.len();
            running.shrink_to(room);
        }
    }
}

impl fmt::Debug for LocalStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LocalStore").finish_non_exhaustive()
    }
}
