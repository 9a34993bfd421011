//! A question of a call in flight, on its way to the client and back.

use std::fmt;
use std::sync::Arc;

use super::events::Shared;
use super::{Failure, FailureKind};
use crate::json::RawJson;
use crate::model::Question;

/// What came of a question: the client's result, a JSON object, or why there is none.
pub type Answered = Result<RawJson, Failure>;

/// Where the answer to a question goes, with the question's number. Called at most once; not at all when the call ends first.
/// Runs on the engine's I/O thread, or within the asking itself when the answer is known at once: it must not block.
pub type AnswerTo = Box<dyn FnOnce(u32, Answered) + Send>;

/// A question that waits for its answer. Dropped unanswered it fails as abandoned, so nobody waits for ever.
pub struct PendingQuestion {
    /// What is asked.
    pub question: Question,
    number: u32,
    answer_to: Option<AnswerTo>,
    call: Arc<Shared>,
}

impl PendingQuestion {
    pub(super) fn new(question: Question, number: u32, answer_to: AnswerTo, call: Arc<Shared>) -> Self {
        Self { question, number, answer_to: Some(answer_to), call }
    }

    /// Its number among the questions of its call, counted from 0.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Gives the answer to whoever asked.
    pub fn answer(mut self, answer: Answered) {
        self.deliver(answer);
    }

    fn deliver(&mut self, answer: Answered) {
        let Some(answer_to) = self.answer_to.take() else { return };
        // After the call's end nobody listens.
        if self.call.close_question() {
            answer_to(self.number, answer);
        }
    }
}

impl Drop for PendingQuestion {
    fn drop(&mut self) {
        if self.answer_to.is_some() {
            let message = "the question to the client was dropped without an answer";
            self.deliver(Err(Failure::new(FailureKind::Abandoned, message)));
        }
    }
}

impl fmt::Debug for PendingQuestion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is asked may be private.
        formatter
            .debug_struct("PendingQuestion")
            .field("number", &self.number)
            .field("method", &self.question.method)
            .finish_non_exhaustive()
    }
}
