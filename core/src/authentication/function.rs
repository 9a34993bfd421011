//! A verifier that the author wrote.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::Value;

use super::Denied;
use super::binding::Binding;
use super::cache::Verified;
use crate::handler::{CallContext, Caller, Handler, Invocation, event_channel};
use crate::json::{self, RawJson};
use crate::jsonrpc::RequestId;
use crate::middleware;
use crate::model::{AuthenticationMethod, Grants, LazyCallId, OperationKind, Output, Principal};
use crate::protocol_version::ProtocolVersion;

/// The method it is asked with.
const VERIFY_TOKEN: &str = "oxmcp/verify_token";
/// How long it may take.
const TIME: Duration = Duration::from_secs(10);

/// What it says of a token.
#[derive(Deserialize)]
struct Said {
    active: Option<bool>,
    #[serde(alias = "sub")]
    subject: Option<String>,
    #[serde(alias = "clientId")]
    client_id: Option<String>,
    #[serde(alias = "iss")]
    issuer: Option<String>,
    #[serde(default)]
    scopes: Vec<Box<str>>,
    #[serde(default)]
    roles: Vec<Box<str>>,
    #[serde(alias = "expiresAt")]
    expires_at: Option<f64>,
    claims: Option<Value>,
}

/// Asks it. `Ok(None)`: it does not know the token. Whatever goes wrong is no reason to believe it.
pub(super) async fn verify(function: Arc<dyn Handler>, token: String) -> Result<Option<Verified>, Denied> {
    let failed = |why: &str| {
        tracing::warn!("the function that verifies tokens failed: {why}");
        Denied::unavailable()
    };
    let mut arguments = String::from("{\"token\":");
    json::write_string(&mut arguments, &token);
    arguments.push('}');
    let (sender, events) = event_channel(false, None);
    let invocation = Invocation {
        kind: OperationKind::Custom,
        target: VERIFY_TOKEN.into(),
        arguments: RawJson::from_checked(arguments),
        context: CallContext::new(Arc::new(nobody()), sender),
    };
    let reply = middleware::call(&function, invocation, Some(TIME)).await;
    // What it says on the way is heard by nobody.
    drop(events);
    let whole = match reply {
        Ok(Output::Whole(whole)) => whole,
        Ok(_) => return Err(failed("its result is not that of a whole method")),
        // Its detail may quote the token.
        Err(failure) => return Err(failed(failure.kind.name())),
    };
    if json::is_null(whole.as_str()) {
        return Ok(None);
    }
    let said: Said = serde_json::from_str(whole.as_str())
        .map_err(|_| failed("its result is neither null nor a description of who the token stands for"))?;
    if said.active == Some(false) {
        return Ok(None);
    }
    let principal =
        Principal::from_parts(said.subject.as_deref(), said.client_id.as_deref(), said.issuer.as_deref())
            .ok_or_else(|| failed("its result has neither a subject nor a client_id"))?;
    let expires_at = match said.expires_at {
        None => None,
        Some(seconds) => {
            Some(super::jwt::moment(seconds).ok_or_else(|| failed("its expires_at is no time"))?)
        }
    };
    if expires_at.is_some_and(|end| end <= SystemTime::now()) {
        return Err(Denied::invalid("the token has expired"));
    }
    let claims = said.claims.filter(Value::is_object).map(|claims| RawJson::from_value(&claims));
    let bound_to = claims.as_ref().map(|claims| Binding::read(claims.as_str())).transpose();
    let bound_to = bound_to.map_err(Denied::invalid)?.flatten();
    let grants = Grants {
        scopes: said.scopes,
        roles: said.roles,
        claims,
        method: AuthenticationMethod::Function,
        expires_at,
        token: None,
    };
    Ok(Some(Verified { principal: principal.granted(grants), bound_to }))
}

/// Whoever asks before it is known who asks.
fn nobody() -> Caller {
    Caller {
        request_id: RequestId::Integer(0),
        protocol_version: ProtocolVersion::V2026_07_28,
        session_id: None,
        client_info: None,
        client_capabilities: None,
        meta: None,
        principal: None,
        headers: None,
        log_threshold: None,
        stream_can_close: false,
        progress_token: None,
        params: None,
        trace: None,
        call: LazyCallId::default(),
    }
}
