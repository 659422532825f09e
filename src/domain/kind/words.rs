//! The words of answering programs, by language. They confirm a header or withhold an answer; alone
//! they never silence anybody.

use std::sync::LazyLock;

use super::sight::Sight;
use crate::domain::phrases::Phrases;

/// Subjects that programs alone give to absence notices, each in the language of its menus.
pub(super) fn program_subject(sight: &Sight<'_>) -> bool {
    static OPENINGS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(PROGRAM_OPENINGS));
    OPENINGS.opens(sight.subject()) || noted_absence(sight)
}

/// `AUTO: … is out of the office`, as Notes writes it.
fn noted_absence(sight: &Sight<'_>) -> bool {
    static ANYWHERE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(ABSENCE_ANYWHERE));
    sight.subject().starts_with("auto:") && ANYWHERE.found(sight.subject())
}

/// Subjects that absence notices begin with, or consist of.
pub(super) fn absence_subject(sight: &Sight<'_>) -> bool {
    static OPENINGS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(ABSENCE_OPENINGS));
    let subject = sight.subject();
    program_subject(sight)
        || OPENINGS.opens(subject)
        || ABSENCE_WHOLE.contains(&subject.trim_end_matches(['.', '!', ' ']))
}

/// What absence notices say; people say some of it too.
pub(super) fn absence_body(sight: &Sight<'_>) -> bool {
    LOOSE.found(sight.head()) || SENTENCES.found(sight.head())
}

/// How many different things of an absence notice the new words say, of those that people say too.
pub(super) fn absence_hints(sight: &Sight<'_>) -> usize {
    LOOSE.different(sight.head())
}

/// The first sentences are an absence notice's.
pub(super) fn absence_opening(sight: &Sight<'_>) -> bool {
    SENTENCES.found(sight.opening())
}

/// Subjects of receipts that other ticket systems send.
pub(super) fn receipt_subject(sight: &Sight<'_>) -> bool {
    static OPENINGS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(RECEIPT_OPENINGS));
    OPENINGS.opens(sight.subject())
}

/// What such receipts say; people speak of tickets too.
pub(super) fn receipt_body(sight: &Sight<'_>) -> bool {
    static LOOSE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(RECEIPT_LOOSE));
    LOOSE.found(sight.head()) || RECEIPTS.found(sight.head())
}

/// The first sentences are those of another ticket system's receipt.
pub(super) fn receipt_opening(sight: &Sight<'_>) -> bool {
    RECEIPTS.found(sight.opening())
}

/// Sentences that only a program begins with: enough to withhold an answer.
pub(super) fn automatic_opening(sight: &Sight<'_>) -> bool {
    absence_opening(sight) || receipt_opening(sight)
}

/// "This is an automatic message, do not reply": at the beginning or at the end of the new words.
pub(super) fn automatic_notice(sight: &Sight<'_>) -> bool {
    static NOTICES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(NOTICE_PHRASES));
    sight.ends().any(|text| NOTICES.found(text))
}

static LOOSE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(ABSENCE_LOOSE));

static SENTENCES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(ABSENCE_SENTENCES));

static RECEIPTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(RECEIPT_SENTENCES));

/// The tag of another system in the subject: `[Ticket#2024…]`, `[TT#…]`, `[#ABC-12]`, `[rt.example #12]`.
pub(super) fn foreign_ticket(sight: &Sight<'_>) -> bool {
    let mut rest: &str = sight.subject();
    while let Some((_, after)) = rest.split_once('[') {
        let tag = after.split(']').next().unwrap_or_default();
        let marked = ["ticket", "tt#", "case", "richiesta", "request", "incident", "rt "]
            .iter()
            .any(|word| tag.starts_with(word));
        let numbered = tag.bytes().any(|byte| byte.is_ascii_digit());
        if numbered && tag.len() <= TAG_BYTES_MAX && (marked || tag.contains('#')) {
            return true;
        }
        rest = after;
    }
    false
}

/// Tags are short; a sentence in brackets is a person's.
const TAG_BYTES_MAX: usize = 40;

