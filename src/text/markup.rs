//! What the user wrote: a text and the syntax that it is written in.

/// A text in the syntax that the user wrote it in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct Markup {
    pub syntax: Syntax,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    Markdown,
    Html,
    Plain,
}
