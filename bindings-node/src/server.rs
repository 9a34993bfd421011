//! A server as JavaScript sees it: what it offers, and the numbers of the functions behind it.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use napi_derive::napi;
use oxmcp_core::engine::Limits;
use oxmcp_core::error::{self, Error, ErrorKind};
use oxmcp_core::handler::Handler;
use oxmcp_core::host::log::Severity;
use oxmcp_core::host::transforms::item_kind;
use oxmcp_core::host::{Description, LogCarrier, MountedIn, Outer, descriptors};
use oxmcp_core::mailbox::Mailbox;
use oxmcp_core::model::{Change, ListKind};
use oxmcp_core::registry::{Adopt, Interception, Registry};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::doorbell::Doorbell;
use crate::errors::{IntoJs, JsError};
use crate::guest::ServerNumber;
use crate::notices::{NO_TOKEN, Notice, Notices};

/// How many calls may wait for the JavaScript thread before further ones are refused as overloaded.
const CAPACITY: usize = 10_000;

/// A server's description and mailbox: what outlives one serving of it.
pub struct Host {
    /// Whose functions they are, where another server runs them.
    pub number: ServerNumber,
    pub description: Description,
    pub mailbox: Mailbox,
    /// Where the mailbox and the notices ring. Empty while nothing is served.
    pub bell: Arc<ArcSwapOption<Doorbell>>,
    pub notices: Notices,
    outer: Outer<Self>,
}

impl Host {
    fn new(description: Description) -> Self {
        let bell = Arc::new(ArcSwapOption::<Doorbell>::empty());
        let for_mailbox = Arc::clone(&bell);
        let ring = move || {
            if let Some(bell) = &*for_mailbox.load() {
                bell.ring();
            }
        };
        let mailbox = Mailbox::new(ring, CAPACITY);
        let number = ServerNumber::next();
        let (notices, outer) = (Notices::new(Arc::clone(&bell)), Outer::default());
        Self { number, description, mailbox, bell, notices, outer }
    }

    /// Tells JavaScript that somebody follows a resource, or nobody does any more: where the server is served, else where one is that
    /// it is mounted in.
    fn tell_followed(self: &Arc<Self>, uri: &str, followed: bool) {
        let told = Notice::Followed(uri.to_owned(), followed);
        self.outer.nearest(self).notices.push(u64::from(self.number.0), told);
    }
}

impl MountedIn for Host {
    fn outer(&self) -> &Outer<Self> {
        &self.outer
    }

    fn is_served(&self) -> bool {
        self.bell.load().is_some()
    }
}

impl LogCarrier for Host {
    fn carry(&self, severity: Severity, line: String) {
        self.notices.push(NO_TOKEN, Notice::Log(severity, line));
    }
}

/// The engine's options as the front end writes them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OptionsText {
    instructions: Option<String>,
    page_size: Option<usize>,
    capabilities: Option<Box<RawValue>>,
    cache_hints: Option<Box<RawValue>>,
    /// What seals state, as bytes.
    request_state_keys: Option<Vec<Vec<u8>>>,
    /// How long a client may take to come back.
    request_state_seconds: Option<f64>,
    /// How many calls may wait for that.
    max_parked_calls: Option<usize>,
}

fn text(value: Option<&RawValue>) -> &str {
    value.map_or("{}", RawValue::get)
}

/// What a server offers.
#[napi]
pub struct Server {
    pub(crate) host: Arc<Host>,
}

impl Server {
    /// What has calls of `child`'s functions arrive here.
    fn adopting(&self, child: &Server) -> Adopt {
        let (mailbox, from) = (self.host.mailbox.clone(), child.host.mailbox.clone());
        let owner: Arc<dyn Any + Send + Sync> = Arc::new(child.host.number);
        Arc::new(move |handler| {
            let adopted = from.receives(handler).then(|| mailbox.adopt(handler, &owner)).flatten();
            adopted.unwrap_or_else(|| Arc::clone(handler))
        })
    }

    fn handler(&self, slot: u32) -> Arc<dyn Handler> {
        self.host.mailbox.handler(slot)
    }

    /// Offers what `descriptor` says, with the function behind it.
    fn offer<D>(
        &self,
        descriptor: error::Result<D>,
        slot: u32,
        offer: fn(&Registry, D, Arc<dyn Handler>) -> error::Result<()>,
    ) -> Result<(), JsError> {
        // Made first: whatever goes wrong after this, the slot is given back.
        let handler = self.handler(slot);
        offer(&self.host.description.registry, descriptor.into_js()?, handler).into_js()
    }
}

