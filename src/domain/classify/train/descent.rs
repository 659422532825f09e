//! Stochastic gradient descent on the regularised likelihood of a softmax over all classes.
//!
//! The step shrinks in a straight line to nothing, so that the last mails seen weigh no more than the first;
//! the square penalty is kept as one factor for all weights (Shalev-Shwartz et al., Pegasos, 2007), so that a mail
//! touches its own pieces alone.

use super::super::number::{count, single};

/// How often every lesson is seen.
const ROUNDS: u32 = 10;

/// The first step.
const STEP_FIRST: f64 = 4.0;

/// The last step, as a share of the first.
const STEP_LAST: f64 = 1e-3;

/// Biases learn slower than weights: every lesson touches them.
const BIAS_SHARE: f64 = 0.1;

/// Below this a class's share is taken as this: its logarithm stays finite.
const SHARE_MIN: f64 = 1e-12;

/// A text as the model sees it, with what it teaches.
pub(super) struct Example<'p> {
    /// Row and what it counts, in the order of rows.
    pub(super) pieces: &'p [(usize, f32)],
    pub(super) targets: Vec<Target>,
}

/// Some classes, one of which is right.
pub(super) struct Target {
    pub(super) weight: f64,
    pub(super) classes: Vec<usize>,
}

/// What was learnt: for each row one weight a class, and each class's bias.
pub(super) struct Learnt {
    pub(super) weights: Vec<f32>,
    pub(super) biases: Vec<f32>,
}

/// Learns from examples, each with at least one target. `freedom` says how cheap large weights are: the penalty is 1
/// over it, shared by the examples.
pub(super) fn descend(
    examples: &[Example<'_>],
    rows: usize,
    classes: usize,
    freedom: f64,
) -> Learnt {
    let mut weights = vec![0.0_f32; rows.saturating_mul(classes)];
    let mut biases = vec![0.0_f32; classes];
    // The true weights are these times the factor.
    let mut factor = 1.0_f64;
    let penalty = 1.0 / (freedom * count(examples.len()).max(1.0));
    let all = count(examples.len()) * f64::from(ROUNDS);
    let mut seen = 0.0;
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut dice = Dice(1);
    for _ in 0..ROUNDS {
        dice.shuffle(&mut order);
        for example in order.iter().filter_map(|at| examples.get(*at)) {
            let step = STEP_FIRST * (1.0 - seen / all).max(STEP_LAST);
            seen += 1.0;
            let logits = logits(example, &weights, &biases, factor);
            let slope = slope(&shares(&logits), &example.targets);
            factor *= 1.0 - step * penalty;
            let moves: Vec<f32> = slope.iter().map(|it| single(-step * it / factor)).collect();
            for (row, counts) in example.pieces {
                for (weight, by) in row_of(&mut weights, *row, classes).iter_mut().zip(&moves) {
                    *weight += counts * by;
                }
            }
            for (bias, slope) in biases.iter_mut().zip(&slope) {
                *bias -= single(step * BIAS_SHARE * slope);
            }
        }
    }
    for weight in &mut weights {
        *weight *= single(factor);
    }
    Learnt { weights, biases }
}

fn row_of(weights: &mut [f32], row: usize, classes: usize) -> &mut [f32] {
    let start = row.saturating_mul(classes);
    weights.get_mut(start..start.saturating_add(classes)).unwrap_or_default()
}

fn logits(example: &Example<'_>, weights: &[f32], biases: &[f32], factor: f64) -> Vec<f64> {
    let classes = biases.len();
    let mut sums = vec![0.0_f32; classes];
    for (row, counts) in example.pieces {
        let start = row.saturating_mul(classes);
        let row = weights.get(start..start.saturating_add(classes)).unwrap_or_default();
        for (sum, weight) in sums.iter_mut().zip(row) {
            *sum += counts * weight;
        }
    }
    sums.iter().zip(biases).map(|(sum, bias)| f64::from(*sum) * factor + f64::from(*bias)).collect()
}

/// Probabilities from logarithms of likelihoods (softmax).
pub(in crate::domain::classify) fn shares(logits: &[f64]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::MIN, f64::max);
    let raised: Vec<f64> = logits.iter().map(|logit| libm::exp(logit - top)).collect();
    let sum: f64 = raised.iter().sum();
    raised.iter().map(|it| it / sum).collect()
}

/// The gradient of `-ln P(one of the right classes)`, over all targets, by class.
fn slope(shares: &[f64], targets: &[Target]) -> Vec<f64> {
    let mut slope = vec![0.0; shares.len()];
    for Target { weight, classes } in targets {
        let share = |class: &usize| shares.get(*class).copied().unwrap_or(0.0);
        let right = classes.iter().map(share).sum::<f64>().max(SHARE_MIN);
        for (slope, share) in slope.iter_mut().zip(shares) {
            *slope += weight * share;
        }
        for class in classes {
            if let Some(slope) = slope.get_mut(*class) {
                *slope -= weight * share(class) / right;
            }
        }
    }
    slope
}

/// A linear congruential generator (Knuth's MMIX): the same order everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = (self.0 >> 33).checked_rem(end as u64).unwrap_or(0);
        // Less than `end`, which is a usize.
        drawn as usize
    }

    /// Fisher and Yates.
    fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            let other = self.below(last.saturating_add(1));
            order.swap(last, other);
        }
    }
}