const PROGRAM_OPENINGS: &str = "
    risposta automatica | risponditore automatico | autorisposta | auto risposta
    risposta non al computer | messaggio automatico di assenza | automatic reply | auto reply
    auto-reply | autoreply | auto response | auto-response | automatic response | autoresponse
    out of office | out-of-office | out of the office | ooo: | vacation reply | automatische antwort
    automatische rückmeldung | abwesenheitsnotiz | abwesenheitsbenachrichtigung
    abwesenheitsmeldung | autoantwort | réponse automatique | message d'absence | auto-réponse
    respuesta automática | autorespuesta | respuesta de ausencia | resposta automática
    automatisch antwoord | automatische beantwoording | afwezigheidsbericht
    automatyczna odpowiedź | odpowiedź automatyczna | autoodpowiedź | răspuns automat
    mesaj automat | автоответ | автоматический ответ | автоматична відповідь
    përgjigje automatike | automatiskt svar | automatisk svar | automaattinen vastaus | 自動返信
    自动回复 | autosvar | автоматично | automata válasz | automatikus válasz | automatická odpověď
    automatická odpoveď | αυτόματη απάντηση | otomatik yanıt | automatski odgovor
    автоматичен отговор | 自動回覆 | 自动答复 | رد تلقائي | رد آلي | الرد التلقائي
";

/// What people begin a subject with too: "Assente: segnaletica in via Po".
const ABSENCE_OPENINGS: &str = "
    fuori sede: | fuori ufficio: | assente dall'ufficio | assenza dall'ufficio | assente: | assenza:
    sono in ferie | sono fuori ufficio | sono fuori sede | in ferie: | i am out of | i'm out of
    on vacation | away from | away until | on leave | vacation: | abwesenheit: | abwesend:
    nicht im büro | absence du bureau | absent du bureau | absence : | fuera de la oficina
    fuera de oficina | ausente: | fora do escritório | ausência temporária | afwezig | niet aanwezig
    poza biurem | nieobecność | nieobecny | absent din birou | afwezigheid | assente dal servizio
    assente dal lavoro | assente fino | assente per ferie | assente per malattia | sarò assente
    jashtë zyre | mungesë nga zyra | нет на месте
";

/// Words that say it only when nothing else stands in the subject: "Assenza di luce" is a report.
const ABSENCE_WHOLE: &[&str] = &[
    "assente",
    "assenza",
    "ferie",
    "in ferie",
    "fuori sede",
    "fuori ufficio",
    "vacation",
    "ooo",
    "away",
    "abwesend",
    "abwesenheit",
    "urlaub",
    "absence",
    "absent",
    "ausente",
    "vacaciones",
    "ferias",
    "afwezig",
    "urlop",
    "concediu",
    "malattia",
    "maternita",
];

/// Said by Notes inside its subject: `AUTO: Anna Verdi is out of the office (returning 12/03)`.
const ABSENCE_ANYWHERE: &str = "
    out of the office | out of office | fuori ufficio | fuori sede | assente | non in ufficio
    nicht im büro | nicht im hause | abwesend | absent | absente | fuera de la oficina
    fora do escritório | afwezig | is away | on vacation | in ferie | returning | rientro
    ritorno
";

/// Sentences that no report begins with.
const ABSENCE_SENTENCES: &str = "
    # Italian.
    sono fuori ufficio | sarò fuori ufficio | sono attualmente fuori ufficio
    sono fuori sede fino | sono attualmente assente | sono assente dall'ufficio
    sarò assente dall'ufficio | assente dall'ufficio | non sono in ufficio | non sarò in ufficio
    l'ufficio è chiuso per ferie | gli uffici resteranno chiusi | l'ufficio resterà chiuso
    non potrò leggere la posta | risponderò al mio ritorno | risponderò al mio rientro
    questa è una risposta automatica | risposta automatica
    # English.
    i am out of the office | i'm out of the office | i am currently out of | i am currently away
    i will be out of | out of office until | out of the office until | out of the office from
    i am currently on annual leave | i am currently on leave | i am currently on parental leave
    i am currently on holiday | i am currently on vacation | on parental leave | on sick leave until
    i am on annual leave | i am on leave | limited access to email | limited access to my email
    limited access to e-mail | on maternity leave | this is an automatic reply
    this is an automated reply | this is an automated response | this is an auto-reply
    # German.
    bin nicht im büro | bin ich nicht im büro | ich bin derzeit nicht | ich bin zurzeit nicht
    ich bin bis zum | bin ich bis zum | bin ich abwesend | dies ist eine automatische antwort
    # French.
    actuellement absent | actuellement absente | absent du bureau | absente du bureau
    je serai absent | je serai absente | ceci est une réponse automatique
    # Spanish and Portuguese.
    estoy fuera de la oficina | fuera de la oficina | estaré ausente | me encuentro ausente
    esta es una respuesta automática | estou fora do escritório | fora do escritório
    estarei ausente | esta é uma resposta automática
    # Dutch, Polish, Romanian, Ukrainian, Russian.
    ik ben afwezig | ben ik afwezig | ik ben niet op kantoor | dit is een automatisch antwoord
    przebywam na urlopie | jestem na urlopie | jestem nieobecny | jestem nieobecna | poza biurem
    nu sunt la birou | sunt în concediu | acesta este un răspuns automat | я у відпустці
    я в отпуске
    я буду у відпустці | я буду в отпуске | меня нет на рабочем месте | мене немає на роботі
    jam me pushime deri | jam jashtë zyrës | kjo është një përgjigje automatike
    # Chinese, Arabic.
    我正在休假 | 我目前不在办公室 | 我現在不在辦公室 | 这是自动回复 | 我在休假 | أنا خارج المكتب | أنا في إجازة
    هذا رد تلقائي | سأكون خارج المكتب
