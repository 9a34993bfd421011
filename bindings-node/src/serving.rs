//! One serving of a server: the engine, its runtime, and the transports that are open.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use napi::bindgen_prelude::{Env, Function};
use napi_derive::napi;
use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::host::{Driver, DuplexText, HttpText, Placement, carry_log, stop_carrying_log};
use oxmcp_core::mailbox::Answer;
use oxmcp_core::transports::http::{HttpServer, Spelling};
use oxmcp_core::transports::stdio::{self, Detour};

use crate::allocator;
use crate::connections::{Connection, Endpoints, js_number};
use crate::doorbell::Doorbell;
use crate::errors::{IntoJs, JsError};
use crate::event_loop::Driving;
use crate::event_stores::EventStores;
use crate::mailbox::{self, Calls, number};
use crate::notices::Notice;
use crate::server::{Host, Server};

/// How long a blocked JavaScript thread may take to hear that nothing is served any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// A server being served on one JavaScript thread.
#[napi]
pub struct Serving {
    pub(crate) host: Arc<Host>,
    pub(crate) engine: Engine,
    /// Taken away when serving ends; with it go the runtime, its tasks and its sockets.
    driver: Mutex<Option<Arc<Driver>>>,
    /// Set while the JavaScript thread drives the I/O.
    driving: Mutex<Option<Driving>>,
    pub(crate) calls: Arc<Calls>,
    number: u32,
    pub(crate) endpoints: Endpoints,
    pub(crate) event_stores: EventStores,
    connections: Mutex<HashMap<u64, Connection>>,
    #[cfg(unix)]
    pub(crate) heard: Arc<crate::heard::Heard>,
    /// What ends each transport, by token.
    ends: Arc<Mutex<HashMap<u64, Shutdown>>>,
    /// Whether the time to finish is over: what did not start yet is refused then.
    closing: AtomicBool,
    /// Whether everything was ended.
    ended: AtomicBool,
    next_token: AtomicU64,
}

/// Starts serving on this thread. `ring` is called when there is something to drain.
#[napi]
pub fn attach(env: Env, server: &Server, ring: Function<'_, (), ()>, io: String) -> Result<Serving, JsError> {
    allocator::prepare();
    let host = Arc::clone(&server.host);
    if host.bell.load().is_some() {
        let message = "this server is being served already; stop that first, or make another server";
        return Err(Error::new(ErrorKind::Configuration, message)).into_js();
    }
    let (placement, is_wish) = match io.as_str() {
        "loop" => (Placement::EventLoop, false),
        "thread" => (Placement::Thread, false),
        // With one processor a thread of its own only costs switches; with more it leaves the JavaScript thread to the handlers.
        "auto" => match available_parallelism() {
            Ok(processors) if processors.get() == 1 => (Placement::EventLoop, true),
            _ => (Placement::Thread, true),
        },
        _ => {
            let message = format!("io is \"auto\", \"loop\" or \"thread\", not {io:?}");
            return Err(Error::new(ErrorKind::Configuration, message)).into_js();
        }
    };
    let engine = host.description.engine().into_js()?;
    let calls = Arc::new(Calls::default());
    let blocked = Arc::clone(&calls);
    let chore = move || {
        blocked.send_answers();
        false
    };
    let bell = Arc::new(Doorbell::new(&ring)?);
    let driver = Driver::start(placement, Box::new(chore)).into_js()?;
    host.notices.clear();
    let driving = match placement {
        Placement::Thread => None,
        Placement::EventLoop => {
            match Driving::start(env, &ring, Arc::clone(&driver), Arc::clone(&host), Arc::clone(&bell)) {
                Ok(driving) => Some(driving),
                Err(_) if is_wish => None,
                Err(error) => {
                    driver.stop();
                    return Err(error).into_js();
                }
            }
        }
    };
    if driving.is_none() {
        driver.set_placement(Placement::Thread);
        driver.spawn(ring_once_a_turn(Arc::clone(&bell), Arc::clone(&calls)));
    }
    host.bell.store(Some(Arc::clone(&bell)));
    carry_log(&host);
    host.description.registry.tell_of_missing_views();
    // What came to the mailbox while nobody was at home rang nowhere.
    bell.ring();
    Ok(Serving {
        host,
        engine,
        driver: Mutex::new(Some(driver)),
        driving: Mutex::new(driving),
        number: mailbox::enlist(&calls),
        calls,
        endpoints: Endpoints::default(),
        event_stores: EventStores::default(),
        connections: Mutex::default(),
        #[cfg(unix)]
        heard: Arc::default(),
        ends: Arc::default(),
        closing: AtomicBool::new(false),
        ended: AtomicBool::new(false),
        next_token: AtomicU64::new(1),
    })
}

