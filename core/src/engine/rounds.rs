//! Calls that go on over several requests: asking by a result, and what becomes of the retry (MRTR-*).
//!
//! A call whose handler waits for answers is parked, and the retry goes on with it. A handler that returned its questions is
//! invoked again with the answers; so is one that waits and may run again, where its call was parked in another process.

use std::sync::Arc;

use tokio::time::Instant;

use super::dispatch::{Dispatched, dispatch_again, is_replayable};
use super::parked::{ParkedCall, ParkedCalls};
use super::questions::Asking;
use super::request_state::{Noted, Read, RequestState};
use super::state::State;
use super::tasks::Tasks;
use super::{CallBounds, Edge, Engine};
use crate::eras::{Asked, Flight, Retry, WireError};
use crate::handler::{Answers, Failure, FailureKind, Origin, PendingQuestion, event_channel};
use crate::json::RawJson;
use crate::jsonrpc::error_code;
use crate::model::Question;
use crate::sealing::Sealer;

/// What an engine needs for them.
#[derive(Debug)]
pub(super) struct Rounds {
    pub(super) parked: ParkedCalls,
    pub(super) sealer: Sealer,
    pub(super) tasks: Tasks,
    /// See [`Limits::calls`](super::Limits::calls).
    pub(super) calls: CallBounds,
}

/// The questions of a call under way.
#[derive(Default)]
pub(super) struct Round {
    /// Those that are not answered.
    pub(super) open: Vec<PendingQuestion>,
    /// Those that earlier rounds answered.
    pub(super) answered: Vec<Noted>,
    /// Those that earlier rounds answered and that the handler, which runs again, has not asked yet.
    pub(super) replay: Vec<Noted>,
}

/// What to do with a call that has nothing to say for now.
pub(super) enum Turn {
    /// Wait for it.
    Wait,
    /// Look again: it was told something.
    GoOn,
    /// Ask its client.
    Ask,
}

/// What becomes of a request that is not the first of its call.
pub(super) enum Resumed {
    /// A parked call goes on.
    Call(Box<ParkedCall>, Box<Round>),
    /// The handler is invoked with this.
    Again(Option<Arc<Answers>>, Box<Round>),
    /// Nothing.
    Refused(WireError),
}

impl Engine {
    /// Goes on with what another request began.
    #[cold]
    pub(super) fn resume(
        &self,
        mut asked: Asked,
        retry: Retry,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let kind = asked.operation.kind();
        let (running, events, round) = match self.0.rounds.resume(&asked, retry) {
            Resumed::Refused(error) => return State::said(error.say(Some(asked.voice.id()))),
            Resumed::Call(parked, round) => {
                let ParkedCall { running, events, .. } = *parked;
                (running, events, round)
            }
            Resumed::Again(answers, round) => {
                let caller = asked.voice.caller();
                let (sender, events) = event_channel(caller.wants_progress(), caller.log_threshold);
                let reserved = match self.tasks_of(&asked, &events, edge) {
                    Ok(reserved) => reserved,
                    Err(failure) => return State::said(asked.voice.failure(kind, &failure)),
                };
                match dispatch_again(&mut asked, sender, origin, answers, &self.0.limits.calls) {
                    Dispatched::Now(Ok(answer)) => return State::said(asked.voice.answer(&answer)),
                    Dispatched::Now(Err(failure)) => return State::said(asked.voice.failure(kind, &failure)),
                    Dispatched::Run(running) if reserved.is_some() => {
                        return self.begin_task(asked, running, events, flight, edge, origin);
                    }
                    Dispatched::Run(running) => (running, events, round),
                    // What watches does not ask.
                    Dispatched::Watch(_) => {
                        let failure = Failure::new(FailureKind::Internal, "internal error");
                        return State::said(asked.voice.failure(kind, &failure));
                    }
                }
            }
        };
        let mut call = self.call(asked, running, events, flight, edge, origin);
        call.asking = Some(Box::new(Asking { round: Some(round), ..Asking::default() }));
        State::Call(call)
    }
}

