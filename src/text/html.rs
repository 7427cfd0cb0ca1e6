//! Reading HTML for its words: html5ever's tokens, without a tree, where it is not in the form that this room writes ([`super::tidy`]).
//!
//! Who reads decides what to keep and when it is enough; nothing here cleans.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::tidy;

/// One who is told the words of an HTML text as they come.
pub(super) trait Reader {
    /// Text, entities resolved, white space as it stands.
    fn text(&mut self, piece: &str);
    /// A block begins or ends: what follows does not belong to the same sentence.
    fn end(&mut self);
    /// A heading begins (`true`) or ends; a block ends with it.
    fn heading(&mut self, inside: bool) {
        let _ = inside;
        self.end();
    }
    /// The words below a picture begin (`true`) or end; a block ends with them.
    fn caption(&mut self, inside: bool) {
        let _ = inside;
        self.end();
    }
    /// Whether the rest may be left unread.
    fn enough(&self) -> bool;
}

/// How much is tokenised before the reader is asked whether it is enough, in bytes.
const STRIDE: usize = 512;

/// Reads an HTML fragment from its beginning. Scripts, style sheets and templates are passed over.
pub(super) fn read(html: &str, reader: &mut dyn Reader) {
    let rest = tidy::read(html, reader);
    if !rest.is_empty() && !reader.enough() {
        tokenise(html, rest, reader);
    }
}

/// Reads the rest of an HTML fragment; what stands before it leaves nothing open but elements.
pub(super) fn tokenise(html: &str, mut rest: &str, reader: &mut dyn Reader) {
    let sink = Sink(RefCell::new(State { reader, passing: None }));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts { discard_bom: rest.len() == html.len(), ..TokenizerOpts::default() });
    let queue = BufferQueue::default();
    while !rest.is_empty() && !tokenizer.sink.0.borrow().reader.enough() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(STRIDE.max(4)));
        rest = after;
        queue.push_back(StrTendril::from_slice(piece));
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
}

struct Sink<'r>(RefCell<State<'r>>);

struct State<'r> {
    reader: &'r mut dyn Reader,
    /// The element that is being passed over.
    passing: Option<Tag>,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let state = &mut *self.0.borrow_mut();
        match token {
            Token::CharacterTokens(piece) if state.passing.is_none() => state.reader.text(&piece),
            Token::TagToken(tag) => return state.tag(tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State<'_> {
    fn tag(&mut self, tag: Tag) -> TokenSinkResult<()> {
        let opens = tag.kind == TagKind::StartTag;
        if let Some(passing) = &self.passing {
            if !opens && passing.name == tag.name {
                self.passing = None;
            }
            return TokenSinkResult::Continue;
        }
        match &*tag.name {
            "title" | "textarea" if opens => {
                self.reader.end();
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            name if opens && is_raw(name) => {
                let kind = if &*tag.name == "script" { RawKind::ScriptData } else { RawKind::Rawtext };
                self.passing = Some(tag);
                return TokenSinkResult::RawData(kind);
            }
            name => tell(self.reader, name, opens),
        }
        TokenSinkResult::Continue
    }
}

/// What a tag tells that begins or ends no element of another kind of text.
pub(super) fn tell(reader: &mut dyn Reader, name: &str, opens: bool) {
    match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => reader.heading(opens),
        "figcaption" => reader.caption(opens),
        "br" => reader.text(" "),
        name if is_inline(name) => {}
        _ => reader.end(),
    }
}

/// Elements whose content is no markup.
pub(super) fn is_raw(name: &str) -> bool {
    matches!(name, "title" | "textarea" | "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "template")
}

/// Elements that stand within a sentence.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "rb"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}
