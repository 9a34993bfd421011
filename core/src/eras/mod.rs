//! Wire to neutral and back, once per era. The only room that knows that there are eras.
//!
//! [`Eras::open`] decides a message's era, once, and decodes it. What comes back is neutral: something to dispatch, with
//! the [`Voice`] its answers go out through; or an answer the era gives by itself; or nothing.

mod answer;
mod around;
pub mod classify;
mod duplex;
mod errors;
mod events;
mod in_flight;
mod items;
mod legacy;
mod meta;
mod modern;
mod open;
mod output;
mod params;
mod profile;
mod questions;
mod sessions;
mod tasks;
mod voice;
mod witness;

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName};

pub use answer::Answer;
pub use around::Around;
pub use duplex::Duplex;
pub use in_flight::{Ended, Flight, InFlight, Refused, Reuse};
pub use items::{prompt, resource, resource_template, tool};
pub use legacy::server_requests::{Sent, ServerRequests, Stream};
pub use legacy::session::{Held, Session};
pub use legacy::session_store::{SessionOptions, Sessions};
pub use modern::tasks::TASKS_EXTENSION;
pub use open::Eras;
pub use profile::{Profile, method_name};
pub use questions::{WayToAsk, missing_capability};
pub use tasks::{TaskNews, TaskRequest, TaskWish, TaskWord, task_refused, task_wish};
pub use voice::{Said, Voice, WireError};
pub use witness::{Witness, Witnessed};

use crate::handler::{Events, Failure, Handler, Invocation};
use crate::json::RawJson;
use crate::jsonrpc::{Outline, Request, RequestId};
use crate::model::{Operation, OperationKind, Principal};
use crate::registry::Snapshot;
use params::Params;

/// The header that names the protocol version.
pub static PROTOCOL_VERSION_HEADER: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// The header that names the session.
pub static SESSION_ID_HEADER: HeaderName = HeaderName::from_static("mcp-session-id");

/// What the request with this id is answered where nothing else is known of it than that it fails.
#[must_use]
pub fn failed(failure: &Failure, id: &RequestId) -> Said {
    errors::common(failure).say(Some(id))
}

/// Where a message came in.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// On a duplex connection, and who asks, if that is known.
    Duplex(&'a Duplex, Option<&'a Principal>),
    /// In an HTTP POST.
    Post {
        /// The request's headers.
        headers: &'a Arc<HeaderMap>,
        /// Who asks, if that is known.
        principal: Option<&'a Principal>,
        /// Whether no sessions are made (SESS-13).
        stateless: bool,
        /// Whether a stream that breaks can be resumed (RESUME-4).
        resumable: bool,
        /// Whether the headers were held against the request that came in already: this one may ask for something else.
        checked: bool,
    },
}

impl<'a> Side<'a> {
    /// Who asks, if that is known.
    #[must_use]
    pub const fn principal(self) -> Option<&'a Principal> {
        match self {
            Self::Duplex(_, principal) | Self::Post { principal, .. } => principal,
        }
    }

    /// Whether it is a POST whose stream can be resumed (RESUME-4).
    const fn is_resumable(self) -> bool {
        matches!(self, Self::Post { resumable: true, .. })
    }

    /// The headers of the POST, if it is one.
    const fn headers(self) -> Option<&'a Arc<HeaderMap>> {
        match self {
            Self::Duplex(..) => None,
            Self::Post { headers, .. } => Some(headers),
        }
    }
}

/// A method that the author handles as a whole.
pub struct Whole {
    /// What runs.
    pub handler: Arc<dyn Handler>,
    /// The method.
    pub method: Arc<str>,
    /// The request's params: a JSON object.
    pub params: RawJson,
}

impl Whole {
    fn of(request: &Request<'_>, snapshot: &Snapshot) -> Option<Box<Self>> {
        // A handler of notifications answers no requests.
        let handler =
            snapshot.method(&request.method).filter(|_| !request.method.starts_with("notifications/"));
        handler.map(|handler| {
            Box::new(Self {
                handler: Arc::clone(handler),
                method: Arc::from(&*request.method),
                params: request.params.map_or_else(RawJson::empty_object, RawJson::from_checked),
            })
        })
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Whole").field(&self.method).finish()
    }
}

/// What the scan of a frame is to note down for [`Eras::open`].
#[must_use]
pub const fn outline<'a>() -> Outline<'a> {
    Outline::new(meta::META)
}

