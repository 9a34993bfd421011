//! What a handler returns that needs to know more before it can answer.

use super::Question;

/// Questions to the client, and what the handler wants to remember until it is invoked again with the answers (MRTR-2): one of
/// the two at least.
#[derive(Debug, Clone, Default)]
pub struct InputRequired {
    /// The questions, each under a key of the handler's choice.
    pub requests: Vec<(String, Question)>,
    /// What comes back to the handler, unread by anyone (it travels sealed). Without questions the client calls again at once
    /// (MRTR-7).
    pub state: Option<String>,
}

impl InputRequired {
    /// One question.
    #[must_use]
    pub fn one(key: impl Into<String>, question: Question) -> Self {
        Self { requests: vec![(key.into(), question)], state: None }
    }

    /// The same with one question more.
    #[must_use]
    pub fn and(mut self, key: impl Into<String>, question: Question) -> Self {
        self.requests.push((key.into(), question));
        self
    }

    /// The same with something to remember.
    #[must_use]
    pub fn remember(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }
}
