//! How a token is asked about, and what the answer says, in the words of RFC 7662 whoever gave it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use iri_string::percent_encode::PercentEncodedForUri;
use serde_json::{Map, Value, json};

use super::options::{IntrospectionOptions, IntrospectionStyle};
use crate::json::{self, RawJson};
use crate::outbound::{Answer, Body, Request, Target};

/// One way to ask.
pub(super) struct Question {
    style: IntrospectionStyle,
    target: Target,
    authorization: Option<HeaderValue>,
    /// Further fields of the form.
    fields: String,
}

/// What an answer says.
pub(super) enum Said {
    /// Claims of a token that is good.
    Active(RawJson),
    /// It is not, or no longer.
    Inactive,
}

impl Question {
    /// # Errors
    /// What is missing, in words for whoever configures.
    pub(super) fn new(options: &IntrospectionOptions, target: Target) -> Result<Self, &'static str> {
        let style = options.style;
        let (id, secret) = (options.client_id.as_deref(), options.client_secret.as_deref());
        if style == IntrospectionStyle::Github && (id.is_none() || secret.is_none()) {
            return Err(
                "GitHub says whether a token is an app's own only to that app: give client_id and client_secret",
            );
        }
        if secret.is_some() && id.is_none() {
            return Err("a client_secret needs a client_id");
        }
        let in_form = options.secret_in_form && style == IntrospectionStyle::Standard;
        let mut fields = String::new();
        let mut authorization = None;
        match (id, secret) {
            (Some(id), secret) if in_form || secret.is_none() => {
                for (name, value) in [("client_id", Some(id)), ("client_secret", secret)] {
                    if let Some(value) = value {
                        fields = format!("{fields}&{name}={}", encoded(value));
                    }
                }
            }
            (Some(id), Some(secret)) => {
                // Encoded before they are joined (RFC 6749, 2.3.1); GitHub's have nothing in them that would be.
                let both = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
                let value = HeaderValue::try_from(format!("Basic {both}"));
                authorization = Some(value.map_err(|_| "client_id and client_secret cannot be sent")?);
            }
            _ => {}
        }
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        Ok(Self { style, target, authorization, fields })
    }

    /// Where, and what is sent.
    pub(super) fn about(&self, token: &str) -> Result<(Target, Request), &'static str> {
        let mut headers = HeaderMap::new();
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let target = self.target.clone();
        Ok(match self.style {
            IntrospectionStyle::Standard => {
                let form = format!("token={}&token_type_hint=access_token{}", encoded(token), self.fields);
                (target, Request { headers, body: Some(Body::Form(form)), method: None })
            }
            IntrospectionStyle::Github => {
                headers.insert(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
                let body = json!({"access_token": token}).to_string();
                (target, Request { headers, body: Some(Body::Json(body)), method: None })
            }
            IntrospectionStyle::Google => {
                let query = format!("access_token={}", encoded(token));
                let target = target.with_query(&query).ok_or("the token cannot be asked about")?;
                (target, Request { headers, ..Request::default() })
            }
        })
    }

    /// What came back.
    ///
    /// # Errors
    /// It says nothing about the token; the reason, in words for the log.
    pub(super) fn read(&self, answer: &Answer) -> Result<Said, String> {
        match (self.style, answer.status) {
            (_, StatusCode::OK) => {}
            (IntrospectionStyle::Github, StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY)
            | (IntrospectionStyle::Google, StatusCode::BAD_REQUEST) => return Ok(Said::Inactive),
            (_, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(format!(
                    "the status is {}: it does not believe client_id and client_secret",
                    answer.status.as_u16()
                ));
            }
            (_, status) => return Err(format!("the status is {}", status.as_u16())),
        }
        let unreadable = || "the answer is no JSON object that all readers agree on".to_owned();
        let text = std::str::from_utf8(&answer.body).map_err(|_| unreadable())?;
        let said = RawJson::parse(text).ok().filter(RawJson::is_object).ok_or_else(unreadable)?;
        let active = match self.style {
            IntrospectionStyle::Standard => match json::member(said.as_str(), "active") {
                Some("true") => Some(said),
                Some("false") => None,
                _ => return Err("the answer does not say whether the token is active".to_owned()),
            },
            IntrospectionStyle::Github => Some(of_github(&said).ok_or_else(unreadable)?),
            IntrospectionStyle::Google => Some(of_google(&said).ok_or_else(unreadable)?),
        };
        Ok(active.map_or(Said::Inactive, Said::Active))
    }
}

fn object(said: &RawJson) -> Option<Map<String, Value>> {
    serde_json::from_str(said.as_str()).ok()
}

/// An authorization of an OAuth app, as claims. The number of a user stays when the name changes. When it ends is not among them: GitHub is
/// asked again before it matters.
fn of_github(said: &RawJson) -> Option<RawJson> {
    let said = object(said)?;
    let user = said.get("user")?.as_object()?;
    let scopes: Vec<&str> = said.get("scopes")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let mut claims = json!({
        "sub": user.get("id")?.as_u64()?.to_string(),
        "username": user.get("login")?.as_str()?,
        "scope": scopes.join(" "),
    });
    if let Some(app) = said.get("app").and_then(|app| app.get("client_id")).and_then(Value::as_str) {
        claims["client_id"] = json!(app);
    }
    Some(RawJson::from_value(&claims))
}

/// What Google says of an access token: numbers are texts there.
fn of_google(said: &RawJson) -> Option<RawJson> {
    let mut claims = object(said)?;
    let end = claims.get("exp")?;
    let end = end.as_u64().or_else(|| end.as_str()?.parse().ok())?;
    claims.insert("exp".to_owned(), json!(end));
    Some(RawJson::from_value(&Value::Object(claims)))
}

fn encoded(text: &str) -> impl std::fmt::Display + '_ {
    PercentEncodedForUri::unreserve(text)
}
