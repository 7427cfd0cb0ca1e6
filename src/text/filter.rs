//! The filter: HTML as it was written to HTML of allowed elements and attributes, with a report of what went.
//!
//! It reads html5ever's tokens, so that no disguise of a tag or an entity passes, and writes each token anew. What it writes is allowed,
//! escaped and well nested; whether a browser would build the same tree from it is left to the sanitiser that comes after it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use url::Url;

use super::allow::{self, Fate, Value};
use super::balance::Open;
use super::chars::xml_chars;
use super::report::Report;
use super::urls::{self, Use};
use super::write;

/// Filters an HTML fragment.
pub(super) fn filter(html: &str, base: &Url, report: &mut Report) -> String {
    let filter = Filter {
        base,
        report,
        out: String::with_capacity(html.len() + html.len() / 8),
        open: Open::default(),
        after_pre: false,
        passing: None,
        player_ends: PLAYERS.map(|player| count_ends(html, player)),
    };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(filter)), TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() });
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

const PLAYERS: [&str; 2] = ["audio", "video"];

struct Filter<'a> {
    base: &'a Url,
    report: &'a mut Report,
    out: String,
    open: Open,
    /// Nothing was written since `<pre>`: a parser would swallow a line break here, and another one the next time.
    after_pre: bool,
    passing: Option<Passing>,
    /// How many end tags of each player may be to come. A player whose end tag never comes must not swallow the rest of the text.
    player_ends: [usize; 2],
}

/// An element whose contents are passed over.
enum Passing {
    /// Until the end tag of that name.
    Contents(Tag),
    /// A player, by its place in [`PLAYERS`]: a link to the first source that can be linked to is wanted.
    Player { player: usize, tag: Tag, source: Option<String> },
}

