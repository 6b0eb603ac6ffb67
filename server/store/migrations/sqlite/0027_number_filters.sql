-- Lists of goods are narrowed by numbers: net weight from one to the other. On a large table this is made by hand before the
-- release (decision 0011). The release before this one knows nothing of it.
CREATE INDEX IF NOT EXISTS product_attributes_by_number ON product_attributes (attribute_id, number_milli, product_id);
