//! Who is let in over HTTP, and what the others are told.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use authentication_support::{ISSUER, Issuer, RESOURCE, base64, claims, engine, now};
use oxmcp_core::authentication::{
    Algorithm, ApiKeyOptions, AuthenticationOptions, Authenticator, JwtOptions, KeySource, NewApiKey,
};
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Output;
use oxmcp_core::transports::http::{CorsOptions, HealthOptions, HttpOptions, SseOptions};
use serde_json::{Value, json};
use support::{
    Answer, ENVELOPE, INITIALIZE, JSON_HEADERS, Server, modern_call, modern_headers, serve_engine,
};

fn serve(engine: Engine, options: HttpOptions) -> Server {
    let probe = support::engine().1;
    serve_engine(engine, probe, options)
}

fn served(options: &AuthenticationOptions) -> Server {
    serve(engine(options), HttpOptions::default())
}

/// Asks who it is, with these headers.
async fn who(server: &Server, headers: &str) -> Answer {
    let head = format!("Host: localhost\r\n{headers}{}", modern_headers("who"));
    server.post(&head, &modern_call(1, "who", ENVELOPE)).await
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// What the tool said of whoever was let in.
fn said(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = answer.json()["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    serde_json::from_str(&text).unwrap()
}

fn challenge(answer: &Answer) -> &str {
    answer.header("WWW-Authenticate").unwrap_or_default()
}

const METADATA: &str = r#"resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/mcp""#;

#[tokio::test]
async fn a_good_token_is_whoever_it_names() {
    // AUTH-7, AUTH-14
    let issuer = Issuer::new();
    let server = served(&issuer.options());
    for _ in 0..2 {
        let said = said(&who(&server, &bearer(&issuer.good("ann"))).await);
        assert_eq!(
            said,
            json!({
                "subject": "ann", "client": "app", "issuer": ISSUER, "scopes": ["mcp:read", "mcp:write"],
                "roles": [], "method": "jwt", "token": null, "expires": true,
            })
        );
    }
    for (header, with) in [
        (r#"{"alg":"RS256","kid":"rsa"}"#, "RS256"),
        (r#"{"alg":"PS256","kid":"rsa","typ":"JWT"}"#, "PS256"),
        (r#"{"alg":"EdDSA","kid":"ed","typ":"application/at+jwt"}"#, "EdDSA"),
        (r#"{"alg":"EdDSA"}"#, "EdDSA"),
    ] {
        let token = issuer.sign_text(header, &claims("bob").to_string(), with);
        assert_eq!(said_by(&server, &token).await["subject"], "bob", "{header}");
    }
    // A list of audiences, the slash that some issuers add, and clocks that differ a little.
    for (name, value) in [
        ("aud", json!(["https://other.test", RESOURCE])),
        ("aud", json!(format!("{RESOURCE}/"))),
        ("exp", json!(now() - 20)),
        ("nbf", json!(now() + 20)),
    ] {
        let mut claims = claims("ann");
        claims[name] = value;
        assert_eq!(said_by(&server, &issuer.token(&claims)).await["subject"], "ann");
    }
}

async fn said_by(server: &Server, token: &str) -> Value {
    said(&who(server, &bearer(token)).await)
}

/// Sixty tokens that nobody should believe.
#[allow(clippy::too_many_lines, reason = "a list")]
fn forged(issuer: &Issuer) -> Vec<(String, String)> {
    let good = claims("ann");
    let es = r#"{"alg":"ES256","kid":"ec"}"#;
    let stranger = Issuer::new();
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    // How it is signed.
    let text = good.to_string();
    for (name, header) in [
        ("none", r#"{"alg":"none"}"#),
        ("None", r#"{"alg":"None"}"#),
        ("nOnE with a kid", r#"{"alg":"nOnE","kid":"ec"}"#),
        ("an empty algorithm", r#"{"alg":""}"#),
    ] {
        add(name, format!("{}.{}.", base64(header), base64(&text)));
        add(&format!("{name}, signed"), issuer.sign_text(header, &text, "ES256"));
    }
    for secret in [issuer.rsa_pem(), issuer.set().to_string(), base64([7; 32]), "\u{7}".repeat(32)] {
        let header = r#"{"alg":"HS256","kid":"rsa"}"#;
        add("HS256 with what is public", issuer.sign_text(header, &text, &secret));
    }
    add("HS256 with the set's secret", issuer.sign_text(r#"{"alg":"HS256","kid":"secret"}"#, &text, "\u{7}"));
    add("another's signature", stranger.sign_text(es, &text, "ES256"));
    add("another kind of signature", issuer.sign_text(es, &text, "EdDSA"));
    add("another key's name", issuer.sign_text(r#"{"alg":"ES256","kid":"ed"}"#, &text, "ES256"));
    add("another algorithm's name", issuer.sign_text(r#"{"alg":"RS256","kid":"ec"}"#, &text, "ES256"));
    add("a key that encrypts", issuer.sign_text(r#"{"alg":"ES256","kid":"encrypts"}"#, &text, "ES256"));
    add("an unknown key", issuer.sign_text(r#"{"alg":"ES256","kid":"x"}"#, &text, "ES256"));
    let huge = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(5000));
    add("a huge key name", issuer.sign_text(&huge, &text, "ES256"));
    add(
        "a path for a key name",
        issuer.sign_text(r#"{"alg":"ES256","kid":"../../dev/null"}"#, &text, "ES256"),
    );
    add("a number for a key name", issuer.sign_text(r#"{"alg":"ES256","kid":7}"#, &text, "ES256"));
    add("a list of algorithms", issuer.sign_text(r#"{"alg":["ES256"],"kid":"ec"}"#, &text, "ES256"));
    add("no algorithm", issuer.sign_text(r#"{"kid":"ec"}"#, &text, "ES256"));
    add("two algorithms", issuer.sign_text(r#"{"alg":"none","alg":"ES256","kid":"ec"}"#, &text, "ES256"));
    add("crit", issuer.sign_text(r#"{"alg":"ES256","kid":"ec","crit":["exp"]}"#, &text, "ES256"));
    add("b64", issuer.sign_text(r#"{"alg":"ES256","kid":"ec","b64":false}"#, &text, "ES256"));
    add(
        "an ID token's type",
        issuer.sign_text(r#"{"alg":"ES256","kid":"ec","typ":"id+jwt"}"#, &text, "ES256"),
    );
    add(
        "a logout token",
        issuer.sign_text(r#"{"alg":"ES256","kid":"ec","typ":"logout+jwt"}"#, &text, "ES256"),
    );
    let own = stranger.set()["keys"][0].clone();
    let brought = json!({"alg": "ES256", "jwk": own}).to_string();
    add("a key that it brings along", stranger.sign_text(&brought, &text, "ES256"));
    let led = r#"{"alg":"ES256","kid":"ec","jku":"https://evil.test/keys"}"#;
    add("a key set that it names", stranger.sign_text(led, &text, "ES256"));
    add("a header that is a list", issuer.sign_text("[]", &text, "ES256"));
    // What was changed after it was signed.
    let token = issuer.good("ann");
    let parts: Vec<&str> = token.split('.').collect();
    let other = base64(claims("root").to_string());
    add("other claims", format!("{}.{other}.{}", parts[0], parts[2]));
    add("no signature", format!("{}.{}.", parts[0], parts[1]));
    add("a short signature", format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40]));
    add("a zero signature", format!("{}.{}.{}", parts[0], parts[1], base64([0; 64])));
    add("padding", format!("{}.{}.{}==", parts[0], parts[1], parts[2]));
    add("two parts", format!("{}.{}", parts[0], parts[1]));
    add("four parts", format!("{token}.x"));
    add("five parts", format!("{token}.x.y"));
    add("no base64", format!("{}.{}~.{}", parts[0], parts[1], parts[2]));
    // What it says.
    let mut says = |name: &str, value: Option<Value>| {
        let mut claims = good.clone();
        let members = claims.as_object_mut().unwrap();
        let described = format!("{name}: {value:?}");
        match value {
            Some(value) => drop(members.insert(name.to_owned(), value)),
            None => drop(members.remove(name)),
        }
        all.push((described, issuer.token(&claims)));
    };
    for name in ["exp", "iss", "aud", "sub"] {
        says(name, None);
        says(name, Some(json!(null)));
        says(name, Some(json!({})));
    }
    says("exp", Some(json!(now() - 31)));
    says("exp", Some(json!((now() + 300).to_string())));
    says("exp", Some(json!(-1)));
    says("exp", Some(json!(1e300)));
    says("nbf", Some(json!(now() + 300)));
    says("nbf", Some(json!("0")));
    says("iat", Some(json!(now() + 300)));
    says("iat", Some(json!([])));
    says("iss", Some(json!(format!("{ISSUER}/"))));
    says("iss", Some(json!([ISSUER])));
    says("iss", Some(json!("HTTPS://ISSUER.TEST")));
    says("aud", Some(json!("https://other.test/mcp")));
    says("aud", Some(json!(format!("{RESOURCE}x"))));
    says("aud", Some(json!([])));
    says("aud", Some(json!([RESOURCE, 7])));
    says("aud", Some(json!("https://mcp.test")));
    says("sub", Some(json!("")));
    says("sub", Some(json!(7)));
    says("token_use", Some(json!("id")));
    says("at_hash", Some(json!("x")));
    says("cnf", Some(json!("x")));
    says("cnf", Some(json!({"jkt": 7})));
    let twice = text.replacen('{', &format!(r#"{{"sub":"root","iss":"{ISSUER}","#), 1);
    all.push(("claims twice".to_owned(), issuer.sign_text(es, &twice, "ES256")));
    let deep = format!(r#"{{"a":{}1{},{}"#, "[".repeat(200), "]".repeat(200), &text[1..]);
    all.push(("deep claims".to_owned(), issuer.sign_text(es, &deep, "ES256")));
    all.push(("claims that are no object".to_owned(), issuer.sign_text(es, "7", "ES256")));
    let mut long = good.clone();
    long["filler"] = json!("x".repeat(13_000));
    all.push(("a long token".to_owned(), issuer.token(&long)));
    for (name, token) in
        [("a word", "hello"), ("dots", ".."), ("only a header", "e30.."), ("an empty key", "oxk_")]
    {
        all.push((name.to_owned(), token.to_owned()));
    }
    all
}

#[tokio::test]
async fn forged_tokens_are_refused_with_a_challenge() {
    // AUTH-3, AUTH-4, AUTH-7
    let issuer = Issuer::new();
    let server = served(&issuer.options());
    let forged = forged(&issuer);
    assert!(forged.len() >= 60, "{}", forged.len());
    for (name, token) in &forged {
        let answer = who(&server, &bearer(token)).await;
        assert_eq!(answer.status, 401, "{name}: {answer:?}");
        let challenge = challenge(&answer);
        assert!(challenge.starts_with(r#"Bearer error="invalid_token", error_description=""#), "{challenge}");
        assert!(challenge.ends_with(METADATA), "{challenge}");
        assert!(token.len() < 30 || !answer.body.contains(token.as_str()), "{name}");
    }
    assert_eq!(said_by(&server, &issuer.good("ann")).await["subject"], "ann");
}

#[tokio::test]
async fn whoever_shows_nothing_is_told_the_same_everywhere() {
    // AUTH-3, AUTH-13
    let issuer = Issuer::new();
    let options = HttpOptions {
        sse: Some(SseOptions::default()),
        health: Some(HealthOptions::default()),
        ..HttpOptions::default()
    };
    let options_of =
        AuthenticationOptions { required_scopes: vec!["mcp:read".to_owned()], ..issuer.options() };
    let server = serve(engine(&options_of), options);
    let mut answers = Vec::new();
    for path in ["/mcp", "/mcp/", "/", "/sse", "/messages", "/nothing", "/.well-known/none", "/metrics"] {
        for method in ["GET", "POST", "DELETE", "PUT", "OPTIONS"] {
            for credentials in ["", "Authorization: Basic YTpi\r\n"] {
                let head = format!("Host: localhost\r\n{credentials}{JSON_HEADERS}");
                let answer = server.ask(method, path, &head, INITIALIZE).await;
                assert_eq!(answer.status, 401, "{method} {path}");
                let head: Vec<String> = answer
                    .head
                    .lines()
                    .filter(|line| !line.starts_with("date:"))
                    .map(str::to_owned)
                    .collect();
                answers.push((head, answer.body));
            }
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let wanted = format!(r#"Bearer scope="mcp:read", {METADATA}"#);
    assert!(answers[0].0.iter().any(|line| line.ends_with(&wanted)), "{:?}", answers[0]);
    assert_eq!(server.ask("GET", "/health", "Host: localhost\r\n", "").await.status, 200);
    let alien = server.ask("POST", "/mcp", "Host: evil.test\r\n", "").await;
    assert_eq!(alien.status, 421, "hosts are looked at first");
}

#[tokio::test]
async fn malformed_credentials_are_the_requests_fault() {
    // AUTH-6, AUTH-12
    let issuer = Issuer::new();
    let mut options = issuer.options();
    options.api_keys = Some(ApiKeyOptions::default());
    let server = served(&options);
    let good = issuer.good("ann");
    for headers in [
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer a b\r\n".to_owned(),
        "Authorization: Bearer \"x\"\r\n".to_owned(),
        "Authorization: bearer =\r\n".to_owned(),
        "Authorization: Bearer \u{fc}\r\n".to_owned(),
        format!("{}X-API-Key: oxk_1\r\n", bearer(&good)),
        "X-API-Key: a b\r\n".to_owned(),
    ] {
        let answer = who(&server, &headers).await;
        assert_eq!(answer.status, 400, "{headers}: {answer:?}");
        assert!(challenge(&answer).starts_with(r#"Bearer error="invalid_request""#), "{answer:?}");
    }
    let twice = who(&server, &format!("{0}{0}", bearer(&good))).await;
    assert_eq!(twice.status, 400);
    for query in ["access_token=x", "a=1&Api_Key=x", "key=oxk_abc", &format!("access_token={good}")] {
        let head = format!("Host: localhost\r\n{}{}", bearer(&good), modern_headers("who"));
        let path = format!("/mcp?{query}");
        let answer = server.ask("POST", &path, &head, &modern_call(1, "who", ENVELOPE)).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        assert!(!answer.body.contains(&good));
    }
}

#[tokio::test]
async fn a_missing_scope_is_named_and_a_broader_one_is_enough() {
    // AUTH-5, AUTH-9, AUTH-10
    let issuer = Issuer::new();
    let server = served(&AuthenticationOptions {
        required_scopes: vec!["mcp:admin".to_owned(), "offline_access".to_owned()],
        scope_implies: [
            ("all".to_owned(), vec!["mcp:more".to_owned()]),
            ("mcp:more".to_owned(), vec!["mcp:admin".to_owned(), "offline_access".to_owned()]),
        ]
        .into(),
        ..issuer.options()
    });
    let answer = who(&server, &bearer(&issuer.good("ann"))).await;
    assert_eq!(answer.status, 403);
    let told = challenge(&answer);
    assert!(told.starts_with(r#"Bearer error="insufficient_scope", "#), "{told}");
    assert!(told.contains(r#"scope="mcp:admin""#) && told.ends_with(METADATA), "{told}");
    let mut claims = claims("ann");
    claims["scope"] = json!("all");
    let said = said_by(&server, &issuer.token(&claims)).await;
    assert_eq!(said["scopes"], json!(["all", "mcp:more", "mcp:admin", "offline_access"]));
}

#[tokio::test]
async fn everybody_may_read_where_tokens_come_from() {
    // AUTH-1, AUTH-2, AUTH-10
    let issuer = Issuer::new();
    let server = served(&AuthenticationOptions {
        resource: Some("HTTPS://MCP.test/mcp/".to_owned()),
        scopes_supported: vec!["mcp:write".to_owned(), "offline_access".to_owned()],
        required_scopes: vec!["mcp:read".to_owned()],
        resource_name: Some("Test".to_owned()),
        ..issuer.options()
    });
    for path in ["", "/", "/mcp", "/mcp/"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let head = "Host: anything.test\r\nOrigin: https://page.test\r\nAuthorization: Bearer nobody\r\n";
        let answer = server.ask("GET", &path, head, "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(
            answer.json(),
            json!({
                "resource": RESOURCE, "authorization_servers": [ISSUER], "resource_name": "Test",
                "scopes_supported": ["mcp:read", "mcp:write"], "bearer_methods_supported": ["header"],
            })
        );
    }
    assert_eq!(
        said_by(&server, &issuer.good("ann")).await["subject"],
        "ann",
        "the audience is the canonical URI"
    );
    let unnamed = served(&AuthenticationOptions {
        resource: None,
        jwt: issuer
            .options()
            .jwt
            .into_iter()
            .map(|jwt| JwtOptions { audiences: vec!["us".to_owned()], ..jwt })
            .collect(),
        ..issuer.options()
    });
    let head = format!("Host: {}\r\n", unnamed.address);
    let document = unnamed.ask("GET", "/.well-known/oauth-protected-resource/mcp", &head, "").await.json();
    assert_eq!(document["resource"], format!("http://{}/mcp", unnamed.address));
    let answer = unnamed.ask("POST", "/mcp", &head, "").await;
    let told = format!(
        r#"Bearer resource_metadata="http://{}/.well-known/oauth-protected-resource/mcp""#,
        unnamed.address
    );
    assert_eq!(challenge(&answer), told);
}

#[tokio::test]
async fn browsers_ask_before_they_have_a_token_and_read_the_challenge() {
    let issuer = Issuer::new();
    let options = HttpOptions { cors: Some(CorsOptions::default()), ..HttpOptions::default() };
    let server = serve(engine(&issuer.options()), options);
    let page = "Host: localhost\r\nOrigin: http://localhost\r\n";
    let preflight = format!("{page}Access-Control-Request-Method: POST\r\n");
    assert_eq!(server.ask("OPTIONS", "/mcp", &preflight, "").await.status, 204);
    let answer = server.ask("POST", "/mcp", page, "").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("http://localhost"));
    assert!(answer.header("Access-Control-Expose-Headers").unwrap().contains("WWW-Authenticate"));
}

#[tokio::test]
async fn keys_of_ours_are_known_by_their_hash_and_can_be_changed_without_a_gap() {
    let new = NewApiKey {
        owner: "ann".to_owned(),
        scopes: vec!["mcp:read".to_owned()],
        roles: vec!["analyst".to_owned()],
        ..NewApiKey::default()
    };
    let (first, first_record) = new.make().unwrap();
    let (second, second_record) = new.make().unwrap();
    let (expired, mut old) = new.make().unwrap();
    old.expires_at = Some(now() - 1);
    assert!(first.starts_with("oxk_") && first.len() == 66, "{first}");
    assert!(!serde_json::to_string(&first_record).unwrap().contains(&first[17..60]));

    let server = served(&AuthenticationOptions {
        api_keys: Some(ApiKeyOptions {
            keys: vec![first_record, second_record, old],
            ..ApiKeyOptions::default()
        }),
        ..AuthenticationOptions::default()
    });
    for headers in [bearer(&first), bearer(&second), format!("X-API-Key: {first}\r\n")] {
        let said = said(&who(&server, &headers).await);
        assert_eq!(said["subject"], "ann");
        assert_eq!(said["issuer"], "oxmcp:api-key", "nobody else's user is the same");
        assert_eq!((&said["scopes"], &said["roles"]), (&json!(["mcp:read"]), &json!(["analyst"])));
        assert_eq!(said["method"], "api_key");
    }
    // Every letter counts, and what is wrong is told apart by nothing that depends on which keys there are.
    let mut told = std::collections::HashSet::new();
    for place in 4..first.len() {
        if first.as_bytes()[place] == b'_' {
            continue;
        }
        let mut wrong = first.clone().into_bytes();
        wrong[place] = if wrong[place] == b'a' { b'b' } else { b'a' };
        let wrong = String::from_utf8(wrong).unwrap();
        let answer = who(&server, &bearer(&wrong)).await;
        assert_eq!(answer.status, 401);
        told.insert(answer.body);
    }
    assert_eq!(told.len(), 1, "{told:?}");
    let (stranger, _) = new.make().unwrap();
    assert_eq!(who(&server, &bearer(&stranger)).await.status, 401);
    assert!(who(&server, &bearer(&expired)).await.body.contains("expired"));
    let nothing = who(&server, "").await;
    assert_eq!(challenge(&nothing), r#"Bearer realm="mcp""#, "there is no issuer to lead to");
}

#[tokio::test]
async fn a_function_says_who_a_token_is_or_that_it_knows_none() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let function = from_function(move |call: Invocation| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            assert_eq!(&*call.target, "oxmcp/verify_token");
            let token = call.arguments.to_value().unwrap()["token"].as_str().unwrap().to_owned();
            let whole = |value: Value| Ok(Output::Whole(RawJson::from_value(&value)));
            match token.as_str() {
                "ann" => whole(json!({
                    "subject": "ann", "clientId": "app", "scopes": ["a"], "roles": ["r"],
                    "expires_at": now() + 60, "claims": {"x": 1},
                })),
                "inactive" => whole(json!({"active": false, "subject": "ann"})),
                "expired" => whole(json!({"subject": "ann", "expires_at": now() - 1})),
                "nobody" => whole(json!({"scopes": ["a"]})),
                "wrong" => whole(json!([1])),
                "broken" => Err(Failure::new(FailureKind::Internal, "secret detail")),
                "panics" => panic!("secret detail"),
                _ => whole(json!(null)),
            }
        }
    });
    let options = AuthenticationOptions {
        function: Some(function),
        keep_token: true,
        ..AuthenticationOptions::default()
    };
    let server = served(&options);
    let said = said_by(&server, "ann").await;
    assert_eq!(
        (&said["subject"], &said["client"], &said["method"]),
        (&json!("ann"), &json!("app"), &json!("function"))
    );
    assert_eq!(
        (&said["scopes"], &said["roles"], &said["token"]),
        (&json!(["a"]), &json!(["r"]), &json!("ann"))
    );
    said_by(&server, "ann").await;
    assert_eq!(
        asked.load(Ordering::SeqCst),
        2,
        "what the author decides is asked anew unless it may be kept"
    );
    for (token, status) in [
        ("inactive", 401),
        ("expired", 401),
        ("x.y.z", 401),
        ("nobody", 503),
        ("wrong", 503),
        ("broken", 503),
        ("panics", 503),
    ] {
        let answer = who(&server, &bearer(token)).await;
        assert_eq!(answer.status, status, "{token}");
        assert!(!answer.body.contains("secret"), "{answer:?}");
    }
    let server =
        served(&AuthenticationOptions { function_cache_time: std::time::Duration::from_secs(60), ..options });
    let before = asked.load(Ordering::SeqCst);
    said_by(&server, "ann").await;
    said_by(&server, "ann").await;
    assert_eq!(asked.load(Ordering::SeqCst), before + 1);
}

#[tokio::test]
async fn a_session_is_its_users_whatever_token_they_show() {
    // SEC-4, SEC-5
    let issuer = Issuer::new();
    let server = served(&issuer.options());
    let head = |token: &str| format!("Host: localhost\r\n{}{JSON_HEADERS}", bearer(token));
    let begun = server.post(&head(&issuer.good("ann")), INITIALIZE).await;
    let session = begun.header("Mcp-Session-Id").unwrap().to_owned();
    let ask = |token: String| {
        let head = format!("{}Mcp-Session-Id: {session}\r\n", head(&token));
        let server = &server;
        async move { server.post(&head, r#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#).await }
    };
    let mut renewed = claims("ann");
    renewed["scope"] = json!("less");
    renewed["exp"] = json!(now() + 600);
    assert_eq!(ask(issuer.token(&renewed)).await.status, 200);
    let other = ask(issuer.good("bob")).await;
    assert_eq!(other.status, 404);
    let gone = server.post(&format!("{}Mcp-Session-Id: x\r\n", head(&issuer.good("bob"))), INITIALIZE).await;
    assert_ne!(gone.status, 200);
    assert_eq!(ask(issuer.good("ann")).await.status, 200);
}

#[test]
fn options_that_let_in_too_many_or_nobody_are_refused() {
    let issuer = Issuer::new();
    let with = |keys: KeySource, change: fn(&mut AuthenticationOptions)| {
        let mut options =
            AuthenticationOptions { jwt: vec![JwtOptions::new(ISSUER, keys)], ..issuer.options() };
        change(&mut options);
        Authenticator::new(&options).map_err(|error| error.message().to_owned())
    };
    let set = || KeySource::Set(issuer.set().to_string());
    with(set(), |_| {}).unwrap();
    with(KeySource::Pem(issuer.rsa_pem()), |_| {}).unwrap();
    let nobody = |options: &mut AuthenticationOptions| options.jwt.clear();
    for (refused, says) in [
        (with(set(), nobody), "nobody could ever be let in"),
        (with(set(), |options| options.resource = None), "neither an audience nor a resource"),
        (with(set(), |options| options.resource = Some("mcp".to_owned())), "resource must be"),
        (with(set(), |options| options.required_scopes = vec!["a\"b".to_owned()]), "scopes must be"),
        (with(set(), |options| options.jwt[0].algorithms = vec![Algorithm::Hs256]), "need a secret"),
        (with(KeySource::Secret(vec![1; 31]), |_| {}), "too short"),
        (
            with(KeySource::Secret(vec![1; 32]), |options| {
                options.jwt[0].algorithms = vec![Algorithm::Rs256];
            }),
            "need a secret",
        ),
        (with(KeySource::Set("{\"keys\":[]}".to_owned()), |_| {}), "no key that verifies"),
        (with(KeySource::Set("{\"keys\":[],\"keys\":[]}".to_owned()), |_| {}), "not JSON that all readers"),
        (with(KeySource::Pem("x".to_owned()), |_| {}), "public_key"),
        (with(KeySource::File("/nowhere/keys".into()), |_| {}), "the key file"),
    ] {
        let message = refused.unwrap_err();
        assert!(message.contains(says), "{message}");
    }
}
