//! Whether somebody asks for money: a claim for damages or an injury goes to protocol and insurance as well.
//!
//! The defect is repaired like any other; what is owed for it is decided elsewhere (Italian civil code, art. 2051),
//! and no letter of ours admits anything.

use std::sync::LazyLock;

use regex::Regex;

use super::text::fold;

/// Words by which people ask for damages, tell of an injury or have a lawyer or insurer write, folded: a list for each
/// language in Latin letters.
const LATIN: [&str; 8] = [
    // it
    r"risarciment\w* | risarcire | risarcit\w* | rimbors\w+\ (?:dei\ |per\ i\ |i\ |le\ spese\ )?(?:danni|medic\w+|del\ carrozziere)
      | richiesta\ (?:di\ )?danni | chied\w*\ (?:i|il\ risarcimento\ dei)?\ ?danni | indennizz\w*
      | danni\ (?:da\ me\ )?(?:subiti|patiti|riportati|materiali|fisici) | danno\ (?:biologico|patrimoniale|alla\ mia|al\ mio)
      | danni\ (?:alla|al|ai|all)\W?\ ?(?:mi[aeo]i?|nostr[aeio]|auto|macchina|veicolo|moto|scooter|vettura|bici)\w*
      | (?:messa|costitu\w+)\ in\ mora | diffid[aoi]\w* | apertura\ (?:del\ |di\ (?:un\ )?)?sinistro | denuncia\ (?:di|del)\ sinistro
      | art\W{0,2}20(?:51|43)\b | cose\ in\ custodia | in\ nome\ e\ per\ conto | mi[oa]\ (?:assistit[oa]|avvocato|legale)
      | vostra\ (?:compagnia\ (?:di\ assicurazion\w+|assicurativa)|assicurazione) | polizza\ rct
      | referto\ (?:medico|ospedaliero|(?:del|di)\ pronto) | (?:andat[oa]|portat[oa]|finit[oa]|accompagnat[oa]|trasportat[oa]|ricoverat[oa])\ (?:\w+\ ){0,2}(?:al\ pronto\ soccorso|in\ ospedale|in\ ambulanza)
      | (?:mi\ sono|si\ e|si\ sono|ci\ siamo)\ (?:fatt[oaie]\ (?:molto\ |tanto\ )?male|infortunat[oaie]|ferit[oaie])
      | (?:mi\ sono|si\ e|si\ sono)\ (?:rott|fratturat|slogat|distort|lussat)[oaie]\ (?:il\ |la\ |lo\ |l.|un\ |una\ |i\ |le\ |due\ )?BODY
      | (?:fratture?|distorsion[ei]|contusion[ei]|lussazion[ei]|trauma)\ (?:al|alla|allo|all.|del|della|dello|dell.|di|alle|ai)\ ?BODY
      | punti\ di\ sutura | giorni\ di\ prognosi",
    // en
    r"(?:claim\w*|sue|suing)\ (?:you\ )?(?:for\ )?(?:the\ )?(?:damages?|compensation|injur\w+) | compensat(?:ion|e)\ (?:for|me) | reimburse\w*
      | insurance\ claim | (?:my|our)\ (?:lawyer|solicitor|attorney) | on\ behalf\ of\ (?:my|our)\ client | legal\ action | liable\ for
      | (?:i|he|she|we|my\ \w+)\ (?:was|were|got|have\ been|has\ been)\ (?:badly\ |seriously\ )?(?:injured|hurt) | (?:broke|sprained|fractured|twisted)\ (?:my|his|her)\ \w+",
    // fr
    r"dedommag\w* | indemnis\w* | dommages?\ (?:et|&)\ interets? | mise\ en\ demeure | reparation\ du\ prejudice | prejudice\ (?:subi|corporel)
      | (?:mon|notre)\ avocat | au\ nom\ de\ m(?:on|a)\ client\w* | (?:me\ suis|s.est|a\ ete|j.ai\ ete)\ blesse\w* | me\ suis\ (?:casse|foule|tordu)\w* | degats\ (?:sur|a)\ ma\ voiture",
    // es
    r"indemniz\w* | danos\ y\ perjuicios | responsabilidad\ patrimonial | reclam\w+\ (?:por\ )?(?:los\ )?danos | (?:mi|nuestro)\ abogad\w*
      | (?:me|se)\ (?:he|ha|rompi|rompio|lesion\w+|fractur\w+)\ ?(?:roto|lesionado|fracturado|hecho\ dano)? \ ?(?:el|la|un|una)\ (?:brazo|muneca|tobillo|pierna|pie|rodilla|cadera|hombro) | me\ (?:he\ )?(?:lesion\w+|hice\ dano|hecho\ dano) | en\ nombre\ de\ mi\ cliente",
    // de
    r"schadens?ersatz\w* | schmerzensgeld | entschadig\w* | haftpflicht\w* | (?:mein\w*|unser\w*)\ (?:rechts)?anwalt\w* | mandant\w* | hafte?n?\ fur\ den\ schaden
      | (?:habe|hat)\ (?:mich|sich|mir)\ (?:\w+\ ){0,3}(?:verletzt|gebrochen|verstaucht) | (?:wurde|bin)\ (?:\w+\ )?verletzt",
    // ro
    r"despagub\w* | daune\ (?:interese|morale|materiale) | (?:cer|solicit|platiti|pretind)\ (?:\w+\ ){0,3}(?:daune\w*|prejudici\w*) | (?:m.am|s.a)\ (?:ranit|accidentat|lovit)\w* | (?:mi.am|si.a)\ (?:rupt|fracturat|luxat|scrantit)\w* | avocatul\ (?:meu|nostru) | somatie",
    // sq
    r"demshperbl\w* | kompensim\w* | (?:jam|eshte|u)\ (?:lenduar|lendova|plagosur|plagosa) | (?:theva|theu|thyer)\ (?:\w+\ )?(?:kembe|doren|krahun|kyc)\w* | avokati\ (?:im|yne)",
    // pt, pl
    r"indenizac\w* | odszkodowan\w* | zadoscuczynien\w*",
];

