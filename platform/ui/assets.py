"""Which stylesheets and scripts a face loads, in order.

There is no build step: each component keeps its own file, and the layout links just what its face shows. Files have
hashed names in production, so a browser fetches each of them once.
"""

CORE_STYLES = (
    "layers",
    "fonts",
    "tokens",
    "reset",
    "base",
    "layout",
    "icon",
    "button",
    "form",
    "drop",
    "badge",
    "alert",
    "card",
    "menu",
    "dialog",
    "toast",
    "mark",
    "list",
    "empty",
    "breadcrumb",
    "pagination",
    "price",
    "meter",
    "stepper",
    "timeline",
    "tabs",
    "table",
    "skeleton",
    "visit-bar",
    "live",
)
SHOP_STYLES = ("face-storefront", "product-card", "filter", "gallery", "cart", "lane", "hero", "rating", "review")
WORK_STYLES = (
    "face-work",
    "stat",
    "flow",
    "filter",
    "toolbar",
    "chart",
    "lane",
    "cart",
    "product-card",
    "rating",
    "review",
)
PLAIN_STYLES = ("face-plain",)
LAST_STYLES = ("utilities", "print")

STYLES = {
    "storefront": (*CORE_STYLES, *SHOP_STYLES, *LAST_STYLES),
    "portal": (*CORE_STYLES, *WORK_STYLES, *LAST_STYLES),
    "office": (*CORE_STYLES, *WORK_STYLES, *LAST_STYLES),
    "finance": (*CORE_STYLES, *WORK_STYLES, *LAST_STYLES),
    "plain": (*CORE_STYLES, *PLAIN_STYLES, *LAST_STYLES),
    "print": (*CORE_STYLES, *LAST_STYLES),
    "all": tuple(dict.fromkeys((*CORE_STYLES, *SHOP_STYLES, *WORK_STYLES, *PLAIN_STYLES, *LAST_STYLES))),
}

CORE_SCRIPTS = ("theme", "menu", "dialog", "toast", "confirm", "autosubmit", "copy", "tabs", "drop")
SCRIPTS = {
    "storefront": (*CORE_SCRIPTS, "gallery", "quantity", "buy-bar", "live"),
    "portal": (*CORE_SCRIPTS, "quantity", "selection", "live"),
    "office": (*CORE_SCRIPTS, "selection"),
    "finance": (*CORE_SCRIPTS, "selection"),
    "plain": CORE_SCRIPTS,
    "print": (),
    "all": (*CORE_SCRIPTS, "gallery", "quantity", "buy-bar", "selection", "live"),
}
