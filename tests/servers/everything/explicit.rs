//! Tools and a prompt that return their questions, and are invoked again with the answers.

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Invocation, Reply, from_function};
use oxmcp_core::json::{RawJson, member};
use oxmcp_core::model::{CommonFields, InputRequired, Output, Prompt, PromptOutput, Question};
use oxmcp_core::registry::Registry;
use serde_json::{Value, json};

use crate::content::{said, text};
use crate::define::{nothing, required, tool};

fn form(message: &str, properties: &Value) -> Question {
    let params = json!({ "mode": "form", "message": message, "requestedSchema": required(properties) });
    Question::new(Question::ELICIT, RawJson::from_value(&params))
}

fn name() -> Question {
    form("What is your name?", &json!({ "name": { "type": "string" } }))
}

fn confirmation() -> Question {
    form("Is that right?", &json!({ "ok": { "type": "boolean" } }))
}

fn sample(prompt: &str, max_tokens: u32) -> Question {
    let message = json!({ "role": "user", "content": text(prompt) });
    let params = json!({ "messages": [message], "maxTokens": max_tokens });
    Question::new(Question::SAMPLE, RawJson::from_value(&params))
}

fn roots() -> Question {
    Question::new(Question::LIST_ROOTS, RawJson::empty_object())
}

/// What was answered under this key.
fn answer(call: &Invocation, key: &str) -> Option<Value> {
    call.context.answers.as_ref()?.get(key)?.to_value().ok()
}

fn state(call: &Invocation) -> Option<&str> {
    call.context.answers.as_ref()?.state.as_deref()
}

/// Adds a tool that asks one thing.
fn asks(registry: &Registry, name: &str, key: &'static str, question: fn() -> Question) -> Result<()> {
    let description = format!("Return the question {key}, and answer with its answer.");
    tool(registry, name, &description, &nothing(), move |call| async move {
        match answer(&call, key) {
            Some(answer) => Ok(said(format!("{key}: {answer}"))),
            None => Ok(Output::InputRequired(InputRequired::one(key, question()))),
        }
    })
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    let none = &nothing();
    let elicitation = "test_input_required_result_elicitation";
    tool(registry, elicitation, "Return a question for a name.", none, async |call| {
        let Some(answer) = answer(&call, "user_name") else {
            return Ok(Output::InputRequired(InputRequired::one("user_name", name())));
        };
        Ok(said(format!("Hello, {}!", answer["content"]["name"].as_str().unwrap_or("stranger"))))
    })?;
    asks(registry, "test_input_required_result_sampling", "capital_question", || {
        sample("What is the capital of France?", 100)
    })?;
    asks(registry, "test_input_required_result_list_roots", "client_roots", roots)?;
    asks(registry, "test_input_required_result_tampered_state", "confirm", confirmation)?;
    let remembers = "Return a question and something to remember.";
    tool(registry, "test_input_required_result_request_state", remembers, none, async |call| {
        if answer(&call, "confirm").is_some() {
            return Ok(said(state(&call).unwrap_or("the state was lost")));
        }
        Ok(Output::InputRequired(InputRequired::one("confirm", confirmation()).remember("state-ok")))
    })?;
    let several = "Return three questions at once.";
    tool(registry, "test_input_required_result_multiple_inputs", several, none, async |call| {
        let keys = ["user_name", "greeting", "client_roots"];
        if keys.iter().all(|key| answer(&call, key).is_some()) {
            return Ok(said("All three were answered."));
        }
        let questions = InputRequired::one("user_name", name())
            .and("greeting", sample("Write a greeting", 50))
            .and("client_roots", roots())
            .remember("three questions");
        Ok(Output::InputRequired(questions))
    })?;
    tool(registry, "test_input_required_result_multi_round", "Ask twice.", none, async |call| {
        if answer(&call, "step1").is_none() {
            return Ok(Output::InputRequired(InputRequired::one("step1", name()).remember("first round")));
        }
        if answer(&call, "step2").is_none() {
            let color = form("What is your favourite colour?", &json!({ "color": { "type": "string" } }));
            return Ok(Output::InputRequired(InputRequired::one("step2", color).remember("second round")));
        }
        Ok(said("Both rounds are done."))
    })?;
    let capable = "Ask only what the client can answer.";
    tool(registry, "test_input_required_result_capabilities", capable, none, async |call| {
        let declared = call.context.caller.client_capabilities.clone();
        let can = |name| declared.as_ref().is_some_and(|text| member(text.as_str(), name).is_some());
        let (key, question) = if can("elicitation") {
            ("user_name", name())
        } else if can("sampling") {
            ("greeting", sample("Write a greeting", 50))
        } else {
            return Ok(said("There is nobody to ask."));
        };
        match answer(&call, key) {
            Some(_) => Ok(said("The client answered what it can.")),
            None => Ok(Output::InputRequired(InputRequired::one(key, question))),
        }
    })?;
    let prompt = Prompt {
        name: "test_input_required_result_prompt".to_owned(),
        common: CommonFields {
            description: Some("A prompt that asks for context first.".to_owned()),
            ..CommonFields::default()
        },
        arguments: Vec::new(),
        check_arguments: true,
    };
    registry.add_prompt(prompt, from_function(prompted))
}

async fn prompted(call: Invocation) -> Reply {
    let Some(answer) = answer(&call, "user_context") else {
        let question = form("What is the context?", &json!({ "context": { "type": "string" } }));
        return Ok(Output::InputRequired(InputRequired::one("user_context", question)));
    };
    let said = answer["content"]["context"].as_str().unwrap_or("none");
    let messages = json!([{ "role": "user", "content": text(&format!("The context is: {said}")) }]);
    Ok(Output::Prompt(PromptOutput {
        description: None,
        messages: RawJson::from_value(&messages),
        meta: None,
    }))
}