/// What of a person breaks, in Italian: streets and lamps do, too.
const BODY: &str = r"(?:pols|cavigli|bracci|gamb|ginocchi|pied[ei]|spall|gomit|femor|costol|man[oi]|dit[oa]|test[ae]|nas|anc[ah]|schien|tibi|peron|malleol|omer|bacin|crani|vertebr|cervical|clavicol|menisc|dent[ei])(?:\b|[a-z]{1,2}\b)";

/// The same where words have other letters: there a word's beginning is its own mark.
const OTHERS: [&str; 4] = [
    // ar
    r"تعويض | اصبت | اصيب | انكسرت?\ (?:يدي|رجلي|ساقي|ذراعي) | محامي",
    // uk
    r"відшкод | компенс | збитк | травмува(?:в|ла|ли) | отрима\S+\ травм | поран(?:ен|ив|ил)
      | (?:зламал|вивихну)\S*\ (?:собі\ )?(?:руку|ногу|зап\S?яст|щиколот) | (?:міи|наш)\ адвокат",
    // zh
    r"赔偿 | 索赔 | 赔付 | 受伤 | 受了伤 | 摔伤 | 骨折 | 扭伤 | 医药费 | 医疗费 | 律师",
    // ru
    r"возмещени | возместит",
];

/// One automaton for all: letters are spelt out and a word's end is ASCII's, because Unicode's notions of both make it
/// give up and read a hundred times as slowly.
static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let latin = LATIN
        .join("|")
        .replace("BODY", BODY)
        .replace(r"\w", "[a-z0-9]")
        .replace(r"\W", "[^a-z0-9]");
    let edge = r"(?-u:\b)";
    let latin = latin.replace(r"\b", edge);
    Regex::new(&format!("(?x){edge}(?:{latin}){edge}|(?:{})", OTHERS.join("|"))).ok()
});

/// Words that deny what follows them: `nessuno si è fatto male`.
const DENIALS: [&str; 27] = [
    "non", "nessun", "nessuno", "nessuna", "senza", "no", "not", "nobody", "none", "without",
    "don't", "ne", "pas", "personne", "sans", "nadie", "sin", "kein", "keine", "keinen", "niemand",
    "nicht", "nu", "nimeni", "nuk", "не", "لا",
];

/// Words before a claim among which a denial is looked for.
const DENIAL_WORDS: usize = 3;

/// Bytes before a claim that are looked at: a text of many claims costs no more than one of few.
const DENIAL_BYTES_MAX: usize = 96;

/// Words of a claim that are shown; more tell nothing new.
const WORDS_MAX: usize = 12;

/// Characters before a claim in which a Chinese denial is looked for.
const DENIAL_CHARS: usize = 4;

