package import Documents
package import Kernel

/// One segment in the list.
package struct SegmentRow: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case live
        /// Members are being found among all customers, 0...1 of it done.
        case filling(Double)
        /// The definition was taken out of force.
        case retired
    }

    package var name: String
    package var title: String
    package var description: String
    package var state: State
    package var size: Int
    /// Customers there are, to show the size as a share; 0 leaves the share out.
    package var customers: Int
    /// Sizes at the end of the last days, oldest first, today last; fewer than two leave the trend out.
    package var trend: [Int]
    package var version: Int
    package var appliedAt: Timestamp?

    package init(
        name: String, title: String, description: String = "", state: State = .live, size: Int,
        customers: Int = 0, trend: [Int] = [], version: Int = 1, appliedAt: Timestamp? = nil
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.state = state
        self.size = size
        self.customers = customers
        self.trend = trend
        self.version = version
        self.appliedAt = appliedAt
    }
}

/// A definition in plain words, one condition a line.
package struct DefinitionLine: Sendable, Equatable {
    package var text: String
    /// How many groups (all, any, none) it stands in; 0 for the outermost.
    package var depth: Int

    package init(_ text: String, depth: Int = 0) {
        self.text = text
        self.depth = depth
    }
}

/// What the page of one segment shows.
package struct SegmentPageData: Sendable {
    package struct DaySize: Sendable, Equatable {
        package var day: CalendarDay
        package var size: Int

        package init(day: CalendarDay, size: Int) {
            self.day = day
            self.size = size
        }
    }

    package struct Overlap: Sendable, Equatable {
        package var name: String
        package var title: String
        package var size: Int
        /// Customers who are in both.
        package var shared: Int

        package init(name: String, title: String, size: Int, shared: Int) {
            self.name = name
            self.title = title
            self.size = size
            self.shared = shared
        }
    }

    package var row: SegmentRow
    package var words: [DefinitionLine]
    package var yaml: String
    /// In order of time, without gaps.
    package var sizes: [DaySize]
    package var members: SegmentMembersPage
    /// With the segments it shares most with.
    package var overlaps: [Overlap]
    /// Journeys and segments that ask for this one.
    package var usedBy: [DefinitionLink]
    /// Changes whenever the members do.
    package var revision: String

    package init(
        row: SegmentRow, words: [DefinitionLine], yaml: String, sizes: [DaySize] = [],
        members: SegmentMembersPage = SegmentMembersPage(), overlaps: [Overlap] = [],
        usedBy: [DefinitionLink] = [], revision: String = ""
    ) {
        self.row = row
        self.words = words
        self.yaml = yaml
        self.sizes = sizes
        self.members = members
        self.overlaps = overlaps
        self.usedBy = usedBy
        self.revision = revision
    }
}

/// A segment, a journey, a campaign or a template, to be linked to.
package struct DefinitionLink: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case segment
        case journey
        case campaign
        case template
    }

    package var kind: Kind
    package var name: String
    package var title: String

    package init(_ kind: Kind, name: String, title: String) {
        self.kind = kind
        self.name = name
        self.title = title
    }
}

/// A customer as lists of people name them.
package struct PersonRow: Sendable, Equatable {
    package var customer: ID<Customer>
    package var label: String
    /// Empty where there is none.
    package var email: String
    /// When they came here; nil where it isn't known.
    package var since: Timestamp?
    /// Why they are here.
    package var reason: String

    package init(
        customer: ID<Customer>, label: String, email: String = "", since: Timestamp? = nil,
        reason: String = ""
    ) {
        self.customer = customer
        self.label = label
        self.email = email
        self.since = since
        self.reason = reason
    }
}

package struct SegmentMembersPage: Sendable, Equatable {
    package var people: [PersonRow]
    /// Hand this to the next call as `after`; nil on the last page.
    package var next: String?

    package init(people: [PersonRow] = [], next: String? = nil) {
        self.people = people
        self.next = next
    }
}

/// Who a definition would hold now.
package struct SegmentPreview: Sendable, Equatable {
    /// Nil where the definition can't be read.
    package var size: Int?
    /// What the size is within, nearly certainly, where it was told from a sample; nil where all were counted.
    package var range: ClosedRange<Int>?
    /// All customers there are.
    package var customers: Int
    /// A few of them, with the reason for each.
    package var sample: [PersonRow]
    package var words: [DefinitionLine]
    /// Why the definition can't be taken.
    package var problem: DocumentProblem?
    /// How long the count took.
    package var milliseconds: Int

    package init(
        size: Int? = nil, range: ClosedRange<Int>? = nil, customers: Int = 0,
        sample: [PersonRow] = [],
        words: [DefinitionLine] = [], problem: DocumentProblem? = nil, milliseconds: Int = 0
    ) {
        self.size = size
        self.range = range
        self.customers = customers
        self.sample = sample
        self.words = words
        self.problem = problem
        self.milliseconds = milliseconds
    }
}

/// A segment that a customer is in.
package struct MembershipRow: Sendable, Equatable {
    package var name: String
    package var title: String
    package var since: Timestamp?
    package var reason: String

    package init(name: String, title: String, since: Timestamp? = nil, reason: String) {
        self.name = name
        self.title = title
        self.since = since
        self.reason = reason
    }
}
