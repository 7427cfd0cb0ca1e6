//! The room as a whole: texts in, placements and reasons out.

use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use proptest::prelude::*;
use regex::RegexBuilder;

use super::*;
use crate::config::{Countries, Localised, Pattern, Phrase, Topic};
use crate::item::{Parts, Text};
use crate::text::{Markup, Syntax};
use crate::vocab::Language;

const REGION: &str = "BZ CR SV GT HN MX NI PA DO";

fn item(title: &str, body: &str) -> Item {
    let text = Text { summary: None, body: Some(Markup { syntax: Syntax::Plain, text: body.to_owned() }), notice: None };
    let date = DateTime::parse_from_rfc3339("2018-02-09T12:00:00-06:00").expect("a date");
    Item::from(Parts { text: Some(Box::new(text)), ..Parts::bare("one", title, date) })
}

fn codes(text: &str) -> Vec<Country> {
    text.split_whitespace().map(|code| Country::parse(code).expect(code)).collect()
}

fn world() -> &'static Classifier {
    static WORLD: LazyLock<Classifier> = LazyLock::new(|| Classifier::of(&Countries::default(), &[], &Evidence::default()));
    &WORLD
}

fn region() -> &'static Classifier {
    static REGIONAL: LazyLock<Classifier> =
        LazyLock::new(|| Classifier::of(&Countries { allow: Some(codes(REGION)), ..Countries::default() }, &[], &Evidence::default()));
    &REGIONAL
}

#[test]
fn a_name_by_itself_means_a_country_unless_it_may_mean_something_else() {
    let own = |config: Countries| Classifier::of(&config, &[], &Evidence::default());
    let ambiguous = own(Countries { ambiguous: codes("GE"), ..Countries::default() });
    let ignoring = own(Countries { ignore: vec!["Chad".to_owned()], ..Countries::default() });
    let aliases = own(Countries { aliases: vec![(Country::parse("GT").expect("a country"), "Guate".to_owned())], ..Countries::default() });
    let languages = ["en-GB", "es", "fr"].map(|tag| Language::parse(tag).expect(tag));
    for (classifier, name, want) in [
        (world(), "México", "MX"),
        (world(), " mexico", "MX"),
        (world(), "#Mexico", "MX"),
        (world(), "Côte d’Ivoire", "CI"),
        (world(), "costa-rica", "CR"),
        (world(), "Jordan", "JO"),
        (world(), "Chad", "TD"),
        (world(), "Alemanha", ""),
        (world(), "Mexican", ""),
        (world(), "Paris", ""),
        (world(), "Georgia", ""),
        (world(), "New Mexico", ""),
        (world(), "Mexico and Belize", ""),
        (world(), "", ""),
        // Abbreviations, and words that are names with a capital letter only.
        (world(), "US", "US"),
        (world(), "EE. UU.", "US"),
        (world(), "us", ""),
        (world(), "EAU", "AE"),
        (world(), "Eau", ""),
        (world(), "CAR", "CF"),
        (world(), "Car", ""),
        (world(), "TURKEY", "TR"),
        (world(), "turkey", ""),
        (region(), "Jordan", ""),
        (&ambiguous, "Georgia", "GE"),
        (&ignoring, "Chad", ""),
        (&aliases, "guate", "GT"),
    ] {
        let named: Vec<_> = classifier.named(name, &languages).iter().map(|country| country.alpha2()).collect();
        assert_eq!(named.join(" "), want, "{name}");
    }
}

fn title_countries(classifier: &Classifier, title: &str) -> String {
    placed(&classifier.reason(&item(title, "")))
}

