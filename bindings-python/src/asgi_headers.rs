//! Headers as ASGI has them.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

/// The headers of a request, as ASGI has them: pairs of bytes, in tuples or lists.
pub fn pairs(headers: &Bound<'_, PyAny>) -> PyResult<Vec<(PyBackedBytes, PyBackedBytes)>> {
    let mut found = Vec::with_capacity(headers.len().unwrap_or(0));
    for pair in headers.try_iter()? {
        let pair = pair?;
        found.push(match pair.extract() {
            Ok(pair) => pair,
            Err(_) => (pair.get_item(0)?.extract()?, pair.get_item(1)?.extract()?),
        });
    }
    Ok(found)
}
