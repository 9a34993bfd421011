//! rmcp with the benchmark's tools. Its table of tools is made once and shared by all sessions and requests.
//!
//! `--nodelay`: with `TCP_NODELAY`, which `axum::serve` leaves off.

use std::sync::Arc;

use axum::serve::ListenerExt;
use oxmcp_load_servers::{
    DatabaseQuery, Failure, Fetch, Fetcher, Fibonacci, Numbers, One, Options, PAUSE, Page, Process, QUESTION,
    STEPS, Search, Sum, Text, fibonacci, many, process, query, search,
};
use rmcp::handler::server::common::schema_for_type;
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{
    CallToolResult, ContentBlock, Implementation, ProgressNotificationParam, ServerCapabilities,
    ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::stdio;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Confirmation {
    sure: bool,
}

rmcp::elicit_safe!(Confirmation);

#[derive(Clone)]
struct Server {
    tools: Arc<ToolRouter<Self>>,
    fetcher: Fetcher,
}

#[tool_router(router = few)]
impl Server {
    #[tool(description = "Return the text.")]
    fn echo(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text
    }

    #[tool(description = "Return the text, from a future.")]
    async fn echo_async(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text
    }

    #[tool(description = "Return the text after a while.")]
    async fn echo_later(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        tokio::time::sleep(PAUSE).await;
        text
    }

    #[tool(description = "Return the text after a while, from a thread that is blocked meanwhile.")]
    async fn echo_blocking(&self, Parameters(Text { text }): Parameters<Text>) -> Result<String, String> {
        let waited = tokio::task::spawn_blocking(|| std::thread::sleep(PAUSE));
        waited.await.map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[tool(description = "Return the text after some reports of progress.")]
    async fn steps(
        &self,
        Parameters(Text { text }): Parameters<Text>,
        context: RequestContext<RoleServer>,
    ) -> Result<String, String> {
        let token = context.meta.get_progress_token().ok_or("nobody asked for progress")?;
        for step in 1..=STEPS {
            let report = ProgressNotificationParam::new(token.clone(), step.into()).with_total(STEPS.into());
            context.peer.notify_progress(report).await.map_err(|error| error.to_string())?;
        }
        Ok(text)
    }

    #[tool(description = "Add two whole numbers.")]
    fn add(&self, Parameters(Numbers { a, b }): Parameters<Numbers>) -> Json<Sum> {
        Json(Sum { sum: a + b })
    }

    #[tool(description = "Return a page of records.")]
    fn search(&self, Parameters(asked): Parameters<Search>) -> Json<Page> {
        Json(search(&asked))
    }

    #[tool(description = "Ask for a confirmation.")]
    async fn confirm(&self, context: RequestContext<RoleServer>) -> Result<String, String> {
        let answer =
            context.peer.elicit::<Confirmation>(QUESTION).await.map_err(|error| error.to_string())?;
        Ok(if answer.is_some_and(|answer| answer.sure) { "sure" } else { "not sure" }.to_owned())
    }
}

#[tool_router(router = tm_dev_lab)]
impl Server {
    #[tool(description = "Calculate a Fibonacci number, recursively.")]
    fn calculate_fibonacci(&self, Parameters(asked): Parameters<Fibonacci>) -> String {
        fibonacci(&asked)
    }

    #[tool(description = "Fetch something over HTTP.")]
    async fn fetch_external_data(&self, Parameters(asked): Parameters<Fetch>) -> Result<String, String> {
        self.fetcher.fetch(&asked).await.map_err(|error| error.to_string())
    }

    #[tool(description = "Turn the texts of an object into capitals.")]
    fn process_json_data(&self, Parameters(asked): Parameters<Process>) -> String {
        process(asked)
    }

    #[tool(description = "Wait as long as a database would take.")]
    async fn simulate_database_query(&self, Parameters(asked): Parameters<DatabaseQuery>) -> String {
        query(asked).await
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("load", "1.0.0"))
    }
}

/// One of many tools.
fn one(number: usize, name: String, description: String) -> ToolRoute<Server> {
    let tool = Tool::new(name, description, schema_for_type::<One>());
    ToolRoute::new_dyn(tool, move |mut context: ToolCallContext<'_, Server>| {
        Box::pin(async move {
            let arguments = serde_json::Value::Object(context.arguments.take().unwrap_or_default());
            let One { query, .. } = serde_json::from_value(arguments)
                .map_err(|error| rmcp::ErrorData::invalid_params(error.to_string(), None))?;
            Ok(CallToolResult::success(vec![ContentBlock::text(format!("{number}: {query}"))]).into())
        })
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let options = Options::from_command_line()?;
    let mut tools = if options.tm_dev_lab { Server::tm_dev_lab() } else { Server::few() };
    if options.tools > 0 {
        tools.map.retain(|name, _| name == "echo");
        for (number, (name, description)) in many(options.tools - 1).enumerate() {
            tools.add_route(one(number, name, description));
        }
    }
    let server = Server { tools: Arc::new(tools), fetcher: Fetcher::default() };
    if options.stdio {
        server.serve(stdio()).await?.waiting().await?;
        return Ok(());
    }
    let config = StreamableHttpServerConfig::default()
        .with_json_response(options.json)
        .with_max_request_body_bytes(options.max_body_bytes);
    let service: StreamableHttpService<Server, LocalSessionManager> =
        StreamableHttpService::new(move || Ok(server.clone()), Arc::default(), config);
    let router = axum::Router::new().nest_service("/mcp", service);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port)).await?;
    if options.nodelay {
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await?;
    } else {
        axum::serve(listener, router).await?;
    }
    Ok(())
}
