//! Spellings of URIs, as the registry has them.

use oxmcp_core::registry;
use pyo3::prelude::*;

use crate::errors::IntoPython;

/// A URI with percent codes for what may not stand in one as it is.
#[pyfunction]
pub fn legal_uri(uri: &str) -> String {
    registry::legal_uri(uri).into_owned()
}

/// The one spelling of all that are equivalent to a URI.
#[pyfunction]
pub fn canonical_uri(uri: &str) -> String {
    registry::canonical_uri(uri)
}

/// The entry of a skill that is described, as `skills/list` would have it.
#[pyfunction]
pub fn skill_entry(description: &str) -> PyResult<String> {
    oxmcp_core::host::skill_entry(description).into_python()
}

/// Which of two versions is the higher one: -1, 0 or 1.
#[pyfunction]
#[pyo3(signature = (one, other))]
pub fn compare_versions(one: Option<&str>, other: Option<&str>) -> i8 {
    registry::compare_versions(one, other) as i8
}

/// Refuses what can be neither the URI of a resource nor a template of such URIs.
#[pyfunction]
pub fn check_uri(uri: &str) -> PyResult<()> {
    registry::check_uri(uri).into_python()
}
