use super::*;
use crate::domain::place::place;

const STREETS: &str = "\
CodiceVia;DUG;DUF;QuartiereSobborgo;Civico;Esponente;CoordX;CoordY
1;Via;Giuseppe Garibaldi;Centro;10;;8.6150;44.9130
1;Via;Giuseppe Garibaldi;Centro;12;;8.6152;44.9130
1;Via;Giuseppe Garibaldi;Centro;12;A;8.6153;44.9130
2;Piazza;Garibaldi;Centro;1;;8.6100;44.9100
3;Via;XXV Aprile;Cristo;3;;8.6000;44.9000
4;Via;Giuseppe Verdi;Centro;1;;8.6200;44.9200
5;Via;Luigi Verdi;Cristo;50;;8.6210;44.9210
6;Via;Genova Di Spinetta Marengo;Spinetta Marengo;5;;8.6800;44.8900
7;Viale;Della Libertà;Pista;7;;8.6050;44.9050
8;Via;Giacomo Matteotti;Centro;;;;
9;Via;Bianchi;Centro;2;;;
10;Via;Bianca;Centro;2;;;
11;Strada Provinciale;494 Pavia;Orti;;;;
12;Via;Roma;Centro;8;;8.6154;44.9131
13;Via;Roma;Cristo;90;;8.5990;44.9001
";

const SITES: &str = "\
Nome;Alias;Indirizzo;Quartiere;Latitudine;Longitudine
Scuola primaria Edmondo De Amicis;De Amicis Vecchia;via Volta 2;Centro;44.9140;8.6160
Scuola dell'infanzia Edmondo De Amicis;;via Po 9;Orti;44.9300;8.6300
Parco della Pace;;;Cristo;44.9010;8.6010
Cimitero di San Michele;;;San Michele;;
Biblioteca civica;;piazza Vittorio Veneto 1;Centro;44.9120;8.6170
Ex Macello;;;Orti;44.9310;8.6310
";

fn gazetteer() -> Gazetteer {
    let file = |name, text| Some(PlacesFile { name, text });
    Gazetteer::read(file("viario.csv", STREETS), file("luoghi.csv", SITES), None).unwrap()
}

/// What was written, the official name, the number, the district.
type Case = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);

fn check(cases: &[Case]) {
    let gazetteer = gazetteer();
    for (text, official, number, district) in cases {
        let found = place("", text, "", &gazetteer).unwrap_or_default();
        assert_eq!(found.official.as_deref(), *official, "{text}: {found:?}");
        assert_eq!(found.number.as_deref(), *number, "{text}: {found:?}");
        assert_eq!(found.district.as_deref(), *district, "{text}: {found:?}");
        assert_eq!(found.register, official.is_some(), "{text}: {found:?}");
    }
}

#[test]
fn streets_of_the_register_are_found_however_they_are_written() {
    let garibaldi = Some("Via Giuseppe Garibaldi");
    let centro = Some("Centro");
    check(&[
        ("buca in via Giuseppe Garibaldi 12", garibaldi, Some("12"), centro),
        ("buca in via Garibaldi 12/A", garibaldi, Some("12/A"), centro),
        ("buca in VIA GARIBALDI 12", garibaldi, Some("12"), centro),
        ("buca in via g. garibaldi n. 12", garibaldi, Some("12"), centro),
        ("buca in via Garibaldi Giuseppe, 12", garibaldi, Some("12"), centro),
        ("buca in v. Garibladi 12", garibaldi, Some("12"), centro),
        ("buca in via Garibaldi Alessandria", garibaldi, None, centro),
        ("buca in corso Giuseppe Garibaldi 12", garibaldi, Some("12"), centro),
        ("lampione spento, Giuseppe Garibaldi 12", garibaldi, Some("12"), centro),
        ("buca in p.zza Garibaldi", Some("Piazza Garibaldi"), None, centro),
        ("buca in via 25 aprile, 3", Some("Via XXV Aprile"), Some("3"), Some("Cristo")),
        ("buca in via venticinque aprile", Some("Via XXV Aprile"), None, Some("Cristo")),
        ("buca in v.le della Liberta' 7", Some("Viale Della Libertà"), Some("7"), Some("Pista")),
        ("buca in viale liberta 7", Some("Viale Della Libertà"), Some("7"), Some("Pista")),
        ("buca in via Mateotti", Some("Via Giacomo Matteotti"), None, centro),
        (
            "sulla SP 494 manca il cartello",
            Some("Strada Provinciale 494 Pavia"),
            None,
            Some("Orti"),
        ),
        (
            "buca in via Genova 5 a Spinetta Marengo",
            Some("Via Genova Di Spinetta Marengo"),
            Some("5"),
            Some("Spinetta Marengo"),
        ),
    ]);
}

