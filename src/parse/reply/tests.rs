//! What stays and what goes, program by program and language by language.

use super::{Line, Setting, plain_lines, split};

fn words(text: &str) -> String {
    split(&plain_lines(text, false, false), Setting::Conversation).text
}

/// Each attribution, in a reply written above it with and without quote signs, leaves the reply alone.
#[test]
fn attributions_of_every_language_are_cut_with_what_they_introduce() {
    let attributions = [
        "Il giorno lun 12 feb 2024 alle ore 10:22 Mario Rossi <m@x.it> ha scritto:",
        "Il giorno lun 12 feb 2024 alle ore 10:22 Centrale operativa Comune di Prova\n<centrale.operativa@comune.prova.example> ha\nscritto:",
        "Il giorno 27 gen 2020, alle ore 20:51, Nome Cognome <a@b.it> ha scritto:",
        "Il 18/02/22 10:16, Nome Cognome ha scritto:",
        "Il 2024-03-12 10:22 Nome ha scritto:",
        "Il martedì 12 marzo 2024 alle ore 10:22:33 CET, Nome <n@x.it> ha scritto:",
        "In data 12/03/2024 10:22, Nome ha scritto:",
        "Il 12/03/2024 10.22 nome@libero.it ha scritto:",
        "On Mon, Feb 12, 2024 at 10:22 AM Anna Green <anna@x.org> wrote:",
        "On 12/02/2024 10:22, Anna Green wrote:",
        "Am 12.02.2024 um 10:22 schrieb Anna Grün <anna@x.de>:",
        "Am Mo., 12. Feb. 2024 um 10:22 Uhr schrieb Anna Grün <anna@x.de>:",
        "Le lun. 12 févr. 2024 à 10:22, Anne Vert <anne@x.fr> a écrit :",
        "Le 12/02/2024 à 10:22, Anne Vert a écrit :",
        "El lun, 12 feb 2024 a las 10:22, Ana Verde (<ana@x.es>) escribió:",
        "El 12/2/24 a las 10:22, Ana Verde escribió:",
        "Em seg., 12 de fev. de 2024 às 10:22, Ana Verde <ana@x.pt> escreveu:",
        "Op ma 12 feb 2024 om 10:22 schreef Anna Groen <anna@x.nl>:",
        "pon., 12 lut 2024 o 10:22 Anna Zielona <anna@x.pl> napisał(a):",
        "W dniu 12.02.2024 o 10:22, Anna Zielona pisze:",
        "În lun., 12 feb. 2024 la 10:22, Ana Verde <ana@x.ro> a scris:",
        "Pe 12 feb. 2024, la 10:22, Ana Verde <ana@x.ro> a scris:",
        "Më hën, 12 shk 2024 në 10:22 Ana Gjelbër <ana@x.al> shkroi:",
        "пн, 12 лют. 2024 р. о 10:22 Ганна Зелена <anna@x.ua> пише:",
        "пн, 12 февр. 2024 г. в 10:22, Анна <anna@x.ru>:",
        "12.02.2024 10:22, Анна Зелёная пишет:",
        "Анна <anna@x.ua> 于2024年2月12日周一 10:22写道：",
        "在 2024-02-12 10:22:33，\"Anna\" <anna@x.cn> 写道：",
        "في الاثنين، 12 فبراير 2024 في 10:22 ص تمت كتابة ما يلي بواسطة آنا <anna@x.eg>: كتب:",
        "2024-02-12 10:22 GMT+01:00 Mario Rossi <m@x.it>:",
        "Den mån 12 feb. 2024 kl 10:22 skrev Anna <anna@x.se>:",
        "Citando Mario Rossi <m@x.it>:",
        "Zitat von Anna Grün <anna@x.de>:",
        "Anna Grün <anna@x.de> hat am 12.02.2024 10:22 geschrieben:",
        "Ana Verde <ana@x.pt> escreveu no dia segunda, 12/02/2024 à(s) 10:22:",
        "Wiadomość napisana przez Anna Zielona <anna@x.pl> w dniu 12.02.2024, o godz. 10:22:",
        "Anna Zielona <anna@x.al> shkroi të hënën, 12 shkurt 2024, 10:22:",
        "8 листопада 2022, 16:14:22, від \"Анна\" <anna@x.ua>:",
        "12.02.2024, 10:22, \"Анна\" <anna@x.ru>:",
        "في ٨ نوفمبر ٢٠٢٢، الساعة ٤:١٤ م، كتب آنا <anna@x.eg>:",
        "2022년 11월 8일 (화) 오후 4:14, Anna <anna@x.kr>님이 작성:",
        "Στις Τρί 8 Νοε 2022 στις 4:14 μ.μ., ο/η Anna <anna@x.gr> έγραψε:",
        "uto, 8. stu 2022. u 16:14 Anna <anna@x.hr> napisao je:",
        "2012/11/8 Mario Rossi <m@x.it>",
        "On Tue, Nov 8, 2022 at 4:14 PM Mario Rossi <\n[m@x.it](mailto:m@x.it)\n> wrote:",
        "-------------\nIl 18/02/22 10:16, Nome Cognome ha scritto:",
    ];
    for attribution in attributions {
        for quote in ["> Il lampione è spento?\n> Grazie", "Il lampione è spento?\nGrazie"] {
            let text = format!("Sì, è ancora spento.\n\n{attribution}\n\n{quote}\n");
            assert_eq!(words(&text), "Sì, è ancora spento.", "{attribution}");
        }
    }
}

