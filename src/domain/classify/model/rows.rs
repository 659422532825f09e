//! The pieces that a model knows, column by column, and the way to one of them.

/// What the model knows of each piece, in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::domain::classify) struct Rows {
    /// Rising, no key twice.
    pub(super) keys: Vec<u32>,
    /// How rare each is, in [`RARITY_STEPS`](super::RARITY_STEPS).
    pub(super) rarities: Vec<u8>,
    /// Where what each says ends among `says`; it begins where the one before ends.
    ends: Vec<u32>,
    /// What they say of which class, sorted by class; a class that is not named gets 0. The levels of urgency are
    /// counted behind the last class.
    pub(super) says: Vec<(u8, i8)>,
}

impl Rows {
    /// Adds a piece; its key is above all others.
    pub(in crate::domain::classify) fn push(
        &mut self,
        key: u32,
        rarity: u8,
        says: impl IntoIterator<Item = (u8, i8)>,
    ) {
        self.keys.push(key);
        self.rarities.push(rarity);
        self.says.extend(says);
        self.ends.push(u32::try_from(self.says.len()).unwrap_or(u32::MAX));
    }

    /// Makes room for so many pieces that say so much together.
    pub(super) fn reserve(&mut self, pieces: usize, says: usize) {
        self.keys.reserve(pieces);
        self.rarities.reserve(pieces);
        self.ends.reserve(pieces);
        self.says.reserve(says);
    }

    /// How many pieces there are.
    pub(super) const fn len(&self) -> usize {
        self.keys.len()
    }

    /// How much each says.
    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| end.saturating_sub(*start) as usize)
    }

    pub(super) fn rarity(&self, row: u32) -> u8 {
        self.rarities.get(row as usize).copied().unwrap_or(0)
    }

    pub(super) fn says(&self, row: u32) -> &[(u8, i8)] {
        let end = |row: usize| self.ends.get(row).map(|end| *end as usize);
        let row = row as usize;
        let start = row.checked_sub(1).and_then(end).unwrap_or(0);
        end(row).and_then(|end| self.says.get(start..end)).unwrap_or_default()
    }
}

/// Finds a row by its key. Keys are hashes, and so spread evenly: their first bits tell nearly where one stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// How many bits of a key do not tell.
    shift: u32,
    /// The first row of the keys that begin so, and behind the last the number of rows.
    starts: Vec<u32>,
}

impl Index {
    /// Of keys in rising order.
    pub(super) fn of(keys: &[u32]) -> Self {
        let bits = keys.len().max(1).next_power_of_two().ilog2().max(1);
        let shift = u32::BITS.saturating_sub(bits);
        let mut starts = Vec::with_capacity(1_usize << bits);
        let mut fill_to = |start: usize, row: u32| {
            if starts.len() < start {
                starts.resize(start, row);
            }
        };
        for (row, key) in (0..).zip(keys) {
            fill_to(((key >> shift) as usize).saturating_add(1), row);
        }
        fill_to((1 << bits) + 1, u32::try_from(keys.len()).unwrap_or(u32::MAX));
        Self { shift, starts }
    }

    /// The row of a key among those that the index is of.
    pub(super) fn find(&self, key: u32, keys: &[u32]) -> Option<u32> {
        let beginning = (key >> self.shift) as usize;
        let start = *self.starts.get(beginning)?;
        let end = *self.starts.get(beginning.saturating_add(1))?;
        let here = keys.get(start as usize..end as usize)?.binary_search(&key).ok()?;
        u32::try_from(here).ok()?.checked_add(start)
    }
}

#[cfg(test)]
mod tests {
    use super::{Index, Rows};

    #[test]
    fn every_key_is_found_and_no_other() {
        let all: [&[u32]; 6] = [
            &[],
            &[0],
            &[u32::MAX],
            &[0, 1, 2, 3, 4, 5, 6, 7],
            &[7, 1 << 20, (1 << 31) - 1, 1 << 31, u32::MAX - 1, u32::MAX],
            &[0, u32::MAX],
        ];
        for keys in all {
            let index = Index::of(keys);
            let others = keys.iter().flat_map(|key| [key.wrapping_sub(1), key.wrapping_add(1)]);
            for key in keys.iter().copied().chain(others).chain([1 << 30]) {
                let row = keys.iter().position(|held| *held == key);
                assert_eq!(index.find(key, keys).map(|row| row as usize), row, "{key} of {keys:?}");
            }
        }
    }

    #[test]
    fn each_piece_says_its_own() {
        let mut rows = Rows::default();
        rows.push(3, 40, [(0, 9), (1, -3)]);
        rows.push(5, 50, []);
        rows.push(8, 60, [(2, 1)]);
        let says: Vec<_> = (0..4).map(|row| rows.says(row).to_vec()).collect();
        assert_eq!(says, [vec![(0, 9), (1, -3)], vec![], vec![(2, 1)], vec![]]);
        assert_eq!(rows.lengths().collect::<Vec<_>>(), [2, 0, 1]);
    }
}
