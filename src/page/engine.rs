//! From values to HTML: by the built-in templates, which the compiler has read, or by the user's own.

use std::sync::Arc;

use askama::Template;
use askama::filters::Escaper;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior};
use serde::Serialize;

use super::values::{Channel, Item, Page, Section};
use crate::config::{Config, Templates};
use crate::diag::{Finding, Findings, Place, codes};

/// The built-in templates by name: those that the user does not replace hold in the user's set too.
const BUILT_IN: [(&str, &str); 5] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("index.html", include_str!("../../templates/index.html")),
    ("channel.html", include_str!("../../templates/channel.html")),
    ("item.html", include_str!("../../templates/item.html")),
    ("entry.html", include_str!("../../templates/entry.html")),
];

/// The page that lists the channels.
#[derive(Debug, Serialize, Template)]
#[template(path = "index.html")]
pub(super) struct IndexPage<'a> {
    pub page: Page<'a>,
    pub description: &'a str,
    /// How many channels are listed.
    pub total: usize,
    pub sections: Vec<Section<'a>>,
}

/// The page of a channel.
#[derive(Debug, Serialize, Template)]
#[template(path = "channel.html")]
pub(super) struct ChannelPage<'a> {
    pub page: Page<'a>,
    pub channel: &'a Channel<'a>,
    pub items: Vec<Item<'a>>,
}

/// The page of an item that has none elsewhere.
#[derive(Debug, Serialize, Template)]
#[template(path = "item.html")]
pub(super) struct ItemPage<'a> {
    pub page: Page<'a>,
    pub item: Item<'a>,
}

/// The values of a page, and the template that is made for them.
pub(super) trait View: Template + Serialize {
    const TEMPLATE: &'static str;
}

impl View for IndexPage<'_> {
    const TEMPLATE: &'static str = "index.html";
}

impl View for ChannelPage<'_> {
    const TEMPLATE: &'static str = "channel.html";
}

impl View for ItemPage<'_> {
    const TEMPLATE: &'static str = "item.html";
}

/// What fills templates.
#[derive(Debug)]
pub(super) enum Engine<'a> {
    BuiltIn,
    Own(&'a Templates, Box<Environment<'a>>),
}

impl<'a> Engine<'a> {
    /// The user's templates where the config names a folder of them.
    ///
    /// # Errors
    /// What is wrong with the syntax of each.
    pub fn of(config: &'a Config) -> Result<Self, Findings> {
        let Some(templates) = &config.output.templates else { return Ok(Engine::BuiltIn) };
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_formatter(formatted);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // By itself only programs built for debugging say which name does not exist.
        environment.set_debug(true);
        let mut findings = Findings::new();
        let replaced = |name: &str| templates.files.iter().any(|file| file.name == name);
        let built_in = BUILT_IN.iter().filter(|(name, _)| !replaced(name)).map(|(name, text)| (*name, *text));
        for (name, text) in templates.files.iter().map(|file| (file.name.as_str(), file.text.as_str())).chain(built_in) {
            if let Err(error) = environment.add_template(name, text) {
                findings.push(finding(templates, &error));
            }
        }
        if findings.is_empty() { Ok(Engine::Own(templates, Box::new(environment))) } else { Err(findings) }
    }

    /// The page as a document's bytes.
    pub fn fill<V: View>(&self, view: &V) -> Result<Vec<u8>, Box<Finding>> {
        let mut html = match self {
            // Strings written to memory: this cannot fail.
            Engine::BuiltIn => view.render().unwrap_or_default(),
            Engine::Own(templates, environment) => {
                let filled = environment.get_template(V::TEMPLATE).and_then(|template| template.render(Serde(view)));
                filled.map_err(|error| Box::new(finding(templates, &error)))?
            }
        };
        html.truncate(html.trim_end().len());
        html.push('\n');
        Ok(html.into_bytes())
    }
}

/// Text is escaped as the built-in templates escape it, so that a copy of them gives the same bytes.
fn formatted(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str().filter(|_| !value.is_safe() && *state.auto_escape() == AutoEscape::Html) {
        Some(text) => Ok(askama::filters::Html.write_escaped_str(out, text)?),
        None => minijinja::escape_formatter(out, state, value),
    }
}

/// The innermost error says where.
fn finding(templates: &Templates, error: &minijinja::Error) -> Finding {
    let mut inner = error;
    while let Some(source) = std::error::Error::source(inner).and_then(|source| source.downcast_ref()) {
        inner = source;
    }
    let what = inner.detail().map_or_else(|| inner.kind().to_string(), |detail| format!("{}: {detail}", inner.kind()));
    Finding::new(&codes::BAD_TEMPLATE, what).at(place(templates, inner)).help("docs/pages.md lists what a template can say")
}

/// Where in the user's file it is; the line, where the engine knows no more.
fn place(templates: &Templates, error: &minijinja::Error) -> Place {
    let name = error.name().unwrap_or_default();
    let path: Arc<std::path::Path> = templates.folder.join(name).into();
    let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or_default();
    match (templates.files.iter().find(|file| file.name == name), error.range()) {
        (Some(file), Some(range)) => Place::span(path, &file.text, range),
        _ => Place::line(path, line),
    }
}
