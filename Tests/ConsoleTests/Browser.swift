import HTTPTypes
import Hummingbird
import HummingbirdTesting

/// What tests do with pages: ask as somebody, and look at what came back.
struct Browser {
    let client: any TestClientProtocol
    var cookie = "perennial_session=\(SampleData.token)"

    struct Page {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let html: String

        /// What stands between the quotes after each `name="`.
        func attributes(_ name: String) -> [String] {
            html.split(separator: " \(name)=\"").dropFirst().map {
                String($0.prefix { $0 != "\"" })
            }
        }

        func count(_ part: String) -> Int { html.ranges(of: part).count }

        /// The start tags of that name, from `<` to `>`.
        func tags(_ name: String) -> [String] {
            html.split(separator: "<\(name)").dropFirst().compactMap { part in
                part.first.map { " \t\n>".contains($0) } == true
                    ? String(part.prefix { $0 != ">" }) : nil
            }
        }
    }

    func get(_ path: String, htmx target: String? = nil, language: String = "en-GB") async throws
        -> Page
    {
        var headers = HTTPFields()
        if !cookie.isEmpty { headers[.cookie] = cookie }
        headers[.acceptLanguage] = language
        if let target, let request = HTTPField.Name("HX-Request"),
            let name = HTTPField.Name("HX-Target")
        {
            headers[request] = "true"
            headers[name] = target
        }
        return try await client.execute(uri: path, method: .get, headers: headers) { response in
            Page(
                status: response.status, headers: response.headers,
                html: String(buffer: response.body))
        }
    }

    func post(_ path: String, _ form: String, site: String? = "same-origin") async throws -> Page {
        var headers = HTTPFields()
        if !cookie.isEmpty { headers[.cookie] = cookie }
        headers[.contentType] = "application/x-www-form-urlencoded"
        if let site, let name = HTTPField.Name("Sec-Fetch-Site") { headers[name] = site }
        return try await client.execute(
            uri: path, method: .post, headers: headers, body: ByteBuffer(string: form)
        ) { response in
            Page(
                status: response.status, headers: response.headers,
                html: String(buffer: response.body))
        }
    }

    /// The token of the first form on a page.
    func token(on path: String) async throws -> String {
        let page = try await get(path)
        guard let found = page.html.firstRange(of: "name=\"token\" value=\"") else { return "" }
        return String(page.html[found.upperBound...].prefix { $0 != "\"" })
    }
}
