//! Names of streets and sites in a form in which two spellings of one name are the same, and how far two
//! names are apart.

use super::super::token::is_link;

/// A name as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain::place) struct Name {
    /// The kind's plain word (`via`, `piazza`, `scuola`); empty when there is none.
    pub(in crate::domain::place) kind: String,
    /// What tells it from others of its kind: folded, without articles, numbers in figures.
    pub(in crate::domain::place) words: Vec<String>,
}

/// How a said name fits a known one; smaller is nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain::place) struct Fit {
    /// Letters that differ.
    pub(in crate::domain::place) edits: usize,
    /// More letters than a slip of a word of that length: no match, yet a rival of one.
    pub(in crate::domain::place) far: bool,
    /// Another kind of street, or none said.
    pub(in crate::domain::place) kind_differs: bool,
    /// Words that only one of the two has (a first name, a title).
    pub(in crate::domain::place) lacking: usize,
}

impl Fit {
    /// The very name.
    pub(in crate::domain::place) const EXACT: Self =
        Self { edits: 0, far: false, kind_differs: false, lacking: 0 };
}

/// Written forms of one kind; the first is the plain word. Words with a stop inside are in two pieces.
const KINDS: [&[&str]; 14] = [
    &["via", "v"],
    &["viale", "vle", "v le"],
    &["piazza", "pzza", "pza", "p zza", "p za", "piata", "plaza", "place", "platz"],
    &["piazzale", "ple", "pzle", "p le", "p zle"],
    &["piazzetta", "p tta"],
    &["corso", "cso", "c so"],
    &["largo", "lgo", "l go"],
    &["vicolo", "vlo", "v lo", "vic"],
    &["strada", "str", "strada comunale", "strada vicinale"],
    &["contrada", "cda", "c da"],
    &["borgo", "bgo", "b go"],
    &["localita", "loc"],
    &["sp", "strada provinciale", "provinciale"],
    &["ss", "strada statale", "statale"],
];

/// Kinds that are taken for each other: what one drives along, and what one stands on.
const ALIKE: [&[&str]; 2] = [
    &["", "via", "viale", "vialetto", "corso", "strada", "vicolo", "borgo", "contrada", "salita"],
    &["", "piazza", "piazzale", "piazzetta", "largo"],
];

/// Titles that people put before a name, or leave out.
const TITLES: [&str; 42] = [
    "don",
    "generale",
    "gen",
    "monsignor",
    "monsignore",
    "mons",
    "padre",
    "suor",
    "papa",
    "cardinale",
    "card",
    "dottor",
    "dott",
    "dr",
    "professor",
    "prof",
    "onorevole",
    "on",
    "cavalier",
    "cav",
    "conte",
    "marchese",
    "principe",
    "maresciallo",
    "capitano",
    "cap",
    "tenente",
    "ten",
    "colonnello",
    "col",
    "senatore",
    "sen",
    "avvocato",
    "avv",
    "ingegner",
    "ing",
    "maestro",
    "beato",
    "beata",
    "fra",
    "ammiraglio",
    "sindaco",
];

const CARDINALS: [&str; 31] = [
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
    "venti",
    "ventuno",
    "ventidue",
    "ventitre",
    "ventiquattro",
    "venticinque",
    "ventisei",
    "ventisette",
    "ventotto",
    "ventinove",
    "trenta",
    "trentuno",
];

const ORDINALS: [&str; 23] = [
    "primo",
    "secondo",
    "terzo",
    "quarto",
    "quinto",
    "sesto",
    "settimo",
    "ottavo",
    "nono",
    "decimo",
    "undicesimo",
    "dodicesimo",
    "tredicesimo",
    "quattordicesimo",
    "quindicesimo",
    "sedicesimo",
    "diciassettesimo",
    "diciottesimo",
    "diciannovesimo",
    "ventesimo",
    "ventunesimo",
    "ventiduesimo",
    "ventitreesimo",
];

/// The plain word of a kind, when these words begin with one, and how many of them it takes.
pub(in crate::domain::place) fn kind_of(words: &[&str]) -> Option<(&'static str, usize)> {
    [2_usize, 1].into_iter().find_map(|count| {
        let said = words.get(..count)?.join(" ");
        let forms = KINDS.iter().find(|forms| forms.contains(&said.as_str()))?;
        Some((*forms.first()?, count))
    })
}

impl Name {
    /// From folded words: the kind's, then the name's (`strada` and `provinciale 494` are one road's).
    pub(in crate::domain::place) fn of(kind: &str, words: &[&str]) -> Self {
        let said: Vec<&str> = kind.split_whitespace().collect();
        let all: Vec<&str> = said.iter().chain(words).copied().collect();
        match kind_of(&all) {
            Some((plain, count)) if !said.is_empty() && count >= said.len() => Self {
                kind: plain.to_owned(),
                words: plain_words(all.get(count..).unwrap_or_default()),
            },
            _ => Self { kind: kind.to_owned(), words: plain_words(words) },
        }
    }

