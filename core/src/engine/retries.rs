//! Asking by a result: the exchange ends with the questions, and the call is parked or forgotten (MRTR-1 to MRTR-4).

use tokio::time::Instant;

use super::call::Call;
use super::exchange::Outgoing;
use super::parked::ParkedCall;
use super::request_state::{Noted, RequestState};
use super::rounds::{Round, Turn};
use super::work::Work;
use crate::eras::{Said, Voice, missing_capability};
use crate::handler::{Failure, FailureKind, PendingQuestion};
use crate::model::{InputRequired, OperationKind};

/// About what a parked call holds beside its params and questions: its own parts, its caller, its queue.
const CALL_BYTES: usize = 4096;

impl Call {
    /// Where a question is answered by calling again: it is kept here until the call has nothing else to say, then the exchange
    /// ends with all of them and the call is parked.
    pub(super) fn ask_by_retry(&mut self, pending: PendingQuestion) {
        let method = &pending.question.method;
        if !self.voice.has_question(method) {
            let message = format!("a client of this protocol version cannot be asked {method}");
            return pending.answer(Err(Failure::new(FailureKind::CannotAsk, message)));
        }
        let asking = self.asking.get_or_insert_default();
        if let Some(failure) = &asking.unheard {
            return pending.answer(Err(failure.clone()));
        }
        let round = asking.round.get_or_insert_default();
        let known = round.replay.iter().position(|noted| noted.is(&pending.question));
        match known.map(|place| round.replay.remove(place)) {
            Some(noted) => {
                if let Some(answer) = noted.answer() {
                    pending.answer(Ok(answer));
                }
                round.answered.push(noted);
            }
            None => round.open.push(pending),
        }
    }

    /// What to do now that the call waits and everything it has said is out.
    pub(super) fn turn(&mut self) -> Turn {
        let is_task = self.is_task();
        let Some(round) = self.asking.as_mut().and_then(|asking| asking.round.as_mut()) else {
            return Turn::Wait;
        };
        let (declared, version) = (self.voice.caller().client_capabilities.as_ref(), self.voice.version());
        let refusal = |pending: &PendingQuestion| missing_capability(&pending.question, declared, version);
        let refused: Vec<_> = round.open.extract_if(.., |pending| refusal(pending).is_some()).collect();
        if !refused.is_empty() {
            for pending in refused {
                if let Some(failure) = refusal(&pending) {
                    pending.answer(Err(failure));
                }
            }
            return Turn::GoOn;
        }
        if round.open.is_empty() {
            return Turn::Wait;
        }
        // A task is kept as it is.
        if is_task {
            return Turn::Ask;
        }
        let Work::Handler(running) = &self.work else { return Turn::Wait };
        if self.rounds.parked.has_room(weight(&self.voice, &round.open)) || running.is_replayable() {
            return Turn::Ask;
        }
        for pending in round.open.drain(..) {
            pending.answer(Err(overloaded()));
        }
        Turn::GoOn
    }

    /// Ends the exchange with the questions of the call, and parks it.
    pub(super) fn park(self) -> Outgoing {
        let Self { work, events, voice, asking, rounds, connection, kind, .. } = self;
        let round = asking.and_then(|asking| asking.round);
        let (Work::Handler(running), Some(round)) = (work, round) else {
            return defect(&voice, kind, "a call was parked that does not wait");
        };
        let Round { open, mut answered, mut replay } = *round;
        let replayable = running.is_replayable();
        let bytes = weight(&voice, &open);
        let parked = rounds.parked.has_room(bytes).then(|| rounds.parked.number());
        let keys: Vec<_> = open.iter().map(|pending| format!("q{}", pending.number())).collect();
        let mut state = RequestState::new(rounds.parked.time());
        state.parked = parked;
        // What was answered is told again only to a handler that runs again.
        answered.append(&mut replay);
        answered.retain(|noted| replayable || !noted.is_awaited());
        state.questions = answered;
        let noted = open.iter().zip(&keys);
        state.questions.extend(noted.map(|(pending, key)| Noted::awaited(key.clone(), &pending.question)));
        let sealed = match state.seal(&rounds.sealer, &voice.bond(kind)) {
            Ok(Some(sealed)) => sealed,
            Ok(None) => return voice.failure(kind, &too_long()).into(),
            Err(error) => return defect(&voice, kind, &error.to_string()),
        };
        let asked = keys.iter().map(String::as_str).zip(open.iter().map(|pending| &pending.question));
        let said = voice.input_required(&asked.collect::<Vec<_>>(), Some(&sealed));
        let call = ParkedCall { running, events, open, bytes, connection, since: Instant::now() };
        if let Some(id) = parked
            && !rounds.parked.park(id, call)
        {
            return voice.failure(kind, &overloaded()).into();
        }
        said.into()
    }

