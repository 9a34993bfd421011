//! Handlers that return their questions, and handlers that wait and may run again: both go on in another process, and are served
//! to clients of every version (MRTR-15, MRTR-16).

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;

use std::sync::Arc;
use std::time::Duration;

use engine_support::asking::*;
use engine_support::*;
use oxmcp_core::engine::{Connection, Engine, Limits, Outgoing};
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::model::{InputRequired, Output, Question};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::sealing::KeyRing;
use serde_json::{Value, json};

const KEY: &str = "a key that several processes share, long enough";

/// Another process that serves the same: what it parks it has for itself.
fn replica(registry: &Registry) -> Engine {
    let keys = KeyRing::new([KEY]).unwrap();
    builder().registry(registry.clone()).request_state_keys(keys).build().unwrap()
}

fn explicit_server() -> Registry {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    registry.add_tool(tool("explicit", &any_object()), explicit()).unwrap();
    registry
}

#[tokio::test]
async fn a_handler_that_returns_its_questions_is_invoked_again_with_all_answers_and_its_state() {
    let registry = explicit_server();
    // Each round may come to another process, and nothing waits in any.
    let [one, two, three] = [(); 3].map(|()| replica(&registry));
    let (requests, state) = questions(&call_tool(&one, "explicit").await);
    assert_eq!(requests["user_name"]["method"], "elicitation/create");
    let (requests, state) =
        questions(&retry(&two, "explicit", json!({"user_name": filled("Ann")}), &state).await);
    assert_eq!(requests.as_object().unwrap().keys().collect::<Vec<_>>(), ["city"]);
    let heard = retry(&three, "explicit", json!({"city": filled("Bern")}), &state).await;
    assert_eq!(said(&heard), "Ann of Bern (first, second)");
    assert_eq!([one.parked(), two.parked(), three.parked()], [0; 3]);
}

#[tokio::test]
async fn a_client_may_answer_without_state_and_says_then_what_it_likes() {
    let engine = replica(&explicit_server());
    let retry = |answers: Value| {
        let params = json!({"name": "explicit", "arguments": {}, "inputResponses": answers});
        hear(call(&engine, "tools/call", params))
    };
    let heard = retry(json!({"user_name": filled("Ann"), "city": filled("Bern"), "more": {}})).await;
    assert_eq!(said(&heard), "Ann of Bern ()");
    assert_eq!(retry(json!({"user_name": "Ann"})).await.code(), -32602);
    // What is missing is asked for again.
    questions(&retry(json!({})).await);
}

#[tokio::test]
async fn answers_to_questions_that_were_returned_are_checked_and_their_state_is_sealed() {
    // MRTR-8, MRTR-12
    let engine = replica(&explicit_server());
    let (_, state) = questions(&call_tool(&engine, "explicit").await);
    assert!(!state.contains("first"));
    for (answers, state) in [
        (json!({"user_name": {"action": "perhaps"}}), state.clone()),
        (json!({"user_name": filled("Ann")}), format!("{state}-TAMPERED")),
        (json!({"user_name": filled("Ann")}), "first".to_owned()),
    ] {
        assert_eq!(retry(&engine, "explicit", answers, &state).await.code(), -32602);
    }
    let keyless = builder().registry(explicit_server()).build().unwrap();
    assert_eq!(retry(&keyless, "explicit", json!({"user_name": filled("Ann")}), &state).await.code(), -32602);
}

#[tokio::test]
async fn state_is_good_for_its_time() {
    // MRTR-9
    let limits = Limits { parked_time: Duration::from_nanos(1), ..Limits::default() };
    let engine = builder().registry(explicit_server()).limits(limits).build().unwrap();
    let (_, state) = questions(&call_tool(&engine, "explicit").await);
    let heard = retry(&engine, "explicit", json!({"user_name": filled("Ann")}), &state).await;
    assert_eq!(heard.response["error"]["data"]["reason"], "invalid_request_state");
}

