//! What everybody is told: protected resource metadata (RFC 9728) and challenges (AUTH-1 to AUTH-5, AUTH-10).

use std::collections::HashSet;

use http::header::{HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::denied::Denied;
use super::jwt::Algorithm;
use super::options::AuthenticationOptions;
use crate::error::{Error, ErrorKind, Result};

/// Where metadata are, before the path of what they are of.
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// What a client may ask for, but no resource needs (AUTH-10).
const NEVER: &str = "offline_access";

/// The words, as far as they do not depend on a request.
pub(super) struct Told {
    resource: Option<String>,
    servers: Vec<String>,
    document: Map<String, Value>,
    /// `scope="…"`, if anything is required.
    scope: Option<String>,
    /// Whether tokens have to be bound to a key.
    wants_proofs: bool,
    /// How proofs may be signed.
    algorithms: String,
}

impl Told {
    /// `issuers` are those of the verifiers.
    pub(super) fn new<'a>(
        options: &AuthenticationOptions,
        issuers: impl Iterator<Item = &'a str>,
    ) -> Result<Self> {
        let wrong = |why: String| Error::new(ErrorKind::Configuration, format!("authentication.{why}"));
        if let Some(resource) = &options.resource
            && !is_resource(resource)
        {
            return Err(wrong(format!(
                "resource must be an http or https URL without fragment, user and password, not {resource:?}"
            )));
        }
        let all = options.required_scopes.iter().chain(&options.scopes_supported);
        if let Some(scope) = all.clone().find(|scope| !is_scope(scope)) {
            return Err(wrong(format!("scopes must be words without quotes, not {scope:?}")));
        }
        let mut servers = options.authorization_servers.clone();
        servers.extend(issuers.filter(|issuer| issuer.contains("://")).map(ToOwned::to_owned));
        let mut scopes: Vec<&String> = all.filter(|scope| *scope != NEVER).collect();
        scopes.sort();
        scopes.dedup();
        let mut seen = HashSet::new();
        servers.retain(|server| seen.insert(server.clone()));
        let mut document = Map::new();
        if !scopes.is_empty() {
            document.insert("scopes_supported".to_owned(), json!(scopes));
        }
        document.insert("bearer_methods_supported".to_owned(), json!(["header"]));
        let algorithms = Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric());
        let algorithms: Vec<_> = algorithms.map(Algorithm::name).collect();
        if options.dpop.required || options.dpop.nonce {
            document.insert("dpop_signing_alg_values_supported".to_owned(), json!(algorithms));
        }
        if options.dpop.required {
            document.insert("dpop_bound_access_tokens_required".to_owned(), json!(true));
        }
        for (name, text) in [
            ("resource_name", &options.resource_name),
            ("resource_documentation", &options.resource_documentation),
        ] {
            if let Some(text) = text {
                document.insert(name.to_owned(), json!(text));
            }
        }
        let required: Vec<&str> =
            options.required_scopes.iter().map(String::as_str).filter(|scope| *scope != NEVER).collect();
        let scope = (!required.is_empty()).then(|| required.join(" "));
        let resource = options.resource.as_deref().map(canonical);
        let (wants_proofs, algorithms) = (options.dpop.required, algorithms.join(" "));
        Ok(Self { resource, servers, document, scope, wants_proofs, algorithms })
    }

    /// What this server is called: `called` where nobody said.
    pub(super) fn resource(&self, called: impl FnOnce() -> String) -> String {
        self.resource.clone().unwrap_or_else(called)
    }

    pub(super) fn canonical(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// Whether clients can get tokens anywhere: only then is there anything to tell.
    pub(super) fn has_metadata(&self) -> bool {
        !self.servers.is_empty()
    }

    /// The document.
    pub(super) fn document(&self, resource: &str) -> String {
        let mut document = Map::new();
        document.insert("resource".to_owned(), json!(resource));
        document.insert("authorization_servers".to_owned(), json!(self.servers));
        document.extend(self.document.clone());
        Value::Object(document).to_string()
    }

    /// The headers of a refusal.
    pub(super) fn headers(&self, denied: &Denied, resource: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if denied.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
            return headers;
        }
        let mut parameters = Vec::new();
        if let Some(error) = denied.error {
            parameters.push(format!("error=\"{error}\", error_description=\"{}\"", denied.description));
        }
        if let Some(scope) = &self.scope {
            parameters.push(format!("scope=\"{scope}\""));
        }
        if self.has_metadata() {
            parameters.push(format!("resource_metadata=\"{}\"", metadata_url(resource)));
        }
        let wants_proof = denied.proof.is_some() || (self.wants_proofs && denied.error.is_none());
        if wants_proof {
            parameters.push(format!("algs=\"{}\"", self.algorithms));
        } else if parameters.is_empty() {
            parameters.push("realm=\"mcp\"".to_owned());
        }
        let scheme = if wants_proof { "DPoP" } else { "Bearer" };
        if let Ok(value) = HeaderValue::try_from(format!("{scheme} {}", parameters.join(", "))) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        headers
    }
}

/// A URL's scheme and authority, and what follows.
pub(crate) fn split_origin(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    url.split_at(url[start..].find(['/', '?']).map_or(url.len(), |at| start + at))
}

/// Where the metadata of a resource are (RFC 9728, 3.1).
pub(super) fn metadata_url(resource: &str) -> String {
    let (origin, path) = split_origin(resource);
    format!("{origin}{WELL_KNOWN}{}", path.trim_end_matches('/'))
}

/// Scheme and host in small letters, no slash at the end.
fn canonical(resource: &str) -> String {
    let (origin, path) = split_origin(resource);
    origin.to_ascii_lowercase() + path.trim_end_matches('/')
}

fn is_resource(resource: &str) -> bool {
    resource.parse::<Uri>().is_ok_and(|uri| {
        uri.scheme_str()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    }) && !resource.contains(['#', '"', ' '])
}

/// `scope-token` of RFC 6749, 3.3.
fn is_scope(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}