    /// The answer of a handler that returned its questions, where it is invoked again by a retry.
    pub(super) fn require_input(&self, input: &InputRequired) -> Said {
        let failed = |failure: &Failure| self.voice.failure(self.kind, failure);
        if let Err(failure) = check(input) {
            return failed(&failure);
        }
        let (declared, version) = (self.voice.caller().client_capabilities.as_ref(), self.voice.version());
        for (key, question) in &input.requests {
            if !self.voice.has_question(&question.method) {
                let detail =
                    format!("the question {key:?} is none that a client can be asked: {}", question.method);
                return failed(&Failure::new(FailureKind::Internal, "internal error").with_detail(detail));
            }
            if let Some(failure) = missing_capability(question, declared, version) {
                return failed(&failure);
            }
        }
        let mut state = RequestState::new(self.rounds.parked.time());
        state.own.clone_from(&input.state);
        let answered = self.asking.iter().filter_map(|asking| asking.round.as_ref());
        let answered = answered.flat_map(|round| round.answered.iter().chain(&round.replay));
        let is_asked_anew = |noted: &Noted| input.requests.iter().any(|(key, _)| *key == noted.key);
        state.questions = answered.filter(|noted| !is_asked_anew(noted)).cloned().collect();
        state.questions.extend(input.requests.iter().map(|(key, question)| Noted::new(key, question)));
        let asked: Vec<_> = input.requests.iter().map(|(key, question)| (key.as_str(), question)).collect();
        match state.seal(&self.rounds.sealer, &self.voice.bond(self.kind)) {
            Ok(Some(sealed)) => self.voice.input_required(&asked, Some(&sealed)),
            Ok(None) => failed(&too_long()),
            Err(error) => {
                failed(&Failure::new(FailureKind::Internal, "internal error").with_detail(error.to_string()))
            }
        }
    }
}

/// What a handler may not ask (MRTR-2, MRTR-3).
pub(super) fn check(input: &InputRequired) -> Result<(), Failure> {
    let wrong =
        |detail: String| Err(Failure::new(FailureKind::Internal, "internal error").with_detail(detail));
    if input.requests.is_empty() && input.state.is_none() {
        return wrong("a handler that requires input gave neither questions nor state".to_owned());
    }
    for (index, (key, question)) in input.requests.iter().enumerate() {
        if input.requests.iter().take(index).any(|(earlier, _)| earlier == key) {
            return wrong(format!("a handler asked two questions under the key {key:?}"));
        }
        if !question.params.is_object() {
            return wrong(format!("the params of the question {key:?} are not an object"));
        }
    }
    Ok(())
}

fn weight(voice: &Voice, open: &[PendingQuestion]) -> usize {
    let questions =
        open.iter().map(|pending| pending.question.params.as_str().len() + size_of::<PendingQuestion>());
    CALL_BYTES + voice.params_length() + questions.sum::<usize>()
}

fn overloaded() -> Failure {
    let message = "too many calls wait for answers of their clients; try again later";
    Failure::new(FailureKind::Overloaded, message)
}

fn too_long() -> Failure {
    let message = "the answers and the state of this call are too long to be carried by its client";
    Failure::new(FailureKind::Tool, message)
}

fn defect(voice: &Voice, kind: OperationKind, detail: &str) -> Outgoing {
    voice.failure(kind, &Failure::new(FailureKind::Internal, "internal error").with_detail(detail)).into()
}
