//! Driving the engine's I/O on the JavaScript thread: Node's event loop waits inside the engine's runtime.
//!
//! libuv calls a *prepare* hook before it waits for its descriptors. The hook drives the runtime there instead, until a call
//! came in, a descriptor of Node's is ready, or Node's next timer is due, and has libuv look at its descriptors without
//! waiting. libuv adds new descriptors to its queue only when it looks; so the hook waits only after a turn in which nothing
//! ran that could have opened one, and otherwise gives the runtime one turn without waiting.
//!
//! libuv is not linked: its functions are looked up in the process when they are first wanted, so that a host without them
//! still loads the module.

#![expect(unsafe_code, reason = "libuv is a C library; everything of it that is used is in this file")]

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libloading::os::unix::Library;
use napi::bindgen_prelude::{Env, Function, JsValue as _};
use napi::sys;
use oxmcp_core::error::{Error, ErrorKind, Result};
use oxmcp_core::host::Driver;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::doorbell::Doorbell;
use crate::server::Host;

/// `uv_handle_type`, of which two are used here. Part of libuv's stable interface.
const IDLE: c_int = 6;
const PREPARE: c_int = 9;

type Callback = extern "C" fn(*mut Handle);
type Loop = *mut c_void;

/// The public head of every libuv handle.
#[repr(C)]
struct Handle {
    data: *const Hook,
}

/// `uv_metrics_t`
#[repr(C)]
#[derive(Default)]
struct Metrics {
    loop_count: u64,
    events: u64,
    events_waiting: u64,
    reserved: [usize; 13],
}

/// The functions of libuv that are used.
struct Libuv {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    backend_fd: unsafe extern "C" fn(Loop) -> c_int,
    backend_timeout: unsafe extern "C" fn(Loop) -> c_int,
    metrics_info: unsafe extern "C" fn(Loop, *mut Metrics) -> c_int,
    prepare_init: unsafe extern "C" fn(Loop, *mut Handle) -> c_int,
    prepare_start: unsafe extern "C" fn(*mut Handle, Callback) -> c_int,
    prepare_stop: unsafe extern "C" fn(*mut Handle) -> c_int,
    idle_init: unsafe extern "C" fn(Loop, *mut Handle) -> c_int,
    idle_start: unsafe extern "C" fn(*mut Handle, Callback) -> c_int,
    idle_stop: unsafe extern "C" fn(*mut Handle) -> c_int,
    unref: unsafe extern "C" fn(*mut Handle),
    close: unsafe extern "C" fn(*mut Handle, Callback),
}

impl Libuv {
    fn find() -> Option<Self> {
        let process = Library::this();
        macro_rules! function {
            ($name:literal) => {
                // SAFETY: the field it is stored in has the type libuv's manual gives the function.
                *unsafe { process.get($name) }.ok()?
            };
        }
        Some(Self {
            handle_size: function!(b"uv_handle_size"),
            backend_fd: function!(b"uv_backend_fd"),
            backend_timeout: function!(b"uv_backend_timeout"),
            metrics_info: function!(b"uv_metrics_info"),
            prepare_init: function!(b"uv_prepare_init"),
            prepare_start: function!(b"uv_prepare_start"),
            prepare_stop: function!(b"uv_prepare_stop"),
            idle_init: function!(b"uv_idle_init"),
            idle_start: function!(b"uv_idle_start"),
            idle_stop: function!(b"uv_idle_stop"),
            unref: function!(b"uv_unref"),
            close: function!(b"uv_close"),
        })
    }

    /// Room for a handle, as aligned as any C type wants.
    fn room(&self, kind: c_int) -> Box<[u128]> {
        // SAFETY: takes a number.
        let bytes = unsafe { (self.handle_size)(kind) };
        vec![0; bytes.div_ceil(size_of::<u128>())].into_boxed_slice()
    }
}

/// The function that fetches what waits for the JavaScript thread, called from a hook: where no JavaScript runs yet.
struct Fetcher {
    env: sys::napi_env,
    function: sys::napi_ref,
}

impl Fetcher {
    fn new(env: Env, function: &Function<'_, (), ()>) -> Option<Self> {
        let mut reference = ptr::null_mut();
        // SAFETY: both are of the call into this module that is under way.
        let status =
            unsafe { sys::napi_create_reference(env.raw(), function.value().value, 1, &raw mut reference) };
        (status == sys::Status::napi_ok).then_some(Self { env: env.raw(), function: reference })
    }

