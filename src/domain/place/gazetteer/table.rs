//! A CSV file by the names of its columns, as municipalities publish them: semicolons, commas or tabs;
//! headings in any case; more columns than are asked for.

use std::collections::BTreeMap;

use super::projection::{Projected, degrees};
use super::{GazetteerError, PlacesFile, UtmZone};
use crate::domain::place::coordinates::Position;
use crate::domain::text::fold;

/// Streets and house numbers of the largest Italian city are about half of it.
const ROWS_MAX: usize = 1_000_000;

/// What a column holds, with the headings that the national archive of streets (ANNCSU, D.P.C.M. 12 May
/// 2016) and the municipalities give it, folded and without marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Code,
    Kind,
    Name,
    FullName,
    District,
    Number,
    Exponent,
    East,
    North,
    Aliases,
    Address,
}

const HEADINGS: [(Column, &[&str]); 11] = [
    (Column::Code, &["codicevia", "progressivonazionale", "prognaz", "codvia", "idvia", "code"]),
    (Column::Kind, &["dug", "specie", "tipovia", "toponimo", "kind"]),
    (Column::Name, &["duf", "denominazione", "nomevia", "nome", "name"]),
    (Column::FullName, &["odonimo", "via", "strada", "indirizzocompleto", "street"]),
    (
        Column::District,
        &[
            "quartieresobborgo",
            "quartiere",
            "localita",
            "frazione",
            "circoscrizione",
            "zona",
            "district",
        ],
    ),
    (Column::Number, &["civico", "numero", "numerocivico", "number"]),
    (Column::Exponent, &["esponente", "barrato", "sub", "exponent"]),
    (Column::East, &["coordx", "coordxcomune", "x", "lon", "longitudine", "longitude", "est"]),
    (Column::North, &["coordy", "coordycomune", "y", "lat", "latitudine", "latitude", "nord"]),
    (Column::Aliases, &["alias", "altrinomi", "soprannomi", "aliases"]),
    (Column::Address, &["indirizzo", "address"]),
];

/// The rows of a file.
pub(super) struct Table<'a> {
    file: &'a str,
    columns: BTreeMap<Column, usize>,
    zone: Option<UtmZone>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// One of them.
pub(super) struct Row<'a> {
    table: &'a Table<'a>,
    line: u64,
    record: &'a csv::StringRecord,
}

impl<'a> Table<'a> {
    /// Reads a file; at least one of the `needed` columns must be there.
    pub(super) fn read(
        file: PlacesFile<'a>,
        needed: &[Column],
        zone: Option<UtmZone>,
    ) -> Result<Self, GazetteerError> {
        let text = file.text.trim_start_matches('\u{feff}');
        let first = text.lines().next().unwrap_or_default();
        let separator = [b';', b'\t', b',']
            .into_iter()
            .max_by_key(|mark| (first.bytes().filter(|byte| byte == mark).count(), *mark == b';'))
            .unwrap_or(b';');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut table = Self { file: file.name, columns: BTreeMap::new(), zone, rows: Vec::new() };
        let broken = |error: &csv::Error| table_error(file.name, error);
        let headings = reader.headers().map_err(|error| broken(&error))?;
        for (at, heading) in headings.iter().enumerate() {
            if let Some(column) = column(heading) {
                table.columns.entry(column).or_insert(at);
            }
        }
        if !needed.iter().any(|column| table.columns.contains_key(column)) {
            let known: Vec<&str> =
                needed.iter().flat_map(|column| headings_of(*column)).copied().collect();
            return Err(table.fault(
                1,
                &format!("a column named by one of {}", known.join(", ")),
                first,
                "name the columns in the first line, separated by semicolons",
            ));
        }
        for record in reader.records() {
            let record = record.map_err(|error| broken(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            if table.rows.len() >= ROWS_MAX {
                return Err(table.fault(
                    line,
                    &format!("at most {ROWS_MAX} rows"),
                    "more",
                    "keep the streets of this municipality alone",
                ));
            }
            table.rows.push((line, record));
        }
        Ok(table)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }

    fn fault(&self, line: u64, expected: &str, found: &str, remedy: &str) -> GazetteerError {
        GazetteerError {
            file: self.file.to_owned(),
            line,
            expected: expected.to_owned(),
            found: found.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

fn table_error(file: &str, error: &csv::Error) -> GazetteerError {
    GazetteerError {
        file: file.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        expected: "a row of a CSV file in UTF-8".to_owned(),
        found: error.to_string(),
        remedy: "correct the quotes of this line".to_owned(),
    }
}

fn column(heading: &str) -> Option<Column> {
    let plain: String = fold(heading).chars().filter(char::is_ascii_alphanumeric).collect();
    HEADINGS
        .iter()
        .find(|(_, headings)| headings.contains(&plain.as_str()))
        .map(|(column, _)| *column)
}

fn headings_of(column: Column) -> &'static [&'static str] {
    HEADINGS.iter().find(|(known, _)| *known == column).map_or(&[], |(_, headings)| headings)
}

impl Row<'_> {
    /// What stands in a column; nothing where it is empty or missing.
    pub(super) fn text(&self, column: Column) -> Option<&str> {
        let at = *self.table.columns.get(&column)?;
        self.record.get(at).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A fault of this row.
    pub(super) fn fault(&self, expected: &str, found: &str, remedy: &str) -> GazetteerError {
        self.table.fault(self.line, expected, found, remedy)
    }

    /// A whole number; 0 and nothing are no number.
    pub(super) fn number(&self, column: Column) -> Result<Option<u32>, GazetteerError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        match text.parse::<u32>() {
            Ok(0) => Ok(None),
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(self.fault(
                "a house number in figures",
                &format!("`{text}`"),
                "put letters into the column of the exponent",
            )),
        }
    }

    /// Where it is, in degrees; nothing where both columns are empty or 0.
    pub(super) fn position(&self) -> Result<Option<Position>, GazetteerError> {
        let (east, north) = (self.decimal(Column::East)?, self.decimal(Column::North)?);
        match (east, north) {
            (None, None) => Ok(None),
            (Some(east), Some(north)) => match degrees(east, north, self.table.zone) {
                Projected::At(position) => Ok(Some(position)),
                Projected::ZoneNeeded => Err(self.fault(
                    "degrees, or a zone for UTM metres",
                    &format!("{east} {north}"),
                    "set places.utm_zone to 32 (west of 12 degrees east) or 33",
                )),
                Projected::Outside => Err(self.fault(
                    "a position in Italy: degrees, Gauss-Boaga or UTM metres, east before north",
                    &format!("{east} {north}"),
                    "correct it or leave it empty",
                )),
            },
            _ => Err(self.fault("both coordinates or none", "one", "add the other")),
        }
    }

    fn decimal(&self, column: Column) -> Result<Option<f64>, GazetteerError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        match text.replace(',', ".").parse::<f64>() {
            Ok(0.0) => Ok(None),
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(self.fault("a coordinate", &format!("`{text}`"), "write it in figures")),
        }
    }
}
