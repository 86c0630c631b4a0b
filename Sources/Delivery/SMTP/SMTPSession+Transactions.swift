import NIOCore

/// From a message's sender to the answer to its end.
extension SMTPSession {
    /// Whether a message can be submitted now.
    ///
    /// By PIPELINING (RFC 2920 §3.1) its envelope may go right behind the end of the one before it.
    var canTake: Bool {
        guard stage == .ready, !isLeaving else { return false }
        return switch open.count {
        case 0: expected.isEmpty || capabilities.hasPipelining
        case 1: capabilities.hasPipelining && open[0].isEnded
        default: false
        }
    }

    mutating func submit(_ job: SMTPJob) {
        let message = job.message
        if let refusal = refusedHere(message) {
            actions.append(.settle(job, refusal))
            return
        }
        if expected.isEmpty { waitCount += 1 }
        begunCount += 1
        open.append(Transaction(job: job))
        if needsReset {
            needsReset = false
            expected.append(.reset)
            output.writeString("RSET\r\n")
            // Without PIPELINING the sender waits for its answer.
            guard capabilities.hasPipelining else { return }
        }
        sendSender(message)
        if capabilities.hasPipelining {
            sendRecipient(message)
            sendData()
        }
        if begunCount >= endpoint.messagesPerConnectionMax { leave() }
    }

    private func refusedHere(_ message: SMTPMessage) -> SMTPOutcome? {
        if let sizeMax = capabilities.sizeMax, message.content.count > sizeMax {
            return .refusedHere(
                .tooLarge,
                "the message has \(message.content.count) bytes, and the server takes \(sizeMax)")
        }
        if message.traits.hasHighBytes, !capabilities.has8BitMIME {
            return .refusedHere(
                .unsupported,
                "the server does not take 8-bit content: encode it as quoted-printable or base64")
        }
        if message.needsUnicode, !capabilities.hasSMTPUTF8 {
            return .refusedHere(
                .unsupported, "the server does not take addresses beyond ASCII (SMTPUTF8)")
        }
        return nil
    }

    private mutating func sendSender(_ message: SMTPMessage) {
        expected.append(.sender)
        output.writeString("MAIL FROM:<")
        output.writeString(message.sender)
        output.writeString(">")
        if capabilities.hasSize {
            // What it has on the wire but for the dot at its end, as the doubled dots don't count (RFC 1870 §5).
            output.writeString(" SIZE=\(message.content.count)")
        }
        if message.traits.hasHighBytes { output.writeString(" BODY=8BITMIME") }
        if message.needsUnicode { output.writeString(" SMTPUTF8") }
        output.writeString("\r\n")
    }

    private mutating func sendRecipient(_ message: SMTPMessage) {
        expected.append(.recipient)
        output.writeString("RCPT TO:<")
        output.writeString(message.recipient)
        output.writeString(">\r\n")
    }

    private mutating func sendData() {
        expected.append(.data)
        output.writeString("DATA\r\n")
    }

    mutating func answered(_ reply: SMTPReply) {
        guard let kind = expected.first else {
            // Out of the blue only a good-bye makes sense.
            return fail(
                reply.code == 421
                    ? "the server said good-bye: \(reply)"
                    : "the server answered what nobody asked: \(reply)")
        }
        switch kind {
        case .sender: answeredEnvelope(reply, .sender)
        case .recipient: answeredEnvelope(reply, .recipient)
        case .data: answeredData(reply)
        case .content: answeredContent(reply)
        case .reset: answeredReset(reply)
        case .emptyContent:
            expected.removeFirst()
            if reply.code == 421 { fail("the server said good-bye: \(reply)") }
        }
        if stage == .ready, isLeaving, open.isEmpty, expected.isEmpty { quit() }
    }

    /// The one that envelope's answers are for: of two that are open the second, as the first has ended.
    private var envelopeIndex: Int { open.count - 1 }