#[napi]
impl Server {
    /// Both texts are JSON: who the server is, and `{instructions?, pageSize?, capabilities?, cacheHints?, requestStateKeys?,
    /// requestStateSeconds?, maxParkedCalls?}`.
    #[napi(constructor)]
    pub fn new(implementation: String, options: String) -> Result<Self, JsError> {
        let options: OptionsText = descriptors::read("the server's options", &options).into_js()?;
        let mut description = Description::read(
            &implementation,
            options.instructions,
            options.page_size,
            text(options.capabilities.as_deref()),
            text(options.cache_hints.as_deref()),
        )
        .into_js()?;
        let time =
            options.request_state_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        description.limit_parked(options.max_parked_calls, time);
        if let Some(keys) = options.request_state_keys {
            let time = time.unwrap_or(Limits::default().parked_time);
            description.seal_request_state(keys, time).into_js()?;
        }
        Ok(Self { host: Arc::new(Host::new(description)) })
    }

    /// Says anew what the server offers; counts from the next time it is served.
    #[napi]
    pub fn set_capabilities(&self, capabilities: String) -> Result<(), JsError> {
        self.host.description.set_capabilities(&capabilities).into_js()
    }

    /// Says how tasks are kept; counts from the next time it is served.
    #[napi]
    pub fn serve_tasks(&self, options: String) -> Result<(), JsError> {
        self.host.description.serve_tasks(&options).into_js()
    }

    /// Offers a tool.
    #[napi]
    pub fn add_tool(&self, descriptor: String, slot: u32, replace: bool) -> Result<(), JsError> {
        let offer = if replace { Registry::replace_tool } else { Registry::add_tool };
        self.offer(descriptors::tool(&descriptor), slot, offer)
    }

    /// Offers a resource.
    #[napi]
    pub fn add_resource(&self, descriptor: String, slot: u32, replace: bool) -> Result<(), JsError> {
        let offer = if replace { Registry::replace_resource } else { Registry::add_resource };
        self.offer(descriptors::resource(&descriptor), slot, offer)
    }

    /// Offers a resource template.
    #[napi]
    pub fn add_resource_template(&self, descriptor: String, slot: u32, replace: bool) -> Result<(), JsError> {
        let offer =
            if replace { Registry::replace_resource_template } else { Registry::add_resource_template };
        self.offer(descriptors::resource_template(&descriptor), slot, offer)
    }

    /// Offers a prompt.
    #[napi]
    pub fn add_prompt(&self, descriptor: String, slot: u32, replace: bool) -> Result<(), JsError> {
        let offer = if replace { Registry::replace_prompt } else { Registry::add_prompt };
        self.offer(descriptors::prompt(&descriptor), slot, offer)
    }

    /// Sets or takes away the function behind `completion/complete`.
    #[napi]
    pub fn set_completion(&self, slot: Option<u32>) {
        self.host.description.registry.set_completion(slot.map(|slot| self.handler(slot)));
    }

    /// Says that a function which is registered can say log messages: the server offers them from now on.
    #[napi]
    pub fn note_logging(&self) {
        self.host.description.registry.note_logging();
    }

    /// Sets or takes away the function behind a whole method.
    #[napi]
    pub fn set_method(&self, method: String, slot: Option<u32>) {
        self.host.description.registry.set_method(&method, slot.map(|slot| self.handler(slot)));
    }