";

/// What people may say too: only a second sign makes an absence notice of it.
const ABSENCE_LOOSE: &str = "
    # Italian.
    sono fuori sede | sarò fuori sede | sono in ferie | sarò in ferie | sarò assente
    sono assente | assente dal lavoro | assente per ferie | assente fino al | fino al mio rientro
    al mio rientro | al mio ritorno | rientrerò | sarò di nuovo in ufficio
    sarò nuovamente in ufficio | gli uffici sono chiusi | chiusura estiva | chiuso per ferie
    in smart working | per urgenze contattare | per urgenze rivolgersi | per comunicazioni urgenti
    in caso di urgenza contattare | uffici resteranno chiusi | uffici saranno chiusi
    saranno lette al rientro | al rientro | leggerò la sua | leggerò la tua | leggerò la posta
    leggerò le mail | non lavora più | non è più in servizio presso | non fa più parte
    indirizzo non è più attivo | casella non è più attiva | indirizzo è stato dismesso
    casella è stata dismessa | nuovo indirizzo di posta
    # English.
    i am on holiday | no access to my | without access to | no longer with | no longer works
    no longer employed | no longer in use | no longer active | update your records
    update your address book | i am on vacation | i am away | upon my return | when i return | on my return
    for urgent matters | in urgent cases | back in the office
    # German.
    nicht im hause | nicht im haus | ich bin abwesend | im urlaub | nach meiner rückkehr
    wieder erreichbar | arbeitet nicht mehr | nicht mehr im unternehmen | nicht mehr gültig
    wird nicht weitergeleitet | nicht erreichbar | in dringenden fällen
    # French.
    je suis absent | je suis absente | je suis en congé | en congés | à mon retour
    dès mon retour | en cas d'urgence | ne travaille plus | n'est plus valide
    # Spanish and Portuguese.
    estoy de vacaciones | a mi regreso | a mi vuelta | estou ausente | de férias até
    no meu regresso | ya no trabaja | ya no está en uso | já não trabalha
    # Dutch, Polish, Romanian, Albanian.
    niet aanwezig | niet op kantoor | met vakantie | op vakantie | bij terugkomst | po powrocie
    sunt plecat | sunt plecată | voi reveni | jam me pushime
    # Danish, Norwegian, Swedish, Finnish.
    jeg er på ferie | jeg er ikke på kontoret | jag är på semester | jag är inte på kontoret
    olen lomalla | olen poissa
";

const RECEIPT_OPENINGS: &str = "
    abbiamo ricevuto la tua | abbiamo ricevuto la sua | abbiamo ricevuto il tuo
    abbiamo ricevuto il suo | abbiamo ricevuto la vostra | conferma ricezione
    conferma di ricezione | conferma apertura ticket | conferma di apertura | apertura ticket
    ticket aperto | ticket creato | presa in carico | richiesta ricevuta
    richiesta presa in carico | richiesta registrata | segnalazione registrata
    ricevuta richiesta | grazie per averci contattato | grazie per averci scritto
    we have received your | we received your | your request has been received | request received
    ticket received | ticket created | ticket opened | case received | case created
    thank you for contacting | thank you for your email | thank you for your message
    thank you for your request | acknowledgement of receipt | ihre anfrage | eingangsbestätigung
    wir haben ihre | vielen dank für ihre | accusé de réception | nous avons bien reçu
    nous avons reçu votre | votre demande | hemos recibido su | hemos recibido tu
    acuse de recibo | su solicitud | recebemos a sua | recebemos o seu | recebemos sua
    ontvangstbevestiging | wij hebben uw | we hebben uw | potwierdzenie otrzymania | otrzymaliśmy
    am primit solicitarea | confirmare de primire | confirm your message
    please confirm your email
    [request received] | [ticket received] | avvenuta protocollazione | ricevuta di protocollazione
    conferma di protocollazione | conferma protocollazione | verifica mittente
    sender verification | your message to
";

