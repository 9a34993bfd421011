//! What comes after whatever stands around a request, for as long as that goes on.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::around_mounted::Within;
use super::exchange::{Outgoing, ResponseMessage};
use super::state::State;
use super::{Edge, Engine, Shutdown};
use crate::eras::{Asked, Flight, Said, Stream};
use crate::handler::{Answered, Failure, FailureKind, Origin, PendingQuestion};
use crate::json::{self, RawJson};
use crate::jsonrpc::{Request, RequestId};
use crate::model::OperationKind;
use crate::registry::Snapshot;

/// What comes after whatever stands around a request.
pub(super) struct Standing {
    engine: Engine,
    edge: Edge,
    id: RequestId,
    method: Arc<str>,
    /// As they came.
    params: RawJson,
    /// What whoever stands there knows it by, where that is a mounted server.
    within: Option<Within>,
    /// How many had their say with this one.
    passed: usize,
    snapshot: Arc<Snapshot>,
    /// What runs now.
    behind: Vec<Behind>,
    /// The code of what failed, and what HTTP said of it.
    failed: Option<(i32, u16, Option<Box<http::HeaderMap>>)>,
    /// The session that began.
    session_id: Option<Arc<str>>,
    /// What follows the response.
    trailing: Option<Outgoing>,
    /// The end of the part of the server that the request came in at.
    part_ends: Option<Shutdown>,
}

/// The request itself.
struct Behind {
    number: u32,
    /// Who waits for what comes of it; nobody any more where it was answered.
    pending: Option<PendingQuestion>,
    state: State,
}

impl Standing {
    /// What comes after whatever stands around a request of this method with these params, which are those of a mounted server where
    /// `within` says so.
    pub(super) fn new(
        engine: &Engine,
        edge: &Edge,
        asked: &Asked,
        (method, params): (Arc<str>, RawJson),
        within: Option<Within>,
    ) -> Self {
        Self {
            engine: engine.clone(),
            edge: edge.clone(),
            id: asked.voice.id().clone(),
            method,
            params,
            within,
            passed: asked.passed,
            snapshot: Arc::clone(&asked.snapshot),
            behind: Vec::new(),
            failed: None,
            session_id: None,
            trailing: None,
            part_ends: None,
        }
    }

    /// Goes on with the request, for `pending`.
    pub(super) fn next(
        &mut self,
        pending: PendingQuestion,
        flight: Option<&Flight>,
        origin: &Origin,
        stream: Stream,
    ) {
        let params = match pending.question.param("params").filter(|text| json::is_object(text)) {
            None => self.params.clone(),
            Some(given) => with_meta(given, self.params.as_str()),
        };
        let is_as_it_came = same_arguments(params.as_str(), self.params.as_str());
        let params = match self.outward(params) {
            Ok(params) => params,
            Err(failure) => return pending.answer(Err(failure)),
        };
        let request = Request {
            id: self.id.clone(),
            method: Cow::Borrowed(&self.method),
            params: Some(params.as_str()),
        };
        let mut state =
            self.engine.open_behind(request, is_as_it_came, self.passed, flight, &self.edge, origin);
        state.ask_on(stream);
        if let Some(shutdown) = &self.part_ends {
            state.end_with(shutdown);
        }
        self.behind.push(Behind { number: pending.number(), pending: Some(pending), state });
    }

    /// The params as the request has them, of those that whoever stands there made.
    fn outward(&self, params: RawJson) -> Result<RawJson, Failure> {
        let Some(within) = &self.within else { return Ok(params) };
        let kind = match &*self.method {
            "prompts/get" => OperationKind::GetPrompt,
            "resources/read" => OperationKind::ReadResource,
            _ => OperationKind::CallTool,
        };
        within.outward(&params, &self.snapshot, kind)
    }

