//! Descriptors and options as the front end writes them: JSON in the newest wire shape, our own members under `oxmcp`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::misfit;
use super::settings::ToolLimitsText;
use super::tasks::TaskMannerText;
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::{
    CacheHint, CacheScope, Capabilities, CommonFields, Implementation, Offer, OperationKind, Prompt,
    PromptArgument, Requirements, Resource, ResourceTemplate, Tool, ValueChecks,
};
use serde::Deserialize;
use serde_json::value::RawValue;

fn raw(value: Option<Box<RawValue>>) -> Option<RawJson> {
    value.map(|value| RawJson::from_checked(value.get()))
}

/// Reads a front end's JSON.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn read<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let why = misfit::in_words(&error);
        Error::new(ErrorKind::InvalidDescriptor, format!("{what} cannot be used as described: {why}"))
    })
}

/// The members that tools, prompts and resources share. Read from the text a second time, because serde's `flatten` cannot
/// carry raw JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommonText {
    title: Option<String>,
    description: Option<String>,
    icons: Option<Box<RawValue>>,
    annotations: Option<Box<RawValue>>,
    #[serde(rename = "_meta")]
    meta: Option<Box<RawValue>>,
    #[serde(default)]
    oxmcp: CommonOptions,
}

/// What all of them may say under `oxmcp`.
#[derive(Deserialize)]
#[serde(default)]
struct CommonOptions {
    replayable: bool,
    tags: Vec<String>,
    enabled: bool,
    version: Option<String>,
    #[serde(rename = "requiredScopes")]
    scopes: Vec<Box<str>>,
    #[serde(rename = "requiredRoles")]
    roles: Vec<Box<str>>,
}

impl Default for CommonOptions {
    fn default() -> Self {
        Self {
            replayable: false,
            tags: Vec::new(),
            enabled: true,
            version: None,
            scopes: Vec::new(),
            roles: Vec::new(),
        }
    }
}

impl From<CommonText> for CommonFields {
    fn from(text: CommonText) -> Self {
        let CommonOptions { replayable, tags, enabled, version, scopes, roles } = text.oxmcp;
        let requires = Requirements { scopes, roles };
        Self {
            title: text.title,
            description: text.description,
            icons: raw(text.icons),
            annotations: raw(text.annotations),
            meta: raw(text.meta),
            replayable,
            tags,
            enabled,
            version,
            requires: (requires != Requirements::default()).then(|| Arc::new(requires)),
        }
    }
}

/// `{"ttlMs": …, "cacheScope": "private" | "public"}`
#[derive(Debug, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct CacheText {
    ttl_ms: u64,
    cache_scope: Option<String>,
}

impl From<CacheText> for CacheHint {
    fn from(text: CacheText) -> Self {
        let scope = if text.cache_scope.as_deref() == Some("public") {
            CacheScope::Public
        } else {
            CacheScope::Private
        };
        Self { ttl_ms: text.ttl_ms, scope }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ToolOptions {
    wrap_output: bool,
    check_arguments: bool,
    convert_arguments: bool,
    check_output: bool,
    confirm: Option<bool>,
    timeout_ms: Option<u64>,
    accepted_schema: Option<Box<RawValue>>,
    task: Option<TaskMannerText>,
    limits: Option<ToolLimitsText>,
}

impl Default for ToolOptions {
    fn default() -> Self {
        Self {
            wrap_output: false,
            check_arguments: true,
            convert_arguments: true,
            check_output: true,
            confirm: None,
            timeout_ms: None,
            accepted_schema: None,
            task: None,
            limits: None,
        }
    }
}

/// A tool.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn tool(text: &str) -> Result<Tool> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        name: String,
        input_schema: Box<RawValue>,
        output_schema: Option<Box<RawValue>>,
        execution: Option<Box<RawValue>>,
        #[serde(default)]
        oxmcp: ToolOptions,
    }
    let fields: Text = read("the tool", text)?;
    let common: CommonText = read("the tool", text)?;
    Ok(Tool {
        name: fields.name,
        common: common.into(),
        input_schema: RawJson::from_checked(fields.input_schema.get()),
        accepted_schema: raw(fields.oxmcp.accepted_schema),
        output_schema: raw(fields.output_schema),
        wrap_output: fields.oxmcp.wrap_output,
        execution: raw(fields.execution),
        check_arguments: fields.oxmcp.check_arguments,
        convert_arguments: fields.oxmcp.convert_arguments,
        check_output: fields.oxmcp.check_output,
        confirm: fields.oxmcp.confirm,
        timeout: fields.oxmcp.timeout_ms.map(Duration::from_millis),
        limits: fields.oxmcp.limits.map(ToolLimitsText::limits).transpose()?.map(Arc::new),
        task: fields.oxmcp.task.map(Into::into).unwrap_or_default(),
    })
}

/// A resource.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn resource(text: &str) -> Result<Resource> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        uri: String,
        name: String,
        mime_type: Option<String>,
        size: Option<u64>,
        #[serde(default)]
        oxmcp: CacheText,
    }
    let fields: Text = read("the resource", text)?;
    let common: CommonText = read("the resource", text)?;
    Ok(Resource {
        uri: fields.uri,
        name: fields.name,
        common: common.into(),
        mime_type: fields.mime_type,
        size: fields.size,
        cache: fields.oxmcp.into(),
    })
}

