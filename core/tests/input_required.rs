//! Calls that go on over several requests: asked by a result, answered by a retry (MRTR-*).

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;

use engine_support::asking::*;
use engine_support::*;
use oxmcp_core::engine::{Engine, Limits, Outgoing};
use oxmcp_core::handler::{Event, FailureKind, Invocation, from_function};
use oxmcp_core::model::{LogLevel, LogMessage, Progress, Question};
use serde_json::{Value, json};

const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

fn served(replayable: bool) -> (Engine, Begun) {
    let (registry, count) = asking(replayable);
    (builder().registry(registry).build().unwrap(), count)
}

#[tokio::test]
async fn a_question_ends_the_request_and_the_retry_brings_the_result_of_the_same_call() {
    // MRTR-2, MRTR-3, MRTR-14, RESULT-1, META-3, G-10
    let (engine, count) = served(false);
    let heard = call_tool(&engine, "greet").await;
    assert_eq!(heard.status, 200);
    let (requests, state) = questions(&heard);
    let request = requests["q0"].as_object().unwrap();
    assert_eq!(request["method"], "elicitation/create");
    assert_eq!(request["params"]["message"], "Who are you?");
    assert_eq!(request.len(), 2, "neither jsonrpc nor id");
    assert_eq!(requests.as_object().unwrap().len(), 1);
    let result = heard.result();
    assert_eq!(result["_meta"][SERVER_INFO]["name"], "test-server");
    assert!(result.get("ttlMs").is_none() && result.get("cacheScope").is_none());
    let heard = retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await;
    assert_eq!(said(&heard), "Hello, Ann!");
    assert_eq!(heard.result()["resultType"], "complete");
    assert_eq!(begun(&count), 1, "run once");
}

#[tokio::test]
async fn prompts_and_resources_ask_as_tools_do() {
    // MRTR-1, MRTR-14: nobody keeps what is not a result yet.
    let (engine, _) = served(false);
    for (method, params, place) in [
        ("prompts/get", json!({"name": "greeting"}), "/messages/0/content/text"),
        ("resources/read", json!({"uri": "test://greeting"}), "/contents/0/text"),
    ] {
        let heard = hear(call(&engine, method, params.clone())).await;
        let (_, state) = questions(&heard);
        assert!(heard.result().get("ttlMs").is_none());
        let mut again = params;
        again["inputResponses"] = json!({"q0": filled("Ann")});
        again["requestState"] = json!(state);
        let heard = hear(call(&engine, method, again)).await;
        assert_eq!(heard.result().pointer(place), Some(&json!("Ann")), "{method}");
        assert_eq!(heard.result().get("ttlMs").is_some(), method == "resources/read");
    }
}

