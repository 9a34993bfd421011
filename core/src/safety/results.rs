//! What becomes of results on their way out.

use std::sync::Arc;

use super::options::{SafetyOptions, Unseen};
use super::unseen::{self, Kinds};
use crate::handler::{CallContext, Failure, FailureKind, Handler, Invocation, Reply};
use crate::json::{self, RawJson};
use crate::model::{OperationKind, Output, ToolOutput};
use crate::registry::{ResultBudget, ToolEntry};

/// The method that a function is invoked by with a result.
pub const SANITIZE: &str = "oxmcp/sanitize";
/// In a result's `_meta`: what is in it comes from outside, and is not an instruction.
pub const UNTRUSTED: &str = "oxmcp/untrusted";
/// In a result's `_meta`: the kinds of characters in it, or that were, which people do not see.
pub const HIDDEN: &str = "oxmcp/hiddenCharacters";

/// Makes of a tool's reply what may be said.
pub(super) async fn finish(
    options: &SafetyOptions,
    name: &str,
    tool: Option<&Arc<ToolEntry>>,
    context: &CallContext,
    reply: Reply,
) -> Reply {
    let output = match reply {
        Ok(Output::Tool(output)) => output,
        Ok(Output::Whole(whole)) => {
            return whole_result(options, name, context, whole).await.map(Output::Whole);
        }
        Ok(other) => return Ok(other),
        Err(failure) => return Err(without_unseen(options, failure)),
    };
    let mut output = match &options.sanitizer {
        Some(sanitizer) => by_function(sanitizer, name, context, output).await?,
        None => output,
    };
    treat(options, tool, context, &mut output)?;
    Ok(Output::Tool(output))
}

fn treat(
    options: &SafetyOptions,
    tool: Option<&Arc<ToolEntry>>,
    context: &CallContext,
    output: &mut ToolOutput,
) -> Result<(), Failure> {
    let mut kinds = Kinds::new();
    if options.unseen != Unseen::Keep {
        let strips = options.unseen == Unseen::Strip;
        if let Some(left) = unseen::look(output.content.as_str(), strips, &mut kinds) {
            output.content = RawJson::from_checked(left);
        }
        if let Some(structured) = &output.structured_content
            && let Some(left) = unseen::look(structured.as_str(), strips, &mut kinds)
        {
            output.structured_content = Some(RawJson::from_checked(left));
            // What was vouched for is another.
            output.vouched = false;
        }
    }
    if let Some(max_chars) = options.max_result_chars {
        hold_to(max_chars, tool, context, output)?;
    }
    if options.enforce_output {
        enforce(tool, output)?;
    }
    if options.mark_results {
        note(output, UNTRUSTED, "true");
    }
    if !kinds.is_empty() {
        note(output, HIDDEN, &unseen::listed(&kinds));
    }
    Ok(())
}

fn note(output: &mut ToolOutput, name: &str, value: &str) {
    let meta = output.meta.as_ref().map_or("{}", RawJson::as_str);
    output.meta = Some(RawJson::from_checked(json::with_member(meta, name, value)));
}

fn hold_to(
    max_chars: usize,
    tool: Option<&Arc<ToolEntry>>,
    context: &CallContext,
    output: &mut ToolOutput,
) -> Result<(), Failure> {
    let length = |text: &RawJson| text.as_str().len();
    let whole = length(&output.content) + output.structured_content.as_ref().map_or(0, length);
    if whole <= max_chars {
        return Ok(());
    }
    if tool.is_some_and(|tool| tool.output.is_some()) && !output.is_error {
        let chars = output.structured_content.as_ref().map_or(0, |text| text.as_str().chars().count());
        if chars > max_chars {
            let message = format!(
                "the tool's result has {chars} characters, more than the {max_chars} it may have; ask for less"
            );
            return Err(Failure::new(FailureKind::Tool, message));
        }
        return Ok(());
    }
    let takes_structured = context.caller.protocol_version.features().structured_output;
    let budget = ResultBudget { max_chars: Some(max_chars), ..ResultBudget::default() };
    budget.apply(output, takes_structured);
    Ok(())
}

