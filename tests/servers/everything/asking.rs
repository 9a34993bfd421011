//! A server that asks its client, in Rust: the same as `asking_server.py` and `asking_server.mjs` beside it.
//!
//! Usage: `asking_server --stdio | --port N`
//!
//! `STATE_SECONDS` says how long a client may take to come back with an answer.

mod asking_app;
mod asking_watched;
mod define;
mod serve;

use std::error::Error;
use std::time::Duration;

use oxmcp_core::engine::{Engine, Limits};
use oxmcp_core::error::Result;
use oxmcp_core::handler::{CallContext, Failure, Invocation, Reply, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, CommonFields, Elicited, Implementation, InputRequired, Output, Prompt, PromptOutput, Question,
    ResourceOutput, ResourceTemplate, Sampled, ToolOutput, ValueChecks,
};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::ServerCardOptions;
use serde::Deserialize;
use serde_json::{Value, json};

use define::{arguments, nothing, required, tool};

fn said(text: impl AsRef<str>) -> Output {
    Output::Tool(ToolOutput::text(text.as_ref()))
}

/// A form with one field.
fn one(schema: &Value) -> RawJson {
    RawJson::from_value(&required(&json!({ "value": schema })))
}

fn name_form() -> RawJson {
    one(&json!({ "type": "string" }))
}

fn question(message: &str, form: &RawJson) -> Question {
    let schema = form.to_value().unwrap_or_default();
    let params = json!({ "mode": "form", "message": message, "requestedSchema": schema });
    Question::new(Question::ELICIT, RawJson::from_value(&params))
}

/// What was filled in, or what was done instead.
fn filled(answer: &Elicited) -> std::result::Result<Value, &'static str> {
    match answer {
        Elicited::Accept(content) => Ok(content.to_value().unwrap_or_default()),
        Elicited::Decline => Err("decline"),
        Elicited::Cancel => Err("cancel"),
    }
}

/// Asks for a name, and gives what was said.
async fn name_of(context: &CallContext) -> std::result::Result<String, Failure> {
    let answer = context.elicit("Name?", &name_form()).await?;
    Ok(filled(&answer).map_or_else(str::to_owned, |content| words(&content["value"])))
}

/// A value as text: a text without quotation marks.
fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

async fn book(call: Invocation) -> Reply {
    let dish = json!({ "type": "string", "enum": ["soup", "salad", "cake"] });
    let form = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "description": "Who comes" },
            "guests": { "type": "integer", "minimum": 1, "maximum": 12, "default": 2 },
            "seat": { "type": "string", "enum": ["inside", "outside"], "default": "inside" },
            "dishes": { "type": "array", "items": dish, "default": [] },
        },
        "required": ["name"],
    });
    let answer = call.context.elicit("Who comes?", &RawJson::from_value(&form)).await?;
    Ok(said(match filled(&answer) {
        Err(action) => action.to_owned(),
        Ok(booking) => {
            let seat = words(&booking["seat"]).to_uppercase();
            let dishes: Vec<_> = booking["dishes"].as_array().into_iter().flatten().map(words).collect();
            format!("{}, {}, {seat}, {}", words(&booking["name"]), booking["guests"], dishes.join("+"))
        }
    }))
}

async fn choose(call: Invocation) -> Reply {
    let small = json!({ "const": "s", "title": "Small" });
    let choices = json!({ "type": "string", "oneOf": [small, { "const": "l", "title": "Large" }] });
    let answer = call.context.elicit("Which?", &one(&choices)).await?;
    Ok(said(match filled(&answer) {
        Err(action) => action.to_owned(),
        Ok(content) => format!("accept {}", words(&content["value"])),
    }))
}

async fn sample(call: &Invocation) -> std::result::Result<(Sampled, String), Failure> {
    #[derive(Deserialize)]
    struct Topic {
        topic: String,
    }
    let Topic { topic } = arguments(call)?;
    let text = format!("Write about {topic}");
    let message = json!({ "role": "user", "content": { "type": "text", "text": text } });
    let params = json!({ "messages": [message], "maxTokens": 100, "systemPrompt": "Briefly" });
    let sampled = call.context.sample(RawJson::from_value(&params)).await?;
    let text = words(&sampled.content.to_value().unwrap_or_default()["text"]);
    Ok((sampled, text))
}

async fn write_with_tools(call: Invocation) -> Reply {
    let message = json!({ "role": "user", "content": { "type": "text", "text": "Write" } });
    let look_up = json!({ "name": "look_up", "inputSchema": { "type": "object" } });
    let params = json!({ "messages": [message], "maxTokens": 100, "tools": [look_up] });
    let sampled = call.context.sample(RawJson::from_value(&params)).await?;
    let content = sampled.content.to_value().unwrap_or_default();
    Ok(said(words(&content.get(0).unwrap_or(&content)["text"])))
}

async fn at_once(call: Invocation) -> Reply {
    let questions = vec![
        question("Name?", &name_form()),
        question("Sure?", &one(&json!({ "type": "boolean" }))),
        Question::new(Question::LIST_ROOTS, RawJson::empty_object()),
    ];
    let mut answers = Vec::new();
    for answer in call.context.ask_all(questions).await {
        answers.push(answer?.to_value().unwrap_or_default());
    }
    let sure = if answers[1]["content"]["value"] == true { "True" } else { "False" };
    let roots = answers[2]["roots"].as_array().map_or(0, Vec::len);
    Ok(said(format!("{} {sure} {roots}", words(&answers[0]["content"]["value"]))))
}