fn placed(placement: &Reasoned) -> String {
    placement.countries.iter().map(|one| one.value.alpha2()).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_demonyms_and_capitals_in_four_languages() {
    let world = world();
    for (title, want) in [
        ("Programme begins in Belize", "BZ"),
        ("Jueces de Guatemala y México", "GT MX"),
        ("JUECES DE GUATEMALA Y MEXICO", "GT MX"),
        ("la misión en guatemala", "GT"),
        ("Salvadorian municipalities", "SV"),
        ("Funcionarias salvadoreñas y hondureños", "HN SV"),
        ("El Gobierno beliceño", "BZ"),
        ("Des juges guatémaltèques", "GT"),
        ("Autoridades panamenhas e costa-riquenhas", "CR PA"),
        ("Ciudad de México recibe a la misión", "MX"),
        ("A meeting in Mexico City", "MX"),
        ("A meeting in New Mexico City offices", "MX"),
        ("Guatemala City hosts", "GT"),
        ("Côte d’Ivoire, Ivory Coast, Costa de Marfil", "CI"),
        ("Reino Unido e Estados Unidos", "GB US"),
        ("States united: EE. UU. y EE.UU.", "US"),
        ("The U.S.-led talks", "US"),
        ("A grant of the US government", "US"),
        ("UK aid", "GB"),
        ("Türkiye and Turkey", "TR"),
        ("#Guatemala: l'Honduras", "GT HN"),
        ("Guatemala's courts", "GT"),
        ("Costa  Rica and Costa\u{a0}Rica", "CR"),
        ("Republic of Korea", "KR"),
        ("在Belize举行", "BZ"),
    ] {
        assert_eq!(title_countries(world, title), want, "{title}");
    }
}

#[test]
fn tricky_names() {
    let world = world();
    for (title, want) in [
        ("Dominican Republic", "DO"),
        ("República Dominicana", "DO"),
        ("Dominica after the storm", "DM"),
        ("Guinea-Bissau", "GW"),
        ("Equatorial Guinea", "GQ"),
        ("Papua New Guinea", "PG"),
        ("Guinea Ecuatorial", "GQ"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("A Nigerien and a Nigerian", "NE NG"),
        ("New Mexico", ""),
        ("Nuevo México", ""),
        ("Gulf of Mexico", ""),
        ("New Jersey", ""),
        ("Panama hats", ""),
        ("South Georgia", ""),
        ("Georgia", ""),
        ("Atlanta, Georgia and Mexico", "MX"),
        ("South Sudan", "SS"),
        ("Sudan", "SD"),
        ("North Korea", "KP"),
        ("Korea", ""),
        ("Congolese and Korean", ""),
        ("DR Congo", "CD"),
        ("Republic of the Congo", "CG"),
        ("Democratic Republic of the Congo", "CD"),
        ("American Samoa", "AS"),
        ("Central American ministers", ""),
        ("Latin American and American", ""),
        ("give us time", ""),
        ("GIVE US TIME", ""),
        ("Usa tu voz", ""),
        ("roast turkey", ""),
        ("Turkey hosts", "TR"),
        ("TURKEY HOSTS", "TR"),
        ("chad and jordan", ""),
        ("Chad and Jordan", "JO TD"),
        ("chile con carne", ""),
        ("polish the text", ""),
        ("Los migrantes irán a casa", ""),
        ("Irán y sus vecinos", "IR"),
        ("La reunión de ministros", ""),
        ("Reunión de la OIM", ""),
        ("Frances Miller speaks", ""),
        ("ciudadano francés", "FR"),
        ("camarones frescos y los fines de semana", ""),
        ("un ama de casa", ""),
        ("ella irá", ""),
        ("Trabajan en paz", ""),
        ("Roma communities", ""),
        ("San José de Calasanz", ""),
        ("Guides in Spanish and French", ""),
        ("Spanish officials", "ES"),
        ("British Columbia", ""),
        ("Costa Ricans", "CR"),
        ("Belizeans' rights", "BZ"),
        ("Abelizean", ""),
        ("Indian Ocean", ""),
        ("Santa Lucía Cotzumalguapa", ""),
        ("a man from the Isle of Man", "IM"),
        ("in, me, it, IN, ME, IT, CR", ""),
        ("", ""),
    ] {
        assert_eq!(title_countries(world, title), want, "{title}");
    }
}

#[test]
fn the_config_settles_what_is_doubtful() {
    let countries = |allow: Option<&str>, ambiguous: &str| Countries {
        allow: allow.map(codes),
        ambiguous: codes(ambiguous),
        aliases: codes("GT MX").into_iter().zip(["Petén".to_owned(), "CDMX capital".to_owned()]).collect(),
        ignore: vec!["Belize Road".to_owned()],
    };
    for (countries, title, want) in [
        (countries(None, "GE"), "Georgia", "GE"),
        (countries(Some("GE"), ""), "Georgia", ""),
        (countries(Some("DO GT"), ""), "Dominican judges", "DO"),
        (countries(Some("DM"), ""), "Dominican judges", "DM"),
        (countries(Some("DM DO"), ""), "Dominican judges", ""),
        (countries(None, ""), "Jueces dominicanos", "DO"),
        (countries(Some("KR"), ""), "Korean judges", "KR"),
        (countries(None, ""), "Judges in Peten", "GT"),
        (countries(None, ""), "Judges of the cdmx  capital", "MX"),
        (countries(None, ""), "On Belize Road", ""),
        (countries(None, ""), "On Belize Road in Belize", "BZ"),
        (countries(None, "SV"), "Salvador", "SV"),
        (countries(None, "CR"), "San José", "CR"),
        (countries(Some("GT"), ""), "Guatemala and Honduras", "GT"),
    ] {
        assert_eq!(title_countries(&Classifier::of(&countries, &[], &Evidence::default()), title), want, "{title}");
    }
}

/// Titles and openings with the facts of a regional programme's news page.
#[test]
fn a_news_page() {
    let region = region();
    for (title, body, want) in [
        ("The programme starts in Belize", "Belize. Belize joins the programme.", "BZ"),
        ("Judges of Guatemala and Mexico on trafficking", "Mexico. An office of the United States trained judges.", "GT MX"),
        ("A work plan for education", "San Jose, Costa Rica. The ministry signed a plan.", "CR"),
        ("A work plan for education", "San José. El ministerio firmó un plan.", "CR"),
        ("Migrants Day was marked", "Every year the world celebrates migrants.", ""),
        ("8 countries set priorities", "The agency made a study in each of the eight countries.", ""),
        ("Towns of the borders of Mexico met", "The Mexican towns, on the borders with Guatemala and the United States, met.", "MX"),
        ("A course for consular staff", "The Conference, chaired by El Salvador until November, held a course.", "SV"),
        ("A course for consular staff", "The Conference, chaired by El Salvador with the United States, held a course.", "SV"),
        ("A course for consular staff", "Staff of El Salvador and Honduras took a course.", ""),
        ("Partners in El Salvador and the Department of State of the United States", "Salvadorian towns took part.", "SV"),
        ("Safe migration", "“I’m a migrant.” The Secretary General spoke. \n\n Mexico was named later.", ""),
        ("Officers trained", "Puebla, Mexico – Officers of Guatemala came too.", "MX"),
        ("Officers trained", "Santiago, Panamá. Officers came.", "PA"),
        ("Officers trained", "Washington. Officers of Honduras and Panama came.", ""),
    ] {
        assert_eq!(placed(&region.reason(&item(title, body))), want, "{title} / {body}");
    }
}

#[test]
fn the_first_users_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/listing.txt");
    let Ok(page) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {path} is not here");
        return;
    };
    let blocks: Vec<_> = page.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).collect();
    let region = region();
    let found: Vec<_> = blocks.chunks(3).map(|block| placed(&region.reason(&item(block[1], block[2])))).collect();
    assert_eq!(found, ["BZ", "GT MX", "CR", "", "", "MX", "SV", "SV", "", ""]);
}

