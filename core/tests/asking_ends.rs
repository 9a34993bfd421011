//! How questions end that the client does not answer, and where they go when their call has no stream.

mod asking_support;
mod engine_support;

use std::time::Duration;

use asking_support::*;
use engine_support::*;
use oxmcp_core::handler::{Event, Failure, FailureKind, Invocation, from_function};
use oxmcp_core::model::{LogLevel, LogMessage, Output, Question, ToolOutput};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_question_is_given_up_when_its_time_is_over() {
    // LIFE-7
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut question = elicit();
    question["seconds"] = json!(5);
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([question, roots()])));
    let (late, other) = (said(&mut exchange), said(&mut exchange));
    let cancelled = message(exchange.next().await);
    assert_eq!(cancelled["method"], "notifications/cancelled");
    assert_eq!(cancelled["params"]["requestId"], late["id"]);
    hear(send(&engine, &connection, result(&late["id"], json!({"action": "decline"})))).await;
    silent(&mut exchange);
    hear(send(&engine, &connection, result(&other["id"], json!({"roots": []})))).await;
    let outcomes = outcomes(&hear(exchange).await);
    assert_eq!(outcomes[0]["kind"], "timed_out");
    assert_eq!(outcomes[0]["message"], "the client did not answer elicitation/create within 5 seconds");
    assert_eq!(outcomes[1], json!({"answer": {"roots": []}}));
}

#[tokio::test(start_paused = true)]
async fn the_time_a_client_takes_is_not_the_tools() {
    // CAN-9
    let registry = registry();
    let handler = from_function(|invocation: Invocation| async move {
        tokio::time::sleep(Duration::from_secs(6)).await;
        invocation.context.list_roots().await?;
        tokio::time::sleep(Duration::from_secs(3)).await;
        invocation.context.list_roots().await?;
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(text("in time"))
    });
    let mut timed = tool("timed", &any_object());
    timed.timeout = Some(Duration::from_secs(10));
    registry.add_tool(timed, handler).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchange = send(&engine, &connection, request(1, "tools/call", json!({"name": "timed"})));
    for _ in 0..2 {
        let asked = message(exchange.next().await);
        silent(&mut exchange);
        tokio::time::advance(Duration::from_secs(60)).await;
        silent(&mut exchange);
        hear(send(&engine, &connection, result(&asked["id"], json!({"roots": []})))).await;
    }
    // It worked for twelve seconds.
    let heard = hear(exchange).await;
    assert_eq!(heard.result()["content"][0]["text"], "this took longer than the 10 seconds it may take");
}

#[tokio::test]
async fn questions_end_with_their_call() {
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    // Cancelled by the client: the questions are taken back, and nothing else is said (CAN-3).
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([elicit(), roots()])));
    let mut asked = vec![said(&mut exchange)["id"].clone(), said(&mut exchange)["id"].clone()];
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    hear(send(&engine, &connection, cancel)).await;
    let heard = hear(exchange).await;
    assert!(heard.cancelled);
    let mut taken_back: Vec<_> =
        heard.messages.iter().map(|said| said["params"]["requestId"].clone()).collect();
    assert!(heard.messages.iter().all(|said| said["method"] == "notifications/cancelled"));
    asked.sort_by_key(Value::to_string);
    taken_back.sort_by_key(Value::to_string);
    assert_eq!(asked, taken_back);
    // Answered although a question is open: the question is taken back first.
    let heard = hear(send(&engine, &connection, call(2, "leave", json!([roots()])))).await;
    assert_eq!(heard.result()["content"][0]["text"], "left");
    assert!(heard.messages.is_empty(), "it was taken back before it was asked: {:?}", heard.messages);
    // The server stops.
    let mut exchange = send(&engine, &connection, call(3, "ask", json!([roots()])));
    let id = said(&mut exchange)["id"].clone();
    connection.give_up(&"the end".into());
    let heard = hear(exchange).await;
    assert_eq!(heard.messages[0]["params"]["requestId"], id);
    assert_eq!(heard.code(), -31002);
    // The client is gone.
    let mut exchange = send(&engine, &connection, call(4, "ask", json!([roots()])));
    said(&mut exchange);
    connection.close();
    assert!(hear(exchange).await.cancelled);
}

