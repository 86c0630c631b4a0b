#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A model that a few numbers describe.
public protocol ParametricModel: Hashable, Sendable {
    /// The model's name in the literature.
    static var name: String { get }
    /// The parameters' names in the literature.
    static var parameterNames: [String] { get }

    /// The parameters, in the order of their names.
    var parameters: [Double] { get }

    /// Keeps the parameters; nil where the model can't have them, or their number is wrong.
    init?(parameters: [Double])

    /// The coordinates in which the model is fitted and its uncertainty is near to normal: each
    /// parameter's logarithm, or that of its distance from what it must exceed.
    var logParameters: [Double] { get }

    /// The model at such coordinates; nil where a parameter overflows or vanishes.
    init?(logParameters: [Double])

    /// d parameter / d coordinate, for the delta method.
    var slopes: [Double] { get }
}

extension ParametricModel {
    /// Each parameter's logarithm.
    public var logParameters: [Double] { parameters.map { log($0) } }

    /// The model at such coordinates; nil where they can't be.
    public init?(logParameters: [Double]) { self.init(parameters: logParameters.map { exp($0) }) }

    /// d parameter / d coordinate, for the delta method.
    public var slopes: [Double] { parameters }

    /// Whether the numbers can be parameters of which each is above zero.
    static func arePositive(_ parameters: [Double], count: Int) -> Bool {
        parameters.count == count && parameters.allSatisfy { $0.isFinite && $0 > 0 }
    }
}

/// A model with what is known of its parameters' uncertainty.
public protocol FittedModel<Model>: Sendable {
    /// The model fitted.
    associatedtype Model: ParametricModel
    /// The fitted parameters.
    var model: Model { get }
    /// Covariance of the model's `logParameters`, row-major; nil where a limit makes that
    /// meaningless.
    var logCovariance: [Double]? { get }
}

/// Standard errors of a model's parameters, by the delta method from the curvature at the optimum.
public struct StandardErrors<Model: ParametricModel>: Equatable, Sendable {
    /// In the order of `Model.parameterNames`.
    public let values: [Double]

    init(_ model: Model, logCovariance: [Double]) {
        let slopes = model.slopes
        values = slopes.indices.map {
            slopes[$0] * logCovariance[$0 * slopes.count + $0].squareRoot()
        }
    }
}

extension FittedModel {
    /// The interval of each parameter, by the names of the literature.
    ///
    /// Normal in the logarithm, so an interval never reaches what a parameter can't be.
    /// - Parameter level: The probability that the interval holds the parameter; between 0 and 1.
    /// - Returns: Nil where a limit makes uncertainty meaningless.
    public func parameterIntervals(level: Double = 0.95) -> [PredictionInterval]? {
        guard let logCovariance else { return nil }
        let centre = model.logParameters
        let width = standardNormalQuantile((1 + level) / 2)
        func moved(_ i: Int, _ sign: Double) -> Double? {
            var point = centre
            point[i] += sign * width * logCovariance[i * centre.count + i].squareRoot()
            return Model(logParameters: point)?.parameters[i]
        }
        return centre.indices.map {
            PredictionInterval(lower: moved($0, -1) ?? 0, upper: moved($0, 1) ?? .infinity)
        }
    }
}
