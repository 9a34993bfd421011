//! A message on a stream of the host's own that is too long to be kept.

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use oxmcp_core::jsonrpc;

/// Looks for who waits for an answer to a message that is too long, piece by piece.
#[napi]
#[derive(Default)]
pub struct LongFrame(jsonrpc::LongFrame);

#[napi]
impl LongFrame {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    #[napi]
    pub fn push(&mut self, piece: Uint8Array) {
        self.0.push(&piece);
    }

    /// The answer, which names the limit; `null` when nobody waits for one. Once.
    #[napi]
    pub fn answer(&mut self, limit: f64) -> Option<String> {
        // A limit that is no size is as good as none.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        std::mem::take(&mut self.0).answer(limit as usize)
    }
}
