//! Results of the legacy era: none of the members the modern one added (RESULT-4), nothing the version cannot hold.

use std::borrow::Cow;

use crate::eras::answer::Answer;
use crate::eras::items::{Object, wraps_output};
use crate::eras::legacy::downshift;
use crate::eras::output;
use crate::json::RawJson;
use crate::jsonrpc::MessageText;
use crate::model::{Output, ToolOutput};
use crate::protocol_version::ProtocolVersion;
use crate::registry::ToolEntry;

/// Writes the result object.
pub(crate) fn write(message: &mut MessageText, answer: &Answer, version: ProtocolVersion) {
    let features = version.features();
    let mut object = Object::begin_in(message);
    match answer {
        Answer::Empty => {}
        Answer::Page { kind, items, next_cursor } => {
            output::write_page(&mut object, *kind, items, next_cursor.as_deref());
        }
        Answer::Output { kind, output, tool, .. } => match output {
            Output::Tool(result) => write_tool(&mut object, result, tool.as_deref(), version),
            Output::Prompt(prompt) => {
                object.optional_string(true, "description", prompt.description.as_deref());
                match downshift::messages(prompt.messages.as_str(), features) {
                    Cow::Borrowed(_) => object.shared("messages", &prompt.messages),
                    Cow::Owned(messages) => object.raw("messages", &messages),
                };
                object.optional_raw(true, "_meta", prompt.meta.as_ref());
            }
            Output::Resource(resource) => {
                object.shared("contents", &resource.contents).optional_raw(
                    true,
                    "_meta",
                    resource.meta.as_ref(),
                );
            }
            Output::Completion(completion) => output::write_completion(&mut object, completion),
            Output::Whole(whole) => downshift::whole(&mut object, *kind, whole.as_str(), version),
            Output::InputRequired(_) => {}
        },
    }
    object.end();
}

fn write_tool(
    object: &mut Object<'_>,
    result: &ToolOutput,
    tool: Option<&ToolEntry>,
    version: ProtocolVersion,
) {
    let features = version.features();
    let structured = result.structured_content.as_ref().filter(|_| features.structured_output);
    let wraps = structured
        .is_some_and(|text| tool.is_some_and(|entry| wraps_output(&entry.tool, features, text.as_str())));
    // An error's structured part answers to no schema, so nothing says how to wrap it; but clients hold it against the tool's
    // and then show neither it nor the error.
    let unfit = |structured: &RawJson| {
        wraps
            || tool
                .and_then(|entry| entry.output.as_ref())
                .is_some_and(|schema| schema.check(structured).is_err())
    };
    let hidden = result.is_error && result.structured_content.as_ref().is_some_and(unfit);
    let wrap = wraps && !result.is_error;
    let structured = structured.filter(|text| !hidden && (wrap || text.is_object()));
    match downshift::content(result.content.as_str(), features) {
        Cow::Owned(content) => {
            object.raw("content", &content);
        }
        // What stands for no content is text, which every version knows.
        Cow::Borrowed(_) => output::write_content(object, result),
    }
    output::write_tool(object, result, structured, wrap);
    object.optional_raw(true, "_meta", result.meta.as_ref());
}