/// Sentences that no report begins with.
const RECEIPT_SENTENCES: &str = "
    # Italian.
    abbiamo ricevuto la tua | abbiamo ricevuto la sua | abbiamo ricevuto la vostra
    abbiamo ricevuto il tuo | abbiamo ricevuto il suo | abbiamo ricevuto il vostro
    la tua richiesta è stata ricevuta | la tua richiesta è stata registrata
    la sua richiesta è stata registrata | la sua richiesta è stata ricevuta
    la vostra richiesta è stata registrata | la tua richiesta è stata presa in carico
    la sua richiesta è stata presa in carico | la vostra richiesta è stata presa in carico
    la tua segnalazione è stata registrata | la sua segnalazione è stata registrata
    ti risponderemo al più presto | le risponderemo al più presto | grazie per averci contattato
    grazie per averci scritto
    # English.
    we have received your | we received your | we've received your
    your request has been received | your request has been logged | your ticket has been
    thank you for contacting | we will get back to you | verify that you are human
    confirm that your message was sent by a human
    has been received and is being reviewed | is being held until the list moderator
    your message is being held | confirm you are not a spammer | sender address verification
    the results of your email command | would like to recall the message
    confermo di aver ricevuto automaticamente | in attesa dell'approvazione del moderatore
    desidera richiamare il messaggio | möchte die nachricht zurückrufen
    souhaite rappeler le message | desea recuperar el mensaje
    # German, French.
    wir haben ihre anfrage | wir haben ihre nachricht erhalten | ihre anfrage ist bei uns
    vielen dank für ihre anfrage | vielen dank für ihre nachricht | nous avons bien reçu votre
    votre demande a été enregistrée | votre demande a bien été
    # Spanish, Portuguese, Dutch, Polish, Romanian.
    hemos recibido su | hemos recibido tu | su solicitud ha sido | recebemos a sua
    recebemos o seu | we hebben uw bericht | wij hebben uw | uw aanvraag is | otrzymaliśmy twoje
    otrzymaliśmy twoją | am primit mesajul dumneavoastră | am primit solicitarea
";

/// What people may say too: only a second sign makes a receipt of it.
const RECEIPT_LOOSE: &str = "
    è stato aperto un ticket | è stato creato un ticket | a ticket has been | a support ticket
    è stato aperto il ticket | è stato creato il ticket | ticket è stato aperto
    ticket è stato creato | le è stato assegnato il numero | numero di ticket | numero del ticket
    sarà evasa nel più breve tempo | conferma di ricezione | has been assigned the ticket
    è stato protocollato | è stata protocollata | acquisito al protocollo | acquisita al protocollo
    registrato al protocollo | registrata al protocollo | has been created with the ticket
    your ticket number | your case number | ticket id | a member of our team | ticketnummer
    ihre anfrage wurde | wir werden uns schnellstmöglich | numéro de ticket | número de ticket
    sua solicitação foi | numer zgłoszenia | twoje zgłoszenie | solicitarea dumneavoastră a fost
";

/// What programs write under what they send.
const NOTICE_PHRASES: &str = "
    messaggio automatico | messaggio è generato automaticamente
    email è generata automaticamente | e-mail è generata automaticamente
    mail è generata automaticamente | mail è stata generata automaticamente
    messaggio è stato inviato automaticamente | messaggio inviato automaticamente
    casella non è presidiata | casella non presidiata | indirizzo non presidiato
    this message was created automatically | this message was sent by atlassian jira
    this mailbox is not monitored | this inbox is not monitored
    messaggio generato automaticamente | messaggio è stato generato automaticamente
    e-mail generata automaticamente | email generata automaticamente | non rispondere a questa | non rispondere a questo
    si prega di non rispondere a questa | si prega di non rispondere a questo
    si prega di non rispondere alla presente | si prega di non rispondere al presente
    si prega di non rispondere. | la preghiamo di non rispondere a questa
    la preghiamo di non rispondere a questo | la preghiamo di non rispondere.
    ti preghiamo di non rispondere a questa | ti preghiamo di non rispondere.
    ti preghiamo di non rispondere a questo | this is an automated | this is an automatic
    this is an auto-generated | automatically generated | do not reply to this
    please do not reply | automatisch generiert | automatisch erstellt | bitte antworten sie nicht
    généré automatiquement | message automatique | merci de ne pas répondre | ne pas répondre à ce
    mensaje automático | generado automáticamente | no responda a este | mensagem automática
    gerada automaticamente | não responda a | automatisch gegenereerd | wygenerowana automatycznie
    prosimy nie odpowiadać | generat automat | nu răspundeți la acest
";
