//! The words of contractors. What they mean where they stand is told in `evidence`.

use super::Answer;

/// A word with `*` at its end stands for whatever it begins.
pub(super) type Stems = &'static [&'static str];

/// The order is taken.
pub(super) const ACCEPTED: Stems = &[
    "accetto",
    "accettiamo",
    "accettato",
    "accettata",
    "accettati",
    "accept",
    "accepted",
    "programmato",
    "programmata",
];

/// The order or something else is confirmed: it counts where nothing else is said.
pub(super) const CONFIRMED: Stems = &["confermo", "confermiamo", "confermato", "confermata"];

/// What is confirmed besides an order: `confermiamo che…`, `confermiamo la ricezione`.
pub(super) const RECEIVED: Stems = &["che", "lettura", "ricev*", "ricezione"];

/// They say what will be done: the order is accepted, nothing is done yet.
pub(super) const PROMISED: Stems = &[
    "andiamo",
    "andremo",
    "cominciamo",
    "comincer*",
    "completiamo",
    "completer*",
    "concludiamo",
    "concluder*",
    "eseguiamo",
    "eseguiremo",
    "eseguiro",
    "eseguiranno",
    "faremo",
    "finiamo",
    "finiremo",
    "iniziamo",
    "inizier*",
    "interveniamo",
    "interverr*",
    "passeremo",
    "passiamo",
    "pianifichiamo",
    "procederemo",
    "procediamo",
    "programmiamo",
    "provvederemo",
    "provvediamo",
    "ripareremo",
    "ripariamo",
    "sistemeremo",
    "sistemiamo",
    "sostituiamo",
    "sostituiremo",
    "termineremo",
    "terminiamo",
    "veniamo",
    "verremo",
];

/// They are at it.
pub(super) const STARTED: Stems = &["iniziat*", "cominciat*", "avviat*", "started", "begun"];

/// It is finished.
pub(super) const DONE: Stems = &[
    "eseguit*",
    "effettuat*",
    "fatto",
    "fatta",
    "fatti",
    "finit*",
    "conclus*",
    "terminat*",
    "completat*",
    "ultimat*",
    "risolt*",
    "riparat*",
    "sistemat*",
    "sostituit*",
    "ripristinat*",
    "avvenut*",
    "eliminat*",
    "provvedut*",
    "riacces*",
    "rifatt*",
    "rimoss*",
    "sbloccat*",
    "done",
    "completed",
    "finished",
    "fixed",
    "repaired",
    "resolved",
];

/// It stands still.
pub(super) const SUSPENDED: Stems =
    &["sospes*", "sospendo", "sospendiamo", "interrott*", "suspended"];

/// They will not.
pub(super) const REFUSED: Stems = &[
    "rifiuto",
    "rifiutiamo",
    "rifiutato",
    "rifiutata",
    "declino",
    "decliniamo",
    "declinato",
    "rinuncio",
    "rinunciamo",
    "refuse",
    "refused",
    "decline",
    "declined",
    "rejected",
];

/// An order that is closed; a street that is closed is none.
pub(super) const DONE_PHRASES: Stems = &[
    " intervento chiuso ",
    " lavoro chiuso ",
    " lavori chiusi ",
    " ordine chiuso ",
    " tutto risolto ",
];

/// The work stands still.
pub(super) const SUSPENDED_PHRASES: Stems =
    &[" cantiere fermo ", " intervento fermo ", " lavori fermi ", " lavoro fermo "];

/// The same in several words.
pub(super) const STARTED_PHRASES: Stems = &[
    " siamo sul posto ",
    " siamo gia sul posto ",
    " squadra sul posto ",
    " operai sul posto ",
    " stiamo lavorando ",
    " stiamo eseguendo ",
    " stiamo intervenendo ",
    " stiamo riparando ",
    " stiamo iniziando ",
    " in corso da ",
    " in corso dal ",
    " in corso oggi ",
    " in corso ora ",
];

/// The same in several words.
pub(super) const ACCEPTED_PHRASES: Stems = &[" in carico ", " ci pensiamo noi ", " we will "];

/// The work is another's, or cannot be had from them.
pub(super) const REFUSED_PHRASES: Stems = &[
    " non di nostra competenza ",
    " non e di nostra competenza ",
    " non rientra ",
    " non siamo disponibili ",
];

/// `non possiamo` refuses only at its end or before one of [`DEEDS`].
pub(super) const UNABLE: Stems = &[
    " impossibilitati",
    " impossibilitato",
    " non possiamo",
    " non riusciamo",
    " non siamo in grado",
    " non potremo",
];

