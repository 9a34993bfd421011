//! The policy as whoever is asked about operations: what is denied is not there.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::admission::{Ask, Authorizer, Decision, Sees, Transport, Verdict};
use crate::authorization::{Access, Denial, LivePolicy, Policy, PolicyDecision, Target};
use crate::handler::{Failure, FailureKind};
use crate::json;
use crate::model::{AuthenticationMethod, CompletionReference, Operation, OperationKind, Principal};
use crate::registry::{CompletionTarget, ItemKind, SearchRole, Snapshot, canonical_uri};

/// Methods that whoever may ask at all may use: what they tell and change is the caller's own.
const FOR_EVERYBODY: &[&str] = &["initialize", "ping", "server/discover"];

impl Authorizer for LivePolicy {
    fn authorize(&self, ask: &Ask<'_>) -> Decision {
        let policy = self.policy();
        let is_local = ask.place.transport == Transport::Local;
        let access = policy.access(ask.caller.principal.as_ref(), is_local);
        let visible = self.visible(&policy, &access, ask.snapshot);
        let decision = decide(&policy, &access, ask, visible.as_ref().unwrap_or(ask.snapshot));
        let (verdict, rule) = match decision {
            None => (Verdict::Allowed, None),
            Some(PolicyDecision { denial: None, rule, .. }) => (Verdict::Allowed, rule),
            Some(PolicyDecision { denial: Some(denial), rule, reason }) => {
                (Self::refuse(&policy, ask, &denial, &reason), rule)
            }
        };
        let private = policy.has_rules() || ask.snapshot.has_had_requirements();
        let is_list = matches!(
            ask.operation.kind(),
            OperationKind::ListTools
                | OperationKind::ListPrompts
                | OperationKind::ListResources
                | OperationKind::ListResourceTemplates
        );
        let sees = (private && is_list).then(|| sees(policy, access, ask.snapshot, visible.clone()));
        Decision { verdict, visible, rule, private, sees }
    }
}

/// For items that the author's code lists: what the registry has is seen as it is there, what it does not know by its name.
fn sees(policy: Arc<Policy>, access: Access, whole: &Arc<Snapshot>, visible: Option<Arc<Snapshot>>) -> Sees {
    let whole = Arc::clone(whole);
    Arc::new(move |kind, key| {
        let seen = visible.as_ref().unwrap_or(&whole);
        let target = match kind {
            ItemKind::Resource => return read(&policy, &access, key, seen, &whole).is_allowed(),
            _ if whole.offers(kind, key) => return seen.offers(kind, key),
            ItemKind::Tool => Target::Tool(key),
            ItemKind::Prompt => Target::Prompt(key),
            ItemKind::ResourceTemplate => Target::ResourceTemplate(key),
        };
        policy.visible(&access, target, None).is_allowed()
    })
}

fn read(policy: &Policy, access: &Access, uri: &str, seen: &Snapshot, whole: &Snapshot) -> PolicyDecision {
    let found = seen.resource(uri).or_else(|_| whole.resource(uri)).ok();
    let requires = found.and_then(|found| found.requires);
    policy.visible(access, Target::Resource(&canonical_uri(uri)), requires)
}

impl LivePolicy {
    fn refuse(policy: &Policy, ask: &Ask<'_>, denial: &Denial, reason: &str) -> Verdict {
        match denial {
            Denial::Unknown => Verdict::Unknown,
            Denial::Arguments => {
                let kind = match ask.operation.kind() {
                    OperationKind::CallTool => FailureKind::Tool,
                    _ => FailureKind::InvalidArguments,
                };
                Verdict::Refused(Failure::new(kind, format!("not allowed: {reason}")))
            }
            Denial::Scopes(scopes) => {
                let token = ask.caller.principal.as_ref().and_then(Principal::grants);
                let has_token = token.is_some_and(|grants| {
                    matches!(
                        grants.method,
                        AuthenticationMethod::Jwt
                            | AuthenticationMethod::Introspection
                            | AuthenticationMethod::Function
                    )
                });
                if !(policy.steps_up() && has_token && ask.place.transport == Transport::Http) {
                    return Verdict::Unknown;
                }
                Verdict::Refused(Self::insufficient(scopes))
            }
        }
    }

