//! What is left of a list of tools by whatever stands around `tools/list`: a search goes through it as the list does.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use crate::handler::{CallContext, Event, Failure, FailureKind, Handler, Invocation, event_channel};
use crate::json::{RawJson, as_string, elements, member};
use crate::model::{OperationKind, Output, Question};

/// The definitions that are left, by name, of these: JSON, joined by commas. What is said and asked on the way is said and asked
/// for the call that `context` is of.
///
/// # Errors
/// As the handler fails.
pub(super) async fn left_of_list(
    handler: &Arc<dyn Handler>,
    context: &CallContext,
    tools: &str,
) -> Result<HashMap<String, String>, Failure> {
    let list = RawJson::from_checked(format!("{{\"tools\":[{tools}]}}"));
    let (sender, mut events) = event_channel(context.caller.wants_progress(), context.caller.log_threshold);
    let invocation = Invocation {
        kind: OperationKind::Custom,
        target: "tools/list".into(),
        arguments: RawJson::empty_object(),
        context: CallContext { events: sender, answers: None, ..context.clone() },
    };
    let mut work = handler.invoke(invocation);
    // Numbers of questions here, and those of the call's own.
    let mut asked: Vec<(u32, u32)> = Vec::new();
    let output = poll_fn(|cx| {
        loop {
            if let Poll::Ready(reply) = work.as_mut().poll(cx) {
                return Poll::Ready(reply);
            }
            match events.poll_next(cx) {
                Poll::Ready(Event::Ask(pending)) if pending.question.method == Question::NEXT => {
                    pending.answer(Ok(list.clone()));
                }
                Poll::Ready(Event::Ask(pending)) => {
                    let (number, question) = (pending.number(), pending.question.clone());
                    let outer = context
                        .events
                        .ask(vec![(question, Box::new(move |_, answer| pending.answer(answer)))]);
                    asked.push((number, outer));
                }
                Poll::Ready(Event::Withdraw(number)) => {
                    if let Some((_, outer)) = asked.iter().find(|(inner, _)| *inner == number) {
                        context.events.withdraw(*outer);
                    }
                }
                Poll::Ready(said) => drop(context.events.emit(said)),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await?;
    let Output::Whole(whole) = output else {
        let detail = "what stands around tools/list returned no result of that method";
        return Err(Failure::new(FailureKind::Internal, "internal error").with_detail(detail));
    };
    let left = member(whole.as_str(), "tools").into_iter().flat_map(elements);
    let named = left
        .filter_map(|tool| Some((member(tool, "name").and_then(as_string)?.into_owned(), tool.to_owned())));
    Ok(named.collect())
}
