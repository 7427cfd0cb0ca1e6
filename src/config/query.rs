//! The query language of named channels: `country:belize and topic:trafficking and not language:es`.
//!
//! `not` binds closest, then `and`, then `or`; parentheses group. Every unknown name of a query is reported, and the first slip of its grammar.

use std::ops::Range;

use super::Query;
use super::names::{Names, Problem};
use crate::diag::{codes, nearest};
use crate::vocab::{Country, Language};

/// A problem and the bytes of the query that it is about.
pub(super) type Misread = (Range<usize>, Problem);

/// Deeper nesting than any person writes; it keeps the reading within its stack.
const DEEPEST: usize = 64;
const TERMS: [&str; 6] = ["country", "topic", "language", "author", "within", "age"];
const TERMS_HELP: &str = "terms are `country:`, `topic:`, `language:`, `author:` and `within:`, as in `country:belize and within:90d`";

/// Reads a query.
pub(super) fn parse(text: &str, names: &Names) -> Result<Query, Vec<Misread>> {
    let tokens = tokens(text).map_err(|misread| vec![misread])?;
    let mut parser = Parser { text, names, tokens, next: 0, depth: 0, misread: Vec::new() };
    match parser.whole() {
        Ok(query) if parser.misread.is_empty() => Ok(query),
        Ok(_) => Err(parser.misread),
        Err(misread) => {
            parser.misread.push(misread);
            Err(parser.misread)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Word,
}

type Placed = (Token, Range<usize>);

fn misread(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Misread {
    (span, Problem { code: &codes::BAD_QUERY, message: message.into(), help: help.into() })
}

fn tokens(text: &str) -> Result<Vec<Placed>, Misread> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let end = match character {
            '(' | ')' => at + 1,
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            _ => word_end(text, at)?,
        };
        let token = match text[at..end].to_lowercase().as_str() {
            "(" => Token::Open,
            ")" => Token::Close,
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            _ => Token::Word,
        };
        tokens.push((token, at..end));
        at = end;
    }
    Ok(tokens)
}

/// The end of the word that begins at `start`: a blank or a parenthesis, but for those in quotes.
fn word_end(text: &str, start: usize) -> Result<usize, Misread> {
    let mut quote: Option<(char, usize)> = None;
    let mut before = ':';
    for (at, character) in text[start..].char_indices().map(|(at, c)| (start + at, c)) {
        match quote {
            Some((open, _)) if character == open => return Ok(at + character.len_utf8()),
            Some(_) => {}
            None if matches!(character, '"' | '\'') && before == ':' => quote = Some((character, at)),
            None if character.is_whitespace() || matches!(character, '(' | ')') => return Ok(at),
            None => {}
        }
        before = character;
    }
    match quote {
        Some((open, at)) => Err(misread(at..text.len(), "a quote that is not closed", format!("end it with `{open}`"))),
        None => Ok(text.len()),
    }
}

struct Parser<'a> {
    text: &'a str,
    names: &'a Names,
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
    /// Names that are not known; the reading goes on behind them.
    misread: Vec<Misread>,
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Query, Misread> {
        let query = self.any()?;
        match self.tokens.get(self.next) {
            None => Ok(query),
            Some((Token::Close, span)) => {
                Err(misread(span.clone(), "a parenthesis that was never opened", "take it out, or open it with `(`"))
            }
            Some((_, span)) => Err(self.two_terms(span.clone())),
        }
    }

    fn any(&mut self) -> Result<Query, Misread> {
        let mut parts = vec![self.all()?];
        while self.take(Token::Or) {
            parts.push(self.all()?);
        }
        Ok(single(parts, Query::Any))
    }

    fn all(&mut self) -> Result<Query, Misread> {
        let mut parts = vec![self.one()?];
        while self.take(Token::And) {
            parts.push(self.one()?);
        }
        Ok(single(parts, Query::All))
    }

    fn one(&mut self) -> Result<Query, Misread> {
        let Some((token, span)) = self.tokens.get(self.next).cloned() else { return Err(self.ends_early()) };
        if self.depth == DEEPEST {
            return Err(misread(span, format!("more than {DEEPEST} parentheses and `not`s inside one another"), "write the query flatter"));
        }
        self.next += 1;
        self.depth += 1;
        let query = match token {
            Token::Not => Query::Not(Box::new(self.one()?)),
            Token::Open => self.group(span)?,
            Token::Word => self.term(span)?,
            Token::And | Token::Or => {
                let word = &self.text[span.clone()];
                return Err(misread(span.clone(), format!("`{word}` has no term before it"), TERMS_HELP));
            }
            Token::Close => return Err(misread(span, "nothing stands before this parenthesis", TERMS_HELP)),
        };
        self.depth -= 1;
        Ok(query)
    }

    fn group(&mut self, open: Range<usize>) -> Result<Query, Misread> {
        let query = self.any()?;
        match self.tokens.get(self.next) {
            Some((Token::Close, _)) => self.next += 1,
            Some((_, span)) => return Err(self.two_terms(span.clone())),
            None => return Err(misread(open, "a parenthesis that is not closed", "close it with `)`")),
        }
        Ok(query)
    }

    fn take(&mut self, token: Token) -> bool {
        let found = self.tokens.get(self.next).is_some_and(|(next, _)| *next == token);
        self.next += usize::from(found);
        found
    }

    fn ends_early(&self) -> Misread {
        match self.tokens.last() {
            Some((_, span)) => misread(span.clone(), format!("a term is missing behind `{}`", &self.text[span.clone()]), TERMS_HELP),
            None => misread(0..self.text.len(), "an empty query", TERMS_HELP),
        }
    }

    fn two_terms(&self, second: Range<usize>) -> Misread {
        let word = &self.text[second.clone()];
        match word {
            "&" | "&&" | "+" => misread(second, format!("`{word}` joins nothing"), "write `and`"),
            "|" | "||" | "," => misread(second, format!("`{word}` joins nothing"), "write `or`"),
            _ => misread(second, format!("`and` or `or` is missing before `{word}`"), "join two terms by `and` or by `or`"),
        }
    }

    fn term(&mut self, span: Range<usize>) -> Result<Query, Misread> {
        let word = &self.text[span.clone()];
        let Some(at) = word.find([':', '<']) else { return Err(self.bare_word(span)) };
        let name = &word[..at];
        let written = word[at + 1..].strip_prefix(if word[at..].starts_with('<') { "=" } else { "" }).unwrap_or(&word[at + 1..]);
        let (value, inner) = unquoted(written, span.end - written.len());
        if value.trim().is_empty() {
            return Err(misread(
                span.start..span.end,
                format!("`{name}` has no value"),
                format!("write it right behind, as in {}", example(name)),
            ));
        }
        let lower = name.to_lowercase();
        let is_age = matches!(lower.as_str(), "within" | "age");
        if word[at..].starts_with('<') && !is_age {
            return Err(misread(
                span.start + at..span.start + at + 1,
                format!("`{name}` cannot be compared"),
                format!("write {}", example(name)),
            ));
        }
        let found = match lower.as_str() {
            "country" => self.names.country(value).map(Query::Country),
            "topic" => self.names.topic(value).map(Query::Topic),
            "language" => language(value).map(Query::Language),
            "author" => Ok(Query::Author(value.trim().to_owned())),
            "within" | "age" => days(value).map(Query::WithinDays),
            _ => return Err(unknown_term(name, span.start..span.start + at)),
        };
        Ok(found.unwrap_or_else(|problem| {
            self.misread.push((inner, problem));
            Query::All(Vec::new())
        }))
    }

    /// A word that is no term: perhaps one with its name left out.
    fn bare_word(&self, span: Range<usize>) -> Misread {
        let (word, _) = unquoted(&self.text[span.clone()], span.start);
        let help = if Country::parse(word).is_some() {
            format!("write `country:{}`", &self.text[span.clone()])
        } else if self.names.topic(word).is_ok() {
            format!("write `topic:{}`", &self.text[span.clone()])
        } else {
            TERMS_HELP.to_owned()
        };
        misread(span, format!("`{word}` is no term"), help)
    }
}

