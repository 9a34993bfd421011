//! What a task asks its client, and hears from it.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

use super::entry::Entry;
use crate::handler::{Failure, FailureKind, PendingQuestion};
use crate::json::RawJson;
use crate::middleware::in_words;
use crate::model::TaskStatus;

impl Entry {
    /// Whether the client was sent requests it has yet to answer.
    pub(super) fn note_asking(&self, is_asking: bool) {
        let mut state = self.state();
        let status =
            if is_asking || !state.open.is_empty() { TaskStatus::InputRequired } else { TaskStatus::Working };
        if !state.status.is_final() && state.status != status {
            self.change(&mut state, status);
        }
    }

    pub(super) fn ask(&self, questions: Vec<PendingQuestion>) {
        let mut state = self.state();
        if !state.status.is_final() {
            let now = Instant::now();
            for pending in &questions {
                let end = pending.question.timeout.and_then(|limit| now.checked_add(limit));
                state.deadlines.extend(end.map(|end| (end, pending.number())));
            }
            state.open.extend(questions);
            self.change(&mut state, TaskStatus::InputRequired);
        }
    }

    /// Whether the client has yet to answer what it is told of with the task.
    pub(in crate::engine) fn is_asking(&self) -> bool {
        !self.state().open.is_empty()
    }

    /// Gives up the next question whose time is over.
    pub(super) fn poll_overdue(
        &self,
        timer: &mut Option<Pin<Box<Sleep>>>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let Some((end, number)) = self.state().deadlines.first().copied() else { return Poll::Pending };
        let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.deadline() != end {
            timer.as_mut().reset(end);
        }
        std::task::ready!(timer.as_mut().poll(context));
        let mut state = self.state();
        state.deadlines.pop_first();
        let overdue: Vec<_> = state.open.extract_if(.., |pending| pending.number() == number).collect();
        if !overdue.is_empty() {
            self.go_on(&mut state);
        }
        drop(state);
        for pending in overdue {
            let limit = in_words(pending.question.timeout.unwrap_or_default());
            let message = format!("the client did not answer within {limit}");
            pending.answer(Err(Failure::new(FailureKind::TimedOut, message)));
        }
        Poll::Ready(())
    }

    /// A question whose answer nobody waits for any more.
    pub(in crate::engine) fn withdraw(&self, number: u32) {
        let mut state = self.state();
        let taken: Vec<_> = state.open.extract_if(.., |pending| pending.number() == number).collect();
        if !taken.is_empty() {
            self.go_on(&mut state);
        }
        drop(state);
        // It has a word to say to the call.
        drop(taken);
    }

    /// Gives the answers to the questions they belong to; others are nobody's (TASK-8).
    pub(super) fn update(&self, answers: &[(String, RawJson)]) -> Result<(), String> {
        let mut state = self.state();
        let given = |pending: &PendingQuestion| {
            answers.iter().find(|(name, _)| *name == key(pending)).map(|(_, answer)| answer)
        };
        for pending in &state.open {
            if let Some(answer) = given(pending) {
                let wrong = |why| format!("inputResponses.{} is not an answer: {why}", key(pending));
                pending.question.check_answer(answer).map_err(wrong)?;
            }
        }
        let told: Vec<_> = state.open.extract_if(.., |pending| given(pending).is_some()).collect();
        if !told.is_empty() {
            self.go_on(&mut state);
        }
        drop(state);
        for pending in told {
            if let Some(answer) = given(&pending) {
                let answer = answer.clone();
                pending.answer(Ok(answer));
            }
        }
        Ok(())
    }
}

/// What an answer names a question by. Numbers are never used twice in a call (TASK-8).
pub(super) fn key(pending: &PendingQuestion) -> String {
    format!("q{}", pending.number())
}
