//! The words of the pages themselves, in the languages that they are known in; English elsewhere.

use chrono::Datelike;
use serde::Serialize;

use crate::item::Date;
use crate::vocab::Language;

/// Every word that a page says of its own accord. A language is one more row of [`TABLE`].
#[derive(Debug, Serialize)]
pub struct Words {
    /// The primary subtag of the language.
    pub language: &'static str,
    /// What the language calls itself.
    pub own_name: &'static str,
    pub skip: &'static str,
    pub all: &'static str,
    pub countries: &'static str,
    pub topics: &'static str,
    pub crossings: &'static str,
    pub others: &'static str,
    pub channels: &'static str,
    pub subscribe: &'static str,
    pub subscribe_help: &'static str,
    pub list: &'static str,
    pub filter: &'static str,
    pub shown: &'static str,
    pub items: &'static str,
    pub newest: &'static str,
    pub published: &'static str,
    pub updated: &'static str,
    pub by: &'static str,
    pub languages: &'static str,
    pub translations: &'static str,
    pub source: &'static str,
    pub files: &'static str,
    pub no_items: &'static str,
    pub website: &'static str,
    #[serde(skip)]
    months: [&'static str; 12],
    /// `{d}`, `{m}` and `{y}` stand for the day, the month's name and the year.
    #[serde(skip)]
    date: &'static str,
}

impl Words {
    /// The words for pages in `language`.
    pub fn of(language: &Language) -> &'static Words {
        Self::known(language).unwrap_or(&TABLE[0])
    }

    fn known(language: &Language) -> Option<&'static Words> {
        TABLE.iter().find(|words| words.language == language.primary())
    }

    /// A day as people write it, without the time.
    pub fn day(&self, date: Date) -> String {
        let part = |(nth, part): (usize, &str)| match part {
            "d" if nth % 2 == 1 => date.day().to_string(),
            "m" if nth % 2 == 1 => self.months[date.month0() as usize].to_owned(),
            "y" if nth % 2 == 1 => date.year().to_string(),
            text => text.to_owned(),
        };
        self.date.split(['{', '}']).enumerate().map(part).collect()
    }
}

/// What a language calls itself; its tag where that is not known.
pub fn own_name(language: &Language) -> &str {
    match Words::known(language) {
        Some(words) if words.language == language.as_str() => words.own_name,
        _ => language.as_str(),
    }
}