    /// What it takes is told whole, so that a client needs to ask once only (AUTH-5). Where the metadata are, the transport adds.
    fn insufficient(scopes: &[Box<str>]) -> Failure {
        let mut challenge = String::from("Bearer error=\"insufficient_scope\"");
        let mut add = |name: &str, value: &str| {
            if value.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b'"' && byte != b'\\') {
                challenge.extend([", ", name, "=\"", value, "\""]);
            }
        };
        add("scope", &scopes.join(" "));
        add("error_description", "the token lacks a scope that this takes");
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::try_from(challenge) {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        Failure::new(FailureKind::Forbidden, "insufficient scope").with_http(StatusCode::FORBIDDEN, headers)
    }
}

/// `None` where nothing has to be decided: what the caller sees is all that matters.
fn decide(policy: &Policy, access: &Access, ask: &Ask<'_>, visible: &Snapshot) -> Option<PolicyDecision> {
    let whole = &**ask.snapshot;
    match ask.operation {
        Operation::CallTool { name, arguments } => {
            let entry = whole.tool(name);
            match entry.and_then(|entry| entry.search.as_deref()) {
                None => {
                    let requires = entry.and_then(|entry| entry.tool.common.requires.as_deref());
                    Some(policy.call(access, Target::Tool(name), requires, arguments.as_str()))
                }
                // What is called in the end decides. What is not seen is not found, which says enough.
                Some(part) if part.role == SearchRole::Call => {
                    let name = json::member(arguments.as_str(), "name").and_then(json::as_string)?;
                    let inner = part.findable.called(&name)?;
                    let given = json::member(arguments.as_str(), "arguments");
                    let given = given.filter(|given| json::is_object(given)).unwrap_or("{}");
                    let requires = inner.tool.common.requires.as_deref();
                    let decision = policy.call(access, Target::Tool(&inner.tool.name), requires, given);
                    (decision.is_allowed() || decision.denial == Some(Denial::Arguments)).then_some(decision)
                }
                Some(_) => None,
            }
        }
        Operation::GetPrompt { name, arguments } => {
            let requires = whole.prompt(name).and_then(|entry| entry.prompt.common.requires.as_deref());
            Some(policy.call(access, Target::Prompt(name), requires, arguments.as_str()))
        }
        Operation::ReadResource { uri } | Operation::Subscribe { uri } => {
            Some(read(policy, access, uri, visible, whole))
        }
        Operation::Complete(asked) => {
            let is_unknown = |snapshot: &Snapshot| {
                let found = snapshot.completion_target(&asked.reference, &asked.argument);
                matches!(found, CompletionTarget::Unknown)
            };
            if !is_unknown(whole) {
                // Where nothing is completed, there is no such method for anybody.
                return (whole.completes() && is_unknown(visible)).then(PolicyDecision::unseen);
            }
            if !ask.whole && !whole.completes() {
                return None;
            }
            // One that only the author's code knows, if anybody does.
            let target = match &asked.reference {
                CompletionReference::Prompt(name) => Target::Prompt(name),
                CompletionReference::Resource(template) => Target::ResourceTemplate(template),
            };
            let decision = policy.visible(access, target, None);
            (!decision.is_allowed()).then(PolicyDecision::unseen)
        }
        Operation::Custom { method, .. } if FOR_EVERYBODY.contains(&&**method) => None,
        Operation::Custom { method, .. } if method.starts_with("tasks/") => {
            Some(policy.visible(access, Target::Task(method), None))
        }
        Operation::Custom { method, .. } => Some(policy.visible(access, Target::Method(method), None)),
        _ => None,
    }
}
