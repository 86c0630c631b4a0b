import Configuration

/// The places a value may come from, the strongest first: flags, variables, the file, the defaults.
struct SettingLayers {
    private struct Layer {
        var provider: any ConfigProvider
        var source: (Setting) -> SettingSource
        /// The value as it was given, for the error message when it has the wrong type.
        var raw: (Setting) -> String
    }

    private let layers: [Layer]

    init(
        file: (path: String, values: [String: SettingsFile.Value])?,
        environment: [String: String], flags: [String: String]
    ) {
        let defaults = Dictionary(
            Setting.all.map { ($0.name, $0.defaultText) }, uniquingKeysWith: { first, _ in first })
        var variables: [String: String] = [:]
        var others: Set<String> = []
        for setting in Setting.all {
            if let value = environment[setting.variable] {
                variables[setting.name] = value
            } else if let other = setting.otherVariable, let value = environment[other] {
                variables[setting.name] = value
                others.insert(setting.name)
            }
        }
        var layers = [
            Self.textLayer(flags) { .flag($0.flagText) },
            Self.textLayer(variables) { [others] setting in
                let other = others.contains(setting.name) ? setting.otherVariable : nil
                return .variable(other ?? setting.variable)
            },
        ]
        if let file { layers.append(Self.fileLayer(path: file.path, values: file.values)) }
        layers.append(Self.textLayer(defaults) { _ in .standard })
        self.layers = layers
    }

    /// The first layer's value that there is.
    func value(
        of setting: Setting
    ) throws(SettingsProblem) -> (value: SettingValue, source: SettingSource) {
        let key = AbsoluteConfigKey(setting.name.split(separator: ".").map(String.init))
        for layer in layers {
            let found: ConfigValue?
            do {
                found = try layer.provider.value(forKey: key, type: setting.kind.configType).value
            } catch {
                throw .invalidValue(
                    name: setting.name, value: layer.raw(setting), source: layer.source(setting),
                    allowed: setting.allowed)
            }
            guard let found else { continue }
            return (SettingValue(found.content), layer.source(setting))
        }
        preconditionFailure("every setting of the table has a default")
    }

    /// Flags, variables and defaults are all text by setting name, so one provider reads them all.
    private static func textLayer(
        _ texts: [String: String], source: @escaping (Setting) -> SettingSource
    ) -> Layer {
        var variables: [String: String] = [:]
        for setting in Setting.all { variables[setting.variable] = texts[setting.name] }
        let names = Dictionary(
            Setting.all.map { ($0.name, $0.variable) }, uniquingKeysWith: { first, _ in first })
        let provider = EnvironmentVariablesProvider(environmentVariables: variables).mapKeys {
            key in
            AbsoluteConfigKey([names[key.components.joined(separator: ".")] ?? ""])
        }
        return Layer(provider: provider, source: source, raw: { texts[$0.name] ?? "" })
    }

    private static func fileLayer(path: String, values: [String: SettingsFile.Value]) -> Layer {
        var contents: [AbsoluteConfigKey: ConfigValue] = [:]
        for setting in Setting.all {
            guard let value = values[setting.name] else { continue }
            let key = AbsoluteConfigKey(setting.name.split(separator: ".").map(String.init))
            contents[key] = ConfigValue(
                value.content(for: setting.kind), isSecret: setting.isSecret)
        }
        return Layer(
            provider: InMemoryProvider(name: path, values: contents),
            source: { _ in .file(path) }, raw: { values[$0.name]?.shown ?? "" })
    }
}

extension Setting.Kind {
    fileprivate var configType: ConfigType {
        switch self {
        case .host, .webAddress, .zone, .currency, .path, .line, .choice: return .string
        case .whole: return .int
        case .list: return .stringArray
        }
    }
}

extension SettingValue {
    fileprivate init(_ content: ConfigContent) {
        switch content {
        case .int(let number): self = .whole(number)
        case .stringArray(let items): self = .list(items == [""] ? [] : items)
        case .string(let text): self = .text(text)
        case .bool, .double, .bytes, .intArray, .doubleArray, .boolArray, .byteChunkArray:
            preconditionFailure("no kind of setting asks for this type")
        }
    }
}

extension SettingsFile.Value {
    /// The content that the value is; one of another type than the kind's makes the lookup fail.
    fileprivate func content(for kind: Setting.Kind) -> ConfigContent {
        switch (self, kind) {
        case (.bool(let bool), .choice): return .string(String(bool))
        case (.text(let text), _): return .string(text)
        case (.whole(let number), _): return .int(number)
        case (.number(let number), _): return .double(number)
        case (.bool(let bool), _): return .bool(bool)
        case (.list(let items), _):
            var texts: [String] = []
            for item in items {
                guard case .text(let text) = item else { return .boolArray([]) }
                texts.append(text)
            }
            return .stringArray(texts)
        case (.object, _), (.null, _): return .boolArray([])
        }
    }
}
