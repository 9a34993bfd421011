//! `oxmcp doctor connect`: what it says of servers that connectors can use, and of others.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;
mod support;

use std::net::SocketAddr;

use authentication_support::provider::Provider;
use authentication_support::{Issuer, claims};
use oxmcp_core::authentication::{AuthenticationOptions, JwtOptions, KeySource};
use oxmcp_core::host::command;
use oxmcp_core::transports::http::HttpOptions;
use serde_json::{Value, json};
use support::Server;

/// The status, and what was said. On a thread of its own: it waits for answers of this one's.
async fn run(arguments: Vec<String>) -> (u8, String) {
    let ran = tokio::task::spawn_blocking(move || {
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let status = command::run(&arguments, &mut out, &mut errors);
        (status, String::from_utf8(out).unwrap() + &String::from_utf8(errors).unwrap())
    });
    ran.await.unwrap()
}

async fn connect(url: &str, more: &[&str]) -> (u8, String) {
    run(["doctor", "connect", url].iter().chain(more).map(ToString::to_string).collect()).await
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/mcp")
}

/// A server that believes the tokens of an issuer, whose metadata are as they are given.
async fn guarded(issuer: &Issuer, metadata: &Value, resource: Option<&str>) -> (Server, Provider) {
    let provider = Provider::start().await;
    let name = provider.url("");
    let mut document = json!({"issuer": name, "jwks_uri": provider.url("/keys")});
    document.as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
    provider.answer("/.well-known/oauth-authorization-server", "200 OK", &document);
    provider.answer("/keys", "200 OK", &issuer.set());
    let jwt = JwtOptions {
        audiences: vec![authentication_support::RESOURCE.to_owned()],
        ..JwtOptions::new(&*name, KeySource::Issuer(name.clone()))
    };
    let options = AuthenticationOptions {
        resource: resource.map(ToOwned::to_owned),
        jwt: vec![jwt],
        ..AuthenticationOptions::default()
    };
    let engine = authentication_support::engine(&options);
    (support::serve_engine(engine, support::engine().1, HttpOptions::default()), provider)
}

fn complete() -> Value {
    json!({
        "authorization_endpoint": "https://a.test/authorize", "token_endpoint": "https://a.test/token",
        "code_challenge_methods_supported": ["S256"], "registration_endpoint": "https://a.test/register",
    })
}