#[tokio::test]
async fn a_question_nobody_waits_for_any_more_is_taken_back() {
    let engine = asking_engine();
    let (go, may_go) = tokio::sync::watch::channel(0);
    let withdraw = from_function(move |invocation: Invocation| {
        let mut may_go = may_go.clone();
        async move {
            let asked = invocation.arguments.as_str().contains("later");
            let mut asks = Box::pin(async { invocation.context.list_roots().await.map(|_| ()) });
            tokio::select! {
                biased;
                _ = &mut asks => {}
                _ = may_go.wait_for(|step| *step == 1) => {}
            }
            if asked {
                // It outlives the call.
                std::mem::forget(asks);
                return Ok(text("over"));
            }
            drop(asks);
            may_go.wait_for(|step| *step == 2).await.unwrap();
            Ok(text("over"))
        }
    });
    engine.registry().add_tool(tool("withdraw", &any_object()), withdraw).unwrap();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    for later in [false, true] {
        let arguments = if later { json!({"later": true}) } else { json!({}) };
        go.send(0).unwrap();
        let params = json!({"name": "withdraw", "arguments": arguments});
        let mut exchange = send(&engine, &connection, request(1, "tools/call", params));
        let id = said(&mut exchange)["id"].clone();
        silent(&mut exchange);
        go.send(1).unwrap();
        let taken_back = said(&mut exchange);
        assert_eq!(taken_back["method"], "notifications/cancelled");
        assert_eq!(taken_back["params"]["requestId"], id);
        hear(send(&engine, &connection, result(&id, json!({"roots": []})))).await;
        go.send(2).unwrap();
        let heard = hear(exchange).await;
        assert!(heard.messages.is_empty(), "{:?}", heard.messages);
        assert_eq!(heard.result()["content"][0]["text"], "over");
    }
}

#[tokio::test]
async fn a_call_that_is_over_asks_nothing() {
    let engine = asking_engine();
    let (sender, kept) = tokio::sync::oneshot::channel();
    let sender = std::sync::Mutex::new(Some(sender));
    let keep = from_function(move |invocation: Invocation| {
        let sender = sender.lock().unwrap().take();
        async move {
            assert!(sender.unwrap().send(invocation.context).is_ok());
            Ok(text("done"))
        }
    });
    engine.registry().add_tool(tool("keep", &any_object()), keep).unwrap();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    hear(send(&engine, &connection, call(1, "keep", json!([])))).await.result();
    let failure = kept.await.unwrap().list_roots().await.unwrap_err();
    assert_eq!(failure.message, "the call is over: its client cannot be asked any more");
}

