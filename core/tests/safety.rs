//! A person is asked before something is destroyed, and results hide nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asking_support;
mod engine_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asking_support::{all_capabilities, connect, result, said as next_message};
use engine_support::asking::{able, call_as, questions};
use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::safety::{Confirm, HIDDEN, SANITIZE, Safety, SafetyOptions, UNTRUSTED, Unseen, Unsupported};
use serde_json::{Value, json};

/// The arguments that each call ran with.
type Ran = Arc<std::sync::Mutex<Vec<Value>>>;

fn counting() -> (Arc<dyn Handler>, Ran) {
    let ran = Ran::default();
    let note = Arc::clone(&ran);
    let handler = from_function(move |invocation: Invocation| {
        note.lock().unwrap().push(invocation.arguments.to_value().unwrap());
        async { Ok(text("deleted")) }
    });
    (handler, ran)
}

fn hinted(name: &str, annotations: Option<&Value>) -> Tool {
    let mut tool = tool(name, &any_object());
    tool.common.annotations = annotations.map(raw);
    tool
}

/// A server with `delete`, which is destructive, `read`, which is not, and `plain`, which says nothing.
fn guarded(options: SafetyOptions) -> (Engine, Ran) {
    let (handler, ran) = counting();
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    registry
        .add_tool(hinted("delete", Some(&json!({"destructiveHint": true}))), Arc::clone(&handler))
        .unwrap();
    registry.add_tool(hinted("read", Some(&json!({"readOnlyHint": true}))), Arc::clone(&handler)).unwrap();
    registry.add_tool(hinted("plain", None), handler).unwrap();
    registry.set_guard(Some(Arc::new(Safety::new(options))));
    (builder().registry(registry).build().unwrap(), ran)
}

fn params(name: &str, arguments: &Value) -> Value {
    json!({"name": name, "arguments": arguments})
}

