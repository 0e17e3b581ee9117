"""The SQL of the projection. Shop tables are found through the search path, so those that name one run inside
`in_shop`.

A vendor's own role chooses the ids of its rows, so nothing is matched by such an id without the vendor's beside it.
"""

# Prices in another currency than the marketplace's can be on no page beside others.
LIVE_VARIANTS = """
    SELECT p.id, v.id, v.gtin
      FROM shop_catalog_product p JOIN shop_catalog_variant v ON v.product_id = p.id
     WHERE p.id = ANY(%(products)s) AND p.state = 'published' AND p.paused_at IS NULL AND v.currency = %(currency)s
     ORDER BY p.id, v.position, v.id
"""

LOCK_VENDOR = "SELECT pg_advisory_xact_lock(hashtextextended('catalogue:vendor:' || %(vendor)s::text, 0))"

# Two vendors that publish a new GTIN at the same moment would each make a page for it. GTINs fall into a few locks,
# taken in order, rather than each having one: a batch holds hundreds.
LOCK_GTINS = """
    SELECT pg_advisory_xact_lock(hashtextextended('catalogue:gtin:' || stripe::text, 0))
      FROM unnest(%(stripes)s::int[]) AS stripe
"""

LOCK_LISTINGS = """
    SELECT id, content_vendor_id, content_product_id FROM listings_listing
     WHERE id = ANY(%(listings)s) ORDER BY id FOR UPDATE
"""

# A listing's variant keeps the words its first vendor had for the options, unless the listing's words are this
# vendor's.
UPSERT_VARIANTS = """
    INSERT INTO listings_listingvariant AS have (id, listing_id, gtin, options, position)
    SELECT t.id, t.listing_id, t.gtin, v.options, v.position
      FROM unnest(%(ids)s::uuid[], %(listings)s::uuid[], %(gtins)s::text[], %(variants)s::uuid[])
           AS t(id, listing_id, gtin, variant_id)
      JOIN shop_catalog_variant v ON v.id = t.variant_id
     ORDER BY t.id
    ON CONFLICT (id) DO UPDATE
       SET listing_id = excluded.listing_id, options = excluded.options, position = excluded.position
     WHERE have.listing_id <> excluded.listing_id
        OR (excluded.listing_id = ANY(%(owned)s)
            AND (have.options, have.position) IS DISTINCT FROM (excluded.options, excluded.position))
"""

STOCK = """
      LEFT JOIN LATERAL (SELECT sum(greatest(on_hand + backorder_limit - safety_stock - allocated - reserved, 0)) AS units,
                                sum(greatest(on_hand - safety_stock - allocated - reserved, 0)) AS on_shelf,
                                max(ships_on) AS ships_on
                           FROM shop_inventory_stocklevel WHERE variant_id = v.id) stock ON true
      LEFT JOIN LATERAL (SELECT sum(allocated_delta) AS units FROM shop_inventory_stockmovement
                          WHERE variant_id = v.id AND kind = 'allocated' AND at >= %(since)s) sold ON true
"""
PROFILE = "(SELECT profile_id FROM shop_shipping_productprofile WHERE product_id = p.id)"
AVAILABLE = "least(coalesce(stock.units, 0), %(shown)s)"
ON_SHELF = "least(coalesce(stock.on_shelf, 0), %(shown)s)"

UPSERT_OFFERS = f"""
    INSERT INTO listings_offer AS have
        (id, listing_id, listing_variant_id, vendor_id, product_id, sku, condition, tags, price_minor,
         compare_at_minor, currency, available, on_shelf, ships_on, weight_grams, shipping_profile_id, sold_recently,
         is_visible, projected_at)
    SELECT v.id, t.listing_id, t.listing_variant_id, %(vendor)s::uuid, p.id, v.sku, p.condition, p.tags, v.price_minor,
           v.compare_at_minor, v.currency, {AVAILABLE}, {ON_SHELF}, stock.ships_on, v.weight_grams, {PROFILE},
           coalesce(sold.units, 0), true, %(now)s
      FROM unnest(%(variants)s::uuid[], %(listings)s::uuid[], %(listing_variants)s::uuid[])
           AS t(variant_id, listing_id, listing_variant_id)
      JOIN shop_catalog_variant v ON v.id = t.variant_id
      JOIN shop_catalog_product p ON p.id = v.product_id
      {STOCK}
     ORDER BY v.id
    ON CONFLICT (id) DO UPDATE
       SET listing_id = excluded.listing_id, listing_variant_id = excluded.listing_variant_id,
           product_id = excluded.product_id, sku = excluded.sku, condition = excluded.condition,
           tags = excluded.tags,
           price_minor = excluded.price_minor, compare_at_minor = excluded.compare_at_minor,
           currency = excluded.currency, available = excluded.available, on_shelf = excluded.on_shelf,
           ships_on = excluded.ships_on, weight_grams = excluded.weight_grams,
           shipping_profile_id = excluded.shipping_profile_id, sold_recently = excluded.sold_recently, is_visible = true,
           projected_at = excluded.projected_at
     WHERE have.vendor_id = excluded.vendor_id
       AND (have.listing_id, have.listing_variant_id, have.product_id, have.sku, have.condition, have.tags, have.price_minor,
            have.compare_at_minor, have.currency, have.available, have.on_shelf, have.ships_on, have.weight_grams,
            have.shipping_profile_id, have.sold_recently, have.is_visible)
           IS DISTINCT FROM
           (excluded.listing_id, excluded.listing_variant_id, excluded.product_id, excluded.sku, excluded.condition,
            excluded.tags, excluded.price_minor, excluded.compare_at_minor, excluded.currency, excluded.available,
            excluded.on_shelf, excluded.ships_on, excluded.weight_grams, excluded.shipping_profile_id,
            excluded.sold_recently, true)
"""

