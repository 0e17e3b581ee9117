"""The vendor API: what a vendor's own systems do, on the host of its portal."""

from django.urls import path

from api.schema import with_document
from api.v1.vendor.views import documents, imports, money, orders, pictures, plan, products, refunds, shop, stock

app_name = "api_vendor"
urlpatterns = with_document(
    "vendor",
    "Souk vendor API",
    "Products, stock, orders, parcels, money and plan of the shop whose host this is.",
    [
        path("shop", shop.Shop.as_view()),
        path("categories", products.Categories.as_view()),
        path("products", products.ProductList.as_view()),
        path("products/<uuid:product_id>", products.Product.as_view(), name="product"),
        path("products/<uuid:product_id>/publication", products.Publication.as_view()),
        path("products/<uuid:product_id>/archival", products.Archival.as_view()),
        path("products/<uuid:product_id>/pictures", pictures.PictureList.as_view()),
        path("products/<uuid:product_id>/pictures/order", pictures.PictureOrder.as_view()),
        path("pictures/<uuid:picture_id>", pictures.Picture.as_view(), name="picture"),
        path("variants/<uuid:variant_id>/price", products.Price.as_view()),
        path("imports", imports.ImportList.as_view()),
        path("imports/<uuid:import_id>", imports.Import.as_view(), name="import"),
        path("imports/<uuid:import_id>/rows", imports.ImportRows.as_view()),
        path("stock", stock.StockList.as_view()),
        path("stock/<uuid:variant_id>", stock.Stock.as_view()),
        path("stock/<uuid:variant_id>/movements", stock.Movements.as_view(), name="movements"),
        path("orders", orders.OrderList.as_view()),
        path("orders/<uuid:order_id>", orders.Order.as_view()),
        path("orders/<uuid:order_id>/acceptance", orders.Acceptance.as_view()),
        path("orders/<uuid:order_id>/parcels", orders.OrderParcels.as_view()),
        path("orders/<uuid:order_id>/packing-slip", orders.PackingSlip.as_view()),
        path("orders/<uuid:order_id>/refund-previews", refunds.RefundPreviews.as_view()),
        path("orders/<uuid:order_id>/refund-requests", refunds.OrderRefundRequests.as_view()),
        path("refund-requests", refunds.RefundRequestList.as_view()),
        path("refund-requests/<uuid:request_id>", refunds.RefundRequestOne.as_view(), name="refund_request"),
        path("refund-requests/<uuid:request_id>/previews", refunds.RefundRequestPreviews.as_view()),
        path("refund-requests/<uuid:request_id>/approval", refunds.RefundRequestApproval.as_view()),
        path("refund-requests/<uuid:request_id>/rejection", refunds.RefundRequestRejection.as_view()),
        path("parcels/<uuid:parcel_id>", orders.Parcel.as_view(), name="parcel"),
        path("parcels/<uuid:parcel_id>/shipment", orders.Shipment.as_view()),
        path("parcels/<uuid:parcel_id>/delivery", orders.Delivery.as_view()),
        path("balance", money.Balance.as_view()),
        path("transfers", money.Transfers.as_view()),
        path("payouts", money.Payouts.as_view()),
        path("payouts/<uuid:payout_id>", money.Payout.as_view()),
        path("documents", documents.Documents.as_view()),
        path("documents/<uuid:document_id>", documents.DocumentOne.as_view()),
        path("plan", plan.Plan.as_view()),
        path("plan-invoices", plan.Invoices.as_view()),
        path("plan-invoices/<uuid:invoice_id>", plan.InvoiceOne.as_view()),
        path("ledger", money.Ledger.as_view()),
    ],
)
