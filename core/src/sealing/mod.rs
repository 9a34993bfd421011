//! Text that travels through a peer's hands and comes back: nobody but us can read it, make it or move it (SEC-6, MRTR-8).

mod bond;
mod key_ring;
mod sealer;

pub use bond::bond;
pub use key_ring::{KeyRing, MIN_KEY_LENGTH};
pub use sealer::{Opened, Sealer};
