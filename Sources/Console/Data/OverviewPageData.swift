package import Insights
package import Kernel

/// What the home page shows.
package struct OverviewPageData: Sendable {
    package var figures: OverviewFigures
    /// Customers who were active when the last `activeDays` began: what the churn rate is a share
    /// of.
    /// Nil leaves the interval out.
    package var activeAtStart: Int?
    /// In order of time, without gaps.
    package var months: [MonthFigures]
    package var cohorts: CohortTable
    package var lifecycle: [LifecycleFigures]
    /// What is broken; empty when all is well.
    package var troubles: [Trouble]

    package init(
        figures: OverviewFigures, activeAtStart: Int? = nil, months: [MonthFigures],
        cohorts: CohortTable, lifecycle: [LifecycleFigures], troubles: [Trouble]
    ) {
        self.figures = figures
        self.activeAtStart = activeAtStart
        self.months = months
        self.cohorts = cohorts
        self.lifecycle = lifecycle
        self.troubles = troubles
    }
}

/// What the retention page shows.
package struct RetentionPageData: Sendable {
    package var figures: OverviewFigures
    package var months: [MonthFigures]
    package var cohorts: CohortTable

    package init(figures: OverviewFigures, months: [MonthFigures], cohorts: CohortTable) {
        self.figures = figures
        self.months = months
        self.cohorts = cohorts
    }
}

/// Something that needs the engineer.
package enum Trouble: Sendable, Equatable {
    /// There are orders, but no model has been run over them.
    case neverScored
    /// The newest scores are older than the newest orders by so many days.
    case scoresStale(days: Int)
    /// An import left rows out.
    case rowsRejected(file: String, rows: Int, at: Timestamp)
    /// The analytics are so many events behind the log.
    case archiveBehind(events: Int)
    /// A model run ended without a result.
    case modelFailed(reason: String)
}