#[tokio::test]
async fn a_result_may_be_state_alone_and_the_client_comes_back_at_once() {
    // MRTR-2, MRTR-7
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let handler = from_function(|invocation: Invocation| async move {
        let state = invocation.context.answers.as_ref().and_then(|answers| answers.state.clone());
        match state.as_deref() {
            Some("half done") => Ok(text("done")),
            _ => Ok(Output::InputRequired(InputRequired::default().remember("half done"))),
        }
    });
    registry.add_tool(tool("long", &any_object()), handler).unwrap();
    let engine = replica(&registry);
    let heard = call_tool(&engine, "long").await;
    assert!(heard.result().get("inputRequests").is_none());
    let (_, state) = questions(&heard);
    let params = json!({"name": "long", "arguments": {}, "requestState": state});
    assert_eq!(said(&hear(call(&engine, "tools/call", params)).await), "done");
    // A client that is asked while the call waits sees nothing of it.
    let connection = shaken_as(&engine, "2025-11-25", &able()).await;
    let heard = hear(send(&engine, &connection, request(1, "tools/call", json!({"name": "long"})))).await;
    assert_eq!(said(&heard), "done");
}

#[tokio::test]
async fn a_handler_that_requires_nothing_or_asks_badly_is_a_defect() {
    // MRTR-1 to MRTR-3
    let twice = InputRequired::one("a", form("One?")).and("a", form("Two?"));
    let odd = InputRequired::one("a", Question::new(Question::ELICIT, raw(&json!([]))));
    let foreign = InputRequired::one("a", Question::new("acme/ask", raw(&json!({}))));
    for input in [InputRequired::default(), twice, odd, foreign] {
        let registry = Registry::new(RegistryOptions::default()).unwrap();
        registry.add_tool(tool("bad", &any_object()), returns(Output::InputRequired(input))).unwrap();
        let heard = call_tool(&replica(&registry), "bad").await;
        assert_eq!((heard.code(), &heard.response["error"]["message"]), (-32603, &json!("internal error")));
    }
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let input = InputRequired::one("a", form("One?"));
    registry.set_completion(Some(returns(Output::InputRequired(input))));
    let params = json!({"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": ""}});
    let heard = hear(call(&replica(&registry), "completion/complete", params)).await;
    assert!(heard.response.get("error").is_some(), "{}", heard.response);
}

#[tokio::test]
async fn a_replayable_call_goes_on_in_another_process_and_answers_are_given_in_order() {
    let (registry, count) = asking(true);
    let [one, two, three] = [(); 3].map(|()| replica(&registry));
    let (_, state) = questions(&call_tool(&one, "ask_twice").await);
    let (requests, state) = questions(&retry(&two, "ask_twice", json!({"q0": filled("Ann")}), &state).await);
    assert_eq!(requests["q1"]["params"]["message"], "Second?", "the first is not asked again");
    let heard = retry(&three, "ask_twice", json!({"q1": filled("Bob")}), &state).await;
    assert_eq!(said(&heard), "Ann and Bob");
    assert_eq!(begun(&count), 3, "once in each process");
}

#[tokio::test]
async fn a_call_that_is_not_replayable_is_refused_in_another_process_which_says_why() {
    let (registry, count) = asking(false);
    let [one, two] = [(); 2].map(|()| replica(&registry));
    let (_, state) = questions(&call_tool(&one, "greet").await);
    let heard = retry(&two, "greet", json!({"q0": filled("Ann")}), &state).await;
    assert_eq!((heard.code(), heard.status), (-32602, 200));
    let error = &heard.response["error"];
    assert_eq!(error["data"], json!({"reason": "call_not_here"}));
    assert!(error["message"].as_str().unwrap().contains("another process"), "{error}");
    assert_eq!(begun(&count), 1, "not run again");
    assert_eq!(said(&retry(&one, "greet", json!({"q0": filled("Ann")}), &state).await), "Hello, Ann!");
}

#[tokio::test]
async fn a_call_that_runs_again_is_given_no_answer_to_another_question() {
    let registry = |message: &'static str| {
        let registry = Registry::new(RegistryOptions::default()).unwrap();
        let mut tool = tool("asks", &any_object());
        tool.common.replayable = true;
        let handler = from_function(move |invocation: Invocation| async move {
            Ok(text(&asked(&invocation, message).await?))
        });
        registry.add_tool(tool, handler).unwrap();
        registry
    };
    let (_, state) = questions(&call_tool(&replica(&registry("Delete it?")), "asks").await);
    let changed = replica(&registry("Delete everything?"));
    let (requests, _) = questions(&retry(&changed, "asks", json!({"q0": filled("yes")}), &state).await);
    assert_eq!(requests["q0"]["params"]["message"], "Delete everything?");
}

