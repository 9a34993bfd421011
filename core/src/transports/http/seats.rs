//! How many connections each address has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The connections of each address. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Seats(Arc<Taken>);

#[derive(Debug)]
struct Taken {
    most: usize,
    by: Mutex<HashMap<IpAddr, usize>>,
}

/// An address has all the connections that one may have.
#[derive(Debug)]
pub(super) struct Full;

/// One connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    taken: Arc<Taken>,
    by: IpAddr,
}

impl Seats {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Taken { most, by: Mutex::default() }))
    }

    /// A seat for a connection from this address. This machine itself needs none.
    pub(super) fn take(&self, address: IpAddr) -> Result<Option<Seat>, Full> {
        let by = match address.to_canonical() {
            address if address.is_loopback() => return Ok(None),
            IpAddr::V4(address) => IpAddr::V4(address),
            // Whoever has one address of a network has all of them.
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        };
        let mut taken = self.0.by();
        let count = taken.entry(by).or_insert(0);
        if *count >= self.0.most {
            return Err(Full);
        }
        *count += 1;
        Ok(Some(Seat { taken: Arc::clone(&self.0), by }))
    }
}

impl Taken {
    fn by(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Counts are valid whatever happened while they were locked.
        self.by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.by();
        if let Some(count) = taken.get_mut(&self.by) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.by);
            }
        }
    }
}
