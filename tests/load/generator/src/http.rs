//! Keep-alive connections, each with one request under way at any time.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::connection::{CLOSED, Connection};
use crate::options::{Era, Options};
use crate::tally::Tally;
use crate::{hand_over, wait_for_the_word};

/// When a phase is over, and which ids are taken. Shared by all connections.
struct Phase {
    next_id: Cell<u64>,
    left: Cell<u64>,
    until: Option<Instant>,
    /// How many connections are not open yet. Those that are go on meanwhile, now and then: a server may close one that rests, and
    /// may open one for each time that it has answered all the others.
    opening: Cell<usize>,
    all_open: Notify,
}

/// How long an open connection rests while others are being opened.
const REST: Duration = Duration::from_secs(1);

impl Phase {
    fn next(&self) -> Option<u64> {
        let left = self.left.get();
        let is_over = left == 0 || self.until.is_some_and(|until| Instant::now() >= until);
        if is_over && self.opening.get() == 0 {
            return None;
        }
        self.left.set(left.saturating_sub(1));
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        Some(id)
    }
}

pub fn run(options: Options) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let options = Rc::new(options);
    LocalSet::new().block_on(&runtime, async move {
        let resting = if options.sessions > 0 && options.era == Era::Legacy {
            let mut one = Connection::open(&options).await?;
            one.begin_sessions(&options, options.sessions - 1).await?;
            Some(one)
        } else {
            None
        };
        let warmup = Phase {
            next_id: Cell::new(1),
            left: Cell::new(options.warmup),
            until: options.warmup_duration.map(|duration| Instant::now() + duration),
            opening: Cell::new(options.connections),
            all_open: Notify::new(),
        };
        let none = (0..options.connections).map(|_| None).collect();
        let (connections, warm) = drive(none, &options, warmup).await?;
        wait_for_the_word("")?;
        let measured = Phase {
            next_id: Cell::new(warm.count() + 1),
            left: Cell::new(options.most),
            until: Some(Instant::now() + options.duration),
            opening: Cell::new(0),
            all_open: Notify::new(),
        };
        let connections = connections.into_iter().map(Some).collect();
        let (connections, tally) = drive(connections, &options, measured).await?;
        hand_over(tally);
        drop((connections, resting));
        Ok(())
    })
}

/// Call over all connections, those that are not there yet opened first, until the phase is over.
async fn drive(
    connections: Vec<Option<Connection>>,
    options: &Rc<Options>,
    phase: Phase,
) -> Result<(Vec<Connection>, Tally), String> {
    let phase = Rc::new(phase);
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|connection| {
            let (phase, options) = (Rc::clone(&phase), Rc::clone(options));
            tokio::task::spawn_local(async move {
                let mut connection = if let Some(connection) = connection {
                    connection
                } else {
                    let opened = Connection::open(&options).await;
                    // Also where it failed: the others must not wait for it.
                    phase.opening.set(phase.opening.get() - 1);
                    if phase.opening.get() == 0 {
                        phase.all_open.notify_waiters();
                    }
                    opened?
                };
                let mut tally = Tally::default();
                while let Some(id) = phase.next() {
                    let sent = Instant::now();
                    let answer = match connection.call(&options, id).await {
                        // It rested while the last of the others were answered, longer than the server lets one rest.
                        Err(complaint) if complaint == CLOSED && tally.count() == 0 => {
                            connection = Connection::open(&options).await?;
                            connection.call(&options, id).await?
                        }
                        called => called?,
                    };
                    tally.add(sent.elapsed(), answer.bytes, answer.is_stream);
                    if phase.opening.get() > 0 {
                        let _ = tokio::time::timeout(REST, phase.all_open.notified()).await;
                    }
                }
                Ok::<_, String>((connection, tally))
            })
        })
        .collect();
    let mut returned = Vec::new();
    let mut total = Tally::default();
    for task in tasks {
        let (connection, mut tally) = task.await.map_err(|error| error.to_string())??;
        returned.push(connection);
        total.merge(&mut tally);
    }
    total.elapsed = begun.elapsed();
    Ok((returned, total))
}
