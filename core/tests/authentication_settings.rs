//! Who is believed, as it is said in JSON and TOML.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;
mod support;

use std::sync::Arc;

use authentication_support::{ISSUER, Issuer, RESOURCE};
use oxmcp_core::authentication::{ApiKeyFile, NewApiKey};
use oxmcp_core::error::Result;
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::host::Description;
use oxmcp_core::host::settings::Settings;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Output;
use oxmcp_core::transports::http::HttpOptions;
use serde_json::{Value, json};
use support::{INITIALIZE, JSON_HEADERS, Server, serve_engine};

fn described(settings: &Value) -> Result<Description> {
    let implementation = r#"{"name":"test","version":"1"}"#;
    let description = Description::read(implementation, None, None, "{}", "{}")?;
    description.configure(&settings.to_string(), None)?;
    Ok(description)
}

fn served(settings: &Value) -> Server {
    let engine = described(settings).unwrap().engine().unwrap();
    serve_engine(engine, support::engine().1, HttpOptions::default())
}

fn refused(section: &Value) -> String {
    described(&json!({"authentication": section}))
        .and_then(|description| description.engine())
        .map(drop)
        .unwrap_err()
        .to_string()
}

async fn status(server: &Server, credentials: &str) -> u16 {
    let credentials = if credentials.is_empty() { String::new() } else { format!("{credentials}\r\n") };
    let head = format!("Host: localhost\r\n{credentials}{JSON_HEADERS}");
    server.post(&head, INITIALIZE).await.status
}

#[tokio::test]
async fn the_same_words_are_spelt_as_in_either_language_and_in_the_file() {
    let issuer = Issuer::new();
    let token = format!("Authorization: Bearer {}", issuer.good("ann"));
    let snake = json!({
        "resource": RESOURCE, "required_scopes": ["mcp:read"], "cache_seconds": 1.5,
        "jwt": {"issuer": ISSUER, "jwks": issuer.set(), "algorithms": ["ES256"], "leeway_seconds": 5, "audience": RESOURCE},
    });
    let camel = json!({
        "resource": RESOURCE, "requiredScopes": ["mcp:read"], "cacheSeconds": 1.5,
        "jwt": [{"issuer": ISSUER, "jwks": issuer.set().to_string(), "leewaySeconds": 5, "audience": [RESOURCE]}],
    });
    for section in [snake, camel] {
        let server = served(&json!({"authentication": section}));
        assert_eq!(status(&server, &token).await, 200);
        assert_eq!(status(&server, "Authorization: Bearer x").await, 401);
    }
    let path = std::env::temp_dir().join(format!("oxmcp-authentication-{}.toml", std::process::id()));
    let text = format!(
        "[authentication]\nresource = \"{RESOURCE}\"\n\n[[authentication.jwt]]\nissuer = \"{ISSUER}\"\njwks = '{}'\n",
        issuer.set()
    );
    std::fs::write(&path, text).unwrap();
    let settings = Settings::from_file(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    settings.authentication.unwrap().authenticator(None).unwrap();
}

#[tokio::test]
async fn a_function_alone_is_enough_and_a_server_without_any_of_it_asks_nobody() {
    let description = described(&json!({})).unwrap();
    let plain = serve_engine(description.engine().unwrap(), support::engine().1, HttpOptions::default());
    assert_eq!(status(&plain, "").await, 200);
    let function = from_function(|call: Invocation| async move {
        let known = call.arguments.as_str().contains("ann");
        let whole = if known { json!({"subject": "ann"}) } else { json!(null) };
        Ok(Output::Whole(RawJson::from_value(&whole)))
    });
    description.set_function("oxmcp/verify_token", Arc::clone(&function));
    let server = serve_engine(description.engine().unwrap(), support::engine().1, HttpOptions::default());
    assert_eq!(status(&server, "Authorization: Bearer ann").await, 200);
    assert_eq!(status(&server, "Authorization: Bearer bob").await, 401);
    assert_eq!(status(&server, "").await, 401);
}

#[tokio::test]
async fn keys_in_a_file_are_made_and_revoked_while_it_is_served() {
    let path = std::env::temp_dir().join(format!("oxmcp-keys-{}.json", std::process::id()));
    let file = ApiKeyFile::at(&path);
    let new = NewApiKey { owner: "ann".to_owned(), ..NewApiKey::default() };
    let (first, record) = file.add(&new).unwrap();
    assert!(!std::fs::read_to_string(&path).unwrap().contains(&first), "only what it is known by is kept");
    let server = served(&json!({"authentication": {"apiKeys": {"file": path, "header": "X-Key"}}}));
    assert_eq!(status(&server, &format!("X-Key: {first}")).await, 200);
    let (second, _) = file.add(&new).unwrap();
    assert!(file.revoke(&record.id).unwrap());
    assert!(!file.revoke(&record.id).unwrap());
    // The file is looked at once a second.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while status(&server, &format!("X-Key: {second}")).await != 200 {
        assert!(std::time::Instant::now() < until, "a new key is taken without a restart");
    }
    assert_eq!(status(&server, &format!("X-Key: {first}")).await, 401);
    std::fs::write(&path, "{").unwrap();
    assert_eq!(status(&server, &format!("X-Key: {second}")).await, 200);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn what_is_wrong_is_said_with_its_name() {
    let issuer = Issuer::new();
    let jwt = |more: Value| {
        let mut jwt = json!({"issuer": ISSUER, "audience": "x", "jwks": issuer.set()});
        jwt.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refused(&json!({"jwt": jwt}))
    };
    for (message, says) in [
        (refused(&json!({})), "nobody could ever be let in"),
        (refused(&json!({"jwts": []})), "unknown field `jwts`"),
        (jwt(json!({"isuer": "x"})), "unknown field `isuer`"),
        (jwt(json!({"algorithms": ["none"]})), "\"none\" is none that is known"),
        (jwt(json!({"secret": "x"})), "in one way, and only one"),
        (jwt(json!({"secret": {"env": "OXMCP_TEST_UNSET"}})), "the variable OXMCP_TEST_UNSET is not set"),
        (jwt(json!({"leeway_seconds": -1})), "leeway_seconds"),
        (refused(&json!({"api_keys": {"keys": [{"id": "a", "owner": "b", "hash": "c"}]}})), "64 hexadecimal"),
        (refused(&json!({"api_keys": {"header": "a b"}})), "no name of a header"),
        (refused(&json!({"jwt": {"issuer": "http://issuer.test", "audience": "x"}})), "this machine only"),
        (jwt(json!({"jwks_url": "https://issuer.test/keys"})), "in one way, and only one"),
    ] {
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("\"kty\""), "{message}");
    }
    let settings = json!({"authentication": {"jwt": {"issuer": ISSUER, "secret": "canary-canary-canary-canary-canary"}}});
    let settings = Settings::from_json(&settings.to_string()).unwrap();
    assert!(!format!("{settings:?}").contains("canary"), "secrets are not for logs");
}