/// What an order asks for.
pub(super) const DEEDS: Stems = &[
    "accettare",
    "effettuar*",
    "eseguir*",
    "farlo",
    "garantir*",
    "intervenir*",
    "prendere",
    "provveder*",
    "svolger*",
    "venire",
];

/// What makes an inability one of the hour, not a refusal.
pub(super) const HOURS: Stems = &[
    "adesso",
    "ancora",
    "domani",
    "entro",
    "finche",
    "fino",
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "ora",
    "oggi",
    "prima",
    "sabato",
    "senza",
    "stasera",
    "stamattina",
    "subito",
    "venerdi",
];

/// What decides only where nothing else does.
pub(super) const HINTS: [(Answer, Stems); 2] = [
    (Answer::Accepted, &[" ok ", " okay ", " va bene ", " d accordo "]),
    (Answer::Suspended, &[" in attesa ", " on hold "]),
];

/// Waiting for us is no suspension of the work.
pub(super) const AWAITED: Stems =
    &["conferma", "cortese", "gentile", "riscontro", "risposta", "vostr*"];

/// What denies the words behind it.
pub(super) const NOT: Stems = &[
    "non", "not", "mai", "nemmeno", "neanche", "nessun", "nessuna", "nessuno", "senza", "didn",
    "isn", "hasn", "haven",
];

/// Words from a denial to what it denies: `non è ancora stato possibile…`.
pub(super) const DENIAL_WORDS: usize = 4;

/// Before a participle, what makes it a plan or a wish: `verrà eseguito`, `deve essere sostituito`.
pub(super) const PLANNED: Stems = &[
    "be", "deve", "devono", "dovra", "dovranno", "essere", "sara", "saranno", "verra", "verranno",
    "will",
];

/// Words from these to the participle.
pub(super) const PLAN_WORDS: usize = 3;

/// Days to come.
pub(super) const AHEAD: Stems = &["domani", "dopodomani", "prossim*", "tomorrow"];

/// Days that are here or past: what is told beside them is no plan.
pub(super) const BEHIND: Stems =
    &["ieri", "oggi", "stamane", "stamani", "stamattina", "stanotte", "today", "yesterday"];

/// Behind an acceptance, what makes it one with a condition.
pub(super) const UNLESS: Stems = &["condizione", "if", "previa", "previo", "purche", "salvo", "se"];

/// Others have done it: `avete accettato`.
pub(super) const OTHERS: Stems = &["avete", "hai", "hanno"];

/// Before `rifiutare`, what makes it a decision.
pub(super) const MUST: Stems = &["costretti", "costretto", "devo", "dobbiamo"];

/// Not to do it.
pub(super) const REFUSING: Stems = &["declinare", "rifiutare", "rinunciare"];

/// Before a word, what makes it a condition.
pub(super) const IF: Stems =
    &["se", "quando", "qualora", "appena", "if", "when", "once", "until", "finche"];

/// What makes `appena` mean just now.
pub(super) const HAVING: Stems = &[
    "abbiamo", "ho", "hanno", "e", "sono", "stato", "stata", "stati", "state", "have", "has",
    "just",
];

/// What is done before and beside the work, a few words from `eseguito` or `fatto`.
pub(super) const ELSE: Stems = &[
    "contattar*",
    "ispezion*",
    "ordinar*",
    "preventiv*",
    "prova",
    "prove",
    "segnalar*",
    "sicurezza",
    "sopralluog*",
    "sopraluog*",
    "transenn*",
    "verific*",
];

/// The same right behind `fatto`: `fatto richiesta`, but `fatto come da richiesta`.
pub(super) const ELSE_BEHIND: Stems =
    &["foto", "presente", "presenti", "richiesta", "sapere", "telefonata"];

/// Between a word and its object.
pub(super) const DETERMINERS: Stems =
    &["alcune", "delle", "gli", "i", "il", "la", "le", "lo", "l", "un", "una"];

/// What comes to an end without the work being done.
pub(super) const SUPPLIES: Stems =
    &["asfalto", "material*", "pezzi", "ricamb*", "scort*", "soldi", "tempo"];

/// Words around a word that say of what it is said.
pub(super) const OBJECT_WORDS: usize = 4;

/// What makes a whole a part.
pub(super) const PARTLY: Stems = &["meta", "parzial*", "quasi", "partially", "almost"];

/// What makes `rifiuto` a thing.
pub(super) const ARTICLES: Stems = &["un", "il", "del", "al", "ogni", "qualche"];

/// Whether a folded word is one of these.
pub(super) fn is_of(word: &str, stems: Stems) -> bool {
    stems.iter().any(|stem| match stem.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *stem,
    })
}
