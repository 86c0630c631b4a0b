/// What came of handing a message to a server.
///
/// Only `inDoubt` can mean that a copy is on its way although nobody said so: it is the outcome from the moment that
/// the end of the content was given to the network until an answer to it was read. Every other outcome but `delivered`
/// means that the server has not taken the message.
package enum SMTPOutcome: Sendable, Equatable {
    /// The server has taken it on, with this answer.
    case delivered(SMTPReply)
    /// Not taken, and it would not be later.
    case refused(SMTPRefusal)
    /// Not taken now; the server may have said when to come back.
    case deferred(SMTPRefusal, retryAfterSeconds: Int64? = nil)
    /// The end of the content was not sent: it can be tried again. The reason is about this time or this connection.
    case notSent(reason: String)
    /// The end of the content was sent, and no answer was read.
    case inDoubt(reason: String)
    /// Not sent: nothing goes to this server until somebody looks at how it is set up.
    case endpointFailed(reason: String)
}

/// How far a message was.
package enum SMTPPhase: String, Sendable, Equatable {
    /// Before anything was said to the server about it.
    case preparing
    case sender, recipient, data
    /// While its content was sent, or at the answer to its end.
    case content
}

/// A message that a server, or the client before it asked one, did not take.
package struct SMTPRefusal: Sendable, Equatable {
    package let phase: SMTPPhase
    package let cause: SMTPRefusalCause
    /// Nil where the client refused by itself.
    package let reply: SMTPReply?
    /// In plain words, with the server's own.
    package let reason: String
}

/// Why a message was not taken, as far as code, phase and enhanced status tell.
package enum SMTPRefusalCause: String, Sendable, Equatable, CaseIterable {
    /// There is no such mailbox, or no such domain.
    case unknownAddress
    /// There is one, and it takes nothing any more.
    case closedMailbox
    case fullMailbox
    /// Larger than the server or the mailbox takes.
    case tooLarge
    /// Who sends, or what is sent, is not wanted: reputation, authentication of the domain, content.
    case policy
    /// Too much at once, or come back later (greylisting).
    case tooFast
    /// The server's own trouble: load, storage, routing, its name servers.
    case serverTrouble
    /// The sender's address is not taken.
    case senderAddress
    /// The server doesn't carry mail for this client to that domain.
    case relayDenied
    /// The server wants a log-in, or another one.
    case authentication
    /// The server lacks what the message needs: 8-bit content, addresses beyond ASCII.
    case unsupported
    /// The server didn't understand a command.
    case syntax
    case other

    /// Whether the address is at fault for good, so that nothing more should be sent to it; only of a `refused` message.
    package var isHardBounce: Bool { self == .unknownAddress || self == .closedMailbox }
}
