import Analytics
import Kernel
import Predictions

extension Scoring.Forecasts {
    func columns(
        of customers: [Int64], currencies: [Currency], scales: [Double]
    ) -> PredictionColumns {
        var columns = PredictionColumns()
        columns.customers = customers
        columns.probabilityAlive = probabilityAlive
        columns.churnProbability = churnProbability
        columns.expectedOrders90 = expectedOrders90
        columns.expectedOrders365 = expectedOrders365
        columns.expectedSpend90Minor = zip(expectedSpend90, scales).map { $0 * $1 }
        columns.expectedSpend365Minor = zip(expectedSpend365, scales).map { $0 * $1 }
        columns.currency = zip(expectedSpend90, currencies).map { $0.isNaN ? 0 : $1.packed }
        columns.nextOrderMedianDays = nextOrderMedianDays
        columns.nextOrderLowDays = nextOrderLowDays
        columns.nextOrderHighDays = nextOrderHighDays
        columns.churnLow = churnLow
        columns.churnHigh = churnHigh
        columns.orders365Low = orders365Low
        columns.orders365High = orders365High
        columns.spend365LowMinor = zip(spend365Low, scales).map { $0 * $1 }
        columns.spend365HighMinor = zip(spend365High, scales).map { $0 * $1 }
        return columns
    }
}
