/// A figure that docs/metrics.md defines; the raw value is the anchor of its heading there.
enum Definition: String, CaseIterable, Sendable {
    case retentionRate = "retention-rate"
    case churnRate = "churn-rate"
    case repeatPurchaseRate = "repeat-purchase-rate"
    case revenue
    case orders
    case averageOrderValue = "average-order-value"
    case customers
    case ordersPerCustomer = "orders-per-customer"
    case activeCustomers = "active-customers"
    case returningShare = "returning-share"
    case cohort
    case lifecycleState = "lifecycle-state"
    case expectedSpend = "expected-spend"
    case valueAtRisk = "value-at-risk"
    case churnProbability = "churn-probability"
    case probabilityAlive = "p-alive"
    case nextOrder = "next-order"
    case modelParameters = "model-parameters"
    case expectedOrders = "expected-orders"
    case refunds
    case lift

    var path: String { "/definitions#\(rawValue)" }
}
