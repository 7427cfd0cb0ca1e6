//! Countries by ISO 3166-1, with their names, the words for their people and their capitals as people write them.
//!
//! The facts stand in `countries.txt` beside this file. What a word in running text is worth is decided in `classify`.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use super::Language;
use super::fold::key;

/// A country or territory of ISO 3166-1, or Kosovo (`XK`). Ordered by alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(u8);

impl Country {
    /// Reads an alpha-2, alpha-3 or numeric code, or a name in a language that the table has, without regard to case and accents.
    ///
    /// A name that two countries claim (`Congo`) is none.
    pub fn parse(text: &str) -> Option<Self> {
        // As most configs and records have it; the table of names takes milliseconds to make.
        Self::of_alpha2(text).or_else(|| named(text))
    }

    /// By the alpha-2 code, in upper case.
    pub fn of_alpha2(code: &str) -> Option<Self> {
        TABLE.binary_search_by(|entry| entry.alpha2.cmp(code)).ok().map(nth)
    }

    /// All, by alpha-2 code.
    pub fn all() -> impl Iterator<Item = Country> {
        (0..TABLE.len()).map(nth)
    }

    /// The alpha-2 code, in upper case.
    pub fn alpha2(self) -> &'static str {
        self.entry().alpha2
    }

    /// The alpha-3 code, in upper case.
    pub fn alpha3(self) -> &'static str {
        self.entry().alpha3
    }

    /// The numeric code, three digits.
    pub fn numeric(self) -> &'static str {
        self.entry().numeric
    }

    /// The short name in a language (by its primary subtag), English where the table has no other.
    pub fn name(self, language: &Language) -> &'static str {
        self.short_name(language.primary())
    }

    /// Every name, with the tag of its language.
    pub fn names(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.words(|line| line.names.iter().copied())
    }

    /// Every word for the people and what is theirs, in its forms, with the tag of its language.
    pub fn demonyms(self) -> impl Iterator<Item = (&'static str, String)> {
        self.words(|line| line.demonyms.iter().flat_map(|demonym| forms(demonym)))
    }

    /// The capital and seats of government or like weight, with the tag of the language of the spelling.
    pub fn capitals(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.words(|line| line.capitals.iter().copied())
    }

    /// The path piece that stands for the country: its English short name, `costa-rica`.
    pub fn slug(self) -> String {
        super::slug::slug(self.short_name("en")).unwrap_or_else(|| self.alpha2().to_lowercase())
    }

    /// What the user may have meant by a text that is no country, as a sentence of help.
    pub fn suggest(text: &str) -> Option<String> {
        let wanted = key(text);
        if let Some(Claim::Shared(countries)) = NAMES.get(&wanted) {
            let choice: Vec<_> = countries.iter().map(|country| format!("`{country}` ({})", country.short_name("en"))).collect();
            return Some(format!("write {}", choice.join(" or ")));
        }
        // A code is too short for a slip of the hand to be told from another code.
        if wanted.chars().count() < 4 {
            return None;
        }
        let names = Country::all().flat_map(|country| country.names().map(|(_, name)| name)).filter(|name| name.len() > 3);
        crate::diag::did_you_mean(text, names)
    }

    fn short_name(self, language: &str) -> &'static str {
        let lines = &self.entry().lines;
        let own = lines.iter().find(|line| line.language == language && !line.names.is_empty());
        own.or(lines.first()).and_then(|line| line.names.first()).unwrap_or(&self.entry().alpha2)
    }

    fn words<I: Iterator>(self, pick: impl Fn(&'static Line) -> I) -> impl Iterator<Item = (&'static str, I::Item)> {
        self.entry().lines.iter().flat_map(move |line| pick(line).map(|word| (line.language, word)))
    }

    fn entry(self) -> &'static Entry {
        &TABLE[usize::from(self.0)]
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alpha2())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

/// A block of the table.
struct Entry {
    alpha2: &'static str,
    alpha3: &'static str,
    numeric: &'static str,
    /// English first.
    lines: Vec<Line>,
}