#[tokio::test]
async fn questions_asked_at_once_cross_together_and_rounds_follow_one_another() {
    let (engine, count) = served(false);
    let (requests, state) = questions(&call_tool(&engine, "ask_both").await);
    assert_eq!(requests.as_object().unwrap().keys().collect::<Vec<_>>(), ["q0", "q1"]);
    let heard = retry(&engine, "ask_both", json!({"q0": filled("Ann"), "q1": filled("Bob")}), &state).await;
    assert_eq!(said(&heard), r#"["Ann","Bob"]"#);

    let (_, first) = questions(&call_tool(&engine, "ask_twice").await);
    let (requests, second) =
        questions(&retry(&engine, "ask_twice", json!({"q0": filled("Ann")}), &first).await);
    assert_eq!(requests["q1"]["params"]["message"], "Second?");
    assert_ne!(first, second);
    let heard = retry(&engine, "ask_twice", json!({"q1": filled("Bob")}), &second).await;
    assert_eq!(said(&heard), "Ann and Bob");
    assert_eq!(begun(&count), 1, "run once");
}

#[tokio::test]
async fn answers_that_are_missing_are_asked_for_again_and_those_nobody_asked_for_are_ignored() {
    // MRTR-11
    let (engine, _) = served(false);
    let (_, state) = questions(&call_tool(&engine, "ask_both").await);
    let answers = json!({"q1": filled("Bob"), "q7": filled("nobody"), "other": 1, "": null});
    let (requests, state) = questions(&retry(&engine, "ask_both", answers, &state).await);
    assert_eq!(requests.as_object().unwrap().keys().collect::<Vec<_>>(), ["q0"]);
    let params = json!({"name": "ask_both", "arguments": {}, "requestState": state});
    let (requests, state) = questions(&hear(call(&engine, "tools/call", params)).await);
    assert_eq!(requests.as_object().unwrap().len(), 1, "nothing at all was answered");
    let heard = retry(&engine, "ask_both", json!({"q0": filled("Ann")}), &state).await;
    assert_eq!(said(&heard), r#"["Ann","Bob"]"#);
}

#[tokio::test]
async fn what_is_no_answer_is_refused_and_the_call_goes_on_waiting() {
    // MRTR-12
    let (engine, count) = served(false);
    let (_, state) = questions(&call_tool(&engine, "greet").await);
    for wrong in [
        json!(1),
        json!([]),
        json!(null),
        json!({}),
        json!({"action": "maybe"}),
        json!({"action": 1}),
        json!({"action": "accept", "content": [1]}),
        json!({"roots": []}),
    ] {
        let heard = retry(&engine, "greet", json!({"q0": wrong}), &state).await;
        assert_eq!((heard.code(), heard.status), (-32602, 200), "{wrong}");
        let message = heard.response["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("inputResponses.q0 is not an answer: "), "{message}");
    }
    for (member, wrong) in
        [("inputResponses", json!([])), ("inputResponses", json!("x")), ("requestState", json!(1))]
    {
        let mut params = json!({"name": "greet", "arguments": {}, "requestState": state});
        params[member] = wrong;
        let heard = hear(call(&engine, "tools/call", params)).await;
        assert_eq!(heard.code(), -32602);
        assert!(heard.response["error"]["message"].as_str().unwrap().starts_with(member));
    }
    assert_eq!(said(&retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await), "Hello, Ann!");
    assert_eq!(begun(&count), 1, "run once");
}

/// Says when it is dropped.
struct Guard(tokio::sync::mpsc::UnboundedSender<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// The one answer to state that is not valid, whatever is wrong with it (MRTR-15).
fn refused(heard: &Heard) {
    assert_eq!((heard.code(), heard.status), (-32602, 200));
    let error = &heard.response["error"];
    assert_eq!(error["data"], json!({"reason": "invalid_request_state"}));
    let message = "requestState is not valid: it was changed, was used already, is too old, or belongs to another request; call again \
                   without it";
    assert_eq!(error["message"], message);
}

#[tokio::test]
async fn state_that_is_forged_or_moved_is_refused_in_one_way_and_the_call_goes_on_waiting() {
    // MRTR-8, MRTR-9, SEC-6
    let (engine, count) = served(false);
    let (_, state) = questions(&call_tool(&engine, "greet").await);
    let answers = json!({"q0": filled("Ann")});
    let mut flipped = state.clone().into_bytes();
    let last = flipped.len() - 3;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let cut = &state[..state.len() - 1];
    for forged in
        ["", "x", "oxmcp1.", "oxmcp1.AQID", &flipped, cut, &format!("{state}-TAMPERED"), &format!(" {state}")]
    {
        refused(&retry(&engine, "greet", answers.clone(), forged).await);
    }
    // Another tool, another argument, another method, another server.
    refused(&retry(&engine, "ask_both", answers.clone(), &state).await);
    let moved = |member: &str, value: Value| {
        let mut params =
            json!({"name": "greet", "arguments": {}, "inputResponses": answers, "requestState": state});
        params[member] = value;
        params
    };
    refused(&hear(call(&engine, "tools/call", moved("arguments", json!({"a": 1})))).await);
    refused(&hear(call(&engine, "prompts/get", moved("name", json!("greeting")))).await);
    let read = json!({"uri": "test://greeting", "inputResponses": answers, "requestState": state});
    refused(&hear(call(&engine, "resources/read", read)).await);
    let (another, _) = served(false);
    refused(&retry(&another, "greet", answers.clone(), &state).await);
    assert_eq!(said(&retry(&engine, "greet", answers, &state).await), "Hello, Ann!");
    assert_eq!(begun(&count), 1, "run once");
}

#[tokio::test]
async fn the_same_arguments_may_be_written_another_way() {
    let (engine, _) = served(false);
    let begins = r#"{"name":"greet","arguments":{"a":1,"b":["é"]},"_meta":{"progressToken":1}}"#;
    let (_, state) =
        questions(&hear(call(&engine, "tools/call", serde_json::from_str(begins).unwrap())).await);
    let mut again: Value =
        serde_json::from_str(r#"{"arguments":{"b":["\u00e9"],"a":1},"name":"greet"}"#).unwrap();
    again["inputResponses"] = json!({"q0": filled("Ann")});
    again["requestState"] = json!(state);
    assert_eq!(said(&hear(call(&engine, "tools/call", again)).await), "Hello, Ann!");
}

#[tokio::test]
async fn state_is_used_once() {
    // MRTR-10: neither the state of a round that is over nor that of a call that is over.
    let (engine, count) = served(false);
    let (_, first) = questions(&call_tool(&engine, "ask_twice").await);
    let (_, second) = questions(&retry(&engine, "ask_twice", json!({"q0": filled("Ann")}), &first).await);
    refused(&retry(&engine, "ask_twice", json!({"q0": filled("Eve")}), &first).await);
    assert_eq!(
        said(&retry(&engine, "ask_twice", json!({"q1": filled("Bob")}), &second).await),
        "Ann and Bob"
    );
    for used in [&first, &second] {
        refused(&retry(&engine, "ask_twice", json!({"q0": filled("Eve"), "q1": filled("Eve")}), used).await);
    }
    assert_eq!(begun(&count), 1, "run once");
}

#[tokio::test]
async fn a_replayable_call_does_not_run_again_for_state_that_was_used_here() {
    let (engine, count) = served(true);
    let (_, state) = questions(&call_tool(&engine, "greet").await);
    assert_eq!(said(&retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await), "Hello, Ann!");
    refused(&retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await);
    assert_eq!(begun(&count), 1, "run once");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_come_back_in_time_cancels_the_call() {
    // MRTR-13
    let (registry, _) = asking(false);
    let (sender, mut dropped) = tokio::sync::mpsc::unbounded_channel();
    let handler = from_function(move |invocation: Invocation| {
        let guard = Guard(sender.clone());
        async move {
            let name = asked(&invocation, "Who are you?").await?;
            drop(guard);
            Ok(text(&name))
        }
    });
    registry.add_tool(tool("guarded", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let begins = tokio::time::Instant::now();
    let (_, state) = questions(&call_tool(&engine, "guarded").await);
    assert!(dropped.try_recv().is_err());
    dropped.recv().await.unwrap();
    assert_eq!(begins.elapsed().as_secs(), Limits::default().parked_time.as_secs());
    refused(&retry(&engine, "guarded", json!({"q0": filled("Ann")}), &state).await);
}

#[tokio::test(start_paused = true)]
async fn a_question_with_a_time_limit_is_given_up_while_the_call_goes_on_waiting_to_be_fetched() {
    let (registry, _) = asking(false);
    let handler = from_function(|invocation: Invocation| async move {
        let question = form("Quick?").within(std::time::Duration::from_secs(5));
        match invocation.context.ask(question).await {
            Err(failure) if failure.kind == FailureKind::TimedOut => Ok(text(&failure.message)),
            other => Ok(text(&format!("{other:?}"))),
        }
    });
    registry.add_tool(tool("quick", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let (_, state) = questions(&call_tool(&engine, "quick").await);
    tokio::time::advance(std::time::Duration::from_secs(6)).await;
    let heard = retry(&engine, "quick", json!({"q0": filled("Ann")}), &state).await;
    assert_eq!(said(&heard), "the client did not answer within 5 seconds");
}

#[tokio::test(start_paused = true)]
async fn the_time_a_client_takes_is_not_the_tools() {
    // CAN-9
    let (registry, _) = asking(false);
    let handler = from_function(|invocation: Invocation| async move {
        let name = asked(&invocation, "Who are you?").await?;
        tokio::time::sleep(std::time::Duration::from_secs(8)).await;
        Ok(text(&name))
    });
    let mut timed = tool("timed", &any_object());
    timed.timeout = Some(std::time::Duration::from_secs(10));
    registry.add_tool(timed, handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let (_, state) = questions(&call_tool(&engine, "timed").await);
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(said(&retry(&engine, "timed", json!({"q0": filled("Ann")}), &state).await), "Ann");
}

#[tokio::test]
async fn what_a_call_says_after_the_answer_belongs_to_the_retry() {
    // PROG-3, LOG-2, MRTR-5
    let (registry, _) = asking(false);
    let handler = from_function(|invocation: Invocation| async move {
        let events = &invocation.context.events;
        let tell = |progress| {
            events.emit(Event::Progress(Progress { progress, total: None, message: None }));
            let log = |level| LogMessage { level, logger: None, data: raw(&json!(progress)) };
            events.emit(Event::Log(log(LogLevel::Info)));
            events.emit(Event::Log(log(LogLevel::Error)));
        };
        tell(1.0);
        let name = asked(&invocation, "Who are you?").await?;
        tell(2.0);
        Ok(text(&name))
    });
    registry.add_tool(tool("tells", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let level = "io.modelcontextprotocol/logLevel";
    let params = json!({"name": "tells", "arguments": {}, "_meta": {"progressToken": "one", level: "error"}});
    let heard = hear(call(&engine, "tools/call", params)).await;
    assert_eq!(heard.messages.len(), 2, "{:?}", heard.messages);
    assert_eq!(heard.messages[0]["params"], json!({"progressToken": "one", "progress": 1}));
    assert_eq!(heard.messages[1]["params"]["level"], "error");
    let (_, state) = questions(&heard);
    let answers = json!({"q0": filled("Ann")});
    let params = json!({
        "name": "tells", "arguments": {}, "inputResponses": answers, "requestState": state,
        "_meta": {"progressToken": "two", level: "info"},
    });
    let heard = hear(call(&engine, "tools/call", params)).await;
    assert_eq!(heard.messages.len(), 3, "{:?}", heard.messages);
    assert_eq!(heard.messages[0]["params"], json!({"progressToken": "two", "progress": 2}));
    assert_eq!(said(&heard), "Ann");
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_is_told_what_it_lacks_and_nothing_is_parked() {
    // MRTR-4, META-6, HTTP-7
    let (registry, count) = asking(false);
    registry.add_tool(tool("explicit", &any_object()), explicit()).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    for capabilities in [json!({}), json!({"sampling": {}}), json!({"elicitation": {"url": {}}})] {
        for name in ["greet", "explicit"] {
            let params = json!({"name": name, "arguments": {}});
            let heard = hear(call_as(&engine, &capabilities, "tools/call", params)).await;
            assert_eq!((heard.code(), heard.status), (-32021, 400), "{name}");
            let data = &heard.response["error"]["data"];
            assert_eq!(*data, json!({"requiredCapabilities": {"elicitation": {"form": {}}}}));
        }
    }
    assert_eq!(begun(&count), 3);
    assert_eq!(engine.parked(), 0);
}

#[tokio::test]
async fn every_request_says_anew_what_its_client_can_do() {
    // META-5
    let (engine, _) = served(false);
    let (_, state) = questions(&call_tool(&engine, "ask_twice").await);
    let answers = json!({"q0": filled("Ann")});
    let params =
        json!({"name": "ask_twice", "arguments": {}, "inputResponses": answers, "requestState": state});
    let heard = hear(call_as(&engine, &json!({}), "tools/call", params)).await;
    assert_eq!(heard.code(), -32021);
}

#[tokio::test]
async fn on_other_methods_both_members_are_ignored() {
    // MRTR-18
    let (engine, _) = served(false);
    for method in ["tools/list", "prompts/list", "resources/list"] {
        let heard = hear(call(&engine, method, json!({"inputResponses": 1, "requestState": "forged"}))).await;
        assert_eq!(heard.result()["resultType"], "complete", "{method}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_the_retry_cancels_the_call() {
    // HTTP-10, CAN-1
    let (registry, _) = asking(false);
    let (sender, mut dropped) = tokio::sync::mpsc::unbounded_channel();
    let handler = from_function(move |invocation: Invocation| {
        let guard = Guard(sender.clone());
        async move {
            asked(&invocation, "Who are you?").await?;
            std::future::pending::<()>().await;
            drop(guard);
            Ok(text("never"))
        }
    });
    registry.add_tool(tool("hangs", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let connection = engine.connect();
    let ask = request(1, "tools/call", enveloped_as(json!({"name": "hangs"}), &able()));
    let (_, state) = questions(&hear(send(&engine, &connection, ask)).await);
    let params = json!({"name": "hangs", "inputResponses": {"q0": filled("Ann")}, "requestState": state});
    let mut exchange = send(&engine, &connection, request(2, "tools/call", enveloped_as(params, &able())));
    assert!(poll_once(&mut exchange).is_pending());
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}});
    assert!(hear(send(&engine, &connection, cancel)).await.accepted);
    assert!(matches!(exchange.next().await, Some(Outgoing::Cancelled(_))));
    assert!(dropped.try_recv().is_ok());
    assert_eq!(engine.parked(), 0);
}

#[tokio::test]
async fn the_end_of_a_connection_or_of_the_server_is_the_end_of_what_waits_for_it() {
    let (engine, _) = served(false);
    let connection = engine.connect();
    let ask = || request(1, "tools/call", enveloped_as(json!({"name": "greet"}), &able()));
    questions(&hear(send(&engine, &connection, ask())).await);
    questions(&call_tool(&engine, "greet").await);
    assert_eq!(engine.parked(), 2);
    connection.close();
    assert_eq!(engine.parked(), 1, "who came over HTTP may come back");
    engine.shutdown().trigger();
    while engine.parked() > 0 {
        tokio::task::yield_now().await;
    }
    let heard = call_tool(&engine, "greet").await;
    assert_eq!(heard.code(), -31000, "{}", heard.response);
}

#[tokio::test]
async fn where_there_is_no_room_a_question_is_refused_as_too_much() {
    // SEC-12
    for limits in [
        Limits { max_parked: 1, ..Limits::default() },
        Limits { max_parked_bytes: 6_000, ..Limits::default() },
    ] {
        let (registry, count) = asking(false);
        let engine = builder().registry(registry).limits(limits).build().unwrap();
        let (_, state) = questions(&call_tool(&engine, "greet").await);
        assert_eq!(call_tool(&engine, "greet").await.code(), -31000);
        assert_eq!((engine.parked(), begun(&count)), (1, 2));
        assert_eq!(said(&retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await), "Hello, Ann!");
        questions(&call_tool(&engine, "greet").await);
    }
}

#[tokio::test]
async fn a_question_of_an_extension_or_a_page_is_asked_as_this_version_has_it() {
    let (registry, _) = asking(false);
    let handler = from_function(|invocation: Invocation| async move {
        let context = &invocation.context;
        let foreign = context.ask(Question::new("acme/ask", raw(&json!({})))).await;
        let refused = foreign.err().map(|failure| failure.kind);
        assert_eq!(refused, Some(FailureKind::CannotAsk));
        let answer = context.elicit_url("Visit", "https://example.com/", "an-id").await?;
        Ok(text(&format!("{answer:?}")))
    });
    registry.add_tool(tool("visit", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let (requests, state) = questions(&call_tool(&engine, "visit").await);
    let params = json!({"mode": "url", "message": "Visit", "url": "https://example.com/"});
    let (key, request) = requests.as_object().unwrap().iter().next().unwrap();
    assert_eq!(request["params"], params, "no elicitationId");
    let heard = retry(&engine, "visit", json!({key: {"action": "decline"}}), &state).await;
    assert_eq!(said(&heard), "Decline");
}

#[tokio::test]
async fn a_handler_that_withdraws_its_question_asks_nothing() {
    let (registry, _) = asking(false);
    let handler = from_function(|invocation: Invocation| async move {
        let asked = invocation.context.ask(form("Never mind"));
        tokio::select! {
            biased;
            _ = asked => {}
            () = tokio::task::yield_now() => {}
        }
        Ok(text("did without"))
    });
    registry.add_tool(tool("fickle", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    assert_eq!(said(&call_tool(&engine, "fickle").await), "did without");
}

#[tokio::test]
async fn pages_that_have_to_be_visited_first_are_asked_for() {
    // ELI-14, RPC-10
    let (registry, _) = asking(false);
    let handler = from_function(|invocation: Invocation| async move {
        if invocation.context.answers.is_some_and(|answers| answers.get("page1").is_some()) {
            return Ok(text("visited"));
        }
        let page = json!({"message": "Sign in", "url": "https://example.com/", "elicitationId": "1"});
        let data =
            json!({"elicitations": [page, {"mode": "url", "message": "Pay", "url": "https://example.org/"}]});
        let data = oxmcp_core::json::RawJson::from_checked(data.to_string());
        Err(oxmcp_core::handler::Failure::protocol(-32042, "URL elicitations required", Some(data)))
    });
    registry.add_tool(tool("files", &any_object()), handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let (requests, state) = questions(&call_tool(&engine, "files").await);
    let params = json!({"mode": "url", "message": "Sign in", "url": "https://example.com/"});
    assert_eq!(requests["page0"], json!({"method": "elicitation/create", "params": params}));
    let answers = json!({"page0": {"action": "accept"}, "page1": {"action": "accept"}});
    assert_eq!(said(&retry(&engine, "files", answers, &state).await), "visited");
}