/// Results are held to their schema whoever said that they need not be (TOOL-8).
fn enforce(tool: Option<&Arc<ToolEntry>>, output: &mut ToolOutput) -> Result<(), Failure> {
    output.vouched = false;
    let Some(tool) = tool.filter(|tool| !tool.tool.check_output && !output.is_error) else { return Ok(()) };
    let Some(schema) = &tool.output else { return Ok(()) };
    let wrong = |message: String| Failure::new(FailureKind::Tool, message);
    let structured = output.structured_content.as_ref().ok_or_else(|| {
        wrong("the tool returned no structured result, which its output schema asks for".to_owned())
    })?;
    schema.check(structured).map_err(|violations| {
        wrong(format!("the tool's result does not fit its output schema: {violations}"))
    })
}

fn without_unseen(options: &SafetyOptions, failure: Failure) -> Failure {
    if options.unseen != Unseen::Strip {
        return failure;
    }
    match unseen::look_at_words(&failure.message, true, &mut Kinds::new()) {
        Some(message) => Failure { message, ..failure },
        None => failure,
    }
}

/// Has the author's function make another result.
async fn by_function(
    sanitizer: &Arc<dyn Handler>,
    name: &str,
    context: &CallContext,
    output: ToolOutput,
) -> Result<ToolOutput, Failure> {
    let result = written(&output);
    let answer = invoke(sanitizer, name, context, &result).await?;
    let text = answer.as_str();
    let member = |name: &str| json::member(text, name).map(|text| RawJson::from_checked(text.trim_ascii()));
    let blocks = member("content")
        .filter(|content| json::is_array(content.as_str()))
        .ok_or_else(|| broken("what the function made of a result has no list as its content"))?;
    Ok(ToolOutput {
        content: blocks,
        structured_content: member("structuredContent"),
        is_error: json::member(text, "isError").and_then(json::as_boolean).unwrap_or(output.is_error),
        meta: member("_meta").filter(RawJson::is_object).or(output.meta),
        repeats: output.repeats,
        vouched: false,
        more: output.more,
    })
}

async fn invoke(
    sanitizer: &Arc<dyn Handler>,
    name: &str,
    context: &CallContext,
    result: &str,
) -> Result<RawJson, Failure> {
    let mut arguments = String::from("{\"tool\":");
    json::write_string(&mut arguments, name);
    arguments.push_str(",\"result\":");
    arguments.push_str(result);
    arguments.push('}');
    let invocation = Invocation {
        kind: OperationKind::Custom,
        target: SANITIZE.into(),
        arguments: RawJson::from_checked(arguments),
        context: context.clone(),
    };
    match sanitizer.invoke(invocation).await {
        Ok(Output::Whole(whole)) if whole.is_object() => Ok(whole),
        Ok(_) => Err(broken("the function made no result of a result")),
        Err(failure) => Err(broken(&failure.detail.unwrap_or(failure.message))),
    }
}

/// What was not looked at is not said.
fn broken(why: &str) -> Failure {
    Failure::new(FailureKind::Internal, "internal error").with_detail(format!("sanitize: {why}"))
}

fn written(output: &ToolOutput) -> String {
    let mut text = String::from("{\"content\":");
    text.push_str(output.content.as_str());
    if let Some(structured) = &output.structured_content {
        text.push_str(",\"structuredContent\":");
        text.push_str(structured.as_str());
    }
    if output.is_error {
        text.push_str(",\"isError\":true");
    }
    text.push('}');
    text
}

/// The result of a method that the author answers as a whole.
async fn whole_result(
    options: &SafetyOptions,
    name: &str,
    context: &CallContext,
    whole: RawJson,
) -> Result<RawJson, Failure> {
    // Not a tool's result: a task, or questions.
    if json::member(whole.as_str(), "content").is_none() {
        return Ok(whole);
    }
    let whole = match &options.sanitizer {
        Some(sanitizer) => invoke(sanitizer, name, context, whole.as_str()).await?,
        None => whole,
    };
    let mut kinds = Kinds::new();
    let mut text = whole.as_str().to_owned();
    if options.unseen != Unseen::Keep
        && let Some(left) = unseen::look(&text, options.unseen == Unseen::Strip, &mut kinds)
    {
        text = left;
    }
    let mut meta = json::member(&text, "_meta").unwrap_or("{}").to_owned();
    if options.mark_results {
        meta = json::with_member(&meta, UNTRUSTED, "true");
    }
    if !kinds.is_empty() {
        meta = json::with_member(&meta, HIDDEN, &unseen::listed(&kinds));
    }
    if meta != "{}" {
        text = json::with_member(&text, "_meta", &meta);
    }
    Ok(RawJson::from_checked(text))
}