#[test]
fn the_first_step_that_finds_anything_decides() {
    let countries = Countries { allow: Some(codes(REGION)), ..Countries::default() };
    let with = |steps: Vec<Vec<Rank>>| Classifier::of(&countries, &[], &Evidence { countries: steps, topics: Vec::new() });
    let named = item("Belize", "Guatemala and Honduras met.\n\nPanama too.");
    assert_eq!(placed(&with(vec![vec![Rank::Title], vec![Rank::Body]]).reason(&named)), "BZ");
    assert_eq!(placed(&with(vec![vec![Rank::Body], vec![Rank::Title]]).reason(&named)), "GT HN");
    assert_eq!(placed(&with(vec![vec![Rank::SoleBody], vec![Rank::Title]]).reason(&named)), "BZ");
    assert_eq!(placed(&with(vec![vec![Rank::Text, Rank::Title]]).reason(&named)), "BZ GT HN PA");
    assert_eq!(placed(&with(Vec::new()).reason(&named)), "");

    let with = |countries| Item::from(Parts { countries: Some(countries), ..Parts::from(&named) });
    assert_eq!(placed(&region().reason(&with(codes("NI US")))), "NI");
    assert_eq!(placed(&region().reason(&with(Vec::new()))), "", "an empty field says that there is none");

    let mut dated = item("Officers", "Officers met.");
    let at = Item::from(Parts { dateline: Some("Tegucigalpa".to_owned()), ..Parts::from(&dated) });
    assert_eq!(placed(&region().reason(&at)), "HN");
    let summary = Markup { syntax: Syntax::Html, text: "<p>Officers of <b>Hon</b>duras met.</p>".to_owned() };
    dated.put_text(Some(Box::new(Text { summary: Some(summary), body: None, notice: None })));
    assert_eq!(placed(&region().reason(&dated)), "HN");
}

