import Convergence
import GRDB
import Hummingbird
import NIOCore
import Wire

extension RelayRoutes {
    /// Answers are written in parts of this size, so that a client that takes them slowly shows.
    private static let partBytes = 16_384

    /// One conversation: its lines in, its segments to the disk, its answer out.
    func sync(_ request: Request, _ context: RelayContext) async throws -> Response {
        let books = try Self.books(context)
        var reader = try BodyReader(
            request, bytesMax: Limits.requestBytesMax, graceSeconds: bodyGraceSeconds)
        let device: DeviceTable.Device
        do {
            let token = try Self.token(request)
            device = try await store.read { database in
                try gate.mailbox(of: books, token: token, in: database).device
            }
        } catch let refused as Refused {
            // The client has to see why, to go on with another token: its body is read first.
            try await reader.read(request) { _ in }
            throw refused
        }
        let share = intake.share()
        var conversation = try await listen(request, books: books, &reader, share)
        metrics.count(received: reader.bytes)
        try await keep(&conversation, books: books, device: device)
        for refusal in conversation.refused { metrics.countRefusal(refusal.code) }
        let finished = conversation
        let lines = try await store.read { database in
            guard let mailbox = try Mailbox(database, books: books) else { throw Refused(.token) }
            return try finished.answer(from: mailbox)
        }
        return Response(
            status: .ok, headers: [.contentType: Answers.lines, .cacheControl: "no-store"],
            body: answer(lines, to: device))
    }

    private func listen(
        _ request: Request, books: BooksID, _ reader: inout BodyReader, _ share: Intake.Share
    ) async throws -> RelayConversation {
        var conversation = RelayConversation(books: books)
        var splitter = LineSplitter()
        do {
            try await reader.read(request) { part in
                try share.add(part.readableBytes)
                for line in try splitter.take(part.readableBytesView) {
                    try conversation.receive(line)
                }
            }
            let last = splitter.remainder
            if !last.isEmpty { try conversation.receive(last) }
            guard conversation.isComplete else { throw WireFailure.cut }
        } catch let failure as WireFailure {
            throw Refused(of: failure)
        }
        return conversation
    }

    /// Stores what fits; the rest is refused and the conversation goes on, so that a device whose
    /// books or relay are full still gets what others sent.
    private func keep(
        _ conversation: inout RelayConversation, books: BooksID, device: DeviceTable.Device
    ) async throws {
        let segments = conversation.accepted
        let time = now()
        let wasSeen = time - device.seen < 3_600_000
        if segments.isEmpty, wasSeen { return }
        let stored: Mailbox.Stored
        do {
            stored = try await store.commit { database in
                if !wasSeen { try DeviceTable(database).see(device.id, at: time) }
                guard let mailbox = try Mailbox(database, books: books) else {
                    throw Refused(.token)
                }
                return try mailbox.append(segments, quotaBytes: quotaBytes)
            }
        } catch let failure as StoreFailure {
            conversation.refuseAccepted(Refused(of: failure).code)
            return
        }
        if stored.taken < segments.count {
            conversation.refuseAccepted(after: stored.taken, .quota)
        }
        metrics.countStored(segments: stored.segments, bytes: stored.bytes)
        if stored.segments > 0 { hub.publish(books, position: stored.position) }
    }

    /// Remembers how far the mailbox was handed to a device that got something: a hint for the others'
    /// reports, without which the answer is as good.
    private func note(_ lines: [Line], handedTo device: DeviceTable.Device) async {
        let isNews = lines.contains { if case .segment = $0 { true } else { false } }
        guard isNews, case .end(let position, _, _) = lines.last, position > device.position
        else { return }
        try? await store.commit { database in
            try DeviceTable(database).hand(device.id, upTo: position)
        }
    }

    private func answer(_ lines: [Line], to device: DeviceTable.Device) -> ResponseBody {
        ResponseBody { writer in
            var buffer = ByteBuffer()
            for line in lines {
                buffer.writeBytes(line.encoded)
                buffer.writeInteger(UInt8(ascii: "\n"))
                while buffer.readableBytes >= Self.partBytes {
                    guard let part = buffer.readSlice(length: Self.partBytes) else { break }
                    metrics.count(sent: part.readableBytes)
                    try await writer.write(part)
                }
                buffer.discardReadBytes()
            }
            metrics.count(sent: buffer.readableBytes)
            try await writer.write(buffer)
            await note(lines, handedTo: device)
            try await writer.finish(nil)
        }
    }
}
