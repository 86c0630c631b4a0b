import Foundation
import Testing

@testable import RetentionModels

@Suite struct BFGSTests {
    /// Rosenbrock 1960.
    private static func rosenbrock(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (x, y) = (point[0], point[1])
        gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x)
        gradient[1] = 200 * (y - x * x)
        return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
    }

    @Test func `a bent valley is followed to its end`() {
        let found = BFGS(box: -9...9).minimize(from: [-1.2, 1], Self.rosenbrock)
        #expect(found.converged)
        #expect(abs(found.point[0] - 1) < 1e-5 && abs(found.point[1] - 1) < 1e-5)
    }

    @Test func `an optimum outside the box ends on the box`() {
        let found = BFGS(box: -1...0.5).minimize(from: [-1, 0], Self.rosenbrock)
        #expect(found.converged)
        // Along x = 0.5 the best y is x².
        #expect(abs(found.point[0] - 0.5) < 1e-6 && abs(found.point[1] - 0.25) < 1e-6)
        let corner = BFGS(box: -1...1).minimize(from: [0, 0, 0]) { point, gradient in
            gradient = [-1, 1, 2 * point[2]]
            return -point[0] + point[1] + point[2] * point[2]
        }
        #expect(corner.converged)
        #expect(corner.point[0] == 1 && corner.point[1] == -1 && abs(corner.point[2]) < 1e-6)
    }

    @Test func `a value that is no number is stepped around, or ends the search`() {
        let cliff = BFGS(box: -9...9).minimize(from: [2]) { point, gradient in
            gradient[0] = 1 - 1 / point[0]
            return point[0] > 0 ? point[0] - log(point[0]) : .nan
        }
        #expect(cliff.converged && abs(cliff.point[0] - 1) < 1e-5)
        let lost = BFGS(box: -9...9).minimize(from: [2]) { _, _ in .nan }
        #expect(!lost.converged && lost.evaluations == 1)
    }

    @Test func `a gradient that lies doesn't pass for an optimum`() {
        let found = BFGS(box: -9...9).minimize(from: [2]) { point, gradient in
            gradient[0] = -2 * point[0]
            return point[0] * point[0]
        }
        #expect(!found.converged)
    }

    @Test func `the search ends at its limit of evaluations`() {
        let found = BFGS(box: -9...9, evaluationsMax: 7).minimize(from: [-1.2, 1], Self.rosenbrock)
        #expect(!found.converged && found.evaluations == 7)
    }

    @Test func `polishing brings the last digits, and the inverse of the curvature`() throws {
        let (found, covariance) = BFGS(box: -9...9).minimizeAndPolish(
            from: [1, 1]
        ) { point, gradient in
            // exp(x) − x + ½(y − 3x)²: at (0, 0) the Hessian is [[10, −3], [−3, 1]].
            let bend = point[1] - 3 * point[0]
            gradient[0] = exp(point[0]) - 1 - 3 * bend
            gradient[1] = bend
            return exp(point[0]) - point[0] + bend * bend / 2
        }
        #expect(abs(found.point[0]) < 1e-10 && abs(found.point[1]) < 1e-10)
        let inverse = try #require(covariance)
        for (value, expected) in zip(inverse, [1.0, 3, 3, 10]) {
            #expect(abs(value - expected) < 1e-6)
        }
    }

    @Test func `a matrix that isn't positive definite has no inverse`() {
        #expect(Curvature.invert([1, 2, 2, 1], 2) == nil)
        #expect(Curvature.invert([1, 1, 1, 1], 2) == nil)
        #expect(Curvature.invert([4, 0, 0, 16], 2) == [0.25, 0, 0, 0.0625])
    }
}
