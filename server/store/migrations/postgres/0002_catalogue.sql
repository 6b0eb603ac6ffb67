-- What is listed, what is bought, and the batches that stock is held in.

CREATE TABLE categories (
    id BIGINT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position BIGINT NOT NULL,
    media_id BIGINT REFERENCES media (id)
);
CREATE INDEX categories_by_media ON categories (media_id);

-- Where a team's parcels leave from.
CREATE TABLE dispatch_places (
    id BIGINT PRIMARY KEY,
    team_id BIGINT NOT NULL REFERENCES teams (id),
    name TEXT NOT NULL,
    region_code TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL
);
CREATE INDEX dispatch_places_by_team ON dispatch_places (team_id);

CREATE TABLE freight_templates (
    id BIGINT PRIMARY KEY,
    team_id BIGINT NOT NULL REFERENCES teams (id),
    name TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('piece', 'weight', 'volume')),
    free_from_fen BIGINT,
    free_from_count BIGINT
);
CREATE INDEX freight_templates_by_team ON freight_templates (team_id);

-- region_prefixes: administrative code prefixes parted by blanks; empty for the default row.
CREATE TABLE freight_rows (
    template_id BIGINT NOT NULL REFERENCES freight_templates (id),
    position BIGINT NOT NULL,
    region_prefixes TEXT NOT NULL,
    refused BIGINT NOT NULL DEFAULT 0,
    first_quantity BIGINT NOT NULL,
    first_fee_fen BIGINT NOT NULL,
    step_quantity BIGINT NOT NULL,
    step_fee_fen BIGINT NOT NULL,
    surcharge_fen BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (template_id, position)
);

CREATE TABLE products (
    id BIGINT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    team_id BIGINT NOT NULL REFERENCES teams (id),
    category_id BIGINT NOT NULL REFERENCES categories (id),
    village_id BIGINT NOT NULL REFERENCES villages (id),
    place_id BIGINT NOT NULL REFERENCES dispatch_places (id),
    freight_template_id BIGINT NOT NULL REFERENCES freight_templates (id),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    story TEXT NOT NULL,
    story_en TEXT NOT NULL,
    base_unit TEXT NOT NULL CHECK (base_unit IN ('g', 'piece')),
    food_class TEXT NOT NULL,
    sc_number TEXT NOT NULL DEFAULT '',
    workshop_number TEXT NOT NULL DEFAULT '',
    sales_region TEXT NOT NULL DEFAULT '',
    ingredients TEXT NOT NULL DEFAULT '',
    net_content TEXT NOT NULL DEFAULT '',
    producer TEXT NOT NULL DEFAULT '',
    storage TEXT NOT NULL DEFAULT '',
    shelf_life_days BIGINT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'unpublished')),
    -- Counts the edits; a save names the version it was made from.
    version BIGINT NOT NULL DEFAULT 1,
    created_by BIGINT REFERENCES users (id),
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    published_at_ms BIGINT,
    -- Kept beside the variants, so that lists sort and filter by index alone.
    price_from_fen BIGINT NOT NULL DEFAULT 0,
    sold_count BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX products_by_team ON products (team_id, updated_at_ms);
CREATE INDEX products_by_place ON products (place_id);
CREATE INDEX products_by_freight_template ON products (freight_template_id);
CREATE INDEX products_shown_new ON products (status, published_at_ms, id);
CREATE INDEX products_shown_price ON products (status, price_from_fen, id);
CREATE INDEX products_shown_sold ON products (status, sold_count, id);
CREATE INDEX products_shown_category ON products (category_id, status, published_at_ms);
CREATE INDEX products_shown_village ON products (village_id, status, published_at_ms);

CREATE TABLE product_media (
    product_id BIGINT NOT NULL REFERENCES products (id),
    position BIGINT NOT NULL,
    media_id BIGINT NOT NULL REFERENCES media (id),
    PRIMARY KEY (product_id, position)
);
CREATE INDEX product_media_by_media ON product_media (media_id);

CREATE TABLE variants (
    id BIGINT PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    price_fen BIGINT NOT NULL CHECK (price_fen > 0),
    -- How much of the product's base unit one piece takes from a batch.
    base_quantity BIGINT NOT NULL CHECK (base_quantity > 0),
    weight_g BIGINT NOT NULL CHECK (weight_g > 0),
    volume_cm3 BIGINT NOT NULL DEFAULT 0,
    min_quantity BIGINT NOT NULL DEFAULT 1 CHECK (min_quantity > 0),
    step_quantity BIGINT NOT NULL DEFAULT 1 CHECK (step_quantity > 0),
    position BIGINT NOT NULL,
    active BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX variants_by_product ON variants (product_id, position);

-- Unit prices from a quantity on, for unit buyers.
CREATE TABLE tier_prices (
    variant_id BIGINT NOT NULL REFERENCES variants (id),
    min_quantity BIGINT NOT NULL CHECK (min_quantity > 1),
    price_fen BIGINT NOT NULL CHECK (price_fen > 0),
    PRIMARY KEY (variant_id, min_quantity)
);

-- One harvest or production run. Quantities are in the product's base unit.
CREATE TABLE batches (
    id BIGINT PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id),
    code TEXT NOT NULL,
    produced_on TEXT NOT NULL,
    expires_on TEXT,
    certificate_number TEXT NOT NULL DEFAULT '',
    certificate_issuer TEXT NOT NULL DEFAULT '',
    certificate_contact TEXT NOT NULL DEFAULT '',
    issued_on TEXT,
    -- Live poultry and meat only.
    quarantine_number TEXT NOT NULL DEFAULT '',
    received BIGINT NOT NULL CHECK (received >= 0),
    available BIGINT NOT NULL CHECK (available >= 0),
    held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
    sold BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
    written_off BIGINT NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    created_at_ms BIGINT NOT NULL,
    UNIQUE (product_id, code),
    CHECK (received = available + held + sold + written_off)
);

-- Whose harvest went into a batch, by weight: the ground of every attribution.
CREATE TABLE batch_inputs (
    batch_id BIGINT NOT NULL REFERENCES batches (id),
    village_id BIGINT NOT NULL REFERENCES villages (id),
    weight_g BIGINT NOT NULL CHECK (weight_g > 0),
    PRIMARY KEY (batch_id, village_id)
);
CREATE INDEX batch_inputs_by_village ON batch_inputs (village_id);

-- Words by which a product is found: characters, pairs of characters, pinyin, initials.
CREATE TABLE search_terms (
    term TEXT NOT NULL,
    product_id BIGINT NOT NULL REFERENCES products (id),
    weight BIGINT NOT NULL,
    PRIMARY KEY (term, product_id)
);
CREATE INDEX search_terms_by_product ON search_terms (product_id);

-- Words with one letter missing, so that a slip of the finger still finds them.
CREATE TABLE search_typos (
    typo TEXT NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (typo, term)
);