    /// How this said name fits a known one; `None` when it does not.
    pub(in crate::domain::place) fn fit(&self, known: &Self) -> Option<Fit> {
        let kind_differs = self.kind != known.kind;
        if known.kind == "sp" || known.kind == "ss" {
            // Roads outside town are known by their number; what follows says where they lead.
            let same = self.words.first() == known.words.first() && !kind_differs;
            return same.then_some(Fit::EXACT);
        }
        let Alignment { edits, far, lacking } = aligned(&self.words, &known.words)
            .or_else(|| aligned(&untitled(&self.words), &untitled(&known.words)))?;
        let alike = ALIKE.iter().any(|kinds| {
            kinds.contains(&self.kind.as_str()) && kinds.contains(&known.kind.as_str())
        });
        let too_far = kind_differs && (edits > 0 || (lacking > 0 && !alike));
        (!too_far).then_some(Fit { edits, far, kind_differs, lacking })
    }
}

fn untitled(words: &[String]) -> Vec<String> {
    let plain: Vec<String> =
        words.iter().filter(|word| !TITLES.contains(&word.as_str())).cloned().collect();
    if plain.is_empty() { words.to_vec() } else { plain }
}

/// Words that a name may have beyond the other: two first names.
const LACKING_MAX: usize = 2;

/// A surname alone stands for a whole name only when it is not shorter than this.
const SURNAME_CHARS_MIN: usize = 4;

/// Two lists of words laid side by side.
struct Alignment {
    edits: usize,
    far: bool,
    lacking: usize,
}

fn aligned(said: &[String], known: &[String]) -> Option<Alignment> {
    let (short, long) = if said.len() <= known.len() { (said, known) } else { (known, said) };
    let mut free: Vec<Option<&String>> = long.iter().map(Some).collect();
    let mut found = Alignment { edits: 0, far: false, lacking: 0 };
    let (mut initials, mut strays) = (0_usize, 0_usize);
    for word in short {
        // The nearest of the words that are left: the first of equals.
        let nearest = free
            .iter()
            .enumerate()
            .filter_map(|(at, other)| Some((apart(word, (*other)?)?, at)))
            .min();
        let Some(((letters, initial, too_many), at)) = nearest else {
            // The `l` of `l'Aquila` is in one spelling and not in the other.
            strays = strays.saturating_add(1);
            if !is_letter(word) {
                return None;
            }
            continue;
        };
        *free.get_mut(at)? = None;
        found.edits = found.edits.saturating_add(letters);
        found.far |= too_many;
        initials = initials.saturating_add(usize::from(initial));
    }
    found.lacking = free.iter().flatten().filter(|word| !is_letter(word)).count();
    let surname_left = free.last().is_some_and(Option::is_some);
    let surname = short.last().is_some_and(|word| word.chars().count() >= SURNAME_CHARS_MIN);
    // A letter that fits no word of a longer name is another first name's.
    let another = strays > 0 && found.lacking > 0;
    if found.lacking > LACKING_MAX || another || (found.lacking > 0 && (surname_left || !surname)) {
        return None;
    }
    found.lacking = found.lacking.saturating_add(initials);
    // A name of letters alone says nothing.
    let says = initials.saturating_add(strays) < short.len();
    (says && found.edits <= EDITS_MAX).then_some(found)
}

fn is_letter(word: &str) -> bool {
    word.chars().nth(1).is_none() && !word.bytes().all(|byte| byte.is_ascii_digit())
}

/// One or two letters wrong are a slip; three are another name.
const EDITS_MAX: usize = 2;

/// How far two words are apart: letters that differ, whether it is an initial for the word, and whether the
/// letters are too many for a slip. Figures never differ.
fn apart(one: &str, other: &str) -> Option<(usize, bool, bool)> {
    if one == other {
        return Some((0, false, false));
    }
    let figures = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    if figures(one) || figures(other) || one.chars().next() != other.chars().next() {
        return None;
    }
    let (length, other_length) = (one.chars().count(), other.chars().count());
    // `S.` is a saint, or Sebastiano.
    let saint =
        (one == "san" && length < other_length) || (other == "san" && other_length < length);
    if saint || (length == 1) != (other_length == 1) {
        return Some((0, true, false));
    }
    let most = match length.min(other_length) {
        0..5 => return None,
        5..8 => 1,
        _ => EDITS_MAX,
    };
    if length.abs_diff(other_length) > EDITS_MAX {
        return None;
    }
    let letters = strsim::osa_distance(one, other);
    (letters <= EDITS_MAX).then_some((letters, false, letters > most))
}

