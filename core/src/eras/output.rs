//! The members of results that both eras write alike.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::eras::items::Object;
use crate::json::{self, RawJson, write_string};
use crate::model::{CompletionOutput, OperationKind, ToolOutput};

/// At most this many suggestions are sent (CMP-2).
const MAX_COMPLETIONS: usize = 100;

/// The name of the member that holds a list's items.
const fn list_member(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::ListPrompts => "prompts",
        OperationKind::ListResources => "resources",
        OperationKind::ListResourceTemplates => "resourceTemplates",
        _ => "tools",
    }
}

/// A page of a list.
pub fn write_page(object: &mut Object<'_>, kind: OperationKind, items: &Arc<str>, next_cursor: Option<&str>) {
    object.name(list_member(kind)).push('[');
    object.put_in(&RawJson::from_checked(Arc::clone(items)), true).more("]");
    object.optional_string(true, "nextCursor", next_cursor);
}

/// A tool's content. A structured result without content is repeated as text (TOOL-9, DOWN-20) unless its maker says not: its text is
/// escaped on the way into the message.
pub fn write_content(object: &mut Object<'_>, output: &ToolOutput) {
    match &output.structured_content {
        Some(structured) if output.repeats_structured() => {
            object.raw("content", r#"[{"type":"text","text":"#).escaped(structured.as_str()).more("}]");
        }
        _ => {
            object.shared("content", &output.content);
        }
    }
}

/// The rest of a tool's result, but for its `_meta`. `wrap` puts the structured result into `{"result": …}`.
pub fn write_tool(object: &mut Object<'_>, output: &ToolOutput, structured: Option<&RawJson>, wrap: bool) {
    if let Some(structured) = structured {
        object.name("structuredContent").push_str(if wrap { "{\"result\":" } else { "" });
        object.put_in(structured, false).more(if wrap { "}" } else { "" });
    }
    if output.is_error {
        object.raw("isError", "true");
    }
    for (name, value) in output.more.iter().flat_map(|more| json::members(more.as_str())) {
        object.foreign(&name, value);
    }
}

/// A completion's result.
pub fn write_completion(object: &mut Object<'_>, output: &CompletionOutput) {
    let cut = output.values.len() > MAX_COMPLETIONS;
    let total = output.total.or_else(|| cut.then_some(output.values.len() as u64));
    let out = object.name("completion");
    out.push_str("{\"values\":[");
    for (index, value) in output.values.iter().take(MAX_COMPLETIONS).enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(out, value);
    }
    out.push(']');
    if let Some(total) = total {
        // Writing into a String cannot fail.
        let _ = write!(out, ",\"total\":{total}");
    }
    if let Some(more) = if cut { Some(true) } else { output.has_more } {
        let _ = write!(out, ",\"hasMore\":{more}");
    }
    out.push('}');
}
