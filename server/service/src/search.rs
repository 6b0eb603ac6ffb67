//! Finding products: by Chinese, by pinyin, by initials, in English, and despite a slip of the finger or a wrong
//! character.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ids::ProductId;
use domain::search_text::{
    Term, WEIGHT_PINYIN, index_terms, is_han, joined_pinyin, may_be_mistaken, query_terms, story_terms,
    typo_keys, within_one_slip,
};
use pinyin::ToPinyin;
use store::search::{self as terms, Met, Part};
use store::{Conn, catalogue};

use crate::{Result, ServiceError};

/// How much a word of the product's name says, compared with one of its village or category, or of its story.
const NAME_WEIGHT: i64 = 20;
const PLACE_WEIGHT: i64 = 6;
const STORY_WEIGHT: i64 = 1;
/// Latin terms at least this long also find longer ones that begin with them.
const PREFIX_MIN_CHARS: usize = 2;
/// How many terms a slip may have meant.
const MEANT_TERMS: i64 = 12;
/// How many pairs of Han characters with one in common are looked at for the one that was meant.
const MEANT_PAIRS: i64 = 200;
/// Terms up to this weight are no more than the sound of a story's words.
const STORY_SOUND: i64 = WEIGHT_PINYIN as i64 * STORY_WEIGHT;
/// The most products that a search finds: the best, of equals the newest. Nobody looks further.
pub(crate) const MAX_FOUND: usize = 240;
/// The most hits that one of several terms may bring.
const MAX_POSTINGS: i64 = 1_000;
/// A prefix says less than the whole term, a corrected slip less than a hit: out of ten.
const PREFIX_TENTHS: i64 = 6;
const SLIP_TENTHS: i64 = 5;

/// What a query found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Published products, the best answer first; of the part that was asked for.
    pub product_ids: Vec<i64>,
    /// How many products there are in all parts.
    pub total: usize,
    /// Whether a slip was corrected or a part of the query dropped to find anything.
    pub approximate: bool,
}

impl Found {
    fn met(met: Met, approximate: bool) -> Self {
        let total = usize::try_from(met.total).unwrap_or_default();
        Self { product_ids: met.product_ids, total, approximate }
    }
}

/// Makes a product findable by what it says now: its names above all, then its villages, town and category, then its
/// story. Call it in the transaction that publishes or edits the product.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such product.
pub async fn reindex_product(conn: &mut Conn, product_id: ProductId) -> Result<()> {
    reindex_products(conn, &[product_id]).await
}

/// [`reindex_product`] for several that one transaction has changed, after all of them were locked. Slips are shared by
/// all products: they are written last and in their order, so that nobody who holds one waits for a product, or for a
/// slip that comes earlier.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such product.
pub(crate) async fn reindex_products(conn: &mut Conn, products: &[ProductId]) -> Result<()> {
    let mut slips: BTreeSet<(String, String)> = BTreeSet::new();
    for product in products {
        let index = index_of(conn, *product).await?;
        slips.extend(index.typos());
        let terms: Vec<(String, i64)> = index.terms.into_iter().collect();
        store::search::index_product(conn, *product, &terms, &[]).await?;
    }
    let slips: Vec<(String, String)> = slips.into_iter().collect();
    Ok(store::search::remember_slips(conn, &slips).await?)
}

async fn index_of(conn: &mut Conn, product_id: ProductId) -> Result<Index> {
    let product = catalogue::find_product(conn, product_id).await?.ok_or(ServiceError::NotFound)?;
    let mut index = Index::default();
    index.add(&product.name, NAME_WEIGHT, true);
    index.add(&product.name_en, NAME_WEIGHT, true);
    for text in [
        &product.category_name,
        &product.category_name_en,
        &product.village_name,
        &product.village_name_en,
        &product.town_name,
        &product.town_name_en,
    ] {
        index.add(text, PLACE_WEIGHT, true);
    }
    for village in catalogue::list_card_villages(conn, &[product_id.get()]).await? {
        index.add(&village.name, PLACE_WEIGHT, true);
        index.add(&village.name_en, PLACE_WEIGHT, true);
    }
    for variant in catalogue::list_variants(conn, product_id).await? {
        index.add(&variant.name, PLACE_WEIGHT, false);
        index.add(&variant.code, PLACE_WEIGHT, false);
    }
    index.add(&product.story, STORY_WEIGHT, false);
    index.add(&product.story_en, STORY_WEIGHT, false);
    Ok(index)
}

