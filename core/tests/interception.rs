//! What stands around a method sees its requests and what they are answered with, may change both, and costs others nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use engine_support::asking::{asking, filled};
use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Answered, Failure, FailureKind, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, Question};
use oxmcp_core::registry::Interception;
use serde_json::{Value, json};

type Seen = Arc<Mutex<Vec<String>>>;
type Going = Pin<Box<dyn Future<Output = Answered> + Send>>;

/// Notes what it sees, and goes on.
fn noting(seen: &Seen) -> impl Fn(Invocation) -> Going + Send + Sync + 'static {
    let seen = Arc::clone(seen);
    move |invocation: Invocation| {
        seen.lock().unwrap().push(invocation.target.to_string());
        Box::pin(async move { invocation.context.next(None).await })
    }
}

fn standing(method: &str, around: impl Fn(Invocation) -> Going + Send + Sync + 'static) -> Engine {
    builder().registry(registry()).intercept(method, around).build().unwrap()
}

fn seen(seen: &Seen) -> Vec<String> {
    std::mem::take(&mut *seen.lock().unwrap())
}

fn edited(answered: Answered, edit: impl FnOnce(&mut Value)) -> Answered {
    let mut result = answered?.to_value().unwrap();
    edit(&mut result);
    Ok(RawJson::from_value(&result))
}

fn names(result: &Value) -> Vec<&str> {
    result["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

/// An answer without the id of its call, which is another each time.
fn alike(mut response: Value) -> Value {
    if let Some(data) = response.pointer_mut("/error/data").and_then(Value::as_object_mut) {
        data.remove("callId");
    }
    response
}

#[tokio::test]
async fn every_request_is_seen_and_answered_as_if_nobody_stood_around_it() {
    let noted = Seen::default();
    let (plain, around) = (engine(), standing("*", noting(&noted)));
    for (method, params) in [
        ("tools/list", json!({})),
        ("tools/call", json!({"name": "echo", "arguments": {"text": "hi"}})),
        ("tools/call", json!({"name": "refuse"})),
        ("tools/call", json!({"name": "broken"})),
        ("tools/call", json!({"name": "missing"})),
        ("tools/call", json!({"name": "echo", "arguments": {}})),
        ("tools/call", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "test://note"})),
        ("resources/read", json!({"uri": "test://nothing"})),
        ("prompts/list", json!({"cursor": "forged"})),
        ("prompts/get", json!({"name": "greet", "arguments": {"who": "Ann"}})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "who", "value": "A"}}),
        ),
        ("server/discover", json!({})),
        ("tasks/get", json!({"taskId": "x"})),
        ("nobody/knows", json!({})),
    ] {
        let expected = hear(modern(&plain, method, params.clone())).await;
        let heard = hear(modern(&around, method, params.clone())).await;
        let (heard, expected) =
            ((alike(heard.response), heard.status), (alike(expected.response), expected.status));
        assert_eq!(heard, expected, "{method} {params}");
        assert_eq!(seen(&noted), [method]);
        for version in LEGACY {
            if method == "server/discover" {
                continue;
            }
            let (left, right) = (shaken(&plain, version).await, shaken(&around, version).await);
            assert_eq!(seen(&noted), ["initialize"]);
            let expected = hear(send(&plain, &left, request(1, method, params.clone()))).await;
            let heard = hear(send(&around, &right, request(1, method, params.clone()))).await;
            assert_eq!(alike(heard.response), alike(expected.response), "{version} {method} {params}");
            assert_eq!(seen(&noted), [method]);
        }
    }
}

#[tokio::test]
async fn a_method_of_its_own_wins_and_others_are_not_seen() {
    let noted = Seen::default();
    let engine = standing("tools/list", noting(&noted));
    hear(modern(&engine, "prompts/list", json!({}))).await.result();
    assert!(seen(&noted).is_empty());
    let every = Seen::default();
    let around = noting(&every);
    let handler = from_function(move |invocation| {
        let answered = around(invocation);
        async move { answered.await.map(Output::Whole) }
    });
    engine.registry().set_interception("*", Some(Interception { handler, unless_registered: false }));
    hear(modern(&engine, "prompts/list", json!({}))).await.result();
    hear(modern(&engine, "tools/list", json!({}))).await.result();
    assert_eq!((seen(&noted), seen(&every)), (vec!["tools/list".into()], vec!["prompts/list".into()]));
    engine.registry().set_interception("*", None);
    engine.registry().set_interception("tools/list", None);
    hear(modern(&engine, "tools/list", json!({}))).await.result();
    assert!(!engine.registry().intercepts());
    assert!(seen(&noted).is_empty());
}