    /// Calls it, and runs what it leaves to be run: microtasks, `process.nextTick`.
    fn call(&self) {
        let Self { env, function: reference } = *self;
        let mut scope = ptr::null_mut();
        let (mut global, mut function, mut result) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: called on the JavaScript thread, whose environment lives as long as the hook; the values live in the scope.
        // What fails, fails because the thread is ending: then nobody is left to fetch anything.
        unsafe {
            if sys::napi_open_handle_scope(env, &raw mut scope) != sys::Status::napi_ok {
                return;
            }
            if sys::napi_get_global(env, &raw mut global) == sys::Status::napi_ok
                && sys::napi_get_reference_value(env, reference, &raw mut function) == sys::Status::napi_ok
                && sys::napi_make_callback(
                    env,
                    ptr::null_mut(),
                    global,
                    function,
                    0,
                    ptr::null(),
                    &raw mut result,
                ) == sys::Status::napi_pending_exception
                && sys::napi_get_and_clear_last_exception(env, &raw mut result) == sys::Status::napi_ok
            {
                sys::napi_fatal_exception(env, result);
            }
            sys::napi_close_handle_scope(env, scope);
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        // SAFETY: dropped on the JavaScript thread, at its end at the latest.
        unsafe { sys::napi_delete_reference(self.env, self.function) };
    }
}

/// What the hook remembers of the turn before.
#[derive(Clone, Copy)]
struct Turn {
    at: Instant,
    /// Whether the runtime got a turn without waiting.
    was_short: bool,
    /// Milliseconds to Node's next timer then; negative is never, 0 that something waited to be run.
    timeout: c_int,
    /// How many events libuv had seen.
    events: u64,
}

/// A hook in Node's event loop. Only ever touched on the JavaScript thread.
struct Hook {
    libuv: Libuv,
    event_loop: Loop,
    /// Where the two handles live.
    _rooms: [Box<[u128]>; 2],
    prepare_handle: *mut Handle,
    idle_handle: *mut Handle,
    open_handles: Cell<u8>,
    last: Cell<Turn>,
    watched: AsyncFd<OwnedFd>,
    driver: Arc<Driver>,
    host: Arc<Host>,
    bell: Arc<Doorbell>,
    /// Taken away when the hook ends.
    fetcher: Cell<Option<Fetcher>>,
}

/// Has Node's event loop wait inside the engine's runtime until it is dropped. Belongs to the JavaScript thread.
pub struct Driving(*const Hook);

impl Driving {
    /// Hooks into the event loop of the thread that calls. `fetch` is called there when there is mail.
    pub fn start(
        env: Env,
        fetch: &Function<'_, (), ()>,
        driver: Arc<Driver>,
        host: Arc<Host>,
        bell: Arc<Doorbell>,
    ) -> Result<Self> {
        let parts = (Libuv::find(), env.get_uv_event_loop().ok(), Fetcher::new(env, fetch));
        let (Some(libuv), Some(event_loop), Some(fetcher)) = parts else {
            let message =
                "this JavaScript runtime does not let the engine into its event loop; use io \"thread\"";
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        let event_loop: Loop = event_loop.cast();
        let watched = {
            // SAFETY: the loop is that of the calling thread, and lives as long as it.
            let descriptor = unsafe { BorrowedFd::borrow_raw((libuv.backend_fd)(event_loop)) };
            let _context = driver.enter();
            descriptor.try_clone_to_owned().and_then(|descriptor| {
                // SAFETY: the descriptor is owned, and so open for as long as it is watched.
                Ok(unsafe { AsyncFd::register_with_interest(descriptor, Interest::READABLE) }?)
            })
        };
        let watched = watched.map_err(|error| {
            Error::new(ErrorKind::Io, "the event loop's descriptor cannot be watched").caused_by(error)
        })?;
        let (mut prepare, mut idle) = (libuv.room(PREPARE), libuv.room(IDLE));
        let (prepare_handle, idle_handle) =
            (prepare.as_mut_ptr().cast::<Handle>(), idle.as_mut_ptr().cast::<Handle>());
        let last = Turn { at: Instant::now(), was_short: false, timeout: 0, events: 0 };
        let hook = Box::into_raw(Box::new(Hook {
            libuv,
            event_loop,
            _rooms: [prepare, idle],
            prepare_handle,
            idle_handle,
            open_handles: Cell::new(2),
            last: Cell::new(last),
            watched,
            driver,
            host,
            bell,
            fetcher: Cell::new(Some(fetcher)),
        }));
        // SAFETY: the hook is not freed before both handles are closed, and the handles' rooms are part of it. None of
        // these functions fails: they fill in and link the handles.
        unsafe {
            let libuv = &(*hook).libuv;
            (libuv.prepare_init)(event_loop, prepare_handle);
            (libuv.idle_init)(event_loop, idle_handle);
            (*prepare_handle).data = hook;
            (*idle_handle).data = hook;
            (libuv.prepare_start)(prepare_handle, before_waiting);
            // What keeps the process alive is decided elsewhere.
            (libuv.unref)(prepare_handle);
            (libuv.unref)(idle_handle);
        }
        Ok(Self(hook))
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        // SAFETY: freed by the second `closed`, which libuv calls in a later turn of this thread.
        unsafe {
            let hook = &*self.0;
            hook.driver.resign();
            hook.fetcher.take();
            (hook.libuv.prepare_stop)(hook.prepare_handle);
            (hook.libuv.idle_stop)(hook.idle_handle);
            (hook.libuv.close)(hook.prepare_handle, closed);
            (hook.libuv.close)(hook.idle_handle, closed);
        }
    }
}

extern "C" fn closed(handle: *mut Handle) {
    // SAFETY: libuv hands back the handle it was given, and calls this once for each of the two.
    unsafe {
        let hook = (*handle).data;
        let open = (*hook).open_handles.get() - 1;
        (*hook).open_handles.set(open);
        if open == 0 {
            drop(Box::from_raw(hook.cast_mut()));
        }
    }
}

extern "C" fn before_waiting(handle: *mut Handle) {
    // SAFETY: the hook lives until both handles are closed.
    unsafe { &*(*handle).data }.turn();
}

fn milliseconds(timeout: c_int) -> Duration {
    Duration::from_millis(u64::try_from(timeout).unwrap_or(0))
}

extern "C" fn idle(_: *mut Handle) {}

impl Hook {
    fn turn(&self) {
        // SAFETY: the idle handle is alive: the loop is calling us.
        unsafe { (self.libuv.idle_stop)(self.idle_handle) };
        let (last, now) = (self.last.get(), self.look());
        // Timers do not count as events: whether one ran is seen from the time.
        let nothing_ran = last.was_short
            && last.events == now.events
            && (last.timeout < 0 || now.at - last.at < milliseconds(last.timeout));
        let wait = match now.timeout {
            _ if !nothing_ran => Some(Duration::ZERO),
            ..0 => None,
            0.. => Some(milliseconds(now.timeout)),
        };
        self.last.set(Turn { was_short: wait == Some(Duration::ZERO), ..now });
        self.driver.lead(self.readiness(wait));
        if self.has_mail()
            && let Some(fetcher) = self.fetcher.take()
        {
            fetcher.call();
            if self.driver.is_stopped() {
                // The hook was ended meanwhile: its handles must not be started any more.
                return;
            }
            self.fetcher.set(Some(fetcher));
            // libuv looks at what this opened before the next turn. The answers go out with that.
            self.last.set(Turn { was_short: true, ..self.look() });
        }
        // SAFETY: as above. A loop with an idle handle does not wait.
        unsafe { (self.libuv.idle_start)(self.idle_handle, idle) };
    }