fn sound(c: char) -> Option<&'static str> {
    c.to_pinyin().map(|reading| reading.plain())
}

/// What a product is found by, each term with the sum of what its places say.
#[derive(Debug, Default)]
struct Index {
    terms: BTreeMap<String, i64>,
    /// Terms that are worth correcting slips to: names, not stories.
    worth_correcting: BTreeSet<String>,
}

impl Index {
    fn add(&mut self, text: &str, factor: i64, worth_correcting: bool) {
        let terms = if factor == STORY_WEIGHT { story_terms(text, sound) } else { index_terms(text, sound) };
        for Term { text, weight } in terms {
            let weight = i64::from(weight) * factor;
            if worth_correcting {
                self.worth_correcting.insert(text.clone());
            }
            let best = self.terms.entry(text).or_default();
            *best = weight.max(*best);
        }
    }

    fn typos(&self) -> Vec<(String, String)> {
        self.worth_correcting
            .iter()
            .flat_map(|term| typo_keys(term).into_iter().map(|typo| (typo, term.clone())))
            .collect()
    }
}

/// The published products a query asks for: those that have all of its terms, or else, after correcting a slip in each
/// term that finds nothing, or else at least two thirds of them. Better matches come first, then what sells better.
pub async fn find_products(conn: &mut Conn, query: &str) -> Result<Found> {
    find_part(conn, query, Part { skipped: 0, taken: MAX_FOUND as i64 }).await
}

/// The same, but of what was found only the part that a page shows.
pub async fn find_part(conn: &mut Conn, query: &str, part: Part) -> Result<Found> {
    let (asked, joined) = split_joined(query_terms(query));
    let words: Vec<&str> = asked.iter().map(|term| term.text.as_str()).collect();
    // Several terms are found where their hits meet, one is found at once.
    let one = words.len() == 1 && joined.is_none();
    let limit = if one { MAX_FOUND as i64 } else { MAX_POSTINGS };
    let whole_only = joined.is_none() && !words.iter().any(|word| stands_for_longer(word));
    if one || whole_only {
        let met = terms::find_met(conn, &words, limit, MAX_FOUND as i64, part).await?;
        // Where the whole term fills the list, nothing is left to longer ones.
        if met.total >= MAX_FOUND as i64 || whole_only && met.total > 0 {
            return Ok(Found::met(met, false));
        }
    }
    let mut terms = Lookup { limit, sold: HashMap::new(), corrected: HashMap::new() };
    if whole_only && let Some(met) = terms.met_without_unknown(conn, &words, part).await? {
        return Ok(Found::met(met, true));
    }
    let (scores, approximate) = terms.scores(conn, &words, joined.as_ref()).await?;
    Ok(terms.ranked(&scores, part, approximate))
}

/// Whether a term also finds longer ones that begin with it.
fn stands_for_longer(term: &str) -> bool {
    term.is_ascii() && term.len() >= PREFIX_MIN_CHARS
}

/// How many of so many terms something must have to be shown when nothing has all.
const fn two_thirds(count: usize) -> usize {
    (count * 2).div_ceil(3)
}

/// Parts the terms that must be found from the Latin words joined, which are another way to say the same.
fn split_joined(terms: Vec<Term>) -> (Vec<Term>, Option<Term>) {
    let is_latin = |term: &Term| !term.text.chars().any(is_han);
    let heaviest =
        terms.iter().filter(|term| is_latin(term)).map(|term| term.weight).max().unwrap_or_default();
    let (joined, asked): (Vec<Term>, Vec<Term>) =
        terms.into_iter().partition(|term| is_latin(term) && term.weight < heaviest);
    (asked, joined.into_iter().next())
}

type Hits = HashMap<i64, i64>;

/// The looking up of terms for one query.
#[derive(Debug)]
struct Lookup {
    /// The most hits one term may bring; the heaviest come first, of equals the newest.
    limit: i64,
    /// How often what was found was sold.
    sold: HashMap<i64, i64>,
    /// What was found for terms in which a slip was corrected.
    corrected: HashMap<String, Hits>,
}

