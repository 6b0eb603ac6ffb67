//! How many products a list would have with each choice of an attribute.
//!
//! A shopper may take several choices of one attribute and gets what has any of them. So beside a choice stands what has it
//! and passes everything else: other attributes, price, stock, place, what was searched for. Choices of its own attribute do
//! not count, since taking it as well only adds to them.

use std::collections::BTreeMap;

use store::catalogue::{self, SortOrder};
use store::{Conn, listing};

use super::{Few, MAX_CHOSEN, Wanted, number};
use crate::Result;
use crate::shop::facets::Facet;

/// Products by the choice they have.
#[derive(Debug)]
struct Counts {
    of: BTreeMap<i64, i64>,
    /// Not all products were looked through.
    is_cut: bool,
}

impl Facet {
    fn say(&mut self, counts: &Counts) {
        for choice in &mut self.choices {
            choice.products = counts.of.get(&choice.id).copied().unwrap_or_default();
            choice.is_cut = counts.is_cut;
        }
    }
}

impl Wanted {
    /// Says beside each choice how many products there are with it. `few` is the list without what is chosen of attributes,
    /// `passing` what is left of it, each `None` when it is everything. Without anything but a category the counts stay.
    pub(super) async fn count_choices(
        &self,
        conn: &mut Conn,
        facets: &mut [Facet],
        few: Option<&Few>,
        passing: Option<&Few>,
    ) -> Result<()> {
        if facets.iter().all(|facet| facet.choices.is_empty()) {
            return Ok(());
        }
        let with_all = self.counts(conn, passing).await?;
        for facet in facets {
            let own = facet.chosen_ids();
            let without_own;
            let counts = if own.is_empty() {
                &with_all
            } else {
                let others = self.having(conn, few, &self.chosen.without(&own)).await?;
                without_own = self.counts(conn, others.as_ref()).await?;
                &without_own
            };
            if let Some(counts) = counts {
                facet.say(counts);
            }
        }
        Ok(())
    }

    /// The counts of these products, or of everything that price and stock narrow the category to; `None` when nothing does.
    async fn counts(&self, conn: &mut Conn, products: Option<&Few>) -> Result<Option<Counts>> {
        let filter = &self.filter;
        let is_filtered =
            filter.in_stock_only || filter.min_price_fen.is_some() || filter.max_price_fen.is_some();
        let (ids, is_cut) = match products {
            Some(few) => (few.ids(), few.is_cut),
            None if is_filtered => {
                // In the order of prices, which does not walk past all that costs something else.
                let most = number(MAX_CHOSEN);
                let ids = catalogue::list_product_ids(conn, filter, SortOrder::PriceUp, most, 0).await?;
                let is_cut = ids.len() >= MAX_CHOSEN;
                (ids, is_cut)
            }
            None => return Ok(None),
        };
        Ok(Some(Counts { of: listing::count_choices_of_these(conn, &ids).await?, is_cut }))
    }
}