#[tokio::test]
async fn lists_can_be_narrowed_and_calls_changed_on_their_way() {
    let engine = standing("tools/list", |invocation| {
        Box::pin(async move {
            edited(invocation.context.next(None).await, |result| {
                result["tools"].as_array_mut().unwrap().retain(|tool| tool["name"] == "echo");
            })
        })
    });
    let heard = hear(modern(&engine, "tools/list", json!({}))).await;
    assert_eq!(names(heard.result()), ["echo"]);
    assert_eq!(heard.result()["resultType"], "complete");
    for version in LEGACY {
        let connection = shaken(&engine, version).await;
        assert_eq!(
            names(hear(send(&engine, &connection, request(1, "tools/list", json!({})))).await.result()),
            ["echo"]
        );
    }
    let engine = standing("tools/call", |invocation| {
        Box::pin(async move {
            let asked = raw(&json!({"name": "echo", "arguments": {"text": "another"}}));
            edited(invocation.context.next(Some(&asked)).await, |result| {
                result["_meta"] = json!({"by": "hook"});
            })
        })
    });
    // The headers speak of what was asked, which is no longer what is called.
    let heard = hear(modern(&engine, "tools/call", json!({"name": "busy"}))).await;
    assert_eq!(heard.result()["content"][0]["text"], "another");
    assert_eq!(heard.result()["_meta"]["by"], "hook");
    let connection = shaken(&engine, "2025-11-25").await;
    let heard = hear(send(&engine, &connection, request(1, "tools/call", json!({"name": "busy"})))).await;
    assert_eq!(heard.result()["content"][0]["text"], "another");
}

#[tokio::test]
async fn headers_that_do_not_fit_are_refused_before_anybody_is_told() {
    let noted = Seen::default();
    let engine = standing("*", noting(&noted));
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/list")];
    let heard = hear(post(&engine, &pairs, request(1, "prompts/list", enveloped(json!({}))))).await;
    assert_eq!(heard.status, 400);
    let heard =
        hear(post(&engine, &[("Mcp-Session-Id", "nobody")], request(1, "tools/list", json!({})))).await;
    assert_eq!(heard.status, 404);
    assert!(seen(&noted).is_empty());
}

#[tokio::test]
async fn a_refusal_is_the_answer_and_nothing_runs() {
    let engine = standing("*", |_| {
        Box::pin(async { Err(Failure::protocol(-32001, "not for you", Some(raw(&json!({"why": 1}))))) })
    });
    let heard = hear(modern(&engine, "tools/call", json!({"name": "panic"}))).await;
    assert_eq!(
        heard.response["error"],
        json!({"code": -32001, "message": "not for you", "data": {"why": 1}})
    );
    let connection = engine.connect();
    let heard = hear(send(&engine, &connection, initialize("2025-11-25"))).await;
    assert_eq!(heard.code(), -32001);
    let heard = hear(post(&engine, &[], initialize("2025-11-25"))).await;
    assert_eq!((heard.code(), heard.session_id), (-32001, None));
}

#[tokio::test]
async fn a_handshake_that_is_refused_after_all_leaves_no_session() {
    let refuse = Arc::new(AtomicUsize::new(1));
    let left = Arc::clone(&refuse);
    let engine = standing("initialize", move |invocation| {
        let left = Arc::clone(&left);
        Box::pin(async move {
            let result = invocation.context.next(None).await?;
            match left.fetch_sub(1, Ordering::SeqCst) {
                1 => Err(Failure::protocol(-32000, "come back later", None)),
                _ => Ok(result),
            }
        })
    });
    let connection = engine.connect();
    assert_eq!(hear(send(&engine, &connection, initialize("2025-06-18"))).await.code(), -32000);
    let heard = hear(send(&engine, &connection, request(1, "tools/list", json!({})))).await;
    assert!(heard.response.get("error").is_some());
    let heard = hear(send(&engine, &connection, initialize("2025-06-18"))).await;
    assert_eq!(heard.result()["protocolVersion"], "2025-06-18");
    refuse.store(1, Ordering::SeqCst);
    let heard = hear(post(&engine, &[], initialize("2025-06-18"))).await;
    assert_eq!((heard.code(), heard.session_id), (-32000, None));
    let id = session(&engine, "2025-06-18").await;
    let heard = hear(post(&engine, &[("Mcp-Session-Id", &id)], request(1, "tools/list", json!({})))).await;
    assert!(names(heard.result()).contains(&"echo"));
}

