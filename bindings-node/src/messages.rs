//! What JavaScript sends and hears on connections that carry messages: those within the process, and stdio where somebody wants to
//! see what passes.

use std::sync::Arc;

use bytes::Bytes;
use napi_derive::napi;
use oxmcp_core::host::{self, DuplexText};
use oxmcp_core::transports::http::Spelling;
use oxmcp_core::transports::memory;

use crate::connections::{Connection, js_number};
use crate::errors::{IntoJs, JsError};
use crate::mailbox::number;
use crate::notices::Notice;
use crate::serving::Serving;

#[napi]
impl Serving {
    /// Opens a connection within the process; its messages are notices under the connection's token.
    #[napi]
    pub fn connect(&self, options: String) -> Result<f64, JsError> {
        let driver = self.driver()?;
        let text = DuplexText::read(&options, Spelling::Camel).into_js()?;
        let client = {
            let _context = driver.enter();
            memory::connect(&self.engine, text.max_frame_bytes()).into_js()?
        };
        let (frames, inbox) = host::frames();
        let host = Arc::clone(&self.host);
        let token = self.run(&driver, false, |token, shutdown| async move {
            let hear = |message| host.notices.push(token, Notice::Message(message));
            host::carry(client, inbox, hear, shutdown).await;
            Ok(())
        });
        self.connections().insert(token, Connection::Memory(frames));
        Ok(js_number(token))
    }

    /// Sends a frame on such a connection, or as if it had come on standard input, from an origin JavaScript knows by this number; returns whether it is still open.
    #[napi]
    pub fn send(&self, token: f64, frame: String, origin: f64) -> bool {
        let origin = self.host.notices.origin(number(origin));
        match self.connections().get(&number(token)) {
            Some(Connection::Memory(frames)) => frames.send((Bytes::from(frame), origin)).is_ok(),
            Some(Connection::Lines(way)) => way.receive(Bytes::from(frame), origin),
            _ => false,
        }
    }

    /// Whether the messages of stdio come here on their way, as `in` and `out` notices. Nothing is read before this is said;
    /// said again, it changes that from straight to around only.
    #[napi]
    pub fn choose_way(&self, token: f64, around: bool) {
        if let Some(Connection::Lines(way)) = self.connections().get(&number(token)) {
            if around { way.go_around() } else { way.go_straight() }
        }
    }

    /// Writes a message on standard output; returns whether it is still open.
    #[napi]
    pub fn write(&self, token: f64, message: String) -> bool {
        match self.connections().get(&number(token)) {
            Some(Connection::Lines(way)) => way.write(message),
            _ => false,
        }
    }

    /// An `in` or `out` notice is dealt with: what was to come of it was sent or written before this.
    #[napi]
    pub fn passed(&self, token: f64, inward: bool) {
        if let Some(Connection::Lines(way)) = self.connections().get(&number(token)) {
            way.done(inward);
        }
    }

    /// Ends such a connection, or a request begun with `fetch`, whose calls are cancelled; or takes a question back.
    #[napi]
    pub fn close(&self, token: f64) {
        let token = number(token);
        let connection = self.connections().remove(&token);
        match connection {
            Some(Connection::Request(task, _)) => {
                task.abort();
                self.host.notices.push(token, Notice::Ended(None));
            }
            Some(Connection::Question(task)) => task.abort(),
            _ => {}
        }
    }

    /// A piece of the answer to such a request was taken: another may follow.
    #[napi]
    pub fn taken(&self, token: f64) {
        if let Some(Connection::Request(_, credit)) = self.connections().get(&number(token)) {
            credit.add_permits(1);
        }
    }

    /// Forgets a connection or request that ended.
    #[napi]
    pub fn forget(&self, token: f64) {
        self.connections().remove(&number(token));
    }
}
