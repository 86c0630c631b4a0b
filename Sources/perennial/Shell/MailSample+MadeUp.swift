import Documents
import Kernel
import Records
import Runtime

/// What a template is filled in with where somebody tries it out: what the newest message of it was given, the nearest to
/// what the next ones will be, and of what that lacks a cart, an order and a code.
extension MailSample {
    private static let couponMs: Int64 = 7 * 86_400_000

    static func likeTheLast(of template: String, in workspace: Workspace) throws -> MailSample {
        var filter = MessageFilter(limit: 1)
        filter.template = template
        let data = try workspace.records.messages(filter).first.flatMap {
            try workspace.mailData(of: $0.id)
        }
        return madeUp(beside: data, in: workspace)
    }

    static func madeUp(beside data: DocumentNode? = nil, in workspace: Workspace) -> MailSample {
        var members: [DocumentNode.Member] = []
        if case .mapping(let given)? = data?.value { members = given }
        for sample in Self.data(workspace.currency)
        where !members.contains(where: { $0.name == sample.name }) {
            members.append(sample)
        }
        let expires = workspace.clock.now.adding(milliseconds: couponMs)
        return MailSample(
            data: DocumentNode(.mapping(members)),
            coupon: .mapping([
                ("code", .text("SAMPLE-CODE")), ("expires", .text(expires.rfc3339)),
            ]))
    }

    /// A cart and an order, which most messages are about.
    private static func data(_ currency: Currency) -> [DocumentNode.Member] {
        let item = DocumentNode.mapping([
            ("name", .text("A product")), ("quantity", .number(1)), ("price", .number(20)),
        ])
        let basket = DocumentNode.mapping([
            ("items", .list([item])), ("total", .number(20)),
            ("currency", .text(currency.description)), ("number", .text("1001")),
        ])
        return [.init("cart", basket), .init("order", basket)]
    }
}