/// `{"rejectPathTraversal": …, "rejectAbsolutePaths": …, "rejectNullBytes": …, "exemptParams": […]}`; what is not said is on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SecurityText {
    reject_path_traversal: bool,
    reject_absolute_paths: bool,
    reject_null_bytes: bool,
    exempt_params: Vec<String>,
}

impl Default for SecurityText {
    fn default() -> Self {
        Self {
            reject_path_traversal: true,
            reject_absolute_paths: true,
            reject_null_bytes: true,
            exempt_params: Vec::new(),
        }
    }
}

impl From<SecurityText> for ValueChecks {
    fn from(text: SecurityText) -> Self {
        Self {
            parent_segments: text.reject_path_traversal,
            absolute_paths: text.reject_absolute_paths,
            nul: text.reject_null_bytes,
            exempt: text.exempt_params,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TemplateOptions {
    ttl_ms: u64,
    cache_scope: Option<String>,
    security: Option<SecurityText>,
}

/// A resource template.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn resource_template(text: &str) -> Result<ResourceTemplate> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        uri_template: String,
        name: String,
        mime_type: Option<String>,
        #[serde(default)]
        oxmcp: TemplateOptions,
    }
    let fields: Text = read("the resource template", text)?;
    let common: CommonText = read("the resource template", text)?;
    Ok(ResourceTemplate {
        uri_template: fields.uri_template,
        name: fields.name,
        common: common.into(),
        mime_type: fields.mime_type,
        cache: CacheText { ttl_ms: fields.oxmcp.ttl_ms, cache_scope: fields.oxmcp.cache_scope }.into(),
        value_checks: fields.oxmcp.security.unwrap_or_default().into(),
    })
}

/// A prompt.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn prompt(text: &str) -> Result<Prompt> {
    #[derive(Deserialize)]
    struct Argument {
        name: String,
        title: Option<String>,
        description: Option<String>,
        #[serde(default)]
        required: bool,
    }
    #[derive(Deserialize)]
    struct Text {
        name: String,
        #[serde(default)]
        arguments: Vec<Argument>,
    }
    let fields: Text = read("the prompt", text)?;
    let common: CommonText = read("the prompt", text)?;
    let arguments = fields.arguments.into_iter().map(|argument| PromptArgument {
        name: argument.name,
        title: argument.title,
        description: argument.description,
        required: argument.required,
    });
    Ok(Prompt {
        name: fields.name,
        common: common.into(),
        arguments: arguments.collect(),
        check_arguments: true,
    })
}

/// Who the server is.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn implementation(text: &str) -> Result<Implementation> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        name: String,
        #[serde(default)]
        version: String,
        title: Option<String>,
        description: Option<String>,
        website_url: Option<String>,
        icons: Option<Box<RawValue>>,
    }
    let text: Text = read("the server", text)?;
    Ok(Implementation {
        name: text.name,
        version: text.version,
        title: text.title,
        description: text.description,
        website_url: text.website_url,
        icons: raw(text.icons),
    })
}

/// `true`, `false`, or `"registered"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum OfferText {
    Said(bool),
    Registered(RegisteredText),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum RegisteredText {
    Registered,
}

impl From<OfferText> for Offer {
    fn from(text: OfferText) -> Self {
        match text {
            OfferText::Said(false) => Self::Never,
            OfferText::Said(true) => Self::Always,
            OfferText::Registered(RegisteredText::Registered) => Self::Registered,
        }
    }
}

/// What the server offers; what is not said is on.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else.
pub fn capabilities(text: &str) -> Result<Capabilities> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        tools: Option<OfferText>,
        prompts: Option<OfferText>,
        resources: Option<OfferText>,
        completions: Option<bool>,
        logging: Option<OfferText>,
        list_changed: Option<bool>,
        subscribe: Option<bool>,
        experimental: Option<Box<RawValue>>,
        extensions: Option<Box<RawValue>>,
    }
    let text: Text = read("the server's capabilities", text)?;
    Ok(Capabilities {
        tools: text.tools.map_or(Offer::Always, Into::into),
        prompts: text.prompts.map_or(Offer::Always, Into::into),
        resources: text.resources.map_or(Offer::Always, Into::into),
        completions: text.completions.unwrap_or(true),
        logging: text.logging.map_or(Offer::Always, Into::into),
        list_changed: text.list_changed.unwrap_or(true),
        subscribe: text.subscribe.unwrap_or(true),
        experimental: raw(text.experimental),
        extensions: raw(text.extensions),
    })
}

/// The lists and the read whose results carry cache hints (CACHE-1), by method name.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else, [`ErrorKind::Configuration`] for any other method.
pub fn cache_hints(text: &str) -> Result<Vec<(OperationKind, CacheHint)>> {
    let hints: HashMap<String, CacheText> = read("the cache hints", text)?;
    let hint = |(method, hint): (String, CacheText)| {
        let kind = match method.as_str() {
            "tools/list" => OperationKind::ListTools,
            "prompts/list" => OperationKind::ListPrompts,
            "resources/list" => OperationKind::ListResources,
            "resources/templates/list" => OperationKind::ListResourceTemplates,
            "resources/read" => OperationKind::ReadResource,
            _ => {
                let message =
                    format!("results of {method:?} carry no cache hints; see tools/list, resources/read");
                return Err(Error::new(ErrorKind::Configuration, message));
            }
        };
        Ok((kind, hint.into()))
    };
    hints.into_iter().map(hint).collect()
}
