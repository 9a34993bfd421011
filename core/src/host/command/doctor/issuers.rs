//! The way from a refusal to a token: the metadata of the server, and those of the issuers they name.

use serde_json::Value;

use super::connector::{Connector, object};
use super::finding::Finding;
use crate::authentication::{issuer_metadata_places, split_origin};
use crate::outbound::{Request, Target};

/// Where a server's metadata may be (RFC 9728, 3.1; AUTH-2).
pub(super) fn metadata_places(url: &str) -> Vec<String> {
    let (origin, path) = split_origin(url);
    let path = path.trim_end_matches('/');
    let mut places = vec![format!("{origin}/.well-known/oauth-protected-resource{path}")];
    if !path.is_empty() {
        places.push(format!("{origin}/.well-known/oauth-protected-resource"));
    }
    places
}

/// Looks at the first of these places that has metadata.
pub(super) async fn examine(connector: &mut Connector, server: &Target, places: &[String]) {
    let mut last = String::new();
    for place in places {
        match fetched(connector, place, server).await {
            Ok(document) => return read(connector, place, &document).await,
            Err(why) => last = format!("{place}: {why}"),
        }
    }
    connector.red(
        format!("the metadata are not there: {last}"),
        "a proxy must hand on /.well-known/oauth-protected-resource and what is below it; where the server is mounted, the application must",
    );
}

async fn fetched(connector: &Connector, place: &str, server: &Target) -> Result<Value, String> {
    let target = Target::found(place, server).map_err(|why| format!("the URL {why}"))?;
    let answer = connector.outbound.ask(&target, Request::default()).await?;
    if !answer.status.is_success() {
        return Err(format!("the status is {}", answer.status));
    }
    object(&answer).ok_or_else(|| "it is no JSON object".to_owned())
}

async fn read(connector: &mut Connector, place: &str, document: &Value) {
    let resource = document.get("resource").and_then(Value::as_str).unwrap_or_default();
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    if bare(resource) == bare(&connector.url) {
        connector.findings.push(Finding::green(format!("the metadata are at {place}")));
    } else {
        connector.red(
            format!("the metadata are of {resource:?}, and not of {:?}", connector.url),
            "connectors refuse metadata of another resource: set authentication.resource to the URL that clients are given",
        );
    }
    let servers = document.get("authorization_servers").and_then(Value::as_array);
    let issuers: Vec<_> = servers.into_iter().flatten().filter_map(Value::as_str).collect();
    if issuers.is_empty() {
        connector.red(
            "the metadata name no issuer of tokens (authorization_servers)",
            "name one in authentication.jwt or authentication.authorization_servers; keys alone are of no use to hosted connectors",
        );
    }
    for issuer in issuers {
        issuer_says(connector, issuer).await;
    }
}

/// What an issuer says of itself (AUTHC-2, AUTHC-3), and whether a client that it never heard of can get a token.
async fn issuer_says(connector: &mut Connector, issuer: &str) {
    let given = match Target::given(issuer) {
        Ok(given) => given,
        Err(error) => {
            return connector
                .red(format!("the issuer {issuer:?}: {error}"), "issuers are reached by https alone");
        }
    };
    let mut found = Err(String::new());
    for place in issuer_metadata_places(issuer) {
        found = fetched(connector, &place, &given).await.map_err(|why| format!("{place}: {why}"));
        if found.is_ok() {
            break;
        }
    }
    let metadata = match found {
        Ok(metadata) => metadata,
        Err(why) => {
            return connector.red(
                format!("the issuer {issuer} says nothing of itself: {why}"),
                "is it the issuer's own name, and not a page of it?",
            );
        }
    };
    let said = |name: &str| metadata.get(name).and_then(Value::as_str);
    let own = said("issuer").unwrap_or_default().to_owned();
    if own.trim_end_matches('/') != issuer.trim_end_matches('/') {
        connector.red(
            format!("the issuer {issuer} calls itself {own:?}"),
            "name it as it calls itself, letter by letter",
        );
    }
    for endpoint in ["authorization_endpoint", "token_endpoint"] {
        if said(endpoint).is_none() {
            connector.red(format!("the issuer {issuer} names no {endpoint}"), "it cannot sign in people");
        }
    }
    let methods = metadata.get("code_challenge_methods_supported").and_then(Value::as_array);
    if !methods.is_some_and(|methods| methods.iter().any(|method| method == "S256")) {
        connector.red(
            format!("the issuer {issuer} does not say that it knows PKCE with S256 (code_challenge_methods_supported)"),
            "clients must not go on without it: turn it on there",
        );
    }
    let registers = said("registration_endpoint").is_some();
    let reads = metadata.get("client_id_metadata_document_supported") == Some(&Value::Bool(true));
    if registers || reads {
        let way = if reads { "by a document at their own URL" } else { "by registration" };
        connector
            .findings
            .push(Finding::green(format!("the issuer {issuer} takes clients that it never heard of, {way}")));
    } else {
        connector.findings.push(Finding::grey(
            format!("the issuer {issuer} takes no clients that it never heard of"),
            "people have to give their connector a client_id that was made there before",
        ));
    }
}