#[tokio::test]
async fn a_replayable_call_needs_no_room() {
    let (registry, count) = asking(true);
    let limits = Limits { max_parked: 0, ..Limits::default() };
    let engine = builder().registry(registry).limits(limits).build().unwrap();
    let (_, state) = questions(&call_tool(&engine, "greet").await);
    assert_eq!(engine.parked(), 0);
    assert_eq!(said(&retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await), "Hello, Ann!");
    assert_eq!(begun(&count), 2);
}

/// A duplex connection of a client that can be asked.
async fn shaken_as(engine: &Engine, version: &str, capabilities: &Value) -> Arc<Connection> {
    let connection = engine.connect();
    let mut opening = initialize(version);
    opening["params"]["capabilities"] = capabilities.clone();
    assert_eq!(hear(send(engine, &connection, opening)).await.result()["protocolVersion"], version);
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert!(hear(send(engine, &connection, initialized)).await.accepted);
    connection
}

#[tokio::test]
async fn the_same_handler_asks_clients_with_a_session_by_requests() {
    // MRTR-16
    for version in ["2025-06-18", "2025-11-25"] {
        let engine = replica(&explicit_server());
        let connection = shaken_as(&engine, version, &able()).await;
        let mut exchange = send(&engine, &connection, request(1, "tools/call", json!({"name": "explicit"})));
        for (message, answer) in [("Who are you?", "Ann"), ("Where?", "Bern")] {
            let asked = self::message(exchange.next().await);
            assert_eq!(asked["method"], "elicitation/create");
            assert_eq!(asked["params"]["message"], message);
            let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "result": filled(answer)});
            assert!(hear(send(&engine, &connection, answer)).await.accepted);
        }
        let heard = hear(exchange).await;
        assert_eq!(said(&heard), "Ann of Bern (first, second)");
    }
}

#[tokio::test]
async fn what_a_client_with_a_session_cannot_be_asked_fails_the_call() {
    let engine = replica(&explicit_server());
    for (version, capabilities) in [("2025-11-25", json!({})), ("2025-03-26", able())] {
        let connection = shaken_as(&engine, version, &capabilities).await;
        let heard =
            hear(send(&engine, &connection, request(1, "tools/call", json!({"name": "explicit"})))).await;
        assert_eq!(heard.result()["isError"], true, "{}", heard.response);
    }
    let connection = shaken_as(&engine, "2025-11-25", &able()).await;
    let mut exchange = send(&engine, &connection, request(1, "tools/call", json!({"name": "explicit"})));
    let asked = message(exchange.next().await);
    let refusal = json!({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -1, "message": "No"}});
    assert!(hear(send(&engine, &connection, refusal)).await.accepted);
    assert!(matches!(exchange.next().await, Some(Outgoing::Response(_))));
}

#[tokio::test]
async fn a_handler_that_never_has_enough_is_stopped() {
    // MRTR-17
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let input = InputRequired::default().remember("once more");
    registry.add_tool(tool("greedy", &any_object()), returns(Output::InputRequired(input))).unwrap();
    let engine = replica(&registry);
    let connection = shaken_as(&engine, "2025-11-25", &able()).await;
    let heard = hear(send(&engine, &connection, request(1, "tools/call", json!({"name": "greedy"})))).await;
    assert_eq!(heard.result()["isError"], true);
    assert_eq!(said(&heard), "after 32 rounds of questions there was no answer yet");
}

#[tokio::test]
async fn a_client_with_a_session_that_cancels_is_asked_nothing_more() {
    let engine = replica(&explicit_server());
    let connection = shaken_as(&engine, "2025-11-25", &able()).await;
    let mut exchange = send(&engine, &connection, request(1, "tools/call", json!({"name": "explicit"})));
    let asked = message(exchange.next().await);
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    assert!(hear(send(&engine, &connection, cancel)).await.accepted);
    let heard = hear(exchange).await;
    assert_eq!(heard.messages[0]["method"], "notifications/cancelled");
    assert_eq!(heard.messages[0]["params"]["requestId"], asked["id"]);
    assert!(heard.cancelled && !connection.is_asking());
}
