//! What protects people and models, as it is said in JSON and TOML.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

#[expect(dead_code, reason = "used in part")]
mod audit_support;
mod engine_support;

use audit_support::{Folder, records};
use engine_support::asking::{able, call_as, questions};
use engine_support::{any_object, fails, hear, modern, raw, returns, text, tool};
use oxmcp_core::engine::Engine;
use oxmcp_core::error::Result;
use oxmcp_core::handler::{Failure, FailureKind, Invocation, from_function};
use oxmcp_core::host::Description;
use oxmcp_core::host::settings::Settings;
use oxmcp_core::model::{Output, Tool};
use serde_json::{Value, json};

fn described(settings: &Value) -> Result<Description> {
    let description = Description::read(r#"{"name":"test","version":"1"}"#, None, None, "{}", "{}")?;
    description.configure(&settings.to_string(), None)?;
    let hinted = |name: &str, hints: Value| {
        let mut tool = tool(name, &any_object());
        tool.common.annotations = Some(raw(&hints));
        tool
    };
    let says = |tool: Tool, said: &str| description.registry.add_tool(tool, returns(text(said)));
    says(hinted("drop", json!({"destructiveHint": true})), "dropped")?;
    says(hinted("read", json!({"readOnlyHint": true})), "r\u{1b}[31med")?;
    says(tool("plain", &any_object()), "done")?;
    says(Tool { confirm: Some(true), ..tool("always", &any_object()) }, "done")?;
    says(Tool { confirm: Some(false), ..hinted("never", json!({"destructiveHint": true})) }, "done")?;
    let raised = || Failure::new(FailureKind::Tool, "cannot reach db://canary").raised();
    description.registry.add_tool(tool("raises", &any_object()), fails(raised()))?;
    description
        .registry
        .add_tool(tool("refuses", &any_object()), fails(Failure::new(FailureKind::Tool, "too many rows")))?;
    description.registry.add_resource(engine_support::resource("test://broken"), fails(raised()))?;
    Ok(description)
}

fn engine(section: &Value) -> Engine {
    described(&json!({"safety": section})).unwrap().engine().unwrap()
}

/// Whether a person is asked about a call.
async fn asks(engine: &Engine, name: &str) -> bool {
    let heard = hear(call_as(engine, &able(), "tools/call", json!({"name": name, "arguments": {}}))).await;
    heard.response["result"]["resultType"] == "input_required" && !questions(&heard).0.is_null()
}

async fn asked_about(section: Value) -> Vec<&'static str> {
    let engine = engine(&section);
    let mut names = Vec::new();
    for name in ["drop", "read", "plain", "always", "never"] {
        if asks(&engine, name).await {
            names.push(name);
        }
    }
    names
}

#[tokio::test]
async fn which_tools_are_confirmed_is_said_in_the_section_and_by_the_tool_itself() {
    for (section, names) in [
        (json!({}), vec!["drop", "always"]),
        (json!({"confirm": "destructive"}), vec!["drop", "always"]),
        (json!({"confirm": "unless_read_only"}), vec!["drop", "plain", "always"]),
        (json!({"confirm": "unlessReadOnly"}), vec!["drop", "plain", "always"]),
        (json!({"confirm": "off"}), vec!["always"]),
        (json!({"confirm": false}), vec!["always"]),
        (json!({"confirm": ["pl*", "read"]}), vec!["read", "plain", "always"]),
    ] {
        assert_eq!(asked_about(section.clone()).await, names, "{section}");
    }
}

#[tokio::test]
async fn where_nobody_can_be_asked_it_is_not_done_unless_the_section_says_otherwise() {
    let call = async |section: Value| {
        let heard =
            hear(modern(&engine(&section), "tools/call", json!({"name": "drop", "arguments": {}}))).await;
        heard.response["result"]["content"][0]["text"].as_str().map(ToOwned::to_owned)
    };
    assert_eq!(call(json!({})).await, None);
    assert_eq!(call(json!({"cannot_ask": "refuse"})).await, None);
    assert_eq!(call(json!({"cannotAsk": "allow"})).await.as_deref(), Some("dropped"));
}

#[tokio::test]
async fn results_are_treated_as_the_section_says() {
    let read = async |section: Value| {
        let heard =
            hear(modern(&engine(&section), "tools/call", json!({"name": "read", "arguments": {}}))).await;
        let result = heard.result();
        (result["content"][0]["text"].as_str().unwrap().to_owned(), result["_meta"].clone())
    };
    let (said, meta) = read(json!({})).await;
    assert_eq!((said.as_str(), &meta["oxmcp/untrusted"]), ("r\u{1b}[31med", &json!(true)));
    assert_eq!(meta["oxmcp/hiddenCharacters"], json!(["ansi"]));
    let (said, meta) = read(json!({"hidden_characters": "strip", "mark_results": false})).await;
    assert_eq!((said.as_str(), &meta["oxmcp/untrusted"]), ("red", &Value::Null));
    let (said, meta) = read(json!({"hiddenCharacters": "keep", "markResults": false})).await;
    assert_eq!((said.as_str(), &meta["oxmcp/hiddenCharacters"]), ("r\u{1b}[31med", &Value::Null));
}

