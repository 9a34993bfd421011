//! The members of results that both eras write alike.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::eras::items::Object;
use crate::json::{self, write_string};
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
pub fn write_page(object: &mut Object<'_>, kind: OperationKind, items: &str, next_cursor: Option<&str>) {
    let out = object.name(list_member(kind));
    out.push('[');
    out.push_str(items);
    out.push(']');
    object.optional_string(true, "nextCursor", next_cursor);
}

/// A tool's content; a structured result without content is repeated as text (TOOL-9, DOWN-20) unless its maker says not.
#[must_use]
pub fn content_of(output: &ToolOutput) -> Cow<'_, str> {
    let content = output.content.as_str();
    match &output.structured_content {
        Some(structured) if output.repeats && is_empty_array(content) => {
            let mut text = String::with_capacity(structured.as_str().len() + 32);
            text.push_str(r#"[{"type":"text","text":"#);
            write_string(&mut text, structured.as_str());
            text.push_str("}]");
            Cow::Owned(text)
        }
        _ => Cow::Borrowed(content),
    }
}

/// Whether this array has no elements; looks no further than where the first would begin.
fn is_empty_array(text: &str) -> bool {
    text.trim_ascii_start().strip_prefix('[').is_none_or(|rest| rest.trim_ascii_start().starts_with(']'))
}

/// A tool's result but for its `_meta`. `wrap` puts the structured result into `{"result": …}`.
pub fn write_tool(
    object: &mut Object<'_>,
    output: &ToolOutput,
    content: &str,
    structured: Option<&str>,
    wrap: bool,
) {
    object.raw("content", content);
    if let Some(structured) = structured {
        let out = object.name("structuredContent");
        if wrap {
            out.push_str("{\"result\":");
        }
        out.push_str(structured);
        if wrap {
            out.push('}');
        }
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