#[tokio::test]
async fn it_may_go_on_twice_or_not_at_all() {
    let engine = standing("tools/call", |invocation| {
        Box::pin(async move {
            let first = invocation.context.next(None).await?.to_value().unwrap();
            let both = [invocation.context.next(None), invocation.context.next(None)];
            let [left, right] = both;
            let (left, right) = tokio::join!(left, right);
            let texts: Vec<_> = [first, left?.to_value().unwrap(), right?.to_value().unwrap()]
                .iter()
                .map(|result| result["content"][0]["text"].clone())
                .collect();
            Ok(raw(&json!({"content": [{"type": "text", "text": json!(texts).to_string()}]})))
        })
    });
    let params = json!({"name": "echo", "arguments": {"text": "hi"}});
    let heard = hear(modern(&engine, "tools/call", params.clone())).await;
    assert_eq!(heard.result()["content"][0]["text"], r#"["hi","hi","hi"]"#);
    let connection = shaken(&engine, "2025-11-25").await;
    let heard = hear(send(&engine, &connection, request(1, "tools/call", params.clone()))).await;
    assert_eq!(heard.result()["content"][0]["text"], r#"["hi","hi","hi"]"#);
    let engine = standing("tools/call", |_| {
        Box::pin(async { Ok(raw(&json!({"content": [{"type": "text", "text": "mine"}]}))) })
    });
    let heard = hear(modern(&engine, "tools/call", params)).await;
    assert_eq!(heard.result()["content"][0]["text"], "mine");
}

#[tokio::test]
async fn what_it_answers_must_be_an_object_and_no_question_of_its_own() {
    for answer in [
        Output::Whole(RawJson::from_checked("[1]")),
        text("a tool's"),
        Output::InputRequired(oxmcp_core::model::InputRequired::one("q", asking::form("?"))),
    ] {
        let engine = engine();
        let handler = returns(answer);
        engine
            .registry()
            .set_interception("prompts/get", Some(Interception { handler, unless_registered: false }));
        let params = json!({"name": "greet", "arguments": {"who": "Ann"}});
        let heard = hear(modern(&engine, "prompts/get", params.clone())).await;
        assert_eq!(heard.code(), -32603);
        let connection = shaken(&engine, "2025-11-25").await;
        assert_eq!(hear(send(&engine, &connection, request(1, "prompts/get", params))).await.code(), -32603);
    }
}

#[tokio::test]
async fn a_panic_in_it_is_an_answer() {
    let engine = standing("*", |_| Box::pin(async { panic!("a bug in the hook") }));
    assert_eq!(hear(modern(&engine, "tools/list", json!({}))).await.code(), -32603);
}

#[tokio::test]
async fn what_is_registered_can_be_left_to_its_own_function() {
    let noted = Seen::default();
    let engine = engine();
    let around = noting(&noted);
    let handler = from_function(move |invocation| {
        let answered = around(invocation);
        async move { answered.await.map(Output::Whole) }
    });
    for method in ["tools/call", "prompts/get", "resources/read"] {
        let interception = Interception { handler: Arc::clone(&handler), unless_registered: true };
        engine.registry().set_interception(method, Some(interception));
    }
    for (method, params, crosses) in [
        ("tools/call", json!({"name": "echo", "arguments": {"text": "hi"}}), false),
        ("tools/call", json!({"name": "missing"}), true),
        ("prompts/get", json!({"name": "greet", "arguments": {"who": "Ann"}}), false),
        ("prompts/get", json!({"name": "missing"}), true),
        ("resources/read", json!({"uri": "test://items/1"}), false),
        ("resources/read", json!({"uri": "test://missing"}), true),
    ] {
        hear(modern(&engine, method, params.clone())).await;
        assert_eq!(!seen(&noted).is_empty(), crosses, "{method} {params}");
    }
}

#[tokio::test]
async fn what_comes_next_speaks_on_the_stream_of_the_request() {
    let noted = Seen::default();
    let engine = standing("*", noting(&noted));
    let connection = shaken(&engine, "2025-11-25").await;
    let params = json!({"name": "busy", "_meta": {"progressToken": "p"}});
    let heard = hear(send(&engine, &connection, request(1, "tools/call", params))).await;
    let methods: Vec<_> = heard.messages.iter().map(|said| said["method"].as_str().unwrap()).collect();
    assert_eq!(methods.iter().filter(|method| **method == "notifications/progress").count(), 3);
    assert!(methods.contains(&"notifications/message"));
    assert_eq!(heard.result()["content"][0]["text"], "done");
}

#[tokio::test]
async fn a_cancellation_reaches_whatever_runs_and_the_id_is_free_again() {
    let noted = Seen::default();
    let engine = standing("*", noting(&noted));
    let connection = shaken(&engine, "2025-11-25").await;
    for _ in 0..2 {
        let mut exchange = send(&engine, &connection, request(9, "tools/call", json!({"name": "hang"})));
        assert!(poll_once(&mut exchange).is_pending());
        let twin = hear(send(&engine, &connection, request(9, "tools/list", json!({})))).await;
        assert_eq!(twin.code(), -32600);
        let cancel =
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 9}});
        assert!(hear(send(&engine, &connection, cancel)).await.accepted);
        assert!(hear(exchange).await.cancelled);
    }
}