/// What the table has of a country in one language.
struct Line {
    language: &'static str,
    names: Vec<&'static str>,
    /// A word, or a stem and its endings parted by slashes.
    demonyms: Vec<&'static str>,
    capitals: Vec<&'static str>,
}

/// Who bears a name.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    One(Country),
    Shared(Vec<Country>),
}

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let facts = include_str!("countries.txt");
    let lines = facts.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.fold(Vec::new(), |mut table: Vec<Entry>, line| {
        match (line.strip_prefix("  "), table.last_mut()) {
            (Some(words), Some(entry)) => entry.lines.push(read_line(words)),
            _ => table.push(read_codes(line)),
        }
        table
    })
});

fn named(text: &str) -> Option<Country> {
    match NAMES.get(&key(text))? {
        Claim::One(country) => Some(*country),
        Claim::Shared(_) => None,
    }
}

static NAMES: LazyLock<HashMap<String, Claim>> = LazyLock::new(|| {
    let mut names = HashMap::with_capacity(3000);
    for country in Country::all() {
        for code in [country.alpha2(), country.alpha3(), country.numeric()] {
            names.insert(key(code), Claim::One(country));
        }
    }
    for country in Country::all() {
        for (_, name) in country.names() {
            claim(&mut names, key(name), country);
            // `The Gambia`, `the Netherlands`: the article is nobody's name.
            claim(&mut names, key(&format!("the {name}")), country);
        }
    }
    names
});

fn claim(names: &mut HashMap<String, Claim>, name: String, country: Country) {
    match names.get_mut(&name) {
        None => drop(names.insert(name, Claim::One(country))),
        Some(Claim::One(owner)) if *owner == country => {}
        Some(Claim::One(owner)) => {
            let shared = Claim::Shared(vec![*owner, country]);
            names.insert(name, shared);
        }
        Some(Claim::Shared(owners)) if owners.contains(&country) => {}
        Some(Claim::Shared(owners)) => owners.push(country),
    }
}

fn nth(index: usize) -> Country {
    Country(u8::try_from(index).unwrap_or(u8::MAX))
}

fn read_codes(line: &'static str) -> Entry {
    let mut codes = line.split_whitespace();
    let mut next = || codes.next().unwrap_or_default();
    Entry { alpha2: next(), alpha3: next(), numeric: next(), lines: Vec::new() }
}

fn read_line(line: &'static str) -> Line {
    let (language, words) = line.split_once(':').unwrap_or(("en", line));
    let mut columns = words.split('|');
    let mut next = |separator| list(columns.next().unwrap_or_default(), separator);
    Line { language, names: next(';'), demonyms: next(','), capitals: next(';') }
}

