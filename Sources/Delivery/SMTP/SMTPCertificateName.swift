import NIOCore
import NIOSSL

/// Whether a certificate is for a host's name (RFC 9525 §6.3).
///
/// NIOSSL also takes one that is for the address that the connection goes to. Such certificates can be had from public
/// authorities, so that whoever forges a name server's answer could have one for the address that it leads to; for
/// `certificateName`, or a host that is a name, the name itself must be in it.
enum SMTPCertificateName {
    struct Mismatch: Error, CustomStringConvertible {
        let host: String

        var description: String { "the server's certificate is not for \(host)" }
    }

    static func check(
        _ certificate: NIOSSLCertificate, isFor host: String, on channel: any Channel
    ) -> EventLoopFuture<Void> {
        let isFound = certificate._subjectAlternativeNames().contains { name in
            name.nameType == .dnsName
                && matches(String(decoding: Array(name.contents), as: UTF8.self), host: host)
        }
        return isFound
            ? channel.eventLoop.makeSucceededVoidFuture()
            : channel.eventLoop.makeFailedFuture(Mismatch(host: host))
    }

    /// A star stands for the whole of the first label, where two or more follow.
    static func matches(_ pattern: String, host: String) -> Bool {
        let pattern = labels(pattern)
        let host = labels(host)
        guard pattern.count == host.count, !host.contains("") else { return false }
        if pattern == host { return true }
        return pattern.first == "*" && host.count >= 3 && pattern.dropFirst() == host.dropFirst()
    }

    private static func labels(_ name: String) -> [Substring] {
        var name = name.lowercased()[...]
        if name.hasSuffix(".") { name.removeLast() }
        return name.split(separator: ".", omittingEmptySubsequences: false)
    }
}