struct Sink<'a>(RefCell<Filter<'a>>);

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let filter = &mut *self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if filter.passing.is_none() => filter.text(&text),
            Token::TagToken(tag) => return filter.tag(tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Filter<'_> {
    fn finish(mut self) -> String {
        if let Some(Passing::Player { tag, source, .. }) = self.passing.take() {
            self.link(&tag, source);
        }
        self.open.close_all(&mut self.out);
        self.out
    }

    fn text(&mut self, text: &str) {
        let (clean, dropped) = xml_chars(text);
        self.report.characters(dropped);
        let mut text = &*clean;
        if self.after_pre {
            text = text.trim_start_matches('\n');
        }
        if self.out.is_empty() {
            text = text.trim_start_matches('\u{feff}');
        }
        if !text.is_empty() {
            self.after_pre = false;
            write::text(&mut self.out, text);
        }
    }

    fn tag(&mut self, tag: Tag) -> TokenSinkResult<()> {
        if self.passing.is_some() {
            self.pass_over(&tag);
            return TokenSinkResult::Continue;
        }
        match tag.kind {
            TagKind::EndTag => self.end(&tag),
            TagKind::StartTag => return self.start(tag),
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, tag: &Tag) {
        if let Fate::Keep(name) | Fate::Become(name) = allow::fate(&tag.name) {
            let before = self.out.len();
            self.open.close(name, &mut self.out);
            self.after_pre &= self.out.len() == before;
        }
    }

    fn start(&mut self, tag: Tag) -> TokenSinkResult<()> {
        let fate = allow::fate(&tag.name);
        if matches!(fate, Fate::Become(_) | Fate::Drop | Fate::Unwrap) {
            self.report.element(&tag.name);
        }
        match fate {
            Fate::Keep(name) | Fate::Become(name) => self.keep(name, &tag),
            Fate::Frame => {
                let target = attribute(&tag, "src").and_then(|src| urls::absolute(src, self.base, Use::Link, self.report));
                self.link(&tag, target);
                return self.pass_contents(tag, RawKind::Rawtext);
            }
            Fate::Drop if &*tag.name == "script" => return self.pass_contents(tag, RawKind::ScriptData),
            Fate::Drop if &*tag.name == "title" => return self.pass_contents(tag, RawKind::Rcdata),
            Fate::Drop => return self.pass_contents(tag, RawKind::Rawtext),
            Fate::Player => self.begin_player(tag),
            Fate::Unwrap if &*tag.name == "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            Fate::Unwrap if &*tag.name == "xmp" => return TokenSinkResult::RawData(RawKind::Rawtext),
            Fate::Unwrap | Fate::Ignore => {}
        }
        TokenSinkResult::Continue
    }

    /// Writes a start tag with the attributes that may stay.
    fn keep(&mut self, name: &'static str, tag: &Tag) {
        let attributes = self.attributes(name, tag);
        let has = |wanted: &str| attributes.iter().any(|(name, _)| *name == wanted);
        match name {
            "a" if !has("href") => return,
            "source" if !has("srcset") => return,
            "img" if !has("src") && !has("srcset") => {
                return self.text(attribute(tag, "alt").unwrap_or_default());
            }
            _ => {}
        }
        if !self.open.prepare(name, &mut self.out) {
            return self.report.element(name);
        }
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in &attributes {
            write::attribute(&mut self.out, name, value);
        }
        self.out.push('>');
        self.after_pre = name == "pre";
        if !write::is_void(name) {
            self.open.push(name);
        }
    }

    /// The attributes that may stay, as they are to be written.
    fn attributes(&mut self, element: &'static str, tag: &Tag) -> Vec<(String, String)> {
        let mut kept = Vec::with_capacity(tag.attrs.len());
        for attribute in &tag.attrs {
            let name = &*attribute.name.local;
            let (value, dropped) = xml_chars(&attribute.value);
            let value = match allow::value(element, name) {
                None => {
                    self.report.attribute(&tag.name, name);
                    continue;
                }
                Some(Value::Text) => {
                    self.report.characters(dropped);
                    Some(value.into_owned())
                }
                Some(Value::Url(purpose)) => urls::absolute(&value, self.base, purpose, self.report),
                Some(Value::Srcset) => urls::absolute_srcset(&value, self.base, self.report),
            };
            kept.extend(value.map(|value| (name.to_owned(), value)));
        }
        kept
    }

    /// Writes a link in place of a frame or a player: in a paragraph of its own where it stands between blocks.
    fn link(&mut self, tag: &Tag, target: Option<String>) {
        let Some(target) = target else { return self.report.element(&tag.name) };
        self.report.linked(&tag.name);
        let title = attribute(tag, "title").map(str::trim).filter(|title| !title.is_empty());
        let label = xml_chars(title.unwrap_or(&target)).0.into_owned();
        if self.open.in_link() {
            return self.text(&label);
        }
        let alone = self.open.in_flow();
        if alone {
            self.out.push_str("<p>");
        }
        self.out.push_str("<a");
        write::attribute(&mut self.out, "href", &target);
        self.out.push('>');
        self.picture_or_label(tag, &label);
        self.out.push_str(if alone { "</a></p>" } else { "</a>" });
        self.after_pre = false;
    }

    /// What a link to a player shows: its poster, else words.
    fn picture_or_label(&mut self, tag: &Tag, label: &str) {
        let poster = attribute(tag, "poster").and_then(|poster| urls::absolute(poster, self.base, Use::Resource, self.report));
        match poster {
            Some(poster) => {
                self.out.push_str("<img");
                write::attribute(&mut self.out, "src", &poster);
                write::attribute(&mut self.out, "alt", label);
                self.out.push('>');
            }
            None => write::text(&mut self.out, label),
        }
    }

    fn begin_player(&mut self, tag: Tag) {
        let player = usize::from(&*tag.name == PLAYERS[1]);
        let source = self.source(&tag);
        if self.player_ends[player] > 0 {
            self.passing = Some(Passing::Player { player, tag, source });
        } else {
            self.link(&tag, source);
        }
    }

    fn source(&mut self, tag: &Tag) -> Option<String> {
        attribute(tag, "src").and_then(|src| urls::absolute(src, self.base, Use::Resource, self.report))
    }

    fn pass_contents(&mut self, tag: Tag, kind: RawKind) -> TokenSinkResult<()> {
        self.passing = Some(Passing::Contents(tag));
        TokenSinkResult::RawData(kind)
    }

    /// A tag within an element that is passed over.
    fn pass_over(&mut self, inner: &Tag) {
        let ends = inner.kind == TagKind::EndTag;
        match self.passing.take() {
            Some(Passing::Contents(tag)) if !ends || tag.name != inner.name => self.passing = Some(Passing::Contents(tag)),
            Some(Passing::Player { player, tag, source }) if ends && tag.name == inner.name => {
                self.player_ends[player] = self.player_ends[player].saturating_sub(1);
                self.link(&tag, source);
            }
            Some(Passing::Player { player, tag, source: None }) if !ends && &*inner.name == "source" => {
                let source = self.source(inner);
                self.passing = Some(Passing::Player { player, tag, source });
            }
            other => self.passing = other.filter(|passing| matches!(passing, Passing::Player { .. })),
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// How often `</name` stands in the text, whatever the case of its letters.
fn count_ends(html: &str, name: &str) -> usize {
    let is_end =
        |at: &usize| html.as_bytes().get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
    html.match_indices("</").filter(|(at, _)| is_end(at)).count()
}