HIDE_OFFERS = """
    UPDATE listings_offer SET is_visible = false, available = 0, projected_at = %(now)s
     WHERE vendor_id = %(vendor)s AND product_id = ANY(%(products)s) AND id <> ALL(%(variants)s) AND is_visible
"""

UPDATE_STOCK = f"""
    UPDATE listings_offer o
       SET available = fresh.available, on_shelf = fresh.on_shelf, ships_on = fresh.ships_on, sold_recently = fresh.sold,
           projected_at = %(now)s
      FROM (SELECT v.id, {AVAILABLE} AS available, {ON_SHELF} AS on_shelf, stock.ships_on, coalesce(sold.units, 0) AS sold
              FROM shop_catalog_variant v {STOCK}
             WHERE v.id = ANY(%(variants)s)) fresh
     WHERE o.id = fresh.id AND o.vendor_id = %(vendor)s AND o.is_visible
       AND (o.available, o.on_shelf, o.ships_on, o.sold_recently)
           IS DISTINCT FROM (fresh.available::int, fresh.on_shelf::int, fresh.ships_on, fresh.sold::int)
    RETURNING o.listing_id
"""

# What a listing copies from its visible offers: one row for each id of the array, empty where there is no such offer.
BUY_BOX = """
    SELECT asked.id AS listing_id, b.price_minor, b.compare_at_minor, b.currency, b.slug, b.name, b.handling_days,
           coalesce(b.available > 0 AND NOT b.was_away, false) AS in_stock, coalesce(t.offers, 0) AS offers,
           coalesce(t.vendors, 0) AS vendors, t.highest, coalesce(t.sold, 0) AS sold
      FROM unnest(%(listings)s::uuid[]) AS asked(id)
      LEFT JOIN LATERAL (
            SELECT o.price_minor, o.compare_at_minor, o.currency, o.available, c.slug, c.name, c.handling_days,
                   coalesce(c.was_away, false) AS was_away
              FROM listings_offer o LEFT JOIN listings_vendorcard c ON c.vendor_id = o.vendor_id
             WHERE o.listing_id = asked.id AND o.is_visible
             ORDER BY (o.available > 0 AND NOT coalesce(c.was_away, false)) DESC,
                   o.price_minor, c.handling_days, o.id LIMIT 1) b ON true
      LEFT JOIN LATERAL (
            SELECT count(*) AS offers, count(DISTINCT vendor_id) AS vendors, max(price_minor) AS highest,
                   sum(sold_recently) AS sold
              FROM listings_offer WHERE listing_id = asked.id AND is_visible) t ON true
"""