#[tokio::test]
async fn questions_pass_it_in_both_ways_and_a_hook_may_ask_where_there_is_a_session() {
    let (registry, _) = asking(false);
    let engine = builder()
        .registry(registry)
        .intercept("*", |invocation: Invocation| async move { invocation.context.next(None).await })
        .build()
        .unwrap();
    let params = json!({"name": "greet", "_meta": {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
    }});
    let connection = engine.connect();
    let heard = hear(send(&engine, &connection, request(1, "tools/call", params.clone()))).await;
    assert_eq!(heard.result()["resultType"], "input_required");
    let key = heard.result()["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
    let mut again = params;
    again["inputResponses"] = json!({key: filled("Ann")});
    again["requestState"] = heard.result()["requestState"].clone();
    let heard = hear(send(&engine, &connection, request(2, "tools/call", again))).await;
    assert_eq!(heard.result()["content"][0]["text"], "Hello, Ann!");
}

#[tokio::test]
async fn a_hook_asks_the_client_where_requests_of_ours_can_be_sent() {
    let engine = standing("tools/list", |invocation| {
        Box::pin(async move {
            invocation.context.ask(Question::new(Question::LIST_ROOTS, RawJson::empty_object())).await?;
            invocation.context.next(None).await
        })
    });
    let connection = shaken(&engine, "2025-11-25").await;
    let mut exchange = send(&engine, &connection, request(1, "tools/list", json!({})));
    let asked = message(exchange.next().await);
    assert_eq!(asked["method"], "roots/list");
    let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": []}});
    assert!(hear(send(&engine, &connection, answer)).await.accepted);
    assert!(names(hear(exchange).await.result()).contains(&"echo"));
    let heard = hear(modern(&engine, "tools/list", json!({}))).await;
    assert!(heard.response["error"]["message"].as_str().unwrap().contains("cannot be asked"));
}

#[tokio::test]
async fn who_stands_around_nothing_cannot_go_on() {
    let engine = engine();
    let lost = from_function(|invocation: Invocation| async move {
        let failure = invocation.context.next(None).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::CannotAsk);
        Ok(text(&failure.message))
    });
    engine.registry().add_tool(tool("lost", &any_object()), lost).unwrap();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "lost"}))).await;
    assert!(heard.result()["content"][0]["text"].as_str().unwrap().contains("stands around no method"));
    let connection = shaken(&engine, "2025-11-25").await;
    let heard = hear(send(&engine, &connection, request(1, "tools/call", json!({"name": "lost"})))).await;
    assert!(heard.messages.is_empty());
    assert!(heard.result()["content"][0]["text"].as_str().unwrap().contains("stands around no method"));
}

