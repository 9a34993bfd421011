//! One call in flight, as Python sees it.

use std::sync::{Arc, Mutex, PoisonError};

use oxmcp_core::handler::{Event, Failure, FailureKind, Invocation, Reply, StreamToClose};
use oxmcp_core::json::RawJson;
use oxmcp_core::jsonrpc::RequestId;
use oxmcp_core::mailbox::{Guest, PendingCall, Responder};
use oxmcp_core::model::{
    CacheHint, CacheScope, CompletionOutput, InputRequired, LogLevel, LogMessage, Notification, Output,
    Progress, PromptOutput, Question, ResourceOutput, ToolOutput,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

use crate::convert;
use crate::guest;
use crate::kept;
use oxmcp_core::host::{Driver, describe_task, principal_text};

/// One call in flight. The first answer counts; dropped unanswered it fails as abandoned.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct Call {
    #[pyo3(get)]
    pub id: u64,
    invocation: Invocation,
    responder: Mutex<Option<Responder>>,
    guest: Option<Arc<Guest>>,
    driver: Arc<Driver>,
    /// Whether the answer stays with the worker until it is free again.
    of_worker: bool,
}

impl Call {
    pub fn new(pending: PendingCall, driver: Arc<Driver>) -> Self {
        let PendingCall { id, invocation, responder, guest, .. } = pending;
        let responder = Mutex::new(Some(responder));
        Self { id: id.0, invocation, responder, guest, driver, of_worker: false }
    }

    /// A call that is run, and answered, on a worker thread.
    pub fn of_worker(pending: PendingCall, driver: Arc<Driver>) -> Self {
        Self { of_worker: true, ..Self::new(pending, driver) }
    }

    /// Inside the call's context: makes the surroundings those of the server whose function it is, if that is another's than the
    /// one that is served.
    pub fn enter(&self, py: Python<'_>) -> PyResult<()> {
        guest::enter(py, self.guest.as_ref())
    }

    /// Whether it is this process that answers the call.
    pub fn is_of_this_process(&self) -> bool {
        self.driver.check_process().is_ok()
    }

    pub const fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    fn responder(&self) -> std::sync::MutexGuard<'_, Option<Responder>> {
        // An Option is valid whatever happened while it was locked.
        self.responder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the call was answered, or nobody waits for the answer.
    pub fn is_over(&self) -> bool {
        self.responder().as_ref().is_none_or(Responder::is_cancelled)
    }

    /// Answers the call; returns whether the answer went out.
    pub fn answer(&self, reply: Reply) -> bool {
        let Some(responder) = self.responder().take() else { return false };
        if responder.is_cancelled() {
            return false;
        }
        if self.of_worker {
            kept::keep(self.id, responder.seal(reply));
        } else if self.driver.is_led_by_this_thread() {
            self.driver.send_later(responder.seal(reply));
        } else {
            responder.answer(reply);
        }
        true
    }

    /// Answers with text; `structured` says whether it is the structured result too.
    pub fn answer_text(&self, text: &str, structured: bool) -> bool {
        let output = if structured { ToolOutput::structured_text(text) } else { ToolOutput::text(text) };
        self.answer(Ok(Output::Tool(output)))
    }

    pub fn fail_with(&self, kind: FailureKind, message: &str, detail: Option<String>) -> bool {
        let mut failure = Failure::new(kind, message);
        failure.detail = detail;
        self.answer(Err(failure))
    }
}

fn json(text: &str) -> RawJson {
    // The front end writes these with `dumps`.
    RawJson::from_checked(text)
}

#[pymethods]
impl Call {
    /// By which name errors, logs and records know the request.
    #[getter]
    fn call_id(&self) -> String {
        self.invocation.context.caller.call_id().to_string()
    }

    /// The `id` of the serving it belongs to.
    #[getter]
    fn serving(&self) -> usize {
        self.driver.id()
    }

