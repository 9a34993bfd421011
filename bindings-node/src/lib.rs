//! The engine for Node: the compiled module behind `typescript/engine/native.ts`, which documents its face. The list of names; each lives
//! in the file of its subject.

mod allocator;
mod allow_list;
mod answered;
mod asking;
mod call;
mod command;
mod connections;
mod doorbell;
mod endpoint;
mod errors;
mod event_loop;
mod event_stores;
#[cfg(unix)]
mod guest;
mod heard;
mod integers;
mod long_frame;
mod long_texts;
mod mailbox;
mod messages;
mod notices;
mod schema;
mod server;
mod serving;
#[cfg(unix)]
mod signals;
mod tasks;
mod text;
mod uri;

use napi_derive::napi;

/// The version of the module, which must be that of the package around it.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
