//! The engine's verifiers of tokens, for code that asks them itself.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use oxmcp_core::authentication::{Authenticator, Checked, RequestHead};
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::host::principal_text;
use oxmcp_core::host::settings::AuthenticationSettings;
use pyo3::prelude::*;

use crate::errors::IntoPython;

/// Says who a token stands for, as a server with these settings does.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct TokenVerifier(Authenticator);

#[pymethods]
impl TokenVerifier {
    /// Takes the section `authentication`, as JSON.
    #[new]
    fn new(section: &str) -> PyResult<Self> {
        let settings: AuthenticationSettings = serde_json::from_str(section)
            .map_err(|error| Error::new(ErrorKind::Configuration, format!("authentication: {error}")))
            .into_python()?;
        settings.authenticator(None).into_python().map(Self)
    }

    /// Who it is, as `principal_text` says it; None for a token that is not believed. May wait for others, so not for the thread of an
    /// event loop.
    fn verify(&self, py: Python<'_>, token: &str) -> PyResult<Option<String>> {
        let Ok(credentials) = HeaderValue::try_from(format!("Bearer {token}")) else { return Ok(None) };
        let authenticator = self.0.clone();
        let checked = py.detach(move || {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, credentials);
            let head = RequestHead {
                uri: &Uri::from_static("/"),
                method: &Method::POST,
                headers: &headers,
                certificate: None,
                urls: &Vec::new,
            };
            match authenticator.check(head) {
                Checked::Known(known) => Ok(known),
                Checked::Asking(answer) => tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map(|runtime| runtime.block_on(answer)),
            }
        });
        match checked? {
            Ok(principal) => Ok(Some(principal_text(&principal))),
            Err(denied) if denied.status == StatusCode::SERVICE_UNAVAILABLE => {
                Err(Error::new(ErrorKind::Io, denied.description)).into_python()
            }
            Err(_) => Ok(None),
        }
    }
}
