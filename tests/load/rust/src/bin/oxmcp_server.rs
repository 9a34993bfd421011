//! The engine without a language in front, with the benchmark's tools.

use std::borrow::Cow;

use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::handler::{Event, Failure, FailureKind, Invocation, Reply, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Elicited, Implementation, Output, Progress, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::{HttpOptions, HttpServer, SessionLimits};
use oxmcp_core::transports::stdio::{self, StdioOptions};
use oxmcp_load_servers::{
    DatabaseQuery, Fetch, Fetcher, Fibonacci, Numbers, One, Options, PAUSE, Page, Process, QUESTION, STEPS,
    Search, Sum, Text, fibonacci, many, process, query, search,
};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A text that is borrowed where it can be.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

fn arguments<'a, T: Deserialize<'a>>(call: &'a Invocation) -> Result<T, Failure> {
    serde_json::from_str(call.arguments.as_str())
        .map_err(|error| Failure::new(FailureKind::InvalidArguments, error.to_string()))
}

fn said(text: &str) -> Reply {
    Ok(Output::Tool(ToolOutput::text(text)))
}

fn structured<T: Serialize>(value: &T) -> Reply {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
    // Without content of its own it is repeated as text.
    Ok(Output::Tool(ToolOutput {
        content: RawJson::from_checked("[]"),
        structured_content: Some(RawJson::from_checked(text)),
        ..ToolOutput::text("")
    }))
}

fn tool<A: JsonSchema>(name: &str, description: &str) -> Tool {
    Tool::new(name, RawJson::from_value(schema_for!(A).as_value())).describe(description)
}

fn with_output<A: JsonSchema, R: JsonSchema>(name: &str, description: &str) -> Tool {
    Tool {
        output_schema: Some(RawJson::from_value(schema_for!(R).as_value())),
        ..tool::<A>(name, description)
    }
}

fn echo(registry: &Registry, name: &str, description: &str) -> oxmcp_core::error::Result<()> {
    let echo = from_function(async |call: Invocation| said(&arguments::<Said>(&call)?.text));
    registry.add_tool(tool::<Text>(name, description), echo)
}

fn add_many(registry: &Registry, count: usize) -> oxmcp_core::error::Result<()> {
    for (number, (name, description)) in many(count).enumerate() {
        let one = from_function(move |call: Invocation| async move {
            said(&format!("{number}: {}", arguments::<One>(&call)?.query))
        });
        registry.add_tool(tool::<One>(&name, &description), one)?;
    }
    Ok(())
}

fn few(registry: &Registry) -> oxmcp_core::error::Result<()> {
    echo(registry, "echo", "Return the text.")?;
    echo(registry, "echo_async", "Return the text, from a future.")?;
    let later = tool::<Text>("echo_later", "Return the text after a while.");
    registry.add_tool(
        later,
        from_function(async |call: Invocation| {
            let Said { text } = arguments(&call)?;
            tokio::time::sleep(PAUSE).await;
            said(&text)
        }),
    )?;
    let blocking = tool::<Text>(
        "echo_blocking",
        "Return the text after a while, from a thread that is blocked meanwhile.",
    );
    registry.add_tool(
        blocking,
        from_function(async |call: Invocation| {
            let Said { text } = arguments(&call)?;
            let waited = tokio::task::spawn_blocking(|| std::thread::sleep(PAUSE));
            waited.await.map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
            said(&text)
        }),
    )?;
    let steps = tool::<Text>("steps", "Return the text after some reports of progress.");
    registry.add_tool(
        steps,
        from_function(async |call: Invocation| {
            let Said { text } = arguments(&call)?;
            for step in 1..=STEPS {
                let progress = Progress { progress: step.into(), total: Some(STEPS.into()), message: None };
                call.context.events.emit(Event::Progress(progress));
            }
            said(&text)
        }),
    )?;
    let add = with_output::<Numbers, Sum>("add", "Add two whole numbers.");
    registry.add_tool(
        add,
        from_function(async |call: Invocation| {
            let Numbers { a, b } = arguments(&call)?;
            structured(&Sum { sum: a + b })
        }),
    )?;
    let find = with_output::<Search, Page>("search", "Return a page of records.");
    registry.add_tool(
        find,
        from_function(async |call: Invocation| structured(&search(&arguments::<Search>(&call)?))),
    )?;
    let confirm = Tool::new("confirm", RawJson::from_value(&json!({ "type": "object", "properties": {} })))
        .describe("Ask for a confirmation.");
    let form =
        json!({ "type": "object", "properties": { "sure": { "type": "boolean" } }, "required": ["sure"] });
    let form = RawJson::from_value(&form);
    registry.add_tool(
        confirm,
        from_function(move |call: Invocation| {
            let form = form.clone();
            async move {
                let answer = call.context.elicit(QUESTION, &form).await?;
                let is_sure = matches!(&answer, Elicited::Accept(content)
                    if content.to_value().is_ok_and(|content| content["sure"] == true));
                said(if is_sure { "sure" } else { "not sure" })
            }
        }),
    )
}

fn tm_dev_lab(registry: &Registry) -> oxmcp_core::error::Result<()> {
    registry.add_tool(
        tool::<Fibonacci>("calculate_fibonacci", "Calculate a Fibonacci number, recursively."),
        from_function(async |call: Invocation| said(&fibonacci(&arguments(&call)?))),
    )?;
    let fetcher = Fetcher::default();
    registry.add_tool(
        tool::<Fetch>("fetch_external_data", "Fetch something over HTTP."),
        from_function(move |call: Invocation| {
            let fetcher = fetcher.clone();
            async move {
                let fetched = fetcher.fetch(&arguments::<Fetch>(&call)?).await;
                said(&fetched.map_err(|error| Failure::new(FailureKind::Tool, error.to_string()))?)
            }
        }),
    )?;
    registry.add_tool(
        tool::<Process>("process_json_data", "Turn the texts of an object into capitals."),
        from_function(async |call: Invocation| said(&process(arguments(&call)?))),
    )?;
    registry.add_tool(
        tool::<DatabaseQuery>("simulate_database_query", "Wait as long as a database would take."),
        from_function(async |call: Invocation| said(&query(arguments(&call)?).await)),
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), oxmcp_load_servers::Failure> {
    let options = Options::from_command_line()?;
    let registry = Registry::new(RegistryOptions::default())?;
    match options.tools.checked_sub(1) {
        Some(others) => {
            echo(&registry, "echo", "Return the text.")?;
            add_many(&registry, others)?;
        }
        None if options.tm_dev_lab => tm_dev_lab(&registry)?,
        None => few(&registry)?,
    }
    let engine = Engine::builder(Implementation::new("load", "1.0.0")).registry(registry).build()?;
    let shutdown = Shutdown::new();
    if options.stdio {
        let (input, output) = stdio::claim()?;
        stdio::serve(engine, input, output, StdioOptions::default(), shutdown).await?;
        return Ok(());
    }
    let http = HttpOptions {
        json_only: options.json,
        max_body_bytes: options.max_body_bytes,
        // As many as the load generator begins at once.
        sessions: SessionLimits { max_per_second: Some(u32::MAX), ..SessionLimits::default() },
        ..HttpOptions::default()
    };
    HttpServer::bind(engine, ("127.0.0.1", options.port), http)?.serve(shutdown).await?;
    Ok(())
}