impl Lookup {
    /// When no product has all words: what has all that are known at all, if those are just as many as a product must have,
    /// and no slip explains the others. Nothing when they are fewer. `None` when hits have to be compared.
    async fn met_without_unknown(
        &mut self,
        conn: &mut Conn,
        words: &[&str],
        part: Part,
    ) -> Result<Option<Met>> {
        let known = terms::list_known_terms(conn, words).await?;
        if known.len() > two_thirds(words.len()) || known.len() == words.len() {
            return Ok(None);
        }
        for word in words.iter().filter(|word| !known.iter().any(|known| known == *word)) {
            if !self.corrected_hits(conn, word).await?.is_empty() {
                return Ok(None);
            }
        }
        if known.len() < two_thirds(words.len()) {
            return Ok(Some(Met::default()));
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        Ok(Some(terms::find_met(conn, &known, self.limit, MAX_FOUND as i64, part).await?))
    }

    /// What the words find, with what their hits say together, and whether that is not quite what was asked for.
    async fn scores(
        &mut self,
        conn: &mut Conn,
        words: &[&str],
        joined: Option<&Term>,
    ) -> Result<(Hits, bool)> {
        let mut slots = Vec::with_capacity(words.len());
        for word in words {
            slots.push(self.hits(conn, word).await?);
        }
        let mut scores = matching(&slots, slots.len());
        if let Some(joined) = joined {
            let is_all_han = |word: &str| word.chars().all(is_han);
            let han = slots.iter().zip(words).filter(|(_, word)| is_all_han(word));
            let mut with_joined: Vec<_> = han.map(|(slot, _)| slot.clone()).collect();
            with_joined.push(self.hits(conn, &joined.text).await?);
            for (product, score) in matching(&with_joined, with_joined.len()) {
                let best = scores.entry(product).or_default();
                *best = score.max(*best);
            }
        }
        if !scores.is_empty() || slots.is_empty() {
            return Ok((scores, false));
        }
        for (slot, word) in slots.iter_mut().zip(words) {
            if slot.is_empty() {
                *slot = self.corrected_hits(conn, word).await?;
            }
        }
        scores = matching(&slots, slots.len());
        if let (true, Some(joined)) = (scores.is_empty(), joined) {
            scores = self.corrected_hits(conn, &joined.text).await?;
        }
        if scores.is_empty() {
            scores = matching(&slots, two_thirds(slots.len()));
        }
        Ok((scores, true))
    }

    /// Products with the term, or with a longer Latin one that begins with it: the sound of a story only as a whole, since
    /// every longer text has every beginning.
    async fn hits(&mut self, conn: &mut Conn, term: &str) -> Result<Hits> {
        let mut found = Hits::new();
        for hit in terms::list_exact_hits(conn, term, self.limit).await? {
            self.sold.insert(hit.product_id, hit.sold_count);
            found.insert(hit.product_id, hit.weight);
        }
        // The term itself is the first of those that begin with it.
        let is_full = i64::try_from(found.len()).unwrap_or(i64::MAX) >= self.limit;
        if !is_full && stands_for_longer(term) {
            let longer = terms::list_prefix_hits(conn, term, self.limit).await?;
            for hit in longer.into_iter().filter(|hit| hit.weight > STORY_SOUND) {
                self.sold.insert(hit.product_id, hit.sold_count);
                let best = found.entry(hit.product_id).or_default();
                *best = (hit.weight * PREFIX_TENTHS / 10).max(*best);
            }
        }
        Ok(found)
    }

    /// Products with a term from which this one differs by one slip: a letter; or a Han character, by one of the same sound
    /// if there are such products, else by one that looks or sounds alike.
    async fn corrected_hits(&mut self, conn: &mut Conn, term: &str) -> Result<Hits> {
        if let Some(found) = self.corrected.get(term) {
            return Ok(found.clone());
        }
        let found = self.meant_hits(conn, term).await?;
        self.corrected.insert(term.to_owned(), found.clone());
        Ok(found)
    }

    async fn meant_hits(&mut self, conn: &mut Conn, term: &str) -> Result<Hits> {
        let han = term.chars().all(is_han);
        if let Some(joined) = joined_pinyin(term, sound).filter(|_| term.chars().count() > 1) {
            let homophones = self.hits(conn, &joined).await?;
            // What sounds so in the middle of some story only was not meant.
            if homophones.values().any(|weight| *weight > STORY_SOUND) {
                let tenths = |weight: i64| (weight * SLIP_TENTHS / 10).max(1);
                return Ok(homophones
                    .into_iter()
                    .map(|(product, weight)| (product, tenths(weight)))
                    .collect());
            }
        }
        let limit = if han { MEANT_PAIRS } else { MEANT_TERMS };
        let is_meant = |meant: &str| {
            if han { may_be_mistaken(term, meant, sound) } else { within_one_slip(meant, term) }
        };
        let meant = terms::list_meant_terms(conn, &typo_keys(term), limit).await?;
        let mut found = Hits::new();
        for meant in meant.iter().filter(|meant| is_meant(meant)) {
            for hit in terms::list_exact_hits(conn, meant, self.limit).await? {
                self.sold.insert(hit.product_id, hit.sold_count);
                let best = found.entry(hit.product_id).or_default();
                *best = (hit.weight * SLIP_TENTHS / 10).max(*best);
            }
        }
        Ok(found)
    }

    /// The best of them first, of equals what sells better; of the list the part that is asked for.
    fn ranked(&self, scores: &Hits, part: Part, approximate: bool) -> Found {
        let score = |id: &i64| scores.get(id).copied().unwrap_or_default();
        let sold = |id: &i64| self.sold.get(id).copied().unwrap_or_default();
        let mut ids: Vec<i64> = scores.keys().copied().collect();
        ids.sort_unstable_by_key(|id| (std::cmp::Reverse((score(id), sold(id))), *id));
        ids.truncate(MAX_FOUND);
        let total = ids.len();
        let taken = usize::try_from(part.taken).unwrap_or(usize::MAX).max(1);
        let skipped = usize::try_from(part.skipped).ok().filter(|skipped| *skipped < total);
        let skipped = skipped.unwrap_or(total.saturating_sub(1) / taken * taken);
        Found { product_ids: ids.into_iter().skip(skipped).take(taken).collect(), total, approximate }
    }
}

/// Products that are in at least `needed` slots (and in one), with the sum of their weights.
fn matching(slots: &[Hits], needed: usize) -> Hits {
    let mut sums: HashMap<i64, (usize, i64)> = HashMap::new();
    for (product, weight) in slots.iter().flatten() {
        let sum = sums.entry(*product).or_default();
        *sum = (sum.0 + 1, sum.1 + weight);
    }
    sums.into_iter()
        .filter(|(_, (count, _))| *count >= needed)
        .map(|(product, (_, weight))| (product, weight))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_words_are_another_way_and_not_one_more_demand() {
        let (asked, joined) = split_joined(query_terms("lv cha"));
        assert_eq!(asked.iter().map(|term| term.text.as_str()).collect::<Vec<_>>(), ["cha", "lv"]);
        assert_eq!(joined.unwrap().text, "lvcha");
        let (asked, joined) = split_joined(query_terms("岚皋绿茶 lvcha"));
        assert_eq!(asked.len(), 4);
        assert!(joined.is_none());
    }

    #[test]
    fn all_demands_must_be_met() {
        let slots = [Hits::from([(1, 10), (2, 5)]), Hits::from([(1, 1)])];
        assert_eq!(matching(&slots, 2), Hits::from([(1, 11)]));
        assert!(matching(&[], 0).is_empty());
    }

    #[test]
    fn tea_is_indexed_by_its_sound_and_by_slips() {
        let mut index = Index::default();
        index.add("岚皋绿茶", NAME_WEIGHT, true);
        index.add("春天的绿茶", STORY_WEIGHT, false);
        for term in ["绿茶", "茶", "lvcha", "lucha", "lc", "春天"] {
            assert!(index.terms.contains_key(term), "{term}");
        }
        assert!(index.terms.contains_key("chuntian"), "pinyin looks where Chinese looks");
        for term in ["chun", "ct", "tian"] {
            assert!(!index.terms.contains_key(term), "{term} is in any story by chance");
        }
        assert!(index.typos().contains(&("绿_".to_owned(), "绿茶".to_owned())));
        assert!(index.typos().contains(&("lvca".to_owned(), "lvcha".to_owned())));
        assert!(index.terms["绿茶"] > index.terms["春天"]);
    }
}
