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

    /// For pages without any script or picture of their own, which nobody frames.
    static let publicPolicy = """
        default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
        frame-ancestors 'none'
        """

    /// For the document of a mail: what others wrote, in a frame of ours. Its styles and pictures are shown; scripts,
    /// forms and anything else of it do nothing, and it has an origin of its own.
    static let mailPolicy = """
        sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'self'
        """

    /// Lets a page show frames of our own.
    static func allowFrames(_ headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] = contentSecurityPolicy + "; frame-src 'self'"
    }

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
