//! The methods of the legacy era. Absence is the refusal (-32601).

use crate::eras::tasks::TaskWord;
use crate::model::OperationKind;

/// What a method asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// An operation.
    Operation(OperationKind),
    /// A method about tasks, where there are any.
    Task(TaskWord),
    /// A method of the other era, or one that cannot be asked for here; not even the author can add it.
    Gone,
    /// Perhaps one of the author's own.
    Unknown,
}

/// Looks a method up.
pub(crate) fn look_up(method: &str) -> Word {
    Word::Operation(match method {
        "tools/call" => OperationKind::CallTool,
        "tools/list" => OperationKind::ListTools,
        "resources/read" => OperationKind::ReadResource,
        "resources/list" => OperationKind::ListResources,
        "resources/templates/list" => OperationKind::ListResourceTemplates,
        "resources/subscribe" => OperationKind::Subscribe,
        "resources/unsubscribe" => OperationKind::Unsubscribe,
        "prompts/get" => OperationKind::GetPrompt,
        "prompts/list" => OperationKind::ListPrompts,
        "completion/complete" => OperationKind::Complete,
        "logging/setLevel" => OperationKind::SetLogLevel,
        "ping" => OperationKind::Ping,
        "tasks/get" => return Word::Task(TaskWord::Get),
        "tasks/result" => return Word::Task(TaskWord::Result),
        "tasks/list" => return Word::Task(TaskWord::List),
        "tasks/cancel" => return Word::Task(TaskWord::Cancel),
        "initialize" | "server/discover" | "subscriptions/listen" => return Word::Gone,
        _ => return Word::Unknown,
    })
}
