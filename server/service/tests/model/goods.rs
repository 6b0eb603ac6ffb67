//! What is sold in a sequence: goods by the piece and by weight, a gift box, the batches they come from, and whose they are.

/// What is sold: product, base units of a piece, price and weight of a piece. By weight it is the heaviest that is paid for.
pub struct VariantSpec {
    pub product: usize,
    pub base: i64,
    pub price_fen: i64,
    pub weight_g: i64,
    pub by_weight: bool,
}

/// Two variants share the batches of the first product.
pub const VARIANTS: [VariantSpec; 6] = [
    VariantSpec { product: 0, base: 100, price_fen: 4_990, weight_g: 150, by_weight: false },
    VariantSpec { product: 0, base: 250, price_fen: 11_999, weight_g: 320, by_weight: false },
    VariantSpec { product: 1, base: 1, price_fen: 8_801, weight_g: 700, by_weight: false },
    VariantSpec { product: 2, base: 1, price_fen: 99_900, weight_g: 500, by_weight: false },
    VariantSpec { product: 3, base: 1, price_fen: 8_998, weight_g: 2_300, by_weight: true },
    VariantSpec { product: 4, base: 1, price_fen: 1_777, weight_g: 400, by_weight: false },
];

/// What a kilogram costs of what is sold by weight, and what a piece of it weighs.
pub const PER_KG_FEN: i64 = 4_285;
pub const LEAST_G: i64 = 1_300;
pub const MOST_G: i64 = 2_100;

/// The gift box stands behind the variants: pieces of each in one box, for less than they cost singly, so that neither its
/// parts nor their pieces cost the same.
pub const BOX: usize = VARIANTS.len();
pub const BOX_PRICE_FEN: i64 = 14_003;
pub const BOX_PARTS: [(usize, i64); 2] = [(0, 2), (5, 3)];

/// Everything that can be ordered.
pub const FOR_SALE: usize = BOX + 1;

/// What came in: product, base units, grams from each of the four villages. Of one product the earlier batch expires
/// first.
pub struct BatchSpec {
    pub product: usize,
    pub received: i64,
    pub inputs: [i64; 4],
}

pub const BATCHES: [BatchSpec; 7] = [
    BatchSpec { product: 0, received: 500, inputs: [0, 500, 0, 0] },
    BatchSpec { product: 0, received: 1_500, inputs: [5_203, 3_101, 1_097, 599] },
    BatchSpec { product: 1, received: 7, inputs: [0, 0, 280_000, 7_000] },
    BatchSpec { product: 2, received: 2, inputs: [2, 0, 0, 1] },
    BatchSpec { product: 3, received: 9, inputs: [9_100, 0, 6_500, 0] },
    BatchSpec { product: 4, received: 10, inputs: [0, 0, 0, 7_000] },
    BatchSpec { product: 4, received: 40, inputs: [0, 0, 30_000, 11_000] },
];

/// The team that sells each product: what one team sells leaves together.
pub const TEAMS: [usize; 5] = [0, 1, 0, 1, 0];

/// Shares of `total` in proportion to `weights`. Fen that are left over go to whoever misses most of one, of equals to the
/// first.
fn shares(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i64 = weights.iter().sum();
    let mut shares: Vec<i64> = weights.iter().map(|weight| total * weight / whole).collect();
    let left = total - shares.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(total * weights[*place] % whole));
    for place in order.into_iter().take(usize::try_from(left).unwrap_or_default()) {
        shares[place] += 1;
    }
    shares
}

/// What so many of something become in an order: variants, their pieces and what these cost together.
pub fn lines_of(thing: usize, quantity: i64) -> Vec<(usize, i64, i64)> {
    if thing != BOX {
        return vec![(thing, quantity, VARIANTS[thing].price_fen * quantity)];
    }
    let singly = BOX_PARTS.map(|(variant, pieces)| VARIANTS[variant].price_fen * pieces);
    let shares = shares(BOX_PRICE_FEN * quantity, &singly);
    let parts = BOX_PARTS.into_iter().zip(shares);
    parts.map(|((variant, pieces), net_fen)| (variant, pieces * quantity, net_fen)).collect()
}
