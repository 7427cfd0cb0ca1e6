//! `[publication]`: who publishes, and what holds for every channel.

use chrono_tz::{TZ_VARIANTS, Tz};
use url::Url;

use super::localised;
use crate::config::file::{At, Report, Table};
use crate::config::template::PLACEHOLDER;
use crate::config::{Localised, Publication};
use crate::diag::{codes, did_you_mean};
use crate::vocab::{Language, Person, TagAuthority, person, slip};

/// The section with what could be read of it.
pub(super) struct Draft {
    title: Option<Localised>,
    description: Option<Localised>,
    base_url: Option<Url>,
    home: Option<Url>,
    languages: Vec<Language>,
    time_zone: Tz,
    authority: Option<TagAuthority>,
    author: Option<Person>,
    rights: Option<String>,
    icon: Option<Url>,
    logo: Option<Url>,
    hubs: Vec<Url>,
}

pub(super) fn read(table: &Table<'_>, report: &mut Report<'_>) -> Draft {
    let languages = languages(table, report);
    let base_url = table.string("base-url").and_then(|text| base_url(&text, report));
    let mut address = |key: &str, base: Option<&Url>| table.string(key).and_then(|text| web_address(&text, base, report));
    let (home, icon, logo) = (address("home", base_url.as_ref()), address("icon", base_url.as_ref()), address("logo", base_url.as_ref()));
    let hubs = super::websub::hubs(table, base_url.as_ref(), report);
    Draft {
        title: localised::read(table, "title", &languages, &[], report),
        description: localised::read(table, "description", &languages, &[], report),
        home,
        icon,
        logo,
        hubs,
        time_zone: table.string("time-zone").and_then(|text| time_zone(&text, report)).unwrap_or(Tz::UTC),
        authority: authority(table, base_url.as_ref(), report),
        author: author(table, report),
        rights: table.string("rights").map(|text| localised::plain(&text, report)),
        languages,
        base_url,
    }
}

impl Draft {
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    pub fn base_url(&self) -> Option<&Url> {
        self.base_url.as_ref()
    }

    /// The whole section, where all that must be there is.
    pub fn finish(self) -> Option<Publication> {
        let (title, base_url, authority) = (self.title?, self.base_url?, self.authority?);
        let language = self.languages.first()?;
        Some(Publication {
            author: self.author.unwrap_or_else(|| Person { name: title.get(language).to_owned(), email: None, uri: None }),
            description: self.description.unwrap_or_else(|| title.clone()),
            home: self.home.unwrap_or_else(|| base_url.clone()),
            title,
            base_url,
            languages: self.languages,
            time_zone: self.time_zone,
            authority,
            rights: self.rights,
            icon: self.icon,
            logo: self.logo,
            hubs: self.hubs,
        })
    }
}

/// Either `language` or `languages`.
fn languages(table: &Table<'_>, report: &mut Report<'_>) -> Vec<Language> {
    if table.has("language") && table.has("languages") {
        let help = "keep `languages`, and put the publication's own first";
        report.bad(&table.place("language"), "`language` and `languages` stand together", help);
    } else if !table.has("language") && !table.has("languages") && !table.is_none() {
        let help = "add `languages = [\"en\"]`, the publication's own language first";
        report.error(&codes::MISSING_KEY, &table.span, "`languages` is missing from `[publication]`", help);
    }
    let written = table.list("languages").unwrap_or_else(|| table.string("language").into_iter().collect());
    if written.is_empty() && table.list("languages").is_some() {
        report.bad(&table.place("languages"), "`languages` is empty", "name one at least: `languages = [\"en\"]`");
    }
    let mut languages = Vec::new();
    for text in written {
        match localised::language(&text, &codes::BAD_VALUE, report) {
            Some(language) if languages.contains(&language) => {
                report.bad(&text.span, format!("`{language}` stands twice"), "take one of the two out")
            }
            Some(language) => languages.push(language),
            None => {}
        }
    }
    languages
}