#[test]
fn separators_and_header_blocks_of_every_program_begin_the_quoted_rest() {
    let blocks = [
        "-----Messaggio originale-----\nDa: Mario Rossi [mailto:m@x.it]\nInviato: lunedì 20 luglio 2020 11:41\nA: Comune\nOggetto: buca",
        "----Messaggio originale----\nDa: m@x.it\nData: 06/11/2020 11.05\nA: <c@y.it>\nOgg: buca",
        "-------- Messaggio originale --------\nDa: Mario <m@x.it>\nData: 12/03/24 10:22 (GMT+01:00)\nA: c@y.it\nOggetto: buca",
        "-------- Messaggio Inoltrato --------\nOggetto: \tbuca\nData: \tMon, 12 Feb 2024 10:22:00 +0100\nMittente: \tMario <m@x.it>\nA: \tc@y.it",
        "-------- Messaggio originale --------\nOggetto: buca\nData: 2024-03-12 10:22\nMittente: Mario <m@x.it>\nDestinatario: c@y.it",
        "----- Messaggio originale -----\nDa: \"Mario\" <m@x.it>\nA: c@y.it\nInviato: Lunedì, 12 febbraio 2024 10:22:00\nOggetto: buca",
        "________________________________\nDa: Mario Rossi <m@x.it>\nInviato: lunedì 12 febbraio 2024 10:22\nA: c@y.it <c@y.it>\nOggetto: R: buca",
        "________________________________\n*Da:* Mario Rossi <m@x.it>\n*Inviato:* lunedì 12 febbraio 2024 10:22\n*A:* c@y.it\n*Oggetto:* R: buca",
        "Da: Mario Rossi <m@x.it>\nInviato: lunedì 12 febbraio 2024 10:22\nA: c@y.it\nOggetto: R: buca",
        "---------- Forwarded message ---------\nDa: Mario <m@x.it>\nDate: lun 12 feb 2024 alle ore 10:22\nSubject: buca\nTo: <c@y.it>",
        "---------- Messaggio inoltrato ---------\nDa: Mario <m@x.it>",
        "Inizio messaggio inoltrato:\n\nDa: Mario <m@x.it>\nOggetto: buca\nData: 12 febbraio 2024 10:22:00 CET\nA: c@y.it",
        "----- Inoltrato da Mario Rossi/COMUNE il 12/02/2024 10.22 -----",
        "-----Original Message-----\nFrom: Anna [mailto:a@x.org]\nSent: Monday, February 12, 2024 10:22 AM\nTo: c@y.it\nSubject: hole",
        "-----Ursprüngliche Nachricht-----\nVon: Anna <a@x.de>\nGesendet: Montag, 12. Februar 2024 10:22\nAn: c@y.it\nBetreff: Loch",
        "Von: Anna <a@x.de>\nGesendet: Montag, 12. Februar 2024 10:22\nAn: c@y.it\nBetreff: Loch",
        "-----Message d'origine-----\nDe : Anne <a@x.fr>\nEnvoyé : lundi 12 février 2024 10:22\nÀ : c@y.it\nObjet : trou",
        "De: Ana <a@x.es>\nEnviado: lunes, 12 de febrero de 2024 10:22\nPara: c@y.it\nAsunto: bache",
        "-------- Mensaje original --------\nDe: Ana <a@x.es>\nFecha: 12/2/24 10:22 (GMT+01:00)\nA: c@y.it\nAsunto: bache",
        "De: Ana <a@x.pt>\nEnviada em: segunda-feira, 12 de fevereiro de 2024 10:22\nPara: c@y.it\nAssunto: buraco",
        "Van: Anna <a@x.nl>\nVerzonden: maandag 12 februari 2024 10:22\nAan: c@y.it\nOnderwerp: gat",
        "Od: Anna <a@x.pl>\nWysłane: wtorek, 8 listopada 2022 16:14\nDo: c@y.it\nTemat: dziura",
        "------------------&nbsp;原始邮件&nbsp;------------------\n发件人: \"Anna\" <a@x.cn>;\n发送时间:&nbsp;2022年11月8日\n收件人:&nbsp;c@y.it",
        "من: آنا <a@x.eg>\nتاريخ الإرسال: 08 نوفمبر, 2022 04:14 م\nإلى: c@y.it\nالموضوع: حفرة",
        "> Message du 08/11/22 16:14\n> De : \"Anne\" <a@x.fr>\n> A : c@y.it\n> Objet : trou",
        "##- Scrivi la tua risposta sopra questa riga -##",
        "-- Rispondere al di sopra di questa riga --",
        "Od: Anna <a@x.pl>\nWysłano: poniedziałek, 12 lutego 2024 10:22\nDo: c@y.it\nTemat: dziura",
        "De la: Ana <a@x.ro>\nTrimis: luni, 12 februarie 2024 10:22\nCătre: c@y.it\nSubiect: groapă",
        "Nga: Ana <a@x.al>\nDërguar: e hënë, 12 shkurt 2024 10:22\nDrejtuar: c@y.it\nSubjekti: gropë",
        "Від: Ганна <a@x.ua>\nНадіслано: понеділок, 12 лютого 2024 р. 10:22\nКому: c@y.it\nТема: яма",
        "-------- Исходное сообщение --------\nОт: Анна <a@x.ru>\nДата: 12.02.2024 10:22\nКому: c@y.it\nТема: яма",
        "------------------ 原始邮件 ------------------\n发件人: \"Anna\" <a@x.cn>\n发送时间: 2024年2月12日 10:22\n收件人: c@y.it\n主题: 坑",
        "من: آنا <a@x.eg>\nتم الإرسال: الاثنين 12 فبراير 2024 10:22\nإلى: c@y.it\nالموضوع: حفرة",
    ];
    for block in blocks {
        let text = format!("La buca c'è ancora.\n\n{block}\n\nBuongiorno,\nsegnalo una buca.\n");
        assert_eq!(words(&text), "La buca c'è ancora.", "{block}");
    }
}