/// A query of its only part, else of all.
pub(super) fn single(mut parts: Vec<Query>, join: impl Fn(Vec<Query>) -> Query) -> Query {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

/// The value without its quotes, and where it stands.
fn unquoted(written: &str, start: usize) -> (&str, Range<usize>) {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote.and_then(|quote| written[1..].strip_suffix(quote)) {
        Some(inner) => (inner, start + 1..start + 1 + inner.len()),
        None => (written, start..start + written.len()),
    }
}

fn unknown_term(name: &str, span: Range<usize>) -> Misread {
    let help = match name.to_lowercase().as_str() {
        "countries" => Some("country"),
        "topics" | "tag" | "category" => Some("topic"),
        "languages" | "lang" => Some("language"),
        lower => nearest(lower, TERMS),
    };
    misread(span, format!("`{name}` is no term"), help.map_or_else(|| TERMS_HELP.to_owned(), |near| format!("did you mean `{near}`?")))
}

fn example(name: &str) -> &'static str {
    match name.to_lowercase().as_str() {
        "topic" => "`topic:trafficking`",
        "language" => "`language:es`",
        "author" => "`author:\"Press office\"`",
        "within" | "age" => "`within:90d`",
        _ => "`country:belize` or `country:\"costa rica\"`",
    }
}

pub(super) fn language(text: &str) -> Result<Language, Problem> {
    Language::parse(text).map_err(|error| Problem { code: &codes::BAD_QUERY, message: error.to_string(), help: error.help })
}

/// A span of time in days: `90d`, `12w`, `2y`.
fn days(text: &str) -> Result<u32, Problem> {
    let problem = |message: String| Problem {
        code: &codes::BAD_QUERY,
        message,
        help: "give days, weeks or years, as in `90d`, `12w` or `2y`".to_owned(),
    };
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].to_lowercase().as_str() {
        "d" | "day" | "days" => 1,
        "w" | "week" | "weeks" => 7,
        "y" | "year" | "years" => 365,
        "" => return Err(problem(format!("`{text}` has no unit"))),
        _ => return Err(problem(format!("cannot read `{text}` as a span of time"))),
    };
    let days = text[..digits].parse::<u32>().ok().and_then(|count| count.checked_mul(unit));
    match days {
        Some(days @ 1..=36_500) => Ok(days),
        Some(0) => Err(problem("no item is younger than 0 days".to_owned())),
        _ => Err(problem(format!("`{text}` is no span of time between a day and a hundred years"))),
    }
}
