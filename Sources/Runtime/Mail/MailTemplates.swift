package import Documents
package import Records
import Synchronization
package import Templates

/// A template's version, compiled.
package struct CompiledMail: Sendable {
    package let version: Int64
    package let message: MessageTemplate
    /// What it asks of the customer: names of traits; nil for all.
    package let traits: Set<String>?
    package let wantsOffers: Bool
    /// Whether it shows how the customer stands in loyalty programs.
    package let wantsLoyalty: Bool

    package init(version: Int64, message: MessageTemplate) {
        self.version = version
        self.message = message
        let paths = message.variables.map(\.path) + message.source.required
        var traits: Set<String>? = ["firstName", "email"]
        for path in paths {
            let parts = path.split { $0 == "." || $0 == "[" }
            guard parts.first == "customer" else { continue }
            if parts.count > 1 { traits?.insert(String(parts[1])) } else { traits = nil }
        }
        self.traits = traits
        let roots = Set(paths.map { $0.prefix { $0 != "." && $0 != "[" } })
        wantsOffers = roots.contains("offers")
        wantsLoyalty = roots.contains("loyalty")
    }
}

/// Templates by name, each compiled once for each of its versions.
package final class MailTemplates: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        case unknown(String)
        case broken(String, reason: String)

        package var description: String {
            switch self {
            case .unknown(let name):
                "there is no template \(name); write it and put it in force with perennial apply, "
                    + "then replay this"
            case .broken(let name, let reason): "template \(name): \(reason)"
            }
        }
    }

    private let records: RecordsStore
    private let compiled = Mutex<[String: CompiledMail]>([:])

    package init(records: RecordsStore) {
        self.records = records
    }

    /// The version in force.
    package func template(_ name: String) throws -> CompiledMail {
        guard let heading = try records.heading(kind: "template", name: name) else {
            throw Failure.unknown(name)
        }
        if let known = compiled.withLock({ $0[name] }), known.version == heading.version {
            return known
        }
        let made = try template(name, version: heading.version)
        compiled.withLock { $0[name] = made }
        return made
    }

    /// One version, in force or not.
    package func template(_ name: String, version: Int64) throws -> CompiledMail {
        let rows = try records.definitionVersions(kind: "template", name: name)
        guard let row = rows.first(where: { $0.version == version }) else {
            throw Failure.unknown(name)
        }
        do {
            return try Self.compiled(try DefinitionSet.document(row), version: version)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.broken(name, reason: "\(error)")
        }
    }

    /// One that isn't saved has version 0.
    ///
    /// - Throws: `Failure.broken`.
    package static func compiled(
        _ document: DocumentNode, version: Int64 = 0
    ) throws -> CompiledMail {
        do {
            let source = try MessageSource(DocumentReader(document))
            return CompiledMail(
                version: version, message: try TemplateSet.ofWorkspace().compile(source))
        } catch {
            var name = "without a name"
            if case .text(let text)? = document["name"]?.value { name = text }
            throw Failure.broken(name, reason: "\(error)")
        }
    }
}
