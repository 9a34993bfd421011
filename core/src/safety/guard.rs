//! What stands around each tool, in this order: was it done already, does a person want it done, then it is done, and what it says is
//! looked at.

use std::fmt;
use std::sync::Arc;

use super::confirmation::Confirmation;
use super::ledger::{Entered, Ledger, key_of};
use super::options::SafetyOptions;
use super::results;
use crate::handler::{Failure, FailureKind, Handler, Invocation, Reply, ReplyFuture};
use crate::json::{self, RawJson};
use crate::model::Output;
use crate::registry::{ToolEntry, ToolGuard};

/// What protects people and models from tools. Stands around them in a registry
/// ([`Registry::set_guard`](crate::registry::Registry::set_guard)), hence on every way to them.
#[derive(Debug, Clone)]
pub struct Safety(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    options: SafetyOptions,
    confirmation: Confirmation,
    ledger: Option<Arc<Ledger>>,
}

impl Safety {
    /// Protects as these say.
    #[must_use]
    pub fn new(options: SafetyOptions) -> Self {
        Self(Arc::new(Rules {
            confirmation: Confirmation { within: options.confirm_within, unsupported: options.unsupported },
            ledger: options.ledger.map(Ledger::new),
            options,
        }))
    }
}

impl ToolGuard for Safety {
    fn around(&self, tool: Option<&Arc<ToolEntry>>, handler: &Arc<dyn Handler>) -> Arc<dyn Handler> {
        Arc::new(Guarded {
            rules: Arc::clone(&self.0),
            tool: tool.map(Arc::clone),
            handler: Arc::clone(handler),
        })
    }

    fn asks_a_person(&self, tool: &ToolEntry) -> bool {
        self.0.options.confirm.means_tool(tool)
    }
}

struct Guarded {
    rules: Arc<Rules>,
    /// `None` where the author answers `tools/call` as a whole.
    tool: Option<Arc<ToolEntry>>,
    handler: Arc<dyn Handler>,
}

impl Handler for Guarded {
    fn invoke(&self, invocation: Invocation) -> ReplyFuture {
        let call = Call {
            rules: Arc::clone(&self.rules),
            tool: self.tool.clone(),
            handler: Arc::clone(&self.handler),
        };
        Box::pin(call.run(invocation))
    }
}

struct Call {
    rules: Arc<Rules>,
    tool: Option<Arc<ToolEntry>>,
    handler: Arc<dyn Handler>,
}

/// What a call is about, however it came.
struct About {
    name: String,
    arguments: RawJson,
}

impl Call {
    async fn run(self, invocation: Invocation) -> Reply {
        let about = self.about(&invocation);
        let Some(ledger) = &self.rules.ledger else {
            return self.once(&about, invocation).await.into_reply();
        };
        let Some(key) = key_of(&invocation.context.caller)? else {
            return self.once(&about, invocation).await.into_reply();
        };
        let annotations = self.tool.as_ref().and_then(|tool| tool.tool.common.annotations.as_ref());
        let repeatable = annotations
            .and_then(|annotations| json::member(annotations.as_str(), "idempotentHint"))
            .and_then(json::as_boolean)
            == Some(true);
        let entry = loop {
            let caller = &invocation.context.caller;
            match ledger.enter(caller, &about.name, &key, &about.arguments, repeatable)? {
                Entered::Run(entry) => break entry,
                Entered::Answer(reply) => return reply,
                // Closed when the other one is over.
                Entered::Wait(mut over) => while over.changed().await.is_ok() {},
            }
        };
        let came = self.once(&about, invocation).await;
        match &came {
            Came::Done(reply) => match reply {
                // It asks, and is not done yet.
                Ok(Output::InputRequired(_)) => entry.not_done(),
                Err(failure) if failure.kind == FailureKind::Overloaded => entry.not_done(),
                Err(failure) if matches!(failure.kind, FailureKind::Abandoned | FailureKind::ShutDown) => {
                    entry.unknown();
                }
                reply => entry.done(reply),
            },
            Came::NotBegun(_) => entry.not_done(),
        }
        came.into_reply()
    }

    fn about(&self, invocation: &Invocation) -> About {
        match &self.tool {
            Some(tool) => About { name: tool.tool.name.clone(), arguments: invocation.arguments.clone() },
            None => {
                let params = invocation.arguments.as_str();
                let name = json::member(params, "name").and_then(json::as_string).unwrap_or_default();
                let arguments = json::member(params, "arguments").unwrap_or("{}").trim_ascii();
                About { name: name.into_owned(), arguments: RawJson::from_checked(arguments) }
            }
        }
    }

    /// Asks a person where one has to be asked, and does it.
    async fn once(&self, about: &About, invocation: Invocation) -> Came {
        let options = &self.rules.options;
        let (asks, title) = match &self.tool {
            Some(tool) => (options.confirm.means_tool(tool), tool.tool.common.title.as_deref()),
            None => (options.confirm.means(&about.name, None), None),
        };
        if asks {
            let confirmation = self.rules.confirmation;
            let asked = confirmation.ask(&invocation.context, &about.name, title, &about.arguments).await;
            if let Err(failure) = asked {
                return Came::NotBegun(failure);
            }
        }
        let context = invocation.context.clone();
        let reply = self.handler.invoke(invocation).await;
        Came::Done(results::finish(options, &about.name, self.tool.as_ref(), &context, reply).await)
    }
}

enum Came {
    Done(Reply),
    NotBegun(Failure),
}

impl Came {
    fn into_reply(self) -> Reply {
        match self {
            Self::Done(reply) => reply,
            Self::NotBegun(failure) => Err(failure),
        }
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guarded")
    }
}
