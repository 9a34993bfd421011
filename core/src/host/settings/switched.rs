//! What may be switched on with all of its defaults.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::{Map, Value};

/// Reads `true` as an object that says nothing, and `false` as if nothing were there. Unlike an untagged enum, it says what is wrong with
/// what.
pub(super) fn switched<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let said = match Value::deserialize(deserializer)? {
        Value::Null | Value::Bool(false) => return Ok(None),
        Value::Bool(true) => Value::Object(Map::new()),
        said => said,
    };
    serde_json::from_value(said).map(Some).map_err(D::Error::custom)
}
