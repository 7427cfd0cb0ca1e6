//! How much of a document is read before the checker says that it is too much.

/// Bounds that keep memory and time small on hostile input. Each has a finding of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements inside one another.
    pub depth: usize,
    /// Attributes on one element.
    pub attributes: usize,
    /// Bytes of a name.
    pub name: usize,
    /// Bytes of an attribute's value.
    pub value: usize,
    /// Bytes of one element's text.
    pub text: usize,
    /// Bytes of a document.
    pub document: usize,
    /// Entities that are remembered from a document type declaration.
    pub entities: usize,
    /// Findings for one document; what comes after is counted, not kept, but for as many errors again.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 256,
            attributes: 256,
            name: 1024,
            value: 1 << 20,
            text: 16 << 20,
            document: 1 << 30,
            entities: 256,
            findings: 10_000,
        }
    }
}