#[tokio::test]
async fn a_call_without_a_stream_asks_on_the_sessions_and_fails_at_once_where_there_is_none() {
    // LHTTP-8, SESS-13
    let engine = asking_engine();
    let heard = hear(post_to(&engine, &[], true, call(1, "ask", json!([roots()])))).await;
    let stateless = &outcomes(&heard)[0];
    assert_eq!(stateless["kind"], "cannot_ask");
    assert!(stateless["message"].as_str().unwrap().contains("without a session"), "{stateless}");

    let heard = hear(post(&engine, &[], initialize_with("2025-06-18", &all_capabilities()))).await;
    let id = heard.session_id.unwrap();
    let pairs = [("Mcp-Session-Id", &*id)];
    hear(post(&engine, &pairs, initialized())).await;
    let mut exchange = post(&engine, &pairs, call(1, "ask", json!([roots()])));
    exchange.answer_only();
    let heard = hear(exchange).await;
    assert!(heard.messages.is_empty());
    let outcome = &outcomes(&heard)[0];
    assert_eq!(outcome["kind"], "cannot_ask");
    assert!(outcome["message"].as_str().unwrap().contains("no stream of its own"), "{outcome}");

    let mut stream = engine.open_session_stream(&headers(&pairs), None).unwrap();
    let mut exchange = post(&engine, &pairs, call(2, "ask", json!([roots()])));
    exchange.answer_only();
    silent(&mut exchange);
    let asked = one_line(&stream.next().await.unwrap());
    hear(post(&engine, &pairs, result(&asked["id"], json!({"roots": []})))).await;
    assert_eq!(outcomes(&hear(exchange).await), json!([{"answer": {"roots": []}}]));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_may_still_answer_but_not_for_ever() {
    // LHTTP-7
    let engine = asking_engine();
    let (sender, mut done) = tokio::sync::mpsc::unbounded_channel();
    let report = from_function(move |invocation: Invocation| {
        let sender = sender.clone();
        async move {
            sender
                .send(outcome(invocation.context.ask(Question::new("roots/list", raw(&json!({})))).await))
                .unwrap();
            Ok(text("done"))
        }
    });
    engine.registry().add_tool(tool("report", &any_object()), report).unwrap();
    let heard = hear(post(&engine, &[], initialize_with("2025-06-18", &all_capabilities()))).await;
    let id = heard.session_id.unwrap();
    let pairs = [("Mcp-Session-Id", &*id)];
    hear(post(&engine, &pairs, initialized())).await;
    for answers in [true, false] {
        let mut exchange = post(&engine, &pairs, call(1, "report", json!([])));
        let asked = said(&mut exchange);
        drop(exchange);
        if answers {
            hear(post(&engine, &pairs, result(&asked["id"], json!({"roots": []})))).await;
            assert_eq!(done.recv().await, Some(json!({"answer": {"roots": []}})));
        } else {
            assert_eq!(done.recv().await.unwrap()["kind"], "timed_out");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_kept_for_a_client_that_may_come_back_does_not_wait_for_ever() {
    // RESUME-4
    let engine = asking_engine();
    let heard = hear(post(&engine, &[], initialize_with("2025-11-25", &all_capabilities()))).await;
    let id = heard.session_id.unwrap();
    let mut exchange = post(&engine, &[("Mcp-Session-Id", &id)], call(1, "ask", json!([roots()])));
    let asked = said(&mut exchange);
    let hour = Duration::from_secs(3600);
    exchange.note_reader(false);
    silent(&mut exchange);
    exchange.note_reader(true);
    assert!(tokio::time::timeout(hour, exchange.next()).await.is_err(), "who reads may take their time");
    exchange.note_reader(false);
    let heard = tokio::time::timeout(hour, hear(exchange)).await.unwrap();
    assert_eq!(heard.messages[0]["params"]["requestId"], asked["id"]);
    assert_eq!(outcomes(&heard)[0]["kind"], "timed_out");
}

#[tokio::test]
async fn a_handler_of_notifications_asks_and_logs_beside_all_requests() {
    // LIFE-10: on the session's own stream where no call is under way
    let engine = asking_engine();
    let (sender, mut done) = tokio::sync::mpsc::unbounded_channel();
    let changed = from_function(move |invocation: Invocation| {
        let sender = sender.clone();
        async move {
            sender.send(invocation.context.list_roots().await.map(|roots| roots.len())).unwrap();
            Ok(Output::Tool(ToolOutput::text("nobody reads this")))
        }
    });
    engine.registry().set_method("notifications/roots/list_changed", Some(changed));
    let notice = json!({"jsonrpc": "2.0", "method": "notifications/roots/list_changed"});
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    hear(send(&engine, &connection, &notice)).await;
    let asked = one_line(&connection.unsolicited().await.unwrap());
    assert_eq!(asked["method"], "roots/list");
    hear(send(&engine, &connection, result(&asked["id"], json!({"roots": [{"uri": "file:///"}]})))).await;
    assert_eq!(done.recv().await.unwrap().unwrap(), 1);
    // The end of the connection is the end of the question.
    hear(send(&engine, &connection, &notice)).await;
    connection.unsolicited().await.unwrap();
    connection.close();
    assert_eq!(done.recv().await.unwrap().unwrap_err().message, "the client's session is over");
}

#[tokio::test]
async fn a_client_is_asked_outside_of_any_call_where_it_can_be_found() {
    // LHTTP-8
    let engine = asking_engine();
    let roots = || Question::new(Question::LIST_ROOTS, raw(&json!({})));
    let nobody = "there is no client here that could be asked outside of its calls";
    assert_eq!(engine.ask(None, roots()).await.unwrap_err().message, nobody);
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let asks = tokio::spawn(engine.ask(None, roots()));
    let asked = one_line(&connection.unsolicited().await.unwrap());
    hear(send(&engine, &connection, result(&asked["id"], json!({"roots": []})))).await;
    assert_eq!(asks.await.unwrap().unwrap().as_str(), r#"{"roots":[]}"#);
    // Who of the two is meant?
    let other = connect(&engine, "2025-06-18", &all_capabilities()).await;
    assert_eq!(engine.ask(None, roots()).await.unwrap_err().message, nobody);
    other.close();
    // Nobody waits for it any more: it is taken back.
    let mut asks = Box::pin(engine.ask(None, roots()));
    assert!(poll_future(&mut asks).is_none());
    let asked = one_line(&connection.unsolicited().await.unwrap());
    drop(asks);
    let taken_back = one_line(&connection.unsolicited().await.unwrap());
    assert_eq!(taken_back["params"]["requestId"], asked["id"]);

    let heard = hear(post(&engine, &[], initialize_with("2025-06-18", &all_capabilities()))).await;
    let id = heard.session_id.unwrap();
    hear(post(&engine, &[("Mcp-Session-Id", &id)], initialized())).await;
    assert!(engine.ask(Some(&id), roots()).await.unwrap_err().message.contains("no other stream open"));
    let mut stream = engine.open_session_stream(&headers(&[("Mcp-Session-Id", &id)]), None).unwrap();
    let asks = tokio::spawn(engine.ask(Some(&id), roots()));
    let asked = one_line(&stream.next().await.unwrap());
    hear(post(&engine, &[("Mcp-Session-Id", &id)], result(&asked["id"], json!({"roots": []})))).await;
    assert!(asks.await.unwrap().is_ok());
    assert_eq!(engine.ask(Some("nobody"), roots()).await.unwrap_err().message, nobody);
}

/// Polls once.
fn poll_future<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn when_nothing_is_heard_any_more_questions_fail_and_their_calls_go_on() {
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([roots()])));
    said(&mut exchange);
    connection.stop_asking(&Failure::new(FailureKind::ShutDown, "stopping"));
    assert_eq!(outcomes(&hear(exchange).await)[0]["message"], "stopping");
    let heard = hear(send(&engine, &connection, call(2, "ask", json!([roots()])))).await;
    assert_eq!(outcomes(&heard)[0]["kind"], "shut_down");
    assert!(heard.messages.is_empty());

    let heard = hear(post(&engine, &[], initialize_with("2025-06-18", &all_capabilities()))).await;
    let id = heard.session_id.unwrap();
    let mut exchange = post(&engine, &[("Mcp-Session-Id", &id)], call(1, "ask", json!([roots()])));
    said(&mut exchange);
    exchange.stop_asking("stopping");
    assert_eq!(outcomes(&hear(exchange).await)[0]["kind"], "shut_down");
}

#[tokio::test]
async fn what_a_session_is_told_while_its_stream_is_closed_waits_for_the_next_one_within_bounds() {
    // LHTTP-8, SEC-12
    let engine = asking_engine();
    let log = from_function(|invocation: Invocation| async move {
        let numbers = invocation.arguments.to_value().unwrap();
        for number in numbers["from"].as_u64().unwrap()..numbers["to"].as_u64().unwrap() {
            let log = LogMessage { level: LogLevel::Error, logger: None, data: raw(&json!(number)) };
            invocation.context.events.emit(Event::Log(log));
            tokio::task::yield_now().await;
        }
        Ok(text("nobody reads this"))
    });
    engine.registry().set_method("notifications/log", Some(log));
    let heard = hear(post(&engine, &[], initialize_with("2025-06-18", &all_capabilities()))).await;
    let id = heard.session_id.unwrap();
    let pairs = [("Mcp-Session-Id", &*id)];
    hear(post(&engine, &pairs, initialized())).await;
    let logs = |from: u64, to: u64| {
        let params = json!({"from": from, "to": to});
        post(&engine, &pairs, json!({"jsonrpc": "2.0", "method": "notifications/log", "params": params}))
    };
    for (from, to, first) in [(0, 3, 0), (3, 403, 147)] {
        hear(logs(from, to)).await;
        // The last of them was said.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        let mut stream = engine.open_session_stream(&headers(&pairs), None).unwrap();
        for number in first..to {
            assert_eq!(one_line(&stream.next().await.unwrap())["params"]["data"], number);
        }
    }
}
