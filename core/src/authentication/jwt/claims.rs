//! What a verified token says, and whether it is meant for this server (AUTH-7).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::authentication::binding::Binding;
use crate::json::{self, RawJson};

/// What is wanted of the claims of one issuer's tokens.
#[derive(Debug)]
pub(in crate::authentication) struct Wanted {
    pub(in crate::authentication) audiences: Vec<Box<str>>,
    /// Where it stands, and whether it has to.
    pub(in crate::authentication) audience_claim: Box<str>,
    pub(in crate::authentication) needs_audience: bool,
    /// Where the subject stands: the first that is there.
    pub(in crate::authentication) subject_claims: Vec<Box<str>>,
    /// Where scopes stand: all that are there. None: `scope` or `scp`.
    pub(in crate::authentication) scopes_claims: Vec<Box<str>>,
    /// Where roles stand: all that are there. None: `roles`.
    pub(in crate::authentication) roles_claims: Vec<Box<str>>,
    pub(in crate::authentication) needs_end: bool,
    pub(in crate::authentication) leeway: Duration,
}

/// What was found.
#[derive(Debug)]
pub(in crate::authentication) struct Found {
    pub(in crate::authentication) subject: String,
    pub(in crate::authentication) client: Option<String>,
    pub(in crate::authentication) expires_at: Option<SystemTime>,
    pub(in crate::authentication) scopes: Vec<Box<str>>,
    pub(in crate::authentication) roles: Vec<Box<str>>,
    pub(in crate::authentication) bound_to: Option<Box<Binding>>,
}

/// A time as tokens have it, in seconds since 1970.
pub(in crate::authentication) fn moment(seconds: f64) -> Option<SystemTime> {
    // Until the year 9999.
    let seconds = Some(seconds).filter(|seconds| (0.0..253_402_300_800.0).contains(seconds))?;
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

impl Wanted {
    /// What they are in the options, or what they are called where nothing is said.
    pub(in crate::authentication) fn names(names: &[String]) -> Vec<Box<str>> {
        names.iter().map(|name| name.as_str().into()).collect()
    }

    /// Whom tokens have to be meant for; `None`: there is neither an audience nor a resource.
    pub(in crate::authentication) fn audiences(
        said: &[String],
        resource: Option<&str>,
    ) -> Option<Vec<Box<str>>> {
        if !said.is_empty() {
            return Some(Self::names(said));
        }
        // With and without the slash at its end, which some issuers add.
        let bare = resource?.trim_end_matches('/');
        Some(vec![bare.into(), format!("{bare}/").into()])
    }

    pub(in crate::authentication) fn check(
        &self,
        claims: &RawJson,
        now: SystemTime,
    ) -> Result<Found, &'static str> {
        let claims = claims.as_str();
        let time = |name: &str| match json::member(claims, name) {
            None => Ok(None),
            Some(value) => {
                json::as_number(value).and_then(moment).map(Some).ok_or("a time in the token is no number")
            }
        };
        let expires_at = time("exp")?;
        if expires_at.is_none() && self.needs_end {
            return Err("the token does not say when it expires");
        }
        if expires_at.is_some_and(|end| end.checked_add(self.leeway).is_none_or(|end| end <= now)) {
            return Err("the token has expired");
        }
        for name in ["nbf", "iat"] {
            if time(name)?.is_some_and(|begin| now.checked_add(self.leeway).is_some_and(|now| begin > now)) {
                return Err("the token is not valid yet");
            }
        }
        match json::member(claims, &self.audience_claim) {
            None if self.needs_audience => return Err("the token names no audience"),
            None => {}
            Some(audience) => {
                let audience =
                    texts(audience).ok_or("the token's audience is neither a text nor a list of texts")?;
                if !audience.iter().any(|audience| self.audiences.contains(audience)) {
                    return Err("the token is meant for another server");
                }
            }
        }
        if is_id_token(claims) {
            return Err("this is an ID token, which is for the client: send the access token");
        }
        let mut subjects = self.subject_claims.iter().filter_map(|name| string(claims, name));
        let subject = subjects.find(|subject| !subject.is_empty());
        let subject = subject.ok_or("the token does not say who it stands for")?;
        let client = ["client_id", "azp", "cid", "appid"].into_iter().find_map(|name| string(claims, name));
        let scopes = match &*self.scopes_claims {
            [] => {
                ["scope", "scp"].into_iter().find_map(|name| at(claims, name)).map(words).unwrap_or_default()
            }
            names => names.iter().filter_map(|name| at(claims, name)).flat_map(words).collect(),
        };
        let roles = match &*self.roles_claims {
            [] => at(claims, "roles").and_then(texts).unwrap_or_default(),
            names => names.iter().filter_map(|name| at(claims, name)).filter_map(texts).flatten().collect(),
        };
        Ok(Found { subject, client, expires_at, scopes, roles, bound_to: Binding::read(claims)? })
    }
}

/// Tokens that say who logged in, for the client alone; some issuers sign them with the same keys, for the same audience.
fn is_id_token(claims: &str) -> bool {
    let says =
        |name: &str, what: &str| string(claims, name).is_some_and(|text| text.eq_ignore_ascii_case(what));
    says("token_use", "id")
        || says("typ", "ID")
        || ["at_hash", "c_hash", "s_hash"].iter().any(|name| json::member(claims, name).is_some())
}

/// A claim by its name, or by the way to it, with dots.
fn at<'a>(claims: &'a str, name: &str) -> Option<&'a str> {
    json::member(claims, name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        at(json::member(claims, first).filter(|value| json::is_object(value))?, rest)
    })
}

pub(in crate::authentication) fn string(claims: &str, name: &str) -> Option<String> {
    json::member(claims, name).and_then(json::as_string).map(std::borrow::Cow::into_owned)
}

/// One text or a list of them.
fn texts(value: &str) -> Option<Vec<Box<str>>> {
    if json::is_array(value) {
        return json::elements(value).map(|one| json::as_string(one).map(Box::from)).collect();
    }
    Some(vec![json::as_string(value)?.into()])
}

/// The same, where one text has several words.
fn words(value: &str) -> Vec<Box<str>> {
    let texts = texts(value).unwrap_or_default();
    texts.iter().flat_map(|text| text.split_ascii_whitespace()).map(Box::from).collect()
}