#[test]
fn footers_and_disclaimers_are_nobodys_words() {
    let footers = [
        "Inviato da iPhone",
        "Inviato dal mio iPad",
        "Inviato dal mio dispositivo Android",
        "Inviato dal mio Galaxy",
        "Inviato da smartphone Samsung Galaxy.",
        "Inviato da Libero Mail per Android",
        "Inviato da Outlook per Android<https://aka.ms/x>",
        "Ottieni Outlook per iOS<https://aka.ms/o0ukef>",
        "Scarica Outlook per Android",
        "Get Outlook for iOS",
        "Inviato da Posta per Windows",
        "Inviato da Yahoo Mail su Android",
        "Inviato con Proton Mail",
        "Sent from my iPhone",
        "Sent from Yahoo Mail on Android",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Verzonden vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Trimis de pe iPhone",
        "Надіслано з iPhone",
        "Отправлено с iPhone",
        "发自我的iPhone",
        "Mail priva di virus. www.avast.com",
        "Questa e-mail è stata controllata per individuare virus con Avast antivirus.",
        "-- \nMario Rossi\nAmministratore",
        "--\nMario",
        "Ai sensi del Regolamento (UE) 2016/679 si informa che questo messaggio è riservato.\nSe non siete i destinatari cancellatelo.",
        "Questo messaggio e gli eventuali allegati sono riservati.",
        "Le informazioni contenute in questo messaggio sono riservate.",
        "AVVISO DI RISERVATEZZA\nIl contenuto è riservato.",
        "CONFIDENTIALITY NOTICE: this e-mail is confidential.",
        "Inviato dall'app Libero Mail",
        "Inviata dal mio Xiaomi",
        "Sent from Mailspring",
        "Sent via the Samsung Galaxy S10, an AT&T 5G smartphone",
        "Da iPhone di Anna",
        "Gesendet mit der mobilen Mail App",
        "Provenance : Courrier pour Windows 10",
        "Отправлено из Яндекс.Почты для мобильных",
        "发自网易邮箱大师",
        "أُرسلت من الـ iPhone",
        "Get BlueMail for Android",
        "Sent from my Verizon, Samsung Galaxy smartphone",
        "Надіслано з програми Пошта",
        "Hai ricevuto questo messaggio dal mio iPad",
        "Questo messaggio è stato analizzato da Libra ESVA ed è risultato non infetto.",
        "Il contenuto di questa e-mail è rivolto unicamente alle persone cui è indirizzato.",
        "La presente comunicazione è destinata esclusivamente al soggetto indicato.",
        "GDPR: ai sensi del Reg. UE 2016/679 le informazioni sono riservate",
        "Dai il tuo 5 per mille all'Istituto",
        "—\nInviato da Blue Mail",
        "Mail priva di virus. www.avast.com\n<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>",
        "---\nQuesta email è stata esaminata alla ricerca di virus da AVG.\nhttp://www.avg.com",
        "[EXTERNAL EMAIL]",
        "CAUTION: This email originated from outside the organization. Do not click links.",
        "P Rispetta l'ambiente: se non è necessario, non stampare questa mail.",
        "Rispetta l'ambiente: non stampare questa mail se non è necessario.",
        "Prima di stampare, pensa all'ambiente.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "[image: logo.png]",
    ];
    for footer in footers {
        let text = format!("Il semaforo di via Emilia non funziona.\nGrazie\n\n{footer}\n");
        assert_eq!(words(&text), "Il semaforo di via Emilia non funziona.\nGrazie", "{footer}");
    }
}

