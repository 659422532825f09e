//! The sample mails, compiled in: the demonstration needs no file beside the program.

/// Name and bytes, in the order of their arrival.
pub(super) const ALL: [(&str, &[u8]); 19] = [
    ("01-buca", include_bytes!("../../../fixtures/demo/01-buca.eml")),
    (
        "02-buca-arrivata-due-volte",
        include_bytes!("../../../fixtures/demo/02-buca-arrivata-due-volte.eml"),
    ),
    ("03-buca-aggiunta", include_bytes!("../../../fixtures/demo/03-buca-aggiunta.eml")),
    ("04-lampione", include_bytes!("../../../fixtures/demo/04-lampione.eml")),
    ("05-tetto-della-scuola", include_bytes!("../../../fixtures/demo/05-tetto-della-scuola.eml")),
    ("06-siepe", include_bytes!("../../../fixtures/demo/06-siepe.eml")),
    (
        "07-cavo-scoperto-emergenza",
        include_bytes!("../../../fixtures/demo/07-cavo-scoperto-emergenza.eml"),
    ),
    ("08-english-swing", include_bytes!("../../../fixtures/demo/08-english-swing.eml")),
    ("09-posta-certificata", include_bytes!("../../../fixtures/demo/09-posta-certificata.eml")),
    ("10-rifiuti", include_bytes!("../../../fixtures/demo/10-rifiuti.eml")),
    ("11-solo-html-con-logo", include_bytes!("../../../fixtures/demo/11-solo-html-con-logo.eml")),
    ("12-allarme-ascensore", include_bytes!("../../../fixtures/demo/12-allarme-ascensore.eml")),
    ("13-fuori-ufficio", include_bytes!("../../../fixtures/demo/13-fuori-ufficio.eml")),
    ("14-mancato-recapito", include_bytes!("../../../fixtures/demo/14-mancato-recapito.eml")),
    ("15-notiziario", include_bytes!("../../../fixtures/demo/15-notiziario.eml")),
    (
        "16-pubblicita-segnalata",
        include_bytes!("../../../fixtures/demo/16-pubblicita-segnalata.eml"),
    ),
    ("17-illeggibile", include_bytes!("../../../fixtures/demo/17-illeggibile.eml")),
    ("18-arabo-lampione", include_bytes!("../../../fixtures/demo/18-arabo-lampione.eml")),
    (
        "19-ucraino-gas-emergenza",
        include_bytes!("../../../fixtures/demo/19-ucraino-gas-emergenza.eml"),
    ),
];