fn with_answer(name: &str, arguments: &Value, answer: &Value, state: &str) -> Value {
    json!({"name": name, "arguments": arguments, "inputResponses": {"q0": answer}, "requestState": state})
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

async fn modern_call(engine: &Engine, params: Value) -> Heard {
    hear(call_as(engine, &able(), "tools/call", params)).await
}

fn text_of(heard: &Heard) -> String {
    heard.result()["content"][0]["text"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn consent_is_for_these_arguments_and_counts_once() {
    let (engine, ran) = guarded(SafetyOptions::default());
    let rows = json!({"table": "logs", "id": 7});
    let heard = modern_call(&engine, params("delete", &rows)).await;
    let (requests, state) = questions(&heard);
    let message = requests["q0"]["params"]["message"].as_str().unwrap();
    assert!(message.contains("delete") && message.contains(r#"{"id":7,"table":"logs"}"#), "{message}");
    assert!(ran.lock().unwrap().is_empty(), "not before somebody said yes");

    // Other arguments, with the word that was given for these.
    let other = json!({"table": "logs", "id": 8});
    let heard = modern_call(&engine, with_answer("delete", &other, &yes(), &state)).await;
    assert_eq!(heard.code(), -32602);
    let again = questions(&modern_call(&engine, params("delete", &other)).await);
    assert_ne!(again.1, state, "asked again");
    assert!(ran.lock().unwrap().is_empty());

    let heard = modern_call(&engine, with_answer("delete", &rows, &yes(), &state)).await;
    assert_eq!(text_of(&heard), "deleted");
    assert_eq!(*ran.lock().unwrap(), std::slice::from_ref(&rows));
    // The same word once more.
    let heard = modern_call(&engine, with_answer("delete", &rows, &yes(), &state)).await;
    assert_eq!(heard.code(), -32602);
    assert_eq!(ran.lock().unwrap().len(), 1);
    // An answer to a question that nobody asked.
    let bare = json!({"name": "delete", "arguments": rows, "inputResponses": {"q0": yes()}});
    questions(&modern_call(&engine, bare).await);
    assert_eq!(ran.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn whatever_is_not_a_yes_is_a_no() {
    let (engine, ran) = guarded(SafetyOptions::default());
    for answer in [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        json!({"action": "accept"}),
        json!({"action": "accept", "content": {}}),
        json!({"action": "accept", "content": {"confirm": false}}),
        json!({"action": "accept", "content": {"confirm": "true"}}),
    ] {
        let (_, state) = questions(&modern_call(&engine, params("delete", &json!({}))).await);
        let heard = modern_call(&engine, with_answer("delete", &json!({}), &answer, &state)).await;
        assert_eq!(heard.result()["isError"], true, "{answer}");
        assert!(text_of(&heard).contains("was not done"), "{answer}: {}", text_of(&heard));

        let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
        let mut exchange = send(&engine, &connection, request(1, "tools/call", params("delete", &json!({}))));
        let asked = next_message(&mut exchange);
        assert_eq!(asked["method"], "elicitation/create");
        hear(send(&engine, &connection, result(&asked["id"], answer.clone()))).await;
        let heard = hear(exchange).await;
        assert_eq!(heard.result()["isError"], true, "{answer}");
    }
    assert!(ran.lock().unwrap().is_empty());
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchange =
        send(&engine, &connection, request(1, "tools/call", params("delete", &json!({"a": 1}))));
    let asked = next_message(&mut exchange);
    hear(send(&engine, &connection, result(&asked["id"], yes()))).await;
    assert_eq!(text_of(&hear(exchange).await), "deleted");
    assert_eq!(*ran.lock().unwrap(), [json!({"a": 1})]);
}

#[tokio::test]
async fn a_client_that_cannot_ask_is_refused_unless_its_server_says_otherwise() {
    let (engine, ran) = guarded(SafetyOptions::default());
    let heard = hear(call_as(&engine, &json!({}), "tools/call", params("delete", &json!({})))).await;
    assert_eq!(heard.code(), -32021);
    assert_eq!(heard.response["error"]["data"]["requiredCapabilities"]["elicitation"], json!({"form": {}}));
    for version in LEGACY {
        let connection = connect(&engine, version, &json!({})).await;
        let heard =
            hear(send(&engine, &connection, request(1, "tools/call", params("delete", &json!({}))))).await;
        assert_eq!(heard.result()["isError"], true);
        assert!(text_of(&heard).contains("confirmed"), "{}", text_of(&heard));
    }
    assert!(ran.lock().unwrap().is_empty());
    let allowing = SafetyOptions { unsupported: Unsupported::Allow, ..SafetyOptions::default() };
    let (engine, ran) = guarded(allowing);
    hear(call_as(&engine, &json!({}), "tools/call", params("delete", &json!({})))).await;
    assert_eq!(ran.lock().unwrap().len(), 1);
    questions(&modern_call(&engine, params("delete", &json!({}))).await);
    assert_eq!(ran.lock().unwrap().len(), 1, "who can ask, asks");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_silent_is_refused_in_time() {
    let options = SafetyOptions { confirm_within: Duration::from_secs(5), ..SafetyOptions::default() };
    let (engine, ran) = guarded(options);
    let connection = connect(&engine, "2025-11-25", &all_capabilities()).await;
    let exchange = send(&engine, &connection, request(1, "tools/call", params("delete", &json!({}))));
    let heard = hear(exchange).await;
    assert!(text_of(&heard).contains("nobody confirmed in time"), "{}", text_of(&heard));
    assert!(ran.lock().unwrap().is_empty());
}

#[tokio::test]
async fn which_tools_are_confirmed_is_said_by_hints_names_or_the_tool() {
    let named =
        |patterns: &[&str]| Confirm::Named(patterns.iter().map(|pattern| (*pattern).to_owned()).collect());
    for (confirm, asked) in [
        (Confirm::Off, [false, false, false]),
        (Confirm::Destructive, [true, false, false]),
        (Confirm::UnlessReadOnly, [true, false, true]),
        (named(&["re*"]), [false, true, false]),
        (named(&["*l*e*", "plain"]), [true, false, true]),
        (named(&["*"]), [true, true, true]),
        (named(&["*dele", "elete", "delete*x"]), [false, false, false]),
    ] {
        let (engine, _) = guarded(SafetyOptions { confirm: confirm.clone(), ..SafetyOptions::off() });
        for (name, asks) in ["delete", "read", "plain"].into_iter().zip(asked) {
            let heard = modern_call(&engine, params(name, &json!({}))).await;
            assert_eq!(heard.result()["resultType"] == "input_required", asks, "{name} {confirm:?}");
        }
    }
    // The tool's own word goes before all others, and needs no section.
    for (own, guard) in [(true, true), (true, false), (false, true)] {
        let (handler, ran) = counting();
        let registry = Registry::new(RegistryOptions::default()).unwrap();
        let mut tool = hinted("delete", Some(&json!({"destructiveHint": true})));
        tool.confirm = Some(own);
        registry.add_tool(tool, handler).unwrap();
        if guard {
            registry.set_guard(Some(Arc::new(Safety::new(SafetyOptions::default()))));
        }
        let engine = builder().registry(registry).build().unwrap();
        let heard = modern_call(&engine, params("delete", &json!({}))).await;
        assert_eq!(heard.result()["resultType"] == "input_required", own);
        assert_eq!(ran.lock().unwrap().len(), usize::from(!own));
    }
}

#[tokio::test]
async fn a_call_that_was_confirmed_is_never_run_again_elsewhere() {
    // A tool that may run again otherwise: its client's answer is of no use to another process.
    let key = || oxmcp_core::sealing::KeyRing::new([[7; 32]]).unwrap();
    let (handler, ran) = counting();
    let served = || {
        let registry = Registry::new(RegistryOptions::default()).unwrap();
        let mut tool = hinted("delete", Some(&json!({"destructiveHint": true})));
        tool.common.replayable = true;
        registry.add_tool(tool, Arc::clone(&handler)).unwrap();
        registry.set_guard(Some(Arc::new(Safety::new(SafetyOptions::default()))));
        builder().registry(registry).request_state_keys(key()).build().unwrap()
    };
    let (one, other) = (served(), served());
    let (_, state) = questions(&modern_call(&one, params("delete", &json!({}))).await);
    let heard = modern_call(&other, with_answer("delete", &json!({}), &yes(), &state)).await;
    assert_eq!(heard.response["error"]["data"]["reason"], "call_not_here");
    assert!(ran.lock().unwrap().is_empty());
    let heard = modern_call(&one, with_answer("delete", &json!({}), &yes(), &state)).await;
    assert_eq!(text_of(&heard), "deleted");
    assert_eq!(ran.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn whole_methods_and_mounted_servers_are_no_way_around() {
    let (handler, ran) = counting();
    let whole = Registry::new(RegistryOptions::default()).unwrap();
    let counted = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&counted);
    let answers = from_function(move |_| {
        counts.fetch_add(1, Ordering::SeqCst);
        async { Ok(Output::Whole(raw(&json!({"content": [{"type": "text", "text": "a\u{1b}[31mb"}]})))) }
    });
    whole.set_method("tools/call", Some(answers));
    let options = SafetyOptions {
        confirm: Confirm::Named(vec!["del*".to_owned()]),
        unseen: Unseen::Strip,
        ..SafetyOptions::default()
    };
    whole.set_guard(Some(Arc::new(Safety::new(options))));
    let engine = builder().registry(whole).build().unwrap();
    questions(&modern_call(&engine, params("delete", &json!({}))).await);
    assert_eq!(counted.load(Ordering::SeqCst), 0);
    let heard = modern_call(&engine, params("other", &json!({}))).await;
    assert_eq!(counted.load(Ordering::SeqCst), 1);
    assert_eq!(text_of(&heard), "ab");
    assert_eq!(heard.result()["_meta"][UNTRUSTED], true);

    let child = Registry::new(RegistryOptions::default()).unwrap();
    child.add_tool(hinted("delete", Some(&json!({"destructiveHint": true}))), handler).unwrap();
    let parent = Registry::new(RegistryOptions::default()).unwrap();
    parent.mount(&child, oxmcp_core::registry::MountOptions::default()).unwrap();
    parent.set_guard(Some(Arc::new(Safety::new(SafetyOptions::default()))));
    let engine = builder().registry(parent).build().unwrap();
    questions(&modern_call(&engine, params("delete", &json!({}))).await);
    assert!(ran.lock().unwrap().is_empty());
}

fn returning(output: ToolOutput, options: SafetyOptions, schema: Option<&Value>) -> Engine {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let mut tool = tool("say", &any_object());
    tool.output_schema = schema.map(raw);
    tool.check_output = false;
    registry.add_tool(tool, returns(Output::Tool(output))).unwrap();
    registry.set_guard(Some(Arc::new(Safety::new(options))));
    builder().registry(registry).build().unwrap()
}

async fn say(engine: &Engine) -> Value {
    hear(modern(engine, "tools/call", params("say", &json!({})))).await.result().clone()
}

#[tokio::test]
async fn results_say_that_they_are_not_to_be_trusted_and_what_is_hidden_in_them() {
    let nasty =
        "a\u{1b}[31mred\u{1b}]0;title\u{7}\u{202e}evil\u{200b}\u{e0041}\u{85}\u{0}z\n\t\u{200d}\u{fc}";
    let output = || ToolOutput {
        structured_content: Some(raw(&json!({"text": nasty, "n": 1, "list": ["ok", nasty]}))),
        meta: Some(raw(&json!({"own": 1}))),
        ..ToolOutput::text(nasty)
    };
    let kinds = json!(["ansi", "bidi", "control", "invisible", "tag"]);
    let heard = say(&returning(output(), SafetyOptions::default(), None)).await;
    assert_eq!(heard["content"][0]["text"], nasty, "flagged, and as it is");
    assert_eq!(heard["_meta"][HIDDEN], kinds);
    assert_eq!((&heard["_meta"][UNTRUSTED], &heard["_meta"]["own"]), (&json!(true), &json!(1)));

    let strip = SafetyOptions { unseen: Unseen::Strip, ..SafetyOptions::default() };
    let heard = say(&returning(output(), strip.clone(), None)).await;
    let left = "aredevilz\n\t\u{200d}\u{fc}";
    assert_eq!(heard["content"][0]["text"], left);
    assert_eq!(heard["structuredContent"], json!({"text": left, "n": 1, "list": ["ok", left]}));
    assert_eq!(heard["_meta"][HIDDEN], kinds);

    let clean = say(&returning(ToolOutput::text("gr\u{fc}\u{df} \"quoted\" \\ 😀"), strip, None)).await;
    assert_eq!(clean["content"][0]["text"], "gr\u{fc}\u{df} \"quoted\" \\ 😀");
    assert!(clean["_meta"].get(HIDDEN).is_none());
    let off = say(&returning(output(), SafetyOptions::off(), None)).await;
    assert!(off["_meta"].get(UNTRUSTED).is_none() && off["_meta"].get(HIDDEN).is_none());
}

#[tokio::test]
async fn results_are_held_to_a_length_and_to_their_schema() {
    let short = SafetyOptions { max_result_chars: Some(200), ..SafetyOptions::default() };
    let long = "x".repeat(5_000);
    let heard = say(&returning(ToolOutput::text(&long), short.clone(), None)).await;
    let said = heard["content"][0]["text"].as_str().unwrap();
    assert!(said.chars().count() <= 200 && said.contains("was cut"), "{said}");
    let schema = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    let structured = |value: Value| ToolOutput::structured(raw(&value));
    let heard = say(&returning(structured(json!({"text": long})), short, Some(&schema))).await;
    assert_eq!(heard["isError"], true);
    // Its author switched the check off, and vouched.
    for vouched in [false, true] {
        let wrong = ToolOutput { vouched, ..structured(json!({"text": 1})) };
        let heard = say(&returning(wrong.clone(), SafetyOptions::default(), Some(&schema))).await;
        assert_eq!(heard["isError"], true);
        let heard = say(&returning(wrong, SafetyOptions::off(), Some(&schema))).await;
        assert_eq!(heard["structuredContent"], json!({"text": 1}));
    }
}

#[tokio::test]
async fn a_function_makes_another_result_and_where_it_fails_nothing_is_said() {
    let redacting = from_function(|invocation: Invocation| async move {
        assert_eq!(&*invocation.target, SANITIZE);
        let asked = invocation.arguments.to_value().unwrap();
        assert_eq!(asked["tool"], "say");
        let text = asked["result"]["content"][0]["text"].as_str().unwrap().replace("secret", "***");
        Ok(Output::Whole(raw(&json!({"content": [{"type": "text", "text": text}]}))))
    });
    let options = |sanitizer| SafetyOptions { sanitizer: Some(sanitizer), ..SafetyOptions::default() };
    let heard = say(&returning(ToolOutput::text("a secret"), options(redacting), None)).await;
    assert_eq!(heard["content"][0]["text"], "a ***");
    let failing = fails(Failure::new(FailureKind::Tool, "no"));
    let nothing = returns(Output::Whole(RawJson::empty_object()));
    for sanitizer in [failing, nothing] {
        let engine = returning(ToolOutput::text("a secret"), options(sanitizer), None);
        let heard = hear(modern(&engine, "tools/call", params("say", &json!({})))).await;
        assert_eq!(heard.code(), -32603);
        assert!(!heard.response.to_string().contains("secret"));
    }
}