#[tokio::test]
async fn a_server_for_everybody_is_green_but_for_being_one() {
    let server = support::serve(HttpOptions::default());
    let (status, said) = connect(&url(server.address), &[]).await;
    assert_eq!(status, 0, "{said}");
    for line in [
        "green  a handshake that accepts anything (Accept: */*) is answered, with version 2025-11-25\n",
        "note   everybody is let in\n",
        "green  a second handshake, with the same id, is answered, too\n",
        "green  the list of tools is there: ",
        "green  version 2026-07-28 is spoken, too\n",
        "Nothing is wrong that could be seen.\n",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
}

#[tokio::test]
async fn the_way_to_a_token_is_followed_to_its_issuer_and_back() {
    let issuer = Issuer::new();
    let (server, provider) = guarded(&issuer, &complete(), None).await;
    let (status, said) = connect(&url(server.address), &[]).await;
    assert_eq!(status, 0, "{said}");
    for line in [
        "green  without a token the answer is 401\n",
        "green  the metadata are at http://",
        "takes clients that it never heard of, by registration\n",
        "note   what is behind the door was not looked at\n",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let mut claims = claims("ann");
    claims["iss"] = json!(provider.url(""));
    let path = std::env::temp_dir().join(format!("oxmcp-doctor-{}.token", std::process::id()));
    let file = path.to_str().unwrap();
    std::fs::write(&path, issuer.token(&claims) + "\n").unwrap();
    let (status, said) = connect(&url(server.address), &["--token-file", file]).await;
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("green  a second handshake") && said.contains("green  the list of tools"),
        "{said}"
    );
    assert!(!said.contains(&issuer.token(&claims)[..20]), "tokens are not for screens: {said}");
    std::fs::write(&path, "eyJ.forged.token").unwrap();
    let (status, said) = connect(&url(server.address), &["--token-file", file]).await;
    std::fs::remove_file(&path).unwrap();
    assert!(status == 1 && said.contains("red    the token is refused: "), "{said}");
}

#[tokio::test]
async fn each_thing_that_is_missing_on_the_way_is_named() {
    let issuer = Issuer::new();
    let with = |name: &str, value: Value| {
        let mut metadata = complete();
        metadata[name] = value;
        metadata
    };
    for (metadata, resource, says) in [
        (with("code_challenge_methods_supported", json!(["plain"])), None, "red    the issuer http://"),
        (with("token_endpoint", json!(null)), None, "names no token_endpoint"),
        (with("issuer", json!("https://other.test")), None, "calls itself \"https://other.test\""),
        (complete(), Some("https://other.test/mcp"), "red    the metadata are not there"),
    ] {
        let (server, _provider) = guarded(&issuer, &metadata, resource).await;
        let (status, said) = connect(&url(server.address), &[]).await;
        assert_eq!(status, 1, "{said}");
        assert!(said.contains(says) && said.contains("\n         → "), "{says} in {said}");
    }
    let (server, _provider) = guarded(&issuer, &with("registration_endpoint", json!(null)), None).await;
    let (status, said) = connect(&url(server.address), &[]).await;
    assert!(status == 0 && said.contains("note   the issuer http://"), "{said}");
    let (server, provider) = guarded(&issuer, &complete(), None).await;
    provider.answer("/.well-known/oauth-authorization-server", "200 OK", &"<html>");
    let (status, said) = connect(&url(server.address), &[]).await;
    assert!(status == 1 && said.contains("says nothing of itself"), "{said}");
}

#[tokio::test]
async fn what_is_no_server_gets_a_reason() {
    let provider = Provider::start().await;
    provider.answer("/page", "200 OK", &"<html>hello</html>");
    provider.answer("/slash", "307 Temporary Redirect\r\nLocation: /slash/", &"");
    provider.answer("/picky", "406 Not Acceptable", &"");
    provider.answer("/down", "502 Bad Gateway", &"");
    provider.answer("/host", "421 Misdirected Request", &"");
    provider.answer("/bare", "401 Unauthorized", &"");
    for (path, says) in [
        ("/page", "the answer to initialize is no JSON-RPC result"),
        ("/slash", "connectors do not follow redirects"),
        ("/picky", "it refuses Accept: */*"),
        ("/down", "the server behind it does not"),
        ("/host", "add it to allowed_hosts"),
        ("/nothing", "most servers answer at /mcp"),
        ("/bare", "the refusal does not say where the metadata are"),
    ] {
        let (status, said) = connect(&provider.url(path), &[]).await;
        assert!(status == 1 && said.contains("red    ") && said.contains(says), "{says} in {said}");
    }
    let session = json!({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "x\nred    forged"}});
    provider.answer("/forged", "200 OK\r\nContent-Type: application/json", &session);
    let (_, said) = connect(&provider.url("/forged"), &[]).await;
    assert!(!said.lines().any(|line| line.starts_with("red    forged")), "{said}");
    drop(provider);
    for (url, says) in [
        ("http://mcp.test/mcp", "by https alone"),
        ("ftp://mcp.test/mcp", "by https alone"),
        ("http://127.0.0.1:1/mcp", "no answer: it cannot be connected to"),
    ] {
        let (status, said) = connect(url, &[]).await;
        assert!(status == 1 && said.contains(says), "{says} in {said}");
    }
}

#[tokio::test]
async fn a_command_that_is_none_is_told_how_it_should_be() {
    for arguments in [
        &["doctor"][..],
        &["doctor", "connect"],
        &["doctor", "fly", "http://127.0.0.1:1"],
        &["doctor", "connect", "http://127.0.0.1:1", "--token-file"],
        &["doctor", "connect", "http://127.0.0.1:1", "--token-file", "/no/such/file"],
        &["doctor", "connect", "http://127.0.0.1:1", "--token", "x"],
        &["doctor", "connect", "http://127.0.0.1:1", "--ca", "/no/such/file"],
    ] {
        let (status, said) = run(arguments.iter().map(ToString::to_string).collect()).await;
        assert_eq!(status, 2, "{arguments:?}: {said}");
    }
}
