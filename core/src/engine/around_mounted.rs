//! What stands around methods at the servers that something is mounted from: each has its say inside of what the servers around it
//! say, about what it knows by its own names.

use std::sync::Arc;

use super::state::State;
use super::{Edge, Engine};
use crate::eras::{self, Around, Asked, Flight, Whole};
use crate::handler::{Failure, Handler, Origin as Surroundings};
use crate::json::{self, RawJson};
use crate::jsonrpc::error_code;
use crate::model::{Operation, OperationKind};
use crate::registry::{Origin, Snapshot, inserted_uri, uri_without};

/// What a mounted server's middleware knows a request by, and what that is here.
pub(super) enum Within {
    /// The member `name` is the first there, the second here.
    Name { there: String, here: String, origin: Option<Arc<Origin>>, depth: usize },
    /// The member `uri` has this inserted here.
    Uri(Arc<str>),
}

/// Whoever is told next.
struct Next {
    handler: Arc<dyn Handler>,
    /// How many levels down the server is; 0 is this one.
    depth: usize,
    within: Option<Within>,
    params: RawJson,
}

impl Engine {
    /// Does what was asked once those are told that it comes from.
    pub(super) fn tell_within(
        &self,
        mut asked: Asked,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Surroundings,
    ) -> State {
        let kind = asked.operation.kind();
        let next = if asked.whole.is_some() { None } else { next(self, &asked, kind, false) };
        let Some(next) = next else { return self.do_at_once(asked, flight, edge, origin) };
        asked.retry = None;
        self.invoke_within(next, kind, asked, flight, edge, origin)
    }

    /// Refuses what was asked before its handler runs. Those are told of it first who stand around that handler.
    #[cold]
    pub(super) fn refuse(
        &self,
        asked: Asked,
        kind: OperationKind,
        failure: &Failure,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Surroundings,
    ) -> State {
        let is_seen = self.0.registry.intercepts() || asked.snapshot.is_intercepted_within();
        match if is_seen { next(self, &asked, kind, true) } else { None } {
            Some(next) => self.invoke_within(next, kind, asked, flight, edge, origin),
            None => State::said(asked.voice.failure(kind, failure)),
        }
    }

    fn invoke_within(
        &self,
        next: Next,
        kind: OperationKind,
        mut asked: Asked,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Surroundings,
    ) -> State {
        let Next { handler, depth, within, params } = next;
        let method = eras::method_name(kind).unwrap_or_default().into();
        asked.whole = Some(Box::new(Whole { handler, method, params }));
        asked.passed = depth + 1;
        self.invoke_around(Around { kind, asked }, flight, within, edge, origin)
    }
}

/// The next of the servers it comes from that has something standing around the method. What is only around what is registered
/// elsewhere is around the function already, which is not reached where the request is `refused`.
fn next(engine: &Engine, asked: &Asked, kind: OperationKind, refused: bool) -> Option<Next> {
    let method = eras::method_name(kind).filter(|_| kind.may_ask())?;
    let params = asked.voice.caller().params.as_ref()?;
    let member = if kind == OperationKind::ReadResource { "uri" } else { "name" };
    let key = json::member(params.as_str(), member).and_then(json::as_string)?;
    let found = found(&asked.snapshot, kind, &key)?;
    let levels = Origin::chain(found.origin.as_ref()).count();
    for depth in asked.passed.max(usize::from(!refused))..=levels {
        let interception = match depth {
            0 => engine.0.registry.snapshot().interception(method).cloned(),
            _ => Origin::interception(found.origin.as_ref(), depth, method),
        };
        let Some(interception) = interception else { continue };
        if interception.unless_registered && depth == levels && !refused {
            continue;
        }
        let handler = interception.handler;
        let Some(origin) =
            depth.checked_sub(1).and_then(|above| Origin::chain(found.origin.as_ref()).nth(above))
        else {
            return Some(Next { handler, depth, within: None, params: params.clone() });
        };
        let within = if kind == OperationKind::ReadResource {
            let all = found.inserted.as_deref().unwrap_or_default();
            let there = origin.inserted.as_deref().unwrap_or_default();
            Within::Uri(all.strip_suffix(there).unwrap_or(all).into())
        } else {
            let (there, here) = (origin.key.to_string(), key.into_owned());
            Within::Name { there, here, origin: found.origin.clone(), depth }
        };
        let params = within.inward(params);
        return Some(Next { handler, depth, within: Some(within), params });
    }
    None
}

