/// A model that scores items for a person by what that person took.
///
/// The person needn't have been there when the model was fitted.
public protocol ItemModel: Sendable {
    /// Items that it was fitted on, with and without entries.
    var itemCount: Int { get }

    /// A score for each item, higher is better; minus infinity where the model knows nothing of the
    /// item. Nil where it knows nothing of the whole history. [item]
    ///
    /// Items outside of 0 ..< itemCount are passed over.
    func scores(_ history: [TakenItem]) -> [Float]?

    /// What each item of the history adds to an item's score; they add up to it. [place in history]
    func contributions(of history: [TakenItem], to item: Int) -> [Double]
}

/// Why a model of items can't be fitted.
public enum ItemModelFailure: Error, Hashable, Sendable {
    /// No entries, or none with the support that was asked for.
    case noEntries
    /// A setting isn't in its range.
    case settingOutOfRange
    /// More items than the model is for; take the best supported, or another model.
    case tooManyItems(limit: Int)
    /// Numbers beyond what the machine holds: weights are extremely large or small.
    case notFinite
}