fn base_url(text: &At<&str>, report: &mut Report<'_>) -> Option<Url> {
    let mut url = web_address(text, None, report)?;
    for (piece, name) in [(url.query(), "query"), (url.fragment(), "fragment")] {
        if piece.is_some() {
            let mut bare = url.clone();
            bare.set_query(None);
            bare.set_fragment(None);
            report.bad(&text.span, format!("a base address has no {name}"), format!("write `{bare}`"));
            return None;
        }
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    if url.as_str() == PLACEHOLDER {
        let help =
            "write where the feeds will be served, and a domain of yours into `id-authority` before the first publish: ids are for ever";
        report.error(&codes::PLACEHOLDER_ADDRESS, &text.span, "this is no address of yours, but the one that `tidings init` wrote", help);
    }
    Some(url)
}

/// An address on the web, absolute or, where there is a base, relative to it.
pub(super) fn web_address(text: &At<&str>, base: Option<&Url>, report: &mut Report<'_>) -> Option<Url> {
    let example = "give a whole address such as `https://example.org/feeds/`";
    if let Some(meant) = slip::meant(text.value) {
        let own = base.map_or_else(String::new, |_| format!("; what is below `base-url` is `./{}`", text.value));
        let help = format!("write `{meant}`{own}");
        report.bad(&text.span, format!("`{}` is no whole address", text.value), help);
        return None;
    }
    let parsed = match base {
        Some(base) => base.join(text.value),
        None => Url::parse(text.value),
    };
    let url = match parsed {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let host = text.value.split('/').next().unwrap_or_default();
            let help = if host.contains('.') { format!("write `https://{}`", text.value) } else { example.to_owned() };
            report.bad(&text.span, format!("`{}` is no whole address", text.value), help);
            return None;
        }
        Err(error) => {
            report.bad(&text.span, format!("`{}` is no address: {error}", text.value), example);
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        report.bad(
            &text.span,
            format!("`{}` is not on the web: its scheme is `{}`", text.value, url.scheme()),
            "write `https://...` or `http://...`",
        );
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        report.bad(&text.span, "the address tells a user name or a password to all readers", "take out what stands before `@`");
        return None;
    }
    Some(url)
}

fn time_zone(text: &At<&str>, report: &mut Report<'_>) -> Option<Tz> {
    let found = text.value.parse::<Tz>().ok();
    if found.is_none() {
        let help = zone_help(text.value);
        report.bad(&text.span, format!("no time zone is called `{}`", text.value), help);
    }
    found
}

/// The zone of that city, or whose name is nearly the same.
fn zone_help(text: &str) -> String {
    let wanted = text.trim().replace(' ', "_").to_lowercase();
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city =
        names().find(|name| name.to_lowercase() == wanted || name.rsplit('/').next().is_some_and(|city| city.to_lowercase() == wanted));
    match city {
        Some(name) => format!("did you mean `{name}`?"),
        None => did_you_mean(text, names())
            .unwrap_or_else(|| "give a name of the IANA database, such as `America/Costa_Rica` or `Europe/Madrid`".to_owned()),
    }
}

fn authority(table: &Table<'_>, base_url: Option<&Url>, report: &mut Report<'_>) -> Option<TagAuthority> {
    let host = base_url.and_then(Url::domain).unwrap_or("example.org");
    let text = table.string("id-authority")?;
    match TagAuthority::parse(text.value) {
        Ok(authority) => Some(authority),
        Err(error) => {
            // Of one that lacks the day alone the name is the user's own.
            let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
            let host = Some(text.value).filter(|own| own.contains('.') && own.bytes().all(is_name)).unwrap_or(host);
            report.bad(
                &text.span,
                error.to_string(),
                format!("write `{host},YYYY`, with a year in which the name was yours from its first day on"),
            );
            None
        }
    }
}

fn author(table: &Table<'_>, report: &mut Report<'_>) -> Option<Person> {
    if let Some(text) = table.string("author") {
        let line = localised::plain(&text, report);
        let (name, email) = person::split(&line);
        let email = email.filter(|email| !email.is_empty());
        let name = if name.is_empty() { person::local_part(email).unwrap_or(&line) } else { name };
        let email = email.and_then(|email| mail(&At { value: email, span: text.span.clone() }, report));
        return Some(Person { name: name.to_owned(), email, uri: None });
    }
    let table = table.table("author");
    let email = table.string("email").and_then(|text| mail(&text, report));
    let uri = table.string("uri").and_then(|text| web_address(&text, None, report));
    let name = localised::plain(&table.string("name")?, report);
    Some(Person { name, email, uri: uri.map(Box::new) })
}

fn mail(text: &At<&str>, report: &mut Report<'_>) -> Option<String> {
    let is_email = person::is_email(text.value);
    if !is_email {
        report.bad(&text.span, format!("`{}` is no e-mail address", text.value), "write it as in `press@example.org`");
    }
    is_email.then(|| text.value.to_owned())
}