/// Whether what its own server has standing around the method has had its say.
#[cold]
pub(super) fn has_passed(asked: &Asked, operation: &Operation) -> bool {
    let key = match operation {
        Operation::CallTool { name, .. } | Operation::GetPrompt { name, .. } => name,
        Operation::ReadResource { uri } => uri,
        _ => return false,
    };
    let found = found(&asked.snapshot, operation.kind(), key);
    found.is_some_and(|found| asked.passed > Origin::chain(found.origin.as_ref()).count())
}

struct Found {
    origin: Option<Arc<Origin>>,
    inserted: Option<Arc<str>>,
}

fn found(snapshot: &Snapshot, kind: OperationKind, key: &str) -> Option<Found> {
    match kind {
        OperationKind::CallTool => {
            snapshot.tool(key).map(|entry| Found { origin: entry.provenance.origin.clone(), inserted: None })
        }
        OperationKind::GetPrompt => snapshot
            .prompt(key)
            .map(|entry| Found { origin: entry.provenance.origin.clone(), inserted: None }),
        OperationKind::ReadResource => snapshot
            .resource(key)
            .ok()
            .map(|found| Found { origin: found.origin.cloned(), inserted: found.inserted.cloned() }),
        _ => None,
    }
}

impl Within {
    /// The params as they are there.
    fn inward(&self, params: &RawJson) -> RawJson {
        match self {
            Self::Name { there, .. } => with_text(params, "name", there),
            Self::Uri(inserted) => {
                let uri = json::member(params.as_str(), "uri").and_then(json::as_string).unwrap_or_default();
                with_text(params, "uri", &uri_without(&uri, inserted))
            }
        }
    }

    /// The params as they are here, of those that were made there.
    ///
    /// # Errors
    /// The server there offers nothing of this name.
    pub(super) fn outward(
        &self,
        params: &RawJson,
        snapshot: &Snapshot,
        kind: OperationKind,
    ) -> Result<RawJson, Failure> {
        match self {
            Self::Name { there, here, origin, depth } => {
                let Some(name) = json::member(params.as_str(), "name").and_then(json::as_string) else {
                    return Ok(params.clone());
                };
                if name == *there {
                    return Ok(with_text(params, "name", here));
                }
                let is_it = |other: Option<&Arc<Origin>>| {
                    Origin::same_way(origin.as_ref(), other, *depth)
                        && Origin::chain(other).nth(depth - 1).is_some_and(|other| *other.key == *name)
                };
                let (here, noun) = match kind {
                    OperationKind::GetPrompt => {
                        (snapshot.prompt_that(|entry| is_it(entry.provenance.origin.as_ref())), "prompt")
                    }
                    _ => (snapshot.tool_that(|entry| is_it(entry.provenance.origin.as_ref())), "tool"),
                };
                let unknown = || {
                    let message = format!("unknown {noun}: {}", super::dispatch::shown(&name));
                    Failure::protocol(error_code::INVALID_PARAMS, message, None)
                };
                here.map(|here| with_text(params, "name", here)).ok_or_else(unknown)
            }
            Self::Uri(inserted) => Ok(match json::member(params.as_str(), "uri").and_then(json::as_string) {
                Some(uri) => with_text(params, "uri", &inserted_uri(&uri, inserted)),
                None => params.clone(),
            }),
        }
    }
}

fn with_text(params: &RawJson, member: &str, value: &str) -> RawJson {
    let mut text = String::new();
    json::write_string(&mut text, value);
    RawJson::from_checked(json::with_member(params.as_str(), member, &text))
}
