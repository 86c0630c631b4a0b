import NIOCore

/// One message on the workspace's Unix socket, by which commands reach the process that owns the workspace.
///
/// On the wire: byte count of what follows (4 bytes, big-endian), kind, payload. Local to one machine and one
/// version of Perennial; not an interface for others.
package struct ControlFrame: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
        // Asked by a command.
        /// Arguments of a command to run, a zero byte between each two; answered by output and `exit`.
        case command = 1
        /// Framed events to append; answered by `appended` or `refused`.
        case append = 2
        /// Wait until all is folded; answered by `done` or `refused`.
        case settle = 3
        /// How far an import is, by its source; answered by `progress`.
        case readProgress = 4
        /// An import's source, a zero byte, and how many of its events are in the log; answered by `done` or `refused`.
        case writeProgress = 5
        // Answers.
        case output = 16
        case errorOutput = 17
        /// One byte: the exit code.
        case exit = 18
        /// Two 8-byte counts (`ByteWriter.writeFixed`): accepted, repeated.
        case appended = 19
        /// Why something was refused, as text.
        case refused = 20
        /// As `refused`, but worth trying again in a moment.
        case busy = 21
        case done = 22
        /// How many events of an import are in the log, as text.
        case progress = 23
    }

    /// Above the largest block that an import sends.
    package static let payloadBytesMax = 64 << 20

    package var kind: Kind
    package var payload: [UInt8]

    package init(_ kind: Kind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload
    }

    package init(_ kind: Kind, text: String) {
        self.init(kind, Array(text.utf8))
    }

    package var text: String { String(decoding: payload, as: UTF8.self) }
}

/// Frames to bytes and back.
struct ControlFrameCoder: ByteToMessageDecoder, MessageToByteEncoder {
    typealias InboundOut = ControlFrame
    typealias OutboundIn = ControlFrame

    enum Failure: Error {
        case tooLarge(Int)
        case unknownKind(UInt8)
    }

    mutating func decode(
        context: ChannelHandlerContext, buffer: inout ByteBuffer
    ) throws -> DecodingState {
        guard let count = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else {
            return .needMoreData
        }
        guard count > 0, count <= ControlFrame.payloadBytesMax else {
            throw Failure.tooLarge(Int(count))
        }
        guard buffer.readableBytes >= 4 + Int(count) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let code = buffer.readInteger(as: UInt8.self),
            let payload = buffer.readBytes(length: Int(count) - 1)
        else { return .needMoreData }
        guard let kind = ControlFrame.Kind(rawValue: code) else { throw Failure.unknownKind(code) }
        context.fireChannelRead(wrapInboundOut(ControlFrame(kind, payload)))
        return .continue
    }

    func encode(data: ControlFrame, out: inout ByteBuffer) throws {
        out.writeInteger(UInt32(data.payload.count + 1))
        out.writeInteger(data.kind.rawValue)
        out.writeBytes(data.payload)
    }
}