fn lock(ends: &Mutex<HashMap<u64, Shutdown>>) -> MutexGuard<'_, HashMap<u64, Shutdown>> {
    // A map is valid whatever happened while it was locked.
    ends.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Serving {
    pub(crate) fn connections(&self) -> MutexGuard<'_, HashMap<u64, Connection>> {
        // A map is valid whatever happened while it was locked.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The driver, to start something with.
    pub(crate) fn driver(&self) -> Result<Arc<Driver>, JsError> {
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(driver) = driver else {
            return Err(Error::new(ErrorKind::Closed, "this server is not served any more")).into_js();
        };
        driver.check_process().into_js()?;
        Ok(driver)
    }

    pub(crate) fn token(&self) -> u64 {
        self.next_token.fetch_add(1, Ordering::Relaxed)
    }

    /// Runs a transport, which is given what ends it alone; its end is a notice. With `owns_process`, a thread that does not
    /// hear of that end, because a handler blocks it, is ended with the process.
    pub(crate) fn run<F>(
        &self,
        driver: &Driver,
        owns_process: bool,
        transport: impl FnOnce(u64, Shutdown) -> F,
    ) -> u64
    where
        F: Future<Output = oxmcp_core::error::Result<()>> + Send + 'static,
    {
        let token = self.token();
        let shutdown = self.engine.shutdown().child();
        lock(&self.ends).insert(token, shutdown.clone());
        let future = transport(token, shutdown);
        let (host, ends) = (Arc::clone(&self.host), Arc::clone(&self.ends));
        driver.spawn(async move {
            let outcome = future.await;
            lock(&ends).remove(&token);
            host.notices.push(token, Notice::Ended(outcome.err()));
            if owns_process {
                tokio::spawn(end_blocked_process(host));
            }
        });
        token
    }

    /// What ends the transport of this token, or all of them.
    fn end_of(&self, token: Option<f64>) -> Option<Shutdown> {
        match token {
            None => Some(self.engine.shutdown().clone()),
            Some(token) => lock(&self.ends).get(&number(token)).cloned(),
        }
    }

    fn end(&self) {
        // Dropped later, it must not end what serves the server by then.
        if self.ended.swap(true, Ordering::SeqCst) {
            return;
        }
        self.closing.store(true, Ordering::SeqCst);
        self.engine.shutdown().expire("the server is shutting down");
        stop_carrying_log(&self.host);
        self.host.bell.store(None);
        self.connections().clear();
        let driving = self.driving.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(driving);
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(driver) = driver {
            driver.stop();
            driver.join();
            // The last of its owners, in all but one case: the hook of an event loop that is calling us.
            drop(driver);
        }
        // What nobody will run any more is dropped, and so answered as abandoned.
        let mut abandoned = Vec::new();
        while self.host.mailbox.take(usize::MAX, &mut abandoned) {}
        drop(abandoned);
        self.calls.abandon();
        self.engine.close_task_store();
        mailbox::strike(self.number);
    }
}

#[napi]
impl Serving {
    /// What the functions that are no methods call this serving.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What waits for this thread, as JSON; `""` when nothing does.
    #[napi]
    pub fn drain(&self) -> String {
        let mut text = String::from("[");
        let closing = self.closing.load(Ordering::SeqCst);
        if self.calls.fetch(&self.host.mailbox, closing, &mut text)
            && let Some(bell) = &*self.host.bell.load()
        {
            bell.ring();
        }
        self.host.notices.write(&mut text);
        if text.pop() == Some('[') {
            return String::new();
        }
        text.push(']');
        text
    }

    /// Sends the answers given since the last time.
    #[napi]
    pub fn flush(&self) {
        let mut answers: Vec<Answer> = Vec::new();
        self.calls.take_answers(&mut answers);
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = &*driver {
            driver.send_batch(&mut answers);
        }
    }

    /// Opens the event store behind this function, see [`EventStores::open`]; returns its number.
    #[napi]
    pub fn open_event_store(&self, slot: u32, retry: Option<u32>) -> u32 {
        self.event_stores.open(&self.host.mailbox, slot, retry)
    }

    /// Begins no more streams over the store of this number.
    #[napi]
    pub fn close_event_store(&self, number: u32) {
        self.event_stores.close(number);
    }

    /// Closes the streams on which the client of this session hears what belongs to no request; returns whether it comes back.
    #[napi]
    pub fn close_session_streams(&self, session: String) -> bool {
        self.engine.close_session_streams(&session)
    }

