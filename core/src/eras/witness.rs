//! Who hears what a request is answered with, in neutral words, before it is written.

use super::Answer;
use crate::handler::Failure;

/// What a request is answered with.
#[derive(Debug, Clone, Copy)]
pub enum Witnessed<'a> {
    /// A result.
    Answer(&'a Answer),
    /// A failure; some are told to models as results.
    Failure(&'a Failure),
    /// Questions: the client is to come back with answers (MRTR-2).
    Questions,
    /// A task, in whose stead the call goes on.
    Task,
    /// A subscription, which stays open (SUB-2).
    Subscribed,
}

/// Hears it. What is said first counts: a failure that is told as a result is said as both.
pub trait Witness: Send + Sync {
    /// Hears what is about to be written.
    fn hear(&self, said: Witnessed<'_>);

    /// What is written in the answer's stead; `None` for what it is.
    fn instead(&self, answer: &Answer) -> Option<Answer> {
        let _ = answer;
        None
    }
}