fn phrase(text: &str) -> Phrase {
    match text.split_once(':') {
        Some((tag, text)) => Phrase { language: Some(Language::parse(tag).expect(tag)), text: text.to_owned() },
        None => Phrase { language: None, text: text.to_owned() },
    }
}

fn topic(key: &str, words: &[&str], patterns: &[&str], exclude: &[&str]) -> Topic {
    let pattern = |regex: &&str| Pattern { language: None, regex: RegexBuilder::new(regex).case_insensitive(true).build().expect(regex) };
    Topic {
        key: key.into(),
        slug: key.to_owned(),
        title: Localised::plain(key),
        description: None,
        words: words.iter().map(|text| phrase(text)).collect(),
        patterns: patterns.iter().map(pattern).collect(),
        exclude: exclude.iter().map(|text| phrase(text)).collect(),
    }
}

fn topics() -> &'static Classifier {
    static TOPICS: LazyLock<Classifier> = LazyLock::new(|| Classifier::of(&Countries::default(), &a_few_topics(), &Evidence::default()));
    &TOPICS
}

fn a_few_topics() -> [Topic; 4] {
    [
        topic("trafficking", &["trafficking in persons", "trata de personas", "en:victims", "trafficking"], &[], &["drug trafficking"]),
        topic("women", &["migrant women", "es:mujer*"], &[], &[]),
        topic("training", &["course"], &[r"\btrain(ed|ing)s?\b"], &["of course", "training shoes"]),
        topic("migrants", &["migrant*"], &[], &[]),
    ]
}

#[test]
fn topics_by_words_patterns_languages_and_exclusions() {
    let topics = topics();
    for (language, title, body, want) in [
        ("en", "Trafficking in  Persons", "", "trafficking"),
        ("es", "Víctimas de la TRATA DE PERSONAS", "", "trafficking"),
        ("en", "Victims", "", "trafficking"),
        ("en-GB", "Victims", "", "trafficking"),
        ("es", "Victims", "", ""),
        ("en", "Drug trafficking", "", ""),
        ("en", "Drug trafficking and trafficking", "", "trafficking"),
        ("es", "Mujeres", "", "women"),
        ("en", "Mujeres", "", ""),
        ("en", "Of course", "", ""),
        ("en", "Trainings", "", "training"),
        ("en", "Training shoes", "", ""),
        ("en", "Retrained", "", ""),
        ("en", "Migrant women take a course", "", "women training migrants"),
        ("en", "Emigrants", "", ""),
        ("es", "Migración de migrantes", "", "migrants"),
        ("en", "News", "A course.\n\nMigrants.", "training"),
    ] {
        let mut item = item(title, body);
        item.language = Language::parse(language).expect(language);
        let found = topics.reason(&item).topics;
        let keys: Vec<&str> = found.iter().map(|one| &*one.value).collect();
        assert_eq!(keys.join(" "), want, "{title} / {body}");
    }
    let named = Parts { topics: Some(vec![Arc::from("women"), Arc::from("unknown")]), ..Parts::from(&item("A course", "")) };
    assert_eq!(topics.reason(&named.into()).topics.iter().map(|one| &*one.value).collect::<Vec<_>>(), ["women"]);
}

#[test]
fn reasons_show_the_words_as_they_stand() {
    let placement = region().reason(&item("Jueces  MEXICANOS", "Ciudad de  Guatemala. Se reunieron."));
    let reasons: Vec<_> = placement.countries.iter().map(|one| format!("{}: {}", one.value, one.reason)).collect();
    assert_eq!(
        reasons,
        ["GT: the dateline names its capital or a city: `Ciudad de Guatemala`", "MX: the title names its people: `MEXICANOS`"]
    );

    let placement = topics().reason(&item("Migrants trained", ""));
    let reasons: Vec<_> = placement.topics.iter().map(|one| one.reason.to_string()).collect();
    let want =
        [r"the title has the words `trained`, by the pattern `\btrain(ed|ing)s?\b`", "the title has the words `Migrants`, by `migrant*`"];
    assert_eq!(reasons, want);

    let mut spanish = item("Belize", "");
    spanish.language = Language::parse("es").expect("a language");
    assert_eq!(world().reason(&spanish).countries[0].reason.rule, Rule::Name("es"));
}

