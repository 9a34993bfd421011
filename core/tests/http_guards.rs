//! What is looked at before a body is: headers that may stand once, hosts, origins, and how large and slow a body may be.

mod support;

use oxmcp_core::transports::http::{AllowList, CorsOptions, HealthOptions, HttpOptions, Listed, Spelling};
use support::{ACCEPT_BOTH, ENVELOPE, INITIALIZE, JSON_HEADERS, modern_call, modern_headers, serve};

/// `Host` is among the headers of the request, so that none is added.
const HOST: &str = "Host: localhost\r\n";

#[tokio::test]
async fn what_may_stand_once_and_stands_twice_is_refused_whatever_it_says() {
    // HTTP-21, HDR-12
    let server = serve(HttpOptions { allowed_hosts: Some(vec!["*".to_owned()]), ..HttpOptions::default() });
    let body = modern_call(1, "echo", ENVELOPE);
    for header in [
        HOST,
        "Origin: http://localhost\r\n",
        "Content-Type: application/json\r\n",
        "Authorization: Bearer a\r\n",
        "Mcp-Session-Id: a\r\n",
        "Last-Event-ID: 1\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\n",
        "Mcp-Method: tools/call\r\n",
        "Mcp-Name: echo\r\n",
    ] {
        let (name, value) = header.trim_end().split_once(": ").unwrap();
        let others = format!("{HOST}{}", modern_headers("echo")).replace(header, "");
        let twice = format!("{others}{header}{}: {value}\r\n", name.to_lowercase());
        let answer = server.post(&twice, &body).await;
        assert_eq!(answer.status, 400, "{name}: {answer:?}");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_lowercase();
        assert!(message.contains(&name.to_lowercase()) && message.contains("twice"), "{message}");
        let once = server.post(&format!("{others}{header}"), &body).await;
        assert_eq!(once.status, 200, "{name}: {once:?}");
    }
}

#[tokio::test]
async fn two_hosts_are_refused_on_every_method_and_path() {
    // HTTP-21
    let server = serve(HttpOptions::default());
    for (method, path) in [("GET", "/mcp"), ("DELETE", "/mcp"), ("OPTIONS", "/mcp"), ("POST", "/elsewhere")] {
        let answer = server.ask(method, path, &format!("{HOST}{HOST}"), "").await;
        assert_eq!(answer.status, 400, "{method} {path}");
    }
    let mut client = server.connect().await;
    client.send("GET /mcp HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n").await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("Host is missing"), "{answer:?}");
}

#[tokio::test]
async fn copies_that_were_joined_by_a_comma_are_copies() {
    // HTTP-21: the way `fetch` shows them
    let server = serve(HttpOptions::default());
    for headers in [
        "Host: localhost, localhost\r\n",
        "Host: localhost\r\nOrigin: http://localhost, http://localhost\r\n",
    ] {
        let answer = server.post(&format!("{headers}{}", modern_headers("echo")), "{}").await;
        assert_eq!(answer.status, 400, "{headers}");
    }
}

#[tokio::test]
async fn the_handshake_and_what_follows_it_may_not_name_two_versions() {
    // HDR-12
    let server = serve(HttpOptions::default());
    let twice = "MCP-Protocol-Version: 2025-06-18\r\nMCP-Protocol-Version: 2025-06-18\r\n";
    let answer = server.post(&format!("{twice}{JSON_HEADERS}{ACCEPT_BOTH}"), INITIALIZE).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    for method in ["GET", "DELETE"] {
        let headers = format!("{twice}Mcp-Session-Id: a\r\nAccept: text/event-stream\r\n");
        let answer = server.ask(method, "/mcp", &headers, "").await;
        assert_eq!(answer.status, 400, "{method}");
    }
}

