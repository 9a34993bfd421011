//! What every host language needs beside the mailbox, and none of it knows which language: descriptors and options as the
//! front ends write them, and the runtime with the thread that drives it.

mod arriving_body;
pub mod command;
mod described;
mod description;
pub mod descriptors;
mod driver;
mod duplex_text;
mod http_text;
mod in_process;
mod known_principal;
mod listener_text;
mod listing;
pub mod log;
mod log_carriers;
mod misfit;
mod mounted_in;
mod own_event_store;
mod received_request;
pub mod settings;
mod skills;
mod tasks;
pub mod transforms;

pub use arriving_body::{ArrivingBody, BodySender, arriving_body};
pub use description::{Description, log_level};
pub use driver::{Chore, Driver, Placement};
pub use duplex_text::DuplexText;
pub use http_text::HttpText;
pub use in_process::{FrameSender, carry, frames};
pub use known_principal::{principal_from_text, principal_text};
pub use listing::page;
pub use log_carriers::{LogCarrier, carry_log, stop_carrying_log};
pub use mounted_in::{MountedIn, Outer};
pub use own_event_store::OwnEventStore;
pub use received_request::received_request;
pub use skills::skill_entry;
pub use tasks::describe_task;
