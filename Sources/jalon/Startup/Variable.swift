import Glibc

/// The process's environment.
enum Variable {
    /// A variable's text; nil if it is unset or empty, which mean the same here.
    static func text(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
