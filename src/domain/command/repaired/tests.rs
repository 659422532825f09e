//! Promises of the answers to the question whether it is repaired.

use super::is_repaired;

fn all_say(expected: Option<bool>, texts: &[&str]) {
    let wrong = |text: &&&str| is_repaired(text) != expected;
    let wrong: Vec<&&str> = texts.iter().filter(wrong).collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
}

#[test]
fn a_repair_is_confirmed_in_every_language() {
    all_say(
        Some(true),
        &[
            "SI",
            "Sì",
            "sì grazie",
            "si, tutto a posto",
            "Si tutto bene, grazie!",
            "Tutto a posto, grazie.",
            "ok",
            "Risolto!",
            "Sì.\nAnna Rossi",
            "Buongiorno,\nsì, il lampione funziona.\nCordiali saluti",
            "Confermo, riparato",
            "Il problema è stato risolto, grazie mille",
            "Non ci sono problemi",
            "non è più rotto",
            "yes",
            "It's fixed, thanks!",
            "it's working now",
            "Da ieri funziona",
            "Yes, it works now. Thanks!",
            "It has been fixed, thank you",
            "All good",
            "no problem, all good",
            "oui",
            "Oui, merci",
            "Oui, encore merci",
            "Sì, grazie ancora!",
            "Perfetto, risolto",
            "Yes thanks, sorted",
            "problema risolto 👍",
            "Sì, è stato riparato ieri mattina",
            "Funziona di nuovo",
            "It works again",
            "La luce è tornata, grazie",
            "C'est réparé, merci beaucoup",
            "Tout est bon",
            "sí",
            "Sí, ya está arreglado",
            "Todo bien, gracias",
            "Está solucionado.",
            "ja",
            "Ja, alles in Ordnung, danke",
            "Die Lampe leuchtet wieder",
            "Behoben!",
            "da",
            "Da, s-a rezolvat. Mulțumesc",
            "Totul este în regulă",
            "po",
            "Po, u rregullua, faleminderit",
            "Gjithçka në rregull",
            "так",
            "Так, полагодили, дякую",
            "Все гаразд",
            "да",
            "نعم",
            "نعم، تم الإصلاح، شكرا",
            "تم إصلاحه",
            "是",
            "是的，修好了，谢谢",
            "好了",
            "已经修好了",
            "没问题了",
        ],
    );
}

#[test]
fn what_is_still_broken_is_heard() {
    all_say(
        Some(false),
        &[
            "NO",
            "No.",
            "no grazie, è ancora spento",
            "No, è ancora rotto",
            "purtroppo no",
            "Purtroppo è ancora tutto uguale",
            "Buongiorno, no: la buca c'è ancora.",
            "Non è stato riparato",
            "Non è ancora stato riparato",
            "non funziona",
            "No, non è venuto nessuno",
            "La buca si è riaperta",
            "È di nuovo spento",
            "si è rotto di nuovo",
            "Non ancora",
            "Il lampione continua a essere spento",
            "Mai riparato",
            "Nessuno ha riparato nulla",
            "Tutto come prima",
            "No, l'hanno riparato ma è già rotto",
            "lavoro fatto male",
            "Riparato male",
        ],
    );
}

#[test]
fn what_is_still_broken_is_heard_in_every_language() {
    all_say(
        Some(false),
        &[
            "Not yet fixed",
            "Still not repaired",
            "Noch nicht repariert",
            "Pas encore réparé",
            "Todavía no está arreglado",
            "Încă nu e reparat",
            "ще не полагодили",
            "还没有修好",
            "Not at all",
            "Absolutely not",
            "no, still broken",
            "Still broken",
            "It's still broken",
            "S'punon",
            "It is not fixed",
            "it isn't working",
            "Not yet",
            "Nobody came",
            "non",
            "Non, toujours pas réparé",
            "Ce n'est pas réparé",
            "Ça ne marche pas",
            "Pas encore",
            "No, sigue roto",
            "No está arreglado",
            "no funciona",
            "Todavía no",
            "nein",
            "Nein, immer noch kaputt",
            "Es funktioniert nicht",
            "Leider nicht repariert",
            "noch nicht",
            "nu",
            "Nu, încă nu funcționează",
            "Nu este reparat",
            "Din păcate, nu",
            "jo",
            "Jo, ende i prishur",
            "Nuk është rregulluar",
            "Jo, nuk punon",
            "ні",
            "Ні, досі не працює",
            "Не полагодили",
            "так і не полагодили",
            "لا",
            "لا، ما زال معطلا",
            "لم يتم الإصلاح",
            "لا يعمل",
            "没有",
            "不",
            "没有修好",
            "还没修好",
            "还是坏的",
            "没有，还是不亮",
            "否",
            "是坏的",
        ],
    );
}

/// Neither: staff read it.
#[test]
fn what_says_both_or_nothing_is_no_answer() {
    all_say(
        None,
        &[
            "",
            "?",
            "Buongiorno",
            "Anna Rossi",
            "Sì, ma è ancora spento il secondo",
            "Sì e no",
            "È stato riparato?",
            "Sì. Quando venite per l'altro?",
            "In parte",
            "Funziona quasi",
            "No, tutto a posto",
            "Non saprei",
            "Boh",
            "Yes, but the other one is out",
            "Mi si chiede di rispondere",
            "Ja, aber nur teilweise",
            "C'è un altro lampione da guardare in via Po 3",
        ],
    );
}

/// However long and whatever it repeats, a text is read to its limits.
#[test]
fn a_hostile_text_is_read_to_its_limits() {
    for piece in ["non ", "no,", "没", "?", "n'", "\u{301}", "sì è "] {
        std::hint::black_box(is_repaired(&piece.repeat(100_000)));
        std::hint::black_box(is_repaired(&format!("{piece}\n").repeat(10_000)));
    }
}
