"""The storefront API: what a customer's app does, on the marketplace's host."""

from django.urls import path

from api.schema import with_document
from api.v1.storefront.views import account, cart, catalog, invoices, means, orders, returns, reviews, saved, waiting

app_name = "api_storefront"
urlpatterns = with_document(
    "storefront",
    "Souk storefront API",
    """
Find products of every vendor, fill a cart, order and pay, follow orders.

A customer is known by an access token. A guest needs none: a cart's token goes into the header `Souk-Cart`, an order's into
`Souk-Order`, and each opens that cart or order alone, as its owner's access token would.
""",
    [
        path("categories", catalog.Categories.as_view()),
        path("listings", catalog.Listings.as_view()),
        path("listings/<slug:slug>", catalog.Listing.as_view()),
        path("listings/<slug:slug>/reviews", reviews.ListingReviews.as_view()),
        path("search", catalog.Search.as_view()),
        path("suggestions", catalog.Suggestions.as_view()),
        path("facets", catalog.Facets.as_view()),
        path("vendors", catalog.Vendors.as_view()),
        path("vendors/<slug:slug>", catalog.Vendor.as_view()),
        path("vendors/<slug:slug>/listings", catalog.VendorListings.as_view()),
        path("vendors/<slug:slug>/reviews", reviews.VendorReviews.as_view()),
        path("countries", catalog.Countries.as_view()),
        path("carts", cart.Carts.as_view()),
        path("cart", cart.CartNow.as_view()),
        path("cart/lines", cart.CartLines.as_view()),
        path("cart/lines/<uuid:line_id>", cart.CartLine.as_view()),
        path("cart/coupons", cart.CartCoupons.as_view()),
        path("cart/coupons/<slug:code>", cart.CartCoupon.as_view()),
        path("cart/means", means.CartMeans.as_view()),
        path("cart/gift-cards", means.CartGiftCards.as_view()),
        path("cart/gift-cards/<uuid:card_id>", means.CartGiftCard.as_view()),
        path("cart/store-credit", means.CartStoreCredit.as_view()),
        path("cart/country", cart.CartCountry.as_view()),
        path("cart/company", cart.CartCompany.as_view()),
        path("cart/shipping", cart.CartShipping.as_view()),
        path("cart/saved", saved.Saved.as_view()),
        path("cart/saved/<uuid:saved_id>", saved.SavedOne.as_view()),
        path("cart/saved/<uuid:saved_id>/return", saved.SavedReturn.as_view()),
        path("cart/shares", saved.Shares.as_view()),
        path("cart/reminder", saved.Reminder.as_view()),
        path("shared-carts/<slug:token>", saved.SharedCart.as_view()),
        path("shared-carts/<slug:token>/copies", saved.SharedCartCopies.as_view()),
        path("cart/merge", cart.CartMerge.as_view()),
        path("waiting-rooms/<uuid:room_id>", waiting.Room.as_view()),
        path("waiting-rooms/<uuid:room_id>/place", waiting.Place.as_view()),
        path("orders", orders.Orders.as_view()),
        path("orders/<slug:number>", orders.Order.as_view()),
        path("orders/<slug:number>/payment", orders.OrderPayment.as_view()),
        path("orders/<slug:number>/cancellation-previews", orders.CancellationPreviews.as_view()),
        path("orders/<slug:number>/cancellations", orders.Cancellations.as_view()),
        path("orders/<slug:number>/returnables", returns.Returnables.as_view()),
        path("orders/<slug:number>/returns", returns.Returns.as_view()),
        path("orders/<slug:number>/returns/<uuid:return_id>", returns.ReturnOne.as_view()),
        path("orders/<slug:number>/returns/<uuid:return_id>/photos", returns.ReturnPhotos.as_view()),
        path("orders/<slug:number>/returns/<uuid:return_id>/shipment", returns.ReturnShipment.as_view()),
        path("orders/<slug:number>/returns/<uuid:return_id>/withdrawal", returns.ReturnWithdrawal.as_view()),
        path("orders/<slug:number>/returns/<uuid:return_id>/label", returns.ReturnLabel.as_view()),
        path("orders/<slug:number>/claims", returns.Claims.as_view()),
        path("orders/<slug:number>/claims/<uuid:claim_id>", returns.ClaimOne.as_view()),
        path("orders/<slug:number>/claims/<uuid:claim_id>/messages", returns.ClaimMessages.as_view()),
        path("orders/<slug:number>/claims/<uuid:claim_id>/withdrawal", returns.ClaimWithdrawal.as_view()),
        path("orders/<slug:number>/confirmation", invoices.OrderConfirmation.as_view()),
        path("orders/<slug:number>/invoices", invoices.OrderInvoices.as_view()),
        path("orders/<slug:number>/invoices/<uuid:sales_invoice_id>/pdf", invoices.OrderInvoicePdf.as_view()),
        path("orders/<slug:number>/reviews", reviews.OrderReviews.as_view()),
        path("me", account.Me.as_view()),
        path("addresses", account.Addresses.as_view()),
        path("addresses/<uuid:address_id>", account.AddressOne.as_view()),
    ],
)
