/// This program's version, as `jalon --version` prints it.
enum Version {
    static let text = "0.1.0"
}
