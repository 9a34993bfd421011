//! The methods of the modern era. Absence is the refusal (-32601, HTTP-6).

use crate::eras::tasks::TaskWord;
use crate::model::OperationKind;

/// What a method asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// `server/discover`, answered by the era itself.
    Discover,
    /// An operation.
    Operation(OperationKind),
    /// A method about tasks, where there are any.
    Task(TaskWord),
    /// A method of the other era; not here, even if the author handles it there (PING-3).
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
        "prompts/get" => OperationKind::GetPrompt,
        "prompts/list" => OperationKind::ListPrompts,
        "completion/complete" => OperationKind::Complete,
        "subscriptions/listen" => OperationKind::Watch,
        "tasks/get" => return Word::Task(TaskWord::Get),
        "tasks/update" => return Word::Task(TaskWord::Update),
        "tasks/cancel" => return Word::Task(TaskWord::Cancel),
        "server/discover" => return Word::Discover,
        "initialize" | "ping" | "logging/setLevel" | "resources/subscribe" | "resources/unsubscribe" => {
            return Word::Gone;
        }
        _ => return Word::Unknown,
    })
}
