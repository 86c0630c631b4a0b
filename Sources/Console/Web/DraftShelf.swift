import Kernel
import Synchronization

/// Where filled-in templates lie for a moment, so that a frame can fetch what isn't saved from an address of its own.
///
/// What is oldest goes first: a frame that comes too late is told so.
final class DraftShelf: Sendable {
    struct Draft: Sendable {
        let token: String
        let member: ID<Member>
        let html: String
    }

    static let draftsMax = 64
    static let draftBytesMax = 1024 * 1024
    static let bytesMax = 16 * 1024 * 1024

    private struct State {
        var drafts: [Draft] = []
        var byteCount = 0
    }

    private let state = Mutex(State())

    /// Puts it there for whoever looks; nil where it is too long to be shown.
    ///
    /// - Returns: What its address says.
    func put(_ html: String, for member: ID<Member>, token: String) -> String? {
        guard html.utf8.count <= Self.draftBytesMax else { return nil }
        state.withLock { state in
            state.drafts.append(Draft(token: token, member: member, html: html))
            state.byteCount += html.utf8.count
            while state.drafts.count > Self.draftsMax || state.byteCount > Self.bytesMax {
                state.byteCount -= state.drafts.removeFirst().html.utf8.count
            }
        }
        return token
    }

    /// Nil where there is none any more, or it is somebody else's.
    func html(_ token: String, for member: ID<Member>) -> String? {
        state.withLock { state in
            state.drafts.last { $0.token == token && $0.member == member }?.html
        }
    }
}
