//! Text parts, and which of them is the one to read.

use std::collections::BTreeSet;

use super::super::reply::Line;

/// A text part, decoded and in lines.
pub(super) struct Piece {
    pub(super) html: bool,
    pub(super) lines: Vec<Line>,
}

impl Piece {
    pub(super) fn is_blank(&self) -> bool {
        self.lines.iter().all(|line| line.text.trim().is_empty())
    }

    fn squeezed(&self) -> String {
        self.lines
            .iter()
            .flat_map(|line| line.text.chars())
            .filter(|c| c.is_alphanumeric())
            .collect()
    }
}

/// The words of several parts, in lower case.
fn words(branch: &[Piece]) -> BTreeSet<String> {
    let lines = branch.iter().flat_map(|piece| &piece.lines);
    let split = lines.flat_map(|line| line.text.split(|c: char| !c.is_alphanumeric()));
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// What programs put where plain text should be: a short text that speaks of HTML, or of MIME, in words of its own.
fn is_placeholder(branch: &[Piece], rich: &[Vec<Piece>]) -> bool {
    const PLACEHOLDER_CHARS_MAX: usize = 200;
    const WORD_CHARS_MIN: usize = 4;
    let chars = branch.iter().flat_map(|piece| &piece.lines).map(|line| line.text.chars().count());
    if chars.sum::<usize>() > PLACEHOLDER_CHARS_MAX {
        return false;
    }
    let own = words(branch);
    if !["html", "mime"].iter().any(|name| own.contains(*name)) {
        return false;
    }
    let rich: BTreeSet<String> = rich.iter().flat_map(|branch| words(branch)).collect();
    let telling: Vec<&String> =
        own.iter().filter(|word| word.chars().count() >= WORD_CHARS_MIN).collect();
    let shared = telling.iter().filter(|word| rich.contains(**word)).count();
    shared.saturating_mul(2) < telling.len()
}

/// Of the alternatives the plain one, unless it says nothing.
pub(super) fn chosen(branches: Vec<Vec<Piece>>) -> Vec<Piece> {
    let (plain, rich): (Vec<_>, Vec<_>) = branches
        .into_iter()
        .filter(|branch| !branch.is_empty())
        .partition(|branch| branch.iter().all(|piece| !piece.html));
    let speaks = |branch: &Vec<Piece>| !branch.iter().all(Piece::is_blank);
    let useful = |branch: &Vec<Piece>| speaks(branch) && !is_placeholder(branch, &rich);
    match plain.iter().position(useful) {
        Some(place) => plain.into_iter().nth(place).unwrap_or_default(),
        None => {
            rich.into_iter().find(speaks).or_else(|| plain.into_iter().next()).unwrap_or_default()
        }
    }
}

/// Some gateways put the same words twice, as text and as HTML, beside each other.
pub(super) fn without_twins(pieces: Vec<Piece>) -> Vec<Piece> {
    let several = pieces.iter().any(|piece| piece.html) && pieces.iter().any(|piece| !piece.html);
    if !several {
        return pieces;
    }
    let plain: BTreeSet<String> =
        pieces.iter().filter(|piece| !piece.html).map(Piece::squeezed).collect();
    let twin = |piece: &Piece| piece.html && !piece.is_blank() && plain.contains(&piece.squeezed());
    pieces.into_iter().filter(|piece| !twin(piece)).collect()
}
