//! The server card: what is said of a server before anybody connects (CARD-1, CARD-2, CARD-4, CARD-5).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxmcp_core::engine::Engine;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Implementation;
use oxmcp_core::transports::http::{Endpoint, HealthOptions, HttpOptions, ServerCardOptions, Spelling};
use serde_json::{Value, json};
use support::{Server, serve, serve_engine};

const ANYWHERE: &str = "Host: 10.1.2.3\r\nOrigin: https://catalogue.example\r\n";

fn card() -> ServerCardOptions {
    ServerCardOptions {
        name: Some("com.example/weather".to_owned()),
        description: Some("Tells the weather.".to_owned()),
        ..ServerCardOptions::default()
    }
}

fn with(card: ServerCardOptions) -> HttpOptions {
    HttpOptions { server_card: Some(card), ..HttpOptions::default() }
}

fn well_described() -> Implementation {
    Implementation {
        title: Some("Weather".to_owned()),
        description: Some("Whatever the weather.".to_owned()),
        website_url: Some("https://example.com".to_owned()),
        icons: Some(RawJson::parse(r#"[{"src":"https://example.com/icon.png"}]"#).unwrap()),
        ..Implementation::new("com.example/weather", "1.2.3")
    }
}

fn serve_described(card: ServerCardOptions) -> Server {
    let (_, probe) = support::engine();
    serve_engine(Engine::builder(well_described()).build().unwrap(), probe, with(card))
}

#[tokio::test]
async fn a_card_is_read_by_everybody_from_every_page() {
    let server = serve(with(card()));
    let answer = server.ask("GET", "/mcp/server-card", ANYWHERE, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/mcp-server-card+json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
    let card = answer.json();
    assert_eq!(card["$schema"], "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json");
    assert_eq!(
        (&card["name"], &card["description"]),
        (&json!("com.example/weather"), &json!("Tells the weather."))
    );
    assert_eq!(card.get("remotes"), None, "nobody said where it is reached");

    let head = server.ask("HEAD", "/mcp/server-card", ANYWHERE, "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let preflight = server.ask("OPTIONS", "/mcp/server-card", ANYWHERE, "").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-headers"), Some("Content-Type, If-None-Match"));
    let posted = server.ask("POST", "/mcp/server-card", ANYWHERE, "").await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
}

#[tokio::test]
async fn who_has_the_card_is_told_so() {
    let server = serve(with(card()));
    let first = server.ask("GET", "/mcp/server-card", ANYWHERE, "").await;
    let tag = first.header("etag").unwrap();
    for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let headers = format!("{ANYWHERE}If-None-Match: {known}\r\n");
        let again = server.ask("GET", "/mcp/server-card", &headers, "").await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
        assert_eq!(
            (again.header("etag"), again.header("access-control-allow-origin")),
            (Some(tag), Some("*"))
        );
    }
    let headers = format!("{ANYWHERE}If-None-Match: \"other\"\r\n");
    assert_eq!(server.ask("GET", "/mcp/server-card", &headers, "").await.status, 200);
    let elsewhere = serve(with(card()));
    let same = elsewhere.ask("GET", "/mcp/server-card", ANYWHERE, "").await;
    assert_eq!(same.header("etag"), Some(tag), "two servers behind one name agree");
}

#[tokio::test]
async fn it_says_what_the_server_says_of_itself_and_where_it_is_reached() {
    let headers = json!([{ "name": "Authorization", "isRequired": true, "isSecret": true }]);
    let repository = json!({ "url": "https://example.com/weather", "source": "github" });
    let server = serve_described(ServerCardOptions {
        url: Some("https://example.com/mcp".to_owned()),
        headers: Some(headers.clone()),
        repository: Some(repository.clone()),
        ..ServerCardOptions::default()
    });
    let card = server.ask("GET", "/mcp/server-card", ANYWHERE, "").await.json();
    let expected: Value = json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
        "name": "com.example/weather",
        "version": "1.2.3",
        "title": "Weather",
        "description": "Whatever the weather.",
        "websiteUrl": "https://example.com",
        "icons": [{ "src": "https://example.com/icon.png" }],
        "repository": repository,
        "remotes": [{
            "type": "streamable-http",
            "url": "https://example.com/mcp",
            "headers": headers,
            "supportedProtocolVersions": ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"],
        }],
    });
    assert_eq!(card, expected);
}