fn list(column: &'static str, separator: char) -> Vec<&'static str> {
    column.split(separator).map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// `guatemaltec/o/a` gives `guatemalteco`, `guatemalteca`; a word without a slash gives itself.
fn forms(demonym: &'static str) -> impl Iterator<Item = String> {
    let (stem, endings) = demonym.split_once('/').unwrap_or((demonym, ""));
    endings.split('/').map(move |ending| format!("{stem}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_takes_a_code_from_its_country() {
        assert!(Country::all().all(|country| named(country.alpha2()) == Some(country)));
    }

    #[test]
    fn reads_codes_and_names_as_people_write_them() {
        for (text, want) in [
            ("bz", "BZ"),
            ("BLZ", "BZ"),
            ("084", "BZ"),
            ("Belice", "BZ"),
            ("Ivory Coast", "CI"),
            ("cote d’ivoire", "CI"),
            ("Costa de Marfil", "CI"),
            ("United Kingdom", "GB"),
            ("UK", "GB"),
            ("Reino Unido", "GB"),
            ("Royaume-Uni", "GB"),
            ("U.S.", "US"),
            ("usa", "US"),
            ("EE. UU.", "US"),
            ("États-Unis", "US"),
            ("South Korea", "KR"),
            ("Czechia", "CZ"),
            ("Czech Republic", "CZ"),
            ("Cabo Verde", "CV"),
            ("Cape Verde", "CV"),
            ("Swaziland", "SZ"),
            ("Burma", "MM"),
            ("DR Congo", "CD"),
            ("República Democrática do Congo", "CD"),
            ("the Netherlands", "NL"),
            ("The Gambia", "GM"),
            ("Turkey", "TR"),
            ("México", "MX"),
            ("MEJICO", "MX"),
            ("Guinea Bissau", "GW"),
            ("Guinea", "GN"),
            ("Niger", "NE"),
            ("Nigeria", "NG"),
            ("Dominica", "DM"),
            ("República Dominicana", "DO"),
            ("Georgia", "GE"),
            ("Kosovo", "XK"),
            ("Korea, Republic of", "KR"),
        ] {
            assert_eq!(Country::parse(text).map(Country::alpha2), Some(want), "{text}");
        }
    }

    #[test]
    fn strangers_are_refused_with_a_way_out() {
        for (text, help) in [
            ("Blize", Some("did you mean `Belize`?")),
            ("Guatamala", Some("did you mean `Guatemala`?")),
            ("Congo", Some("write `CD` (DR Congo) or `CG` (Republic of the Congo)")),
            ("Atlantis and its islands", None),
            ("ZZ", None),
            ("", None),
        ] {
            assert_eq!(Country::parse(text), None, "{text}");
            assert_eq!(Country::suggest(text).as_deref(), help, "{text}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(Country::all().count(), 250);
        assert!(Country::all().map(Country::alpha2).is_sorted());
        let mut slugs: Vec<_> = Country::all().map(Country::slug).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 250, "slugs are unique");
        for country in Country::all() {
            assert!(country.alpha2().len() == 2 && country.alpha3().len() == 3 && country.numeric().len() == 3, "{country}");
            let languages: Vec<_> = country.entry().lines.iter().filter(|line| !line.names.is_empty()).map(|line| line.language).collect();
            assert_eq!(languages, ["en", "es", "fr", "pt"], "{country}");
            for code in [country.alpha2(), country.alpha3(), country.numeric()] {
                assert_eq!(Country::parse(code), Some(country), "{code}");
            }
            for word in country.names().map(|(_, name)| name).chain(country.capitals().map(|(_, city)| city)) {
                assert!(!word.contains(['/', '|', ';']), "{country}: {word}");
            }
        }
    }

    #[test]
    fn only_these_names_are_claimed_by_two() {
        let mut shared: Vec<_> =
            NAMES.iter().filter(|(_, claim)| matches!(claim, Claim::Shared(_))).map(|(name, _)| name.as_str()).collect();
        shared.retain(|name| !name.starts_with("the "));
        shared.sort();
        let want = [
            "congo",
            "corea",
            "coree",
            "coreia",
            "iles vierges",
            "ilhas virgens",
            "islas virgenes",
            "korea",
            "saint martin",
            "san martin",
            "sao martinho",
            "st martin",
            "virgin islands",
        ];
        assert_eq!(shared, want);
    }

    #[test]
    fn words_come_in_the_readers_language() {
        let language = |tag| Language::parse(tag).expect(tag);
        let country = |code| Country::parse(code).expect(code);
        for (code, tag, want) in
            [("MX", "es-MX", "México"), ("MX", "de", "Mexico"), ("US", "fr", "États-Unis"), ("DE", "pt-BR", "Alemanha")]
        {
            assert_eq!(country(code).name(&language(tag)), want);
        }
        assert!(country("GT").demonyms().any(|(tag, word)| tag == "es" && word == "guatemaltecas"));
        assert!(country("SV").demonyms().any(|(tag, word)| tag == "en" && word == "Salvadorian"));
        assert!(country("MX").capitals().any(|(tag, city)| tag == "es" && city == "Ciudad de México"));
        for (code, want) in [("BZ", "belize"), ("CR", "costa-rica"), ("SV", "el-salvador"), ("CI", "cote-divoire"), ("US", "united-states")]
        {
            assert_eq!(country(code).slug(), want);
        }
    }
}
