//! The names in a certificate.

use aws_lc_rs::digest::{SHA256, digest};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::model::{ClientCertificate, SubjectName};

/// Reads a certificate (DER) that somebody verified; `None` when its names cannot be read for certain.
pub(in crate::transports::http) fn read(der: &[u8]) -> Option<ClientCertificate> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let subject = certificate.subject();
    // Whose name is there twice says two things to two readers.
    let mut names = subject.iter_common_name();
    let common_name = match (names.next(), names.next()) {
        (Some(name), None) => Some(name.as_str().ok()?.into()),
        (None, _) => None,
        (Some(_), Some(_)) => return None,
    };
    let sans = certificate.subject_alternative_name().ok()?;
    let sans = sans.iter().flat_map(|sans| &sans.value.general_names).filter_map(|name| match *name {
        GeneralName::URI(name) => Some(SubjectName::Uri(name.into())),
        GeneralName::DNSName(name) => Some(SubjectName::Dns(name.into())),
        GeneralName::RFC822Name(name) => Some(SubjectName::Email(name.into())),
        _ => None,
    });
    Some(ClientCertificate {
        subject: subject.to_string().into(),
        common_name,
        sans: sans.collect(),
        fingerprint_sha256: digest(&SHA256, der).as_ref().try_into().ok()?,
    })
}
