//! What every call passes on its way to user code and back.

mod admission;
mod admitted;
mod auditing;
mod authorizing;
mod containment;
mod operation_event;
mod stack;
mod timeout;

pub use admission::{
    Admission, Admittance, Ask, Authorizer, Begun, Decision, Limiter, Observer, Permit, Place, Sees,
    Settling, Transport, Verdict,
};
pub use admitted::Admitted;
pub use auditing::Auditor;
pub use containment::Contained;
pub use operation_event::{OperationEvent, Outcome, Ticket};
pub use stack::{Stack, call};
pub use timeout::{Timeout, in_words};
