//! Streams that survive their connection: what they say is kept, and a client that lost one comes back for the rest (RESUME-*).

mod event_store;
mod memory;
mod message;
mod reader;
mod replay;
mod sessions;
mod stream;

pub use event_store::{EventStore, Keeping, KeptEvent, Replay, Resumption};
pub use memory::{EventLimits, MemoryEventStore};
pub(in crate::transports::http) use reader::{Read, Reader};
pub(in crate::transports::http) use replay::resume;
pub(in crate::transports::http) use sessions::ResumableSessions;
