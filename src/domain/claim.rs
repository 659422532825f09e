//! Whether somebody asks for money: a claim for damages or an injury goes to protocol and insurance as well.
//!
//! The defect is repaired like any other; what is owed for it is decided elsewhere (Italian civil code, art. 2051),
//! and no letter of ours admits anything.

use std::sync::LazyLock;

use regex::Regex;

use super::text::fold;

/// Words by which people ask for damages or tell of an injury, folded: Italian first, then the other languages of
/// our letters. A lawyer or an insurer writes them, too.
const CLAIMS: &str = r"(?x)
    \b(?:
      risarciment\w* | risarcire | risarcit\w* | rimborso\ (?:dei\ |per\ i\ )?danni | richiesta\ (?:di\ )?danni
      | chied\w*\ (?:i\ |il\ risarcimento\ dei\ )?danni | danni\ (?:subiti|patiti|riportati|materiali|fisici|all.auto)
      | messa\ in\ mora | costituzione\ in\ mora | apertura\ (?:del\ )?sinistro | denuncia\ di\ sinistro
      | referto\ (?:del\ )?pronto\ soccorso | al\ pronto\ soccorso | mi\ sono\ (?:fatt[oa]\ male|rott[oa]|infortunat[oa])
      | (?:frattura|distorsione|contusion\w+)\ (?:al|alla|del|della|di)
      | claim\ (?:for\ )?(?:damages|compensation) | compensation\ for | reimburse\w* | i\ (?:was|got)\ injured
      | dedommag\w* | indemnisation | indemniz\w* | schadens?ersatz\w* | schmerzensgeld
      | despagubir\w* | demshperblim\w* | відшкод\w* | компенсац\w*
    )\b
    | تعويض | 赔偿";

static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(CLAIMS).ok());

/// The words that speak of damages, as folded text; none when nobody asks for anything.
#[must_use]
pub fn claims(subject: &str, text: &str) -> Vec<String> {
    let Some(pattern) = PATTERN.as_ref() else { return Vec::new() };
    let folded = fold(&format!("{subject}\n{text}"));
    let mut words: Vec<String> = Vec::new();
    for found in pattern.find_iter(&folded) {
        let before = folded.get(..found.start()).unwrap_or_default();
        let denied =
            before.split_whitespace().rev().take(3).any(|word| word == "non" || word == "nessun");
        let word = found.as_str().to_owned();
        if !denied && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_told_from_repairs() {
        for (text, expected) in [
            ("Chiedo il risarcimento dei danni alla mia auto.", true),
            (
                "Sono caduta nella buca e mi sono rotta il polso, vi allego il referto del pronto soccorso",
                true,
            ),
            ("I claim damages for my car", true),
            ("Ich verlange Schadensersatz", true),
            ("Вимагаю відшкодування збитків", true),
            ("我要求赔偿", true),
            ("Il temporale ha fatto danni al tetto della scuola", false),
            ("Non chiedo risarcimento, solo che ripariate", false),
            ("C'è una buca in via Roma", false),
        ] {
            assert_eq!(!claims("", text).is_empty(), expected, "{text}");
        }
    }
}