#[tokio::test]
async fn what_clients_may_accept_can_be_said_on_several_lines() {
    let server = serve(HttpOptions::default());
    let apart = "Accept: application/json\r\nAccept: text/event-stream\r\n";
    let headers = modern_headers("echo").replace(ACCEPT_BOTH, apart);
    assert_eq!(server.post(&headers, &modern_call(1, "echo", ENVELOPE)).await.status, 200);
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_one_limit_says() {
    // HTTP-17
    let long = "x".repeat(5 << 20);
    let body = modern_call(1, "echo", ENVELOPE).replace(r#""a":1"#, &format!(r#""a":"{long}""#));
    for (max_body_bytes, status) in [(6 << 20, 200), (body.len(), 200), (body.len() - 1, 413)] {
        let server = serve(HttpOptions { max_body_bytes, ..HttpOptions::default() });
        let answer = server.post(&modern_headers("echo"), &body).await;
        assert_eq!(answer.status, status, "{max_body_bytes}");
    }
}

#[tokio::test]
async fn a_session_is_named_in_an_event_stream_too() {
    // SESS-1
    let server = serve(HttpOptions::default());
    let answer = server.post(&format!("{JSON_HEADERS}Accept: text/event-stream\r\n"), INITIALIZE).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.header("mcp-session-id").is_some(), "{answer:?}");
}

#[test]
fn hosts_and_origins_are_understood_in_every_notation_that_can_match() {
    // SEC-1, SEC-2
    let hosts: &[(&str, &[&str], &[&str])] = &[
        ("*", &["anything", "a.example:1"], &[]),
        (
            "api.example",
            &["api.example", "API.example:443", "api.example:1"],
            &["x.api.example", "api.example.evil"],
        ),
        ("api.example:*", &["api.example", "api.example:8000"], &["example"]),
        ("api.example:443", &["api.example:443"], &["api.example", "api.example:4433"]),
        (
            "*.example.com",
            &["a.example.com", "a.b.Example.com:80"],
            &["example.com", "evil@x.example.com", "aexample.com"],
        ),
        ("*.example.com:*", &["a.example.com:80"], &["example.com:80"]),
        ("*:8000", &["a:8000"], &["a:8001", "a"]),
        ("127.0.0.1:*", &["127.0.0.1:3000"], &["127.0.0.1.evil.example"]),
        ("::1", &["[::1]", "[::1]:3000"], &["::1", "[::2]"]),
        ("[0:0::1]:80", &["[::1]:80"], &["[::1]"]),
        ("[::1]:*", &["[::1]:3000"], &["http://[::1]"]),
    ];
    let origins: &[(&str, &[&str], &[&str])] = &[
        ("*", &["https://a.example", "null"], &[]),
        (
            "https://app.example",
            &["https://app.example", "https://app.example:8443"],
            &["http://app.example"],
        ),
        ("https://app.example/", &["https://app.example"], &["https://app.example.evil"]),
        ("http://localhost:*", &["http://localhost:5173", "http://localhost"], &["https://localhost"]),
        (
            "https://*.app.example",
            &["https://a.app.example"],
            &["https://app.example", "http://a.app.example"],
        ),
        ("https://app.example:443", &["https://app.example"], &["https://app.example:8443"]),
        ("app.example", &["https://app.example", "http://app.example:80"], &["https://other.example"]),
        ("moz-extension://*", &["moz-extension://0a-1b"], &["https://0a-1b"]),
        ("null", &["null"], &["https://null.example"]),
    ];
    for (listed, cases) in [(Listed::Hosts, hosts), (Listed::Origins, origins)] {
        for (entry, allowed, refused) in cases {
            let list = AllowList::new(listed, [*entry]).unwrap();
            for value in *allowed {
                assert!(list.allows(value), "{entry} lets {value} in");
            }
            for value in *refused {
                assert!(!list.allows(value), "{entry} keeps {value} out");
            }
        }
    }
}

#[test]
fn an_entry_that_could_never_match_is_refused_with_what_is_right() {
    let right = |listed, entry: &str| AllowList::new(listed, [entry]).unwrap_err();
    for (entry, hint) in [
        ("https://api.example/mcp", r#"is a URL: write the host alone, "api.example""#),
        ("api.example/mcp", "'/'"),
        ("", "names nobody"),
        ("a b", "' '"),
        ("a.example,b.example", "','"),
        ("user@a.example", "'@'"),
        ("a.example:http", "not a port"),
        ("a.example:0", "not a port"),
        ("a.example:70000", "not a port"),
        ("api.*.example", "at the beginning"),
        (".example.com", r#"write "*.example.com""#),
        ("bücher.example", "xn--"),
        ("[::g]", "IPv6"),
        ("*.", "'*'"),
    ] {
        let message = right(Listed::Hosts, entry);
        if hint == "not a port" {
            assert!(message.contains("no port after its colon"), "{entry}: {message}");
        } else if entry != "*." {
            assert!(message.contains(hint), "{entry}: {message}");
        }
        assert!(message.starts_with(&format!("{entry:?} ")), "{message}");
    }
    for (entry, hint) in [
        ("https://app.example/mcp", r#"write "https://app.example""#),
        ("https://*", r#"write "*""#),
        ("://app.example", "no scheme"),
        ("https://", "names nobody"),
    ] {
        let message = right(Listed::Origins, entry);
        assert!(message.contains(hint), "{entry}: {message}");
    }
}

#[tokio::test]
async fn a_server_whose_lists_could_let_nobody_in_does_not_start() {
    let (engine, _) = support::engine();
    let start =
        |options| oxmcp_core::transports::http::Endpoint::new(engine.clone(), options, None).err().unwrap();
    let hosts = |hosts: &[&str]| Some(hosts.iter().map(|host| (*host).to_owned()).collect());
    for (options, named) in [
        (
            HttpOptions { allowed_hosts: hosts(&["http://a"]), ..HttpOptions::default() },
            "allowed_hosts: \"http://a\"",
        ),
        (HttpOptions { allowed_hosts: hosts(&[]), ..HttpOptions::default() }, "allowed_hosts: there is none"),
        (
            HttpOptions { allowed_origins: hosts(&["https://*"]), ..HttpOptions::default() },
            "allowed_origins:",
        ),
        (
            HttpOptions { allowed_hosts: hosts(&[]), spelling: Spelling::Camel, ..HttpOptions::default() },
            "allowedHosts: there is none",
        ),
        (
            HttpOptions {
                cors: Some(CorsOptions {
                    origins: hosts(&["*"]),
                    credentials: true,
                    ..CorsOptions::default()
                }),
                ..HttpOptions::default()
            },
            "cors, credentials: cookies",
        ),
    ] {
        let error = start(options);
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[tokio::test]
async fn a_refused_host_or_origin_is_told_which_setting_lets_it_in() {
    // SEC-1, SEC-2
    let server = serve(HttpOptions { spelling: Spelling::Camel, ..HttpOptions::default() });
    for (headers, status, named) in [
        (
            "Host: api.example:80\r\n",
            421,
            r#""api.example:80", a host that this server does not answer for; if the name is right, add it to the server's setting allowedHosts"#,
        ),
        (
            "Origin: https://app.example\r\n",
            403,
            r#""https://app.example", a site that may not call this server; if it may, add it to the server's setting allowedOrigins"#,
        ),
    ] {
        let answer = server.post(&format!("{headers}{}", modern_headers("echo")), "{}").await;
        assert_eq!(answer.status, status);
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(named), "{message}");
    }
}

/// A server that lets pages of `app.example` read.
fn open_to_pages(cors: CorsOptions) -> support::Server {
    serve(HttpOptions { cors: Some(cors), ..HttpOptions::default() })
}

fn of(origin: &str) -> CorsOptions {
    CorsOptions { origins: Some(vec![origin.to_owned()]), ..CorsOptions::default() }
}

const PREFLIGHT: &str = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,mcp-param-city,x-odd\r\n";

#[tokio::test]
async fn pages_of_allowed_origins_may_ask_send_and_read() {
    // HTTP-14
    let server = open_to_pages(of("https://app.example"));
    let origin = "Origin: https://app.example\r\n";
    let answer = server.ask("OPTIONS", "/mcp", &format!("{origin}{PREFLIGHT}"), "").await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, DELETE"));
    assert_eq!(answer.header("access-control-max-age"), Some("600"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let sent = answer.header("access-control-allow-headers").unwrap().to_lowercase();
    for name in [
        "content-type",
        "authorization",
        "mcp-session-id",
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
        "mcp-param-city",
    ] {
        assert!(sent.split(", ").any(|each| each == name), "{name} in {sent}");
    }
    assert!(!sent.contains("x-odd"), "{sent}");
    assert!(answer.head.to_lowercase().contains("vary: origin"), "{answer:?}");
    for (headers, body, status) in
        [(format!("{JSON_HEADERS}{ACCEPT_BOTH}"), INITIALIZE, 200), (ACCEPT_BOTH.to_owned(), "{}", 415)]
    {
        let answer = server.post(&format!("{origin}{headers}"), body).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
        let read = answer.header("access-control-expose-headers").unwrap();
        assert!(read.contains("Mcp-Session-Id"), "{read}");
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn pages_read_what_is_not_there() {
    // HTTP-14: a session that is over above all, so that they begin another
    let server = open_to_pages(of("https://app.example"));
    let origin = "Origin: https://app.example\r\n";
    let session = "Mcp-Session-Id: gone\r\nMCP-Protocol-Version: 2025-11-25\r\n";
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let nothing = modern_call(1, "echo", ENVELOPE).replace("tools/call", "no/such");
    let headers = modern_headers("echo").replace("tools/call", "no/such");
    for (path, headers, body) in [
        ("/elsewhere", format!("{JSON_HEADERS}{ACCEPT_BOTH}"), call),
        ("/mcp", format!("{JSON_HEADERS}{ACCEPT_BOTH}{session}"), call),
        ("/mcp", headers, &nothing),
    ] {
        let answer = server.ask("POST", path, &format!("{origin}{headers}"), body).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"), "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_and_read_nothing() {
    // HTTP-8, HTTP-14
    let server = open_to_pages(of("https://app.example"));
    for (method, headers) in [("OPTIONS", PREFLIGHT.to_owned()), ("POST", modern_headers("echo"))] {
        let headers = format!("Origin: https://evil.example\r\n{headers}");
        let answer = server.ask(method, "/mcp", &headers, "").await;
        assert_eq!(answer.status, 403, "{method}");
        assert!(!answer.head.to_lowercase().contains("access-control"), "{answer:?}");
    }
    let answer = server.ask("OPTIONS", "/mcp", "", "").await;
    assert_eq!(answer.status, 405);
    let answer = server.ask("OPTIONS", "/elsewhere", "Origin: https://app.example\r\n", "").await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn what_pages_may_do_is_off_unless_asked_for() {
    // HTTP-14
    let server = serve(HttpOptions::default());
    let answer = server.ask("OPTIONS", "/mcp", &format!("Origin: http://localhost\r\n{PREFLIGHT}"), "").await;
    assert_eq!(answer.status, 405);
    let headers = format!("Origin: http://localhost\r\n{}", modern_headers("echo"));
    let answer = server.post(&headers, &modern_call(1, "echo", ENVELOPE)).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.head.to_lowercase().contains("access-control") && answer.header("vary").is_none());
}

#[tokio::test]
async fn pages_may_be_those_that_may_call_anyway_or_all_there_are() {
    let server = open_to_pages(CorsOptions::default());
    let answer =
        server.ask("OPTIONS", "/mcp", &format!("Origin: http://localhost:5173\r\n{PREFLIGHT}"), "").await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (204, Some("http://localhost:5173"))
    );
    let server = open_to_pages(CorsOptions {
        allowed_headers: vec!["X-Tenant".to_owned()],
        exposed_headers: vec!["X-Trace".to_owned()],
        ..of("*")
    });
    let answer =
        server.ask("OPTIONS", "/mcp", &format!("Origin: https://any.example\r\n{PREFLIGHT}"), "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("X-Tenant"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("X-Trace"));
    let server = open_to_pages(CorsOptions {
        credentials: true,
        allowed_headers: vec!["*".to_owned()],
        ..of("https://app.example")
    });
    let answer =
        server.ask("OPTIONS", "/mcp", &format!("Origin: https://app.example\r\n{PREFLIGHT}"), "").await;
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("content-type,mcp-param-city,x-odd"));
}

#[tokio::test]
async fn those_who_ask_whether_it_is_there_are_answered_whatever_their_host() {
    let health = HealthOptions { status: 203, message: "fine".to_owned(), ..HealthOptions::default() };
    let server = serve(HttpOptions { health: Some(health), ..HttpOptions::default() });
    for (method, body) in [("GET", "fine"), ("HEAD", "")] {
        let answer = server.ask(method, "/health", "Host: 10.1.2.3\r\n", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (203, body), "{method}: {answer:?}");
    }
    let answer = server.ask("POST", "/health", HOST, "").await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(server.ask("GET", "/health", &format!("{HOST}{HOST}"), "").await.status, 400);
    let without = serve(HttpOptions::default());
    assert_eq!(without.ask("GET", "/health", HOST, "").await.status, 404);
}
