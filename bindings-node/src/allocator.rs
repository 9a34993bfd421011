//! What gives the engine its memory.

#![expect(unsafe_code, reason = "options of the allocator are set in C")]

use std::ffi::{c_int, c_long};
use std::sync::Once;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

unsafe extern "C" {
    /// Part of mimalloc's stable interface. Does nothing where the environment has the option.
    fn mi_option_set_default(option: c_int, value: c_long);
}

/// `mi_option_purge_delay` of mimalloc's second version.
const PURGE_DELAY: c_int = 15;

/// How long memory that nobody uses is kept for the next who does. Each page that is given back costs more to have anew than what is
/// written to it, and a message of 1 MB takes a thousand of them. Milliseconds.
const KEPT: c_long = 100;

/// Sets how memory is kept, unless the environment says so (`MIMALLOC_PURGE_DELAY`).
pub fn prepare() {
    static ONCE: Once = Once::new();
    // SAFETY: a function of the library that is built in, whose types are these; the option exists in its second version.
    ONCE.call_once(|| unsafe { mi_option_set_default(PURGE_DELAY, KEPT) });
}
