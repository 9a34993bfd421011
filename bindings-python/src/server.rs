//! A server as Python sees it: what it offers, and the table of functions behind it.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use oxmcp_core::error::Result;
use oxmcp_core::handler::Handler;
use oxmcp_core::host::log::Severity;
use oxmcp_core::host::transforms::item_kind;
use oxmcp_core::host::{Description, LogCarrier, MountedIn, Outer, descriptors, page};
use oxmcp_core::mailbox::{Mailbox, PendingCall};
use oxmcp_core::model::{Change, ListKind};
use oxmcp_core::registry::{Adopt, Interception, Registry};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::doorbell::LoopBell;
use crate::errors::IntoPython;
use crate::guest::{Entering, Owner};
use crate::notices::{NO_TOKEN, Notice, Notices};
use crate::target::Target;
use crate::workers::Workers;

/// How many calls may wait for the interpreter before further ones are refused as overloaded.
const CAPACITY: usize = 10_000;

/// The context variable that holds the call in flight.
pub fn current_call(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CURRENT_CALL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    CURRENT_CALL
        .get_or_try_init(py, || {
            let class = py.import("contextvars")?.getattr("ContextVar")?;
            Ok(class.call1(("oxmcp_current_call",))?.unbind())
        })
        .map(|variable| variable.bind(py))
}

/// Where the mailboxes ring. Empty while nothing is served.
#[derive(Default)]
pub struct Bells {
    pub event_loop: ArcSwapOption<LoopBell>,
    pub workers: ArcSwapOption<Workers>,
}

/// A server's functions and mailboxes: what outlives one serving of it.
pub struct Host {
    pub description: Description,
    pub loop_mailbox: Mailbox,
    pub worker_mailbox: Mailbox,
    pub bells: Arc<Bells>,
    pub notices: Notices,
    outer: Outer<Self>,
    entering: Arc<Entering>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    targets: Vec<Option<Py<Target>>>,
    free: Vec<u32>,
    coroutine_functions: usize,
}

impl MountedIn for Host {
    fn outer(&self) -> &Outer<Self> {
        &self.outer
    }

    fn is_served(&self) -> bool {
        self.notices.is_heard()
    }
}

