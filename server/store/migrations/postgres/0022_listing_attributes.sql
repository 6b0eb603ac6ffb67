-- When a product can be ordered, what a captain says of a listing before it goes into the shop, and what goods of a
-- category are told apart by, and what is shown beside a product. The release before this one knows none of it: it sells the whole year, publishes without
-- being asked, and leaves what a product has of its category as it is.
SET LOCAL lock_timeout = '3s';

-- Both ends belong to it. MM-DD for every year, YYYY-MM-DD for once, blank for always.
ALTER TABLE products ADD COLUMN season_from TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN season_until TEXT NOT NULL DEFAULT '';

-- Whether the team's captain looks at a listing before it goes into the shop.
ALTER TABLE teams ADD COLUMN reviews_listings BIGINT NOT NULL DEFAULT 0 CHECK (reviews_listings IN (0, 1));

CREATE TABLE listing_reviews (
    product_id BIGINT PRIMARY KEY REFERENCES products (id),
    status TEXT NOT NULL CHECK (status IN ('submitted', 'returned', 'approved')),
    -- JSON: the fields that a review is about, as they were when it was submitted or approved.
    claims TEXT NOT NULL,
    -- JSON: what the captain wants mended, by field; empty when nothing.
    remarks TEXT NOT NULL,
    submitted_by BIGINT REFERENCES users (id),
    submitted_at_ms BIGINT NOT NULL,
    decided_by BIGINT REFERENCES users (id),
    decided_at_ms BIGINT
);
CREATE INDEX listing_reviews_waiting ON listing_reviews (status, submitted_at_ms);
CREATE INDEX listing_reviews_by_submitter ON listing_reviews (submitted_by);
CREATE INDEX listing_reviews_by_decider ON listing_reviews (decided_by);

-- What goods of a category are told apart by.
CREATE TABLE attributes (
    id BIGINT PRIMARY KEY,
    category_id BIGINT NOT NULL REFERENCES categories (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'choice', 'number')),
    -- Of a number; empty for none.
    unit TEXT NOT NULL,
    unit_en TEXT NOT NULL,
    position BIGINT NOT NULL,
    UNIQUE (category_id, slug)
);

CREATE TABLE attribute_choices (
    id BIGINT PRIMARY KEY,
    attribute_id BIGINT NOT NULL REFERENCES attributes (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position BIGINT NOT NULL,
    UNIQUE (attribute_id, slug)
);

-- What a product has: a choice, a number in thousandths of the unit, or words.
CREATE TABLE product_attributes (
    product_id BIGINT NOT NULL REFERENCES products (id),
    attribute_id BIGINT NOT NULL REFERENCES attributes (id),
    choice_id BIGINT REFERENCES attribute_choices (id),
    number_milli BIGINT,
    words TEXT NOT NULL,
    PRIMARY KEY (product_id, attribute_id)
);
CREATE INDEX product_attributes_by_choice ON product_attributes (choice_id, product_id);
CREATE INDEX product_attributes_by_attribute ON product_attributes (attribute_id);

-- What a seller shows beside a product, in this order.
CREATE TABLE related_products (
    product_id BIGINT NOT NULL REFERENCES products (id),
    position BIGINT NOT NULL,
    related_id BIGINT NOT NULL REFERENCES products (id),
    PRIMARY KEY (product_id, position)
);
CREATE INDEX related_products_by_related ON related_products (related_id);