    #[getter]
    const fn kind(&self) -> &'static str {
        self.invocation.kind.name()
    }

    #[getter]
    fn target(&self) -> &str {
        &self.invocation.target
    }

    #[getter]
    fn arguments(&self) -> &str {
        self.invocation.arguments.as_str()
    }

    fn arguments_object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::to_python(py, self.invocation.arguments.as_str())
    }

    #[getter]
    fn request_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match &self.invocation.context.caller.request_id {
            RequestId::Integer(value) => match i64::try_from(*value) {
                Ok(small) => PyInt::new(py, small).into_any(),
                Err(_) => value.into_pyobject(py)?.into_any(),
            },
            RequestId::String(value) => PyString::new(py, value).into_any(),
        })
    }

    #[getter]
    fn session_id(&self) -> Option<&str> {
        self.invocation.context.caller.session_id.as_deref()
    }

    #[getter]
    fn protocol_version(&self) -> &'static str {
        self.invocation.context.caller.protocol_version.as_str()
    }

    #[getter]
    fn client_info(&self) -> Option<&str> {
        self.invocation.context.caller.client_info.as_ref().map(RawJson::as_str)
    }

    #[getter]
    fn client_capabilities(&self) -> Option<&str> {
        self.invocation.context.caller.client_capabilities.as_ref().map(RawJson::as_str)
    }

    #[getter]
    fn meta(&self) -> Option<&str> {
        self.invocation.context.caller.meta.as_ref().map(RawJson::as_str)
    }

    /// Who asks, if anybody knows: JSON, see `principal_text`.
    #[getter]
    fn principal(&self) -> Option<String> {
        self.invocation.context.caller.principal.as_ref().map(principal_text)
    }

    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(headers) = &self.invocation.context.caller.headers else { return Ok(None) };
        let dict = PyDict::new(py);
        for name in headers.keys() {
            let values: Vec<_> =
                headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            dict.set_item(name.as_str(), values.join(", "))?;
        }
        Ok(Some(dict))
    }

    /// What requests to others that are made for this call have to carry, to belong to its trace.
    #[getter]
    fn trace_headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let caller = &self.invocation.context.caller;
        let dict = PyDict::new(py);
        if let Some(parent) = caller.traceparent() {
            dict.set_item("traceparent", parent)?;
            caller.tracestate().map_or(Ok(()), |state| dict.set_item("tracestate", state))?;
        }
        Ok(dict)
    }

    #[getter]
    fn log_threshold(&self) -> Option<&'static str> {
        self.invocation.context.caller.log_threshold.map(LogLevel::as_str)
    }

    #[getter]
    fn wants_progress(&self) -> bool {
        self.invocation.context.events.wants_progress()
    }

    /// Whether it went through what stands around its method before, in a call of its own.
    #[getter]
    const fn passed(&self) -> bool {
        self.invocation.context.passed
    }

    /// Whether `close_stream` does anything: the caller comes back for what is said after.
    #[getter]
    fn stream_can_close(&self) -> bool {
        self.invocation.context.caller.stream_can_close
    }

    /// Closes the stream of the request, or those of the session that belong to no request.
    #[pyo3(signature = (of_session=false))]
    fn close_stream(&self, of_session: bool) -> bool {
        let which = if of_session { StreamToClose::OfSession } else { StreamToClose::OfCall };
        self.stream_can_close() && !self.is_over() && self.invocation.context.events.close_stream(which)
    }

    /// What earlier rounds brought for a function that asks by returning: the answers as a JSON object, by key.
    #[getter]
    fn input_responses(&self) -> Option<String> {
        let answers = self.invocation.context.answers.as_ref()?;
        (!answers.given.is_empty()).then(|| answers.to_json())
    }

    /// What it gave along.
    #[getter]
    fn request_state(&self) -> Option<&str> {
        self.invocation.context.answers.as_ref()?.state.as_deref()
    }

    /// Whether it was answered, or nobody waits for the answer.
    #[getter(is_over)]
    fn told_is_over(&self) -> bool {
        self.is_over()
    }

    #[getter]
    fn is_cancelled(&self) -> bool {
        self.responder().as_ref().is_some_and(Responder::is_cancelled)
    }

    fn emit_progress(&self, progress: f64, total: Option<f64>, message: Option<String>) -> bool {
        let event = Event::Progress(Progress { progress, total, message });
        !self.is_over() && self.invocation.context.events.emit(event)
    }

    fn emit_notification(&self, method: String, params: &str) -> bool {
        let event = Event::Notification(Notification { method, params: json(params) });
        !self.is_over() && self.invocation.context.events.emit(event)
    }

    fn emit_log(&self, level: &str, logger: Option<String>, data: &str) -> PyResult<bool> {
        let level = LogLevel::from_text(level).ok_or_else(|| {
            let known: Vec<_> = LogLevel::ALL.iter().map(|level| level.as_str()).collect();
            PyValueError::new_err(format!("no log level {level:?}; the levels are {}", known.join(", ")))
        })?;
        if !self.invocation.context.events.accepts_log(level) || self.is_over() {
            return Ok(false);
        }
        Ok(self.invocation.context.events.emit(Event::Log(LogMessage { level, logger, data: json(data) })))
    }

    /// The task that the call is, as JSON.
    #[getter]
    fn task(&self) -> Option<String> {
        self.invocation.context.task().map(|task| describe_task(&task))
    }

    /// What a client says of the task it wants, where clients do: JSON.
    #[getter]
    fn task_requested(&self) -> Option<&str> {
        self.invocation.context.caller.task_requested()
    }

    /// Makes a task of the call; returns whether it is one.
    fn become_task(&self) -> bool {
        !self.is_over() && self.invocation.context.events.become_task()
    }

    fn emit_task_status(&self, message: String) -> bool {
        !self.is_over() && self.invocation.context.events.task_status(message)
    }

    /// Takes back a question that nobody waits for any more, by the number that asking it returned.
    fn withdraw(&self, question: u32) {
        self.invocation.context.events.withdraw(question);
    }

    #[pyo3(signature = (text, structured=false))]
    fn complete_text(&self, text: &str, structured: bool) -> bool {
        self.answer_text(text, structured)
    }

    /// Answers with JSON, as text or as bytes of UTF-8. The content says the same; `structured` says whether it is the structured
    /// content, too, and `vouched` whether it is known to fit its schema.
    #[pyo3(signature = (text, structured, vouched=false))]
    fn complete_data(&self, text: &Bound<'_, PyAny>, structured: bool, vouched: bool) -> PyResult<bool> {
        let value = json(convert::utf8(text)?);
        let output = ToolOutput { vouched, ..ToolOutput::data(value, structured) };
        Ok(self.answer(Ok(Output::Tool(output))))
    }

    #[pyo3(signature = (content, structured=None, is_error=false, meta=None, vouched=false, more=None))]
    fn complete_tool(
        &self,
        content: &str,
        structured: Option<&str>,
        is_error: bool,
        meta: Option<&str>,
        vouched: bool,
        more: Option<&str>,
    ) -> bool {
        self.answer(Ok(Output::Tool(ToolOutput {
            content: json(content),
            structured_content: structured.map(json),
            is_error,
            // A declared None is no content.
            repeats: structured != Some("null"),
            meta: meta.map(json),
            vouched,
            more: more.map(json),
        })))
    }

    #[pyo3(signature = (contents, meta=None, ttl_ms=None, scope=None))]
    fn complete_resource(
        &self,
        contents: &str,
        meta: Option<&str>,
        ttl_ms: Option<u64>,
        scope: Option<&str>,
    ) -> bool {
        let cache = (ttl_ms.is_some() || scope.is_some()).then(|| CacheHint {
            ttl_ms: ttl_ms.unwrap_or(0),
            scope: if scope == Some("public") { CacheScope::Public } else { CacheScope::Private },
        });
        self.answer(Ok(Output::Resource(ResourceOutput {
            contents: json(contents),
            meta: meta.map(json),
            cache,
        })))
    }

    #[pyo3(signature = (description, messages, meta=None))]
    fn complete_prompt(&self, description: Option<String>, messages: &str, meta: Option<&str>) -> bool {
        let output = PromptOutput { description, messages: json(messages), meta: meta.map(json) };
        self.answer(Ok(Output::Prompt(output)))
    }

    #[pyo3(signature = (values, total=None, has_more=None))]
    fn complete_completion(&self, values: Vec<String>, total: Option<u64>, has_more: Option<bool>) -> bool {
        self.answer(Ok(Output::Completion(CompletionOutput { values, total, has_more })))
    }

    /// Asks in place of answering: `(key, method, params)` each, and what to remember.
    #[pyo3(signature = (requests, state))]
    fn complete_input_required(
        &self,
        requests: Vec<(String, String, String)>,
        state: Option<String>,
    ) -> bool {
        let requests = requests
            .into_iter()
            // The front end writes the params with `dumps`.
            .map(|(key, method, params)| (key, Question::new(method, RawJson::from_checked(params))))
            .collect();
        self.answer(Ok(Output::InputRequired(InputRequired { requests, state })))
    }

    fn complete_whole(&self, result: &str) -> bool {
        self.answer(Ok(Output::Whole(json(result))))
    }

    /// Fails; `raised`: the message was not meant for the caller, who may get another.
    #[pyo3(signature = (kind, message, detail=None, data=None, raised=false))]
    fn fail(
        &self,
        kind: &str,
        message: &str,
        detail: Option<String>,
        data: Option<&str>,
        raised: bool,
    ) -> PyResult<bool> {
        let kind = FailureKind::from_name(kind)
            .ok_or_else(|| PyValueError::new_err(format!("no failure kind {kind:?}; see FailureKinds")))?;
        let failure = Failure { detail, data: data.map(json), raised, ..Failure::new(kind, message) };
        Ok(self.answer(Err(failure)))
    }

    #[pyo3(signature = (code, message, data=None))]
    fn fail_protocol(&self, code: i32, message: &str, data: Option<&str>) -> bool {
        self.answer(Err(Failure::protocol(code, message, data.map(json))))
    }

    fn __repr__(&self) -> String {
        format!("<oxmcp call {} of {:?}>", self.id, self.invocation.target)
    }
}