impl Host {
    fn new(description: Description) -> Self {
        let bells = Arc::new(Bells::default());
        let (for_loop, for_workers) = (Arc::clone(&bells), Arc::clone(&bells));
        Self {
            description,
            loop_mailbox: Mailbox::new(
                move || {
                    if let Some(bell) = &*for_loop.event_loop.load() {
                        bell.ring();
                    }
                },
                CAPACITY,
            ),
            worker_mailbox: Mailbox::new(
                move || {
                    if let Some(workers) = &*for_workers.workers.load() {
                        workers.ring();
                    }
                },
                CAPACITY,
            ),
            bells,
            notices: Notices::default(),
            outer: Outer::default(),
            entering: Arc::default(),
            table: Mutex::default(),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is consistent after every statement below.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a call is to run: a function of this server, or of one that is mounted in it.
    pub fn target(&self, py: Python<'_>, call: &PendingCall) -> Option<Py<Target>> {
        let slot = call.slot.index() as usize;
        let find = |host: &Self| host.table().targets.get(slot)?.as_ref().map(|target| target.clone_ref(py));
        match &call.guest {
            None => find(self),
            Some(guest) => find(guest.owner.downcast_ref::<Owner>()?.host.downcast_ref()?),
        }
    }

    /// What has calls of `child`'s functions arrive here.
    fn adopting(&self, child: &Arc<Self>) -> Adopt {
        let boxes =
            [(&child.loop_mailbox, &self.loop_mailbox), (&child.worker_mailbox, &self.worker_mailbox)];
        let boxes = boxes.map(|(from, to)| (from.clone(), to.clone()));
        let host: Arc<dyn Any + Send + Sync> = Arc::<Self>::clone(child);
        let entering = Arc::clone(&child.entering);
        let owner: Arc<dyn Any + Send + Sync> = Arc::new(Owner { entering, host });
        Arc::new(move |handler| {
            let mut boxes = boxes.iter();
            let found = boxes.find(|(from, _)| from.receives(handler));
            found.and_then(|(_, to)| to.adopt(handler, &owner)).unwrap_or_else(|| Arc::clone(handler))
        })
    }

    /// Forgets the function of a slot that nothing refers to any more.
    pub fn release(&self, slot: u32) {
        let mut table = self.table();
        let Some(target) = table.targets.get_mut(slot as usize).and_then(Option::take) else { return };
        table.free.push(slot);
        if target.get().is_async {
            table.coroutine_functions -= 1;
        }
        drop(table);
        // Dropped outside the lock: it may run Python code. Without the interpreter it is dropped later, with it.
        drop(target);
    }

    pub fn handler(&self, target: Py<Target>) -> Arc<dyn Handler> {
        let is_async = target.get().is_async;
        let mut table = self.table();
        if is_async {
            table.coroutine_functions += 1;
        }
        let slot = match table.free.pop() {
            Some(slot) => {
                table.targets[slot as usize] = Some(target);
                slot
            }
            None => {
                table.targets.push(Some(target));
                // Four billion functions do not fit in memory.
                u32::try_from(table.targets.len() - 1).unwrap_or(u32::MAX)
            }
        };
        drop(table);
        if is_async { self.loop_mailbox.handler(slot) } else { self.worker_mailbox.handler(slot) }
    }

    /// Whether coroutine functions are registered.
    pub fn has_coroutine_functions(&self) -> bool {
        self.table().coroutine_functions > 0
    }
}

impl LogCarrier for Host {
    fn carry(&self, severity: Severity, line: String) {
        self.notices.push(NO_TOKEN, Notice::Log(severity, line));
    }
}

/// The engine with its registry.
#[pyclass(module = "oxmcp._native", frozen, weakref)]
pub struct Server {
    pub host: Arc<Host>,
    pub workers: usize,
}

impl Server {
    /// Offers what `descriptor` says, with the function behind it.
    fn offer<D>(
        &self,
        descriptor: Result<D>,
        target: Py<Target>,
        offer: fn(&Registry, D, Arc<dyn Handler>) -> Result<()>,
    ) -> PyResult<()> {
        let descriptor = descriptor.into_python()?;
        offer(&self.host.description.registry, descriptor, self.host.handler(target)).into_python()
    }
}

#[pymethods]
impl Server {
    #[new]
    #[pyo3(signature = (implementation, *, instructions=None, page_size=None, capabilities="{}", cache_hints="{}", workers=40, request_state_keys=Vec::new(), request_state_seconds=600.0, max_parked_calls=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments, called in one place")]
    fn new(
        implementation: &str,
        instructions: Option<String>,
        page_size: Option<usize>,
        capabilities: &str,
        cache_hints: &str,
        workers: usize,
        request_state_keys: Vec<Vec<u8>>,
        request_state_seconds: f64,
        max_parked_calls: Option<usize>,
    ) -> PyResult<Self> {
        let mut description =
            Description::read(implementation, instructions, page_size, capabilities, cache_hints)
                .into_python()?;
        description.limit_parked(max_parked_calls, None);
        if !request_state_keys.is_empty() {
            let time = Duration::try_from_secs_f64(request_state_seconds)
                .map_err(|error| PyValueError::new_err(error.to_string()))?;
            description.seal_request_state(request_state_keys, time).into_python()?;
        }
        Ok(Self { host: Arc::new(Host::new(description)), workers })
    }

    /// Says anew what the server offers; counts from the next time it is served.
    fn set_capabilities(&self, capabilities: &str) -> PyResult<()> {
        self.host.description.set_capabilities(capabilities).into_python()
    }

    /// Says how tasks are kept; counts from the next time it is served.
    fn serve_tasks(&self, options: &str) -> PyResult<()> {
        self.host.description.serve_tasks(options).into_python()
    }

    #[pyo3(signature = (descriptor, target, *, replace=false))]
    fn add_tool(&self, descriptor: &str, target: Py<Target>, replace: bool) -> PyResult<()> {
        let offer = if replace { Registry::replace_tool } else { Registry::add_tool };
        self.offer(descriptors::tool(descriptor), target, offer)
    }

    #[pyo3(signature = (descriptor, target, *, replace=false))]
    fn add_resource(&self, descriptor: &str, target: Py<Target>, replace: bool) -> PyResult<()> {
        let offer = if replace { Registry::replace_resource } else { Registry::add_resource };
        self.offer(descriptors::resource(descriptor), target, offer)
    }

    #[pyo3(signature = (descriptor, target, *, replace=false))]
    fn add_resource_template(&self, descriptor: &str, target: Py<Target>, replace: bool) -> PyResult<()> {
        let offer =
            if replace { Registry::replace_resource_template } else { Registry::add_resource_template };
        self.offer(descriptors::resource_template(descriptor), target, offer)
    }

    #[pyo3(signature = (descriptor, target, *, replace=false))]
    fn add_prompt(&self, descriptor: &str, target: Py<Target>, replace: bool) -> PyResult<()> {
        let offer = if replace { Registry::replace_prompt } else { Registry::add_prompt };
        self.offer(descriptors::prompt(descriptor), target, offer)
    }

    #[pyo3(signature = (target))]
    fn set_completion(&self, target: Option<Py<Target>>) {
        self.host.description.registry.set_completion(target.map(|target| self.host.handler(target)));
    }

    /// Says that a function which is registered can say log messages: the server offers them from now on.
    fn note_logging(&self) {
        self.host.description.registry.note_logging();
    }

    #[pyo3(signature = (method, target))]
    fn set_method(&self, method: &str, target: Option<Py<Target>>) {
        self.host.description.registry.set_method(method, target.map(|target| self.host.handler(target)));
    }

    /// Sets what stands around a method; `unless_registered`: only around what is not registered here by its name.
    #[pyo3(signature = (method, target, *, unless_registered=false))]
    fn intercept(&self, method: &str, target: Option<Py<Target>>, unless_registered: bool) {
        let interception =
            target.map(|target| Interception { handler: self.host.handler(target), unless_registered });
        self.host.description.registry.set_interception(method, interception);
    }

    /// The result of a list method for a peer of this version, as JSON text.
    #[pyo3(signature = (method, version, cursor=None))]
    fn page(&self, method: &str, version: &str, cursor: Option<&str>) -> PyResult<String> {
        match page(&self.host.description.registry, method, version, cursor) {
            Some(Ok(text)) => Ok(text),
            Some(Err(bad)) => Err(PyValueError::new_err(bad.to_string())),
            None => Err(PyValueError::new_err(format!("no list {method:?} in version {version:?}"))),
        }
    }

    #[pyo3(signature = (kind, key, version=None))]
    fn remove(&self, kind: &str, key: &str, version: Option<&str>) -> PyResult<bool> {
        self.host.description.remove(kind, key, version).ok_or_else(|| unknown_kind(kind))
    }

    #[pyo3(signature = (kind, key, enabled, version=None))]
    fn set_enabled(&self, kind: &str, key: &str, enabled: bool, version: Option<&str>) -> PyResult<bool> {
        self.host.description.set_enabled(kind, key, enabled, version).ok_or_else(|| unknown_kind(kind))
    }

    /// Does this to the lists, after what is done to them so far; JSON.
    fn add_transform(&self, transform: &str) -> PyResult<()> {
        self.host.description.add_transform(transform).into_python()
    }

    /// Does these to the lists and no others; a JSON list.
    fn set_transforms(&self, transforms: &str) -> PyResult<()> {
        self.host.description.set_transforms(transforms).into_python()
    }

    /// Adds skills, described as JSON; returns by what number to take them back.
    fn add_skills(&self, description: &str, cache: &str) -> PyResult<u64> {
        self.host.description.add_skills(description, cache).into_python()
    }

    fn remove_skills(&self, number: u64) -> PyResult<bool> {
        self.host.description.remove_skills(number).into_python()
    }

    fn refresh_skills(&self) -> PyResult<()> {
        self.host.description.refresh_skills().into_python()
    }

    /// The entries of all skills, a JSON list.
    fn skill_entries(&self) -> String {
        self.host.description.skill_entries()
    }

    /// Says that the server has an extension: its settings are a JSON object.
    fn declare_extension(&self, identifier: &str, settings: &str) -> PyResult<()> {
        self.host.description.declare_extension(identifier, settings).into_python()
    }

    /// Says who may call, how often, and what is recorded: JSON, and the path of a file whose sections count where it has none.
    #[pyo3(signature = (settings, path=None))]
    #[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
    fn configure(&self, py: Python<'_>, settings: &str, path: Option<std::path::PathBuf>) -> PyResult<()> {
        py.detach(|| self.host.description.configure(settings, path.as_deref())).into_python()
    }

    /// Says which function a section of that asks, by the name of the method it is asked with.
    fn set_function(&self, method: &str, target: Py<Target>) {
        self.host.description.set_function(method, self.host.handler(target));
    }

    /// Sets who says which items of a kind the caller of a request may see: a function behind `oxmcp/visible`.
    #[pyo3(signature = (kind, target))]
    fn set_visible(&self, kind: &str, target: Option<Py<Target>>) -> PyResult<()> {
        let kind = item_kind(kind).ok_or_else(|| unknown_kind(kind))?;
        self.host.description.registry.set_visible(kind, target.map(|target| self.host.handler(target)));
        Ok(())
    }

    /// Does these to what mounted servers offer, before the others; a JSON list.
    fn set_mounted_transforms(&self, transforms: &str) -> PyResult<()> {
        self.host.description.set_mounted_transforms(transforms).into_python()
    }

    /// Offers what `child` offers, now and whenever it changes; its functions run where this server is served. JSON
    /// `{"namespace"?, "transforms"?}`.
    #[pyo3(signature = (child, options="{}"))]
    fn mount(&self, py: Python<'_>, child: &Self, options: &str) -> PyResult<()> {
        let adopt = self.host.adopting(&child.host);
        child.host.outer.enter(&self.host);
        py.detach(|| self.host.description.mount(&child.host.description, options, adopt)).into_python()
    }

    /// Offers what `child` offers no longer; returns whether it was mounted.
    fn unmount(&self, py: Python<'_>, child: &Self) -> bool {
        let was_mounted =
            py.detach(|| self.host.description.registry.unmount(&child.host.description.registry));
        child.host.outer.leave(&self.host);
        was_mounted
    }

    /// Offers what `child` offers now, and no change of that.
    #[pyo3(signature = (child, options="{}"))]
    fn import_from(&self, py: Python<'_>, child: &Self, options: &str) -> PyResult<()> {
        let adopt = self.host.adopting(&child.host);
        py.detach(|| self.host.description.import_from(&child.host.description, options, adopt)).into_python()
    }

    /// Says what calls of this server's functions run first where another server runs them: `enter()`, once.
    fn set_enter(&self, py: Python<'_>, enter: Py<PyAny>) {
        self.host.entering.set(py, enter);
    }

    #[pyo3(signature = (kind, uri=None))]
    fn notify(&self, kind: &str, uri: Option<&str>) -> PyResult<()> {
        let change = match (kind, uri) {
            ("tools", _) => Change::List(ListKind::Tools),
            ("prompts", _) => Change::List(ListKind::Prompts),
            ("resources", _) => Change::List(ListKind::Resources),
            ("resource", Some(uri)) => Change::Resource(uri.into()),
            ("resource", None) => return Err(PyValueError::new_err("which resource? give its uri")),
            _ => return Err(unknown_kind(kind)),
        };
        self.host.description.registry.notify(&change);
        Ok(())
    }

    /// Has `hear(uri, followed)` called of each resource that somebody follows (`True`) and nobody follows any more: on the loop that
    /// serves this server, else on that of one it is mounted in. Once.
    fn tell_of_followers(&self, hear: Py<PyAny>) {
        let (host, hear) = (Arc::downgrade(&self.host), Arc::new(hear));
        self.host.description.registry.on_followed(move |uri, followed| {
            if let Some(host) = host.upgrade() {
                let (uri, hear) = (uri.to_owned(), Arc::clone(&hear));
                let told = Box::new(move |py: Python<'_>| hear.call1(py, (uri, followed)).map(drop));
                host.outer.nearest(&host).notices.push(NO_TOKEN, Notice::Do(told));
            }
        });
    }

    /// Sends a notification of an extension's outside of any request; `params` is JSON that `dumps` wrote.
    #[pyo3(signature = (method, params, session=None))]
    fn announce(&self, method: String, params: &str, session: Option<&str>) {
        self.host.description.announce(method, params, session);
    }

    /// Sends a log message outside of any request; `data` is JSON that `dumps` wrote.
    #[pyo3(signature = (level, logger, data, session=None))]
    fn log(&self, level: &str, logger: Option<String>, data: &str, session: Option<&str>) -> PyResult<()> {
        self.host.description.log(level, logger, data, session).into_python()
    }
}

fn unknown_kind(kind: &str) -> PyErr {
    PyValueError::new_err(format!("no kind {kind:?}"))
}