#[test]
fn where_two_streets_are_near_none_is_taken() {
    check(&[
        ("buca in via Verdi 3", None, Some("3"), None),
        ("buca in via Bianco 2", None, Some("2"), None),
        ("buca in via 24 Aprile", None, None, None),
        ("buca in via Roma", None, None, None),
        ("buca in via Giuseppe Vrdi di sotto", None, None, None),
        ("buca in via Luiig Roma", None, None, None),
        ("buca in via Rossini 4", None, Some("4"), None),
        ("abito a Garibaldi da 12 anni", None, None, None),
        ("ho visto Giuseppe Garibaldi", None, None, None),
        ("potete portare via i rami", None, None, None),
    ]);
}

#[test]
fn a_district_or_a_number_tells_streets_of_one_name_apart() {
    let roma = Some("Via Roma");
    check(&[
        ("buca in via Roma 8", roma, Some("8"), Some("Centro")),
        ("buca in via Roma 90", roma, Some("90"), Some("Cristo")),
        ("buca in via Roma, al quartiere Cristo", roma, None, Some("Cristo")),
    ]);
}

#[test]
fn the_number_brings_its_position_and_a_missing_one_its_neighbours() {
    let gazetteer = gazetteer();
    for (text, longitude) in [
        ("via Garibaldi 12/A", 8.6153),
        ("via Garibaldi 12", 8.6152),
        ("via Garibaldi 14", 8.6152),
        ("via Garibaldi 8", 8.6150),
        ("via Garibaldi 300", 8.6152),
        ("via Garibaldi angolo via Roma 8", 8.615_35),
    ] {
        let found = place("", text, "", &gazetteer).unwrap();
        let found = found.longitude.unwrap();
        assert!((found - longitude).abs() < 1e-9, "{text}: {found}");
    }
}

#[test]
fn sites_of_the_list_are_found_by_name_and_alias() {
    check(&[
        (
            "piove nella scuola De Amicis vecchia",
            Some("Scuola primaria Edmondo De Amicis, via Volta 2"),
            None,
            Some("Centro"),
        ),
        (
            "piove alla primaria De Amicis",
            Some("Scuola primaria Edmondo De Amicis, via Volta 2"),
            None,
            Some("Centro"),
        ),
        (
            "piove alla materna De Amicis",
            Some("Scuola dell'infanzia Edmondo De Amicis, via Po 9"),
            None,
            Some("Orti"),
        ),
        (
            "piove alla materna de amicis",
            Some("Scuola dell'infanzia Edmondo De Amicis, via Po 9"),
            None,
            Some("Orti"),
        ),
        ("piove alla scuola De Amicis", None, None, None),
        ("panchina rotta al parco della pace", Some("Parco della Pace"), None, Some("Cristo")),
        (
            "cancello del Cimitero S. Michele",
            Some("Cimitero di San Michele"),
            None,
            Some("San Michele"),
        ),
        (
            "la biblioteca è fredda",
            Some("Biblioteca civica, piazza Vittorio Veneto 1"),
            None,
            Some("Centro"),
        ),
        ("vetro rotto all'ex macello", Some("Ex Macello"), None, Some("Orti")),
    ]);
}

