//! Words that are a country's and something else's: what in a text is no evidence though a country's name is in it.
//!
//! Everything here is folded. The lists name what was seen or is likely in news in English, Spanish, French and Portuguese; what a
//! publication meets beyond them goes into `ignore` and `ambiguous` of its config.

/// Never evidence in running text: the continent's people, as in `Central American`.
pub(super) const NEVER: [&str; 2] = ["american", "americans"];

/// Evidence only where the config names the country under `ambiguous`: a state (Georgia), given names, ordinary words, places that bear the
/// same name in many countries.
#[rustfmt::skip]
pub(super) const AMBIGUOUS: [&str; 46] = [
    "anguila", "checa", "checas", "chili", "dominique", "emirates", "gales", "gana", "georgia", "georgian", "georgians", "granada",
    "granadina", "granadinas", "granadino", "granadinos", "grenade", "grenadin", "grenadine", "grenadines", "grenadins", "guadalupe",
    "la granada", "la grenade", "la reunion", "maurice", "mauricio", "montserrat", "monserrate", "reunion", "reuniao", "saint-martin",
    "saint martin", "salvador", "san bartolome", "san martin", "santa elena", "santa helena", "santa lucia", "sao bartolomeu",
    "sao martinho", "st. martin", "trinidad", "vincentian", "vincentians", "virgin islands",
];

/// Capitals that are evidence only in a dateline: there they stand for their country, elsewhere as often for a person, a feast, a thing or
/// another place.
#[rustfmt::skip]
pub(super) const DATELINE_ONLY: [&str; 48] = [
    "asuncion", "basse-terre", "castries", "colombo", "damas", "douglas", "flying fish cove", "george town", "georgetown", "gustavia",
    "haia", "hamilton", "jamestown", "kingston", "kingstown", "la paz", "lagos", "le cap", "lobamba", "male", "marigot", "moroni",
    "nassau", "praia", "roma", "roseau", "saint helier", "saint john's", "saint-denis", "saint-pierre", "san jose", "san juan",
    "santiago", "santo tome", "seul", "sofia", "st. george's", "st. john's", "stanley", "sucre", "the valley", "tripoli", "tunes",
    "valeta", "victoria", "washington", "wellington", "west island",
];

/// Evidence only with a capital letter: `turkey` is a bird, `chile` a pepper, `china` porcelain, `ecuador` a line, `polish` a verb.
#[rustfmt::skip]
pub(super) const CAPITALISED: [&str; 46] = [
    "anguila", "brit", "brits", "catar", "chad", "chile", "chili", "china", "cuba", "danes", "dominica", "ecuador", "finn", "finns",
    "gales", "gana", "granada", "grenade", "guernsey", "guinea", "hellenic", "india", "indian", "indians", "iran", "japan", "jersey",
    "jordan", "la granada", "la grenade", "la reunion", "lao", "malta", "panama", "peru", "philippine", "polish", "reuniao", "reunion",
    "suede", "swede", "swedes", "thais", "turk", "turkey", "turks",
];

/// Evidence only with the accents of the table: `francés` but not Frances, `Irã` but not `irá`.
pub(super) const ACCENTED: [&str; 9] = ["ama", "aman", "camarones", "chines", "frances", "ganes", "ira", "oma", "sana"];

/// Longer names that are not the country's whose name is in them.
#[rustfmt::skip]
pub(super) const OTHERS: [&str; 91] = [
    // Places of the same name.
    "new mexico", "nuevo mexico", "nouveau-mexique", "novo mexico", "gulf of mexico", "golfo de mexico", "golfe du mexique",
    "golfo do mexico", "new jersey", "nueva jersey", "nova jersey", "jersey city", "new england", "nueva inglaterra",
    "nouvelle-angleterre", "nova inglaterra", "new south wales", "nueva gales del sur", "nueva escocia", "nova escocia",
    "nouvelle-ecosse", "new britain", "british columbia", "columbia britanica", "new guinea", "nueva guinea", "nova guine",
    "nouvelle-guinee", "gulf of guinea", "golfo de guinea", "south georgia", "georgia del sur", "panama city beach",
    "panama city, florida", "jordan river", "river jordan", "rio jordan", "west jordan", "jordan valley", "niger delta",
    "delta del niger", "niger river", "rio niger", "spanish town", "san jose, california", "san jose, calif", "lebanon, pennsylvania",
    "peru, indiana", "indian ocean", "ocean indien", "oceano indiano", "nova granada", "nueva granada", "new spain", "nueva espana",
    "south china sea", "mar de china meridional", "sea of japan", "mar de japon", "irish sea", "london, ontario", "washington state",
    // People and peoples.
    "american indian", "american indians", "michael jordan", "dominican order", "dominican sisters", "dominican friar",
    "dominican friars",
    // Things, and treaties that bear the name of a city.
    "panama hat", "panama hats", "sombrero panama", "sombreros panama", "panama papers", "papeles de panama", "guinea pig",
    "guinea pigs", "guinea fowl", "guinea worm", "brazil nut", "brazil nuts", "french fries", "paris agreement", "acuerdo de paris",
    "accord de paris", "acordo de paris", "vienna convention", "convencion de viena", "rome statute", "lisbon treaty",
    "convenio de la haya",
];

/// A language, where a language is meant.
#[rustfmt::skip]
pub(super) const LANGUAGES: [&str; 38] = [
    "in spanish", "in french", "in portuguese", "spanish-language", "spanish language", "spanish-speaking", "spanish speaker",
    "spanish speakers", "french-language", "french language", "french-speaking", "french speakers", "portuguese-speaking",
    "portuguese-language", "en espanol", "al espanol", "en frances", "en portugues", "idioma espanol", "lengua espanola",
    "idioma frances", "en espagnol", "em espanhol", "em frances", "em portugues", "en portugais", "english and spanish",
    "spanish and english", "english and french", "french and english", "spanish and french", "french and spanish",
    "english, spanish and french", "english, french and spanish", "espanol e ingles", "espanol y frances", "ingles y frances",
    "frances y espanol",
];