    /// Binds and serves HTTP; returns the token and the address it is bound to, or the path and 0, and whether it is
    /// encrypted, as JSON.
    #[napi]
    pub fn serve_http(&self, options: String, event_store: Option<u32>) -> Result<String, JsError> {
        let driver = self.driver()?;
        let mut text = HttpText::read(&options, Spelling::Camel).into_js()?;
        text.encrypt(self.host.description.tls().into_js()?);
        text.bound_bodies(self.host.description.max_body_memory_bytes());
        let mut options = text.options();
        options.resumption = self.event_stores.resumption(event_store)?.or(options.resumption);
        let server = HttpServer::bind(self.engine.clone(), text.address(), options).into_js()?;
        let (address, path, encrypted) = (server.local_addr(), server.path(), server.is_encrypted());
        let place = match path {
            Some(path) if address.port() == 0 => path.to_string_lossy().into_owned(),
            _ => address.ip().to_string(),
        };
        let token = self.run(&driver, false, |_, shutdown| server.serve(shutdown));
        let told = serde_json::json!({
            "token": token,
            "host": place,
            "port": address.port(),
            "encrypted": encrypted,
        });
        Ok(told.to_string())
    }

    /// Takes descriptors 0 and 1 for itself and serves them, once `choose_way` says how; the end of standard input ends it. With `owns_process`, a thread
    /// that does not hear of that end, because a handler blocks it, is ended with the process.
    #[napi]
    pub fn serve_stdio(&self, options: String, owns_process: bool) -> Result<f64, JsError> {
        let driver = self.driver()?;
        let text = DuplexText::read(&options, Spelling::Camel).into_js()?;
        let engine = self.engine.clone();
        // Before this returns: what JavaScript prints next must not get onto the wire.
        let (input, output) = {
            let _context = driver.enter();
            stdio::claim().into_js()?
        };
        let options = text.stdio(output.peer());
        let mut way = None;
        let token = self.run(&driver, owns_process, |token, shutdown| {
            let host = Arc::clone(&self.host);
            let (detour, back) =
                Detour::new(move |passing| host.notices.push(token, Notice::Passing(passing)));
            way = Some(back);
            stdio::serve_with_detour(engine, input, output, options, shutdown, detour)
        });
        if let Some(way) = way {
            self.connections().insert(token, Connection::Lines(way));
        }
        Ok(js_number(token))
    }

    /// Tells of each session over HTTP that ends from now on, by its id, under the token.
    #[napi]
    pub fn watch_sessions(&self) -> f64 {
        let token = self.token();
        let host = Arc::clone(&self.host);
        self.engine.on_session_end(move |id| host.notices.push(token, Notice::SessionEnded(id.to_owned())));
        js_number(token)
    }

    /// Tells the transport of this token, or all, to finish: what runs may end in its time. Each end is a notice.
    #[napi]
    pub fn shut_down(&self, token: Option<f64>) {
        if let Some(end) = self.end_of(token) {
            end.trigger();
        }
    }

    /// The time to finish is over, for the transport of this token or for all: what runs is answered with an error that says
    /// `reason`. For all: no further call is started.
    #[napi]
    pub fn give_up(&self, reason: String, token: Option<f64>) {
        if token.is_none() {
            self.closing.store(true, Ordering::SeqCst);
        }
        if let Some(end) = self.end_of(token) {
            end.expire(reason);
        }
    }

    /// Ends everything.
    #[napi]
    pub fn stop(&self) {
        self.end();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}

/// How long an answer may wait for the JavaScript thread to send it.
const GRACE: Duration = Duration::from_millis(5);
/// After so many looks with nothing to do it is not looked any more until the next call.
const IDLE_LOOKS: u32 = 20;

/// Rings for the calls of a whole turn at once: woken by the first of them, this runs behind the connections that are ready. For
/// a while after, it sees to it that a handler which blocks holds back nobody's answer but its own.
async fn ring_once_a_turn(bell: Arc<Doorbell>, calls: Arc<Calls>) {
    loop {
        bell.notify.notified().await;
        bell.ring_loop();
        let mut looks = 0;
        while looks < IDLE_LOOKS {
            tokio::select! {
                () = bell.notify.notified() => {
                    bell.ring_loop();
                    looks = 0;
                }
                () = tokio::time::sleep(GRACE) => {
                    calls.send_answers();
                    looks += 1;
                }
            }
        }
    }
}

/// Ends the process, as SIGTERM would, when its JavaScript thread did not fetch the news that nothing is served any more:
/// nobody can reach it.
async fn end_blocked_process(host: Arc<Host>) {
    tokio::time::sleep(PATIENCE).await;
    #[cfg(unix)]
    if host.notices.has_any() {
        // Past any handler: none would be called. Fails for no signal that there is.
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTERM);
    }
}