/// What a request of this kind asks for; as the author's own method where that cannot be told, which is refused later.
#[must_use]
pub fn operation_of(kind: OperationKind, method: &str, params: &RawJson) -> Operation {
    let custom = || Operation::Custom { method: method.to_owned(), params: params.clone() };
    if kind == OperationKind::Custom || kind == OperationKind::Watch {
        return custom();
    }
    Params::read(Some(params.as_str()), None).operation(kind).unwrap_or_else(|_| custom())
}

/// Something to dispatch.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub operation: Operation,
    /// Who asks, and how to answer.
    pub voice: Voice,
    /// What the server offered when it was asked.
    pub snapshot: Arc<Snapshot>,
    /// The author's handler for the method as a whole, with the request's params, if there is one.
    pub whole: Option<Box<Whole>>,
    /// Where to enter the request, so that a cancellation finds it.
    pub in_flight: Option<(Arc<InFlight>, Reuse)>,
    /// Whether the request goes on when its stream breaks (LHTTP-7).
    pub survives_disconnect: bool,
    /// The session, where the stream of the answer can be resumed (RESUME-4).
    pub session: Option<Arc<Session>>,
    /// What the request brings of earlier rounds, if it is not the first of its call.
    pub retry: Option<Box<Retry>>,
    /// Whether the headers that mirror a tool's arguments are yet to be held against them (PARAM-8): not before it is known that the
    /// caller may see the tool.
    pub mirrored_later: bool,
    /// How many of those that may stand around it have had their say: this server, then those it is mounted from.
    pub passed: usize,
}

impl Asked {
    /// The same once more, for a handler that is to be invoked again.
    #[must_use]
    pub fn again(kind: OperationKind, voice: &Voice, snapshot: &Arc<Snapshot>) -> Option<Self> {
        let params = voice.caller().params.clone().unwrap_or_else(RawJson::empty_object);
        let operation = Params::read(Some(params.as_str()), None).operation(kind).ok()?;
        let method = method_name(kind)?;
        let handler = snapshot.method(method);
        Some(Self {
            operation,
            voice: voice.clone(),
            whole: handler.map(|handler| {
                Box::new(Whole { handler: Arc::clone(handler), method: method.into(), params })
            }),
            snapshot: Arc::clone(snapshot),
            in_flight: None,
            survives_disconnect: false,
            session: None,
            retry: None,
            mirrored_later: false,
            passed: 0,
        })
    }

    /// Holds the headers against the tool's arguments, where that was put off.
    ///
    /// # Errors
    /// The refusal (PARAM-8).
    pub fn check_mirrored(&self) -> Result<(), Said> {
        if let (true, Operation::CallTool { name, arguments }) = (self.mirrored_later, &self.operation)
            && let (Some(headers), Some(tool)) = (&self.voice.caller().headers, self.snapshot.tool(name))
        {
            let held = modern::http_headers::check_parameters(headers, tool, arguments.as_str());
            return held.map_err(|error| error.say(Some(self.voice.id())));
        }
        Ok(())
    }
}

/// What a request that is made again brings along (MRTR-5): anything at all, it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct Retry {
    /// The answers, by key: JSON texts.
    pub answers: Vec<(String, RawJson)>,
    /// The state, which should be what the server gave.
    pub state: Option<String>,
}

/// What a message turned out to be.
#[derive(Debug)]
pub enum Opened {
    /// Something to dispatch.
    Ask(Asked),
    /// Answered by the era itself.
    Answered {
        /// The answer.
        said: Said,
        /// The session that began with it (SESS-1).
        session_id: Option<Arc<str>>,
    },
    /// A request about a task.
    Task(Box<TaskRequest>),
    /// Taken; nothing to say.
    Accepted,
    /// Taken, and a handler wants to hear of it.
    Told(Box<Told>),
}

/// A notification somebody wants to hear of. Whatever the handler replies is not sent.
pub struct Told {
    /// Who wants to hear.
    pub handler: Arc<dyn Handler>,
    /// The notification: its method as the target, its params as the arguments.
    pub invocation: Invocation,
    /// What the handler says and asks meanwhile.
    pub events: Events,
    /// Where its questions are entered.
    pub in_flight: Arc<InFlight>,
}

impl fmt::Debug for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Told").field(&self.invocation.target).finish()
    }
}