#[tokio::test]
async fn it_is_off_unless_turned_on_and_never_at_the_endpoint_itself() {
    let off = serve(HttpOptions::default());
    for path in ["/mcp/server-card", "/.well-known/mcp/server-card.json"] {
        assert_eq!(off.ask("GET", path, "Host: localhost\r\n", "").await.status, 404, "{path}");
    }
    let on = serve(with(card()));
    let headers = "Host: localhost\r\nAccept: application/mcp-server-card+json\r\n";
    let answer = on.ask("GET", "/mcp", headers, "").await;
    assert_ne!(answer.status, 200, "{answer:?}");
    let root = serve(HttpOptions { path: "/".to_owned(), ..with(card()) });
    assert_eq!(root.ask("GET", "/server-card", ANYWHERE, "").await.status, 200);
}

#[test]
fn what_would_be_no_card_is_refused_by_its_name() {
    let refused = |server: Implementation, options: HttpOptions| {
        let engine = Engine::builder(server).build().unwrap();
        Endpoint::new(engine, options, None).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let plain = || Implementation::new("Weather", "1.0.0");
    let long = "x".repeat(101);
    let cases: [(ServerCardOptions, &str); 12] = [
        (ServerCardOptions { name: None, ..card() }, "server_card.name must be a reversed domain"),
        (ServerCardOptions { name: Some("a/b/c".to_owned()), ..card() }, "server_card.name must be"),
        (ServerCardOptions { name: Some("/b".to_owned()), ..card() }, "server_card.name must be"),
        (ServerCardOptions { description: None, ..card() }, "server_card.description is missing"),
        (
            ServerCardOptions { description: Some(long.clone()), ..card() },
            "server_card.description must have 1 to 100",
        ),
        (ServerCardOptions { title: Some(String::new()), ..card() }, "server_card.title must have 1 to 100"),
        (
            ServerCardOptions { url: Some("/mcp".to_owned()), ..card() },
            "server_card.url must be an http or https URL",
        ),
        (
            ServerCardOptions { url: Some("https://me:secret@example.com/mcp".to_owned()), ..card() },
            "server_card.url must be an http or https URL without user and password",
        ),
        (
            ServerCardOptions { headers: Some(json!([])), ..card() },
            "server_card.headers are those of a place",
        ),
        (ServerCardOptions { headers: Some(json!([{}])), ..card() }, "server_card.headers must be a list"),
        (
            ServerCardOptions { repository: Some(json!("x")), ..card() },
            "server_card.repository must be an object",
        ),
        (
            ServerCardOptions { repository: Some(json!({ "url": "x" })), ..card() },
            "server_card.repository must be",
        ),
    ];
    for (card, complaint) in cases {
        let said = refused(plain(), with(card));
        assert!(said.contains(complaint), "{said:?} does not say {complaint:?}");
    }
    for version in ["^1.2", "1.x", ""] {
        let said = refused(Implementation::new("Weather", version), with(card()));
        assert!(said.contains("server_card: the server's version must be one version"), "{said}");
    }
    let health = HealthOptions { path: "/mcp/server-card".to_owned(), ..HealthOptions::default() };
    let said = refused(plain(), HttpOptions { health: Some(health), ..with(card()) });
    assert!(said.contains("the path of health"), "{said}");
    let said =
        refused(plain(), HttpOptions { spelling: Spelling::Camel, ..with(ServerCardOptions::default()) });
    assert!(said.starts_with("serverCard.name"), "{said}");
}