/// Folded words without articles, saints and brothers in one spelling, numbers in figures.
pub(in crate::domain::place) fn plain_words(words: &[&str]) -> Vec<String> {
    let mut plain: Vec<String> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        // Fernando Santi is none of them.
        let before_name = at.saturating_add(1) < words.len();
        let next = match *word {
            "s" | "san" | "santa" | "santo" | "sant" | "santi" if before_name => "san".to_owned(),
            "flli" | "fratelli" => "fratelli".to_owned(),
            "lli" => {
                if plain.last().is_some_and(|before| before == "f") {
                    plain.pop();
                }
                "fratelli".to_owned()
            }
            "i" => "1".to_owned(),
            "" => continue,
            // A single letter may be an initial.
            word if is_link(word) && word.len() > 1 => continue,
            word => in_figures(word).unwrap_or_else(|| word.to_owned()),
        };
        plain.push(next);
    }
    plain
}

/// `xxv`, `venticinque`, `ventitreesimo`, `1°` as figures.
fn in_figures(word: &str) -> Option<String> {
    let digits = word.trim_end_matches(['o', 'a']);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(digits.to_owned());
    }
    let spelled = CARDINALS
        .iter()
        .position(|known| *known == word)
        .or_else(|| ORDINALS.iter().position(|known| *known == word))
        .map(|at| at.saturating_add(1));
    spelled.or_else(|| roman(word)).map(|number| number.to_string())
}

/// Popes, kings and days of a month: `ii` to `xxxix`.
fn roman(word: &str) -> Option<usize> {
    const TENS: [&str; 4] = ["", "x", "xx", "xxx"];
    const ONES: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    (2..40_usize).find(|number| {
        let (tens, ones) = (number.checked_div(10), number.checked_rem(10));
        let piece = |of: &[&'static str], at: Option<usize>| {
            at.and_then(|at| of.get(at)).copied().unwrap_or_default()
        };
        word.strip_prefix(piece(&TENS, tens)) == Some(piece(&ONES, ones))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        let words: Vec<&str> = text.split(' ').collect();
        let (kind, count) = kind_of(&words).unwrap_or(("", 0));
        Name::of(kind, &words[count..])
    }

    #[test]
    fn spellings_of_one_name_are_one_name() {
        for (one, other) in [
            ("via xxv aprile", "via venticinque aprile"),
            ("via 25 aprile", "via xxv aprile"),
            ("via giovanni xxiii", "via giovanni ventitreesimo"),
            ("via 1o maggio", "via i maggio"),
            ("v le s pietro", "viale san pietro"),
            ("via f lli cervi", "via fratelli cervi"),
            ("p zza della liberta", "piazza liberta"),
            ("via garibaldi giuseppe", "via giuseppe garibaldi"),
            ("strada provinciale 494 pavia", "sp 494"),
        ] {
            assert_eq!(name(other).fit(&name(one)), Some(Fit::EXACT), "{one} / {other}");
        }
    }

    #[test]
    fn slips_cost_and_other_names_do_not_fit() {
        let fit =
            |edits, kind_differs, lacking| Some(Fit { edits, far: false, kind_differs, lacking });
        for (said, known, expected) in [
            ("via garibaldi", "via giuseppe garibaldi", fit(0, false, 1)),
            ("via g garibaldi", "via giuseppe garibaldi", fit(0, false, 1)),
            ("via giuseppe garibaldi", "via garibaldi", fit(0, false, 1)),
            ("via don minzoni", "via giovanni minzoni", fit(0, false, 1)),
            ("via garibladi", "via giuseppe garibaldi", fit(1, false, 1)),
            ("corso garibaldi", "via garibaldi", fit(0, true, 0)),
            ("garibaldi", "via giuseppe garibaldi", fit(0, true, 1)),
            ("piazza garibaldi", "via giuseppe garibaldi", None),
            ("corso garibladi", "via garibaldi", None),
            ("via giuseppe", "via giuseppe garibaldi", None),
            ("via emilia", "via emilia san pietro", None),
            ("via rossini", "via rossi", Some(Fit { edits: 2, far: true, ..Fit::EXACT })),
            ("via 24 maggio", "via 25 maggio", None),
            ("via po", "via pio", None),
            ("via l garibaldi", "via giuseppe garibaldi", None),
            ("via g g", "via giuseppe garibaldi", None),
            ("via roma", "via roma antica", None),
        ] {
            assert_eq!(name(said).fit(&name(known)), expected, "{said} / {known}");
        }
    }
}
