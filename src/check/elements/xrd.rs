//! XRDS documents, by which OpenID finds its services.

use super::super::class::{Child, Class};
use super::super::value::number;
use super::common::IRI;

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

pub(super) static XRDS: Class = Class::container(&[&[row("xrd_XRD", &[&XRD])]]);
static XRD: Class = Class::container(&[&[row("xrd_Service", &[&SERVICE])]]);
static SERVICE: Class = Class::container(&[SERVICE_PARTS])
    .attrs(&[("", "priority")])
    .open(|walk, id| walk.check_attr(id, "", "priority", "priority", number::non_negative));
static SERVICE_PARTS: &[Child] = &[row("openid_Delegate", &[&IRI]), row("xrd_Type", &[&IRI]), row("xrd_URI", &[&IRI])];
