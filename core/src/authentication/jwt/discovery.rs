//! What an issuer says of itself (RFC 8414, OpenID Connect Discovery; AUTHC-2, AUTHC-3).

use std::sync::Arc;

use http::StatusCode;

use super::claims::string;
use crate::authentication::split_origin;
use crate::json::RawJson;
use crate::outbound::{Outbound, Request, Target};

/// What is of use here.
pub(super) struct Discovered {
    /// As tokens have it.
    pub(super) issuer: Arc<str>,
    pub(super) keys: Target,
}

/// Asks at each of the places in turn.
pub(super) async fn discover(outbound: &Outbound, issuer: &Target) -> Result<Discovered, String> {
    let uri = issuer.uri().to_string();
    let mut last = String::new();
    for place in places(&uri) {
        match ask(outbound, issuer, &place).await {
            Ok(discovered) => return Ok(discovered),
            Err(why) => last = format!("{place}: {why}"),
        }
    }
    Err(last)
}

/// Where metadata may be, the specification's order first.
pub(crate) fn places(issuer: &str) -> Vec<String> {
    let issuer = issuer.trim_end_matches('/');
    let (origin, path) = split_origin(issuer);
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        places.push(format!("{issuer}/.well-known/openid-configuration"));
    }
    places
}

async fn ask(outbound: &Outbound, issuer: &Target, place: &str) -> Result<Discovered, String> {
    // Of the same origin, by the author's word.
    let target = Target::found(place, issuer)?;
    let answer = outbound.ask(&target, Request::default()).await?;
    if answer.status != StatusCode::OK {
        return Err(format!("the status is {}", answer.status.as_u16()));
    }
    let text = std::str::from_utf8(&answer.body).map_err(|_| "it is not text")?;
    let document = RawJson::parse(text).ok().filter(RawJson::is_object);
    let document = document.ok_or("it is no JSON object that all readers agree on")?;
    let own = string(document.as_str(), "issuer").ok_or("it names no issuer")?;
    // Some issuers' names end with a slash that people leave out.
    if own.trim_end_matches('/') != issuer.uri().to_string().trim_end_matches('/') {
        return Err("it is of another issuer".to_owned());
    }
    let keys = string(document.as_str(), "jwks_uri").ok_or("it does not say where the keys are")?;
    Ok(Discovered { issuer: own.into(), keys: Target::found(&keys, issuer)? })
}