    /// What is to be written of what comes after; ready with nothing where somebody was told something.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let mut told = false;
        let mut place = 0;
        while let Some(behind) = self.behind.get_mut(place) {
            match behind.state.poll(context) {
                Poll::Pending => place += 1,
                Poll::Ready(Some(said @ (Outgoing::Message(_) | Outgoing::CloseStream))) => {
                    if behind.pending.is_some() {
                        return Poll::Ready(Some(said));
                    }
                    self.trailing = Some(said);
                }
                Poll::Ready(Some(last)) => {
                    let pending = behind.pending.take();
                    let answered = self.note(last);
                    if let Some(pending) = pending {
                        pending.answer(answered);
                        told = true;
                    }
                }
                // Without an answer, it is told so as it is dropped.
                Poll::Ready(None) => drop(self.behind.remove(place)),
            }
        }
        if told { Poll::Ready(None) } else { Poll::Pending }
    }

    fn note(&mut self, last: Outgoing) -> Answered {
        let response = match last {
            Outgoing::Response(response) => response,
            Outgoing::Cancelled(_) => {
                return Err(Failure::new(FailureKind::CannotAsk, "the request was cancelled"));
            }
            Outgoing::Accepted | Outgoing::Message(_) | Outgoing::CloseStream => {
                return Ok(RawJson::empty_object());
            }
        };
        if response.session_id.is_some() {
            self.session_id = response.session_id;
        }
        let body = response.body.into_text();
        if let Some(result) = json::member(&body, "result") {
            return Ok(RawJson::from_checked(result));
        }
        let error = json::member(&body, "error").unwrap_or_default();
        let code = error_code(&body).unwrap_or(crate::jsonrpc::error_code::INTERNAL_ERROR);
        self.failed = Some((code, response.status, response.headers));
        let message = json::member(error, "message").and_then(json::as_string).unwrap_or_default();
        Err(Failure::protocol(code, message, json::member(error, "data").map(RawJson::from_checked)))
    }

    /// Nobody waits any more for the answer with this number.
    pub(super) fn withdraw(&mut self, number: u32) {
        self.behind.retain(|behind| behind.number != number);
    }

    /// The response, as what came next would have been sent.
    pub(super) fn respond(&mut self, said: Said) -> Outgoing {
        let code = error_code(&said.body.text());
        let session_id = self.session_id.take();
        if code.is_some() && &*self.method == "initialize" {
            // A refused handshake leaves nothing behind (SESS-14).
            self.engine.0.eras.take_back_session(self.edge.side(), session_id.as_deref());
            return said.into();
        }
        let (status, headers) = match (self.failed.take(), code) {
            (Some((failed, status, headers)), Some(code)) if failed == code => (status, headers),
            _ => (said.status, said.headers),
        };
        Outgoing::Response(ResponseMessage { body: said.body, status, session_id, headers })
    }

    /// What follows the response.
    pub(super) fn take_trailing(&mut self) -> Option<Outgoing> {
        self.trailing.take()
    }

    /// Whether the answer can only be a stream.
    pub(super) fn requires_stream(&self) -> bool {
        &*self.method == "subscriptions/listen"
    }

    /// Subscriptions end with this signal, too.
    pub(super) fn end_with(&mut self, shutdown: &Shutdown) {
        self.part_ends = Some(shutdown.clone());
        for behind in &mut self.behind {
            behind.state.end_with(shutdown);
        }
    }

    /// The end of a subscription that the server ends.
    pub(super) fn close_subscription(&self) -> Option<Outgoing> {
        self.behind.iter().find_map(|behind| behind.state.subscription()).map(|one| one.close().0)
    }

    /// The states of what comes after.
    pub(super) fn states(&mut self) -> impl Iterator<Item = &mut State> {
        self.behind.iter_mut().map(|behind| &mut behind.state)
    }
}

/// Whether both ask for the same, of the same.
fn same_arguments(one: &str, other: &str) -> bool {
    ["name", "uri", "arguments"].iter().all(|name| {
        match (json::member(one, name), json::member(other, name)) {
            (Some(one), Some(other)) => one == other || json::canonical(one) == json::canonical(other),
            (one, other) => one.is_none() && other.is_none(),
        }
    })
}

/// Params that say of the request itself what it said, where they say nothing.
fn with_meta(given: &str, original: &str) -> RawJson {
    let meta = json::member(original, "_meta");
    let (Some(meta), None) = (meta, json::member(given, "_meta")) else {
        return RawJson::from_checked(given);
    };
    RawJson::from_checked(json::with_member(given, "_meta", meta))
}

fn error_code(body: &str) -> Option<i32> {
    let code = json::member(json::member(body, "error")?, "code").and_then(json::as_integer)?;
    i32::try_from(code).ok()
}
