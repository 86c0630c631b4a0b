private import CArgon2

/// Argon2id, version 1.3 (RFC 9106), by the reference implementation in C.
enum Argon2 {
    /// What hashing costs.
    struct Cost: Sendable, Equatable {
        var memoryKiB: UInt32
        var passes: UInt32
        var lanes: UInt32
    }

    /// The implementation refused, by its own code, or there was no memory.
    struct Failure: Error, Equatable {
        let code: Int32
    }

    /// - Parameter count: How many bytes of hash, 4 or more.
    static func hash(
        _ password: [UInt8], salt: [UInt8], secret: [UInt8] = [], associated: [UInt8] = [],
        cost: Cost, count: Int
    ) throws(Failure) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: count)
        // The C interface takes mutable pointers to its inputs, and writes to none of them without a flag.
        var password = password
        var salt = salt
        var secret = secret
        var associated = associated
        let code = output.withUnsafeMutableBufferPointer { output in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    secret.withUnsafeMutableBufferPointer { secret in
                        associated.withUnsafeMutableBufferPointer { associated in
                            // Each pointer is used within this call alone, with its buffer's own count.
                            var context = argon2_context()
                            context.out = output.baseAddress
                            context.outlen = UInt32(output.count)
                            context.pwd = password.baseAddress
                            context.pwdlen = UInt32(password.count)
                            context.salt = salt.baseAddress
                            context.saltlen = UInt32(salt.count)
                            if !secret.isEmpty {
                                context.secret = secret.baseAddress
                                context.secretlen = UInt32(secret.count)
                            }
                            if !associated.isEmpty {
                                context.ad = associated.baseAddress
                                context.adlen = UInt32(associated.count)
                            }
                            context.t_cost = cost.passes
                            context.m_cost = cost.memoryKiB
                            context.lanes = cost.lanes
                            context.threads = cost.lanes
                            context.version = UInt32(ARGON2_VERSION_13.rawValue)
                            return argon2id_ctx(&context)
                        }
                    }
                }
            }
        }
        guard code == ARGON2_OK.rawValue else { throw Failure(code: code) }
        return output
    }
}
