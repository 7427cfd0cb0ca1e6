//! Tags: names, attributes, namespaces.

use super::*;

impl<'a> Reader<'a> {
    pub(super) fn start_tag(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        let at = self.pos;
        self.pos += 1;
        let known = self.known.find(&self.bytes[self.pos..]);
        let raw = match known {
            Some(tag) => {
                self.pos += tag.raw.len();
                tag.raw
            }
            None => self.name()?,
        };
        self.raw.clear();
        let empty = self.attributes(at)?;
        self.pos += if empty { 2 } else { 1 };
        if self.open.len() >= self.limits.depth {
            return Err(Stop { reason: Reason::TooDeep, at });
        }
        self.open.push(Open { raw, bindings: self.bindings.len() });
        self.resolve(at, namespaces)?;
        let Tag { ns, name, .. } = match known.filter(|_| self.declared.is_empty()) {
            Some(tag) => tag,
            None => self.tag(raw, at)?,
        };
        self.state = if empty { State::Ending } else { State::Content };
        Ok(Event::Start { ns, name, at })
    }

    /// What a tag means that is not known, or no longer.
    fn tag(&mut self, raw: &'a str, at: usize) -> Step<Tag<'a>> {
        let (prefix, name) = split(raw);
        let tag = Tag { raw, ns: self.lookup(prefix, at)?, name };
        self.known.keep(&self.bytes[at + 1..], tag);
        Ok(tag)
    }

    /// Reads attributes into `raw` up to the tag's end; says whether the tag is an empty element's.
    pub(super) fn attributes(&mut self, tag: usize) -> Step<bool> {
        loop {
            let spaced = self.skip_space();
            match (self.peek(0), self.peek(1)) {
                (Some(b'>'), _) => return Ok(false),
                (Some(b'/'), Some(b'>')) => return Ok(true),
                (None, _) | (Some(b'/'), None) => return stop("a tag that does not end", tag),
                _ if !spaced => return stop(INVALID, self.pos),
                _ => {}
            }
            let at = self.pos;
            let name = self.name()?;
            self.skip_space();
            self.expect(b'=')?;
            self.skip_space();
            if self.raw.len() >= self.limits.attributes {
                return Err(Stop { reason: Reason::TooManyAttributes, at });
            }
            let value = self.value(tag)?;
            if self.raw.iter().any(|other| other.name == name) {
                return stop("an attribute that stands twice", at);
            }
            let is_plain = name != "xmlns" && !name.bytes().any(|byte| byte == b':');
            self.raw.push(RawAttr { name, is_plain, value, at });
        }
    }

    pub(super) fn value(&mut self, tag: usize) -> Step<Cow<'a, str>> {
        let Some(quote @ (b'"' | b'\'')) = self.peek(0) else { return stop(INVALID, self.pos) };
        self.pos += 1;
        let mut start = self.pos;
        let mut owned: Option<String> = None;
        loop {
            self.pos += quiet_value(&self.bytes[self.pos..], quote);
            let Some(byte) = self.peek(0) else { return stop("a tag that does not end", tag) };
            match byte {
                _ if byte == quote => break,
                b'\t' | b'\n' | b'\r' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[start..self.pos]);
                    text.push(' ');
                    self.pos += if self.starts("\r\n") { 2 } else { 1 };
                    start = self.pos;
                }
                b'&' => {
                    let before = &self.text[start..self.pos];
                    // An unknown entity makes the whole tag wrong.
                    let found =
                        self.entity().map_err(|why| if why.reason == Reason::Xml(UNDECLARED) { Stop { at: tag, ..why } } else { why })?;
                    let text = owned.get_or_insert_default();
                    text.push_str(before);
                    if let Entity::Char(c) = found {
                        text.push(c);
                    }
                    start = self.pos;
                }
                b']' => self.pos += 1,
                0xEF if !is_noncharacter(&self.bytes[self.pos..]) => self.pos += 1,
                _ => return stop(INVALID, self.pos),
            }
        }
        let rest = &self.text[start..self.pos];
        self.pos += 1;
        if self.pos - start > self.limits.value {
            return Err(Stop { reason: Reason::TooLong, at: start });
        }
        Ok(match owned {
            Some(text) => Cow::Owned(text + rest),
            None => Cow::Borrowed(rest),
        })
    }

    /// Turns `raw` into declarations and attributes.
    pub(super) fn resolve(&mut self, at: usize, namespaces: &mut Namespaces<'a>) -> Step<()> {
        self.attrs.clear();
        self.declared.clear();
        if self.raw.iter().all(|attr| attr.is_plain) {
            self.attrs.extend(self.raw.drain(..).map(|RawAttr { name, value, .. }| Attr { ns: NsId::NONE, name, value }));
            return Ok(());
        }
        let raw = std::mem::take(&mut self.raw);
        for attr in &raw {
            let Some(prefix) =
                attr.name.strip_prefix("xmlns").and_then(|rest| if rest.is_empty() { Some("") } else { rest.strip_prefix(':') })
            else {
                continue;
            };
            bindable(prefix, &attr.value).map_err(|why| Stop { reason: Reason::Xml(why), at })?;
            self.bindings.push((prefix, namespaces.intern(attr.value.clone())));
            self.known.forget();
            self.declared.push((prefix, attr.value.clone()));
        }
        for attr in &raw {
            if attr.name == "xmlns" || attr.name.starts_with("xmlns:") {
                continue;
            }
            let (prefix, name) = split(attr.name);
            let ns = if prefix.is_empty() { NsId::NONE } else { self.lookup(prefix, at)? };
            if ns != NsId::NONE && self.attrs.iter().any(|other| other.ns == ns && other.name == name) {
                return stop("an attribute that stands twice", attr.at);
            }
            self.attrs.push(Attr { ns, name, value: attr.value.clone() });
        }
        self.raw = raw;
        Ok(())
    }

    pub(super) fn lookup(&self, prefix: &str, at: usize) -> Step<NsId> {
        // Empty prefixes are told by their length: see `Namespaces::is`.
        let is_it = |bound: &str| if prefix.is_empty() { bound.is_empty() } else { bound == prefix };
        match self.bindings.iter().rev().find(|(bound, _)| is_it(bound)) {
            Some((_, ns)) => Ok(*ns),
            None if prefix.is_empty() => Ok(NsId::NONE),
            None => stop("a prefix that no `xmlns` declares", at),
        }
    }

    pub(super) fn end_tag(&mut self) -> Step<Event<'a>> {
        let at = self.pos;
        self.pos += 2;
        let start = self.pos;
        if let Some(open) = self.open.last()
            && self.starts(open.raw)
            && self.peek(open.raw.len()) == Some(b'>')
        {
            self.pos += open.raw.len() + 1;
            return Ok(self.close(at));
        }
        let name = self.name()?;
        self.skip_space();
        match self.peek(0) {
            Some(b'>') => self.pos += 1,
            None => return stop("a tag that does not end", at),
            Some(_) => return stop(INVALID, self.pos),
        }
        if self.open.last().is_none_or(|open| open.raw != name) {
            return stop("an end tag that matches no open element", start);
        }
        Ok(self.close(at))
    }

    pub(super) fn close(&mut self, at: usize) -> Event<'a> {
        if let Some(open) = self.open.pop().filter(|open| open.bindings < self.bindings.len()) {
            self.bindings.truncate(open.bindings);
            self.known.forget();
        }
        self.state = if self.open.is_empty() { State::Epilog } else { State::Content };
        Event::End { at }
    }
}

fn split(raw: &str) -> (&str, &str) {
    raw.bytes().position(|byte| byte == b':').map_or(("", raw), |at| (&raw[..at], &raw[at + 1..]))
}

fn bindable(prefix: &str, uri: &str) -> Result<(), &'static str> {
    const XML: &str = "http://www.w3.org/XML/1998/namespace";
    match prefix {
        "xmlns" => Err("the prefix `xmlns` cannot be declared"),
        "xml" if uri != XML => Err("the prefix `xml` cannot be bound to another namespace"),
        "" => Ok(()),
        _ if uri.is_empty() => Err("a prefix cannot be undeclared"),
        "xml" => Ok(()),
        _ if uri == XML => Err("no other prefix can be bound to the namespace of `xml`"),
        _ => Ok(()),
    }
}
