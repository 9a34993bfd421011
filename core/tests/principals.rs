//! What the server gives out is of use to whoever it was given to, and to nobody else.

#![allow(
    clippy::allow_attributes,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test, and is there to be short"
)]

mod engine_support;
mod tasks_support;

use std::sync::Arc;

use bytes::Bytes;
use engine_support::asking::{able, asking, enveloped_as, filled, questions};
use engine_support::*;
use http_body_util::{BodyExt, Full};
use oxmcp_core::engine::{Edge, Engine, Exchange, HttpEdge, Inbound, Refusal, Shutdown, TaskOptions};
use oxmcp_core::handler::Origin;
use oxmcp_core::model::Principal;
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::{Endpoint, HttpOptions, Resumption, SseOptions};
use oxmcp_core::transports::memory;
use serde_json::{Value, json};
use tasks_support::{ask, served, tools};

fn ann() -> Option<Principal> {
    Some(Principal::of_subject("ann"))
}

/// Everybody who is not Ann.
fn others() -> Vec<Option<Principal>> {
    let ann = Principal::of_subject("ann");
    vec![
        None,
        Some(Principal::of_subject("bob")),
        Some(Principal::of_client("ann")),
        Some(ann.clone().through_client("app")),
        Some(ann.known_to("https://issuer.test")),
    ]
}

fn post_of(
    engine: &Engine,
    principal: Option<Principal>,
    pairs: &[(&str, &str)],
    body: impl ToString,
) -> Exchange {
    let headers = Arc::new(headers(pairs));
    let edge = HttpEdge { headers, remote: None, principal, stateless: false, resumable: false };
    engine.exchange(Inbound {
        frame: Bytes::from(body.to_string()),
        edge: Edge::Http(edge),
        max_bytes: None,
        origin: Origin::default(),
    })
}

/// A request of the modern era, of a client that takes tasks and can be asked.
async fn said(engine: &Engine, principal: Option<Principal>, method: &str, params: Value) -> Heard {
    hear(exchange(engine, principal, method, params)).await
}

fn exchange(engine: &Engine, principal: Option<Principal>, method: &str, params: Value) -> Exchange {
    let name = params.get("name").or(params.get("taskId")).and_then(Value::as_str).unwrap_or("").to_owned();
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", &name)];
    post_of(engine, principal, &pairs, ask(method, params))
}

#[test]
fn principals_are_the_same_where_all_that_is_known_is() {
    let known = |subject, client, issuer| Principal::from_parts(subject, client, issuer);
    let all = [
        known(Some("a"), None, None),
        known(None, Some("a"), None),
        known(Some("a"), Some("b"), None),
        known(Some("a"), None, Some("b")),
        known(Some("ab"), None, None),
        known(Some("a"), Some("b"), Some("c")),
    ];
    for (place, one) in all.iter().enumerate() {
        for (other_place, other) in all.iter().enumerate() {
            assert_eq!(one == other, place == other_place);
            let fingerprints = [one, other].map(|known| known.as_ref().unwrap().fingerprint());
            assert_eq!(fingerprints[0] == fingerprints[1], place == other_place);
        }
    }
    assert_eq!(known(Some(""), None, None), None);
    assert_eq!(known(None, None, Some("an issuer alone")), None);
    let whole = Principal::of_subject("a").through_client("b").known_to("c");
    assert_eq!(Some(whole.clone()), known(Some("a"), Some("b"), Some("c")));
    assert_eq!((whole.subject(), whole.client(), whole.issuer()), (Some("a"), Some("b"), Some("c")));
    assert_eq!(format!("{whole:?}"), "Principal", "names are not for logs");
}

#[tokio::test]
async fn state_is_worth_nothing_to_anybody_else_and_the_call_goes_on_waiting() {
    // MRTR-9, SEC-5
    let (registry, count) = asking(false);
    let engine = builder().registry(registry).build().unwrap();
    let called = |principal: Option<Principal>, mut params: Value| {
        params["name"] = json!("greet");
        let params = enveloped_as(params, &able());
        let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "greet")];
        hear(post_of(&engine, principal, &pairs, request(7, "tools/call", params)))
    };
    for whose in [ann(), None] {
        let (_, state) = questions(&called(whose.clone(), json!({})).await);
        let answers = json!({"q0": filled("Ann")});
        let retry = |state: &str| json!({"inputResponses": answers, "requestState": state});
        let unknown = called(ann(), retry("oxmcp1.AQID")).await.response;
        let strangers = if whose.is_some() { others() } else { vec![ann()] };
        for other in strangers {
            assert_eq!(called(other, retry(&state)).await.response, unknown);
        }
        assert_eq!(engine.parked(), 1);
        let answered = called(whose, retry(&state)).await;
        assert_eq!(answered.result()["content"][0]["text"], "Hello, Ann!");
    }
    assert_eq!(engine_support::asking::begun(&count), 2, "run once each");
}

