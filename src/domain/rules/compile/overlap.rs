//! Two offices in charge of the same thing: nobody could say which of them has it.

use toml::Spanned;

use super::super::error::Fault;
use super::super::file::OfficeTable;
use super::super::{Category, Office};
use crate::domain::place::same_district;

/// Refuses two offices of one file that cover the same thing equally closely. One that the file does not name gives
/// way to those that it adds.
pub(super) fn refused(tables: &[OfficeTable], offices: &[Office]) -> Result<(), Fault> {
    let named = |id: &Spanned<String>| offices.iter().find(|office| office.id == *id.get_ref());
    let mut earlier: Vec<&Office> = Vec::new();
    for table in tables {
        let Some(office) = named(&table.id) else { continue };
        let clash = earlier.iter().find_map(|other| Some((other, shared(office, other)?)));
        if let Some((other, what)) = clash {
            return Err(Fault::new(
                table.id.span().start,
                "one office for each kind of work, district and requester",
                format!("`{}` in charge of {what} like `{}`", office.id, other.id),
                "take it from one of them, or give them different districts, requesters or priorities",
            ));
        }
        earlier.push(office);
    }
    Ok(())
}

/// What two offices are in charge of alike.
fn shared(one: &Office, other: &Office) -> Option<String> {
    let same = |a: &str, b: &str| a == b;
    let alike = one.priority == other.priority
        && meet(&one.districts, &other.districts, same_district)
        && meet(&one.requesters, &other.requesters, same);
    let code = one.subcategories.iter().find(|code| other.subcategories.contains(code));
    let category = one.categories.iter().find(|category| other.categories.contains(category));
    let everything = one.covers_something()
        && other.covers_something()
        && !one.names_work()
        && !other.names_work();
    let work = code.cloned().or_else(|| category.copied().map(Category::name).map(str::to_owned));
    work.or_else(|| everything.then(|| "everything there".to_owned())).filter(|_| alike)
}

/// Whether two lists have something in common; an empty one covers less closely than one that names something.
fn meet(one: &[String], other: &[String], same: impl Fn(&str, &str) -> bool) -> bool {
    (one.is_empty() && other.is_empty())
        || one.iter().any(|name| other.iter().any(|there| same(name, there)))
}
