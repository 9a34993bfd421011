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

/// What a token of each product looks like, by its documents.
#[tokio::test]
async fn of_a_product_only_a_url_has_to_be_said() {
    let issuer = Issuer::new();
    let common = json!({"sub": "ann", "exp": authentication_support::now() + 300, "aud": RESOURCE});
    for (provider, url, name, said, scopes, roles) in [
        (
            "auth0",
            "tenant.eu.auth0.com",
            "https://tenant.eu.auth0.com/",
            json!({"azp": "app", "scope": "openid", "permissions": ["read:notes"]}),
            vec!["openid", "read:notes"],
            vec![],
        ),
        (
            "okta",
            "https://acme.okta.com/oauth2/default/.well-known/oauth-authorization-server",
            "https://acme.okta.com/oauth2/default",
            json!({"ver": 1, "cid": "app", "scp": ["notes.read"], "groups": ["staff"]}),
            vec!["notes.read"],
            vec!["staff"],
        ),
        (
            "keycloak",
            "https://id.acme.test/realms/main/",
            "https://id.acme.test/realms/main",
            json!({"typ": "Bearer", "azp": "app", "scope": "profile notes", "realm_access": {"roles": ["analyst"]}}),
            vec!["profile", "notes"],
            vec!["analyst"],
        ),
        (
            "entra",
            "https://login.microsoftonline.com/0000-1111",
            "https://login.microsoftonline.com/0000-1111/v2.0",
            json!({"ver": "2.0", "azp": "app", "scp": "Notes.Read Notes.Write", "roles": ["Admin"]}),
            vec!["Notes.Read", "Notes.Write"],
            vec!["Admin"],
        ),
        (
            "cognito",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool",
            json!({"token_use": "access", "client_id": "app", "scope": "notes/read", "cognito:groups": ["staff"]}),
            vec!["notes/read"],
            vec!["staff"],
        ),
        (
            "workos",
            "https://acme.authkit.app/.well-known/oauth-authorization-server",
            "https://acme.authkit.app",
            json!({"sid": "1", "role": "member", "permissions": ["notes:read"]}),
            vec!["notes:read"],
            vec!["member"],
        ),
        (
            "descope",
            "https://api.descope.com/.well-known/oauth-authorization-server/v1/apps/P2",
            "https://api.descope.com/v1/apps/P2",
            json!({"scope": "notes", "permissions": ["Read"], "roles": ["Member"]}),
            vec!["notes", "Read"],
            vec!["Member"],
        ),
    ] {
        let section = json!({
            "resource": RESOURCE,
            "jwt": {"provider": provider, "url": url, "jwks": issuer.set()},
        });
        let settings = Settings::from_json(&json!({"authentication": section}).to_string()).unwrap();
        let authenticator = settings.authentication.unwrap().authenticator(None).unwrap();
        let mut claims = common.clone();
        claims["iss"] = json!(name);
        claims.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let token = issuer.sign_text(r#"{"alg":"ES256","kid":"ec"}"#, &claims.to_string(), "ES256");
        let principal = authentication_support::asked(&authenticator, &token).await.unwrap();
        assert_eq!((principal.subject(), principal.issuer()), (Some("ann"), Some(name)), "{provider}");
        let grants = principal.grants().unwrap();
        let texts = |names: &[Box<str>]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            (texts(&grants.scopes), texts(&grants.roles)),
            (words(&scopes), words(&roles)),
            "{provider}"
        );
        let metadata =
            authenticator.metadata("/.well-known/oauth-protected-resource", &[], String::new).unwrap();
        assert!(metadata.contains(&format!("\"authorization_servers\":[{name:?}]")), "{metadata}");
    }
    // Cognito without a resource: tokens are for a client.
    let section = json!({"jwt": {
        "provider": "cognito", "issuer": "https://cognito-idp.us-east-1.amazonaws.com/p", "audience": "app", "jwks": issuer.set(),
    }});
    let settings = Settings::from_json(&json!({"authentication": section}).to_string()).unwrap();
    let authenticator = settings.authentication.unwrap().authenticator(None).unwrap();
    for (client, is_let_in) in [("app", true), ("other", false)] {
        let claims = json!({
            "iss": "https://cognito-idp.us-east-1.amazonaws.com/p", "sub": "ann", "client_id": client,
            "exp": authentication_support::now() + 300, "token_use": "access",
        });
        let token = issuer.sign_text(r#"{"alg":"ES256","kid":"ec"}"#, &claims.to_string(), "ES256");
        assert_eq!(
            authentication_support::asked(&authenticator, &token).await.is_ok(),
            is_let_in,
            "{client}"
        );
    }
}

fn words(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn whoever_is_asked_about_tokens_is_named_in_either_spelling() {
    for introspection in [
        json!({"url": "https://issuer.test/introspect", "client_id": "rs", "client_secret": "x", "require_audience": false}),
        json!([{"url": "https://issuer.test/introspect", "clientId": "rs", "clientSecret": "x", "clientAuthentication": "post",
                "scopesClaim": ["scope", "permissions"], "leewaySeconds": 5, "issuer": ISSUER}]),
        json!({"provider": "github", "clientId": "Iv1.0a", "clientSecret": "x"}),
        json!({"provider": "google", "client_id": "1-a.apps.googleusercontent.com"}),
    ] {
        let section = json!({"resource": RESOURCE, "introspection": introspection});
        drop(described(&json!({"authentication": section})).unwrap().engine().unwrap());
    }
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
        (jwt(json!({"provider": "auth1"})), "unknown variant `auth1`"),
        (jwt(json!({"provider": "okta", "issuer": "https://"})), "is no URL of a provider"),
        (refused(&json!({"introspection": {"clientId": "rs"}})), "name the url"),
        (
            refused(&json!({"introspection": {"provider": "github", "clientId": "a/b"}})),
            "name of no GitHub app",
        ),
        (
            refused(&json!({"introspection": {"url": "https://a.test", "secret": "x"}})),
            "unknown field `secret`",
        ),
    ] {
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("\"kty\""), "{message}");
    }
    let settings = json!({"authentication": {"jwt": {"issuer": ISSUER, "secret": "canary-canary-canary-canary-canary"},
        "introspection": {"url": "https://a.test", "client_id": "a", "client_secret": "canary"}}});
    let settings = Settings::from_json(&settings.to_string()).unwrap();
    assert!(!format!("{settings:?}").contains("canary"), "secrets are not for logs");
}
