//! Results of tools brought within bounds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Tool, ToolOutput};
use oxmcp_core::registry::ResultBudget;
use serde_json::{Value, json};

fn at_most(max_chars: usize) -> ResultBudget {
    ResultBudget { max_chars: Some(max_chars), ..ResultBudget::default() }
}

fn with_structured(content: &Value, structured: &Value) -> ToolOutput {
    ToolOutput {
        content: RawJson::from_value(content),
        structured_content: Some(RawJson::from_value(structured)),
        ..ToolOutput::text("")
    }
}

fn with_content(content: &Value) -> ToolOutput {
    ToolOutput { content: RawJson::from_value(content), ..ToolOutput::text("") }
}

fn within(budget: &ResultBudget, mut output: ToolOutput, takes_structured: bool) -> ToolOutput {
    budget.apply(&mut output, takes_structured);
    output
}

/// What is left of a result for a client that knows structured content.
fn left(budget: &ResultBudget, output: ToolOutput) -> (Value, Option<Value>) {
    let output = within(budget, output, true);
    RawJson::parse(output.content.as_str()).unwrap();
    (output.content.to_value().unwrap(), output.structured_content.map(|text| text.to_value().unwrap()))
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn only_text(content: &Value) -> &str {
    assert_eq!(content.as_array().unwrap().len(), 1, "{content}");
    content[0]["text"].as_str().unwrap()
}

#[test]
fn what_fits_stays_as_it_is() {
    let (content, _) = left(&at_most(100), ToolOutput::text("short"));
    assert_eq!(content, json!([text("short")]));
    // Characters count, not bytes, and not what JSON needs around them.
    let long = "é\n".repeat(50);
    assert_eq!(left(&at_most(100), ToolOutput::text(&long)).0, json!([text(&long)]));
    assert_ne!(left(&at_most(99), ToolOutput::text(&long)).0, json!([text(&long)]));
    let both = with_structured(&json!([text("1")]), &json!({"a": 1}));
    assert_eq!(left(&at_most(100), both), (json!([text("1")]), Some(json!({"a": 1}))));
}

#[test]
fn text_that_is_too_long_is_cut_and_the_result_says_how_much_is_missing() {
    let (content, _) = left(&at_most(1000), ToolOutput::text(&"é".repeat(5000)));
    let text = only_text(&content);
    let (shown, note) = text.split_once("\n\n").unwrap();
    assert_eq!(text.chars().filter(|character| *character == 'é').count(), shown.chars().count());
    let missing = 5000 - shown.chars().count();
    assert!(
        note.contains(&format!("cut to 1000 characters. Left out: {missing} of 5000 characters of text.")),
        "{note}"
    );
    assert!((900..=1000).contains(&text.chars().count()), "{}", text.chars().count());
}

#[test]
fn what_follows_the_cut_is_left_out_and_counted() {
    let picture = json!({"type": "image", "data": "A".repeat(5000), "mimeType": "image/png"});
    let link = json!({"type": "resource_link", "uri": "a://b", "name": "b"});
    let content = json!([text("first"), picture, text(&"x".repeat(5000)), text("last"), link]);
    let (content, _) = left(&at_most(500), with_content(&content));
    assert_eq!(content[0], text("first"));
    let cut = content[1]["text"].as_str().unwrap();
    assert!(cut.starts_with("xxx") && cut.contains(" of 5009 characters of text, 1 × image"), "{cut}");
    assert!(!content.to_string().contains("last"));
    // What is small and no text may stay.
    let (kept, _) = left(&at_most(500), with_content(&json!([picture, link])));
    assert_eq!(kept[0], link);
    assert!(kept[1]["text"].as_str().unwrap().contains("1 × image"), "{kept}");
}

#[test]
fn members_of_a_block_outlive_a_cut_of_its_text() {
    let block = json!({"type": "text", "text": "x".repeat(5000), "annotations": {"audience": ["user"]}});
    let (content, _) = left(&at_most(500), with_content(&json!([block])));
    assert_eq!(content[0]["annotations"], json!({"audience": ["user"]}));
}

#[test]
fn a_result_that_was_cut_has_no_structured_content() {
    let long = "x".repeat(5000);
    let (content, structured) =
        left(&at_most(500), with_structured(&json!([text("see there")]), &json!({"long": long})));
    assert_eq!(structured, None);
    assert_eq!(content[0], text("see there"));
    assert!(content[1]["text"].as_str().unwrap().contains("Left out: the structured content."), "{content}");
    // What the text says anyway is not missing.
    let twice = with_structured(&json!([text(&"x".repeat(300))]), &json!({"result": "x".repeat(300)}));
    assert_eq!(left(&at_most(400), twice), (json!([text(&"x".repeat(300))]), None));
    // Where there was nothing else, its text is cut.
    let (content, structured) = left(&at_most(500), with_structured(&json!([]), &json!({"long": long})));
    assert_eq!(structured, None);
    assert!(only_text(&content).starts_with(r#"{"long":"xxx"#), "{content}");
}

#[test]
fn a_client_that_does_not_know_structured_content_is_not_charged_for_it() {
    let output = with_structured(&json!([text(&"x".repeat(90))]), &json!({"result": "x".repeat(90)}));
    let output = within(&at_most(100), output, false);
    assert_eq!(output.content.to_value().unwrap(), json!([text(&"x".repeat(90))]));
}

#[test]
fn refusals_are_cut_and_stay_refusals() {
    let output = within(&at_most(300), ToolOutput::error(&"x".repeat(5000)), true);
    assert!(output.is_error);
    assert!(output.content.as_str().len() < 400);
}

#[test]
fn a_note_of_the_authors_stands_for_ours_and_a_budget_smaller_than_the_note_leaves_the_note() {
    let budget = ResultBudget { note: Some(" [more]".to_owned()), ..at_most(10) };
    assert_eq!(only_text(&left(&budget, ToolOutput::text(&"x".repeat(50))).0), "xxx [more]");
    let budget = ResultBudget { note: Some("\n[cut]".to_owned()), ..at_most(1) };
    assert_eq!(only_text(&left(&budget, ToolOutput::text("long")).0), "[cut]");
}

#[test]
fn json_loses_the_white_space_that_means_nothing() {
    let budget = ResultBudget { compact: true, ..ResultBudget::default() };
    let pretty = "{\n  \"a b\": [1, 2],\n  \"c\": \"x \\\" y\"\n}";
    let output =
        ToolOutput { structured_content: Some(RawJson::from_checked(pretty)), ..ToolOutput::text(pretty) };
    let output = within(&budget, output, true);
    let compact = r#"{"a b":[1,2],"c":"x \" y"}"#;
    assert_eq!(output.structured_content.unwrap().as_str(), compact);
    assert_eq!(only_text(&output.content.to_value().unwrap()), compact);
    // What is no JSON, and what needs no compacting, stays.
    for other in ["{ not json }", "[1, 2", " plain  text ", r#"{"a":1}"#, "{\"a\": 1, \"a\": 2}"] {
        assert_eq!(only_text(&left(&budget, ToolOutput::text(other)).0), other);
    }
}

#[test]
fn text_that_repeats_the_structured_content_is_left_out_where_that_is_known() {
    let budget = ResultBudget { one_copy: true, ..ResultBudget::default() };
    for (content, structured) in [
        (json!([text(r#"{ "b": 1, "a": [2] }"#)]), json!({"a": [2], "b": 1})),
        (json!([text("plain")]), json!({"result": "plain"})),
        (json!([text("[1, 2]")]), json!({"result": [1, 2]})),
        (json!([text("7")]), json!({"result": 7})),
        (json!([text("7")]), json!(7)),
        (json!([]), json!({"a": 1})),
    ] {
        let (left, kept) = left(&budget, with_structured(&content, &structured));
        assert_eq!((left, kept), (json!([]), Some(structured.clone())));
        let there = within(&budget, with_structured(&content, &structured), false);
        assert_eq!(there.content.to_value().unwrap(), content);
        assert!(there.repeats);
    }
    for (content, structured) in [
        (json!([text("a summary")]), json!({"a": 1})),
        (json!([text(r#"{"a":1}"#), text("and more")]), json!({"a": 1})),
        (json!([text("7")]), json!({"other": 7})),
    ] {
        assert_eq!(left(&budget, with_structured(&content, &structured)).0, content);
    }
    let refused = ToolOutput { is_error: true, ..with_structured(&json!([text("7")]), &json!(7)) };
    assert_eq!(left(&budget, refused).0, json!([text("7")]));
}

#[test]
fn clients_are_told_how_large_results_get_and_of_no_schema_that_a_cut_would_break() {
    let mut tool = Tool::new("t", RawJson::empty_object());
    let budget = ResultBudget { advertise: true, ..at_most(900) };
    let told = |tool: &Tool| budget.told(tool).unwrap().common.meta.unwrap().to_value().unwrap();
    assert_eq!(told(&tool), json!({"anthropic/maxResultSizeChars": 900}));
    tool.common.meta = Some(RawJson::from_checked(r#"{ "a": 1 }"#));
    assert_eq!(told(&tool), json!({"a": 1, "anthropic/maxResultSizeChars": 900}));
    // What the author says stays.
    tool.common.meta = Some(RawJson::from_checked(r#"{"anthropic/maxResultSizeChars":5}"#));
    assert!(budget.told(&tool).is_none());
    tool.output_schema = Some(RawJson::from_checked(r#"{"type":"object"}"#));
    let told = budget.told(&tool).unwrap();
    assert!(told.output_schema.is_none());
    assert_eq!(told.common.meta, tool.common.meta);
    assert!(ResultBudget { one_copy: true, compact: true, ..ResultBudget::default() }.told(&tool).is_none());
}