#[test]
fn a_signature_of_several_lines_goes_and_the_name_stays() {
    let kept = "Il cancello della palestra è rotto.\n\nCordiali saluti\nIvana Bertolini";
    let blocks = [
        "Dirigente scolastica\nIstituto Comprensivo Ariosto\nVia Cecati 12, 42123 Reggio Emilia\nTel. 0522 123456",
        "Tel. 333 1234567\nwww.condominio.example",
        "Ufficio tecnico\nComune di Prova\nFax 0522/123456",
    ];
    for block in blocks {
        assert_eq!(words(&format!("{kept}\n{block}\n")), kept, "{block}");
    }
    let bare = "Buca in via Roma.\n\nMario Rossi\nAmministratore di condominio\nVia Verdi 3\ntel. 0522 123456\nm.rossi@studio.example";
    assert_eq!(words(bare), "Buca in via Roma.");
}

#[test]
fn what_a_person_wrote_is_kept() {
    let texts = [
        "Buongiorno,\nsegnalo una buca.\n\nCordiali saluti\nIvana Bertolini",
        "Oggetto: buca pericolosa\nData: 3 marzo\n\nIn via Roma c'è una buca.",
        "Luogo: via Roma 12\nProblema: lampione spento\nTelefono: 0522 123456",
        "Elenco:\n- via Roma\n- via Verdi\n- piazza Prampolini",
        "1) lampione spento\n2) tombino rotto",
        "Il vicino ha scritto: torno domani.\nPer favore intervenite.",
        "Ieri il tecnico ha scritto:\nripariamo lunedì.\nNon è venuto nessuno.",
        "Inviato già due volte, nessuna risposta.",
        "La scuola dell'infanzia Girasole, via Emilia 3, ha il riscaldamento spento.\nTel. 0522 123456",
        "A: la strada è chiusa\nB: il semaforo è spento",
        "Da: via Roma a via Verdi il marciapiede è rotto.\nData: da una settimana",
        "fn main() {\n    println!(\"ciao\");\n}",
        "Sent from my desk, is much easier then my mobile phone.",
        "--- lampione n. 4521 ---\nspento da ieri",
        "Il 12/03/2024 alle 10:30 ho scritto a info@x.it<mailto:info@x.it>:\nnessuna risposta.",
        "Alle 10:30 del 12/03/2024 il tecnico diceva:\narrivo subito.",
        "Ai sensi dell'art. 2051 del codice civile chiedo il risarcimento.",
        "Da Androide a robot: la statua è caduta.",
        "Questo messaggio lo scrivo per la terza volta.",
        "Privacy zero: la siepe è stata tagliata.",
        "La crepa è sopra questa riga di mattoni\ne si allarga.",
        "Il furto è avvenuto da un esterno.\nLa mail del custode non arriva.",
        "Nei giorni scorsi ho scritto.\n\nInviato da me il modulo, nessuna risposta.",
        "Mi chiamo Mario Rossi\nabito in via Roma 12\nil mio numero è 333 1234567",
    ];
    for text in texts {
        assert_eq!(words(text), text);
    }
}

