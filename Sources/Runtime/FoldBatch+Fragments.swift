import Analytics
import Customers
import Kernel
import Segments

extension FoldBatch {
    /// What is held of a fragment while its events are folded; an object, so that a profile of many parts is
    /// changed where it is.
    final class Fragment {
        let id: Int64
        var profile: Profile
        /// What conditions ask of what they did; empty where nothing is defined.
        var behaviours = Behaviours()
        /// Whether there is a row of them: what became empty must be written, too.
        var hasBehaviours = false
        /// What to call them by, once it is asked for: the archive is told of those that events touched.
        var hasNames = false
        var userID = ""
        var email = ""
        var phone = ""
        var anonymousID = ""
        /// The newest event of this batch that touched it.
        var position: Int64 = 0

        init(_ id: Int64, profile: Profile) {
            self.id = id
            self.profile = profile
        }
    }

    /// Fragments by their ids.
    struct Fragments {
        private var held: [Fragment] = []
        private var places = NumberPlaces()

        var count: Int { held.count }

        subscript(id: Int64) -> Fragment? { places[id].map { held[$0] } }

        mutating func add(_ fragment: Fragment) {
            places.set(fragment.id, held.count)
            held.append(fragment)
        }
    }
}

extension FoldBatch.Fragment {
    /// Keeps the first identifier of each kind to call the customer by.
    func note(_ kind: IdentifierKind, _ value: String) {
        switch kind {
        case .userID: if userID.isEmpty { userID = value }
        case .email: if email.isEmpty { email = value }
        case .phone: if phone.isEmpty { phone = value }
        case .anonymousID: if anonymousID.isEmpty { anonymousID = value }
        }
    }

    var contact: ArchivedContact {
        let name = profile.label ?? ""
        let label = [name, email, userID, phone, anonymousID].first { !$0.isEmpty } ?? ""
        return ArchivedContact(
            position: position, customer: id, label: label, email: email, phone: phone,
            userID: userID, firstSeenAt: profile.firstSeenAt ?? Timestamp(milliseconds: 0),
            lastSeenAt: profile.lastSeenAt ?? Timestamp(milliseconds: 0))
    }
}