impl Rounds {
    /// What becomes of a retry: of `asked`, which brings `retry` along.
    pub(super) fn resume(&self, asked: &Asked, retry: Retry) -> Resumed {
        let Some(text) = &retry.state else {
            // Whoever asks without giving state can be answered without (MRTR-2).
            return match given(retry.answers) {
                Ok(given) => Resumed::Again(Some(Arc::new(Answers { given, state: None })), Box::default()),
                Err(wrong) => Resumed::Refused(wrong),
            };
        };
        let bond = asked.voice.bond(asked.operation.kind());
        let (state, own) = match RequestState::read(text, &self.sealer, &bond) {
            Read::Ours { state, own } => (state, own),
            // Its author reads what it gave from the params, which it gets whole.
            Read::Foreign if asked.whole.is_some() => return Resumed::Again(None, Box::default()),
            Read::Foreign | Read::Invalid => return Resumed::Refused(invalid_state()),
        };
        let (mut answered, mut open): (Vec<_>, Vec<_>) =
            state.questions.into_iter().partition(|noted| noted.answer.is_some());
        let waits = state.parked.is_some() || answered.iter().chain(&open).any(Noted::is_awaited);
        // Before anything moves: a call whose client says something else than an answer stays where it is (MRTR-12).
        if let Err(wrong) = note_answers(&mut open, &retry.answers) {
            return Resumed::Refused(wrong);
        }
        open.retain(|noted| noted.answer.is_some());
        match state.parked {
            // One that went on meanwhile does so once (MRTR-10).
            Some(id) if own => match self.parked.take(id) {
                Some(call) => {
                    answered.extend_from_slice(&open);
                    Self::go_on(asked, Box::new(call), &open, answered)
                }
                None => Resumed::Refused(invalid_state()),
            },
            _ if waits && !is_replayable(asked) => Resumed::Refused(not_here()),
            _ => {
                answered.append(&mut open);
                let (replay, answered): (Vec<_>, Vec<_>) = answered.into_iter().partition(Noted::is_awaited);
                let given = answered.iter().filter_map(|noted| Some((noted.key.clone(), noted.answer()?)));
                let answers = Answers { given: given.collect(), state: state.own };
                // One that only ever waited is told nothing: it hears the answers when it asks.
                let is_told = !waits || !answers.given.is_empty() || answers.state.is_some();
                let round = Round { open: Vec::new(), answered, replay };
                Resumed::Again(is_told.then(|| Arc::new(answers)), Box::new(round))
            }
        }
    }

    /// Goes on with a parked call for another request, which brought `fresh` answers.
    fn go_on(asked: &Asked, mut call: Box<ParkedCall>, fresh: &[Noted], answered: Vec<Noted>) -> Resumed {
        let open = std::mem::take(&mut call.open);
        let open = open.into_iter().filter_map(|pending| tell(pending, fresh)).collect();
        call.running.extend(Instant::now().saturating_duration_since(call.since));
        let caller = asked.voice.caller();
        call.events.go_on_for(caller.wants_progress(), caller.log_threshold);
        Resumed::Call(call, Box::new(Round { open, answered, replay: Vec::new() }))
    }
}

/// Notes the answers to open questions; others are nobody's (MRTR-11).
fn note_answers(questions: &mut [Noted], answers: &[(String, RawJson)]) -> Result<(), WireError> {
    for noted in questions.iter_mut().filter(|noted| noted.answer.is_none()) {
        let Some((key, answer)) = answers.iter().find(|(key, _)| *key == noted.key) else { continue };
        let question = Question::new(noted.method.clone(), RawJson::empty_object());
        question.check_answer(answer).map_err(|why| malformed(key, why))?;
        noted.note(answer);
    }
    Ok(())
}

/// Answers without state: nobody knows what was asked.
fn given(answers: Vec<(String, RawJson)>) -> Result<Vec<(String, RawJson)>, WireError> {
    match answers.iter().find(|(_, answer)| !answer.is_object()) {
        Some((key, _)) => Err(malformed(key, "it is not an object")),
        None => Ok(answers),
    }
}

/// Gives the answer to whoever asked; gives the question back if there is none.
fn tell(pending: PendingQuestion, fresh: &[Noted]) -> Option<PendingQuestion> {
    let key = format!("q{}", pending.number());
    match fresh.iter().find(|noted| noted.key == key).and_then(Noted::answer) {
        Some(answer) => {
            pending.answer(Ok(answer));
            None
        }
        None => Some(pending),
    }
}

/// One message for whatever is wrong (MRTR-15).
fn invalid_state() -> WireError {
    let message = "requestState is not valid: it was changed, was used already, is too old, or belongs to another request; \
                   call again without it";
    refusal(message, "invalid_request_state")
}

fn not_here() -> WireError {
    let message = "this call waits for its client in another process of the server, or did before a restart, and cannot go on \
                   here; call again without requestState to begin anew";
    refusal(message, "call_not_here")
}

fn refusal(message: &'static str, reason: &str) -> WireError {
    let data = RawJson::from_checked(format!("{{\"reason\":\"{reason}\"}}"));
    WireError::new(error_code::INVALID_PARAMS, message, 200).with_data(data)
}

fn malformed(key: &str, why: &str) -> WireError {
    // A peer's text is not repeated without a bound.
    let shown: String = key.chars().take(64).collect();
    let message = format!("inputResponses.{shown} is not an answer: {why}");
    WireError::new(error_code::INVALID_PARAMS, message, 200)
}