/// The words that speak of damages, as folded text; none when nobody asks for anything.
#[must_use]
pub fn claims(subject: &str, text: &str) -> Vec<String> {
    let Some(pattern) = PATTERN.as_ref() else { return Vec::new() };
    let folded = fold(&format!("{subject}\n{text}"));
    let mut words: Vec<String> = Vec::new();
    for found in pattern.find_iter(&folded) {
        let before = folded.get(..found.start()).unwrap_or_default();
        let word = found.as_str().trim().to_owned();
        let denied = word.split_whitespace().any(|word| DENIALS.contains(&word));
        if !denied && !is_denied(before) && !words.contains(&word) {
            words.push(word);
        }
        if words.len() >= WORDS_MAX {
            break;
        }
    }
    words
}

/// Whether what stands before a claim denies it.
fn is_denied(before: &str) -> bool {
    let start = before.len().saturating_sub(DENIAL_BYTES_MAX);
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at));
    let near = start.and_then(|start| before.get(start..)).unwrap_or_default();
    let last = near.rsplit(['.', '!', '?', ';', ',']).next().unwrap_or_default();
    let denied = last
        .split_whitespace()
        .rev()
        .take(DENIAL_WORDS)
        .any(|word| DENIALS.contains(&word) || word == "ніхто" || word == "askush");
    denied || last.chars().rev().take(DENIAL_CHARS).any(|char| "不没无免怕防".contains(char))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten languages: who asks for money, tells of an injury, or has a lawyer write.
    #[test]
    fn claims_are_found_in_every_language() {
        for text in [
            "Chiedo il risarcimento dei danni alla mia auto.",
            "Vi chiedo i danni per la ruota squarciata",
            "Sono caduta nella buca e mi sono rotta il polso, vi allego il referto del pronto soccorso",
            "mia madre è inciampata e si è fatta molto male",
            "mio nonno si è rotto il femore, mia zia si è slogata una caviglia",
            "Mio padre è stato portato in ambulanza con una frattura al femore",
            "La presente vale quale formale messa in mora e diffida ad adempiere",
            "Scrivo in nome e per conto della signora Verdi, ai sensi dell'art. 2051 c.c.",
            "Fate intervenire la vostra assicurazione: ho bucato due gomme, apertura sinistro",
            "I claim damages for my car",
            "My daughter was injured on the broken swing",
            "Our lawyer will write to you; I broke my ankle",
            "Je demande une indemnisation, je me suis cassé le poignet",
            "Mise en demeure de réparer le préjudice subi",
            "Reclamo los daños y perjuicios, me he roto la muñeca",
            "Ich verlange Schadensersatz",
            "Ich habe mich am Fuß verletzt",
            "Solicit despăgubiri, mi-am rupt mâna",
            "Kërkoj dëmshpërblim, jam lënduar",
            "أطالب بتعويض عن الضرر، أصبت في قدمي",
            "Вимагаю відшкодування збитків",
            "Я зламала ногу на вашому тротуарі",
            "我要求赔偿",
            "我妈妈在这里摔倒受伤了",
        ] {
            assert!(!claims("", text).is_empty(), "{text}");
        }
        assert!(!claims("Richiesta di risarcimento danni", "Buca in via Po 2.").is_empty());
    }

    /// A defect that damages a building, a danger that hurts nobody yet, a claim that is denied: none of these.
    #[test]
    fn repairs_are_no_claims() {
        for text in [
            "Il temporale ha fatto danni al tetto della scuola",
            "Non chiedo risarcimento, solo che ripariate",
            "C'è una buca in via Roma",
            "La buca è davanti al pronto soccorso",
            "Sistematela prima che qualcuno si faccia male",
            "Per fortuna nessuno si è fatto male",
            "C'è una frattura dell'asfalto lunga due metri",
            "La panchina è rotta, il lampione si è rotto",
            "Luckily nobody was hurt when the branch fell",
            "Heureusement personne ne s'est blessé",
            "Zum Glück wurde niemand verletzt",
            "幸好没有人受伤",
            "请修好,以免有人受伤",
            "Хтось може травмуватися, полагодьте",
            "The bench is broken and the lamp is off",
            "Si è rotta la panchina del parco e si è rotto il tubo",
            "Si sono rotte le altalene, frattura del piedistallo della fontana",
            "Le banc s'est cassé, la vitre a été cassée",
            "Furtuna a făcut daune acoperișului școlii",
            "Der Ast ist gebrochen, die Lampe hängt",
        ] {
            assert_eq!(claims("", text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_long_text_of_claims_is_read_in_linear_time() {
        let many = "risarcimento ".repeat(200_000);
        assert_eq!(claims("", &many).len(), 1);
    }
}