#[tokio::test]
async fn a_subscription_stays_open_behind_it_and_ends_as_ever() {
    let noted = Seen::default();
    let engine = standing("*", noting(&noted));
    let connection = engine.connect();
    let params = enveloped(json!({"notifications": {"toolsListChanged": true}}));
    let mut exchange = send(&engine, &connection, request(3, "subscriptions/listen", params));
    assert!(exchange.requires_stream());
    assert_eq!(message(exchange.next().await)["method"], "notifications/subscriptions/acknowledged");
    engine.registry().add_tool(tool("new", &any_object()), returns(text("x"))).unwrap();
    assert_eq!(message(exchange.next().await)["method"], "notifications/tools/list_changed");
    assert_eq!(seen(&noted), ["subscriptions/listen"]);
    engine.shutdown().trigger();
    let heard = hear(exchange).await;
    assert_eq!(heard.result()["resultType"], "complete");
    assert_eq!(heard.messages.len(), 1);
}

#[tokio::test]
async fn notifications_are_seen_too_and_what_the_engine_does_with_them_waits_for_nobody() {
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let engine = standing("notifications/*", move |invocation| {
        let told = told.clone();
        Box::pin(async move {
            told.send(format!("before {}", invocation.target)).unwrap();
            let answered = invocation.context.next(Some(&raw(&json!({"changed": true})))).await;
            told.send(format!("after {}", answered.as_ref().unwrap().as_str())).unwrap();
            answered
        })
    });
    let (tell_listener, mut handled) = tokio::sync::mpsc::unbounded_channel();
    engine.registry().set_method(
        "notifications/roots/list_changed",
        Some(from_function(move |invocation: Invocation| {
            tell_listener.send(invocation.arguments.as_str().to_owned()).unwrap();
            async { Ok(Output::Whole(RawJson::empty_object())) }
        })),
    );
    let connection = shaken(&engine, "2025-11-25").await;
    assert_eq!(hears.recv().await.unwrap(), "before notifications/initialized");
    assert_eq!(hears.recv().await.unwrap(), "after {}");
    let changed = json!({"jsonrpc": "2.0", "method": "notifications/roots/list_changed"});
    assert!(hear(send(&engine, &connection, changed)).await.accepted);
    assert_eq!(handled.recv().await.unwrap(), r#"{"changed":true}"#);
    assert_eq!(hears.recv().await.unwrap(), "before notifications/roots/list_changed");
    assert_eq!(hears.recv().await.unwrap(), "after {}");
}

#[tokio::test]
async fn members_of_a_batch_are_seen_one_by_one() {
    let noted = Seen::default();
    let engine = standing("*", noting(&noted));
    let connection = shaken(&engine, "2025-03-26").await;
    seen(&noted);
    let batch = json!([request(1, "tools/list", json!({})), request(2, "ping", json!({}))]);
    let heard = hear(send(&engine, &connection, batch)).await;
    assert_eq!(heard.response.as_array().unwrap().len(), 2);
    assert_eq!(seen(&noted), ["tools/list", "ping"]);
}

#[tokio::test]
async fn what_is_mounted_is_not_registered_here() {
    use oxmcp_core::registry::{MountOptions, Namespace, Registry, RegistryOptions, Transform};

    let noted = Seen::default();
    let child = Registry::new(RegistryOptions::default()).unwrap();
    child.add_tool(tool("theirs", &any_object()), returns(text("theirs"))).unwrap();
    let engine = engine();
    let around = noting(&noted);
    let handler = from_function(move |invocation| {
        let answered = around(invocation);
        async move { answered.await.map(Output::Whole) }
    });
    engine.registry().set_interception("tools/call", Some(Interception { handler, unless_registered: true }));
    let namespace = Transform::Namespace(Namespace::new("sub").unwrap());
    let options = MountOptions { transforms: vec![namespace], ..MountOptions::default() };
    engine.registry().mount(&child, options).unwrap();
    let params = json!({"name": "echo", "arguments": {"text": "hi"}});
    assert_eq!(hear(modern(&engine, "tools/call", params)).await.result()["content"][0]["text"], "hi");
    assert!(seen(&noted).is_empty());
    let params = json!({"name": "sub_theirs"});
    assert_eq!(hear(modern(&engine, "tools/call", params)).await.result()["content"][0]["text"], "theirs");
    assert_eq!(seen(&noted), ["tools/call"]);
}
