package import Events
import JSONParsing
import Kernel

extension IdentityState {
    /// Finds out whose an event is, and carries out what it says about customers.
    ///
    /// Identifiers come from `userId` and `anonymousId`; of `identify`, also from the traits `email` and
    /// `phone`; of other calls, from `context.traits.email` and `.phone` and, unless the rules say
    /// otherwise, the property `email`. A group call names nobody by its traits. Events of the system
    /// merge and undo (`IdentityEvent`); what they ask for and can't be done changes nothing, and the
    /// refusal was told to who asked before the event was written. Other events of the system are whose their
    /// property `customerId` says; where they set attributes, whose their context's does, and their traits name
    /// nobody.
    ///
    /// JSON that doesn't parse names nobody: events were checked before they came into the log.
    ///
    /// - Throws: What `lookup` throws.
    package mutating func resolve(
        _ frame: EventFrame, in block: EventBlock, position: Int64, lookup: IdentityLookup
    ) throws -> Resolution {
        if frame.flags.contains(.system), frame.kind == .track {
            if let event = IdentityEvent(frame, in: block) {
                return try carryOut(event, position: position, at: frame.occurredAt, lookup: lookup)
            }
            return try resolveNamed(block.span(frame.properties), lookup)
        }
        if frame.flags.contains(.system), frame.kind == .identify {
            return try resolveNamed(block.span(frame.context), lookup)
        }
        candidates.removeAll()
        if frame.kind == .alias {
            candidates.add(.userID, block.span(frame.userID))
            candidates.add(.userID, block.span(frame.name))
            candidates.add(.anonymousID, block.span(frame.name))
            return try settleAlias(position: position, at: frame.occurredAt, lookup: lookup)
        }
        if !frame.userID.isEmpty { candidates.add(.userID, block.span(frame.userID)) }
        if !frame.anonymousID.isEmpty {
            candidates.add(.anonymousID, block.span(frame.anonymousID))
        }
        let properties = block.span(frame.properties)
        if frame.kind == .identify {
            addContacts(of: properties, from: 0, phone: true)
        } else if frame.kind != .group, rules.readsEmailOfProperties {
            addContacts(of: properties, from: 0, phone: false)
        }
        if !frame.context.isEmpty {
            let context = block.span(frame.context)
            if JSONLookup.mayHave("traits", in: context),
                let traits = try? JSONLookup.member(named: "traits", in: context),
                traits.kind.isObject
            {
                addContacts(of: context, from: traits.range.lowerBound, phone: true)
            }
        }
        return try settle(position: position, at: frame.occurredAt, lookup: lookup)
    }

    /// Whose an event of the system is that names a customer by id, as what a scoring found does; nobody's where
    /// there is no such customer.
    private mutating func resolveNamed(
        _ properties: Span<UInt8>, _ lookup: IdentityLookup
    ) throws -> Resolution {
        guard let value = try? JSONLookup.member(named: "customerId", in: properties),
            value.kind == .string, let id = ID<Customer>(value.text(in: properties))
        else { return .nobody }
        do {
            let slot = try loadedSlot(of: id.rawValue, lookup)
            return resolution(slot, isNew: false)
        } catch is MergeRefusal {
            return .nobody
        }
    }

    private mutating func carryOut(
        _ event: IdentityEvent, position: Int64, at: Timestamp, lookup: IdentityLookup
    ) throws -> Resolution {
        do {
            switch event {
            case .customersMerged(let one, let other):
                return try mergeManually(
                    one.rawValue, other.rawValue, position: position, at: at, lookup: lookup)
            case .mergeUndone(let merge):
                try undo(merge, position: position, at: at, lookup: lookup)
                return .nobody
            }
        } catch is MergeRefusal {
            return .nobody
        }
    }

    /// Adds the `email` and the `phone` of an object; of several members of a name, the last.
    private mutating func addContacts(of bytes: Span<UInt8>, from offset: Int, phone: Bool) {
        guard bytes.count > offset else { return }
        guard
            JSONLookup.mayHave("email", in: bytes)
                || phone && JSONLookup.mayHave("phone", in: bytes)
        else { return }
        var email: JSONSlice?
        var number: JSONSlice?
        do throws(JSONError) {
            var reader = JSONReader(bytes, from: offset)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                if key.isText("email", in: bytes) {
                    email = value
                } else if phone, key.isText("phone", in: bytes) {
                    number = value
                }
            }
        } catch {
            return
        }
        if let email, email.kind == .string { add(.email, email, in: bytes) }
        if let number, number.kind == .string || number.kind == .number {
            add(.phone, number, in: bytes)
        }
    }

    private mutating func add(_ kind: IdentifierKind, _ value: JSONSlice, in bytes: Span<UInt8>) {
        if value.content.isEmpty { return }
        if value.hasEscapes {
            candidates.add(kind, value.text(in: bytes))
        } else {
            candidates.add(kind, bytes.extracting(value.content))
        }
    }
}
