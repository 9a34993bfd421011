//! Assembles the rooms: `exchange` is the single entry.

mod shutdown;

pub use shutdown::Shutdown;