#[tokio::test]
async fn a_function_alone_is_enough_and_a_server_without_any_of_it_has_nothing_around_its_tools() {
    let description = described(&json!({})).unwrap();
    let plain = description.engine().unwrap();
    assert!(plain.registry().snapshot().guard().is_none());
    let function = from_function(|call: Invocation| async move {
        let asked = call.arguments.to_value().unwrap();
        let said = format!(
            "{}: {}",
            asked["tool"].as_str().unwrap(),
            asked["result"]["content"][0]["text"].as_str().unwrap()
        );
        Ok(Output::Whole(raw(&json!({"content": [{"type": "text", "text": said}]}))))
    });
    description.set_function("oxmcp/sanitize", function);
    let engine = description.engine().unwrap();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "plain", "arguments": {}}))).await;
    assert_eq!(heard.result()["content"][0]["text"], "plain: done");
    description.configure(r#"{"safety": {"confirm": "off", "idempotency": false}}"#, None).unwrap();
    assert!(!asks(&description.engine().unwrap(), "drop").await);
}

/// T15 of the threats: one sentence and one id, which is in the answer and in the record.
#[tokio::test]
async fn what_functions_raise_is_for_the_log_alone_where_the_section_says_so() {
    let folder = Folder::new();
    let settings = |mask: bool| json!({"safety": {"mask_errors": mask}, "audit": {"path": folder.file()}});
    let said = async |engine: &Engine, method: &str, params: Value| {
        hear(modern(engine, method, params)).await.response.to_string()
    };
    let raises = json!({"name": "raises", "arguments": {}});
    let open = described(&settings(false)).unwrap().engine().unwrap();
    assert!(said(&open, "tools/call", raises.clone()).await.contains("canary"));
    open.close_task_store();
    let masked = described(&settings(true)).unwrap().engine().unwrap();
    for (method, params) in [("tools/call", raises), ("resources/read", json!({"uri": "test://broken"}))] {
        let answer = said(&masked, method, params).await;
        assert!(!answer.contains("canary"), "{answer}");
        assert!(
            answer.contains("The server could not complete this call. Its log tells more under call "),
            "{answer}"
        );
        let record = records(&folder.file()).pop().unwrap();
        assert!(answer.contains(record["extensions"]["call_id"].as_str().unwrap()), "{answer} {record}");
    }
    let answer = said(&masked, "tools/call", json!({"name": "refuses", "arguments": {}})).await;
    assert!(answer.contains("too many rows"), "what was said on purpose is said: {answer}");
}

#[test]
fn the_same_words_are_spelt_as_in_either_language_and_in_the_file() {
    let snake = json!({
        "confirm": ["a*"], "confirm_seconds": 5, "cannot_ask": "allow", "mark_results": false, "hidden_characters": "strip",
        "max_result_chars": 100, "enforce_output": false, "mask_errors": true,
        "idempotency": {"ttl_seconds": 60, "max_keys": 10, "max_bytes": 1000},
    });
    let camel = json!({
        "confirm": ["a*"], "confirmSeconds": 5, "cannotAsk": "allow", "markResults": false, "hiddenCharacters": "strip",
        "maxResultChars": 100, "enforceOutput": false, "maskErrors": true,
        "idempotency": {"ttlSeconds": 60, "maxKeys": 10, "maxBytes": 1000},
    });
    let read = |section: &Value| Settings::from_json(&json!({"safety": section}).to_string()).unwrap();
    assert_eq!(format!("{:?}", read(&snake)), format!("{:?}", read(&camel)));
    let folder = Folder::new();
    let path = folder.0.join("oxmcp.toml");
    std::fs::write(&path, "[safety]\nconfirm = [\"delete_*\"]\n[safety.idempotency]\nttl_seconds = 60\n")
        .unwrap();
    Settings::from_file(&path).unwrap().safety.unwrap().safety(None).unwrap();
}

#[test]
fn what_is_wrong_is_said_with_its_name() {
    for (section, says) in [
        (json!({"confirmations": true}), "unknown field `confirmations`"),
        (json!({"confirm": "sometimes"}), "confirm is \"destructive\""),
        (json!({"confirm": true}), "confirm is \"destructive\""),
        (json!({"confirm": [1]}), "confirm is \"destructive\""),
        (json!({"cannot_ask": "hope"}), "unknown variant `hope`"),
        (json!({"hidden_characters": "paint"}), "unknown variant `paint`"),
        (json!({"confirm_seconds": -1}), "safety.confirm_seconds"),
        (json!({"idempotency": {"ttl": 1}}), "unknown field `ttl`"),
        (json!({"idempotency": {"ttl_seconds": -1}}), "safety.idempotency.ttl_seconds"),
    ] {
        let refused = described(&json!({"safety": section})).and_then(|description| description.engine());
        let message = refused.map(drop).unwrap_err().to_string();
        assert!(message.contains(says), "{message}");
    }
}