    private mutating func answeredEnvelope(_ reply: SMTPReply, _ phase: SMTPPhase) {
        expected.removeFirst()
        let index = envelopeIndex
        if reply.isPositive {
            guard !capabilities.hasPipelining else { return }
            if phase == .sender {
                sendRecipient(open[index].job.message)
            } else {
                sendData()
            }
            return
        }
        guard let outcome = SMTPOutcome.refusal(reply, at: phase) else {
            return fail("the server answered the \(phase.words) with \(reply)")
        }
        if reply.code == 421 {
            // Some servers count messages: what comes after the last one was not looked at.
            let isCount = phase == .sender && settledCount > 0
            if open[index].failure == nil, !isCount { open[index].failure = outcome }
            return fail("the server said good-bye: \(reply)")
        }
        if open[index].failure == nil { open[index].failure = outcome }
        if !capabilities.hasPipelining { settleFailure(index) }
    }

    private mutating func answeredData(_ reply: SMTPReply) {
        expected.removeFirst()
        let index = envelopeIndex
        if reply.code == 354 {
            if open[index].failure == nil {
                expected.append(.content)
                sendContent()
            } else {
                // No recipient was taken, so there is nothing to send but the end (RFC 2920 §3.1).
                output.writeString(".\r\n")
                expected.append(.emptyContent)
                settleFailure(index)
                needsReset = false
            }
            return
        }
        guard let outcome = SMTPOutcome.refusal(reply, at: .data) else {
            return fail("the server answered DATA with \(reply)")
        }
        if open[index].failure == nil { open[index].failure = outcome }
        if reply.code == 421 { return fail("the server said good-bye: \(reply)") }
        settleFailure(index)
    }

    private mutating func answeredContent(_ reply: SMTPReply) {
        let isEnded = open[0].isEnded
        guard reply.isPositive && isEnded || reply.isTemporary || reply.isPermanent else {
            return fail("the server answered the content with \(reply)")
        }
        expected.removeFirst()
        let job = open.removeFirst().job
        settledCount += 1
        if reply.isPositive {
            actions.append(.settle(job, .delivered(reply)))
        } else if let outcome = SMTPOutcome.refusal(reply, at: .content) {
            actions.append(.settle(job, outcome))
        }
        // Refused before its end: what follows would still be content.
        if !isEnded {
            output.clear()
            return fail("the server refused a content before its end: \(reply)")
        }
        if reply.code == 421 { fail("the server said good-bye: \(reply)") }
    }

    private mutating func answeredReset(_ reply: SMTPReply) {
        expected.removeFirst()
        guard reply.isPositive else { return fail("the server does not start anew: \(reply)") }
        if !capabilities.hasPipelining, let transaction = open.last {
            sendSender(transaction.job.message)
        }
    }

    private mutating func settleFailure(_ index: Int) {
        let transaction = open.remove(at: index)
        settledCount += 1
        needsReset = true
        if let failure = transaction.failure {
            actions.append(.settle(transaction.job, failure))
        }
    }

    /// The network has taken `output`.
    mutating func written() {
        guard stage == .ready, wantsWritten, open.count == 1, !open[0].isEnded else { return }
        wantsWritten = false
        waitCount += 1
        sendContent()
    }

    /// Puts out the next part of the content, and behind the last one its end.
    private mutating func sendContent() {
        let index = envelopeIndex
        let job = open[index].job
        let content = job.message.content
        let dots = job.message.traits.dots
        let start = open[index].offset
        let end = min(start + Self.partBytesMax, content.count)
        output.reserveCapacity(minimumWritableBytes: end - start + 512)
        var from = start
        while open[index].nextDot < dots.count, dots[open[index].nextDot] < end {
            let dot = Int(dots[open[index].nextDot])
            output.writeBytes(content[from..<dot])
            output.writeString(".")
            from = dot
            open[index].nextDot += 1
        }
        output.writeBytes(content[from..<end])
        open[index].offset = end
        if end == content.count {
            open[index].isEnded = true
            output.writeString(".\r\n")
        } else {
            wantsWritten = true
        }
    }
}
