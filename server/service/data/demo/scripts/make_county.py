"""Writes ../county.json and checks it: check digits, references, unique codes, tier order, required label fields."""
import json
import pathlib

import county_people
from checkdigits import verify_credit, verify_sc
from county_products import PRODUCTS

OUT = pathlib.Path(__file__).resolve().parent.parent / "county.json"
COMMENT = [
    "Demonstration data: place names are public; every body, story, number, price and telephone number is made up for the demonstration.",
    "Money is integer fen. slug is unique within its list; references are slugs. Every *_en is the English of the field before it.",
    "variants: base_quantity is in the product's base_unit (g or piece); tiers are [minimum quantity, unit price in fen], ascending.",
    "batches: produced_days_ago is counted from the day of seeding; produced_month_day (MM-DD or null), when set, is the true season: "
    "the most recent such day on or before the day of seeding may be used instead. expires_days_after counts from production; "
    "received is in base units; inputs are the weighed deliveries by village.",
    "label: keys depend on food_class; absent keys do not apply. sales_region_codes are two-digit region prefixes.",
    "freight_templates: first and step are grams (mode weight) or pieces (mode piece); a row with empty regions is the default row; "
    "regions are region-code prefixes; surcharge_fen is added once per parcel; free_over_fen null means never free; "
    "without a matching row a region is refused; no_delivery wins over every row.",
    "Which village belongs to which town is simplified for the demonstration.",
]
REQUIRED = {
    "fresh_produce": ["net_content", "producer", "shelf_life_days", "storage"],
    "packaged_food": ["sc_number", "ingredients", "net_content", "producer", "shelf_life_days", "storage"],
    "small_workshop": ["workshop_number", "sales_region", "sales_region_codes", "ingredients", "net_content", "producer"],
    "live_poultry_meat": ["net_content", "producer", "shelf_life_days", "storage"],
}


def check(data):
    def slugs(key):
        found = [x["slug"] for x in data[key]]
        assert len(found) == len(set(found)), key
        return set(found)

    towns, villages, teams = slugs("towns"), slugs("villages"), slugs("teams")
    units, categories, freight = slugs("units"), slugs("categories"), slugs("freight_templates")
    slugs("cadres"), slugs("products")
    assert len(towns) == 12 and {v["town"] for v in data["villages"]} == towns
    codes = [v["collective"]["credit_code"] for v in data["villages"]] + [u["credit_code"] for u in data["units"]]
    assert len(codes) == len(set(codes)) and all(map(verify_credit, codes))
    for t in data["teams"]:
        assert set(t["towns"]) <= towns and set(t["villages"]) <= villages
    for u in data["units"]:
        assert u["parent"] is None or u["parent"] in units
    for c in data["cadres"]:
        assert c["village"] in villages and c["unit"] in units and c["team"] in teams and c["starts_on"] < c["ends_on"]
    assert all(f["team"] in teams for f in data["freight_templates"])
    variant_codes, batch_codes, sc_numbers = [], [], []
    for p in data["products"]:
        assert p["team"] in teams and p["category"] in categories and p["village"] in villages, p["slug"]
        assert next(f for f in data["freight_templates"] if f["slug"] == p["freight_template"])["team"] == p["team"], p["slug"]
        for key in REQUIRED[p["food_class"]]:
            assert p["label"].get(key), (p["slug"], key)
        if "sc_number" in p["label"]:
            sc_numbers.append(p["label"]["sc_number"])
            assert verify_sc(sc_numbers[-1])
        for v in p["variants"]:
            variant_codes.append(v["code"])
            prices = [v["price_fen"]] + [t[1] for t in v["tiers"]]
            assert prices == sorted(prices, reverse=True) and [t[0] for t in v["tiers"]] == sorted(t[0] for t in v["tiers"])
        for b in p["batches"]:
            batch_codes.append(b["code"])
            assert b["inputs"] and all(i["village"] in villages and i["weight_g"] > 0 for i in b["inputs"])
            assert b["certificate_number"] and b["expires_days_after"] <= p["label"]["shelf_life_days"]
        assert any(b["produced_days_ago"] < b["expires_days_after"] for b in p["batches"]), p["slug"]
    for codes in (variant_codes, batch_codes, sc_numbers):
        assert len(codes) == len(set(codes))
    return len(data["products"]), len(variant_codes), len(batch_codes)


def main():
    data = {"$comment": COMMENT, "demonstration": True,
            "note": "演示数据：地名为公开地名；机构、故事、编号、价格和电话均为演示而编。",
            "note_en": "Demonstration data: place names are public; bodies, stories, numbers, prices and telephone numbers are made up.",
            "county": dict(slug="langao", code="610925", name="岚皋县", name_en="Lan'gao County",
                           mark="岚河老渡口", mark_en="Lan River Old Ferry"),
            **county_people.build(), "products": PRODUCTS}
    counts = check(data)
    OUT.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    print("products %d, variants %d, batches %d" % counts, OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