#[tokio::test(start_paused = true)]
async fn a_task_is_unknown_to_anybody_else() {
    // TASK-12, SEC-5
    let engine = served(TaskOptions::default());
    for whose in [ann(), None] {
        let created = said(&engine, whose.clone(), "tools/call", json!({"name": "asks"})).await;
        let id = created.result()["taskId"].as_str().unwrap().to_owned();
        let strangers = if whose.is_some() { others() } else { vec![ann()] };
        for other in strangers {
            for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
                let of = |id: &str| json!({"taskId": id, "inputResponses": {"q0": {"action": "decline"}}});
                let theirs = said(&engine, other.clone(), method, of(&id)).await;
                let unknown = said(&engine, other.clone(), method, of("unknown")).await;
                assert_eq!((theirs.status, theirs.response), (unknown.status, unknown.response), "{method}");
            }
            let listen = json!({"notifications": {"taskIds": [id], "toolsListChanged": true}});
            let mut subscription = exchange(&engine, other, "subscriptions/listen", listen);
            let acknowledged = message(subscription.next().await);
            assert_eq!(acknowledged["params"]["notifications"].get("taskIds"), None, "{acknowledged}");
        }
        let mut task = json!(null);
        while task["status"] != "input_required" {
            task = said(&engine, whose.clone(), "tasks/get", json!({"taskId": id})).await.result().clone();
            tokio::task::yield_now().await;
        }
        let listen = json!({"notifications": {"taskIds": [id]}});
        let mut subscription = exchange(&engine, whose.clone(), "subscriptions/listen", listen);
        let acknowledged = message(subscription.next().await);
        assert_eq!(acknowledged["params"]["notifications"]["taskIds"], json!([id]));
        said(&engine, whose, "tasks/cancel", json!({"taskId": id})).await.result();
        assert_eq!(message(subscription.next().await)["params"]["status"], "cancelled");
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_are_counted_for_whoever_began_them_wherever_they_did() {
    // SEC-12
    let engine = served(TaskOptions { max_tasks_of_owner: 1, ..TaskOptions::default() });
    let bob = Some(Principal::of_subject("bob"));
    let call = || ask("tools/call", json!({"name": "never_ends"}));
    hear(send(&engine, &engine.connect_as(ann()), call())).await.result();
    assert!(hear(send(&engine, &engine.connect_as(ann()), call())).await.response.get("error").is_some());
    assert!(
        said(&engine, ann(), "tools/call", json!({"name": "later"})).await.response.get("error").is_some()
    );
    // In a session of hers, too.
    let connection = engine.connect_as(ann());
    hear(send(&engine, &connection, initialize("2025-11-25"))).await.result();
    let requested = || request(1, "tools/call", json!({"name": "later", "arguments": {}, "task": {}}));
    assert!(hear(send(&engine, &connection, requested())).await.response.get("error").is_some());
    let his = engine.connect_as(bob.clone());
    hear(send(&engine, &his, initialize("2025-11-25"))).await.result();
    hear(send(&engine, &his, requested())).await.result();
    assert!(
        said(&engine, bob.clone(), "tools/call", json!({"name": "later"})).await.response["error"]
            .is_object()
    );
    // Those of his session end with it.
    his.close();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    said(&engine, bob, "tools/call", json!({"name": "later"})).await.result();
}

#[tokio::test]
async fn a_session_is_unknown_to_anybody_else_on_every_verb() {
    // SESS-10, SEC-5
    let engine = builder().registry(tools()).build().unwrap();
    let id = hear(post_of(&engine, ann(), &[], initialize("2025-11-25"))).await.session_id.unwrap();
    let pairs = |id| [("Mcp-Session-Id", id), ("MCP-Protocol-Version", "2025-11-25")];
    let messages = [
        request(1, "tools/list", json!({})),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        initialize("2025-11-25"),
        request(2, "tools/call", json!({"name": "later", "arguments": {}, "task": {}})),
    ];
    let refused = |refusal: Option<Refusal>| refusal.map(|refusal| (refusal.status, refusal.body));
    for other in others() {
        for message in &messages {
            let theirs = hear(post_of(&engine, other.clone(), &pairs(&id), message)).await;
            let unknown = hear(post_of(&engine, other.clone(), &pairs("unknown"), message)).await;
            assert_eq!((theirs.status, &theirs.response), (404, &unknown.response), "{message}");
        }
        let (theirs, unknown) = (headers(&pairs(&id)), headers(&pairs("unknown")));
        let opened = |headers| refused(engine.open_session_stream(headers, other.as_ref()).err());
        assert_eq!(opened(&theirs), opened(&unknown));
        assert_eq!(opened(&theirs).unwrap().0, 404);
        let ended = |headers| refused(engine.end_session(headers, other.as_ref()).err());
        assert_eq!(ended(&theirs), ended(&unknown));
        assert_eq!(ended(&theirs).unwrap().0, 404);
    }
    let hers = || hear(post_of(&engine, ann(), &pairs(&id), &messages[0]));
    assert!(hers().await.result()["tools"].is_array());
    engine.open_session_stream(&headers(&pairs(&id)), ann().as_ref()).unwrap();
    engine.end_session(&headers(&pairs(&id)), ann().as_ref()).unwrap();
    assert_eq!(hers().await.status, 404);
}

#[tokio::test]
async fn a_cursor_is_nobody_elses() {
    // PAG-6, SEC-5
    let registry =
        Registry::new(RegistryOptions { page_size: Some(1), ..RegistryOptions::default() }).unwrap();
    for name in ["a", "b"] {
        registry.add_tool(tool(name, &any_object()), returns(text(name))).unwrap();
    }
    let engine = builder().registry(registry).build().unwrap();
    for whose in [ann(), None] {
        let first = said(&engine, whose.clone(), "tools/list", json!({})).await;
        let cursor = first.result()["nextCursor"].clone();
        let strangers = if whose.is_some() { others() } else { vec![ann()] };
        for other in strangers {
            let theirs = said(&engine, other.clone(), "tools/list", json!({"cursor": cursor})).await;
            let forged = said(&engine, other, "tools/list", json!({"cursor": "AWFi"})).await;
            assert_eq!((theirs.code(), theirs.response), (-32602, forged.response));
        }
        let again = said(&engine, whose.clone(), "tools/list", json!({})).await;
        assert_eq!(again.result()["nextCursor"], cursor, "PAG-4");
        let second = said(&engine, whose, "tools/list", json!({"cursor": cursor})).await;
        assert_eq!(second.result()["tools"][0]["name"], "b");
    }
}

/// One HTTP request as an application hands it over: status and body.
async fn handed(
    endpoint: &Endpoint,
    principal: Option<Principal>,
    method: &str,
    target: &str,
    pairs: &[(&str, &str)],
    body: &Value,
) -> http::Response<oxmcp_core::transports::http::ResponseBody> {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let mut request = http::Request::new(Full::new(body));
    *request.method_mut() = method.parse().unwrap();
    *request.uri_mut() = target.parse().unwrap();
    *request.headers_mut() = headers(pairs);
    let accept = if method == "GET" { "text/event-stream" } else { "application/json, text/event-stream" };
    request.headers_mut().insert("host", "localhost".parse().unwrap());
    request.headers_mut().insert("accept", accept.parse().unwrap());
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    if let Some(principal) = principal {
        request.extensions_mut().insert(principal);
    }
    endpoint.handle(request, None).await
}

/// The next event of a stream.
async fn event(
    stream: &mut http::Response<oxmcp_core::transports::http::ResponseBody>,
) -> (Option<String>, String) {
    let frame = stream.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
    let text = String::from_utf8(frame.to_vec()).unwrap();
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
    (line("id: "), line("data: ").unwrap_or_default())
}

#[tokio::test]
async fn an_application_says_who_asks_by_an_extension_of_the_request() {
    // SESS-10
    let engine = builder().registry(tools()).build().unwrap();
    let endpoint = Endpoint::new(engine, HttpOptions::default(), None).unwrap();
    let begun = handed(&endpoint, ann(), "POST", "/mcp", &[], &initialize("2025-11-25")).await;
    let id = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let pairs = [("Mcp-Session-Id", id.as_str())];
    let list = request(1, "tools/list", json!({}));
    for (method, body) in [("POST", &list), ("GET", &Value::Null), ("DELETE", &Value::Null)] {
        for other in others() {
            assert_eq!(handed(&endpoint, other, method, "/mcp", &pairs, body).await.status(), 404);
        }
        let status = if method == "DELETE" { 204 } else { 200 };
        assert_eq!(handed(&endpoint, ann(), method, "/mcp", &pairs, body).await.status(), status);
    }
}

#[tokio::test]
async fn events_are_replayed_to_nobody_else() {
    // RESUME-10
    let engine = builder().registry(tools()).build().unwrap();
    let options = HttpOptions { resumption: Some(Resumption::default()), ..HttpOptions::default() };
    let endpoint = Endpoint::new(engine, options, None).unwrap();
    let begun = handed(&endpoint, ann(), "POST", "/mcp", &[], &initialize("2025-11-25")).await;
    let id = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let pairs = [("Mcp-Session-Id", id.as_str())];
    let call = request(1, "tools/call", json!({"name": "never_ends"}));
    let mut stream = handed(&endpoint, ann(), "POST", "/mcp", &pairs, &call).await;
    let last = event(&mut stream).await.0.unwrap();
    let resuming = [("Mcp-Session-Id", id.as_str()), ("Last-Event-ID", &last)];
    for other in others() {
        assert_eq!(handed(&endpoint, other, "GET", "/mcp", &resuming, &Value::Null).await.status(), 404);
    }
    assert_eq!(handed(&endpoint, ann(), "GET", "/mcp", &resuming, &Value::Null).await.status(), 200);
}

#[tokio::test]
async fn messages_are_posted_to_a_stream_by_whoever_opened_it() {
    // SESS-10
    let engine = builder().registry(tools()).build().unwrap();
    let options = HttpOptions { sse: Some(SseOptions::default()), ..HttpOptions::default() };
    let endpoint = Endpoint::new(engine, options, None).unwrap();
    let mut stream = handed(&endpoint, ann(), "GET", "/sse", &[], &Value::Null).await;
    let messages = event(&mut stream).await.1;
    let opening = initialize("2024-11-05");
    let unknown = "/messages?sessionId=unknown";
    for other in others() {
        let theirs = handed(&endpoint, other.clone(), "POST", &messages, &[], &opening).await;
        let gone = handed(&endpoint, other, "POST", unknown, &[], &opening).await;
        assert_eq!(
            (theirs.status(), gone.status()),
            (http::StatusCode::NOT_FOUND, http::StatusCode::NOT_FOUND)
        );
        let bodies = [theirs, gone].map(|answer| answer.into_body().collect());
        let [theirs, gone] = bodies;
        assert_eq!(theirs.await.unwrap().to_bytes(), gone.await.unwrap().to_bytes());
    }
    assert_eq!(handed(&endpoint, ann(), "POST", &messages, &[], &opening).await.status(), 202);
    let answer: Value = serde_json::from_str(&event(&mut stream).await.1).unwrap();
    assert_eq!(answer["result"]["protocolVersion"], "2024-11-05");
}

#[tokio::test]
async fn handlers_are_told_who_asks() {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let handler =
        oxmcp_core::handler::from_function(|invocation: oxmcp_core::handler::Invocation| async move {
            let principal = invocation.context.caller.principal.clone();
            Ok(text(principal.as_ref().and_then(Principal::subject).unwrap_or("nobody")))
        });
    registry.add_tool(tool("who", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let call = json!({"name": "who", "arguments": {}});
    for (principal, name) in [(ann(), "ann"), (None, "nobody")] {
        let modern = said(&engine, principal.clone(), "tools/call", call.clone()).await;
        assert_eq!(modern.result()["content"][0]["text"], name);
        let id = hear(post_of(&engine, principal.clone(), &[], initialize("2025-06-18"))).await.session_id;
        let pairs = [("Mcp-Session-Id", id.as_deref().unwrap())];
        let legacy = request(1, "tools/call", call.clone());
        let legacy = hear(post_of(&engine, principal.clone(), &pairs, legacy)).await;
        assert_eq!(legacy.result()["content"][0]["text"], name);
        let session = engine.connect_session("one".into(), principal.clone(), &Shutdown::new());
        hear(send(&engine, &session, initialize("2024-11-05"))).await.result();
        let posted = hear(send(&engine, &session, request(1, "tools/call", call.clone()))).await;
        assert_eq!(posted.result()["content"][0]["text"], name);
        let client = memory::connect_as(&engine, 1 << 20, principal).unwrap();
        client.send(ask("tools/call", call.clone()).to_string()).await.unwrap();
        let answer: Value = serde_json::from_str(&client.receive().await.unwrap()).unwrap();
        assert_eq!(answer["result"]["content"][0]["text"], name);
    }
}
