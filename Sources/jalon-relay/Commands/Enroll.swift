import ArgumentParser
import RelayServer

/// Makes the right to bring one set of books to this relay.
struct Enroll: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an enrolment: the right to bring one set of books here.",
        discussion: """
            Prints it as the last line. The device that has the books uses it once \
            (jalon peer add NAME URL --enrolment ENROLMENT); it then travels with the books, \
            sealed, so that any of their devices can bring them back should this relay's data \
            be lost.
            """)

    @OptionGroup var place: Place

    func run() throws {
        let secret = try EnrolmentSecret(file: place.secretFile)
        Output.complain(
            "An enrolment for one set of books; it holds until the secret in \(place.secretFile) "
                + "is changed:")
        Output.say(Enrolment.random(secret: secret).text)
    }
}