async fn rounds(call: Invocation) -> Reply {
    #[derive(Deserialize)]
    struct Count {
        count: u32,
    }
    let Count { count } = arguments(&call)?;
    let mut found = Vec::new();
    for number in 0..count {
        let form = one(&json!({ "type": "integer" }));
        let answer = call.context.elicit(&format!("Number {number}?"), &form).await?;
        found.push(filled(&answer).map_or_else(str::to_owned, |content| words(&content["value"])));
    }
    Ok(said(format!("[{}]", found.join(", "))))
}

async fn resolved(call: Invocation) -> Reply {
    let answer = call.context.answers.as_ref().and_then(|answers| answers.get("name")?.to_value().ok());
    Ok(match answer {
        Some(answer) => said(format!("Hello, {}", words(&answer["content"]["value"]))),
        None => Output::InputRequired(InputRequired::one("name", question("Name?", &name_form()))),
    })
}

async fn greeting(call: Invocation) -> Reply {
    let text = format!("Greet {}", name_of(&call.context).await?);
    let messages = json!([{ "role": "user", "content": { "type": "text", "text": text } }]);
    Ok(Output::Prompt(PromptOutput {
        description: None,
        messages: RawJson::from_value(&messages),
        meta: None,
    }))
}

async fn note(call: Invocation) -> Reply {
    #[derive(Deserialize)]
    struct Variables {
        id: String,
    }
    let Variables { id } = arguments(&call)?;
    let text = format!("{id}: {}", name_of(&call.context).await?);
    let contents = RawJson::from_value(&json!([{ "uri": &*call.target, "text": text }]));
    Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None }))
}

fn add(registry: &Registry) -> Result<()> {
    let none = &nothing();
    let topic = required(&json!({ "topic": { "type": "string" } }));
    tool(registry, "book", "Ask for a form to be filled in.", none, book)?;
    tool(registry, "choose", "Ask for one choice that has titles.", none, choose)?;
    tool(registry, "sign_in", "Ask for a page to be opened.", none, async |call| {
        let answer = call.context.elicit_url("Sign in", "https://example.com/sign-in", "visit-1").await?;
        Ok(said(filled(&answer).map_or_else(str::to_owned, |_| "accept".to_owned())))
    })?;
    tool(registry, "write", "Ask the client's model.", &topic, async |call| {
        Ok(said(format!("It wrote: {}", sample(&call).await?.1)))
    })?;
    tool(registry, "write_low", "Ask the client's model who it is, too.", &topic, async |call| {
        let (sampled, text) = sample(&call).await?;
        Ok(said(format!("{} {}: {text}", sampled.role, sampled.model)))
    })?;
    let described = "Ask the client's model, which may look things up.";
    tool(registry, "write_with_tools", described, &topic, write_with_tools)?;
    tool(registry, "folders", "Ask for the roots.", none, async |call| {
        let roots: Vec<_> = call.context.list_roots().await?.into_iter().map(|root| root.uri).collect();
        Ok(said(roots.join(" ")))
    })?;
    tool(registry, "at_once", "Ask three things at once.", none, at_once)?;
    tool(
        registry,
        "rounds",
        "Ask one thing after another.",
        &required(&json!({ "count": { "type": "integer" } })),
        rounds,
    )?;
    tool(registry, "plainly", "Ask with the parameters of the protocol.", none, async |call| {
        let answer = call.context.ask(question("Name?", &name_form())).await?;
        Ok(said(words(&answer.to_value().unwrap_or_default()["content"]["value"])))
    })?;
    tool(registry, "resolved", "Return the question, and be invoked again with the answer.", none, resolved)?;
    let described =
        |text: &str| CommonFields { description: Some(text.to_owned()), ..CommonFields::default() };
    let prompt = Prompt {
        name: "greeting".to_owned(),
        common: described("Ask from a prompt."),
        arguments: Vec::new(),
        check_arguments: true,
    };
    registry.add_prompt(prompt, from_function(greeting))?;
    let template = ResourceTemplate {
        uri_template: "note://{id}".to_owned(),
        name: "note".to_owned(),
        common: described("Ask from a resource."),
        mime_type: None,
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    };
    registry.add_resource_template(template, from_function(note))
}

fn engine() -> Result<Engine> {
    let registry = Registry::new(RegistryOptions::default())?;
    add(&registry)?;
    asking_app::add(&registry)?;
    asking_watched::add(&registry)?;
    let seconds = std::env::var("STATE_SECONDS").ok().and_then(|text| text.parse().ok());
    let limits = match seconds {
        Some(seconds) => Limits { parked_time: Duration::from_secs_f64(seconds), ..Limits::default() },
        None => Limits::default(),
    };
    Engine::builder(Implementation::new("asking", "1.0.0")).registry(registry).limits(limits).build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let card = ServerCardOptions {
        name: Some("org.example/asking".to_owned()),
        description: Some("Asks its client.".to_owned()),
        ..ServerCardOptions::default()
    };
    serve::serve(engine()?, Some(card)).await
}
