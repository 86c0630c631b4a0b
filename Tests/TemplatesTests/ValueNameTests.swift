import Templates
import Testing

@Suite struct ValueNameTests {
    @Test(arguments: ["true", "false", "nil", "null", "none", "empty", "blank", "and", "or"])
    func `a value can't take a name that is read as something else`(name: String) throws {
        for template in [
            "{% assign \(name) = 1 %}{{ \(name) }}", "{% capture \(name) %}x{% endcapture %}",
            "{% for \(name) in list %}x{% endfor %}",
        ] {
            let found = try #require(problem(template))
            #expect(found.kind == .syntax)
            #expect(found.reason.contains("\(name) can't be the name"))
        }
        #expect(problem("{% assign \(name)s = 1 %}{{ \(name)s }}") == nil)
    }
}
