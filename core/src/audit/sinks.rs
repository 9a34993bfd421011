//! Where records go: a file, a stream of the process, a function; or several of them, which get the same lines.

use std::io::{self, Write};
use std::sync::{Arc, PoisonError, mpsc};
use std::time::Duration;

use super::entry::Known;
use super::file::LogFile;
use super::log::Shared;
use super::options::{AuditOptions, Console};
use crate::error;
use crate::handler::{CallContext, Caller, Handler, Invocation, event_channel};
use crate::json::RawJson;
use crate::jsonrpc::RequestId;
use crate::model::{LazyCallId, OperationKind};
use crate::protocol_version::ProtocolVersion;

/// The method that a function is invoked by with records.
pub const BATCH: &str = "oxmcp/audit";

/// How long the function may take when a thread waits for the log's end.
const IN_A_HURRY: Duration = Duration::from_millis(100);

pub(super) struct Sinks {
    file: Option<LogFile>,
    console: Option<Console>,
    /// What the console is not told yet: until the first operation, standard output may become the protocol's.
    held: Option<String>,
    function: Option<Arc<dyn Handler>>,
}

/// What was found where records go to.
#[derive(Default)]
pub(super) struct Opened {
    pub last_hash: Option<String>,
    pub facts: Vec<(&'static str, Known)>,
}

/// What came of writing.
pub(super) enum Outcome {
    /// All have it.
    Written,
    /// The file has not, nor has anybody else.
    Missing(io::Error),
    /// The file has, if there is one; somebody else has not got the last so many of them.
    Undelivered(usize, io::Error),
}

impl Sinks {
    pub(super) fn open(options: &AuditOptions) -> error::Result<(Self, Opened)> {
        let (file, opened) = match &options.file {
            Some(file) => {
                let (file, opened) = LogFile::open(file.clone())?;
                (Some(file), opened)
            }
            None => (None, Opened::default()),
        };
        let held = options.console.map(|_| String::new());
        Ok((Self { file, console: options.console, held, function: options.function.clone() }, opened))
    }

    pub(super) fn let_go(&mut self) {
        self.file = None;
    }

    pub(super) fn reopen(&mut self, options: &AuditOptions) -> error::Result<Opened> {
        let (sinks, opened) = Self::open(options)?;
        *self = sinks;
        Ok(opened)
    }

    pub(super) const fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Goes on in another file where it is time to.
    pub(super) fn rotate_if_due(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), LogFile::rotate_if_due)
    }

    /// Writes lines everywhere, the file first: the chain is what is in it.
    pub(super) fn write(
        &mut self,
        lines: &str,
        is_durable: bool,
        function_in: Option<&Arc<Shared>>,
    ) -> Outcome {
        if let Some(file) = &mut self.file
            && let Err(error) = file.append(lines, is_durable)
        {
            return Outcome::Missing(error);
        }
        let console = self.say(lines);
        let function = match (&self.function, function_in) {
            (Some(function), Some(shared)) => hand_over(function, lines, shared),
            _ => Ok(()),
        };
        match (console, function) {
            (Ok(()), Ok(())) => Outcome::Written,
            (Err(error), _) => Outcome::Undelivered(lines.lines().count(), error),
            (Ok(()), Err((left, error))) => Outcome::Undelivered(left, error),
        }
    }

    fn say(&mut self, lines: &str) -> io::Result<()> {
        let held = match &mut self.held {
            Some(held) if held.is_empty() => {
                held.push_str(lines);
                return Ok(());
            }
            held => held.take().unwrap_or_default(),
        };
        match self.console {
            Some(Console::Stdout) => write_out(&mut io::stdout().lock(), &(held + lines)),
            Some(Console::Stderr) => write_out(&mut io::stderr().lock(), &(held + lines)),
            None => Ok(()),
        }
    }
}

fn write_out(stream: &mut impl Write, lines: &str) -> io::Result<()> {
    stream.write_all(lines.as_bytes())?;
    stream.flush()
}

/// Hands lines to the function, as many at once as it takes; returns how many it has not got, and why.
fn hand_over(
    function: &Arc<dyn Handler>,
    lines: &str,
    shared: &Arc<Shared>,
) -> Result<(), (usize, io::Error)> {
    let lines: Vec<&str> = lines.lines().collect();
    let mut left = lines.len();
    for batch in lines.chunks(shared.options.function_batch.max(1)) {
        invoke(function, batch, shared).map_err(|error| (left, error))?;
        left -= batch.len();
    }
    Ok(())
}

/// Hands a batch to the function, on the engine's runtime, and waits for its answer: the next batch is not before it.
fn invoke(function: &Arc<dyn Handler>, lines: &[&str], shared: &Arc<Shared>) -> io::Result<()> {
    let runtime = shared.runtime.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(runtime) = runtime else { return Err(io::Error::other("the function's loop does not run")) };
    let arguments = format!("{{\"records\":[{}]}}", lines.join(","));
    let is_hurried = shared.lock().hurried;
    let limit = if is_hurried { IN_A_HURRY } else { shared.options.function_time };
    let function = Arc::clone(function);
    let (tell, told) = mpsc::channel();
    runtime.spawn(async move {
        let (sender, events) = event_channel(false, None);
        let invocation = Invocation {
            kind: OperationKind::Custom,
            target: BATCH.into(),
            arguments: RawJson::from_checked(arguments),
            context: CallContext::new(Arc::new(nobody()), sender),
        };
        let answered = tokio::time::timeout(limit, function.invoke(invocation)).await;
        let said = match answered {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(failure)) => Err(failure.detail.unwrap_or(failure.message)),
            Err(_) => Err("the function took too long".to_owned()),
        };
        drop(events);
        let _ = tell.send(said);
    });
    // The loop may have ended meanwhile.
    let patience = if is_hurried { limit } else { limit + Duration::from_secs(1) };
    match told.recv_timeout(patience) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(io::Error::other(why)),
        Err(_) => Err(io::Error::other("the function's loop does not run any more")),
    }
}

fn nobody() -> Caller {
    Caller {
        request_id: RequestId::String("".into()),
        protocol_version: ProtocolVersion::NEWEST,
        session_id: None,
        client_info: None,
        client_capabilities: None,
        meta: None,
        principal: None,
        headers: None,
        log_threshold: None,
        stream_can_close: false,
        progress_token: None,
        params: None,
        trace: None,
        call: LazyCallId::default(),
    }
}