/// A real register (see `fixtures/README.md`): names with their hamlet, ordinals spelled, Gauss-Boaga metres.
#[test]
fn a_published_register_is_understood() {
    let file = |name, text| Some(PlacesFile { name, text });
    let gazetteer = Gazetteer::read(
        file("alessandria.csv", include_str!("../../../../fixtures/places/alessandria.csv")),
        file("luoghi.csv", include_str!("../../../../fixtures/places/luoghi.csv")),
        None,
    )
    .unwrap();
    for (text, official, district) in [
        ("p.zza papa Giovanni XXIII", "Piazza Giovanni Ventitreesimo", "Centro"),
        ("via XXV Aprile 3", "Via Venticinque Aprile", "Spinetta Marengo"),
        ("via Mazzini 16", "Via Giuseppe Mazzini", "Centro"),
        (
            "via Mazzini a Spinetta Marengo",
            "Via Giuseppe Mazzini In Spinetta Marengo",
            "Spinetta Marengo",
        ),
        ("piazza della libertà", "Piazza Della Liberta'", "Centro"),
        ("via Rosselli 1", "Via Carlo E Novello Rosselli", "Cristo"),
        ("v.le Medaglie d’Oro", "Viale Medaglie D'Oro", "Pista"),
        (
            "alle vecchie elementari piove",
            "Scuola primaria Edmondo De Amicis, via Giuseppe Verdi 2",
            "Centro",
        ),
    ] {
        let found = place("", text, "", &gazetteer).unwrap();
        let said = (found.official.as_deref(), found.district.as_deref());
        assert_eq!(said, (Some(official), Some(district)), "{text}");
        assert!(found.latitude.is_some_and(|north| (44.8..45.0).contains(&north)), "{text}");
    }
}

#[test]
fn a_position_finds_the_nearest_number() {
    let found =
        place("", "ecco: https://maps.google.com/?q=44.91301,8.61521", "", &gazetteer()).unwrap();
    assert_eq!(found.official.as_deref(), Some("Via Giuseppe Garibaldi 12"));
    let far = place("", "geo:44.950,8.700", "", &gazetteer()).unwrap();
    assert_eq!((far.official, far.latitude), (None, Some(44.95)));
}

#[test]
fn a_wrong_file_is_told_by_line_and_remedy() {
    let read = |text| {
        let file = PlacesFile { name: "viario.csv", text };
        Gazetteer::read(Some(file), None, None).unwrap_err().to_string()
    };
    for (text, line, said) in [
        ("a;b\n1;2\n", 1, "a column named by one of duf"),
        ("DUG;DUF\nVia;Roma\nVia;\n", 3, "the name of a street"),
        ("DUG;DUF;Civico\nVia;Roma;12A\n", 2, "a house number in figures"),
        ("DUG;DUF;CoordX;CoordY\nVia;Roma;8.6;\n", 2, "both coordinates or none"),
        ("DUG;DUF;CoordX;CoordY\nVia;Roma;8.6;x\n", 2, "a coordinate"),
        ("DUG;DUF;CoordX;CoordY\nVia;Roma;2.35;48.85\n", 2, "a position in Italy"),
        ("DUG;DUF;CoordX;CoordY\nVia;Roma;500000;5000000\n", 2, "places.utm_zone"),
    ] {
        let error = read(text);
        assert!(
            error.starts_with(&format!("viario.csv:{line}: ")) && error.contains(said),
            "{error}"
        );
    }
}

#[test]
fn hostile_texts_are_looked_up_in_linear_time() {
    let gazetteer = gazetteer();
    for piece in ["via Garibladi ", "via Giuseppe ", "Garibaldi ", "parco della ", "via xx "] {
        let text = piece.repeat(100_000);
        let found = place(&text, &text, &text, &gazetteer);
        assert!(found.is_none_or(|place| !place.text.is_empty()));
    }
}
