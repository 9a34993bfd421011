//! The engine's warnings and errors on their way to the log: the server that was served last carries them over.

use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use oxmcp_core::host::log;

use crate::notices::Notice;
use crate::server::Host;

/// The token of news that are about no transport.
const NO_TOKEN: u64 = 0;

static CARRIERS: Mutex<Vec<Weak<Host>>> = Mutex::new(Vec::new());

/// Has this server carry the lines, as long as it lives or until another one does.
pub fn carry(host: &Arc<Host>) {
    static START: Once = Once::new();
    START.call_once(|| {
        log::pass_on(|severity, line| {
            let carrier = {
                let carriers = CARRIERS.lock().unwrap_or_else(PoisonError::into_inner);
                carriers.iter().rev().find_map(Weak::upgrade)
            };
            if let Some(host) = carrier {
                host.notices.push(NO_TOKEN, Notice::Log(severity, line));
            }
        });
    });
    let mut carriers = CARRIERS.lock().unwrap_or_else(PoisonError::into_inner);
    carriers.retain(|carrier| carrier.strong_count() > 0 && !carrier.ptr_eq(&Arc::downgrade(host)));
    carriers.push(Arc::downgrade(host));
}

/// This server carries no more lines: nobody drains it.
pub fn stop_carrying(host: &Arc<Host>) {
    let mut carriers = CARRIERS.lock().unwrap_or_else(PoisonError::into_inner);
    carriers.retain(|carrier| carrier.strong_count() > 0 && !carrier.ptr_eq(&Arc::downgrade(host)));
}