static TABLE: [Words; 6] = [
    Words {
        language: "en",
        own_name: "English",
        skip: "Skip to the content",
        all: "All news",
        countries: "Countries",
        topics: "Topics",
        crossings: "Countries and topics",
        others: "More channels",
        channels: "Channels",
        subscribe: "Subscribe",
        subscribe_help: "Copy one of these addresses into a feed reader to be told of new items.",
        list: "All feeds in one list (OPML)",
        filter: "Find a channel",
        shown: "Channels shown",
        items: "Items",
        newest: "Newest",
        published: "Published",
        updated: "Updated",
        by: "By",
        languages: "Languages",
        translations: "Also in",
        source: "Source",
        files: "Files",
        no_items: "There are no items yet.",
        website: "Website",
        months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
        date: "{d} {m} {y}",
    },
    Words {
        language: "es",
        own_name: "Español",
        skip: "Ir al contenido",
        all: "Todas las noticias",
        countries: "Países",
        topics: "Temas",
        crossings: "Países y temas",
        others: "Más canales",
        channels: "Canales",
        subscribe: "Suscribirse",
        subscribe_help: "Copie una de estas direcciones en un lector de noticias para recibir las novedades.",
        list: "Todos los canales en una lista (OPML)",
        filter: "Buscar un canal",
        shown: "Canales mostrados",
        items: "Noticias",
        newest: "Última",
        published: "Publicado",
        updated: "Actualizado",
        by: "Por",
        languages: "Idiomas",
        translations: "También en",
        source: "Fuente",
        files: "Archivos",
        no_items: "Todavía no hay noticias.",
        website: "Sitio web",
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        date: "{d} de {m} de {y}",
    },
    Words {
        language: "fr",
        own_name: "Français",
        skip: "Aller au contenu",
        all: "Toutes les actualités",
        countries: "Pays",
        topics: "Thèmes",
        crossings: "Pays et thèmes",
        others: "Autres canaux",
        channels: "Canaux",
        subscribe: "S’abonner",
        subscribe_help: "Copiez l’une de ces adresses dans un lecteur de flux pour recevoir les nouveautés.",
        list: "Tous les flux en une liste (OPML)",
        filter: "Chercher un canal",
        shown: "Canaux affichés",
        items: "Articles",
        newest: "Dernier",
        published: "Publié",
        updated: "Mis à jour",
        by: "Par",
        languages: "Langues",
        translations: "Aussi en",
        source: "Source",
        files: "Fichiers",
        no_items: "Il n’y a pas encore d’articles.",
        website: "Site web",
        months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
        date: "{d} {m} {y}",
    },
    Words {
        language: "de",
        own_name: "Deutsch",
        skip: "Zum Inhalt",
        all: "Alle Meldungen",
        countries: "Länder",
        topics: "Themen",
        crossings: "Länder und Themen",
        others: "Weitere Kanäle",
        channels: "Kanäle",
        subscribe: "Abonnieren",
        subscribe_help: "Kopieren Sie eine dieser Adressen in einen Feedreader, um Neues zu erfahren.",
        list: "Alle Feeds in einer Liste (OPML)",
        filter: "Kanal suchen",
        shown: "Angezeigte Kanäle",
        items: "Meldungen",
        newest: "Neueste",
        published: "Veröffentlicht",
        updated: "Aktualisiert",
        by: "Von",
        languages: "Sprachen",
        translations: "Auch auf",
        source: "Quelle",
        files: "Dateien",
        no_items: "Es gibt noch keine Meldungen.",
        website: "Website",
        months: ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
        date: "{d}. {m} {y}",
    },
    Words {
        language: "pt",
        own_name: "Português",
        skip: "Ir para o conteúdo",
        all: "Todas as notícias",
        countries: "Países",
        topics: "Temas",
        crossings: "Países e temas",
        others: "Mais canais",
        channels: "Canais",
        subscribe: "Assinar",
        subscribe_help: "Copie um destes endereços para um leitor de notícias para receber as novidades.",
        list: "Todos os canais numa lista (OPML)",
        filter: "Procurar um canal",
        shown: "Canais mostrados",
        items: "Notícias",
        newest: "Última",
        published: "Publicado",
        updated: "Atualizado",
        by: "Por",
        languages: "Idiomas",
        translations: "Também em",
        source: "Fonte",
        files: "Arquivos",
        no_items: "Ainda não há notícias.",
        website: "Site",
        months: [
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ],
        date: "{d} de {m} de {y}",
    },
    Words {
        language: "ar",
        own_name: "العربية",
        skip: "انتقل إلى المحتوى",
        all: "جميع الأخبار",
        countries: "البلدان",
        topics: "المواضيع",
        crossings: "البلدان والمواضيع",
        others: "قنوات أخرى",
        channels: "القنوات",
        subscribe: "اشتراك",
        subscribe_help: "انسخ أحد هذه العناوين إلى قارئ الخلاصات لتصلك الأخبار الجديدة.",
        list: "كل الخلاصات في قائمة واحدة (OPML)",
        filter: "ابحث عن قناة",
        shown: "القنوات المعروضة",
        items: "الأخبار",
        newest: "الأحدث",
        published: "نُشر",
        updated: "حُدّث",
        by: "بقلم",
        languages: "اللغات",
        translations: "متوفر أيضًا باللغة",
        source: "المصدر",
        files: "الملفات",
        no_items: "لا توجد أخبار بعد.",
        website: "الموقع",
        months: ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"],
        date: "{d} {m} {y}",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_write_them() {
        let date = Date::parse_from_rfc3339("2018-02-09T23:30:00-06:00").expect("a date");
        for (language, want) in [
            ("en-GB", "9 February 2018"),
            ("es", "9 de febrero de 2018"),
            ("de", "9. Februar 2018"),
            ("ar", "9 فبراير 2018"),
            ("fi", "9 February 2018"),
        ] {
            let language = Language::parse(language).expect(language);
            assert_eq!(Words::of(&language).day(date), want);
        }
    }

    #[test]
    fn no_word_is_missing() {
        for words in &TABLE {
            let value = serde_json::to_value(words).expect("words");
            let blank = value.as_object().expect("an object").iter().find(|(_, word)| word.as_str().is_none_or(str::is_empty));
            assert!(blank.is_none(), "{}: {blank:?}", words.language);
        }
    }
}