    /// Adds skills, described as JSON; returns by what number to take them back.
    #[napi]
    pub fn add_skills(&self, description: String, cache: String) -> Result<u32, JsError> {
        // Nobody adds four billion.
        let number = self.host.description.add_skills(&description, &cache).into_js()?;
        Ok(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// Takes skills back; returns whether they were there.
    #[napi]
    pub fn remove_skills(&self, number: u32) -> Result<bool, JsError> {
        self.host.description.remove_skills(u64::from(number)).into_js()
    }

    /// Reads all folders of skills anew.
    #[napi]
    pub fn refresh_skills(&self) -> Result<(), JsError> {
        self.host.description.refresh_skills().into_js()
    }

    /// The entries of all skills, a JSON list.
    #[napi]
    pub fn skill_entries(&self) -> String {
        self.host.description.skill_entries()
    }

    /// Says that the server has an extension: its settings are a JSON object.
    #[napi]
    pub fn declare_extension(&self, identifier: String, settings: String) -> Result<(), JsError> {
        self.host.description.declare_extension(&identifier, &settings).into_js()
    }

    /// Sets or takes away what stands around a method; `unless_registered`: only around what is not registered here by its name.
    #[napi]
    pub fn intercept(&self, method: String, slot: Option<u32>, unless_registered: bool) {
        let interception = slot.map(|slot| Interception { handler: self.handler(slot), unless_registered });
        self.host.description.registry.set_interception(&method, interception);
    }

    /// Takes something back; returns whether it was there.
    #[napi]
    pub fn remove(&self, kind: String, key: String, version: Option<String>) -> Result<bool, JsError> {
        self.host.description.remove(&kind, &key, version.as_deref()).map_or_else(|| unknown_kind(&kind), Ok)
    }

    /// The slots that nothing refers to any more; while nothing is served, nobody else tells of them.
    #[napi]
    pub fn take_released(&self) -> Vec<u32> {
        let mut released = Vec::new();
        self.host.mailbox.take_released(&mut released);
        released
    }

    /// Shows or hides something; returns whether it is there.
    #[napi]
    pub fn set_enabled(
        &self,
        kind: String,
        key: String,
        enabled: bool,
        version: Option<String>,
    ) -> Result<bool, JsError> {
        self.host
            .description
            .set_enabled(&kind, &key, enabled, version.as_deref())
            .map_or_else(|| unknown_kind(&kind), Ok)
    }

    /// Does this to the lists, after what is done to them so far; JSON.
    #[napi]
    pub fn add_transform(&self, transform: String) -> Result<(), JsError> {
        self.host.description.add_transform(&transform).into_js()
    }

    /// Does these to the lists and no others; a JSON list.
    #[napi]
    pub fn set_transforms(&self, transforms: String) -> Result<(), JsError> {
        self.host.description.set_transforms(&transforms).into_js()
    }

    /// Says who may call, how often, and what is recorded: JSON, and the path of a file whose sections count where it has none.
    #[napi]
    pub fn configure(&self, settings: String, path: Option<String>) -> Result<(), JsError> {
        self.host.description.configure(&settings, path.as_deref().map(std::path::Path::new)).into_js()
    }

    /// Says which function a section of that asks, by the name of the method it is asked with.
    #[napi]
    pub fn set_function(&self, method: String, slot: u32) {
        self.host.description.set_function(&method, self.handler(slot));
    }

    /// Sets who says which items of a kind the caller of a request may see: a function behind `oxmcp/visible`.
    #[napi]
    pub fn set_visible(&self, kind: String, slot: Option<u32>) -> Result<(), JsError> {
        let Some(kind) = item_kind(&kind) else { return unknown_kind(&kind) };
        self.host.description.registry.set_visible(kind, slot.map(|slot| self.handler(slot)));
        Ok(())
    }

    /// Does these to what mounted servers offer, before the others; a JSON list.
    #[napi]
    pub fn set_mounted_transforms(&self, transforms: String) -> Result<(), JsError> {
        self.host.description.set_mounted_transforms(&transforms).into_js()
    }

    /// By what calls of this server's functions are told from those of the server that runs them.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.host.number.0
    }

    /// Offers what `child` offers, now and whenever it changes; its functions run where this server is served. JSON
    /// `{"namespace"?, "transforms"?}`.
    #[napi]
    pub fn mount(&self, child: &Server, options: String) -> Result<(), JsError> {
        let adopt = self.adopting(child);
        child.host.outer.enter(&self.host);
        self.host.description.mount(&child.host.description, &options, adopt).into_js()
    }

    /// Offers what `child` offers no longer; returns whether it was mounted.
    #[napi]
    pub fn unmount(&self, child: &Server) -> bool {
        let was_mounted = self.host.description.registry.unmount(&child.host.description.registry);
        child.host.outer.leave(&self.host);
        was_mounted
    }

    /// Offers what `child` offers now, and no change of that.
    #[napi]
    pub fn import_from(&self, child: &Server, options: String) -> Result<(), JsError> {
        let adopt = self.adopting(child);
        self.host.description.import_from(&child.host.description, &options, adopt).into_js()
    }

    /// Has the function behind `slot` list resources behind those that are registered, or nobody.
    #[napi]
    pub fn set_further_resources(&self, slot: Option<u32>) {
        let handler = slot.map(|slot| self.handler(slot));
        self.host.description.registry.set_further_resources(handler);
    }

    /// Tells clients that a list, or the resource with this URI, changed.
    #[napi]
    pub fn notify(&self, kind: String, uri: Option<String>) -> Result<(), JsError> {
        let change = match (kind.as_str(), uri) {
            ("tools", _) => Change::List(ListKind::Tools),
            ("prompts", _) => Change::List(ListKind::Prompts),
            ("resources", _) => Change::List(ListKind::Resources),
            ("resource", Some(uri)) => Change::Resource(uri.as_str().into()),
            _ => return unknown_kind(&kind),
        };
        self.host.description.registry.notify(&change);
        Ok(())
    }

    /// Has JavaScript told, from now on, of each resource that somebody follows and nobody follows any more.
    #[napi]
    pub fn tell_of_followers(&self) {
        let host = Arc::downgrade(&self.host);
        self.host.description.registry.on_followed(move |uri, followed| {
            if let Some(host) = host.upgrade() {
                host.tell_followed(uri, followed);
            }
        });
    }

    /// Sends a notification of an extension's outside of any request; `params` is JSON that `JSON.stringify` wrote.
    #[napi]
    pub fn announce(&self, method: String, params: String, session: Option<String>) {
        self.host.description.announce(method, &params, session.as_deref());
    }

    /// Sends a log message outside of any request; `data` is JSON that `JSON.stringify` wrote.
    #[napi]
    pub fn log(
        &self,
        level: String,
        logger: Option<String>,
        data: String,
        session: Option<String>,
    ) -> Result<(), JsError> {
        self.host.description.log(&level, logger, &data, session.as_deref()).into_js()
    }
}

fn unknown_kind<T>(kind: &str) -> Result<T, JsError> {
    Err(Error::new(ErrorKind::Configuration, format!("no kind {kind:?}"))).into_js()
}
