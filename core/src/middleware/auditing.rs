//! Operations as audit records.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::admission::{Observer, Place, Settling, Transport};
use super::operation_event::{OperationEvent, Outcome, Ticket};
use crate::audit::{self, AuditLog, Entry, Known, Sensitive};
use crate::handler::Failure;
use crate::json;
use crate::model::OperationKind;
use crate::registry::Registry;

/// The type of records of requests that were refused before they were read.
const REFUSED: &str = "request.refused";

/// Writes a record of each operation into a log.
pub struct Auditor {
    log: AuditLog,
    registry: Registry,
    /// What schemas mark, by tool, for as long as the schema is the same text.
    marks: Mutex<HashMap<Arc<str>, Marks>>,
}

struct Marks {
    schema: json::RawJson,
    sensitive: Option<Arc<Sensitive>>,
}

impl Auditor {
    /// Writes into this log; `registry` is where tools' schemas are.
    #[must_use]
    pub fn new(log: AuditLog, registry: Registry) -> Self {
        Self { log, registry, marks: Mutex::default() }
    }

    /// What the schema of a tool marks.
    fn sensitive(&self, name: &str) -> Option<Arc<Sensitive>> {
        let snapshot = self.registry.snapshot();
        let entry = snapshot.tool(name)?;
        let schema = &entry.tool.input_schema;
        // What is in there is whole whatever panicked elsewhere.
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = marks.get(name)
            && known.schema == *schema
        {
            return known.sensitive.clone();
        }
        let sensitive = Sensitive::of_schema(schema).map(Arc::new);
        marks.insert(Arc::from(name), Marks { schema: schema.clone(), sensitive: sensitive.clone() });
        sensitive
    }
}

impl Observer for Auditor {
    fn operation(&self, event: &OperationEvent<'_>) -> Option<Ticket> {
        let is_tool = event.kind == OperationKind::CallTool;
        let mut facts: Vec<(&'static str, Known)> = Vec::with_capacity(12);
        let mut text = |name, text: Option<&str>| {
            facts.extend(text.map(|text| (name, Known::Text(text.into()))));
        };
        text("error_type", event.error);
        text("rule", event.rule);
        text("target", event.target.filter(|_| !is_tool));
        if let Some(info) = event.client_info {
            let member = |name: &str| json::member(info.as_str(), name).and_then(json::as_string);
            text("client_name", member("name").as_deref());
            text("client_version", member("version").as_deref());
        }
        let trace = event.meta.and_then(|meta| json::member(meta.as_str(), "traceparent"));
        let trace = trace.and_then(json::as_string);
        text("trace_id", trace.as_deref().and_then(trace_id));
        text("request_id", event.request_id.map(ToString::to_string).as_deref());
        text("remote_address", event.remote.map(|remote| remote.ip().to_string()).as_deref());
        text("call_id", Some(&event.call.to_string()));
        facts.extend(event.session_id.map(|id| ("session", Known::Handle(id.into()))));
        facts.extend(
            event.protocol_version.map(|version| ("protocol_version", Known::Word(version.as_str()))),
        );
        facts.push(("transport", Known::Word(transport(event.transport))));
        if let Some(grants) = event.principal.and_then(|principal| principal.grants()) {
            facts.push(("authentication", Known::Word(grants.method.name())));
        }
        let outcome = match event.outcome {
            Outcome::Allowed => audit::Outcome::Allowed,
            Outcome::Denied => audit::Outcome::Denied,
            Outcome::Deferred => audit::Outcome::Deferred,
            Outcome::Error => audit::Outcome::Error,
            Outcome::Cancelled => {
                facts.push(("cancelled", Known::Flag(true)));
                audit::Outcome::Error
            }
        };
        self.log.record(Entry {
            at: event.began,
            event_type: Cow::Owned(event.method.to_owned()),
            outcome,
            principal: event.principal.cloned(),
            tool: event.target.filter(|_| is_tool).map(Arc::from),
            arguments: event.arguments.cloned(),
            sensitive: event
                .target
                .filter(|_| is_tool && self.log.reads_arguments())
                .and_then(|name| self.sensitive(name)),
            duration: Some(event.duration),
            facts,
        })
    }

    fn may_begin(&self) -> Result<(), Failure> {
        self.log.may_begin()
    }

    fn rest(&self) {
        self.log.rest();
    }

    fn settle(&self) -> Option<Settling> {
        let log = self.log.clone();
        Some(Box::pin(async move {
            log.flush().await;
        }))
    }

    fn refused(&self, status: u16, reason: &str, place: Place) -> Option<Ticket> {
        // Clients try methods to find out whether they are there.
        if status == 405 {
            return None;
        }
        let mut entry = Entry::new(REFUSED, audit::Outcome::Denied);
        entry.at = SystemTime::now();
        entry.facts.push(("status", Known::Text(status.to_string().into())));
        entry.facts.push(("error_type", Known::Text(reason.into())));
        entry.facts.push(("transport", Known::Word(transport(place.transport))));
        if let Some(remote) = place.remote {
            entry.facts.push(("remote_address", Known::Text(remote.ip().to_string().into())));
        }
        self.log.record(entry)
    }
}

const fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Local => "local",
        Transport::Http => "http",
    }
}

/// The id of a trace in W3C's `traceparent`.
fn trace_id(traceparent: &str) -> Option<&str> {
    let id = traceparent.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

impl fmt::Debug for Auditor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Auditor").field("log", &self.log).finish_non_exhaustive()
    }
}
