//! Event stores that authors wrote, by number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::host::OwnEventStore;
use oxmcp_core::mailbox::Mailbox;
use oxmcp_core::transports::http::Resumption;

use crate::errors::{IntoJs, JsError};

/// The stores of a serving.
#[derive(Default)]
pub struct EventStores(Mutex<Stores>);

#[derive(Default)]
struct Stores {
    count: u32,
    open: HashMap<u32, Resumption>,
}

impl EventStores {
    fn stores(&self) -> MutexGuard<'_, Stores> {
        // A map is valid whatever happened while it was locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the event store behind this function (see `OwnEventStore`), whose clients come back after so many milliseconds; 1000
    /// if nothing is said.
    pub(crate) fn open(&self, mailbox: &Mailbox, slot: u32, retry: Option<u32>) -> u32 {
        let store = Arc::new(OwnEventStore::new(mailbox.handler(slot)));
        let resumption = Resumption::new(store);
        let retry = retry.map_or(resumption.retry, |retry| Duration::from_millis(u64::from(retry)));
        let mut stores = self.stores();
        stores.count = stores.count.wrapping_add(1);
        let number = stores.count;
        stores.open.insert(number, Resumption { retry, ..resumption });
        number
    }

    /// Begins no more streams over this store. Those there are keep it.
    pub(crate) fn close(&self, number: u32) {
        let closed = self.stores().open.remove(&number);
        drop(closed);
    }

    /// The store of this number, if one is asked for.
    pub(crate) fn resumption(&self, number: Option<u32>) -> Result<Option<Resumption>, JsError> {
        let Some(number) = number else { return Ok(None) };
        let found = self.stores().open.get(&number).cloned();
        let missing = || Error::new(ErrorKind::Configuration, "there is no such event store");
        found.ok_or_else(missing).map(Some).into_js()
    }
}
