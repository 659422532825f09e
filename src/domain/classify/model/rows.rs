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

    /// What one of them says, counted from 0.
    fn says_of(&self, row: usize) -> &[(u8, i8)] {
        let end = |row: usize| self.ends.get(row).map_or(0, |end| *end as usize);
        let start = row.checked_sub(1).map_or(0, end);
        self.says.get(start..end(row)).unwrap_or_default()
    }

    /// How much each says.
    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| end.saturating_sub(*start) as usize)
    }
}

/// One piece with all that is asked of it: most look-ups touch the memory of one slot and nothing else.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: u32,
    /// Where what it says begins; [`EMPTY`] where there is no piece.
    start: u32,
    length: u8,
    rarity: u8,
}

/// Stands where no piece is.
const EMPTY: u32 = u32::MAX;

const GAP: Slot = Slot { key: 0, start: EMPTY, length: 0, rarity: 0 };

/// The pieces as they are asked for: in the order of their keys with gaps between them. Keys are hashes, and so
/// spread evenly: their first bits tell where one stands, or a few slots before.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// How many bits of a key do not tell.
    shift: u32,
    slots: Vec<Slot>,
    /// See [`Rows::says`].
    says: Vec<(u8, i8)>,
    pieces: usize,
}

impl Table {
    /// Lays rows out. Every other slot or more stays empty: a search ends at the first. What is asked for in nearly
    /// every mail says what it says in one stretch of memory, which stays near the processor.
    pub(super) fn of(rows: &Rows) -> Self {
        let bits = rows.len().max(1).next_power_of_two().ilog2().saturating_add(1);
        let shift = u32::BITS.saturating_sub(bits);
        let pieces = rows.len();
        let (mut says, mut starts) = (Vec::with_capacity(rows.says.len()), vec![EMPTY; pieces]);
        let mut by_rarity: Vec<(u8, usize)> = rows.rarities.iter().copied().zip(0..).collect();
        by_rarity.sort_unstable();
        for (_, row) in by_rarity {
            if let Some(start) = starts.get_mut(row) {
                *start = u32::try_from(says.len()).unwrap_or(EMPTY);
            }
            says.extend_from_slice(rows.says_of(row));
        }
        let mut slots = Vec::with_capacity(1_usize << bits);
        let columns = rows.keys.iter().zip(&rows.rarities).zip(rows.lengths().zip(starts));
        for ((key, rarity), (length, start)) in columns {
            let home = (key >> shift) as usize;
            if slots.len() < home {
                slots.resize(home, GAP);
            }
            // A row says something of each class once, and a class is a byte.
            let length = u8::try_from(length).unwrap_or(u8::MAX);
            slots.push(Slot { key: *key, start, length, rarity: *rarity });
        }
        Self { shift, slots, says, pieces }
    }

    /// How many pieces there are.
    pub(super) const fn len(&self) -> usize {
        self.pieces
    }

    /// Where a piece stands, by its key. Those that stand further on have greater keys.
    pub(super) fn find(&self, key: u32) -> Option<u32> {
        let home = (key >> self.shift) as usize;
        let from_home = (home..).zip(self.slots.iter().skip(home));
        let mut here = from_home.take_while(|(_, slot)| slot.start != EMPTY && slot.key <= key);
        here.find(|(_, slot)| slot.key == key).and_then(|(at, _)| u32::try_from(at).ok())
    }

    pub(super) fn rarity(&self, at: u32) -> u8 {
        self.slots.get(at as usize).map_or(0, |slot| slot.rarity)
    }

    pub(super) fn says(&self, at: u32) -> &[(u8, i8)] {
        let said = self.slots.get(at as usize).and_then(|slot| {
            let start = slot.start as usize;
            self.says.get(start..start.saturating_add(usize::from(slot.length)))
        });
        said.unwrap_or_default()
    }
}

/// What is said of a class; 0 when nothing is.
pub(super) fn weight(says: &[(u8, i8)], class: usize) -> i32 {
    // No class stands further back than its number, and where most are named it stands little before.
    let near = says.get(..=class).unwrap_or(says).iter().rev();
    let mut here = near.skip_while(|(named, _)| usize::from(*named) > class);
    here.next()
        .filter(|(named, _)| usize::from(*named) == class)
        .map_or(0, |(_, weight)| i32::from(*weight))
}

#[cfg(test)]
mod tests {
    use super::{Rows, Table, weight};

    #[test]
    fn every_key_is_found_and_no_other() {
        let all: [&[u32]; 7] = [
            &[],
            &[0],
            &[u32::MAX],
            &[0, 1, 2, 3, 4, 5, 6, 7],
            &[7, 1 << 20, (1 << 31) - 1, 1 << 31, u32::MAX - 1, u32::MAX],
            &[0, u32::MAX],
            &[u32::MAX - 3, u32::MAX - 2, u32::MAX - 1, u32::MAX],
        ];
        for keys in all {
            let mut rows = Rows::default();
            for (nth, key) in (1_u8..).zip(keys) {
                rows.push(*key, nth, [(nth, 1)]);
            }
            let table = Table::of(&rows);
            assert_eq!(table.len(), keys.len());
            let others = keys.iter().flat_map(|key| [key.wrapping_sub(1), key.wrapping_add(1)]);
            for key in keys.iter().copied().chain(others).chain([1 << 30]) {
                let nth = keys.iter().position(|held| *held == key).map(|at| at + 1);
                let found = table.find(key).map(|at| usize::from(table.rarity(at)));
                assert_eq!(found, nth, "{key} of {keys:?}");
            }
        }
    }

    #[test]
    fn each_piece_says_its_own() {
        let mut rows = Rows::default();
        rows.push(3, 40, [(0, 9), (1, -3)]);
        rows.push(5, 50, []);
        rows.push(8, 60, [(2, 1)]);
        assert_eq!(rows.lengths().collect::<Vec<_>>(), [2, 0, 1]);
        let table = Table::of(&rows);
        let says = |key| table.find(key).map(|at| table.says(at).to_vec());
        let all = [3, 5, 8, 9].map(says);
        assert_eq!(all, [Some(vec![(0, 9), (1, -3)]), Some(vec![]), Some(vec![(2, 1)]), None]);
    }

    #[test]
    fn what_is_said_of_a_class_is_found_in_full_rows_and_in_short_ones() {
        for row in [&[][..], &[(0, 9)], &[(0, 9), (1, -3), (2, 5)], &[(2, 5), (9, 1)], &[(7, 7)]] {
            for class in 0..12 {
                let said = row.iter().find(|(named, _)| usize::from(*named) == class);
                assert_eq!(weight(row, class), said.map_or(0, |(_, weight)| i32::from(*weight)));
            }
        }
    }
}