# Words and pictures, and, for a listing that is not there yet, the buy box at once: offers are written before it.
UPSERT_LISTINGS = f"""
    INSERT INTO listings_listing AS have
        (id, slug, title, description, brand, category_id, category_path, attributes, pictures, search,
         content_vendor_id, content_product_id, first_published_at, projected_at,
         price_minor, compare_at_minor, price_max_minor, currency, best_vendor_slug, best_vendor_name,
         best_handling_days, offer_count, vendor_count, in_stock, sold_recently, is_visible)
    SELECT t.listing_id, coalesce(nullif(p.slug, ''), 'item') || '-' || right(t.listing_id::text, 10),
           p.title, p.description, p.brand, c.id, coalesce(c.path, ''), p.attributes, coalesce(pictures.list, '[]'),
           setweight(to_tsvector('public.souk', p.title), 'A')
             || setweight(to_tsvector('public.souk', p.brand || ' ' || coalesce(options.gtins, '')), 'B')
             || setweight(to_tsvector('public.souk', coalesce(replace(c.path, '/', ' ') || ' ' || c.name, '')), 'C')
             || setweight(jsonb_to_tsvector('public.souk', p.attributes, '["string"]'), 'C')
             || setweight(jsonb_to_tsvector('public.souk', coalesce(options.list, '[]'), '["string"]'), 'C')
             || setweight(to_tsvector('public.souk', p.description), 'D'),
           %(vendor)s::uuid, p.id, least(p.published_at, %(now)s), %(now)s,
           coalesce(b.price_minor, 0), b.compare_at_minor, coalesce(b.highest, 0), coalesce(b.currency, %(currency)s),
           coalesce(b.slug, ''), coalesce(b.name, ''), coalesce(b.handling_days, 2), b.offers, b.vendors,
           b.in_stock, b.sold, b.offers > 0
      FROM unnest(%(products)s::uuid[], %(listings)s::uuid[]) AS t(product_id, listing_id)
      JOIN shop_catalog_product p ON p.id = t.product_id
      JOIN ({BUY_BOX}) b ON b.listing_id = t.listing_id
      LEFT JOIN taxonomy_category c ON c.id = p.category_id
      LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('path', path, 'alt', alt, 'width', width, 'height', height)
                             ORDER BY position, id) AS list
              FROM shop_catalog_picture WHERE product_id = p.id) pictures ON true
      LEFT JOIN LATERAL (
            SELECT jsonb_agg(v.options) FILTER (WHERE v.options <> '{{}}') AS list,
                   string_agg(v.gtin, ' ') AS gtins
              FROM shop_catalog_variant v WHERE v.product_id = p.id) options ON true
     ORDER BY t.listing_id
    ON CONFLICT (id) DO UPDATE
       SET title = excluded.title, description = excluded.description, brand = excluded.brand,
           category_id = excluded.category_id, category_path = excluded.category_path,
           attributes = excluded.attributes, pictures = excluded.pictures, search = excluded.search,
           content_vendor_id = excluded.content_vendor_id, content_product_id = excluded.content_product_id,
           projected_at = excluded.projected_at
     WHERE (have.title, have.description, have.brand, have.category_path, have.attributes, have.pictures, have.search,
            have.content_vendor_id, have.content_product_id)
           IS DISTINCT FROM
           (excluded.title, excluded.description, excluded.brand, excluded.category_path, excluded.attributes,
            excluded.pictures, excluded.search, excluded.content_vendor_id, excluded.content_product_id)
"""

# A listing without an offer keeps its last price, out of sight.
UPDATE_BUY_BOXES = f"""
    UPDATE listings_listing l
       SET price_minor = coalesce(b.price_minor, l.price_minor), compare_at_minor = b.compare_at_minor,
           price_max_minor = coalesce(b.highest, l.price_max_minor), currency = coalesce(b.currency, l.currency),
           best_vendor_slug = coalesce(b.slug, ''), best_vendor_name = coalesce(b.name, ''),
           best_handling_days = coalesce(b.handling_days, l.best_handling_days),
           offer_count = b.offers, vendor_count = b.vendors, in_stock = b.in_stock, sold_recently = b.sold,
           is_visible = b.offers > 0, projected_at = %(now)s
      FROM ({BUY_BOX}) b
     WHERE l.id = b.listing_id
       AND (l.price_minor, l.compare_at_minor, l.price_max_minor, l.currency, l.best_vendor_slug, l.best_vendor_name,
            l.best_handling_days, l.offer_count, l.vendor_count, l.in_stock, l.sold_recently, l.is_visible)
           IS DISTINCT FROM
           (coalesce(b.price_minor, l.price_minor), b.compare_at_minor, coalesce(b.highest, l.price_max_minor),
            coalesce(b.currency, l.currency), coalesce(b.slug, ''), coalesce(b.name, ''),
            coalesce(b.handling_days, l.best_handling_days), b.offers::int, b.vendors::int, b.in_stock, b.sold::int,
            b.offers > 0)
"""

# Listings that are seen while the product whose words they show is not: each with the product that shall speak for it.
ORPHANS = """
    SELECT l.id, heir.vendor_id, heir.product_id
      FROM listings_listing l
      JOIN LATERAL (SELECT vendor_id, product_id FROM listings_offer
                     WHERE listing_id = l.id AND is_visible ORDER BY id LIMIT 1) heir ON true
     WHERE l.id = ANY(%(listings)s)
       AND NOT EXISTS (SELECT 1 FROM listings_offer o
                        WHERE o.listing_id = l.id AND o.is_visible
                          AND o.vendor_id = l.content_vendor_id AND o.product_id = l.content_product_id)
"""

DELETE_VARIANTS = """
    DELETE FROM listings_listingvariant v
     WHERE v.listing_id = ANY(%(listings)s)
       AND NOT EXISTS (SELECT 1 FROM listings_offer WHERE listing_variant_id = v.id)
"""

COUNT_LISTINGS = """
    UPDATE listings_vendorcard c SET listing_count = n.listings
      FROM (SELECT count(DISTINCT listing_id) AS listings FROM listings_offer
             WHERE vendor_id = %(vendor)s AND is_visible) n
     WHERE c.vendor_id = %(vendor)s AND c.listing_count <> n.listings
"""