    /// How things are in Node's loop.
    fn look(&self) -> Turn {
        let mut metrics = Metrics::default();
        // SAFETY: the loop is calling us. The timeout is asked for while the idle handle is stopped.
        let timeout = unsafe {
            (self.libuv.metrics_info)(self.event_loop, &raw mut metrics);
            (self.libuv.backend_timeout)(self.event_loop)
        };
        Turn { at: Instant::now(), was_short: false, timeout, events: metrics.events }
    }

    fn has_mail(&self) -> bool {
        !self.host.mailbox.is_empty() || self.host.notices.has_any()
    }

    /// Ready when there is mail, a descriptor of Node's is ready, or `wait` is over (`None` is for ever).
    async fn readiness(&self, wait: Option<Duration>) {
        let at_once = wait == Some(Duration::ZERO);
        if at_once || self.has_mail() {
            // Once round the runtime, so that connections are served however busy the loop is.
            tokio::task::yield_now().await;
            return;
        }
        let mail = async {
            while !self.has_mail() && !self.driver.is_stopped() {
                self.bell.notify.notified().await;
            }
        };
        let descriptors = async {
            if let Ok(mut guard) = self.watched.readable().await {
                // Cleared before libuv looks, so that whatever comes after is seen again.
                guard.clear_ready();
            }
        };
        let time = async {
            match wait {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = mail => {}
            () = descriptors => {}
            () = time => {}
        }
    }
}