#[test]
fn interleaved_answers_follow_each_other_in_order() {
    let text = "Il giorno lun 12 feb 2024 alle ore 10:22 Centrale <c@y.it> ha scritto:\n\n> In che via?\n\nIn via Roma.\n\n> Da quando?\nDa ieri.\n";
    assert_eq!(words(text), "In via Roma.\n\nDa ieri.");
    let block = "-----Messaggio originale-----\nDa: c@y.it\nInviato: lunedì 12 febbraio 2024 10:22\nA: m@x.it\nOggetto: buca\n\n> In che via?\n\nIn via Roma.\n";
    assert_eq!(words(block), "In via Roma.");
}

#[test]
fn nothing_is_ever_cut_to_nothing() {
    for text in [
        "> solo questo",
        "-- \nMario",
        "Inviato da iPhone",
        "---------- Forwarded message ---------\nDa: Mario <m@x.it>\n\nUna buca.",
    ] {
        let split = split(&plain_lines(text, false, false), Setting::Conversation);
        assert!(!split.text.is_empty() && split.quoted.is_empty(), "{text}");
    }
}

#[test]
fn what_is_cut_is_kept_beside() {
    let split = split(
        &plain_lines("Sì.\n\n> È spento?\n\n-- \nScuola Girasole", false, false),
        Setting::Conversation,
    );
    assert_eq!(split.text, "Sì.");
    assert!(
        split.quoted.contains("È spento?") && split.quoted.contains("Scuola Girasole"),
        "{}",
        split.quoted
    );
}

#[test]
fn flowed_paragraphs_are_put_together_and_quotes_keep_their_depth() {
    let lines =
        plain_lines("Una riga \nspezzata.\n> citata \n> anch'essa\n-- \nfirma", true, false);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["Una riga spezzata.", "> citata anch'essa", "-- ", "firma"]);
}

#[test]
fn structure_alone_marks_a_quote() {
    let line = |text: &str, quote| Line { text: text.to_owned(), quote };
    let lines = [
        line("Nuovo.", false),
        line("Il 12/02/24 10:22, Anna ha scritto:", false),
        line("Vecchio.", true),
        line("Ancora nuovo.", false),
    ];
    assert_eq!(split(&lines, Setting::Conversation).text, "Nuovo.\nAncora nuovo.");
}
