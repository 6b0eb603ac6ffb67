//! Finding products by terms, prefixes and slips.

use domain::ids::ProductId;

use super::catalogue::insert_catalogue;
use crate::Db;
use crate::search::*;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    let terms = |words: &[(&str, i64)]| -> Vec<(String, i64)> {
        words.iter().map(|(word, weight)| ((*word).to_owned(), *weight)).collect()
    };
    let slips = [("lvca".to_owned(), "lvcha".to_owned())];
    let (tea, dendrobium, draft) =
        (ProductId::from_i64(100), ProductId::from_i64(101), ProductId::from_i64(102));
    index_product(&mut tx, tea, &terms(&[("旧", 9)]), &[]).await.unwrap();
    index_product(&mut tx, tea, &terms(&[("绿茶", 80), ("lvcha", 40), ("lv", 20)]), &slips).await.unwrap();
    index_product(&mut tx, tea, &terms(&[("绿茶", 80), ("lvcha", 40), ("lv", 20)]), &slips).await.unwrap();
    index_product(&mut tx, dendrobium, &terms(&[("lvye", 5), ("绿茶", 3), ("lw", 1)]), &[]).await.unwrap();
    index_product(&mut tx, draft, &terms(&[("绿茶", 99)]), &[]).await.unwrap();
    // More than one statement takes, and known ones among them.
    let many: Vec<(String, String)> = (0..19).map(|at| (format!("lvy{at:02}"), "lvye".to_owned())).collect();
    remember_slips(&mut tx, &many[3..9]).await.unwrap();
    remember_slips(&mut tx, &many).await.unwrap();
    tx.commit().await.unwrap();

    let mut conn = db.read().await.unwrap();
    let plain = |hits: Vec<HitRow>| -> Vec<(i64, i64)> {
        hits.iter().map(|hit| (hit.product_id, hit.weight)).collect()
    };
    let hits = plain(list_exact_hits(&mut conn, "绿茶", 9).await.unwrap());
    assert_eq!(hits, [(100, 80), (101, 3)], "heaviest first, no drafts");
    assert!(
        list_exact_hits(&mut conn, "旧", 9).await.unwrap().is_empty(),
        "indexing anew forgets the old terms"
    );
    let hits = plain(list_prefix_hits(&mut conn, "lv", 9).await.unwrap());
    assert_eq!(hits, [(100, 40), (101, 5)], "each product once, with its best term");
    assert!(list_prefix_hits(&mut conn, "", 9).await.unwrap().is_empty());
    let meant = list_meant_terms(&mut conn, &["lvca".to_owned(), "zzzz".to_owned()], 20).await.unwrap();
    assert_eq!(meant, ["lvcha"]);
    for slip in ["lvy00", "lvy08", "lvy18"] {
        assert_eq!(list_meant_terms(&mut conn, &[slip.to_owned()], 20).await.unwrap(), ["lvye"], "{slip}");
    }
    let sold = list_exact_hits(&mut conn, "绿茶", 9).await.unwrap();
    assert_eq!(sold.iter().map(|hit| hit.sold_count).collect::<Vec<_>>(), [10, 50]);
    assert_eq!(list_exact_hits(&mut conn, "绿茶", 1).await.unwrap().len(), 1);

    let all = Part { skipped: 0, taken: 9 };
    let met = find_met(&mut conn, &["绿茶"], 9, 9, all).await.unwrap();
    assert_eq!((met.product_ids, met.total), (vec![100, 101], 2), "heaviest first, no drafts");
    let met = find_met(&mut conn, &["绿茶", "lvye"], 9, 9, all).await.unwrap();
    assert_eq!((met.product_ids, met.total), (vec![101], 1), "what has both, whichever is rarer");
    let met = find_met(&mut conn, &["lv", "lvcha", "绿茶"], 9, 9, all).await.unwrap();
    assert_eq!(met.product_ids, [100]);
    for nothing in [&["lv", "lvye"][..], &["绿茶", "没有"], &["没有"], &[]] {
        assert_eq!(find_met(&mut conn, nothing, 9, 9, all).await.unwrap(), Met::default(), "{nothing:?}");
    }
    for (skipped, shown) in [(0, 100), (1, 101), (2, 101), (9, 101)] {
        let met = find_met(&mut conn, &["绿茶"], 9, 9, Part { skipped, taken: 1 }).await.unwrap();
        assert_eq!((met.product_ids, met.total), (vec![shown], 2), "after {skipped}");
    }
    let met = find_met(&mut conn, &["绿茶"], 9, 1, all).await.unwrap();
    assert_eq!((met.product_ids, met.total), (vec![100], 1), "the best only");
    let met = find_met(&mut conn, &["绿茶"], 1, 9, all).await.unwrap();
    assert_eq!(met.product_ids, [100], "the heaviest only");
    let known = list_known_terms(&mut conn, &["没有", "绿茶", "旧", "lvcha"]).await.unwrap();
    assert_eq!(known, ["绿茶", "lvcha"]);
    assert!(list_known_terms(&mut conn, &[]).await.unwrap().is_empty());
}