#[test]
fn the_survey_says_why_not() {
    let why = |classifier: &Classifier, title: &str, body: &str| -> Vec<String> {
        let survey = classifier.survey(&item(title, body));
        let countries = survey.countries.iter().map(|r| format!("{}: {}; {}", r.value, r.reason, r.because));
        countries.chain(survey.topics.iter().map(|r| format!("{}: {}; {}", r.value, r.reason, r.because))).collect()
    };
    for (title, body, want) in [
        ("Belize and the United States", "", "US: the title names it: `United States`; it is not among the countries of the publication"),
        (
            "Borders of Mexico",
            "Near Guatemala.",
            "GT: the first paragraph names it: `Guatemala`; stronger evidence decided: the dateline or the title",
        ),
        ("A course", "Of Panama.\n\nOf Honduras.", "HN: the text names it: `Honduras`; the config takes no evidence from there"),
        ("The Dominican Republic", "", "DM: the title names its people: `Dominican`; it is part of `Dominican Republic`"),
    ] {
        assert_eq!(why(region(), title, body), [want], "{title}");
    }
    assert_eq!(
        why(region(), "A course", "Of Panama and Honduras."),
        [
            "HN: the first paragraph names it: `Honduras`; it is not alone there, and only one would count; the others: Panama",
            "PA: the first paragraph names it: `Panama`; it is not alone there, and only one would count; the others: Honduras",
        ]
    );
    assert_eq!(
        why(world(), "Atlanta, Georgia", ""),
        ["GE: the title names it: `Georgia`; the word has another meaning too, and `countries.ambiguous` does not let it count"]
    );
    assert_eq!(
        why(topics(), "Drug trafficking", ""),
        ["trafficking: the title has the words `trafficking`; it is part of `Drug trafficking`"]
    );
}

#[test]
fn every_builtin_word_still_meets_the_table() {
    let all: Vec<String> = Country::all()
        .flat_map(|country| {
            let names = country.names().map(|(_, name)| name.to_owned());
            names.chain(country.demonyms().map(|(_, word)| word)).chain(country.capitals().map(|(_, city)| city.to_owned()))
        })
        .map(|word| crate::vocab::fold::fold(&word))
        .collect();
    let lists = [&homonyms::NEVER[..], &homonyms::AMBIGUOUS, &homonyms::DATELINE_ONLY, &homonyms::CAPITALISED, &homonyms::ACCENTED];
    let idle: Vec<_> = lists.concat().into_iter().filter(|word| !all.iter().any(|known| known == word)).collect();
    assert!(idle.is_empty(), "in a list and not in the table: {idle:?}");
    let words = phrases::Phrases::new(&all);
    let hides = |phrase: &&str| !words.find(&crate::vocab::fold::Folded::new(*phrase)).is_empty();
    let idle: Vec<_> = homonyms::OTHERS.iter().chain(&homonyms::LANGUAGES).filter(|phrase| !hides(phrase)).collect();
    assert!(idle.is_empty(), "hides nothing: {idle:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_placed_and_what_matched_stands_in_it(
        title in "(Belize|México|Dominican Republic|EE\\. UU\\.|US|Georgia|[ .,–’]|trafficking|mujeres|\\PC){0,14}",
        body in "(Guatemala City|Côte  d’Ivoire|\u{200b}|San José, |Costa Rica\\. The|migrants|\n\n|\\PC){0,14}",
    ) {
        let item = item(&title, &body);
        for classifier in [world(), region(), topics()] {
            let survey = classifier.survey(&item);
            prop_assert_eq!(&survey.placement, &classifier.reason(&item));
            let words = crate::text::words(item.markups().1.expect("a body"));
            let countries = survey.placement.countries.iter().map(|one| &one.reason);
            let topics = survey.placement.topics.iter().map(|one| &one.reason);
            for reason in countries.chain(topics).chain(survey.countries.iter().map(|one| &one.reason)) {
                prop_assert!(!reason.matched.is_empty());
                prop_assert!(title.contains(&reason.matched) || words.contains(&reason.matched), "{}", reason);
            }
            prop_assert!(survey.countries.iter().all(|one| !survey.placement.countries.iter().any(|other| other.value == one.value)));
        }
    }
}
