import HTTPTypes
import Hummingbird

/// The headers that every answer of the console carries.
enum SecurityHeaders {
    /// Scripts, styles, images and requests of our own only; nothing inline, nothing evaluated, no
    /// frames.
    static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
        connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; \
        frame-ancestors 'none'
        """

    static func add(to headers: inout HTTPFields, cacheControl: String, isSecure: Bool) {
        headers[.contentSecurityPolicy] = contentSecurityPolicy
        headers[.xContentTypeOptions] = "nosniff"
        headers[.frameOptions] = "DENY"
        headers[.referrerPolicy] = "same-origin"
        headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        headers[.openerPolicy] = "same-origin"
        headers[.resourcePolicy] = "same-origin"
        headers[.cacheControl] = cacheControl
        if isSecure {
            headers[.strictTransportSecurity] = "max-age=31536000"
        }
    }
}
