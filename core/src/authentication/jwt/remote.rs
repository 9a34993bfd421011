//! The keys of an issuer that publishes them: fetched once for all who wait, kept, and fetched again when they change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderMap};
use tokio::sync::watch;
use tokio::time::Instant;

use super::algorithm::Algorithm;
use super::discovery;
use super::key_set::KeySet;
use crate::outbound::{Outbound, Request, Target};

/// The keys behind a URL.
pub(super) struct RemoteKeys {
    outbound: Outbound,
    place: Place,
    state: Mutex<State>,
    /// How many attempts are over.
    attempts: watch::Sender<u64>,
}

/// Where they are.
pub(super) enum Place {
    /// There.
    Set(Target),
    /// Where the metadata of this issuer say.
    Issuer(Target),
}

#[derive(Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    /// What the issuer calls itself in its metadata.
    issuer: Option<Arc<str>>,
    fetched: Option<Instant>,
    fresh: Duration,
    attempted: Option<Instant>,
    is_running: bool,
}

/// What there is at the moment.
pub(super) enum Have {
    Keys(Arc<KeySet>, Option<Arc<str>>),
    /// Somebody asks: then look again.
    Soon(watch::Receiver<u64>),
    Nothing,
}

/// How soon after an attempt the next one begins, whoever wants it: while there is a set, and while there is none.
const PAUSE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// For how long keys count that cannot be fetched again.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long they are not fetched again: as the answer says, within these bounds.
const FRESH: Duration = Duration::from_secs(600);
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(3600);

impl RemoteKeys {
    pub(super) fn new(outbound: Outbound, place: Place) -> Self {
        Self { outbound, place, state: Mutex::default(), attempts: watch::Sender::new(0) }
    }

    /// Whether it is the issuer that says where they are, and what it is called.
    pub(super) const fn is_discovered(&self) -> bool {
        matches!(self.place, Place::Issuer(_))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Members are replaced one by one and fit each other after every statement, so a panic elsewhere does not spoil them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys to look for this one in. Those that are known are there at once, whatever the issuer does.
    pub(super) fn have(self: &Arc<Self>, id: Option<&str>, algorithm: Algorithm, may_wait: bool) -> Have {
        let mut state = self.state();
        let age = state.fetched.map(|fetched| fetched.elapsed());
        let known = state.keys.clone().filter(|_| age.is_some_and(|age| age < STALE));
        let pause = if known.is_some() { PAUSE } else { FIRST_PAUSE };
        let may_ask =
            !state.is_running && state.attempted.is_none_or(|attempted| attempted.elapsed() >= pause);
        let Some(keys) = known else {
            if may_ask && may_wait {
                self.start(&mut state);
            }
            return if state.is_running && may_wait {
                Have::Soon(self.attempts.subscribe())
            } else {
                Have::Nothing
            };
        };
        let is_there = keys.find(id, algorithm).is_some();
        let is_old = age.is_some_and(|age| age > state.fresh);
        if may_ask && may_wait && (is_old || !is_there) {
            self.start(&mut state);
        }
        if !is_there && may_wait && state.is_running {
            return Have::Soon(self.attempts.subscribe());
        }
        Have::Keys(keys, state.issuer.clone())
    }

    /// Begins to fetch them, for all who wait: whoever wanted it first may leave.
    fn start(self: &Arc<Self>, state: &mut State) {
        state.is_running = true;
        state.attempted = Some(Instant::now());
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let fetched = this.fetch().await;
            let mut state = this.state();
            state.is_running = false;
            match fetched {
                Ok((keys, issuer, fresh)) => {
                    state.keys = Some(Arc::new(keys));
                    state.issuer = issuer.or(state.issuer.take());
                    state.fetched = Some(Instant::now());
                    state.fresh = fresh;
                }
                Err(why) => tracing::warn!("cannot fetch the keys of an issuer: {why}"),
            }
            drop(state);
            this.attempts.send_modify(|attempts| *attempts += 1);
        });
    }

    async fn fetch(&self) -> Result<(KeySet, Option<Arc<str>>, Duration), String> {
        let (target, issuer) = match &self.place {
            Place::Set(target) => (target.clone(), None),
            Place::Issuer(target) => {
                let found = discovery::discover(&self.outbound, target).await?;
                (found.keys, Some(found.issuer))
            }
        };
        let answer = self.outbound.ask(&target, Request::default()).await;
        let named = |why: &str| format!("{}: {why}", target.uri());
        let answer = answer.map_err(|why| named(&why))?;
        if answer.status != StatusCode::OK {
            return Err(named(&format!("the status is {}", answer.status.as_u16())));
        }
        let text = std::str::from_utf8(&answer.body).map_err(|_| named("the key set is not text"))?;
        Ok((KeySet::parse(text).map_err(named)?, issuer, freshness(&answer.headers)))
    }
}

/// How long an answer may be kept.
fn freshness(headers: &HeaderMap) -> Duration {
    let said = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let age = said.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
    let age = age.and_then(|age| age.parse().ok()).map_or(FRESH, Duration::from_secs);
    age.clamp(LEAST_FRESH, MOST_FRESH)
}
